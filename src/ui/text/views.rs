//! Sentences of the views of a reference.

use crate::{
    app::views::{
        layers::Index,
        tree::{Cut, Role},
    },
    oci::Compression,
    registry::ReferrersSource,
};

/// Label of the links that choose a platform.
pub const PLATFORMS: &str = "Platform";
/// The link to all platforms.
pub const ALL_PLATFORMS: &str = "all";
/// Said where a view shows one image and several are there.
pub const CHOOSE_PLATFORM: &str =
    "This is an index: several images under one name. Choose the one to look at.";
/// Said of an index without an image.
pub const NO_IMAGES: &str = "This index has no images in it.";
/// Said where a view needs an image and the document is none.
pub const NOT_AN_IMAGE: &str = "This document is not an image manifest.";
/// The heading of what is wrong with a document.
pub const ISSUES: &str = "What is wrong with this document";
/// Annotations.
pub const ANNOTATIONS: &str = "Annotations";
/// Referrers.
pub const REFERRERS: &str = "Referrers";
/// Nothing refers to it.
pub const NO_REFERRERS: &str = "Nothing refers to this.";
/// There may be more referrers.
pub const MAY_BE_INCOMPLETE: &str =
    "This list may be incomplete: the registry hides whether there is another page.";
/// The size of a node is at least that.
pub const AT_LEAST: &str = "at least ";
/// The size is nowhere stated.
pub const SIZE_UNKNOWN: &str = "size not stated";
/// Stands where a config does not say something.
pub const NOT_STATED: &str = "not stated";
/// What the link to a node's own page says.
pub const OPEN_THIS: &str = "Open on its own page";
/// What the copy button of a document does.
pub const COPY_EXACT: &str = "Copy the exact bytes";
/// What the save link of a document does.
pub const SAVE_EXACT: &str = "Save the exact bytes";

/// Shows a document as it was written.
pub const RAW: &str = "Raw";
/// A document is not JSON; where and why stands behind it.
pub const NOT_JSON: &str = "This is not JSON, so it is shown as text:";
/// Bytes that are not UTF-8.
pub const INVALID_UTF8: &str =
    "Some bytes are not UTF-8 and are shown as \u{fffd}; copying and saving keep them.";
/// Characters that deceive.
pub const DECEPTIVE: &str =
    "Characters that hide or turn text around are shown by their numbers, such as ⟨U+202E⟩.";
/// Names that stand twice.
pub const DUPLICATES: &str = "Names that stand twice in one object, so that readers may disagree: ";
/// One such name.
pub const DUPLICATE: &str = "This name stands in the same object before";
/// The exact bytes of a configuration.
pub const EXACT_JSON: &str = "The exact bytes";
/// Environment of a configuration.
pub const ENVIRONMENT: &str = "Environment";
/// Labels of a configuration.
pub const LABELS: &str = "Labels";
/// No user is set.
pub const USER_NOT_SET: &str = "not set, so root";
/// An artifact without a configuration.
pub const EMPTY_CONFIG: &str =
    "The config is empty, as it is for artifacts: there is nothing in it.";
/// A document without a configuration.
pub const NO_CONFIG: &str = "This document has no config.";
/// Schema 1 has no configuration.
pub const SCHEMA1_CONFIG: &str =
    "A Docker schema 1 manifest has no config of its own: see its history and its JSON.";
/// Contents of an artifact.
pub const CONTENTS: &str = "Contents";
/// No history.
pub const NO_HISTORY: &str = "The image does not say how it was built.";
/// The Dockerfile-like reading.
pub const DOCKERFILE: &str = "Read as a Dockerfile";
/// Copies it.
pub const COPY_DOCKERFILE: &str = "Copy the Dockerfile";
/// Copies one step.
pub const COPY_STEP: &str = "Copy the step as recorded";
/// Build arguments of a step.
pub const WITH_ARGUMENTS: &str = "with ";
/// A step that made no layer.
pub const NO_LAYER: &str = "no layer";
/// A step that says it made a layer where none is left.
pub const LAYER_MISSING: &str = "its layer is missing";
/// No layers.
pub const NO_LAYERS: &str = "It has no layers.";
/// The layers are shown without what the configuration would add.
pub const WITHOUT_CONFIG: &str = "Diff IDs and steps are therefore missing here.";
/// The link to the files of a layer.
pub const FILES_OF_LAYER: &str = "Files in this layer";
/// The share of a layer in the image.
pub const SHARE: &str = "Share of the image";

