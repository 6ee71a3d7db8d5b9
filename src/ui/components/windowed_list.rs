//! Long lists: only the rows in sight are in the document. The page itself scrolls, not a box in
//! it, so the browser's own keys work.

use std::ops::Range;

use yew::prelude::*;

use super::window::{Measure, RowWindow, pixels};
use crate::ui::{browser, hooks::use_window_event, stateful::stateful};

/// A table of which only the rows in sight are in the document.
#[derive(PartialEq)]
pub struct WindowedList {
    /// The number of rows.
    pub count: usize,
    /// Draws the row of this number: a keyed `<div role="row">`, all of one height, with
    /// `aria-rowindex` two above the number (rows count from 1, and the header is one).
    pub row: Callback<usize, Html>,
    /// The name of the list's content, for screen readers.
    pub label: AttrValue,
    /// The row with the column headers.
    pub header: Html,
    /// Receives the rows in sight, whenever they change.
    pub on_visible: Callback<Range<usize>>,
    /// Class of the table: sets its columns.
    pub class: AttrValue,
}

stateful!(WindowedList, use_windowed_list);

#[hook]
fn use_windowed_list(props: &WindowedList) -> Html {
    let (body, rows) = (use_node_ref(), use_node_ref());
    let window = use_window(props.count, &body, &rows);
    use_effect_with((window.clone(), rows.clone()), {
        let body = body.clone();
        move |(window, rows)| {
            let height = window.height.map(pixels).unwrap_or_default();
            browser::set_style(&body, "height", &height);
            browser::set_style(
                rows,
                "transform",
                &format!("translateY({})", pixels(window.offset)),
            );
        }
    });
    use_effect_with((window.seen.clone(), props.on_visible.clone()), |(seen, tell)| {
        tell.emit(seen.clone());
    });
    let drawn = window.drawn.start.min(props.count)..window.drawn.end.min(props.count);
    html! {
        <div role="table" class={classes!("windowed", props.class.to_string())}
            aria-label={props.label.clone()} aria-rowcount={(props.count + 1).to_string()}>
            { props.header.clone() }
            <div role="rowgroup" ref={body}>
                <div role="presentation" ref={rows}>
                    { for drawn.map(|index| props.row.emit(index)) }
                </div>
            </div>
        </div>
    }
}

/// The rows in sight, measured when the list changes and whenever the page is scrolled or resized.
#[hook]
fn use_window(count: usize, body: &NodeRef, rows: &NodeRef) -> RowWindow {
    let window = use_state_eq(|| RowWindow::unmeasured(count));
    let measure = use_callback((count, body.clone(), rows.clone()), {
        let window = window.setter();
        move |(), (count, body, rows): &(usize, NodeRef, NodeRef)| {
            if let Some(measure) = measure(body, rows) {
                window.set(RowWindow::new(*count, measure));
            }
        }
    });
    use_window_event("scroll", measure.clone());
    use_window_event("resize", measure.clone());
    use_effect_with((count, measure), |(_, measure)| measure.emit(()));
    (*window).clone()
}

fn measure(body: &NodeRef, rows: &NodeRef) -> Option<Measure> {
    let row = rows.cast::<web_sys::Element>()?.first_element_child()?;
    Some(Measure {
        scrolled: -body.cast::<web_sys::Element>()?.get_bounding_client_rect().top(),
        screen: browser::screen_height()?,
        row: row.get_bounding_client_rect().height(),
    })
}
