//! One node of a tree. Documents open and close by `<details>`, which every browser works with
//! keyboard and screen reader; contents are plain items.

use std::rc::Rc;

use web_sys::HtmlDetailsElement;
use yew::prelude::*;

use super::facts;
use crate::{
    app::{
        Place, Route, View,
        views::{
            object::{Object, Want},
            platform_choice::Difference,
            tree::{Reading, Referring, Role, TreeNode},
        },
    },
    error::Error,
    oci::{Document, MediaType},
    registry::{Referrers, ReferrersApi},
    ui::{
        components::{
            DrawnLists, byte_size, linked_digest, media_type_words, remedy, short_list,
            verification_mark,
        },
        text::{self as page_text, tree as text, views as shared},
    },
};

/// The values that a node needs besides itself.
#[derive(Clone, Copy)]
pub(super) struct TreeContext<'a> {
    /// The document that the node belongs to.
    pub(super) place: &'a Place,
    /// Reads something.
    pub(super) ask: &'a Callback<Want>,
    /// The lists of the tree, as far as they are drawn.
    pub(super) lists: &'a DrawnLists,
    /// True if the inside of closed documents is drawn too, so that a search in the page finds it: the
    /// tree is small.
    pub(super) draws_closed: bool,
}

/// Nodes of one list, each with all below it. `below` names the list. A digest may stand in a list twice.
pub(super) fn nodes(context: &TreeContext<'_>, below: &str, nodes: &[TreeNode]) -> Html {
    let nodes = context.lists.of(below, nodes, |at, node| self::node(context, at, node));
    html! { <><ul class="nodes">{ nodes.items }</ul>{ nodes.more }</> }
}

fn node(context: &TreeContext<'_>, at: usize, node: &TreeNode) -> Html {
    let key = format!("{at} {}", node.descriptor.digest);
    if node.is_document() {
        html! { <li {key}>{ document(context, node) }</li> }
    } else {
        html! { <li class="leaf" {key}>{ leaf(context, node) }</li> }
    }
}

/// A configuration or layer.
fn leaf(context: &TreeContext<'_>, node: &TreeNode) -> Html {
    let descriptor = &node.descriptor;
    let has_page = descriptor.media_type != MediaType::OCI_EMPTY && node.role != Role::Blob;
    let href = has_page.then(|| content_href(context.place, node));
    let title = descriptor.annotation("org.opencontainers.image.title");
    html! {
        <>
            <span class="what">{ text::role(&node.role) }</span>
            if let Some(title) = title {
                <code class="file-title">{ facts::foreign(title) }</code>
            }
            { media_type_words(&descriptor.media_type) }
            { linked_digest(&descriptor.digest, href) }
            { size(node.size) }
            { files_link(context.place, node) }
        </>
    }
}

/// The files of a layer.
fn files_link(owner: &Place, node: &TreeNode) -> Html {
    let Role::Layer(number) = node.role else { return Html::default() };
    if !node.descriptor.media_type.is_layer() {
        return Html::default();
    }
    let target = Place { layer: node.address.clone(), ..owner.in_view(View::Files) };
    html! {
        <a class="brief" href={Route::from(target).href()}>{ text::files_of_layer(number) }</a>
    }
}

/// The view of the owning document that shows a configuration or layer.
fn content_href(owner: &Place, node: &TreeNode) -> AttrValue {
    let view = if node.role == Role::Config { View::Config } else { View::Layers };
    let target = Place { layer: node.address.clone(), ..owner.in_view(view) };
    Route::from(target).href().into()
}

fn size(size: Option<u64>) -> Html {
    match size {
        Some(bytes) => byte_size(bytes),
        None => html! { <span class="hint">{ shared::SIZE_UNKNOWN }</span> },
    }
}

/// A manifest or index.
fn document(context: &TreeContext<'_>, node: &TreeNode) -> Html {
    let (open, place) = (opens(node), own_place(context, node));
    let below = TreeContext { place: &place, ..*context };
    let want = || Want::Manifest(Box::new(node.descriptor.clone()));
    let part = ["inside of ", &node.descriptor.digest.to_string()].concat();
    let is_drawn = open || context.draws_closed || context.lists.was_opened(&part);
    let drawing = (!is_drawn).then(|| context.lists.on_open(&part));
    let asking = (node.reading == Reading::NotAsked).then(|| on_open(context, want()));
    let ontoggle = Callback::from(move |event: Event| {
        drawing.iter().chain(&asking).for_each(|each| each.emit(event.clone()));
    });
    html! {
        <details class="node" {open} {ontoggle}>
            <summary>{ summary(node) }</summary>
            if is_drawn {
                <div class="inside">
                    { head(context, node) }
                    { inside(&below, node) }
                    { referring(&below, node) }
                </div>
            }
        </details>
    }
}

