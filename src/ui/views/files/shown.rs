//! Content that is at hand, in the form that fits it or that was chosen.

use std::rc::Rc;

use bytes::Bytes;
use yew::prelude::*;

use super::{archive::Archive, picture::Picture, text_view::TextView};
use crate::{
    app::views::files::{
        Files,
        form::{Form, forms},
        path::save_name,
    },
    layers::{index::Stored, ranges::Basis},
    ui::{
        components::{copy_button, exact_bytes},
        part::{part, put},
        text::files as text,
        views::{Scene, json::JsonBytes, save::save},
    },
};

/// Content that is at hand.
#[derive(Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) scene: Scene,
    pub(super) files: Rc<Files>,
    pub(super) stored: Stored,
    pub(super) path: Rc<Vec<u8>>,
    pub(super) bytes: Bytes,
    /// What they were held against.
    pub(super) basis: Basis,
    pub(super) generation: u32,
}

part!(Shown, use_shown);

#[hook]
fn use_shown(props: &Shown) -> Html {
    let mut forms = forms(&props.path, &props.bytes);
    // One level deep: what is in an archive in an archive is not opened.
    if props.files.member.is_some() {
        forms.retain(|form| *form != Form::Archive);
    }
    let chosen = use_state_eq(|| None::<Form>);
    let form = chosen.or_else(|| forms.first().copied()).unwrap_or(Form::Hex);
    let onsave = Callback::from({
        let (bytes, path) = (props.bytes.clone(), Rc::clone(&props.path));
        move |_: MouseEvent| save(&save_name(&path), &bytes)
    });
    let button = |one: &Form| {
        let one = *one;
        let onclick = Callback::from({
            let chosen = chosen.clone();
            move |_: MouseEvent| chosen.set(Some(one))
        });
        html! {
            <button type="button" aria-pressed={(one == form).to_string()} {onclick}>
                { text::form(one) }
            </button>
        }
    };
    html! {
        <>
            <div class="tools">
                <span>{ exact_bytes(props.bytes.len() as u64) }</span>
                <span class="forms" role="group" aria-label={text::SHOWN_AS}>
                    { for forms.iter().map(button) }
                </span>
                if form != Form::Json {
                    if let Ok(exact) = std::str::from_utf8(&props.bytes) {
                        { copy_button(exact.to_owned(), text::COPY) }
                    }
                }
                <button type="button" class="save" onclick={onsave}>{ text::SAVE }</button>
            </div>
            <p class="hint">{ text::checked(props.basis) }</p>
            { draw(props, form) }
        </>
    }
}

fn draw(props: &Shown, form: Form) -> Html {
    let bytes = props.bytes.clone();
    match form {
        Form::Picture(media_type) => put(Picture { bytes, media_type }),
        Form::Json => put(JsonBytes {
            place: Rc::clone(&props.scene.place),
            bytes,
            name: save_name(&props.path).into(),
        }),
        Form::Archive => put(Archive(props.clone())),
        Form::Text => put(TextView { bytes, is_hex: false }),
        Form::Hex => put(TextView { bytes, is_hex: true }),
    }
}
