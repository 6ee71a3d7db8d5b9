//! Verification of the content that a place names, and its outcome in words.

mod run;

pub use run::{Counts, Row, Run, State};

use super::image::manifest_ref;
pub use crate::ops::{
    progress::{Event, Mismatch, Observer, Outcome, Role},
    verify::{About, Check, Report},
};
use crate::{
    app::{Connection, Place},
    error::Result,
    oci::ManifestRef,
    ops::tree::{Options, Selection},
};

/// Reads and checks all that a place names; of an index with a chosen platform only that. Layers
/// are read by the connection's engine; natively a connection without one reads them itself.
///
/// # Errors
/// Only where the first manifest cannot be read; all else is part of the report.
pub async fn check(connection: &Connection, place: &Place, observer: Observer) -> Result<Report> {
    let repository = &place.reference.repository;
    let (mut wanted, mut selection) = (manifest_ref(place), Selection::All);
    if let Some(name) = place.platform.as_deref() {
        // An entry without a platform is named by its digest.
        if let Ok(digest) = name.parse() {
            wanted = ManifestRef::Digest(digest);
        } else if let Ok(platform) = name.parse() {
            selection = Selection::Platforms(vec![platform]);
        }
    }
    let root = connection.registry.manifest(repository, &wanted).await?;
    let options = Options { selection, observer, ..Options::default() };
    Ok(connection.verify(repository, root, &options).await)
}

/// Returns an outcome as one of three words, with the details.
pub fn verdict(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Verified => ("verified", String::new()),
        Outcome::Mismatch(Mismatch::Digest { actual, .. }) => {
            ("mismatch", format!("the bytes have the digest {actual}"))
        }
        Outcome::Mismatch(Mismatch::Size { actual, .. }) => {
            ("mismatch", format!("{actual} bytes came"))
        }
        Outcome::Mismatch(Mismatch::Claim { expected, actual }) => {
            ("mismatch", format!("{actual}, not {expected}"))
        }
        Outcome::NotVerified(why) | Outcome::Skipped(why) => ("not verified", why.clone()),
        Outcome::Failed(error) => ("not verified", error.to_string()),
        Outcome::Transferred | Outcome::Mounted | Outcome::AlreadyThere => {
            ("not verified", String::new())
        }
    }
}

#[cfg(test)]
mod tests;
