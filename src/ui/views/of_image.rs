//! The view of a reference: its document is asked for once, and another view of the same is drawn from
//! it.

use yew::prelude::*;

use super::{Scene, draw, platforms::platforms, use_image::use_image};
use crate::{
    app::ReadDepth,
    ui::{components::loaded, part::part},
};

/// A view of what the address names, or of an index the image of the chosen platform.
#[derive(PartialEq)]
pub(super) struct OfImage(pub(super) Scene);

part!(OfImage, use_of_image);

#[hook]
fn use_of_image(props: &OfImage) -> Html {
    let scene = &props.0;
    let depth = scene.place.view.depth();
    let query = use_image(scene);
    loaded(&query, |image| {
        html! {
            <>
                // A view of the root has the choice inside it.
                if depth != ReadDepth::Root {
                    // What shows an image needs a choice, the others show the index as well.
                    { platforms(&scene.place, &image.root.document.value, depth != ReadDepth::Config) }
                }
                { draw(scene, image) }
            </>
        }
    })
}
