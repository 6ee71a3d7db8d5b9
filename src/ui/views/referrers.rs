//! The referrers view: the referrers of a reference and of its platforms, and theirs in turn.

use yew::prelude::*;

use super::{
    ByIdentity, ViewContext,
    tree_node::{TreeContext, found},
    use_objects::use_objects,
};
use crate::{
    app::views::{
        image::Image,
        object::{Object, Want},
        tree::{Follow, Role, TreeNode},
    },
    ui::{
        components::{digest_code, use_drawn_lists},
        stateful::{mount_keyed, stateful},
        text::tree as text,
    },
};

/// Draws the referrers of a reference.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    let key = format!("{}/{}", context.place.registry, context.place.reference.repository);
    mount_keyed(
        key,
        ReferrersTree { context: context.clone(), root: ByIdentity(image.root.clone()) },
    )
}

#[derive(PartialEq)]
struct ReferrersTree {
    context: ViewContext,
    root: ByIdentity<Object>,
}

stateful!(ReferrersTree, use_referrers_tree);

#[hook]
fn use_referrers_tree(props: &ReferrersTree) -> Html {
    let (root, place) = (&props.root.0, &props.context.place);
    let growing = use_objects(&props.context, root, Follow::All);
    let lists = use_drawn_lists(&place.reference.to_string());
    let tree_context = TreeContext { place, ask: &growing.ask, lists: &lists, draws_closed: true };
    let platforms_of = |node: &TreeNode| matches!(node.role, Role::Platform(_) | Role::Entry);
    let root_node = &growing.tree.root;
    let platforms: Vec<&TreeNode> =
        root_node.children.iter().filter(|node| platforms_of(node)).collect();
    let platforms = lists.of("platforms", &platforms, |_, node| subject(&tree_context, node));
    html! {
        <div class="referrers-view">
            { subject(&tree_context, root_node) }
            { platforms.items }
            { platforms.more }
            if growing.left > 0 {
                <button type="button" onclick={growing.more.reform(|_| ())}>
                    { text::read_more(growing.left) }
                </button>
            }
        </div>
    }
}

/// One document and its referrers.
fn subject(context: &TreeContext<'_>, node: &TreeNode) -> Html {
    let digest = node.descriptor.digest.clone();
    html! {
        <section>
            <h2>{ text::role(&node.role) }</h2>
            <p class="line">{ digest_code(&digest) }</p>
            { found(context, node, Want::Referrers(digest)) }
        </section>
    }
}
