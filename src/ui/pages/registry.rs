//! A registry: its repositories, as a tree of namespaces or as a list.

use std::rc::Rc;

use futures_util::FutureExt;
use yew::prelude::*;

use super::repository_form::RepositoryForm;
use crate::{
    app::{Connection, GrowNamespaces, Namespace, RegistryAddress, slices::SortNames},
    error::ErrorKind,
    oci::RepositoryName,
    ui::{
        components::{
            DrawnLists, ListHead, LongList, WindowedList, empty, list_head, name_heading,
            repository_route, sign_in, use_drawn_lists,
        },
        hooks::{Amount, Pages, names, use_pages, use_sliced},
        stateful::{mount, mount_keyed, stateful},
        text::{list, registry as words},
    },
};

/// The number of pages that are read without being asked.
const FIRST_PAGES: usize = 3;
/// Namespaces are drawn open while there are no more repositories than this.
const OPEN: usize = 60;

#[derive(PartialEq)]
pub(super) struct RegistryPage {
    /// The registry.
    pub(super) connection: Connection,
}

stateful!(RegistryPage, use_registry_page);

#[hook]
fn use_registry_page(props: &RegistryPage) -> Html {
    let registry = props.connection.registry.clone();
    let fetch = move |from: Option<String>| {
        let registry = registry.clone();
        async move { registry.repositories(from.as_deref()).await.map(names) }.boxed_local()
    };
    let pages = use_pages(FIRST_PAGES, Box::new(fetch));
    let address = &props.connection.address;
    let refused = pages
        .error
        .as_ref()
        .is_some_and(|error| error.kind == ErrorKind::CatalogUnavailable && pages.items.is_empty());
    html! {
        <>
            { name_heading(address.to_string()) }
            { mount(RepositoryForm { address: address.clone(), is_needed: refused }) }
            if refused {
                { way_in(&pages) }
            } else {
                <h2>{ words::REPOSITORIES }</h2>
                { repositories(address, &pages) }
            }
        </>
    }
}

/// Draws the way in that stands in place of a list: a private registry may list its repositories
/// only after sign-in.
fn way_in(pages: &Pages) -> Html {
    let asks = pages.error.as_ref().filter(|error| error.context.status == Some(401));
    let retry = pages.more.reform(|()| Amount::Pages(FIRST_PAGES));
    let words = if asks.is_some() { words::CATALOG_ASKS } else { words::NO_CATALOG };
    html! {
        <>
            <div class="notice"><p>{ words }</p></div>
            if let Some(error) = asks { { sign_in(error, retry) } }
        </>
    }
}

fn repositories(address: &RegistryAddress, pages: &Pages) -> Html {
    mount(Repositories { address: address.clone(), pages: pages.clone() })
}

/// The repositories that are known, with a filter and the choice between tree and list.
#[derive(PartialEq)]
struct Repositories {
    address: RegistryAddress,
    pages: Pages,
}

stateful!(Repositories, use_repositories);

#[hook]
fn use_repositories(props: &Repositories) -> Html {
    let Repositories { address, pages } = props;
    let filter = use_state_eq(AttrValue::default);
    let as_list = use_state_eq(|| false);
    let sorted = use_sliced(pages.items.clone(), pages.items.len(), |items| {
        SortNames::new(Rc::clone(items), str::to_owned, |name| name.parse::<RepositoryName>().ok())
    });
    let shown = use_memo((sorted.unwrap_or_default(), (*filter).clone()), |(sorted, filter)| {
        let wanted = filter.trim().to_ascii_lowercase();
        sorted.iter().filter(|name| name.as_str().contains(&wanted)).cloned().collect::<Vec<_>>()
    });
    let on_filter = use_callback((), {
        let filter = filter.setter();
        move |text, ()| filter.set(text)
    });
    let head = ListHead {
        filter: (*filter).clone(),
        on_filter,
        controls: switch(&as_list),
        ..ListHead::of(pages, list::REPOSITORIES, shown.len())
    };
    html! {
        <>
            { list_head(head) }
            if shown.is_empty() {
                if !pages.is_loading && pages.error.is_none() && pages.fault.is_none() { { nothing(&filter) } }
            } else if *as_list {
                { mount(RepositoryList { address: address.clone(), names: shown }) }
            } else {
                { mount(NamespaceTree { address: address.clone(), names: shown }) }
            }
        </>
    }
}

fn nothing(filter: &str) -> Html {
    let message = if filter.trim().is_empty() { words::EMPTY } else { list::NO_MATCH };
    empty(message)
}

