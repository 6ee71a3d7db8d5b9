//! Notices about layers: encrypted or foreign ones, and ones that are listed only from their table of
//! contents.

use yew::prelude::*;

use super::{super::facts, use_layer_reading::LayerReadingTask};
use crate::{
    app::{
        tasks::read_layers::LayerReading,
        views::files::{Files, closed},
    },
    layers::{
        index::{LayerSummary, ReadState, Summary, TocState},
        obstacle::Obstacle,
    },
    ui::{
        components::{DrawnLists, foreign, short_list},
        text::{files as text, layer_faults, toc},
    },
};

/// Draws the notices about the layers that are shown.
pub(super) fn notices(
    lists: &DrawnLists,
    files: &Files,
    summary: Option<&Summary>,
    state: &LayerReading,
    handle: &LayerReadingTask,
) -> Html {
    let layers = summary.map(|summary| summary.layers.as_slice()).unwrap_or_default();
    let looked_at = files.numbers().filter(|n| files.chosen.is_none_or(|chosen| chosen == *n));
    let known: Vec<(u16, &LayerSummary)> =
        looked_at.filter_map(|n| Some((n, layers.get(usize::from(n))?))).collect();
    let noted: Vec<_> =
        known.iter().filter(|(number, layer)| has_note(files, *number, layer)).collect();
    let notes = lists.of("notes", &noted, |_, (number, layer)| note(files, *number, layer));
    html! {
        <>
            if let Some(count) = summary.map(|summary| summary.left_out).filter(|&count| count > 0) {
                <p class="note">{ text::left_out(count) }</p>
            }
            if !state.is_running() { { listed_by_table(files, &known, handle) } }
            { notes.items }
            { notes.more }
        </>
    }
}

/// Draws the note about layers that are listed by their tables, unread, and the button that reads them.
fn listed_by_table(
    files: &Files,
    known: &[(u16, &LayerSummary)],
    handle: &LayerReadingTask,
) -> Html {
    let is_listed =
        |(_, layer): &&(u16, &LayerSummary)| matches!(layer.table, TocState::Listed { .. });
    let listed: Vec<u16> = known.iter().filter(is_listed).map(|(number, _)| *number).collect();
    let Some((first, TocState::Listed { format, .. })) =
        known.iter().find(is_listed).map(|(number, layer)| (number, &layer.table))
    else {
        return Html::default();
    };
    let label = text::read_and_check(listed.len(), files.bytes(&listed));
    let which = text::listed_by_table(*first, listed.len(), known.len(), format.name());
    let read = handle.read_whole.reform(move |_: MouseEvent| listed.clone());
    html! {
        <p class="note">
            { which }{ " " }{ text::LISTED_BY_TABLE_MEANS }{ " " }
            <button type="button" onclick={read}>{ label }</button>
        </p>
    }
}

/// Returns true if there is something to say about a layer.
fn has_note(files: &Files, number: u16, layer: &LayerSummary) -> bool {
    match &layer.table {
        TocState::Refused(_) => true,
        TocState::Listed { faults, .. } => !faults.is_empty(),
        TocState::Compared(differences) => !differences.is_empty(),
        TocState::None if layer.read_state == ReadState::Unread => {
            files.layer(number).and_then(closed).is_some()
        }
        TocState::None => false,
    }
}

fn note(files: &Files, number: u16, layer: &LayerSummary) -> Html {
    let which = text::layer(number);
    match &layer.table {
        TocState::Refused(reason) => {
            let then = text::table_refused(layer.read_state == ReadState::Unread);
            let class = if reason.is_wrong() { "failed" } else { "" };
            html! {
                <p class="note">
                    <strong>{ which }</strong>{ ": " }
                    <span {class}>{ foreign(&toc::refusal(reason)) }{ "." }</span>{ " " }{ then }
                </p>
            }
        }
        TocState::Listed { faults, .. } => {
            list(&which, text::TABLE_IS_ODD, faults.iter().map(toc::fault).collect())
        }
        TocState::Compared(differences) => {
            list(&which, text::TABLE_DIFFERS, differences.iter().map(toc::difference).collect())
        }
        TocState::None if layer.read_state == ReadState::Unread => {
            let obstacle = files.layer(number).and_then(closed);
            obstacle.map_or_else(Html::default, |obstacle| in_the_way(&which, &obstacle))
        }
        TocState::None => Html::default(),
    }
}

fn list(which: &str, what: &'static str, all: Vec<String>) -> Html {
    if all.is_empty() {
        return Html::default();
    }
    let label = format!("{which}: {what}");
    html! {
        <section class="issues" aria-label={label}>
            <p><strong>{ which }</strong>{ ": " }{ what }</p>
            <ul>{ short_list(all.into_iter().map(|one| html! { <li>{ foreign(&one) }</li> })) }</ul>
        </section>
    }
}

/// Draws the reason why a layer is not read, and its other addresses.
fn in_the_way(which: &str, obstacle: &Obstacle) -> Html {
    let urls: &[String] = if let Obstacle::Foreign(urls) = obstacle { urls } else { &[] };
    html! {
        <div class="note">
            <strong>{ which }</strong>{ ": " }{ foreign(&layer_faults::obstacle(obstacle)) }{ ". " }
            { text::closed(obstacle) }
            if !urls.is_empty() {
                <ul class="plain">{ short_list(urls.iter().map(|url| {
                    html! { <li>{ facts::foreign_or_link(url) }</li> }
                })) }</ul>
            }
        </div>
    }
}
