//! One file of an archive inside a layer: the same forms as any file, one level deep.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    file_content::FileContent,
    href,
    loaded_file::{FileSource, LoadedFile},
    use_answer::{use_answer, use_content_bytes},
};
use crate::{
    app::{Place, views::files::path},
    layers::index::{Answer, Question},
    ui::{
        components::{error_box, foreign},
        stateful::{mount_keyed, stateful},
        text::{file_faults, files as text},
    },
};

/// Draws the name of the member and of its archive.
pub(super) fn heading(place: &Place, archive: &[u8], member: &[u8]) -> Html {
    html! {
        <h2 class="member-of">
            <a href={href(place, archive)}>{ foreign(&path::shown(path::name(archive))) }</a>
            { " › " }
            <code>{ foreign(&path::shown(member)) }</code>
        </h2>
    }
}

/// A member of an archive whose content was loaded.
#[derive(PartialEq)]
pub(super) struct Member {
    pub(super) archive: LoadedFile,
    pub(super) name: Rc<Vec<u8>>,
}

stateful!(Member, use_member);

#[hook]
fn use_member(props: &Member) -> Html {
    let archive @ FileSource { context, stored, generation, .. } = &props.archive.source;
    let layer = archive.layer_digest();
    let (offset, name) = (stored.offset, props.name.to_vec());
    let query = use_answer(context, Question::ArchiveMember { layer, offset, name }, *generation);
    let reply = query.state.value().cloned();
    let bytes = use_content_bytes(reply.as_ref());
    if let Some(error) = query.state.error() {
        return error_box(error, &query.retry);
    }
    match reply.as_ref().map(|reply| &reply.answer) {
        Some(Answer::Content(_, _)) if bytes.is_empty() => {
            html! { <p class="empty">{ text::EMPTY_FILE }</p> }
        }
        Some(Answer::Content(_, _)) => {
            let (path, bytes) = (Rc::clone(&props.name), (*bytes).clone());
            let key = path::text(&path);
            let source = FileSource { path, ..archive.clone() };
            mount_keyed(key, FileContent(LoadedFile { source, bytes, ..props.archive }))
        }
        Some(Answer::Failed(fault)) => html! {
            <p class="note">{ foreign(&file_faults::content(fault)) }{ "." }</p>
        },
        _ => super::loading(),
    }
}
