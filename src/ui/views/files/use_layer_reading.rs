//! Reading layers from a component, a few at a time.

use std::{cell::Ref, rc::Rc};

use yew::prelude::*;

use super::super::ViewContext;
use crate::{
    app::{
        Connection,
        tasks::read_layers::{Allowance, LayerReading, Way, read_layer},
        views::{files::Files, layers::Layer},
    },
    oci::RepositoryName,
    ui::{
        browser::milliseconds,
        hooks::{Task, use_announce, use_task},
        text,
    },
};

/// The layers that are read at the same time.
const AT_A_TIME: usize = 3;

/// The reading of layers, for a component.
pub(super) struct LayerReadingTask {
    task: Task<LayerReading>,
    /// Reads some layers; of those that have a table of contents, only that.
    pub(super) start: Callback<Vec<u16>>,
    /// Reads some layers without being asked, within an allowance.
    pub(super) at_once: Callback<(Vec<u16>, Allowance)>,
    /// Reads some layers from end to end.
    pub(super) read_whole: Callback<Vec<u16>>,
    /// Ends it.
    pub(super) cancel: Callback<()>,
}

impl LayerReadingTask {
    pub(super) fn state(&self) -> Ref<'_, LayerReading> {
        self.task.state()
    }
}

/// The layers of one request.
#[derive(Clone)]
struct Batch {
    task: Task<LayerReading>,
    files: Rc<Files>,
    repository: RepositoryName,
    connection: Connection,
    announce: Callback<AttrValue>,
    /// True if tables of contents are ignored.
    is_whole: bool,
    /// The bytes that may come of a reading that was not asked for.
    allowance: Option<Allowance>,
}

/// Reads layers of what is shown. Leaving the component ends it.
#[hook]
pub(super) fn use_layer_reading(context: &ViewContext, files: &Rc<Files>) -> LayerReadingTask {
    let task = use_task(|| at_first(context, files));
    let batch = Batch {
        task: task.clone(),
        files: Rc::clone(files),
        repository: context.place.reference.repository.clone(),
        connection: context.connection.clone(),
        announce: use_announce(),
        is_whole: false,
        allowance: None,
    };
    let at_once = Callback::from({
        let batch = batch.clone();
        move |(numbers, allowance): (Vec<u16>, Allowance)| {
            Batch { allowance: Some(allowance), ..batch.clone() }.begin(&numbers);
        }
    });
    let begin = Callback::from(move |(numbers, is_whole): (Vec<u16>, bool)| {
        Batch { is_whole, ..batch.clone() }.begin(&numbers);
    });
    let cancel = Callback::from({
        let task = task.clone();
        move |()| {
            task.abort();
            task.change(LayerReading::cancel);
        }
    });
    LayerReadingTask {
        task,
        at_once,
        start: begin.reform(|numbers| (numbers, false)),
        read_whole: begin.reform(|numbers| (numbers, true)),
        cancel,
    }
}

impl Batch {
    fn begin(self, numbers: &[u16]) {
        self.task.abort();
        let total =
            if self.is_whole { self.files.bytes(numbers) } else { self.files.cost(numbers) };
        self.task.change(|reading| reading.begin(numbers, total, milliseconds()));
        for _ in 0..AT_A_TIME.min(numbers.len()) {
            self.task.run(self.clone().read_all());
        }
    }

    /// Reads one layer after the other until none waits.
    async fn read_all(self) {
        loop {
            let next = self.task.change(LayerReading::take_next);
            let Some(number) = next else { break };
            let Some(layer) = self.files.layer(number) else { continue };
            self.read(number, layer).await;
        }
        if !self.task.state().is_running() {
            self.announce.emit(text::files::READ.into());
        }
    }

    async fn read(&self, number: u16, layer: &Layer) {
        let mut progress = |done| {
            self.task.progress(|reading| reading.progress(number, done, milliseconds()));
        };
        let by_table = self.files.has_table(number) && !self.is_whole;
        let way = match self.allowance {
            Some(allowance) => allowance.way(layer.descriptor.size, by_table),
            None => Way::asked(&layer.descriptor, by_table),
        };
        let layer = (&layer.descriptor, layer.diff_id.as_ref());
        let read = read_layer(&*self.connection.blobs, &self.repository, layer, way, &mut progress);
        let read = read.await.map_err(Rc::new);
        self.task.change(|reading| reading.end(number, read, milliseconds()));
    }
}

/// In the browser nothing is read before the first rendering.
#[cfg(target_arch = "wasm32")]
fn at_first(_context: &ViewContext, _files: &Files) -> LayerReading {
    LayerReading::default()
}

/// Reads layers that are there at once, if pages are rendered to text.
#[cfg(not(target_arch = "wasm32"))]
fn at_first(context: &ViewContext, files: &Files) -> LayerReading {
    use futures_util::FutureExt;
    let mut reading = LayerReading::default();
    let (needed, allowance) = files.at_once(&files.needed());
    reading.begin(&needed, files.cost(&needed), 0);
    while let Some(number) = reading.take_next() {
        let Some(layer) = files.layer(number) else { continue };
        let repository = &context.place.reference.repository;
        let blobs = &*context.connection.blobs;
        let way = allowance.way(layer.descriptor.size, files.has_table(number));
        let layer = (&layer.descriptor, layer.diff_id.as_ref());
        let read = read_layer(blobs, repository, layer, way, &mut |_| {}).now_or_never();
        if let Some(read) = read {
            reading.end(number, read.map_err(Rc::new), 0);
        }
    }
    reading
}
