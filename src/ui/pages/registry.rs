//! A registry: its repositories, as a tree of namespaces or as a list.

use std::rc::Rc;

use yew::prelude::*;

use super::repository_form::RepositoryForm;
use crate::{
    app::{Connection, Namespace, RegistryAddress},
    oci::RepositoryName,
    registry::ErrorKind,
    ui::{
        components::{Empty, Heading, ListHead, WindowedList, repository_route},
        hooks::{Pages, use_pages},
        text::{list, registry as words},
    },
};

/// How many pages are read without being asked.
const FIRST_PAGES: usize = 3;
/// Namespaces are drawn open while there are no more repositories than this.
const OPEN: usize = 60;

/// Properties of [`RegistryPage`].
#[derive(Properties, PartialEq)]
pub struct RegistryPageProps {
    /// The registry.
    pub connection: Connection,
}

/// A registry.
#[component]
pub fn RegistryPage(props: &RegistryPageProps) -> Html {
    let registry = props.connection.registry.clone();
    let pages = use_pages(FIRST_PAGES, move |from: Option<String>| {
        let registry = registry.clone();
        async move { registry.repositories(from.as_deref()).await }
    });
    let address = &props.connection.address;
    let refused = pages
        .error
        .as_ref()
        .is_some_and(|error| error.kind == ErrorKind::CatalogUnavailable && pages.items.is_empty());
    html! {
        <>
            <Heading is_name=true>{ address.to_string() }</Heading>
            <RepositoryForm address={address.clone()} is_needed={refused} />
            if refused {
                <div class="notice"><p>{ words::NO_CATALOG }</p></div>
            } else {
                <h2>{ words::REPOSITORIES }</h2>
                { repositories(address, &pages) }
            }
        </>
    }
}

fn repositories(address: &RegistryAddress, pages: &Pages<RepositoryName>) -> Html {
    html! {
        <Repositories address={address.clone()} items={pages.items.clone()} read={pages.read}
            is_loading={pages.is_loading} has_more={pages.has_more} error={pages.error.clone()}
            may_be_incomplete={pages.may_be_incomplete} more={pages.more.clone()} />
    }
}

/// Properties of [`Repositories`].
#[derive(Properties, PartialEq)]
struct RepositoriesProps {
    address: RegistryAddress,
    items: Rc<Vec<RepositoryName>>,
    read: usize,
    is_loading: bool,
    has_more: bool,
    may_be_incomplete: bool,
    error: Option<Rc<crate::registry::Error>>,
    more: Callback<crate::ui::hooks::Amount>,
}

/// The repositories that are known, with a filter and the choice between tree and list.
#[component]
fn Repositories(props: &RepositoriesProps) -> Html {
    let filter = use_state_eq(AttrValue::default);
    let as_list = use_state_eq(|| false);
    let shown = use_memo((props.items.clone(), (*filter).clone()), |(items, filter)| {
        let wanted = filter.trim().to_lowercase();
        let mut shown: Vec<_> =
            items.iter().filter(|name| name.as_str().contains(&wanted)).cloned().collect();
        shown.sort();
        shown
    });
    let on_filter = use_callback((), {
        let filter = filter.setter();
        move |text, ()| filter.set(text)
    });
    html! {
        <>
            <ListHead things={list::REPOSITORIES} shown={shown.len()} known={props.items.len()}
                read={props.read} is_loading={props.is_loading} has_more={props.has_more}
                may_be_incomplete={props.may_be_incomplete} error={props.error.clone()}
                more={props.more.clone()} filter={(*filter).clone()} {on_filter}>
                { switch(&as_list) }
            </ListHead>
            if shown.is_empty() {
                if !props.is_loading && props.error.is_none() { { nothing(&filter) } }
            } else if *as_list {
                <RepositoryList address={props.address.clone()} names={shown} />
            } else {
                <NamespaceTree address={props.address.clone()} names={shown} />
            }
        </>
    }
}

fn nothing(filter: &str) -> Html {
    let message = if filter.trim().is_empty() { words::EMPTY } else { list::NO_MATCH };
    html! { <Empty {message} /> }
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

/// Properties of [`RepositoryList`] and [`NamespaceTree`].
#[derive(Properties, PartialEq)]
struct NamesProps {
    address: RegistryAddress,
    names: Rc<Vec<RepositoryName>>,
}

/// All repositories in one list.
#[component]
fn RepositoryList(props: &NamesProps) -> Html {
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
    html! {
        <WindowedList class="repositories" count={props.names.len()} {row} {header}
            label={words::REPOSITORIES} />
    }
}

fn link(address: &RegistryAddress, name: &RepositoryName, label: &str) -> Html {
    let href = repository_route(address, name).href();
    html! { <a class="name" {href}>{ label.to_owned() }</a> }
}

/// Repositories below their namespaces.
#[component]
fn NamespaceTree(props: &NamesProps) -> Html {
    let tree = use_memo(props.names.clone(), |names| Namespace::of(names.iter()));
    let is_open = tree.count <= OPEN;
    html! {
        <ul class="namespaces">
            { for tree.below.iter().map(|(name, below)| html! {
                <NamespaceNode key={name.as_str()} address={props.address.clone()}
                    name={name.clone()} node={Rc::new(below.clone())} {is_open} />
            }) }
        </ul>
    }
}

/// Properties of [`NamespaceNode`].
#[derive(Properties, PartialEq)]
struct NodeProps {
    address: RegistryAddress,
    name: AttrValue,
    node: Rc<Namespace>,
    is_open: bool,
}

/// One namespace; what is below it is drawn only while it is open.
#[component]
fn NamespaceNode(props: &NodeProps) -> Html {
    let node = &props.node;
    let open = use_state_eq(|| props.is_open);
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
    let child = |(name, below): (&String, &Namespace)| {
        html! {
            <NamespaceNode key={name.as_str()} address={props.address.clone()} name={name.clone()}
                node={Rc::new(below.clone())} is_open={props.is_open} />
        }
    };
    html! {
        <li>
            if own.is_some() { <div>{ own }</div> }
            <details open={*open}>
                <summary {onclick}>
                    <span class="name">{ &props.name }{ "/" }</span>
                    <span class="muted">{ format!(" {}", node.count) }</span>
                </summary>
                if *open { <ul>{ for node.below.iter().map(child) }</ul> }
            </details>
        </li>
    }
}
