//! Getting the content of one file out of its layer again, where it was not kept.

use std::rc::Rc;

use futures_util::future::{AbortHandle, abortable};
use yew::platform::spawn_local;
use yew::prelude::*;

use super::content::Content;
use crate::{
    app::views::files::path::save_name,
    error::{Error, ErrorKind, Result},
    layers::{
        file_location::FileLocation,
        index::{Answer, Question},
    },
    ui::views::save::save,
};

/// How getting a file stands.
#[derive(Clone, Default)]
pub(super) struct FileHandle {
    /// Bytes of the layer that were read; `None` where nothing is under way.
    pub(super) done: Option<u64>,
    /// Why it failed.
    pub(super) error: Option<Rc<Error>>,
    /// Grows when something came.
    pub(super) generation: u32,
}

/// A way to get a file, up to a size in bytes, and then perhaps to save it.
pub(super) type Get = Callback<(u64, bool)>;

/// How getting the file stands, and a way to begin. Leaving the part ends it.
#[hook]
pub(super) fn use_file(props: &Content) -> (FileHandle, Get, Callback<()>) {
    let state = use_state(FileHandle::default);
    let task = use_mut_ref(|| None::<AbortHandle>);
    use_effect_with((), {
        let task = Rc::clone(&task);
        move |()| {
            move || {
                if let Some(task) = task.take() {
                    task.abort();
                }
            }
        }
    });
    let cancel = Callback::from({
        let (task, state) = (Rc::clone(&task), state.clone());
        move |()| {
            if let Some(task) = task.take() {
                task.abort();
            }
            state.set(FileHandle { done: None, error: None, generation: state.generation });
        }
    });
    let get = Callback::from({
        let (props, state) = (props.clone(), state.clone());
        move |(cap, is_saved): (u64, bool)| {
            let generation = state.generation;
            state.set(FileHandle { done: Some(0), error: None, generation });
            let (setter, props) = (state.setter(), props.clone());
            let (job, handle) = abortable(async move {
                let told = setter.clone();
                let mut progress = |done| {
                    told.set(FileHandle { done: Some(done), error: None, generation });
                };
                let got = fetch(&props, cap, is_saved, &mut progress).await;
                let error = got.err().map(Rc::new);
                setter.set(FileHandle { done: None, error, generation: generation + 1 });
            });
            if let Some(before) = task.replace(Some(handle)) {
                before.abort();
            }
            spawn_local(async move {
                let _ = job.await;
            });
        }
    });
    ((*state).clone(), get, cancel)
}

async fn fetch(
    props: &Content,
    cap: u64,
    is_saved: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<()> {
    let Some(layer) = props.files.layer(props.stored.layer) else { return Ok(()) };
    let layer = &layer.descriptor;
    let blobs = &props.scene.connection.blobs;
    let repository = &props.scene.place.reference.repository;
    let file = FileLocation { offset: props.stored.offset, cap };
    blobs.open(repository, layer, Some(file), progress).await?;
    if is_saved {
        let question =
            Question::Content { layer: layer.digest.clone(), offset: props.stored.offset };
        match blobs.ask(&question).await? {
            Answer::Content(bytes, _) => save(&save_name(&props.path), &bytes),
            Answer::Failed(reason) => return Err(ErrorKind::BadAnswer(reason).into()),
            _ => {}
        }
    }
    Ok(())
}
