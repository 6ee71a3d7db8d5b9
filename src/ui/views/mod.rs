//! Ways of looking at a reference, one folder or file each. A view gets a place and a connection,
//! and asks for the rest itself.

use std::rc::Rc;

use yew::Html;

use super::part::put;
use crate::app::{self, Connection, Place};

mod commands;
mod config;
mod facts;
mod files;
mod history;
mod json;
mod layers;
mod of_image;
mod platforms;
mod referrers;
mod save;
mod tree;
mod tree_node;
mod use_image;
mod use_objects;
mod use_verification;
mod verify;

/// What every view gets.
#[derive(PartialEq, Clone)]
pub struct Scene {
    /// What is looked at, and how.
    pub place: Rc<Place>,
    /// The registry that holds it.
    pub connection: Connection,
}

/// The view that the place asks for.
pub(crate) fn view(scene: Scene) -> Html {
    match scene.place.view {
        // Comparing comes with its engine; until then its address shows the tree.
        app::View::Tree | app::View::Compare => put(tree::View(scene)),
        _ => put(of_image::OfImage(scene)),
    }
}

/// A shared value that is equal only to itself: comparing large ones costs nothing.
struct Same<T>(Rc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
