//! A platform as text: `linux/arm64/v8`.

use yew::prelude::*;

use crate::oci::Platform;

/// Properties of [`PlatformBadge`].
#[derive(Properties, PartialEq)]
pub struct PlatformBadgeProps {
    /// The platform.
    pub platform: Platform,
}

/// A platform as text.
#[component]
pub fn PlatformBadge(props: &PlatformBadgeProps) -> Html {
    html! { <span class="badge platform">{ props.platform.to_string() }</span> }
}
