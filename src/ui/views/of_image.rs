//! The views of a reference that show one document of it: what the address names, or of an index
//! the image of the chosen platform. Asked for once; another view of the same is drawn from it.

use yew::prelude::*;

use super::{
    Scene, commands, config, files, history, json, layers, platforms::platforms, referrers,
    use_image::use_image, verify,
};
use crate::{
    app::{View, views::image::Image},
    ui::{components::loaded, part::part},
};

/// Such a view.
#[derive(PartialEq)]
pub(super) struct OfImage(pub(super) Scene);

part!(OfImage, use_of_image);

#[hook]
fn use_of_image(props: &OfImage) -> Html {
    let scene = &props.0;
    let needs_config =
        matches!(scene.place.view, View::Config | View::History | View::Layers | View::Files);
    let query = use_image(scene, needs_config);
    loaded(&query, |image| {
        html! {
            <>
                // What shows an image needs a choice, the others show the index as well.
                { platforms(&scene.place, &image.root.document.value, !needs_config) }
                { body(scene, image) }
            </>
        }
    })
}

fn body(scene: &Scene, image: &Image) -> Html {
    let place = &scene.place;
    match place.view {
        View::Json => json::body(place, image),
        View::Config => config::body(place, image),
        View::History => history::body(place, image),
        View::Layers => layers::body(place, image),
        View::Files => files::body(scene, image),
        View::Referrers => referrers::body(scene, image),
        View::Verify => verify::body(scene),
        _ => commands::body(place, image),
    }
}
