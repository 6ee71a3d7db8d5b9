//! A media type exactly, with its meaning on hover.

use yew::prelude::*;

use crate::oci::MediaType;

/// Properties of [`MediaTypeWords`].
#[derive(Properties, PartialEq)]
pub struct MediaTypeWordsProps {
    /// The media type.
    pub media_type: MediaType,
}

/// A media type exactly, with its meaning on hover.
#[component]
pub fn MediaTypeWords(props: &MediaTypeWordsProps) -> Html {
    let exact = props.media_type.as_str();
    let words = props.media_type.words().to_owned();
    html! {
        <span class="media-type" title={words}><code>{ exact.to_owned() }</code></span>
    }
}