/// The address under which a document's own contents are shown.
fn own_place(context: &TreeContext<'_>, node: &TreeNode) -> Place {
    match node.role {
        Role::Root => context.place.clone(),
        _ => context.place.at_digest(node.descriptor.digest.clone()),
    }
}

/// Open from the start: the root, what failed, and what has another size than is stated.
fn opens(node: &TreeNode) -> bool {
    node.role == Role::Root
        || matches!(node.reading, Reading::Failed(_))
        || node.wrong_size().is_some()
}

/// Asks when the node is opened; what was read is not asked for again.
fn on_open(context: &TreeContext<'_>, want: Want) -> Callback<Event> {
    let ask = context.ask.clone();
    Callback::from(move |event: Event| {
        let is_open = event.target_dyn_into::<HtmlDetailsElement>().is_some_and(|it| it.open());
        if is_open {
            ask.emit(want.clone());
        }
    })
}

/// One line: what it is, how large it is, how far it was checked.
fn summary(node: &TreeNode) -> Html {
    let digest = &node.descriptor.digest;
    html! {
        <>
            { name(node) }
            <code class="brief" title={digest.to_string()}>{ digest.short() }</code>
            if !node.total.is_empty() {
                <span class="sum">
                    if node.total.is_partial { { text::AT_LEAST } }
                    { byte_size(node.total.bytes()) }
                </span>
            }
            { state(&node.reading) }
            if let Some((stated, _)) = node.wrong_size() {
                <span class="mark failed">{ text::wrong_size(stated) }</span>
            }
        </>
    }
}

/// Draws the role of the node and the kind of its document. Of a referrer the type says most.
fn name(node: &TreeNode) -> Html {
    match &node.role {
        Role::Referrer(source) => html! {
            <>
                <span class="what">{ kind(node) }</span>
                <span class="kind">{ text::source(*source) }</span>
            </>
        },
        role => html! {
            <>
                <span class="what">
                    { facts::foreign(&text::role(role)) }
                    { short_list(node.differs.iter().map(difference)) }
                </span>
                <span class="kind">{ kind(node) }</span>
            </>
        },
    }
}

/// Draws a fact that tells an entry from others for its platform. The digest stands beside it.
fn difference(difference: &Difference) -> Html {
    match difference {
        Difference::Digest(_) => Html::default(),
        told => html! { <small>{ " · " }{ facts::foreign(&shared::difference(told)) }</small> },
    }
}

/// Draws the kind in words: the artifact's type if it has one, else the document's.
fn kind(node: &TreeNode) -> Html {
    match node.artifact_type.as_deref() {
        Some(kind) => html! { <code>{ facts::foreign(kind) }</code> },
        None => {
            let media_type = &node.descriptor.media_type;
            let kind = match media_type.as_str() {
                "" => page_text::media_types::NONE,
                _ => page_text::media_types::media_type(media_type),
            };
            facts::foreign(&page_text::short(kind))
        }
    }
}

fn state(reading: &Reading) -> Html {
    match reading {
        Reading::NotAsked => Html::default(),
        Reading::Loading => html! { <span class="hint">{ page_text::LOADING }</span> },
        Reading::Ready(object) => verification_mark(&object.verification),
        Reading::Failed(error) => {
            html! { <span class="mark failed">{ page_text::error::title(error) }</span> }
        }
    }
}

/// The exact facts about the document.
fn head(context: &TreeContext<'_>, node: &TreeNode) -> Html {
    let descriptor = &node.descriptor;
    let target = context.place.at_digest(descriptor.digest.clone());
    let href: Option<AttrValue> =
        (node.role != Role::Root).then(|| Route::from(target).href().into());
    html! {
        <>
            <p class="line">
                { linked_digest(&descriptor.digest, href) }
                { media_type_words(&descriptor.media_type) }
                { size(node.size) }
            </p>
            if let Role::StrayAttestation(Some(subject)) = &node.role {
                <p class="hint">{ text::IT_IS_ABOUT }<code>{ facts::foreign(subject) }</code></p>
            }
            { facts::annotations(&context.lists.nested(), &["annotations of ", &descriptor.digest.to_string()].concat(), &descriptor.annotations) }
        </>
    }
}

