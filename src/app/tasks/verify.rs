//! Verifying what a place names.

use std::rc::Rc;

use crate::{
    app::{
        Connection, Place,
        views::{
            image::manifest_ref,
            verify::{Run, State},
        },
    },
    error::{Error, Result},
    oci::ManifestRef,
    ops::{
        graph::{Selection, WalkOptions},
        progress::{JobEvent, Observer},
        verify::Report,
    },
};

/// A verification as a page shows it. Times are in milliseconds of any clock that only goes forward.
#[derive(Default)]
pub struct Verification {
    /// The run; `None` before the first one, and after one that could not begin.
    pub run: Option<Run>,
    /// The reason why the last run could not begin.
    pub failure: Option<Rc<Error>>,
}

impl Verification {
    /// Begins a run.
    pub fn begin(&mut self, now: u64) {
        (self.run, self.failure) = (Some(Run::new(now)), None);
    }

    /// Notes what happened.
    pub fn observe(&mut self, event: &JobEvent, now: u64) {
        if let Some(run) = &mut self.run {
            run.take(event, now);
        }
    }

    /// Takes the end of a run, and returns the run if it went through.
    pub fn finish(&mut self, result: Result<Report>, now: u64) -> Option<&Run> {
        match result {
            Ok(report) => {
                let run = self.run.as_mut()?;
                run.settle(&report);
                run.end(State::Done, now);
                Some(run)
            }
            Err(error) => {
                (self.run, self.failure) = (None, Some(Rc::new(error)));
                None
            }
        }
    }

    /// Ends a run before its time.
    pub fn cancel(&mut self, now: u64) {
        if let Some(run) = &mut self.run {
            run.end(State::Cancelled, now);
        }
    }
}

/// Reads and checks all that a place names; of an index with a chosen platform only that. The
/// connection's engine reads the layers; natively a connection without one reads them itself.
///
/// # Errors
/// Only if the first manifest cannot be read; all else is part of the report.
pub async fn verify(
    connection: &Connection,
    place: &Place,
    observe: impl Fn(&JobEvent) + 'static,
) -> Result<Report> {
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
    let options =
        WalkOptions { selection, observer: Observer::new(observe), ..WalkOptions::default() };
    Ok(connection.verify(repository, root, &options).await)
}
