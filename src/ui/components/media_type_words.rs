//! A media type exactly, with its meaning on hover.

use yew::prelude::*;

use super::foreign;
use crate::{
    oci::MediaType,
    ui::text::media_types::{NONE, media_type as words},
};

/// A media type exactly, with its meaning on hover.
pub fn media_type_words(media_type: &MediaType) -> Html {
    if media_type.as_str().is_empty() {
        return html! { <span class="hint">{ NONE }</span> };
    }
    let (exact, words) = (media_type.as_str(), words(media_type).to_owned());
    html! { <span class="media-type" title={words}><code>{ foreign(exact) }</code></span> }
}
