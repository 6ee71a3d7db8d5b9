//! A media type: in words, and exactly.

use yew::prelude::*;

use crate::oci::MediaType;

/// Properties of [`MediaTypeWords`].
#[derive(Properties, PartialEq)]
pub struct MediaTypeWordsProps {
    /// The media type.
    pub media_type: MediaType,
}

/// A media type: in words, and exactly.
#[component]
pub fn MediaTypeWords(props: &MediaTypeWordsProps) -> Html {
    let exact = props.media_type.as_str();
    html! {
        <span class="media-type"><code>{ exact.to_owned() }</code></span>
    }
}
