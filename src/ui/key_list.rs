//! The dialog that lists the keys.

use yew::prelude::*;

use super::text;

/// Properties of [`KeyList`].
#[derive(Properties, PartialEq)]
pub(super) struct KeyListProps {
    /// The dialog, for the shell to open.
    pub dialog: NodeRef,
}

/// The dialog that lists the keys.
#[component]
pub(super) fn KeyList(props: &KeyListProps) -> Html {
    html! {
        <dialog ref={props.dialog.clone()} aria-labelledby="keys">
            <h2 id="keys">{ text::KEYS }</h2>
            <dl class="keys">
                { for text::KEY_LIST.iter().map(|(key, meaning)| html! {
                    <>
                        <dt><kbd>{ *key }</kbd></dt>
                        <dd>{ *meaning }</dd>
                    </>
                }) }
            </dl>
            <form method="dialog"><button>{ text::CLOSE }</button></form>
        </dialog>
    }
}
