//! The files inside layers: the layers that are shown, the progress of reading them, and the questions
//! that the view asks about them.

pub mod form;
pub mod mode;
pub mod path;
pub mod text_lines;

use std::collections::BTreeSet;

use super::layers::{Index, Layer, Layers};
use crate::{
    app::tasks::read_layers::Allowance,
    app::{FileList, LayerAddress, Place},
    caps,
    layers::{
        index::{Question, RowRange, Scope, Sort},
        obstacle::Obstacle,
    },
};

/// Files up to this size, in bytes, can be saved: they pass through the page's memory.
pub const SAVE: u64 = 512 << 20;

/// The part of the files view that an address shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Files {
    /// The layers of the image.
    pub layers: Layers,
    /// The one that is looked at, by its place from the base; `None` for all merged.
    pub chosen: Option<u16>,
    /// The path that is looked at; empty for the root.
    pub path: Vec<u8>,
    /// The member of the archive at the path that is looked at.
    pub member: Option<Vec<u8>>,
    /// The list that is shown.
    pub list: FileList,
    /// The pattern that is searched for.
    pub find: String,
}

impl Files {
    /// Reads it from a place. A layer is named by its digest or its diff ID; `None` if there is no
    /// such layer.
    pub fn new(place: &Place, layers: Layers) -> Option<Self> {
        let chosen = match &place.layer {
            None => None,
            Some(wanted) => Some(u16::try_from(layers.find(wanted)?).ok()?),
        };
        let path = place.path.as_deref().map(path::read).unwrap_or_default();
        let find = place.find.clone().unwrap_or_default();
        let member = place.member.as_deref().map(path::read);
        Some(Self { layers, chosen, path, member, list: place.list, find })
    }

    /// The layer of this place from the base.
    pub fn layer(&self, number: u16) -> Option<&Layer> {
        self.layers.items.get(usize::from(number))
    }

    /// The layers that are needed for what is looked at and that can be read.
    pub fn needed(&self) -> Vec<u16> {
        let needed = |number: &u16| self.chosen.is_none_or(|chosen| chosen == *number);
        self.numbers()
            .filter(needed)
            .filter(|n| self.layer(*n).and_then(closed).is_none())
            .collect()
    }

    /// The layers below the one that is looked at, which say what it changes.
    pub fn below(&self) -> Vec<u16> {
        let readable = |n: &u16| self.layer(*n).and_then(closed).is_none();
        self.numbers().take(self.chosen.unwrap_or_default().into()).filter(readable).collect()
    }

    /// Layers by their places, up to as many as are opened together.
    pub fn numbers(&self) -> impl Iterator<Item = u16> + use<> {
        (0..caps::IMAGE_LAYERS as u16).take(self.layers.items.len())
    }

    /// Bytes that are read to list some layers: of one with a table of contents only that, which
    /// counts as nothing.
    pub fn cost(&self, numbers: &[u16]) -> u64 {
        let whole: Vec<u16> = numbers.iter().copied().filter(|n| !self.has_table(*n)).collect();
        self.bytes(&whole)
    }

    /// Returns true if a layer has a table of contents that can be read here.
    pub fn has_table(&self, number: u16) -> bool {
        let index = self.layer(number).and_then(|layer| layer.index);
        matches!(index, Some(Index::Estargz | Index::ZstdChunked))
    }

    /// Layers that are read without being asked, with the bytes that they may take together.
    pub fn at_once(&self, missing: &[u16]) -> (Vec<u16>, Allowance) {
        let size = |number: &u16| self.layer(*number).map_or(0, |layer| layer.descriptor.size);
        let facts: Vec<_> = missing.iter().map(|n| (size(n), self.has_table(*n))).collect();
        if let Some(allowance) = Allowance::share(&facts) {
            return (missing.to_vec(), allowance);
        }
        let with_table: Vec<u16> =
            missing.iter().copied().filter(|number| self.has_table(*number)).collect();
        let allowance = Allowance::tables_only(with_table.len());
        (with_table, allowance)
    }

    /// Compressed bytes of some layers; one that stands twice counts once.
    pub fn bytes(&self, numbers: &[u16]) -> u64 {
        let mut seen = BTreeSet::new();
        let size = |number: &u16| {
            let descriptor = &self.layer(*number)?.descriptor;
            seen.insert(&descriptor.digest).then_some(descriptor.size)
        };
        numbers.iter().filter_map(size).fold(0, u64::saturating_add)
    }

    /// Returns the layers that questions are about.
    pub fn scope(&self, with_removed: bool) -> Scope {
        let layers = self.numbers().filter_map(|number| self.layer(number));
        let layers = layers.map(|layer| layer.descriptor.digest.clone()).collect();
        Scope { layers, only: self.chosen, with_removed }
    }

    /// All about the path. What was removed can be looked at too.
    pub fn details(&self) -> Question {
        Question::Details { scope: self.scope(true), path: self.path.clone() }
    }

    /// The sums of all layers.
    pub fn summary(&self) -> Question {
        Question::Summary(Scope { only: None, ..self.scope(true) })
    }

    /// The list that is looked at.
    pub fn rows(&self, open: Vec<Vec<u8>>, sort: Sort, with_removed: bool) -> Question {
        let (scope, part) = (self.scope(with_removed), RowRange::default());
        match self.list {
            FileList::Tree if self.find.trim().is_empty() => {
                Question::Rows { scope, below: self.path.clone(), open, sort, part }
            }
            FileList::Tree => Question::Find { scope, pattern: self.find.clone(), part },
            FileList::Largest => Question::Largest { scope, part },
            FileList::Wasted => Question::Wasted { scope, part },
            FileList::Packages => {
                // One layer alone has a part of the databases at most: the image has the packages.
                let scope = Scope { only: None, ..scope };
                Question::Packages { scope, filter: self.find.clone(), part }
            }
        }
    }
}

/// Returns the obstacle to reading the files of a layer without being asked.
pub fn closed(layer: &Layer) -> Option<Obstacle> {
    Obstacle::of(&layer.descriptor)
}

/// The place of a path in the view of files: of a layer, or of all merged.
pub fn at_path(place: &Place, layer: Option<LayerAddress>, of: &[u8]) -> Place {
    let path = Some(path::text(of)).filter(|path| !path.is_empty());
    Place { layer, path, ..place.in_view(crate::app::View::Files) }
}

/// The place of a member of the archive that a place looks at.
pub fn at_member(place: &Place, name: &[u8]) -> Place {
    Place { member: Some(path::text(name)), ..place.clone() }
}

#[cfg(test)]
mod tests;
