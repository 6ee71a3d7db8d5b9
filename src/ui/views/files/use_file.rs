//! Getting the content of one file out of its layer again, if it was not kept.

use yew::prelude::*;

use super::loaded_file::FileSource;
use crate::{
    app::{
        tasks::extract_file::{FileExtraction, extract_file},
        views::files::path::save_name,
    },
    error::Result,
    layers::index::Answer,
    ui::{
        hooks::{Task, use_task},
        views::save::save,
    },
};

/// A file that is got from its layer on request.
pub(super) struct FileTask {
    /// The state of getting the file.
    pub(super) task: Task<FileExtraction>,
    /// Gets the file, up to a size in bytes, and then perhaps saves it.
    pub(super) get: Callback<(u64, bool)>,
    /// Ends it.
    pub(super) cancel: Callback<()>,
}

/// Loads a file once the reader asks for it. Leaving the component ends that.
#[hook]
pub(super) fn use_file(source: &FileSource) -> FileTask {
    let task = use_task(FileExtraction::default);
    let cancel = Callback::from({
        let task = task.clone();
        move |()| {
            task.abort();
            task.change(FileExtraction::cancel);
        }
    });
    let get = Callback::from({
        let (source, task) = (source.clone(), task.clone());
        move |(limit, is_saved): (u64, bool)| {
            task.abort();
            task.change(FileExtraction::begin);
            let (source, own) = (source.clone(), task.clone());
            task.run(async move {
                let result = fetch(&source, limit, is_saved, &own).await;
                own.change(|file| file.finish(result));
            });
        }
    });
    FileTask { task, get, cancel }
}

async fn fetch(
    source: &FileSource,
    limit: u64,
    is_saved: bool,
    task: &Task<FileExtraction>,
) -> Result<()> {
    let Some(layer) = source.layer() else { return Ok(()) };
    let layers = &source.context.connection.blobs;
    let repository = &source.context.place.reference.repository;
    let mut progress = |done| task.progress(|file| file.progress(done));
    let file = (source.stored.offset, limit);
    extract_file(&**layers, repository, layer, file, &mut progress).await?;
    if is_saved {
        // If there is no content, the view asks for it again and draws the reason.
        if let Answer::Content(bytes, _) = layers.ask(&source.question()).await? {
            save(&save_name(&source.path), &bytes);
        }
    }
    Ok(())
}
