//! The referrers view: what refers to a reference and to its platforms, and to that in turn.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    Same, ViewProps,
    platforms::platforms,
    tree_node::{Drawing, found},
    use_image::use_chosen,
    use_objects::use_objects,
};
use crate::{
    app::{
        Connection, Place,
        views::{
            object::{Object, Want},
            tree::{Follow, Role, TreeNode},
        },
    },
    ui::{
        components::{DigestCode, loaded},
        text::views as text,
    },
};

/// What refers to a reference.
#[component]
pub fn View(props: &ViewProps) -> Html {
    let query = use_chosen(props);
    let key = format!("{}/{}", props.place.registry, props.place.reference.repository);
    loaded(&query, |image| {
        html! {
            <GrowingReferrers {key} place={props.place.clone()} connection={props.connection.clone()}
                root={Same(image.root.clone())} />
        }
    })
}

#[derive(Properties, PartialEq)]
struct GrowingReferrersProps {
    place: Rc<Place>,
    connection: Connection,
    root: Same<Object>,
}

#[component]
fn GrowingReferrers(props: &GrowingReferrersProps) -> Html {
    let root = &props.root.0;
    let view = ViewProps { place: props.place.clone(), connection: props.connection.clone() };
    let growing = use_objects(&view, root, Follow::All);
    let drawing = Drawing { place: &props.place, ask: &growing.ask };
    let platforms_of = |node: &TreeNode| matches!(node.role, Role::Platform(_) | Role::Entry);
    let root_node = &growing.tree.root;
    html! {
        <div class="referrers-view">
            { platforms(&props.place, &root.document.value, true) }
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
            <p class="line"><DigestCode digest={digest.clone()} /></p>
            { found(drawing, node, Want::Referrers(digest)) }
        </section>
    }
}
