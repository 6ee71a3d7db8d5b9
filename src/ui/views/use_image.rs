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

/// The document that the address names and the chosen platform's, without the configuration.
#[hook]
pub(super) fn use_chosen(scene: &Scene) -> Query<Image> {
    let connection = scene.connection.clone();
    use_query(key(&scene.place), move |place: &Rc<Place>| {
        let (connection, place) = (connection.clone(), Rc::clone(place));
        async move { read_chosen(&*connection.registry, &place).await }
    })
}

/// The same with the configuration.
#[hook]
pub(super) fn use_image(scene: &Scene) -> Query<Image> {
    let connection = scene.connection.clone();
    use_query(key(&scene.place), move |place: &Rc<Place>| {
        let (connection, place) = (connection.clone(), Rc::clone(place));
        async move { read_image(&*connection.registry, &place).await }
    })
}

/// Only what is asked for: choosing a layer, or another view, asks for nothing new.
fn key(place: &Place) -> Rc<Place> {
    Rc::new(place.in_view(crate::app::View::Tree))
}
