//! The layers of an image: how they are packed, how large they are, which step made them.

use std::collections::BTreeMap;

use super::history::{History, Made, Step};
use crate::{
    app::LayerAddress,
    oci::{Compression, Descriptor, Digest},
};

/// A table of contents that lets single files be read out of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// eStargz.
    Estargz,
    /// A zstd layer with a table of contents at its end (containers/storage).
    ZstdChunked,
    /// A Nydus image, whose files are in chunks of a blob.
    Nydus,
}

/// A layer of the manifest, with what other documents say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Counted from 1.
    pub number: usize,
    /// Its name in an address.
    pub address: LayerAddress,
    /// The manifest's pointer to it.
    pub descriptor: Descriptor,
    /// The compression by the media type; only the bytes could prove it. `None` if the media type
    /// does not state it.
    pub compression: Option<Compression>,
    /// Encrypted for certain recipients (ocicrypt).
    pub is_encrypted: bool,
    /// Not to be distributed: the registry may not have it.
    pub is_foreign: bool,
    /// The index by which single files can be read.
    pub index: Option<Index>,
    /// Digest of the uncompressed bytes, as the configuration states it.
    pub diff_id: Option<Digest>,
    /// The step that made it, as an instruction.
    pub made_by: Option<String>,
    /// Hundredths of the image's size.
    pub percent: u8,
    /// The file's name, of an artifact.
    pub title: Option<String>,
}

/// The layers of an image, with sums.
#[derive(Clone, Debug, PartialEq)]
pub struct Layers {
    /// The layers, lowest first.
    pub items: Vec<Layer>,
    /// Sum of their sizes in bytes, compressed; a layer that stands twice counts twice.
    pub bytes: u64,
    /// Diff IDs that the configuration states.
    pub diff_ids: usize,
}

/// Joins the facts of manifest, configuration and history about the layers.
pub fn layers(
    descriptors: &[Descriptor],
    diff_ids: &[Digest],
    history: Option<&History>,
) -> Layers {
    let bytes = descriptors.iter().fold(0_u64, |sum, layer| sum.saturating_add(layer.size));
    let made_by = history.map(steps_by_layer).unwrap_or_default();
    let addresses =
        LayerAddress::of_all(descriptors.iter().map(|layer| layer.digest.clone()).collect());
    let layer = |(at, (descriptor, address)): (usize, (&Descriptor, LayerAddress))| Layer {
        number: at + 1,
        address,
        compression: descriptor.media_type.compression(),
        is_encrypted: descriptor.media_type.is_encrypted(),
        is_foreign: descriptor.media_type.is_foreign(),
        index: index(descriptor),
        diff_id: diff_ids.get(at).cloned(),
        made_by: made_by.get(&(at + 1)).map(|step| step.instruction.text.clone()),
        percent: percent(descriptor.size, bytes),
        title: descriptor.annotation("org.opencontainers.image.title").map(str::to_owned),
        descriptor: descriptor.clone(),
    };
    let items = descriptors.iter().zip(addresses).enumerate().map(layer).collect();
    Layers { items, bytes, diff_ids: diff_ids.len() }
}

impl Layers {
    /// Returns the place from the base of a layer that an address names by its digest or its diff ID.
    pub fn find(&self, wanted: &LayerAddress) -> Option<usize> {
        wanted.find(self.items.len(), |at, digest| {
            self.items.get(at).is_some_and(|layer| {
                layer.descriptor.digest == *digest || layer.diff_id.as_ref() == Some(digest)
            })
        })
    }
}

/// The step that made each layer, by the number of the layer.
fn steps_by_layer(history: &History) -> BTreeMap<usize, &Step> {
    let numbered = |step: &'_ Step| match step.made {
        Made::Layer { number, .. } => Some(number),
        Made::Nothing | Made::Missing => None,
    };
    history.steps.iter().filter_map(|step| Some((numbered(step)?, step))).collect()
}

/// Rounded.
fn percent(size: u64, of: u64) -> u8 {
    if size == 0 || of == 0 {
        return 0;
    }
    let hundredths = (u128::from(size) * 100 + u128::from(of) / 2) / u128::from(of);
    u8::try_from(hundredths).unwrap_or(100)
}

fn index(descriptor: &Descriptor) -> Option<Index> {
    let has = |name| descriptor.annotation(name).is_some();
    match () {
        () if has("containerd.io/snapshot/stargz/toc.digest") => Some(Index::Estargz),
        // The second name is the older one.
        () if has("io.github.containers.zstd-chunked.manifest-checksum")
            || has("io.containers.zstd-chunked.manifest-checksum") =>
        {
            Some(Index::ZstdChunked)
        }
        () if has("containerd.io/snapshot/nydus-blob")
            || has("containerd.io/snapshot/nydus-bootstrap") =>
        {
            Some(Index::Nydus)
        }
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded() {
        let check = |size, of, expected| assert_eq!(percent(size, of), expected, "{size}/{of}");
        check(0, 0, 0);
        check(0, 10, 0);
        check(1, u64::MAX, 0);
        check(1, 200, 1);
        check(1, 3, 33);
        check(2, 3, 67);
        check(u64::MAX, u64::MAX, 100);
    }
}
