//! The view of files: what is inside layers, one by one or merged. Layers are read off the page's
//! thread; only what is on the screen comes here.

mod archive;
mod content;
mod details;
mod file_content;
mod layers;
mod list;
mod loaded_file;
mod member;
mod notices;
mod picture;
mod rows;
mod status;
mod text_view;
mod use_answer;
mod use_file;
mod use_layer_reading;

use std::rc::Rc;

use yew::prelude::*;

use self::{loaded_file::FileSource, use_answer::use_answer, use_layer_reading::use_layer_reading};
use super::{ViewContext, history::history, platforms::no_image};
use crate::{
    app::{
        FileList, Place, Route,
        tasks::read_layers::Allowance,
        views::{
            files::{Files, path},
            image::Image,
            layers::layers,
            visible_text::visible,
        },
    },
    content::tar::EntryKind,
    layers::index::{Answer, Details, ReadState, Summary},
    oci::Document,
    ui::{
        components::{INSIDE_ID, Tab, empty, error_box, foreign, short_list, tabs},
        stateful::{mount, mount_keyed, stateful},
        text::{self as page_text, files as text, layers as layers_text},
    },
};

/// The files inside an image.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    let Some(Document::Image(manifest)) = image.manifest.as_ref().map(|m| &m.document.value) else {
        return no_image(context, image);
    };
    if manifest.layers.is_empty() {
        return empty(layers_text::NO_LAYERS);
    }
    let diff_ids = image.config().map(|config| config.parsed.value.diff_ids.as_slice());
    let all = layers(&manifest.layers, diff_ids.unwrap_or_default(), history(image).as_ref());
    let key = all.items.iter().map(|layer| layer.descriptor.digest.as_str()).collect::<String>();
    match Files::new(&context.place, all) {
        // Another image is another reading.
        Some(files) => {
            mount_keyed(key, FilesOfImage { context: context.clone(), files: Rc::new(files) })
        }
        None => empty(text::NO_SUCH_LAYER),
    }
}

/// The files of an image that has layers.
#[derive(PartialEq)]
struct FilesOfImage {
    context: ViewContext,
    files: Rc<Files>,
}

stateful!(FilesOfImage, use_files_of_image);

#[hook]
fn use_files_of_image(props: &FilesOfImage) -> Html {
    let FilesOfImage { context, files } = props;
    let reading = use_layer_reading(context, files);
    let generation = reading.state().generation;
    let summary = use_answer(context, files.summary(), generation);
    let details = use_answer(context, files.details(), generation);
    let known = match summary.state.value().map(|reply| &reply.answer) {
        Some(Answer::Summary(summary)) => Some(summary),
        _ => None,
    };
    let missing = known.map(|known| missing(files, known));
    use_start_at_once(files, missing.as_deref(), &reading.at_once);
    let state = reading.state();
    html! {
        <div class="files">
            { layers::aside(context, files, known, &state, &reading.start) }
            <div class="inside-layers" id={INSIDE_ID} tabindex="-1" role="group"
                aria-label={["/", &visible(&path::shown(&files.path))].concat()}>
                if let Some(error) = summary.state.error() {
                    { error_box(error, &summary.retry) }
                }
                if known.is_none() && summary.state.is_loading() { { loading() } }
                { status::status(&context.lists, files, known, missing.as_deref().unwrap_or_default(), &state, &reading) }
                { notices::notices(&context.lists, files, known, &state, &reading) }
                if is_any_open(files, known) {
                    { status::below(files, known, &state, &reading) }
                    { lists(&context.place, files) }
                    { trail(&context.place, files) }
                    { shown(props, generation, details.state.value().map(|reply| &reply.answer)) }
                }
            </div>
        </div>
    }
}

fn loading() -> Html {
    html! { <p class="loading" role="status">{ page_text::LOADING }</p> }
}

/// Layers that are needed and not here.
fn missing(files: &Files, summary: &Summary) -> Vec<u16> {
    files.needed().into_iter().filter(|&number| is_missing(summary, number)).collect()
}

fn is_missing(summary: &Summary, number: u16) -> bool {
    let layer = summary.layers.get(usize::from(number));
    layer.is_none_or(|layer| layer.read_state == ReadState::Unread)
}

