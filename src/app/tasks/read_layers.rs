//! Reading layers, a few at a time. Times are in milliseconds of any clock that only goes forward.

use std::rc::Rc;

use crate::{
    caps,
    error::Error,
    oci::{Descriptor, Digest, RepositoryName},
    ops::blob_reader::BlobReader,
};

/// The state of one layer.
#[derive(Clone, Debug)]
pub enum LayerState {
    /// It will be read.
    Waiting,
    /// It is being read: the bytes so far.
    Reading(u64),
    /// The layer was read, to its end or as far as it came.
    Read(u64),
    /// It could not be read, or not to its end.
    Failed(Rc<Error>),
}

/// The layers that are read, by their places from the base.
#[derive(Clone, Debug, Default)]
pub struct LayerReading {
    layers: Vec<(u16, LayerState)>,
    /// Grows when something was read, because earlier answers may be out of date then.
    pub generation: u32,
    /// Bytes of all that is read in this run.
    total: u64,
    started: u64,
    now: u64,
}

impl LayerReading {
    /// Begins reading layers of so many bytes in all. Forgets earlier failures.
    pub fn begin(&mut self, numbers: &[u16], total: u64, now: u64) {
        self.layers.clear();
        self.layers.extend(numbers.iter().map(|&number| (number, LayerState::Waiting)));
        (self.total, self.started, self.now) = (total, now, now);
    }

    /// Returns the next layer to read.
    pub fn take_next(&mut self) -> Option<u16> {
        let waiting = |(_, state): &&mut (u16, LayerState)| matches!(state, LayerState::Waiting);
        let (number, state) = self.layers.iter_mut().find(waiting)?;
        *state = LayerState::Reading(0);
        Some(*number)
    }

    /// Notes how far a layer is.
    pub fn progress(&mut self, number: u16, done: u64, now: u64) {
        self.now = self.now.max(now);
        self.set(number, LayerState::Reading(done));
    }

    /// Notes the end of a layer.
    pub fn end(&mut self, number: u16, result: Result<u64, Rc<Error>>, now: u64) {
        self.now = self.now.max(now);
        self.generation += 1;
        self.set(number, result.map_or_else(LayerState::Failed, LayerState::Read));
    }

    fn set(&mut self, number: u16, state: LayerState) {
        if let Some((_, known)) = self.layers.iter_mut().find(|(known, _)| *known == number) {
            *known = state;
        }
    }

    /// Ends it all. Layers that were not read count as not asked for.
    pub fn cancel(&mut self) {
        self.layers
            .retain(|(_, state)| matches!(state, LayerState::Read(_) | LayerState::Failed(_)));
        self.generation += 1;
    }

    /// Returns the state of a layer; `None` if it was not asked for.
    pub fn state(&self, number: u16) -> Option<&LayerState> {
        self.layers.iter().find(|(known, _)| *known == number).map(|(_, state)| state)
    }

    /// Returns true while anything is read.
    pub fn is_running(&self) -> bool {
        let running = |(_, state): &(u16, LayerState)| {
            matches!(state, LayerState::Waiting | LayerState::Reading(_))
        };
        self.layers.iter().any(running)
    }

    /// Layers that could not be read, with the reason.
    pub fn failures(&self) -> impl Iterator<Item = (u16, &Rc<Error>)> {
        self.layers.iter().filter_map(|(number, state)| match state {
            LayerState::Failed(error) => Some((*number, error)),
            _ => None,
        })
    }

    /// Bytes read.
    pub fn done(&self) -> u64 {
        let done = |(_, state): &(u16, LayerState)| match state {
            LayerState::Reading(done) | LayerState::Read(done) => *done,
            LayerState::Waiting | LayerState::Failed(_) => 0,
        };
        self.layers.iter().map(done).fold(0, u64::saturating_add)
    }

    /// Bytes in all. A layer whose table of contents cannot be used adds bytes that were not expected.
    pub fn total(&self) -> u64 {
        self.total.max(self.done())
    }

    /// Returns the speed in bytes a second; `None` while it is not known yet.
    pub fn speed(&self) -> Option<u64> {
        let passed = self.now.saturating_sub(self.started);
        (passed >= 300).then(|| self.done().saturating_mul(1_000) / passed)
    }

    /// Seconds left.
    pub fn left(&self) -> Option<u64> {
        self.total().saturating_sub(self.done()).checked_div(self.speed()?)
    }
}

/// Lists a layer, by its table of contents if `by_table`; a small layer whose table is of no use is read
/// instead. The diff ID is the one that the configuration states. Returns the bytes that the layer counts for: none if its table was read.
///
/// # Errors
/// As for [`BlobReader::open`].
pub async fn read_layer(
    blobs: &dyn BlobReader,
    repository: &RepositoryName,
    (layer, diff_id): (&Descriptor, Option<&Digest>),
    by_table: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, Error> {
    if let Some(diff_id) = diff_id {
        blobs.state_diff_id(&layer.digest, diff_id);
    }
    if by_table {
        let or_whole = layer.size <= caps::LINK_READS;
        blobs.list_by_toc(repository, layer, or_whole, progress).await?;
        return Ok(0);
    }
    blobs.open(repository, layer, None, progress).await?;
    Ok(layer.size)
}
