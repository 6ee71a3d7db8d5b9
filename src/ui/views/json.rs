//! The JSON view: the exact bytes, with every digest, media type, reference and address a link.

use std::rc::Rc;

use bytes::Bytes;
use yew::prelude::*;

use super::{ByIdentity, ViewContext, facts, platforms::no_image, save::save};
use crate::{
    app::{
        Place, RegistryAddress, Route,
        views::{
            image::Image,
            json::{Form, JsonText, Layout, Line, Piece, PieceKind, Target, TokenKind},
        },
    },
    ui::{
        components::{WindowedList, copy_button, short_list, verification_mark},
        stateful::{mount, stateful},
        text::{json as text, numbers::exact_bytes},
    },
};

/// Up to this many rows a document is drawn whole, so that the browser can find in it.
const WHOLE: usize = 1_000;

/// The exact bytes of a manifest or index.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    let place = &context.place;
    // An index is shown itself, until one of its platforms is chosen.
    let object = match (&place.platform, &image.manifest) {
        (None, _) => &image.root,
        (Some(_), Some(manifest)) => manifest,
        (Some(_), None) => return no_image(context, image),
    };
    html! {
        <>
            <p class="line">{ verification_mark(&object.verification) }</p>
            { facts::issues(&context.lists, "issues", object.issues()) }
            { mount(JsonBytes {
                place: place.clone(),
                bytes: object.document.raw.clone(),
                name: format!("{}.json", object.digest().encoded()).into(),
            }) }
        </>
    }
}

/// Any bytes as JSON, else as text, else in hexadecimal.
#[derive(PartialEq)]
pub(super) struct JsonBytes {
    /// The manifest that the links are relative to.
    pub(super) place: Rc<Place>,
    /// The document.
    pub(super) bytes: Bytes,
    /// The name under which it is saved.
    pub(super) name: AttrValue,
}

stateful!(JsonBytes, use_json_bytes);

#[hook]
fn use_json_bytes(props: &JsonBytes) -> Html {
    let json = use_memo(props.bytes.clone(), |bytes| JsonText::read(bytes.clone()));
    let layout = use_state_eq(|| Layout::Pretty);
    let row = use_callback(
        (ByIdentity(Rc::clone(&json)), *layout, Rc::clone(&props.place)),
        |number: usize, (json, layout, place)| {
            let is_table = json.0.len(*layout) > WHOLE;
            draw_line(place, number, &json.0.line(*layout, number), is_table)
        },
    );
    let count = json.len(*layout);
    html! {
        <div class="json">
            { tools(props, &json, &layout) }
            { notes(&json) }
            if count > WHOLE {
                { mount(WindowedList {
                    count,
                    row,
                    label: text::LINES.into(),
                    class: "lines".into(),
                    header: Html::default(),
                    on_visible: Callback::noop(),
                }) }
            } else {
                <pre class="lines whole" tabindex="0" aria-label={text::DOCUMENT}>
                    { for (0..count).map(|number| row.emit(number)) }
                </pre>
            }
        </div>
    }
}

fn tools(props: &JsonBytes, json: &JsonText, layout: &UseStateHandle<Layout>) -> Html {
    let is_raw = **layout == Layout::Raw;
    let other = if is_raw { Layout::Pretty } else { Layout::Raw };
    let toggle = Callback::from({
        let layout = layout.clone();
        move |_: MouseEvent| layout.set(other)
    });
    let save = Callback::from({
        let (bytes, name) = (props.bytes.clone(), props.name.clone());
        move |_: MouseEvent| save(&name, &bytes)
    });
    html! {
        <p class="tools">
            <span>{ exact_bytes(json.bytes().len() as u64) }</span>
            if json.form == Form::Json {
                <button type="button" aria-pressed={is_raw.to_string()} onclick={toggle}>
                    { text::RAW }
                </button>
            }
            if let Ok(exact) = std::str::from_utf8(json.bytes()) {
                { copy_button(exact.to_owned(), text::COPY_EXACT) }
            }
            <button type="button" onclick={save}>{ text::SAVE_EXACT }</button>
        </p>
    }
}

/// Draws the notes that a reader needs before reading.
fn notes(json: &JsonText) -> Html {
    let duplicates = json.duplicates();
    html! {
        <>
            if let Form::Text(fault) = &json.form {
                <p class="note">{ text::not_json(fault) }</p>
            }
            if json.has_invalid_utf8 && json.form != Form::Hex {
                <p class="note">{ text::INVALID_UTF8 }</p>
            }
            if json.has_deceptive { <p class="note">{ text::DECEPTIVE }</p> }
            if !duplicates.is_empty() {
                <p class="note">
                    <strong>{ text::DUPLICATES }</strong>
                    <code>{ duplicates.join(", ") }</code>
                </p>
            }
        </>
    }
}

/// A line with its number. Only the lines of a [`WindowedList`] are rows of a table: in a text they
/// have no roles, which would have no table around them.
fn draw_line(place: &Place, number: usize, line: &Line, is_table: bool) -> Html {
    let indent = "  ".repeat(line.indent.into());
    let role = |name: &'static str| is_table.then_some(name);
    html! {
        <div class="row" role={role("row")} key={number}
            aria-rowindex={is_table.then(|| (number + 2).to_string())}>
            <span class="number" role={role("rowheader")}>{ number + 1 }</span>
            <code role={role("cell")}>
                { indent }{ short_list(line.pieces.iter().map(|piece| draw_piece(place, piece))) }
            </code>
        </div>
    }
}

fn draw_piece(place: &Place, piece: &Piece) -> Html {
    let class = match piece.kind {
        PieceKind::Plain | PieceKind::Token(TokenKind::Open | TokenKind::Close) => "",
        PieceKind::Token(TokenKind::Punctuation) => "",
        PieceKind::Token(TokenKind::Key) => "key",
        PieceKind::Token(TokenKind::Text) => "text",
        PieceKind::Token(TokenKind::Number | TokenKind::Literal) => "number",
        PieceKind::Duplicate => "duplicate",
        PieceKind::Cut(_) => "cut",
    };
    let shown = match piece.kind {
        PieceKind::Cut(left_out) => html! { { text::cut(String::new(), left_out) } },
        _ => html! { { &piece.text } },
    };
    match &piece.target {
        Some(Target::Web(address)) => facts::web_link(address, shown),
        Some(target) => html! { <a href={href(place, target)}>{ shown }</a> },
        None if class.is_empty() => shown,
        None if piece.kind == PieceKind::Duplicate => {
            html! { <mark title={text::DUPLICATE}>{ shown }</mark> }
        }
        None => html! { <span {class}>{ shown }</span> },
    }
}

/// Returns the link to a target, from this place.
fn href(place: &Place, target: &Target) -> Option<String> {
    use crate::app::View;
    let target = match target {
        Target::Manifest(digest) => place.at_digest(digest.clone()),
        Target::Config(_) => place.in_view(View::Config),
        Target::Layer(digest) => {
            Place { layer: Some(digest.clone().into()), ..place.in_view(View::Layers) }
        }
        Target::Reference(reference) => {
            let registry = if reference.host == place.registry.host {
                place.registry.clone()
            } else {
                RegistryAddress::new(reference.host.clone())
            };
            let is_named = reference.tag.is_some() || reference.digest.is_some();
            let repository = reference.clone();
            if !is_named {
                return Some(Route::Repository { registry, repository }.href());
            }
            Place::new(registry, repository)
        }
        Target::Web(_) => return None,
    };
    Some(Route::from(target).href())
}
