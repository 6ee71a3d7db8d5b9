//! The tree of a reference, in words.

use super::{
    error,
    numbers::{exact_bytes, human_bytes},
};
use crate::{
    app::views::tree::{Cut, Role},
    error::Error,
    oci::Tag,
    registry::{Referrers, ReferrersApi, ReferrersSource},
};

/// The label of the tab.
pub const LABEL: &str = "Tree";
/// The heading above the referrers of a node.
pub const REFERRERS: &str = "Referrers";
/// Stands for an empty list of referrers.
pub const NO_REFERRERS: &str = "Nothing refers to this.";
/// There may be more referrers.
pub fn may_be_incomplete(list: &Referrers) -> &'static str {
    match list.may_be_incomplete && list.api == ReferrersApi::Listed {
        true => {
            "This list may be incomplete: part of what the referrers API answered could not be read or followed."
        }
        // Tags were read in place of the API, or more were found than a tree holds.
        false => "There may be more referrers than are listed here.",
    }
}
/// The size of a node is at least that.
pub const AT_LEAST: &str = "at least ";

/// The link to the files of a layer, among other layers.
pub fn files_of_layer(number: usize) -> String {
    format!("Files in layer {number}")
}

/// Signatures inside a schema 1 manifest.
pub fn signatures(count: usize, is_odd: bool) -> String {
    match count {
        0 if is_odd => {
            "It states signatures, in a form that is no list, so they cannot be read.".to_owned()
        }
        0 => "Not signed.".to_owned(),
        1 => "1 signature inside, not checked.".to_owned(),
        _ => format!("{count} signatures inside, not checked."),
    }
}

/// Entries that are left out.
pub fn left_out(count: usize) -> String {
    match count {
        1 => "1 other entry of the index is left out.".to_owned(),
        _ => format!("{count} other entries of the index are left out."),
    }
}

/// The documents that a tree did not read by itself.
pub fn read_more(count: usize) -> String {
    match count {
        1 => "Read 1 more document".to_owned(),
        _ => format!("Read {count} more documents"),
    }
}

/// Contents that several images of the reference share.
pub fn shared(bytes: u64) -> String {
    format!(" ({} shared, counted once)", human_bytes(bytes))
}

/// Introduces the size of everything.
pub const IN_ALL: &str = "In all ";
/// Introduces the subject of an attestation that the index does not have.
pub const IT_IS_ABOUT: &str = "It is about ";
/// Introduces the subject of a document.
pub const SUBJECT: &str = "Refers to ";

/// The sentence about the size of everything.
pub fn distinct(count: usize) -> String {
    match count {
        1 => " in 1 object, compressed, without attestations and referrers".to_owned(),
        _ => format!(" in {count} objects, compressed, without attestations and referrers"),
    }
}

/// The role of a node.
pub fn role(role: &Role) -> String {
    match role {
        Role::Root => "This reference".to_owned(),
        Role::Platform(platform) => platform.to_string(),
        Role::Entry => "Entry without a platform".to_owned(),
        Role::Attestation => "Attestation".to_owned(),
        Role::StrayAttestation(_) => "Attestation of something that is not here".to_owned(),
        Role::Blob => "Blob".to_owned(),
        Role::Config => "Config".to_owned(),
        Role::Layer(number) => format!("Layer {number}"),
        Role::Referrer(_) => "Referrer".to_owned(),
    }
}

/// The mark of a document that has another size than the descriptor states.
pub fn wrong_size(stated: u64) -> String {
    match stated {
        0 => "stated without a size, or as 0 bytes".to_owned(),
        _ => format!("stated as {}", exact_bytes(stated)),
    }
}

/// The place where a referrer was found.
pub fn source(source: ReferrersSource) -> &'static str {
    match source {
        ReferrersSource::Api => "found by the referrers API",
        ReferrersSource::FallbackTag => "found by the fallback tag",
        ReferrersSource::CosignTag => "found by a cosign tag",
    }
}

/// The part of the referrers API in a list; nothing where it simply listed.
pub fn referrers_api(api: &ReferrersApi) -> Option<String> {
    let why = match api {
        ReferrersApi::Listed => return None,
        ReferrersApi::Absent => "This registry has no referrers API".to_owned(),
        ReferrersApi::Unreadable => {
            "This page cannot read what the referrers API answers, as where a registry has none and \
             sends no CORS headers with its errors"
                .to_owned()
        }
        ReferrersApi::Refused(error) => {
            ["The referrers API gave no list: ", &error::reason_with_status(error)].concat()
        }
    };
    Some(why + ". Tags were read in its place.")
}

/// Tags in which referrers may be, and which could not be read.
pub fn unread_tags(unread: &[(Tag, Error)]) -> Option<String> {
    let (_, error) = unread.first()?;
    let tags = match unread.len() {
        1 => "1 tag that may hold referrers".to_owned(),
        count => format!("{count} tags that may hold referrers"),
    };
    let mut text = [&tags, " could not be read: ", &error::reason_with_status(error), "."].concat();
    if error.is_cors_or_network() {
        text += " A registry that sends no CORS headers with its errors answers so where there is none.";
    }
    Some(text)
}

/// The reason why the content below a node is not shown.
pub fn cut(cut: Cut) -> &'static str {
    match cut {
        Cut::Cycle => "It contains itself: see above.",
        Cut::Depth => "It is nested too deep to be shown here.",
        Cut::Nodes => "The tree is too large to be shown whole.",
    }
}
