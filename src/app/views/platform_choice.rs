//! The image of an index that a view shows. None is chosen silently: if the address names no
//! platform and there are several, the page asks.

use crate::oci::{Descriptor, Document, Index, Platform};

/// An entry of an index that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The platform as it stands in an address; that of the digest if an entry has no platform.
    pub name: String,
    /// The entry.
    pub descriptor: Descriptor,
}

/// The choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The document is no index: nothing to choose.
    Itself,
    /// An entry of the index was picked, by the address or by the default.
    Entry(Box<Choice>),
    /// Nothing yet.
    Open,
    /// The address names a platform that the index does not have.
    NoSuch(String),
}

/// The entries of an index that are images: attestations are not.
pub fn choices(index: &Index) -> Vec<Choice> {
    let images = index.manifests.iter().filter(|entry| !entry.is_attestation());
    images.map(|entry| Choice { name: name(entry), descriptor: entry.clone() }).collect()
}

/// Returns the name of an entry in an address.
pub fn name(entry: &Descriptor) -> String {
    match &entry.platform {
        Some(platform) if !platform.os.is_empty() => platform.to_string(),
        _ => entry.digest.to_string(),
    }
}

/// Chooses an entry by name, or the only one there is.
pub fn choose(document: &Document, wanted: Option<&str>) -> Chosen {
    let Document::Index(index) = document else { return Chosen::Itself };
    let choices = choices(index);
    let found = match wanted {
        Some(wanted) => choices.into_iter().find(|choice| is_entry(&choice.descriptor, wanted)),
        None if choices.len() == 1 => choices.into_iter().next(),
        None => return Chosen::Open,
    };
    match (found, wanted) {
        (Some(choice), _) => Chosen::Entry(Box::new(choice)),
        (None, wanted) => Chosen::NoSuch(wanted.unwrap_or_default().to_owned()),
    }
}

/// Returns true if an entry has this name: the same text, its digest, or the same platform by the
/// usual reading (`arm64` is `arm64/v8`).
pub fn is_entry(entry: &Descriptor, wanted: &str) -> bool {
    if name(entry) == wanted || entry.digest.as_str() == wanted {
        return true;
    }
    match (&entry.platform, wanted.parse::<Platform>()) {
        (Some(platform), Ok(wanted)) => platform.normalized() == wanted.normalized(),
        _ => false,
    }
}
