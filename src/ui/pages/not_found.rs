//! An address that means nothing, and its fault.

use yew::prelude::*;

use crate::{
    app::AddressFault,
    ui::{components::heading, text},
};

/// An address that means nothing as it stood, and what is wrong with it.
pub(super) fn not_found(address: &str, fault: &AddressFault) -> Html {
    html! {
        <>
            { heading(text::NOT_FOUND) }
            <p><code class="name">{ address.to_owned() }</code></p>
            <p>{ text::sentence(&text::addresses::fault(fault)) }</p>
            <p>{ text::NOT_FOUND_ADVICE }</p>
        </>
    }
}
