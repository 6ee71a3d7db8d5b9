//! The image that a view shows, asked for once for each place.

use std::rc::Rc;

use yew::prelude::*;

use super::Scene;
use crate::{
    app::{
        Place,
        views::image::{Image, read_chosen, read_image},
    },
    ui::hooks::{Query, use_query},
};

/// The document that the address names and the chosen platform's, with the configuration where it
/// is needed.
#[hook]
pub(super) fn use_image(scene: &Scene, needs_config: bool) -> Query<Image> {
    let connection = scene.connection.clone();
    let key = (key(&scene.place), needs_config);
    use_query(key, move |(place, needs_config): &(Rc<Place>, bool)| {
        let (connection, place) = (connection.clone(), Rc::clone(place));
        let needs_config = *needs_config;
        async move {
            let registry = &*connection.registry;
            if needs_config {
                read_image(registry, &place).await
            } else {
                read_chosen(registry, &place).await
            }
        }
    })
}

/// Only what is asked for: choosing a layer, or another view, asks for nothing new.
fn key(place: &Place) -> Rc<Place> {
    Rc::new(place.in_view(crate::app::View::Tree))
}