/// A share in whole per cent, which for a small layer of some bytes may be none.
pub fn share(percent: u8, bytes: u64) -> String {
    match percent {
        0 if bytes > 0 => "< 1 %".to_owned(),
        _ => format!("{percent} %"),
    }
}

/// An encrypted layer.
pub const ENCRYPTED: &str = "encrypted";
/// A foreign layer.
pub const FOREIGN: &str = "not to be distributed";
/// What Docker must be told first.
pub const DAEMON_JSON: &str = "Docker needs this in its daemon.json first: ";

/// The link to the files of a layer, among other layers.
pub fn files_of_layer(number: usize) -> String {
    format!("Files in layer {number}")
}

/// A layer by its number.
pub fn layer_number(number: usize) -> String {
    format!("Layer {number}")
}

/// How many layers, before their size.
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

/// History and layers do not fit together.
pub fn history_mismatch(steps: usize, layers: usize) -> String {
    format!(
        "Steps that say they made a layer: {steps}. Layers: {layers}. Which step made which layer \
         is a guess."
    )
}

/// Signatures inside a schema 1 manifest.
pub fn signatures(count: usize) -> String {
    match count {
        0 => "Not signed.".to_owned(),
        1 => "1 signature inside, not checked.".to_owned(),
        _ => format!("{count} signatures inside, not checked."),
    }
}

/// Copies a command.
pub fn copy_command(tool: &str) -> String {
    format!("Copy the {tool} command")
}

/// A platform that the index does not have.
pub fn no_such_platform(name: &str) -> String {
    format!("This index has no image for “{name}”. Choose one that it has.")
}

/// Entries that are left out.
pub fn left_out(count: usize) -> String {
    match count {
        1 => "1 other entry of the index is left out.".to_owned(),
        _ => format!("{count} other entries of the index are left out."),
    }
}

/// What a tree did not read on its own.
pub fn read_more(count: usize) -> String {
    match count {
        1 => "Read 1 more document".to_owned(),
        _ => format!("Read {count} more documents"),
    }
}

/// The sentence about the size of everything.
pub fn distinct(count: usize) -> String {
    match count {
        1 => " in 1 object, compressed, without attestations and referrers".to_owned(),
        _ => format!(" in {count} objects, compressed, without attestations and referrers"),
    }
}

/// What a node is.
pub fn role(role: &Role) -> String {
    match role {
        Role::Root => "This reference".to_owned(),
        Role::Platform(platform) => platform.to_string(),
        Role::Entry => "Entry without a platform".to_owned(),
        Role::Attestation => "Attestation".to_owned(),
        Role::StrayAttestation(_) => "Attestation of something that is not here".to_owned(),
        Role::Config => "Config".to_owned(),
        Role::Layer(number) => format!("Layer {number}"),
        Role::Referrer(_) => "Referrer".to_owned(),
    }
}

/// Where a referrer was found.
pub fn source(source: ReferrersSource) -> &'static str {
    match source {
        ReferrersSource::Api => "found by the referrers API",
        ReferrersSource::FallbackTag => "found by the fallback tag",
        ReferrersSource::CosignTag => "found by a cosign tag",
    }
}

/// Why nothing is shown below a node.
pub fn cut(cut: Cut) -> &'static str {
    match cut {
        Cut::Cycle => "It contains itself: see above.",
        Cut::Depth => "It is nested too deep to be shown here.",
        Cut::Nodes => "The tree is too large to be shown whole.",
    }
}

/// How a layer is compressed.
pub fn compression(compression: Option<Compression>) -> &'static str {
    match compression {
        Some(Compression::Uncompressed) => "not compressed",
        Some(Compression::Gzip) => "gzip",
        Some(Compression::Zstd) => "zstd",
        None => "compression not stated",
    }
}

/// What lets single files of a layer be read.
pub fn index(index: Index) -> &'static str {
    match index {
        Index::Estargz => "eStargz",
        Index::ZstdChunked => "zstd:chunked",
        Index::Nydus => "Nydus",
    }
}
