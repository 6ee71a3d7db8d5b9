//! Reading layers, a few at a time. Times are in milliseconds of any clock that only goes forward.

use std::rc::Rc;

use futures_channel::oneshot;
use futures_util::{
    FutureExt,
    future::{Either, select},
};

use crate::{
    caps,
    error::{Error, ErrorKind},
    oci::{Descriptor, Digest, RepositoryName},
    ops::blob_reader::{BlobReader, TableReading},
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

/// Lists a layer in one of two ways. The diff ID is the one that the configuration states. Returns the bytes that the layer counts for: none if its table was read.
///
/// # Errors
/// As for [`BlobReader::open`]; `TooLarge` if more came than the way allows.
pub async fn read_layer(
    blobs: &dyn BlobReader,
    repository: &RepositoryName,
    (layer, diff_id): (&Descriptor, Option<&Digest>),
    way: Way,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, Error> {
    if let Some(diff_id) = diff_id {
        blobs.state_diff_id(&layer.digest, diff_id);
    }
    let (over, is_over) = oneshot::channel();
    let mut over = Some(over);
    let mut progress = |done| {
        if done > way.most {
            // Who listens ends the reading.
            over.take().map(|over| over.send(()));
        }
        progress(done);
    };
    let reading = async {
        match way.table {
            Some(table) => blobs.list_by_toc(repository, layer, table, &mut progress).await,
            None => blobs.open(repository, layer, None, &mut progress).await,
        }
    };
    match select(reading.boxed_local(), is_over).await {
        Either::Left((end, mut is_over)) => {
            end?;
            // The last bytes may bring both: the end, and one too many.
            if matches!(is_over.try_recv(), Ok(Some(()))) {
                return Err(ErrorKind::TooLarge { limit: way.most }.into());
            }
        }
        Either::Right((Ok(()), _)) => return Err(ErrorKind::TooLarge { limit: way.most }.into()),
        Either::Right((Err(_), reading)) => reading.await?,
    }
    Ok(if way.table.is_some() { 0 } else { layer.size })
}

/// The way in which a layer is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Listing by the table of contents; `None` to read the layer.
    pub table: Option<TableReading>,
    /// The most bytes that may come, whatever the descriptor states.
    pub most: u64,
}

impl Way {
    /// Returns the way for a person who asked for this layer: all of it may come. A small layer whose table
    /// is of no use is read instead.
    pub fn asked(layer: &Descriptor, by_table: bool) -> Self {
        let or_whole = layer.size <= caps::LINK_READS;
        let table = by_table.then_some(TableReading { most: caps::TOC_PACKED, or_whole });
        Self { table, most: caps::MISSTATED_BYTES }
    }
}

/// The bytes that opening a link may read of layers: no more than [`caps::LINK_READS`] in all, whatever
/// descriptors and annotations claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The largest table of contents of each layer.
    table: u64,
    /// True if layers whose table is of no use are read.
    or_whole: bool,
    /// Bytes of each layer beyond those that its descriptor states.
    beyond: u64,
}

impl Allowance {
    /// Shares out what a link may read among layers, given by their sizes, and by whether they have a table
    /// of contents. Returns `None` if there is no room to read the layers without a table.
    pub fn share(layers: &[(u64, bool)]) -> Option<Self> {
        let all = caps::LINK_READS - caps::LINK_FILE;
        let count = u64::try_from(layers.len()).ok().filter(|count| *count > 0)?;
        let sum =
            |of: &dyn Fn(&(u64, bool)) -> u64| layers.iter().map(of).fold(0, u64::saturating_add);
        // A table is a part of its layer, so that both together are no more than twice the layer.
        let with_both = sum(&|(size, has_table)| size.saturating_mul(1 + u64::from(*has_table)));
        if with_both <= all {
            let beyond = (all - with_both) / count;
            return Some(Self { table: all, or_whole: true, beyond });
        }
        let table = all / count / 2;
        let with_tables = sum(&|(size, has_table)| if *has_table { table } else { *size });
        let beyond = all.checked_sub(with_tables)? / count;
        Some(Self { table, or_whole: false, beyond })
    }

    /// The allowance for layers of which only the tables of contents are read.
    pub fn tables_only(count: usize) -> Self {
        let all = caps::LINK_READS - caps::LINK_FILE;
        let count = u64::try_from(count.max(1)).unwrap_or(u64::MAX);
        Self { table: all / count, or_whole: false, beyond: 0 }
    }

    /// Returns the way to list one of the layers.
    pub fn way(self, size: u64, has_table: bool) -> Way {
        let table = has_table.then_some(TableReading { most: self.table, or_whole: self.or_whole });
        let whole = size.saturating_add(self.beyond);
        let most = match has_table {
            true if self.or_whole => size.saturating_add(whole),
            true => self.table,
            false => whole,
        };
        Way { table, most }
    }
}
