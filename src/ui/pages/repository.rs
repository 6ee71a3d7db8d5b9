//! A repository: its tags, the newest version first.

use std::{ops::Range, rc::Rc};

use futures_util::FutureExt;
use yew::prelude::*;

use super::tag_row::TagRow;
use crate::{
    app::{Connection, slices::SortNames},
    oci::{Reference, RepositoryName, Tag, TagOrder, tag_order::TagKey},
    ui::{
        components::{
            ListHead, WindowedList, copy_button, empty, list_head, name_heading, short_list, trail,
        },
        hooks::{names, use_pages, use_sliced},
        stateful::{mount, mount_keyed, stateful},
        text::{list, repository as words},
    },
};

/// The number of pages of tags that are read without being asked.
const FIRST_PAGES: usize = 5;

#[derive(PartialEq)]
pub(super) struct RepositoryPage {
    /// The repository: a reference without tag and digest.
    pub(super) repository: Reference,
    /// The registry.
    pub(super) connection: Connection,
}

stateful!(RepositoryPage, use_repository_page);

#[hook]
fn use_repository_page(props: &RepositoryPage) -> Html {
    let (registry, repository) = (&props.connection.registry, &props.repository.repository);
    let (registry, repository) = (registry.clone(), repository.clone());
    let fetch = move |from: Option<String>| {
        let (registry, repository) = (registry.clone(), repository.clone());
        async move { registry.tags(&repository, from.as_deref()).await.map(names) }.boxed_local()
    };
    let pages = use_pages(FIRST_PAGES, Box::new(fetch));
    let filter = use_state_eq(AttrValue::default);
    let order = use_state_eq(TagOrder::default);
    let shown = use_tags(&pages.items, &filter, *order);
    let on_filter = use_callback((), {
        let filter = filter.setter();
        move |text, ()| filter.set(text)
    });
    let head = ListHead {
        filter: (*filter).clone(),
        on_filter,
        controls: orders(&order),
        ..ListHead::of(&pages, list::TAGS, shown.len())
    };
    let message = if filter.is_empty() { words::EMPTY } else { list::NO_MATCH };
    let is_settled = !pages.is_loading && pages.error.is_none() && pages.fault.is_none();
    html! {
        <>
            { heading(props) }
            { list_head(head) }
            if !shown.is_empty() {
                { mount(TagTable {
                    connection: props.connection.clone(),
                    repository: props.repository.repository.clone(),
                    tags: shown,
                }) }
            } else if is_settled {
                { empty(message) }
            }
        </>
    }
}

fn heading(props: &RepositoryPage) -> Html {
    let name = AttrValue::from(props.repository.to_string());
    html! {
        <>
            { trail(&props.connection.address, None) }
            <div class="title">
                { name_heading(name.clone()) }
                { copy_button(name, words::COPY) }
            </div>
        </>
    }
}

/// The tags that pass the filter, in order.
#[hook]
fn use_tags(items: &Rc<Vec<String>>, filter: &str, order: TagOrder) -> Rc<Vec<Tag>> {
    let filter = filter.trim().to_ascii_lowercase();
    let sorted = use_sliced((items.clone(), order), items.len(), |(items, order)| {
        let order = *order;
        let key = move |tag: &str| TagKey::of(tag, order);
        SortNames::new(Rc::clone(items), key, |name| name.parse::<Tag>().ok())
    });
    let sorted = sorted.unwrap_or_default();
    use_memo((sorted, filter), |(tags, filter)| {
        tags.iter()
            .filter(|tag| tag.as_str().to_ascii_lowercase().contains(filter))
            .cloned()
            .collect()
    })
}

fn orders(order: &UseStateHandle<TagOrder>) -> Html {
    let button = |label: &'static str, value: TagOrder| {
        let setter = order.setter();
        let onclick = Callback::from(move |_: MouseEvent| setter.set(value));
        let pressed = (**order == value).to_string();
        html! { <button type="button" aria-pressed={pressed} {onclick}>{ label }</button> }
    };
    html! {
        <div class="switch" role="group" aria-label={words::ORDER}>
            { button(words::NEWEST, TagOrder::NewestFirst) }
            { button(words::ASCENDING, TagOrder::Ascending) }
        </div>
    }
}

/// The tags with what each stands for. Only rows in sight ask for it.
#[derive(PartialEq)]
struct TagTable {
    connection: Connection,
    repository: RepositoryName,
    tags: Rc<Vec<Tag>>,
}

stateful!(TagTable, use_tag_table);

#[hook]
fn use_tag_table(props: &TagTable) -> Html {
    let seen = use_state_eq(|| 0..0);
    let on_visible = use_callback((), {
        let seen = seen.setter();
        move |rows: Range<usize>, ()| seen.set(rows)
    });
    let state =
        (props.connection.clone(), props.repository.clone(), props.tags.clone(), (*seen).clone());
    let row = use_callback(state, |index: usize, (connection, repository, tags, seen)| {
        let Some(tag) = tags.get(index) else { return Html::default() };
        // Rendered to text there is no sight, and every row counts as seen.
        let is_seen = seen.contains(&index) || cfg!(not(target_arch = "wasm32"));
        let (connection, repository) = (connection.clone(), repository.clone());
        let row = TagRow { connection, repository, tag: tag.clone(), index, is_seen };
        mount_keyed(tag.as_str(), row)
    });
    mount(WindowedList {
        class: "tags".into(),
        count: props.tags.len(),
        row,
        on_visible,
        header: header(),
        label: words::TAGS.into(),
    })
}

fn header() -> Html {
    let columns = [words::TAG, words::DIGEST, words::SIZE, words::PLATFORMS, words::AGE];
    html! {
        <div role="row" aria-rowindex="1">
            { short_list(columns.into_iter().map(|name| html! { <div role="columnheader">{ name }</div> })) }
        </div>
    }
}
