//! The referrers view: what refers to a reference and to its platforms, and to that in turn.

use yew::prelude::*;

use super::{
    Same, Scene,
    tree_node::{Drawing, found},
    use_objects::use_objects,
};
use crate::{
    app::views::{
        image::Image,
        object::{Object, Want},
        tree::{Follow, Role, TreeNode},
    },
    ui::{
        components::digest_code,
        part::{part, put_keyed},
        text::tree as text,
    },
};

/// What refers to a reference.
pub(super) fn draw(scene: &Scene, image: &Image) -> Html {
    let key = format!("{}/{}", scene.place.registry, scene.place.reference.repository);
    put_keyed(key, GrowingReferrers { scene: scene.clone(), root: Same(image.root.clone()) })
}

#[derive(PartialEq)]
struct GrowingReferrers {
    scene: Scene,
    root: Same<Object>,
}

part!(GrowingReferrers, use_growing_referrers);

#[hook]
fn use_growing_referrers(props: &GrowingReferrers) -> Html {
    let (root, place) = (&props.root.0, &props.scene.place);
    let growing = use_objects(&props.scene, root, Follow::All);
    let drawing = Drawing { place, ask: &growing.ask };
    let platforms_of = |node: &TreeNode| matches!(node.role, Role::Platform(_) | Role::Entry);
    let root_node = &growing.tree.root;
    html! {
        <div class="referrers-view">
            { subject(&drawing, root_node) }
            { for root_node.children.iter().filter(|node| platforms_of(node)).map(|node| subject(&drawing, node)) }
            if growing.left > 0 {
                <button type="button" onclick={growing.more.reform(|_| ())}>
                    { text::read_more(growing.left) }
                </button>
            }
        </div>
    }
}

/// One document and what refers to it.
fn subject(drawing: &Drawing<'_>, node: &TreeNode) -> Html {
    let digest = node.descriptor.digest.clone();
    html! {
        <section>
            <h2>{ text::role(&node.role) }</h2>
            <p class="line">{ digest_code(&digest) }</p>
            { found(drawing, node, Want::Referrers(digest)) }
        </section>
    }
}
