//! The tree view: index, platforms, manifest, configuration and layers, and what refers to them.

use yew::prelude::*;

use super::{
    Same, Scene,
    platforms::platforms,
    tree_node::{Drawing, node},
    use_objects::use_objects,
};
use crate::{
    app::{
        Place,
        views::{
            image::manifest_ref,
            object::{Object, read_object},
            sizes::Blobs,
            tree::Follow,
        },
    },
    ui::{
        components::{byte_size, loaded},
        hooks::use_query,
        part::{part, put_keyed},
        text::views as text,
    },
};

/// What a reference leads to.
#[derive(PartialEq)]
pub(super) struct View(pub(super) Scene);

part!(View, use_view);

#[hook]
fn use_view(props: &View) -> Html {
    let scene = &props.0;
    let connection = scene.connection.clone();
    let query = use_query(scene.place.reference.clone(), move |reference| {
        let (connection, reference) = (connection.clone(), reference.clone());
        async move {
            let place = Place::new(connection.address.clone(), reference);
            let repository = &place.reference.repository;
            read_object(&*connection.registry, repository, &manifest_ref(&place)).await
        }
    });
    // The store of read objects belongs to one repository.
    let key = format!("{}/{}", scene.place.registry, scene.place.reference.repository);
    loaded(&query, |root| {
        put_keyed(key, GrowingTree { scene: scene.clone(), root: Same(root.clone()) })
    })
}

#[derive(PartialEq)]
struct GrowingTree {
    scene: Scene,
    root: Same<Object>,
}

part!(GrowingTree, use_growing_tree);

#[hook]
fn use_growing_tree(props: &GrowingTree) -> Html {
    let (root, place) = (&props.root.0, &props.scene.place);
    let growing = use_objects(&props.scene, root, Follow::Root);
    let tree = &growing.tree;
    let drawing = Drawing { place, ask: &growing.ask };
    html! {
        <div class="tree-view">
            { platforms(place, &root.document.value, true) }
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
            { byte_size(total.bytes()) }{ text::distinct(total.count()) }
            if total.shared() > 0 {
                { "; " }{ byte_size(total.shared()) }{ " that stand more than once counted once" }
            }
            { "." }
        </p>
    }
}
