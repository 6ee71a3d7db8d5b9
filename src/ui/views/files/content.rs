//! The content of one file: a picture, JSON, text, bytes, or what is in an archive. Nothing is run
//! and nothing is drawn as HTML.

use std::rc::Rc;

use bytes::Bytes;
use yew::prelude::*;

use super::{
    member::ArchiveMember,
    shown::Shown,
    use_answer::use_answer,
    use_file::{FileHandle, Get, use_file},
};
use crate::{
    app::views::files::{AT_ONCE, Files, PREVIEW, SAVE},
    layers::{
        index::{Answer, Question, Stored},
        ranges::Basis,
    },
    ui::{
        components::{error_box, progress},
        part::{part, put_keyed},
        text::{files as text, verify},
        views::Scene,
    },
};

/// The content of a file.
#[derive(Clone, PartialEq)]
pub(super) struct Content {
    pub(super) scene: Scene,
    pub(super) files: Rc<Files>,
    pub(super) stored: Stored,
    pub(super) path: Rc<Vec<u8>>,
    pub(super) generation: u32,
}

part!(Content, use_content);

#[hook]
fn use_content(props: &Content) -> Html {
    let (file, get, cancel) = use_file(props);
    let layer = props.files.layer(props.stored.layer).map(|layer| layer.descriptor.clone());
    let (digest, size) = layer.map_or_else(
        || (crate::content::verify::digest_of(b""), 0),
        |layer| (layer.digest, props.stored.part.unwrap_or(layer.size)),
    );
    let question = Question::Content { layer: digest, offset: props.stored.offset };
    let query = use_answer(&props.scene, question, props.generation + file.generation);
    let reply = query.state.value().cloned();
    let is_absent = matches!(reply.as_ref().map(|reply| &reply.answer), Some(Answer::Nothing));
    let is_small = props.stored.size <= PREVIEW && props.stored.size > 0;
    use_effect_with(is_absent && is_small && size <= AT_ONCE, {
        let get = get.clone();
        move |is_wanted| {
            if *is_wanted {
                get.emit((PREVIEW, false));
            }
        }
    });
    let bytes = use_memo(reply.clone().map(super::super::Same), |reply| {
        match reply.as_ref().map(|reply| &reply.0.answer) {
            Some(Answer::Content(bytes, _)) => Bytes::copy_from_slice(bytes),
            _ => Bytes::new(),
        }
    });
    if props.stored.size == 0 {
        return html! { <p class="empty">{ text::EMPTY_FILE }</p> };
    }
    html! {
        <section class="content">
            { under_way(&file, size, &cancel) }
            if let Some(error) = &file.error { { error_box(error, None) } }
            if let Some(error) = query.state.error() { { error_box(error, Some(&query.retry)) } }
            { match reply.as_ref().map(|reply| &reply.answer) {
                Some(Answer::Content(_, basis)) => shown(props, &bytes, *basis),
                Some(Answer::Failed(reason)) => html! {
                    <p class="note">{ reason }{ "." }</p>
                },
                _ => Html::default(),
            } }
            if bytes.is_empty() && file.done.is_none() { { offer(props, size, &get) } }
        </section>
    }
}

fn shown(props: &Content, bytes: &Rc<Bytes>, basis: Basis) -> Html {
    let bytes = (**bytes).clone();
    if bytes.is_empty() {
        return Html::default();
    }
    let key = format!("{} {}", props.stored.layer, props.stored.offset);
    let Content { scene, files, stored, path, generation } = props.clone();
    let member = files.member.clone();
    let whole = Shown { scene, files, stored, path, bytes, basis, generation };
    match member {
        Some(name) => put_keyed(key, ArchiveMember { archive: whole, name: Rc::new(name) }),
        None => put_keyed(key, whole),
    }
}

fn under_way(file: &FileHandle, size: u64, cancel: &Callback<()>) -> Html {
    let Some(done) = file.done else { return Html::default() };
    let label = verify::progress(done, Some(size), None, None);
    html! {
        <div class="tools reading" aria-busy="true">
            { progress(label, done, Some(size)) }
            <button type="button" onclick={cancel.reform(|_: MouseEvent| ())}>{ text::CANCEL }</button>
        </div>
    }
}

/// What can be done where the content is not at hand.
fn offer(props: &Content, size: u64, get: &Get) -> Html {
    let (file, is_part) = (props.stored.size, props.stored.part.is_some());
    let button = |label: String, cap: u64, is_saved: bool| {
        let onclick = get.reform(move |_: MouseEvent| (cap, is_saved));
        html! { <button type="button" {onclick}>{ label }</button> }
    };
    match file {
        0..=PREVIEW => button(
            if is_part { text::read_part(size) } else { text::read_again(size) },
            PREVIEW,
            false,
        ),
        _ => html! {
            <>
                <p>{ text::too_large(file, PREVIEW) }</p>
                if file > SAVE {
                    <p class="note">{ text::far_too_large(SAVE) }</p>
                } else {
                    { button(
                        if is_part { text::save_part(size) } else { text::save_large(size) },
                        SAVE,
                        true,
                    ) }
                }
            </>
        },
    }
}