fn switch(as_list: &UseStateHandle<bool>) -> Html {
    let button = |label: &'static str, value: bool| {
        let setter = as_list.setter();
        let onclick = Callback::from(move |_: MouseEvent| setter.set(value));
        let pressed = (**as_list == value).to_string();
        html! { <button type="button" aria-pressed={pressed} {onclick}>{ label }</button> }
    };
    html! {
        <div class="switch" role="group" aria-label={words::SHOW_AS}>
            { button(words::AS_TREE, false) }
            { button(words::AS_LIST, true) }
        </div>
    }
}

/// All repositories in one list.
#[derive(PartialEq)]
struct RepositoryList {
    address: RegistryAddress,
    names: Rc<Vec<RepositoryName>>,
}

stateful!(RepositoryList, use_repository_list);

#[hook]
fn use_repository_list(props: &RepositoryList) -> Html {
    let row = use_callback((props.address.clone(), props.names.clone()), {
        |index: usize, (address, names): &(RegistryAddress, Rc<Vec<RepositoryName>>)| {
            let Some(name) = names.get(index) else { return Html::default() };
            html! {
                <div role="row" key={name.as_str()} aria-rowindex={(index + 2).to_string()}>
                    <div role="cell">{ link(address, name, name.as_str()) }</div>
                </div>
            }
        }
    });
    let header = html! {
        <div role="row" aria-rowindex="1">
            <div role="columnheader">{ words::REPOSITORY }</div>
        </div>
    };
    mount(WindowedList {
        class: "repositories".into(),
        count: props.names.len(),
        row,
        header,
        label: words::REPOSITORIES.into(),
        on_visible: Callback::noop(),
    })
}

fn link(address: &RegistryAddress, name: &RepositoryName, label: &str) -> Html {
    let href = repository_route(address, name).href();
    html! { <a class="name" {href}>{ label.to_owned() }</a> }
}

/// Repositories below their namespaces.
#[derive(PartialEq)]
struct NamespaceTree {
    address: RegistryAddress,
    names: Rc<Vec<RepositoryName>>,
}

stateful!(NamespaceTree, use_namespace_tree);

#[hook]
fn use_namespace_tree(props: &NamespaceTree) -> Html {
    let tree = use_sliced(props.names.clone(), props.names.len(), |names| {
        GrowNamespaces::new(Rc::clone(names))
    });
    let tree = tree.unwrap_or_default();
    let lists = use_drawn_lists(&props.address.to_string());
    let names = below(&lists, &props.address, &tree, tree.count <= OPEN);
    html! { <><ul class="namespaces">{ names.items }</ul>{ names.more }</> }
}

/// Draws what stands below a namespace.
fn below(
    lists: &DrawnLists,
    address: &RegistryAddress,
    namespace: &Namespace,
    is_open: bool,
) -> LongList {
    let nodes: Vec<_> = namespace.below.iter().collect();
    lists.of("below", &nodes, |_, (name, below)| node(address, name, below, is_open))
}

fn node(address: &RegistryAddress, name: &str, below: &Rc<Namespace>, is_open: bool) -> Html {
    let (address, node) = (address.clone(), Rc::clone(below));
    mount_keyed(name, NamespaceNode { address, name: name.to_owned().into(), node, is_open })
}

/// One namespace; what is below it is drawn only while it is open.
#[derive(PartialEq)]
struct NamespaceNode {
    address: RegistryAddress,
    name: AttrValue,
    node: Rc<Namespace>,
    is_open: bool,
}

stateful!(NamespaceNode, use_namespace_node);

#[hook]
fn use_namespace_node(props: &NamespaceNode) -> Html {
    let node = &props.node;
    let open = use_state_eq(|| props.is_open);
    let lists = use_drawn_lists(&props.name);
    let onclick = {
        let open = open.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            open.set(!*open);
        })
    };
    let own = node.repository.as_ref().map(|name| link(&props.address, name, &props.name));
    if node.below.is_empty() {
        return html! { <li>{ own }</li> };
    }
    // What is closed costs nothing.
    let names = open.then(|| below(&lists, &props.address, node, props.is_open));
    html! {
        <li>
            if own.is_some() { <div>{ own }</div> }
            <details open={*open}>
                <summary {onclick}>
                    <span class="name">{ &props.name }{ "/" }</span>
                    <span class="muted">{ format!(" {}", node.count) }</span>
                </summary>
                if let Some(names) = names { <ul>{ names.items }</ul>{ names.more } }
            </details>
        </li>
    }
}
