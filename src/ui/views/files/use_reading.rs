//! Reading layers from a part, a few at a time, and telling it ten times a second how far that is.

use std::{
    cell::{Cell, Ref, RefCell},
    rc::Rc,
};

use futures_util::future::{AbortHandle, abortable};
use yew::platform::spawn_local;
use yew::prelude::*;

use super::super::Scene;
use crate::{
    app::{
        Connection, Place,
        views::files::{AT_ONCE, Files, reading::Reading},
    },
    oci::Descriptor,
    ui::{browser::milliseconds, hooks::use_announce, text},
};

/// Milliseconds between two drawings.
const PERIOD: u64 = 100;

/// Layers that are read at the same time.
const AT_A_TIME: usize = 3;

/// Reading as a part sees it.
#[derive(Clone)]
pub(super) struct ReadingHandle {
    work: Rc<Work>,
    /// Reads some layers; of those that bring a table of contents, only that.
    pub(super) start: Callback<Vec<u16>>,
    /// Reads some layers from end to end.
    pub(super) read_whole: Callback<Vec<u16>>,
    /// Ends it.
    pub(super) cancel: Callback<()>,
}

impl ReadingHandle {
    /// How it stands.
    pub(super) fn state(&self) -> Ref<'_, Reading> {
        self.work.reading.borrow()
    }
}

#[derive(Default)]
struct Work {
    reading: RefCell<Reading>,
    tasks: RefCell<Vec<AbortHandle>>,
    drawn: Cell<u64>,
}

impl Work {
    fn abort(&self) {
        self.tasks.borrow_mut().drain(..).for_each(|task| task.abort());
    }
}

/// What a task needs.
struct Job {
    work: Rc<Work>,
    files: Rc<Files>,
    place: Rc<Place>,
    connection: Connection,
    update: UseForceUpdateHandle,
    announce: Callback<AttrValue>,
    /// Whether tables of contents are left alone.
    is_whole: bool,
}

/// Reads layers of what is looked at. Leaving the part ends it.
#[hook]
pub(super) fn use_reading(scene: &Scene, files: &Rc<Files>) -> ReadingHandle {
    let update = use_force_update();
    let announce = use_announce();
    let work = use_memo((), |()| at_first(scene, files));
    use_effect_with((), {
        let work = Rc::clone(&work);
        move |()| move || work.abort()
    });
    let begin = Callback::from({
        let (work, update) = (Rc::clone(&work), update.clone());
        let (files, scene) = (Rc::clone(files), scene.clone());
        move |(numbers, is_whole): (Vec<u16>, bool)| {
            let job = Job {
                work: Rc::clone(&work),
                files: Rc::clone(&files),
                place: Rc::clone(&scene.place),
                connection: scene.connection.clone(),
                update: update.clone(),
                announce: announce.clone(),
                is_whole,
            };
            work_on(&Rc::new(job), &numbers);
        }
    });
    let cancel = Callback::from({
        let work = Rc::clone(&work);
        move |()| {
            work.abort();
            work.reading.borrow_mut().cancel();
            update.force_update();
        }
    });
    ReadingHandle {
        work,
        start: begin.reform(|numbers| (numbers, false)),
        read_whole: begin.reform(|numbers| (numbers, true)),
        cancel,
    }
}

fn work_on(job: &Rc<Job>, numbers: &[u16]) {
    job.work.abort();
    let total = if job.is_whole { job.files.bytes(numbers) } else { job.files.cost(numbers) };
    job.work.reading.borrow_mut().begin(numbers, total, milliseconds());
    job.update.force_update();
    for _ in 0..AT_A_TIME.min(numbers.len()) {
        let (task, handle) = abortable(work_off(Rc::clone(job)));
        job.work.tasks.borrow_mut().push(handle);
        spawn_local(async move {
            let _ = task.await;
        });
    }
}

/// Reads one layer after the other until none waits.
async fn work_off(job: Rc<Job>) {
    loop {
        let next = job.work.reading.borrow_mut().take_next();
        let Some(number) = next else { break };
        let Some(layer) = job.files.layer(number).map(|layer| layer.descriptor.clone()) else {
            continue;
        };
        read(&job, number, &layer).await;
    }
    if !job.work.reading.borrow().is_running() {
        job.announce.emit(text::files::READ.into());
    }
}

async fn read(job: &Job, number: u16, layer: &Descriptor) {
    let mut progress = |done| {
        let now = milliseconds();
        job.work.reading.borrow_mut().progress(number, done, now);
        if now.saturating_sub(job.work.drawn.get()) >= PERIOD {
            job.work.drawn.set(now);
            job.update.force_update();
        }
    };
    let repository = &job.place.reference.repository;
    let (by_table, blobs) = (job.files.has_table(number) && !job.is_whole, &job.connection.blobs);
    let read = if by_table {
        blobs.list_by_toc(repository, layer, layer.size <= AT_ONCE, &mut progress).await
    } else {
        blobs.open(repository, layer, None, &mut progress).await
    };
    let size = if by_table { 0 } else { layer.size };
    let read = read.map(|()| size).map_err(Rc::new);
    job.work.reading.borrow_mut().end(number, read, milliseconds());
    job.update.force_update();
}

/// In the browser nothing is read before the first rendering.
#[cfg(target_arch = "wasm32")]
fn at_first(_scene: &Scene, _files: &Files) -> Work {
    Work::default()
}

/// Where pages are rendered to text, layers that are at hand at once are read into it.
#[cfg(not(target_arch = "wasm32"))]
fn at_first(scene: &Scene, files: &Files) -> Work {
    use futures_util::FutureExt;
    let work = Work::default();
    let needed = files.needed();
    let total = files.cost(&needed);
    if total > AT_ONCE {
        return work;
    }
    let mut reading = work.reading.borrow_mut();
    reading.begin(&needed, total, 0);
    while let Some(number) = reading.take_next() {
        let Some(layer) = files.layer(number) else { continue };
        let repository = &scene.place.reference.repository;
        let blobs = &scene.connection.blobs;
        let (layer, mut progress) = (&layer.descriptor, |_| {});
        let read = if files.has_table(number) {
            blobs.list_by_toc(repository, layer, true, &mut progress).now_or_never()
        } else {
            blobs.open(repository, layer, None, &mut progress).now_or_never()
        };
        if let Some(read) = read {
            reading.end(number, read.map(|()| layer.size).map_err(Rc::new), 0);
        }
    }
    drop(reading);
    work
}
