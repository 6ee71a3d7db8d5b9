//! A number of bytes: in the unit that people use, exact on hover and for screen readers.

use yew::prelude::*;

use crate::ui::text::numbers::{exact_bytes, human_bytes};

/// A number of bytes.
pub fn byte_size(bytes: u64) -> Html {
    let exact = exact_bytes(bytes);
    let human = human_bytes(bytes);
    if human == exact {
        return html! { <data class="byte-size" value={bytes.to_string()}>{ human }</data> };
    }
    html! {
        <data class="byte-size" value={bytes.to_string()} title={exact.clone()}>
            { human }<span class="sr">{ format!(" ({exact})") }</span>
        </data>
    }
}
