//! Verification of the content that a place names.

mod run;

pub use run::{Counts, Row, Run, State};

use super::image::manifest_ref;
pub use crate::ops::{
    progress::{JobEvent, Mismatch, Observer, Outcome, Role, UnverifiedReason},
    verify::{About, Check, Report},
};
use crate::{
    app::{Connection, Place},
    error::Result,
    oci::ManifestRef,
    ops::graph::{Selection, WalkOptions},
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
    let options = WalkOptions { selection, observer, ..WalkOptions::default() };
    connection.verify(repository, root, &options).await
}

#[cfg(test)]
mod tests;
