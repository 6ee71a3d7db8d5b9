//! The progress of reading layers: the layers that are needed, those that are read, and those that
//! failed.

use yew::prelude::*;

use super::{is_missing, use_layer_reading::LayerReadingTask};
use crate::{
    app::{tasks::read_layers::LayerReading, views::files::Files},
    caps,
    layers::index::{Summary, TocState},
    ui::{
        components::{DrawnLists, error_box, progress},
        text::{files as text, verify},
    },
};

/// Draws the lines above the files.
pub(super) fn status(
    lists: &DrawnLists,
    files: &Files,
    summary: Option<&Summary>,
    missing: &[u16],
    state: &LayerReading,
    handle: &LayerReadingTask,
) -> Html {
    let failed: Vec<_> = state.failures().collect();
    let failed = lists.of("failures", &failed, |_, &(number, error)| {
        let retry = handle.start.reform(move |()| vec![number]);
        html! {
            <section class="failed-layer" aria-label={text::layer(number)}>
                <p><strong>{ text::layer(number) }</strong></p>
                { error_box(error, &retry) }
            </section>
        }
    });
    html! {
        <>
            if state.is_running() {
                { running(state, handle) }
            } else if !missing.is_empty() {
                { offer(files, summary, missing, handle) }
            }
            { failed.items }
            { failed.more }
        </>
    }
}

fn running(state: &LayerReading, handle: &LayerReadingTask) -> Html {
    let total = Some(state.total());
    let label = verify::progress(state.done(), total, state.speed(), state.left());
    let cancel = handle.cancel.reform(|_: MouseEvent| ());
    html! {
        <div class="tools reading" aria-busy="true">
            { progress(label, state.done(), total) }
            <button type="button" onclick={cancel}>{ text::CANCEL }</button>
        </div>
    }
}

/// Draws the button that reads many bytes: they are read only after a click.
fn offer(
    files: &Files,
    summary: Option<&Summary>,
    missing: &[u16],
    handle: &LayerReadingTask,
) -> Html {
    let layers = summary.map(|summary| summary.layers.as_slice()).unwrap_or_default();
    let is_refused = |number: &u16| {
        let table = layers.get(usize::from(*number)).map(|layer| &layer.table);
        matches!(table, Some(TocState::Refused(_)))
    };
    // A table that was refused is refused again.
    let (start, bytes) = match missing.iter().any(is_refused) {
        true => (&handle.read_whole, files.bytes(missing)),
        false => (&handle.start, files.cost(missing)),
    };
    let start = start.reform({
        let missing = missing.to_vec();
        move |_: MouseEvent| missing.clone()
    });
    html! {
        <div class="offer">
            if bytes > caps::LINK_READS { <p>{ text::WHY }</p> }
            <button type="button" class="primary" onclick={start}>
                { text::start(missing.len(), bytes) }
            </button>
        </div>
    }
}

/// The layers below show which paths a layer adds and which it changes.
pub(super) fn below(
    files: &Files,
    summary: Option<&Summary>,
    state: &LayerReading,
    handle: &LayerReadingTask,
) -> Html {
    let Some(summary) = summary.filter(|_| !state.is_running()) else { return Html::default() };
    let below = files.below();
    let missing: Vec<u16> = below.into_iter().filter(|&n| is_missing(summary, n)).collect();
    if missing.is_empty() {
        return Html::default();
    }
    let label = text::start(missing.len(), files.cost(&missing));
    let start = handle.start.reform(move |_: MouseEvent| missing.clone());
    html! {
        <p class="note">
            { text::BELOW }{ " " }<button type="button" onclick={start}>{ label }</button>
        </p>
    }
}
