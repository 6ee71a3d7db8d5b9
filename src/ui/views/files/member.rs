//! One file of an archive inside a layer: the same forms as any file, one level deep.

use std::rc::Rc;

use bytes::Bytes;
use yew::prelude::*;

use super::{href, shown::Shown, use_answer::use_answer};
use crate::{
    app::{Place, views::files::path},
    layers::index::{Answer, Question},
    ui::{
        components::{error_box, foreign},
        part::{part, put_keyed},
        text::files as text,
        views::Same,
    },
};

/// What is looked at, and in which archive.
pub(super) fn heading(place: &Place, archive: &[u8], member: &[u8]) -> Html {
    html! {
        <h2 class="member-of">
            <a href={href(place, archive)}>{ foreign(&path::shown(path::name(archive))) }</a>
            { " › " }
            <code>{ foreign(&path::shown(member)) }</code>
        </h2>
    }
}

/// A member of an archive whose content is at hand.
#[derive(PartialEq)]
pub(super) struct ArchiveMember {
    pub(super) archive: Shown,
    pub(super) name: Rc<Vec<u8>>,
}

part!(ArchiveMember, use_member);

#[hook]
fn use_member(props: &ArchiveMember) -> Html {
    let Shown { scene, files, stored, generation, .. } = &props.archive;
    let layer = files.layer(stored.layer).map(|layer| layer.descriptor.digest.clone());
    let layer = layer.unwrap_or_else(|| crate::content::verify::digest_of(b""));
    let (offset, name) = (stored.offset, props.name.to_vec());
    let query = use_answer(scene, Question::ArchiveMember { layer, offset, name }, *generation);
    let reply = query.state.value().cloned();
    let bytes =
        use_memo(reply.clone().map(Same), |reply| match reply.as_ref().map(|r| &r.0.answer) {
            Some(Answer::Content(bytes, _)) => Bytes::copy_from_slice(bytes),
            _ => Bytes::new(),
        });
    if let Some(error) = query.state.error() {
        return error_box(error, Some(&query.retry));
    }
    match reply.as_ref().map(|reply| &reply.answer) {
        Some(Answer::Content(_, _)) if bytes.is_empty() => {
            html! { <p class="empty">{ text::EMPTY_FILE }</p> }
        }
        Some(Answer::Content(_, _)) => {
            let (path, bytes) = (Rc::clone(&props.name), (*bytes).clone());
            let key = path::text(&path);
            put_keyed(key, Shown { path, bytes, ..props.archive.clone() })
        }
        Some(Answer::Failed(reason)) => html! { <p class="note">{ foreign(reason) }{ "." }</p> },
        _ => super::loading(),
    }
}
