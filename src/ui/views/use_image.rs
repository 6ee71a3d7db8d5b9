//! The image that a view shows, asked for once for each place.

use std::rc::Rc;

use yew::prelude::*;

use super::ViewContext;
use crate::{
    app::{
        Place, ReadDepth,
        views::image::{Image, read_image},
    },
    ui::hooks::{Query, use_query},
};

/// Reads as much of the image as the view needs.
#[hook]
pub(super) fn use_image(context: &ViewContext) -> Query<Image> {
    let connection = context.connection.clone();
    let key = (key(&context.place), context.place.view.depth());
    use_query(key, move |(place, depth): &(Rc<Place>, ReadDepth)| {
        let (connection, place, depth) = (connection.clone(), Rc::clone(place), *depth);
        async move { read_image(&*connection.registry, &place, depth).await }
    })
}

/// Only what is asked for: choosing a layer, or another view, asks for nothing new; nor does another
/// platform where no manifest of it is needed.
fn key(place: &Place) -> Rc<Place> {
    let key = place.in_view(crate::app::View::Tree);
    Rc::new(match place.view.depth() {
        ReadDepth::Root => key.for_platform(None),
        ReadDepth::Manifest | ReadDepth::Config => key,
    })
}
