//! The layers of an image, in words.

use crate::{app::views::layers::Index, oci::Compression};

/// Names a fact: the digest of the layer.
pub const DIGEST: &str = "Digest";
/// Names a fact: the digest of the uncompressed layer.
pub const DIFF_ID: &str = "Diff ID";
/// Names a fact: the media type.
pub const MEDIA_TYPE: &str = "Media type";
/// Names a fact: other addresses of a foreign layer.
pub const ALSO_AT: &str = "Also at";
/// Ends the sentence about the size of all layers.
pub const COMPRESSED: &str = ", compressed.";
/// The label of the tab.
pub const LABEL: &str = "Layers";
/// Contents of an artifact.
pub const CONTENTS: &str = "Contents";
/// Stands for an empty list of layers.
pub const NO_LAYERS: &str = "It has no layers.";
/// The layers are shown without what the configuration would add.
pub const WITHOUT_CONFIG: &str = "Diff IDs and steps are therefore missing here.";
/// The link to the files of a layer.
pub const FILES_OF_LAYER: &str = "Files in this layer";
/// The share of a layer in the image.
pub const SHARE: &str = "Share of the image";
/// An encrypted layer.
pub const ENCRYPTED: &str = "encrypted";
/// A foreign layer.
pub const FOREIGN: &str = "not to be distributed";

/// A share in whole per cent, which for a small layer of some bytes may be none.
pub fn share(percent: u8, bytes: u64) -> String {
    match percent {
        0 if bytes > 0 => "< 1 %".to_owned(),
        _ => format!("{percent} %"),
    }
}

/// A layer by its number.
pub fn layer_number(number: usize) -> String {
    format!("Layer {number}")
}

/// The number of layers, before their size.
pub fn layer_count(count: usize) -> String {
    match count {
        1 => "1 layer, ".to_owned(),
        _ => format!("{count} layers, "),
    }
}

/// Diff IDs and layers do not fit together.
pub fn diff_id_mismatch(diff_ids: usize, layers: usize) -> String {
    format!(
        "The config has {diff_ids} diff IDs and the manifest {layers} layers: they do not match."
    )
}

/// The compression of a layer.
pub fn compression(compression: Option<Compression>) -> &'static str {
    match compression {
        Some(Compression::Uncompressed) => "not compressed",
        Some(Compression::Gzip) => "gzip",
        Some(Compression::Zstd) => "zstd",
        None => "compression not stated",
    }
}

/// The index by which single files of a layer can be read.
pub fn index(index: Index) -> &'static str {
    match index {
        Index::Estargz => "eStargz",
        Index::ZstdChunked => "zstd:chunked",
        Index::Nydus => "Nydus",
    }
}
