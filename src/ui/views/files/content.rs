//! The content of one file: a picture, JSON, text, bytes, or what is in an archive. Nothing is run
//! and nothing is drawn as HTML.

use std::rc::Rc;

use bytes::Bytes;
use yew::prelude::*;

use super::{
    file_content::FileContent,
    loaded_file::{FileSource, LoadedFile},
    member::Member,
    use_answer::{use_answer, use_content_bytes},
    use_file::use_file,
};
use crate::{
    app::views::files::SAVE,
    caps,
    layers::{index::Answer, ranges::Basis},
    ui::{
        components::{error_box, foreign, progress},
        stateful::{mount_keyed, stateful},
        text::{file_faults, files as text, verify},
    },
};

/// The content of a file.
#[derive(PartialEq)]
pub(super) struct Content(pub(super) FileSource);

stateful!(Content, use_content);

#[hook]
fn use_content(props: &Content) -> Html {
    let source = &props.0;
    let file = use_file(source);
    let generation = source.generation + file.task.state().generation;
    let query = use_answer(&source.context, source.question(), generation);
    let reply = query.state.value().cloned();
    let answer = reply.as_ref().map(|reply| &reply.answer);
    use_get_at_once(source, matches!(answer, Some(Answer::Nothing)), &file.get);
    let bytes = use_content_bytes(reply.as_ref());
    if source.stored.size == 0 {
        return html! { <p class="empty">{ text::EMPTY_FILE }</p> };
    }
    let state = file.task.state();
    html! {
        <section class="content">
            { under_way(state.done, source.cost(), &file.cancel) }
            if let Some(error) = &state.error { { error_box(error, &once_more(source, &file.get)) } }
            if let Some(error) = query.state.error() { { error_box(error, &query.retry) } }
            { match answer {
                Some(Answer::Content(_, basis)) => shown(source, &bytes, *basis),
                Some(Answer::Failed(fault)) => html! {
                    <p class="note">{ foreign(&file_faults::content(fault)) }{ "." }</p>
                },
                _ => Html::default(),
            } }
            if bytes.is_empty() && state.done.is_none() { { offer(source, &file.get) } }
        </section>
    }
}

/// Gets a small file without being asked, if it is not kept and little has to be read for it.
#[hook]
fn use_get_at_once(source: &FileSource, is_absent: bool, get: &Callback<(u64, bool)>) {
    let is_small =
        (1..=caps::FILE_SHOWN).contains(&source.stored.size) && source.cost() <= caps::LINK_FILE;
    let get = get.clone();
    use_effect_with(is_absent && is_small, move |is_wanted| {
        if *is_wanted {
            get.emit((caps::FILE_SHOWN, false));
        }
    });
}

fn shown(source: &FileSource, bytes: &Rc<Bytes>, basis: Basis) -> Html {
    let bytes = (**bytes).clone();
    if bytes.is_empty() {
        return Html::default();
    }
    let key = format!("{} {}", source.stored.layer, source.stored.offset);
    let member = source.files.member.clone();
    let file = LoadedFile { source: source.clone(), bytes, basis };
    match member {
        Some(name) => mount_keyed(key, Member { archive: file, name: Rc::new(name) }),
        None => mount_keyed(key, FileContent(file)),
    }
}

/// Gets the file as its button does.
fn once_more(source: &FileSource, get: &Callback<(u64, bool)>) -> Callback<()> {
    let is_saved = source.stored.size > caps::FILE_SHOWN;
    get.reform(move |()| (if is_saved { SAVE } else { caps::FILE_SHOWN }, is_saved))
}

fn under_way(done: Option<u64>, size: u64, cancel: &Callback<()>) -> Html {
    let Some(done) = done else { return Html::default() };
    let label = verify::progress(done, Some(size), None, None);
    html! {
        <div class="tools reading" aria-busy="true">
            { progress(label, done, Some(size)) }
            <button type="button" onclick={cancel.reform(|_: MouseEvent| ())}>{ text::CANCEL }</button>
        </div>
    }
}

/// The buttons that get the content, if it is not here.
fn offer(source: &FileSource, get: &Callback<(u64, bool)>) -> Html {
    let size = source.cost();
    let (file, is_part) = (source.stored.size, source.stored.part.is_some());
    let button = |label: String, cap: u64, is_saved: bool| {
        let onclick = get.reform(move |_: MouseEvent| (cap, is_saved));
        html! { <button type="button" {onclick}>{ label }</button> }
    };
    match file {
        0..=caps::FILE_SHOWN => button(
            if is_part { text::read_part(size) } else { text::read_again(size) },
            caps::FILE_SHOWN,
            false,
        ),
        _ => html! {
            <>
                <p>{ text::too_large(file, caps::FILE_SHOWN) }</p>
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
