//! A platform as text: `linux/arm64/v8`.

use yew::prelude::*;

use crate::oci::Platform;

/// A platform as text.
pub fn platform_badge(platform: &Platform) -> Html {
    html! { <span class="badge platform">{ platform.to_string() }</span> }
}
