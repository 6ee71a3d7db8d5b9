//! The content of a file that was loaded, in the form that fits it or that was chosen.

use std::rc::Rc;

use yew::prelude::*;

use super::{archive::Archive, loaded_file::LoadedFile, picture::Picture, text_view::TextView};
use crate::{
    app::views::files::{
        form::{Form, forms, not_drawn},
        path::save_name,
    },
    ui::{
        components::{copy_button, short_list},
        stateful::{mount, stateful},
        text::{files as text, numbers::exact_bytes, picture},
        views::{json::JsonBytes, save::save},
    },
};

/// The content of a file that was loaded.
#[derive(PartialEq)]
pub(super) struct FileContent(pub(super) LoadedFile);

stateful!(FileContent, use_file_content);

#[hook]
fn use_file_content(props: &FileContent) -> Html {
    let LoadedFile { source, bytes, basis } = &props.0;
    let mut forms = forms(&source.path, bytes);
    // One level deep: what is in an archive in an archive is not opened.
    if source.files.member.is_some() {
        forms.retain(|form| *form != Form::Archive);
    }
    let chosen = use_state_eq(|| None::<Form>);
    let form = chosen.or_else(|| forms.first().copied()).unwrap_or(Form::Hex);
    html! {
        <>
            { tools(&props.0, &forms, form, &chosen) }
            <p class="hint">{ text::checked(*basis) }</p>
            if let Some(fault) = not_drawn(bytes) { <p class="note">{ picture::not_drawn(fault) }</p> }
            { draw(&props.0, form) }
        </>
    }
}

/// The choice of forms, and the buttons that copy and save the content.
fn tools(
    file: &LoadedFile,
    forms: &[Form],
    form: Form,
    chosen: &UseStateHandle<Option<Form>>,
) -> Html {
    let (bytes, path) = (file.bytes.clone(), Rc::clone(&file.source.path));
    let onsave = Callback::from(move |_: MouseEvent| save(&save_name(&path), &bytes));
    html! {
        <div class="tools">
            <span>{ exact_bytes(file.bytes.len() as u64) }</span>
            <span class="forms" role="group" aria-label={text::SHOWN_AS}>
                { short_list(forms.iter().map(|one| choice(*one, form, chosen))) }
            </span>
            if form != Form::Json {
                if let Ok(exact) = std::str::from_utf8(&file.bytes) {
                    { copy_button(exact.to_owned(), text::COPY) }
                }
            }
            <button type="button" class="save" onclick={onsave}>{ text::SAVE }</button>
        </div>
    }
}

fn choice(one: Form, current: Form, chosen: &UseStateHandle<Option<Form>>) -> Html {
    let setter = chosen.setter();
    let onclick = Callback::from(move |_: MouseEvent| setter.set(Some(one)));
    html! {
        <button type="button" aria-pressed={(one == current).to_string()} {onclick}>
            { text::form(one) }
        </button>
    }
}

fn draw(file: &LoadedFile, form: Form) -> Html {
    let (source, bytes) = (&file.source, file.bytes.clone());
    match form {
        Form::Picture(media_type) => mount(Picture { bytes, media_type }),
        Form::Json => mount(JsonBytes {
            place: Rc::clone(&source.context.place),
            bytes,
            name: save_name(&source.path).into(),
        }),
        Form::Archive => mount(Archive(source.clone())),
        Form::Text => mount(TextView { bytes, is_hex: false }),
        Form::Hex => mount(TextView { bytes, is_hex: true }),
    }
}
