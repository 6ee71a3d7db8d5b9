//! The tree view: index, platforms, manifest, configuration and layers, with their referrers.

use yew::prelude::*;

use super::{
    ByIdentity, ViewContext,
    platforms::platforms,
    tree_node::{TreeContext, nodes},
    use_objects::use_objects,
};
use crate::{
    app::views::{
        image::Image,
        object::Object,
        sizes::Blobs,
        tree::{Follow, Referring, TreeNode},
    },
    ui::{
        components::{byte_size, use_drawn_lists},
        stateful::{mount_keyed, stateful},
        text::tree as text,
    },
};

/// Draws what a reference leads to.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    // The documents that were read belong to one repository.
    let key = format!("{}/{}", context.place.registry, context.place.reference.repository);
    mount_keyed(
        key,
        ReferenceTree { context: context.clone(), root: ByIdentity(image.root.clone()) },
    )
}

#[derive(PartialEq)]
struct ReferenceTree {
    context: ViewContext,
    root: ByIdentity<Object>,
}

stateful!(ReferenceTree, use_reference_tree);

#[hook]
fn use_reference_tree(props: &ReferenceTree) -> Html {
    let (root, place) = (&props.root.0, &props.context.place);
    let growing = use_objects(&props.context, root, Follow::Root);
    let tree = &growing.tree;
    let lists = use_drawn_lists(&place.reference.to_string());
    let context = &ViewContext { lists, ..props.context.clone() };
    let tree_context = TreeContext {
        place,
        ask: &growing.ask,
        lists: &context.lists,
        draws_closed: is_small(&tree.root),
    };
    html! {
        <div class="tree-view">
            { platforms(context, &root.document.value, true) }
            { total(&tree.root.total) }
            if tree.left_out > 0 {
                <p class="hint">{ text::left_out(tree.left_out) }</p>
            }
            { nodes(&tree_context, "root", std::slice::from_ref(&tree.root)) }
            if growing.left > 0 {
                <button type="button" onclick={growing.more.reform(|_| ())}>
                    { text::read_more(growing.left) }
                </button>
            }
        </div>
    }
}

/// The number of nodes up to which the inside of closed documents is drawn.
const SMALL: usize = 500;

/// Returns true if a tree has few nodes.
fn is_small(root: &TreeNode) -> bool {
    let (mut waiting, mut count) = (vec![root], 0);
    while let Some(node) = waiting.pop() {
        count += 1;
        if count + waiting.len() > SMALL {
            return false;
        }
        waiting.extend(&node.children);
        if let Referring::Ready { nodes, .. } = &node.referring {
            waiting.extend(nodes);
        }
    }
    true
}

/// The size of everything: shared contents once, and said so.
fn total(total: &Blobs) -> Html {
    if total.count() == 0 {
        return Html::default();
    }
    html! {
        <p class="total">
            { text::IN_ALL }
            if total.is_partial { { text::AT_LEAST } }
            { byte_size(total.bytes()) }{ text::distinct(total.count()) }
            if total.shared() > 0 {
                { text::shared(total.shared()) }
            }
            { "." }
        </p>
    }
}
