//! A repository: its tags, the newest version first.

use std::{ops::Range, rc::Rc};

use yew::prelude::*;

use super::tag_row::TagRow;
use crate::{
    app::Connection,
    oci::{Reference, RepositoryName, Tag, TagOrder, tag_order},
    ui::{
        components::{CopyButton, Empty, Heading, ListHead, Trail, WindowedList},
        hooks::use_pages,
        text::{list, repository as words},
    },
};

/// How many pages of tags are read without being asked.
const FIRST_PAGES: usize = 5;

/// Properties of [`RepositoryPage`].
#[derive(Properties, PartialEq)]
pub struct RepositoryPageProps {
    /// The repository: a reference without tag and digest.
    pub repository: Reference,
    /// The registry.
    pub connection: Connection,
}

/// A repository.
#[component]
pub fn RepositoryPage(props: &RepositoryPageProps) -> Html {
    let (registry, repository) = (&props.connection.registry, &props.repository.repository);
    let (registry, repository) = (registry.clone(), repository.clone());
    let pages = use_pages(FIRST_PAGES, move |from: Option<String>| {
        let (registry, repository) = (registry.clone(), repository.clone());
        async move { registry.tags(&repository, from.as_deref()).await }
    });
    let filter = use_state_eq(AttrValue::default);
    let order = use_state_eq(TagOrder::default);
    let shown = use_tags(&pages.items, &filter, *order);
    let on_filter = use_callback((), {
        let filter = filter.setter();
        move |text, ()| filter.set(text)
    });
    let name = AttrValue::from(props.repository.to_string());
    let has_nothing = shown.is_empty() && !pages.is_loading && pages.error.is_none();
    html! {
        <>
            <Trail registry={props.connection.address.clone()} />
            <div class="title">
                <Heading is_name=true>{ &name }</Heading>
                <CopyButton text={name.clone()} label={words::COPY} />
            </div>
            <ListHead things={list::TAGS} shown={shown.len()} known={pages.items.len()}
                read={pages.read} is_loading={pages.is_loading} has_more={pages.has_more}
                may_be_incomplete={pages.may_be_incomplete} error={pages.error.clone()}
                more={pages.more.clone()} filter={(*filter).clone()} {on_filter}>
                { orders(&order) }
            </ListHead>
            if has_nothing {
                <Empty message={if filter.is_empty() { words::EMPTY } else { list::NO_MATCH }} />
            } else if !shown.is_empty() {
                <TagTable connection={props.connection.clone()} tags={shown}
                    repository={props.repository.repository.clone()} />
            }
        </>
    }
}

/// The tags that pass the filter, in order.
#[hook]
fn use_tags(items: &Rc<Vec<Tag>>, filter: &str, order: TagOrder) -> Rc<Vec<Tag>> {
    let filter = filter.trim().to_lowercase();
    let sorted = use_memo((items.clone(), order), |(items, order)| {
        let mut tags = Vec::clone(items);
        tag_order::sort(&mut tags, *order);
        tags.dedup();
        tags
    });
    use_memo((sorted, filter), |(tags, filter)| {
        tags.iter().filter(|tag| tag.as_str().to_lowercase().contains(filter)).cloned().collect()
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

/// Properties of [`TagTable`].
#[derive(Properties, PartialEq)]
struct TagTableProps {
    connection: Connection,
    repository: RepositoryName,
    tags: Rc<Vec<Tag>>,
}

/// The tags with what each stands for. Only rows in sight ask for it.
#[component]
fn TagTable(props: &TagTableProps) -> Html {
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
        html! {
            <TagRow key={tag.as_str()} connection={connection.clone()} {index} {is_seen}
                repository={repository.clone()} tag={tag.clone()} />
        }
    });
    html! {
        <WindowedList class="tags" count={props.tags.len()} {row} {on_visible} header={header()}
            label={words::TAGS} />
    }
}

fn header() -> Html {
    let columns = [words::TAG, words::DIGEST, words::SIZE, words::PLATFORMS, words::AGE];
    html! {
        <div role="row" aria-rowindex="1">
            { for columns.into_iter().map(|name| html! { <div role="columnheader">{ name }</div> }) }
        </div>
    }
}
