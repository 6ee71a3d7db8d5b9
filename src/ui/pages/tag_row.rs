//! One row of the tag table: the tag, and what it stands for once that is known.

use yew::prelude::*;

use crate::{
    app::{
        Connection, Place, Route,
        age::Age,
        queries::{TagSummary, tag_summary},
    },
    caps,
    error::ErrorKind,
    oci::{Platform, Reference, RepositoryName, Tag},
    ui::{
        components::{byte_size, digest_code, foreign, foreign_title, platform_badge, short_list},
        hooks::{Query, use_environment, use_query},
        stateful::stateful,
        text::{self, repository as words},
    },
};

/// One row of the tag table.
#[derive(PartialEq)]
pub(super) struct TagRow {
    /// The registry.
    pub(super) connection: Connection,
    pub(super) repository: RepositoryName,
    pub(super) tag: Tag,
    /// The row's number.
    pub(super) index: usize,
    /// True while the row is in sight. Only then does it ask for anything.
    pub(super) is_seen: bool,
}

stateful!(TagRow, use_tag_row);

#[hook]
fn use_tag_row(props: &TagRow) -> Html {
    let (connection, repository) = (props.connection.clone(), props.repository.clone());
    // Answered once, a row keeps its answer when it leaves the sight and comes back.
    let was_seen = use_mut_ref(|| false);
    let is_wanted = *was_seen.borrow() || props.is_seen;
    let query = use_query((props.tag.clone(), is_wanted), move |(tag, is_wanted)| {
        let (registry, repository) = (connection.registry.clone(), repository.clone());
        let (tag, is_wanted) = (tag.clone(), *is_wanted);
        async move {
            if !is_wanted {
                std::future::pending::<()>().await;
            }
            tag_summary(&*registry, &repository, tag).await
        }
    });
    if query.state.value().is_some() {
        *was_seen.borrow_mut() = true;
    }
    let now = use_environment().map(|environment| (environment.now)()).unwrap_or_default();
    html! {
        <div role="row" aria-rowindex={(props.index + 2).to_string()}>
            <div role="cell"><a class="name" href={href(props)}>{ props.tag.to_string() }</a></div>
            { cells(props, &query, now) }
        </div>
    }
}

fn href(props: &TagRow) -> String {
    let address = props.connection.address.clone();
    let repository = Reference::repository(address.host.clone(), props.repository.clone());
    Route::from(Place::new(address, repository.at_tag(props.tag.clone()))).href()
}

fn cells(props: &TagRow, query: &Query<TagSummary>, now: i64) -> Html {
    if let Some(error) = query.state.error() {
        let onclick = query.retry.reform(|_: MouseEvent| ());
        let reason = text::error::what_came_back(error);
        return html! {
            <div role="cell" class="failed" title={foreign_title(&reason)}>
                <span>{ foreign(&reason) }</span>
                // A row has no room for a form: the page of the tag has it.
                if error.kind == ErrorKind::Unauthorized {
                    <a href={href(props)}>{ text::accounts::SIGN_IN }</a>
                }
                <button type="button" {onclick}>{ text::RETRY }</button>
            </div>
        };
    }
    match query.state.value() {
        Some(summary) => summary_cells(summary, now),
        None => short_list((0..4).map(|_| html! { <div role="cell"></div> })),
    }
}

fn summary_cells(summary: &TagSummary, now: i64) -> Html {
    html! {
        <>
            <div role="cell">{ digest_code(&summary.descriptor.digest) }</div>
            <div role="cell">
                if let Some(bytes) = summary.size { { byte_size(bytes) } }
                if let Some(platform) = &summary.size_of {
                    { " " }
                    <span class="muted" title={words::SIZE_OF_MEANS}>
                        { foreign(&platform.architecture) }
                    </span>
                }
            </div>
            <div role="cell">{ platforms(summary) }</div>
            <div role="cell">{ created(summary, now) }</div>
        </>
    }
}

/// The number of platforms that are named before the rest is only counted.
const NAMED: usize = 2;

fn platforms(summary: &TagSummary) -> Html {
    if let Some(artifact_type) = &summary.artifact_type {
        return html! { <span class="badge" title={foreign_title(artifact_type)}>{ foreign(artifact_type) }</span> };
    }
    let all = &summary.platforms;
    let names: Vec<String> = all.iter().take(caps::ITEMS_DRAWN).map(Platform::to_string).collect();
    let rest = all.len().saturating_sub(NAMED);
    html! {
        <span class="platforms" title={foreign_title(&names.join(", "))}>
            { short_list(all.iter().take(NAMED).map(platform_badge)) }
            if rest > 0 { <span class="muted">{ words::more(rest) }</span> }
        </span>
    }
}

fn created(summary: &TagSummary, now: i64) -> Html {
    let Some(created) = summary.created else { return Html::default() };
    let exact = created.to_string();
    match Age::of(created, now).map(text::age::age) {
        Some(words) => html! { <time datetime={exact.clone()} title={exact}>{ words }</time> },
        None => html! { <span class="muted" title={words::NO_AGE_MEANS}>{ words::NO_AGE }</span> },
    }
}