fn inside(context: &TreeContext<'_>, node: &TreeNode) -> Html {
    html! {
        <>
            if let Reading::Ready(object) = &node.reading {
                { about(context, object) }
            }
            if let Reading::Failed(error) = &node.reading {
                { failure(context, error, Want::Manifest(Box::new(node.descriptor.clone()))) }
            }
            if let Some(cut) = node.cut { <p class="hint">{ text::cut(cut) }</p> }
            if !node.children.is_empty() {
                { nodes(context, &["children of ", &node.descriptor.digest.to_string()].concat(), &node.children) }
            }
        </>
    }
}

/// Draws the document's own facts.
fn about(context: &TreeContext<'_>, object: &Rc<Object>) -> Html {
    let document = &object.document.value;
    html! {
        <>
            { facts::issues(context.lists, &["issues of ", &object.descriptor.digest.to_string()].concat(), object.issues()) }
            if let Some(subject) = document.subject() {
                <p class="line">
                    { text::SUBJECT }
                    { linked_digest(&subject.digest, Some(Route::from(context.place.at_digest(subject.digest.clone())).href().into())) }
                </p>
            }
            if let Document::Schema1(schema1) = document {
                <p class="hint">{ text::signatures(schema1.signatures, schema1.has_odd_signatures) }</p>
            }
            { facts::annotations(context.lists, &["annotations in ", &object.descriptor.digest.to_string()].concat(), document.annotations()) }
        </>
    }
}

/// Draws an error in the place of the node, with a way to try again.
fn failure(context: &TreeContext<'_>, error: &Rc<Error>, want: Want) -> Html {
    let retry = context.ask.reform(move |()| want.clone());
    let onclick = retry.reform(|_: MouseEvent| ());
    html! {
        <>
            <p class="failure">
                { facts::foreign(&page_text::error::what_came_back(error)) }{ " " }
                <button type="button" {onclick}>{ page_text::RETRY }</button>
            </p>
            { remedy(error, &retry) }
        </>
    }
}

/// Draws the referrers of a document. They are asked for when it is opened.
fn referring(context: &TreeContext<'_>, node: &TreeNode) -> Html {
    if node.cut.is_some() || !matches!(node.reading, Reading::Ready(_)) {
        return Html::default();
    }
    let want = Want::Referrers(node.descriptor.digest.clone());
    let is_new = node.referring == Referring::NotAsked;
    let ontoggle = is_new.then(|| on_open(context, want.clone()));
    let count = match &node.referring {
        Referring::Ready { nodes, .. } => format!(" ({})", nodes.len()),
        _ => String::new(),
    };
    html! {
        <details class="referring" {ontoggle}
            open={matches!(&node.referring, Referring::Ready { nodes, .. } if !nodes.is_empty())}>
            <summary>{ text::REFERRERS }{ count }</summary>
            { found(context, node, want) }
        </details>
    }
}

/// Draws a list of referrers.
pub(super) fn found(context: &TreeContext<'_>, node: &TreeNode, want: Want) -> Html {
    match &node.referring {
        Referring::NotAsked | Referring::Loading => {
            html! { <p class="hint">{ page_text::LOADING }</p> }
        }
        Referring::Failed(error) => failure(context, error, want),
        Referring::Ready { nodes, may_be_incomplete, list } => html! {
            <>
                if nodes.is_empty() { <p class="hint">{ text::NO_REFERRERS }</p> }
                { how_found(context, list, *may_be_incomplete, want) }
                { self::nodes(context, &["referrers of ", &node.descriptor.digest.to_string()].concat(), nodes) }
            </>
        },
    }
}

/// Draws what the registry's API had no part in, and what could not be read.
fn how_found(
    context: &TreeContext<'_>,
    list: &Rc<Referrers>,
    may_be_incomplete: bool,
    want: Want,
) -> Html {
    let words = text::referrers_api(&list.api).into_iter().chain(text::unread_tags(&list.unread));
    let words: Vec<String> = words.collect();
    let is_told = !list.unread.is_empty() || matches!(list.api, ReferrersApi::Refused(_));
    let retry = context.ask.reform(move |_: MouseEvent| want.clone());
    html! {
        <>
            { short_list(words.into_iter().map(|line| html! { <p class="hint">{ facts::foreign(&line) }</p> })) }
            if is_told || list.api != ReferrersApi::Listed {
                <button type="button" onclick={retry}>{ page_text::RETRY }</button>
            }
            if may_be_incomplete && !is_told { <p class="hint">{ text::may_be_incomplete(list) }</p> }
        </>
    }
}
