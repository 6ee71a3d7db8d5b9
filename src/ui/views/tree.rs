//! The tree view: index, platforms, manifest, configuration and layers, and what refers to them.

use yew::prelude::*;

use super::{
    Same, Scene,
    platforms::platforms,
    tree_node::{Drawing, node},
    use_objects::use_objects,
};
use crate::{
    app::views::{image::Image, object::Object, sizes::Blobs, tree::Follow},
    ui::{
        components::byte_size,
        part::{part, put_keyed},
        text::tree as text,
    },
};

/// Draws what a reference leads to.
pub(super) fn draw(scene: &Scene, image: &Image) -> Html {
    // The documents that were read belong to one repository.
    let key = format!("{}/{}", scene.place.registry, scene.place.reference.repository);
    put_keyed(key, ReferenceTree { scene: scene.clone(), root: Same(image.root.clone()) })
}

#[derive(PartialEq)]
struct ReferenceTree {
    scene: Scene,
    root: Same<Object>,
}

part!(ReferenceTree, use_reference_tree);

#[hook]
fn use_reference_tree(props: &ReferenceTree) -> Html {
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
