//! Ways of looking at a reference, one folder or file each, as the table in `app/view.rs` names them. Each
//! has a function `draw`, which gets the place, the connection and what was read of the image.

use std::rc::Rc;

use yew::Html;

use super::{components::DrawnLists, stateful::mount_keyed};
use crate::app::{Connection, Place, ReadDepth, View, view::views, views::image::Image};

mod commands;
mod compare;
mod config;
mod facts;
mod files;
mod history;
mod image_view;
mod json;
mod layers;
mod platforms;
mod referrers;
mod save;
mod tree;
mod tree_node;
mod use_image;
mod use_objects;
mod use_verification;
mod verify;

/// The inputs of every view.
#[derive(PartialEq, Clone)]
pub struct ViewContext {
    /// The place that is shown, and its view.
    pub place: Rc<Place>,
    /// The registry that holds it.
    pub connection: Connection,
    /// The lists of the view, as far as they are drawn.
    pub lists: DrawnLists,
}

impl ViewContext {
    /// The inputs of a view none of whose lists is drawn yet.
    pub fn new(place: Rc<Place>, connection: Connection) -> Self {
        Self { place, connection, lists: DrawnLists::default() }
    }
}

/// Shows the view that the place asks for.
pub(crate) fn view(context: ViewContext) -> Html {
    // What is read for a tree is less than the other views need: they share nothing.
    let key = if context.place.view.depth() == ReadDepth::Root { "root" } else { "image" };
    mount_keyed(key, image_view::ImageView(context))
}

macro_rules! draw_views {
    ($($(#[$doc:meta])* $view:ident = $name:ident ($depth:ident, $listing:ident);)*) => {
        /// Draws the view that the place asks for, from what was read of the image.
        fn draw(context: &ViewContext, image: &Image) -> Html {
            match context.place.view {
                $(View::$view => $name::draw(context, image),)*
            }
        }
    };
}
views!(draw_views);

/// A shared value that is equal only to itself: comparing large ones costs nothing.
struct ByIdentity<T>(Rc<T>);

impl<T> Clone for ByIdentity<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for ByIdentity<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
