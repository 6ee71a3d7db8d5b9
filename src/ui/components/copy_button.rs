//! A button that copies a text and says so.

use yew::prelude::*;

use crate::ui::{
    browser,
    hooks::use_announce,
    stateful::{mount, stateful},
    text,
};

/// A button that copies a text and says so. The label names the effect for people who do not see
/// the icon: `Copy the digest`.
pub fn copy_button(text: impl Into<AttrValue>, label: impl Into<AttrValue>) -> Html {
    mount(CopyButton { text: text.into(), label: label.into() })
}

#[derive(PartialEq)]
struct CopyButton {
    text: AttrValue,
    label: AttrValue,
}

stateful!(CopyButton, use_copy_button);

#[hook]
fn use_copy_button(props: &CopyButton) -> Html {
    let copied = use_state_eq(|| false);
    let announce = use_announce();
    let state = (props.text.clone(), announce, copied.setter());
    let onclick = use_callback(state, |_: MouseEvent, (value, announce, copied)| {
        let (announce, copied) = (announce.clone(), copied.clone());
        browser::copy(value, move |done| {
            copied.set(done);
            announce.emit(AttrValue::Static(if done { text::COPIED } else { text::COPY_FAILED }));
        });
    });
    let class = classes!("copy", copied.then_some("copied"));
    html! {
        <button type="button" {class} title={props.label.clone()} {onclick}>
            <span class="sr">{ &props.label }</span>
        </button>
    }
}
