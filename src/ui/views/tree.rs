//! The tree view: index, platforms, manifest, configuration and layers, and what refers to them.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    Same, ViewProps,
    platforms::platforms,
    tree_node::{Drawing, node},
    use_objects::use_objects,
};
use crate::{
    app::{
        Connection, Place,
        views::{
            image::manifest_ref,
            object::{Object, read_object},
            sizes::Blobs,
            tree::Follow,
        },
    },
    ui::{
        components::{ByteSize, loaded},
        hooks::use_query,
        text::views as text,
    },
};

/// What a reference leads to.
#[component]
pub fn View(props: &ViewProps) -> Html {
    let connection = props.connection.clone();
    let query = use_query(props.place.reference.clone(), move |reference| {
        let (connection, reference) = (connection.clone(), reference.clone());
        async move {
            let place = Place::new(connection.address.clone(), reference);
            let repository = &place.reference.repository;
            read_object(&*connection.registry, repository, &manifest_ref(&place)).await
        }
    });
    // The store of read objects belongs to one repository.
    let key = format!("{}/{}", props.place.registry, props.place.reference.repository);
    loaded(&query, |root| {
        html! {
            <GrowingTree {key} place={props.place.clone()} connection={props.connection.clone()}
                root={Same(root.clone())} />
        }
    })
}

#[derive(Properties, PartialEq)]
struct GrowingTreeProps {
    place: Rc<Place>,
    connection: Connection,
    root: Same<Object>,
}

#[component]
fn GrowingTree(props: &GrowingTreeProps) -> Html {
    let root = &props.root.0;
    let view = ViewProps { place: props.place.clone(), connection: props.connection.clone() };
    let growing = use_objects(&view, root, Follow::Root);
    let tree = &growing.tree;
    let drawing = Drawing { place: &props.place, ask: &growing.ask };
    html! {
        <div class="tree-view">
            { platforms(&props.place, &root.document.value, true) }
            { total(&tree.root.total) }
            if tree.left_out > 0 {
                <p class="hint">{ text::left_out(tree.left_out) }</p>
            }
            <ul class="nodes">{ node(&drawing, &tree.root) }</ul>
            if growing.left > 0 {
                <button type="button" onclick={growing.more.reform(|_| ())}>
                    { text::read_more(growing.left) }
                </button>
            }
        </div>
    }
}

/// The size of everything: shared contents once, and said so.
fn total(total: &Blobs) -> Html {
    if total.count() == 0 {
        return Html::default();
    }
    html! {
        <p class="total">
            { "In all " }
            if total.is_partial { { text::AT_LEAST } }
            <ByteSize bytes={total.bytes()} />{ text::distinct(total.count()) }
            if total.shared() > 0 {
                { "; " }<ByteSize bytes={total.shared()} />{ " that stand more than once counted once" }
            }
            { "." }
        </p>
    }
}
