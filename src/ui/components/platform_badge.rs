//! A platform as text: `linux/arm64/v8`.

use yew::prelude::*;

use super::foreign;
use crate::oci::Platform;

/// A platform as text.
pub fn platform_badge(platform: &Platform) -> Html {
    html! { <span class="badge platform">{ foreign(&platform.to_string()) }</span> }
}
