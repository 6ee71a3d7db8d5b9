//! The dialog that lists the keys.

use yew::prelude::*;

use super::{components::short_list, text};

/// The dialog that lists the keys, for the shell to open.
pub(super) fn key_list(dialog: &NodeRef) -> Html {
    html! {
        <dialog ref={dialog.clone()} aria-labelledby="keys">
            <h2 id="keys">{ text::KEYS }</h2>
            <dl class="keys">
                { short_list(text::KEY_LIST.iter().map(|(key, meaning)| html! {
                    <>
                        <dt><kbd>{ *key }</kbd></dt>
                        <dd>{ *meaning }</dd>
                    </>
                })) }
            </dl>
            <form method="dialog"><button>{ text::CLOSE }</button></form>
        </dialog>
    }
}
