//! The layers beside the files: the chosen one, the state of each, its changes, and the step that made it.

use yew::prelude::*;

use super::super::{ViewContext, facts};
use crate::{
    app::{
        Place, Route,
        tasks::read_layers::{LayerReading, LayerState},
        views::{
            files::{Files, closed},
            layers::Layer,
        },
    },
    caps,
    layers::index::{LayerSummary, ReadState, Summary, TocState},
    ui::{
        browser,
        components::{byte_size, foreign_title, short_list},
        text::{files as text, layer_faults},
    },
};

/// From this width on, in CSS pixels, the layers stand beside the files, and are open.
const WIDE: f64 = 1_000.0;

/// The layers.
pub(super) fn aside(
    context: &ViewContext,
    files: &Files,
    summary: Option<&Summary>,
    state: &LayerReading,
    start: &Callback<Vec<u16>>,
) -> Html {
    let place = &*context.place;
    let is_wide = browser::screen_width().is_none_or(|width| width >= WIDE);
    let merged = Place { layer: None, ..here(place) };
    let draw = |number: u16| {
        let Some(layer) = files.layer(number) else { return Html::default() };
        let summary = summary.and_then(|summary| summary.layers.get(usize::from(number)));
        row(place, files, layer, number, summary, state, start)
    };
    let numbers: Vec<u16> = files.numbers().collect();
    let rows = context.lists.of("layers", &numbers, |_, number| draw(*number));
    // A link may lead to a layer far down the list.
    let far = files.chosen.filter(|number| usize::from(*number) >= caps::ITEMS_DRAWN);
    html! {
        <details class="of-layers" open={is_wide}>
            <summary><h2>{ text::LAYERS }</h2></summary>
            <ol>
                <li class={classes!(files.chosen.is_none().then_some("chosen"))}>
                    <p class="line">
                        <a href={Route::from(merged).href()}
                            aria-current={files.chosen.is_none().then_some("true")}>
                            { text::MERGED }
                        </a>
                        <span class="hint">{ text::MERGED_MEANS }</span>
                    </p>
                </li>
                { far.map_or(Html::default(), draw) }
                { rows.items }
            </ol>
            { rows.more }
        </details>
    }
}

/// The same list and path; what is looked for stays too.
fn here(place: &Place) -> Place {
    place.clone()
}

fn row(
    place: &Place,
    files: &Files,
    layer: &Layer,
    number: u16,
    summary: Option<&LayerSummary>,
    state: &LayerReading,
    start: &Callback<Vec<u16>>,
) -> Html {
    let is_chosen = files.chosen == Some(number);
    let there = Place { layer: Some(layer.address.clone()), ..here(place) };
    html! {
        <li key={number} class={classes!(is_chosen.then_some("chosen"))}>
            <p class="line">
                <a href={Route::from(there).href()} aria-current={is_chosen.then_some("true")}>
                    { text::layer(number) }
                </a>
                { byte_size(size(layer, summary)) }
                { standing(layer, number, summary, state.state(number), start) }
            </p>
            if let Some(made_by) = &layer.made_by {
                <p class="made-by" title={foreign_title(made_by)}><code>{ facts::foreign(made_by) }</code></p>
            }
        </li>
    }
}

/// The size of the bytes that came; until then the stated one.
fn size(layer: &Layer, summary: Option<&LayerSummary>) -> u64 {
    summary.and_then(LayerSummary::actual_size).unwrap_or(layer.descriptor.size)
}

/// Draws the state of a layer in words.
fn standing(
    layer: &Layer,
    number: u16,
    summary: Option<&LayerSummary>,
    state: Option<&LayerState>,
    start: &Callback<Vec<u16>>,
) -> Html {
    let hint = |words: String| html! { <span class="hint">{ words }</span> };
    match (state, summary) {
        (Some(LayerState::Reading(done)), _) => hint(text::reading(*done, layer.descriptor.size)),
        (_, Some(summary)) if summary.read_state != ReadState::Unread => opened(summary),
        _ => match closed(layer) {
            Some(closed) => {
                let read = start.reform(move |_: MouseEvent| vec![number]);
                html! {
                    <>
                        <span class="failed">{ facts::foreign(&layer_faults::obstacle(&closed)) }</span>
                        <button type="button" onclick={read}>{ text::TRY }</button>
                    </>
                }
            }
            None => Html::default(),
        },
    }
}

fn opened(summary: &LayerSummary) -> Html {
    let is_whole = summary.read_state == ReadState::Complete;
    let words = match summary.changes {
        _ if is_whole && summary.entries == 0 => text::EMPTY_LAYER.to_owned(),
        Some(changes) => text::changes(changes),
        None => text::entries(summary.entries),
    };
    html! {
        <>
            <span class="hint">{ words }</span>
            if summary.unknown_below > 0 {
                <span class="hint">{ text::unknown_below(summary.unknown_below) }</span>
            }
            { table(&summary.table) }
            if let ReadState::Partial(reason) = &summary.read_state {
                <span class="failed">{ facts::foreign(&text::in_part(&layer_faults::incomplete(reason))) }</span>
            }
            { short_list(summary.odd.iter().map(|odd| {
                html! { <span class="hint">{ facts::foreign(&layer_faults::warning(odd)) }</span> }
            })) }
        </>
    }
}

/// Draws the use of the table of contents, in a word.
fn table(table: &TocState) -> Html {
    match table {
        TocState::None => Html::default(),
        TocState::Listed { .. } => html! { <span class="hint">{ text::LISTED_BY_TABLE }</span> },
        TocState::Refused(_) => html! { <span class="hint">{ text::TABLE_NOT_USED }</span> },
        TocState::Compared(differences) if differences.is_empty() => {
            html! { <span class="hint">{ text::TABLE_AGREES }</span> }
        }
        TocState::Compared(_) => html! { <span class="failed">{ text::TABLE_DIFFERS }</span> },
    }
}
