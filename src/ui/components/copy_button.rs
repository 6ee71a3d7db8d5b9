//! A button that copies a text and says so.

use yew::prelude::*;

use crate::ui::{browser, hooks::use_announce, text};

/// Properties of [`CopyButton`].
#[derive(Properties, PartialEq)]
pub struct CopyButtonProps {
    /// What is copied.
    pub text: AttrValue,
    /// What the button does, for those who do not see the icon: `Copy the digest`.
    pub label: AttrValue,
}

/// A button that copies a text and says so.
#[component]
pub fn CopyButton(props: &CopyButtonProps) -> Html {
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
