//! The history of an image: each step with the layer it made, and its Dockerfile-like reading.

mod dockerfile;

pub use dockerfile::Instruction;

use crate::{
    app::LayerAddress,
    oci::{Descriptor, Digest, HistoryEntry, ImageConfig, Timestamp},
};

/// A step of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The reading of the command.
    pub instruction: Instruction,
    /// The command as the builder wrote it.
    pub created_by: String,
    /// The time of the step.
    pub created: Option<Timestamp>,
    /// A comment, often the builder's name.
    pub comment: Option<String>,
    /// The author of the step.
    pub author: Option<String>,
    /// The result of the step.
    pub made: Made,
}

/// The result of a build step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// Only a change of the configuration.
    Nothing,
    /// A layer, counted from 1.
    Layer {
        /// The layer's number.
        number: usize,
        /// The name of the layer in an address.
        address: LayerAddress,
        /// Its compressed size in bytes, if it is known.
        size: Option<u64>,
    },
    /// The step says that it made a layer, and no layer is left for it.
    Missing,
}

/// A history matched with layers.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The steps, oldest first.
    pub steps: Vec<Step>,
    /// Layers that no step made, counted from 1.
    pub unexplained: Vec<usize>,
}

impl History {
    /// Returns the number of steps that claim a layer.
    pub fn steps_with_layer(&self) -> usize {
        self.steps.iter().filter(|step| step.made != Made::Nothing).count()
    }

    /// Returns true if the numbers of steps and layers differ.
    pub fn is_mismatch(&self) -> bool {
        !self.unexplained.is_empty() || self.steps.iter().any(|step| step.made == Made::Missing)
    }
}

/// The history of an image whose manifest lists these layers.
pub fn of_image(config: &ImageConfig, layers: &[Descriptor]) -> History {
    let names = LayerAddress::of_all(layers.iter().map(|layer| layer.digest.clone()).collect());
    let layers: Vec<_> =
        names.into_iter().zip(layers.iter().map(|layer| Some(layer.size))).collect();
    matched(&config.history, &layers)
}

/// The history of a schema 1 manifest: one entry for each layer, sizes unknown.
pub fn of_schema1(history: &[HistoryEntry], layers: &[Digest]) -> History {
    let layers: Vec<_> =
        LayerAddress::of_all(layers.to_vec()).into_iter().map(|name| (name, None)).collect();
    matched(history, &layers)
}

fn matched(entries: &[HistoryEntry], layers: &[(LayerAddress, Option<u64>)]) -> History {
    let instructions =
        dockerfile::read(entries.iter().map(|entry| entry.created_by.as_deref().unwrap_or("")));
    let mut rest = layers.iter().enumerate();
    let steps = entries
        .iter()
        .zip(instructions)
        .map(|(entry, instruction)| Step {
            instruction,
            created_by: entry.created_by.clone().unwrap_or_default(),
            created: entry.created,
            comment: entry.comment.clone().filter(|comment| !comment.is_empty()),
            author: entry.author.clone().filter(|author| !author.is_empty()),
            made: if entry.empty_layer { Made::Nothing } else { next_layer(&mut rest) },
        })
        .collect();
    // An image without any history is allowed; then nothing needs explaining.
    let unexplained =
        if entries.is_empty() { Vec::new() } else { rest.map(|(at, _)| at + 1).collect() };
    History { steps, unexplained }
}

fn next_layer<'a>(
    rest: &mut impl Iterator<Item = (usize, &'a (LayerAddress, Option<u64>))>,
) -> Made {
    match rest.next() {
        Some((at, (address, size))) => {
            Made::Layer { number: at + 1, address: address.clone(), size: *size }
        }
        None => Made::Missing,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::oci::MediaType;

    fn layer(n: u8, size: u64) -> Descriptor {
        let digest = format!("sha256:{}", format!("{n:02x}").repeat(32)).parse().unwrap();
        Descriptor::new(MediaType::OCTET_STREAM, digest, size)
    }

    fn entry(created_by: &str, empty_layer: bool) -> HistoryEntry {
        HistoryEntry { created_by: Some(created_by.to_owned()), empty_layer, ..Default::default() }
    }

    fn made(history: Vec<HistoryEntry>, layers: usize) -> (Vec<String>, Vec<usize>, bool) {
        let config = ImageConfig { history, ..ImageConfig::default() };
        let layers: Vec<_> = (1..=layers).map(|n| layer(u8::try_from(n).unwrap(), 10)).collect();
        let history = of_image(&config, &layers);
        let words = |step: &Step| match &step.made {
            Made::Nothing => "nothing".to_owned(),
            Made::Layer { number, size, .. } => format!("{number}:{}", size.unwrap()),
            Made::Missing => "missing".to_owned(),
        };
        let is_mismatch = history.is_mismatch();
        (history.steps.iter().map(words).collect(), history.unexplained, is_mismatch)
    }

    #[test]
    fn steps_find_their_layers_and_mismatches_are_told() {
        let check = |steps: &[bool], layers, words: &[&str], unexplained: &[usize]| {
            let (made, left, is_mismatch) =
                made(steps.iter().map(|empty| entry("x", *empty)).collect(), layers);
            assert_eq!(
                (made, left.as_slice()),
                (words.iter().map(|w| (*w).to_owned()).collect(), unexplained)
            );
            assert_eq!(is_mismatch, words.contains(&"missing") || !unexplained.is_empty());
        };
        check(&[false, true, false], 2, &["1:10", "nothing", "2:10"], &[]);
        check(&[false, false], 1, &["1:10", "missing"], &[]);
        check(&[false, true], 3, &["1:10", "nothing"], &[2, 3]);
        check(&[], 2, &[], &[]);
    }

    #[test]
    fn schema1_has_layers_without_sizes() {
        let history = of_schema1(&[entry("/bin/sh -c a", false)], &[layer(1, 0).digest]);
        assert!(matches!(history.steps[0].made, Made::Layer { number: 1, size: None, .. }));
        assert_eq!(history.steps[0].instruction.text, "RUN a");
    }
}
