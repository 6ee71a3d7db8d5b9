//! The lines of a text with their numbers, or rows of bytes; only those in sight are drawn.

use std::rc::Rc;

use bytes::Bytes;
use yew::prelude::*;

use crate::{
    app::views::{
        files::text_lines::TextLines,
        hex::{hex_row, hex_rows},
    },
    ui::{
        browser::field_text,
        components::WindowedList,
        stateful::{mount, stateful},
        text::{files as text, json as json_text},
        views::ByIdentity,
    },
};

/// A text, or bytes.
#[derive(PartialEq)]
pub(super) struct TextView {
    pub(super) bytes: Bytes,
    pub(super) is_hex: bool,
}

stateful!(TextView, use_text_view);

#[hook]
fn use_text_view(props: &TextView) -> Html {
    let wanted = use_state_eq(AttrValue::default);
    let lines = use_memo((props.bytes.clone(), props.is_hex), |(bytes, is_hex)| {
        TextLines::new(if *is_hex { b"" } else { bytes })
    });
    let matching =
        use_memo((ByIdentity(Rc::clone(&lines)), wanted.trim().to_owned()), |(lines, wanted)| {
            (!wanted.is_empty()).then(|| lines.0.matching(wanted))
        });
    let key =
        (ByIdentity(Rc::clone(&lines)), ByIdentity(Rc::clone(&matching)), props.bytes.clone());
    let row =
        use_callback((key, props.is_hex), |number: usize, ((lines, matching, bytes), is_hex)| {
            if *is_hex {
                return draw(number, None, &hex_row(bytes, number));
            }
            let line = (*matching.0).as_ref().and_then(|lines| lines.get(number).copied());
            let line = line.unwrap_or(number);
            let (shown, left_out) = lines.0.line(line);
            draw(number, Some(line), &json_text::cut(shown, left_out))
        });
    let count = match (&*matching, props.is_hex) {
        (_, true) => hex_rows(&props.bytes),
        (Some(matching), false) => matching.len(),
        (None, false) => lines.len(),
    };
    html! {
        <>
            if !props.is_hex { { tools(&wanted, &lines, (*matching).as_deref()) } }
            { mount(WindowedList {
                count,
                row,
                label: text::LINES.into(),
                header: Html::default(),
                on_visible: Callback::noop(),
                class: "lines".into(),
            }) }
        </>
    }
}

/// The field that finds lines, and the notes that a reader needs before reading.
fn tools(
    wanted: &UseStateHandle<AttrValue>,
    lines: &TextLines,
    matching: Option<&[usize]>,
) -> Html {
    let setter = wanted.setter();
    let oninput =
        Callback::from(move |event: InputEvent| setter.set(field_text(event.target_dyn_into())));
    html! {
        <>
            <div class="toolbar">
                <label class="field"><span>{ text::FIND_TEXT }</span>
                    <input type="search" value={(**wanted).clone()} {oninput} spellcheck="false"
                        autocapitalize="off" autocomplete="off" />
                </label>
                if let Some(matching) = matching {
                    <p class="count" role="status">{ text::matching(matching.len()) }</p>
                }
            </div>
            if lines.has_invalid_utf8 { <p class="note">{ json_text::INVALID_UTF8 }</p> }
            if lines.has_deceptive { <p class="note">{ json_text::DECEPTIVE }</p> }
        </>
    }
}

fn draw(row: usize, line: Option<usize>, shown: &str) -> Html {
    html! {
        <div class="row" role="row" key={row} aria-rowindex={(row + 2).to_string()}>
            if let Some(line) = line { <span class="number" role="rowheader">{ line + 1 }</span> }
            <code role="cell">{ shown }</code>
        </div>
    }
}
