//! The size view: the total size of an image in one sentence.

use yew::prelude::*;

use super::{Scene, platforms::no_image};
use crate::{
    app::views::{image::Image, size::total},
    ui::text::size as text,
};

/// Draws the size of an image.
pub(super) fn draw(_scene: &Scene, image: &Image) -> Html {
    match total(image) {
        Some(bytes) => html! { <p>{ text::total(bytes) }</p> },
        None => no_image(image),
    }
}