fn is_any_open(files: &Files, summary: Option<&Summary>) -> bool {
    let layers = summary.map(|summary| summary.layers.as_slice()).unwrap_or_default();
    let is_open = |number: u16| {
        layers.get(usize::from(number)).is_some_and(|layer| layer.read_state != ReadState::Unread)
    };
    match files.chosen {
        Some(chosen) => is_open(chosen),
        None => files.numbers().any(is_open),
    }
}

/// Reads what is not much without being asked, once for each layer that is looked at.
#[hook]
fn use_start_at_once(
    files: &Rc<Files>,
    missing: Option<&[u16]>,
    start: &Callback<(Vec<u16>, Allowance)>,
) {
    let small = missing.map(|missing| files.at_once(missing)).filter(|(some, _)| !some.is_empty());
    let tried = use_mut_ref(Vec::new);
    let start = start.clone();
    use_effect_with((small, files.chosen), move |(small, chosen)| {
        let mut tried = tried.borrow_mut();
        if let Some(small) = small
            && !tried.contains(chosen)
        {
            tried.push(*chosen);
            start.emit(small.clone());
        }
    });
}

fn lists(place: &Place, files: &Files) -> Html {
    let tab = |list: FileList| {
        let layer = place.layer.clone();
        let there = Place { list, layer, ..place.in_view(place.view) };
        Tab {
            label: text::list(list).into(),
            href: Route::from(there).href().into(),
            is_current: files.list == list,
        }
    };
    tabs(text::LISTS, &FileList::ALL.map(tab))
}

/// The directories above what is looked at.
fn trail(place: &Place, files: &Files) -> Html {
    if files.list != FileList::Tree || files.path.is_empty() {
        return Html::default();
    }
    let ends = files.path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    let above = ends.filter_map(|end| files.path.get(..end));
    html! {
        <nav class="trail" aria-label={text::TRAIL}>
            <ol>
                <li><a href={href(place, b"")}>{ text::ROOT }</a></li>
                { short_list(above.map(|path| step(place, path))) }
                if let Some(member) = &files.member {
                    { step(place, &files.path) }
                    <li aria-current="page">{ foreign(&path::shown(member)) }</li>
                } else {
                    <li aria-current="page">{ foreign(&path::shown(path::name(&files.path))) }</li>
                }
            </ol>
        </nav>
    }
}

fn step(place: &Place, of: &[u8]) -> Html {
    html! { <li><a href={href(place, of)}>{ foreign(&path::shown(path::name(of))) }</a></li> }
}

/// The address of a path in what is looked at.
fn href(place: &Place, of: &[u8]) -> String {
    use crate::app::views::files::at_path;
    Route::from(at_path(place, place.layer.clone(), of)).href()
}

/// A list, or one file.
fn shown(props: &FilesOfImage, generation: u32, about: Option<&Answer>) -> Html {
    let FilesOfImage { context, files } = props;
    let is_tree = files.list == FileList::Tree;
    match about {
        Some(Answer::Details(details)) if is_tree && !files.path.is_empty() => {
            if details.row.kind == EntryKind::Directory {
                html! { <>{ details::directory(details) }{ list(props, generation) }</> }
            } else {
                file(context, files, details, generation)
            }
        }
        Some(Answer::Nothing) if is_tree => empty(text::NO_SUCH_PATH),
        None if is_tree && !files.path.is_empty() => loading(),
        _ => list(props, generation),
    }
}

fn list(props: &FilesOfImage, generation: u32) -> Html {
    let FilesOfImage { context, files } = props;
    // Another directory or list begins anew at its top.
    let chosen = files.chosen.map(|number| number.to_string()).unwrap_or_default();
    let key = format!("{} {chosen} {}", files.list.name(), path::text(&files.path));
    let (context, files) = (context.clone(), Rc::clone(files));
    mount_keyed(key, list::List { context, files, generation })
}

fn file(context: &ViewContext, files: &Rc<Files>, details: &Details, generation: u32) -> Html {
    let content = details.stored.filter(|_| details.row.kind != EntryKind::Directory);
    let path = details.target.as_ref().unwrap_or(&details.row.path).clone();
    html! {
        <>
            if let Some(member) = &files.member {
                { member::heading(&context.place, &files.path, member) }
            } else {
                { details::file(context, files, details) }
            }
            if let Some(stored) = content {
                { mount(content::Content(FileSource {
                    context: context.clone(),
                    files: Rc::clone(files),
                    stored,
                    path: Rc::new(path),
                    generation,
                })) }
            }
        </>
    }
}
