//! Moving images: the one mover under copy, ensure, pull, push and export.
//!
//! A [`Planner`] reads the image and asks the target, and makes a [`Plan`]. A plan is a value: it can
//! be shown and dropped. [`carry_out`] does what a plan says: blobs first, then child manifests, then
//! their parents (R130). Bytes go as they came, never re-serialised.

mod archive;
mod carry_out;
mod make_plan;
mod plan;
mod registry;
mod store;

use std::rc::Rc;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};

use super::{
    graph::{Documents, ImageLimits, Selection},
    progress::{Observer, Outcome},
    repository_ref::RepositoryRef,
};
use crate::{
    error::Result,
    oci::{Descriptor, Digest, Document},
    registry::{BlobSource, BlobStream, ManifestRef},
};

pub use archive::{Sink, TarArchive};
pub use carry_out::carry_out;
pub use make_plan::Planner;
pub use plan::{Action, BlobStep, ManifestStep, Plan, PlannedTag};
pub use store::InStore;

/// The settings of a transfer.
#[derive(Clone)]
pub struct TransferOptions {
    /// A registry is asked for blobs larger than this many bytes before they are sent; smaller ones
    /// are sent without asking (R121).
    pub ask_above: u64,
    /// True if [`super::ensure::ensure_manifest`] sends the manifest first, and the rest only if the
    /// registry then misses something (R128).
    pub manifest_first: bool,
    /// True if layers that have other places to be read from are moved too (R130).
    pub foreign: bool,
    /// True if [`super::copy::copy`] takes along what refers to the image.
    pub referrers: bool,
    /// The platforms of an index that [`super::pull::pull`] and [`super::export::export`] take.
    pub selection: Selection,
    /// The number of objects under way at one time: object *i* starts after object *i* − window has
    /// ended (R157).
    pub window: usize,
    /// The largest image that is moved.
    pub limits: ImageLimits,
    /// Receives the events.
    pub observer: Observer,
}

impl Default for TransferOptions {
    fn default() -> Self {
        Self {
            ask_above: 65_535,
            manifest_first: true,
            foreign: false,
            referrers: false,
            selection: Selection::All,
            window: 4,
            limits: ImageLimits::default(),
            observer: Observer::silent(),
        }
    }
}

/// A place that images are moved from.
#[async_trait(?Send)]
pub trait TransferSource: Documents {
    /// Returns the repository that holds a blob, if it is one that a registry can mount from.
    fn repository_of(&self, _blob: &Digest) -> Option<RepositoryRef> {
        None
    }

    /// Finds a blob that is named by its digest only, as Docker schema 1 names layers.
    ///
    /// # Errors
    /// `NotFound` if it is not there.
    async fn stat(&self, blob: &Digest) -> Result<Descriptor>;

    /// Refuses a blob that is known not to be there whole. A registry is not asked.
    ///
    /// # Errors
    /// `NotFound`.
    async fn check(&self, _blob: &Descriptor) -> Result<()> {
        Ok(())
    }

    /// Opens a blob, or the part of it from `start` on.
    ///
    /// # Errors
    /// As for [`crate::registry::Read::blob`].
    async fn open(&self, blob: &Descriptor, start: u64) -> Result<BlobContent>;
}

/// A place that images are moved to.
#[async_trait(?Send)]
pub trait Target {
    /// Returns its name, as a plan shows it.
    fn name(&self) -> String;

    /// Returns true if a manifest may be there without all it points at. Otherwise nothing is sent
    /// under a manifest that is there.
    fn takes_parts(&self) -> bool {
        false
    }

    /// Refuses a document that cannot be held.
    ///
    /// # Errors
    /// `BadAnswer` or `Unsupported`.
    fn check(&self, _manifest: &Descriptor, _document: &Document) -> Result<()> {
        Ok(())
    }

    /// Finds what a tag or digest stands for.
    ///
    /// # Errors
    /// All but absence.
    async fn find(&self, manifest: &ManifestRef) -> Result<Option<Descriptor>>;

    /// Decides about a blob. Only reads.
    ///
    /// # Errors
    /// Failures of the target.
    async fn plan_blob(
        &self,
        from: &dyn TransferSource,
        blob: &Descriptor,
        options: &TransferOptions,
    ) -> Result<Action>;

    /// Carries out the step of a blob that is mounted or sent.
    ///
    /// # Errors
    /// Absence or wrong bytes at the origin; failures of either side.
    async fn put_blob(
        &self,
        from: &dyn TransferSource,
        step: &BlobStep,
        options: &TransferOptions,
    ) -> Result<Outcome>;

    /// Writes a manifest, with its tags.
    ///
    /// # Errors
    /// `DigestMismatch`; failures of the target.
    async fn put_manifest(&self, step: &ManifestStep) -> Result<()>;
}

/// The bytes of a blob on their way.
pub enum BlobContent {
    /// They come in order.
    Stream(BlobStream),
    /// They can be read in any part, and again.
    Slices(Rc<dyn BlobSource>),
}

impl BlobContent {
    /// The bytes that one slice asks for at most.
    const SLICE: u64 = 1 << 20;

    /// Returns the bytes from `start` on as a stream.
    fn into_stream(self, start: u64) -> BlobStream {
        let source = match self {
            Self::Stream(stream) => return stream,
            Self::Slices(source) => source,
        };
        let size = Some(source.size().saturating_sub(start));
        let chunks = stream::try_unfold((source, start), |(source, start)| async move {
            let length = Self::SLICE.min(source.size().saturating_sub(start));
            if length == 0 {
                return Ok(None);
            }
            let bytes = source.slice(start, length).await?;
            Ok(Some((bytes, (source, start + length))))
        });
        BlobStream { size, encoding: None, chunks: chunks.boxed_local() }
    }
}

#[cfg(test)]
mod tests;
