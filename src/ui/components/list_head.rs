//! The line above a list: a filter, the number of items, and a button that reads more.

use yew::prelude::*;

use crate::{
    error::Error,
    registry::ListFault,
    ui::{
        browser::field_text,
        components::{error_box, error_box::again, foreign},
        hooks::{Amount, Pages},
        text::{RETRY, list},
    },
};
use std::rc::Rc;

/// The state of a list.
pub struct ListHead<'a> {
    /// The name of the items, in the plural: `tags`.
    pub things: &'static str,
    /// The number of items that pass the filter.
    pub shown: usize,
    /// The number of items that are known.
    pub known: usize,
    /// The number of items that were read so far.
    pub read: usize,
    /// True while more items are being read.
    pub is_loading: bool,
    /// True if there are more items to read.
    pub has_more: bool,
    /// True if more items may exist that cannot be asked for.
    pub may_be_incomplete: bool,
    /// Names that no address can lead to.
    pub unaddressable: &'a [String],
    /// The number of names that came again.
    pub repeated: usize,
    /// True if a page brought nothing but names that came before.
    pub is_repeating: bool,
    /// A fault of the list.
    pub fault: Option<&'a ListFault>,
    /// The reason why reading stopped.
    pub error: Option<&'a Rc<Error>>,
    /// Reads more.
    pub more: &'a Callback<Amount>,
    /// The filter's text.
    pub filter: AttrValue,
    /// Receives each change of the filter.
    pub on_filter: Callback<AttrValue>,
    /// More controls.
    pub controls: Html,
}

impl<'a> ListHead<'a> {
    /// Returns the head of a list of which `shown` things pass the filter. The page adds the filter and
    /// its own controls.
    pub fn of<T>(pages: &'a Pages<T>, things: &'static str, shown: usize) -> Self {
        Self {
            things,
            shown,
            known: pages.items.len(),
            read: pages.read,
            is_loading: pages.is_loading,
            has_more: pages.has_more,
            may_be_incomplete: pages.may_be_incomplete,
            unaddressable: &pages.unaddressable,
            repeated: pages.repeated,
            is_repeating: pages.is_repeating,
            fault: pages.fault.as_ref(),
            error: pages.error.as_ref(),
            more: &pages.more,
            filter: AttrValue::default(),
            on_filter: Callback::noop(),
            controls: Html::default(),
        }
    }
}

/// Draws the line above a list.
pub fn list_head(props: ListHead<'_>) -> Html {
    let (count, more) = (count(&props), more(&props));
    let retry = props.more.reform(|()| Amount::Pages(1));
    let notes = notes(&props);
    let oninput = props.on_filter.reform(|event: InputEvent| field_text(event.target_dyn_into()));
    html! {
        <>
            <div class="toolbar">
                <label class="field"><span>{ list::FILTER }</span>
                    <input type="search" value={props.filter} {oninput} spellcheck="false" autocapitalize="off" />
                </label>
                { props.controls }
                <p class="count" role="status">{ count }</p>
                { more }
            </div>
            if let Some(error) = props.error {
                { error_box(error, &retry) }
            }
            if props.is_repeating {
                <div class="notice">
                    <p>{ list::REPEATING }</p>
                    <button type="button" onclick={again(&retry)}>{ RETRY }</button>
                </div>
            }
            { notes }
        </>
    }
}

/// Draws what the list lacks, and why, and the names that cannot be links.
fn notes(props: &ListHead<'_>) -> Html {
    let wanted = props.filter.trim().to_ascii_lowercase();
    let matches = |name: &&String| name.to_ascii_lowercase().contains(&wanted);
    let named: Vec<&String> = props.unaddressable.iter().filter(matches).collect();
    let shown = named.iter().take(list::NAMES_SHOWN);
    html! {
        <>
            if let Some(fault) = props.fault {
                <div class="notice"><p>{ foreign(&list::fault(fault)) }</p></div>
            } else if props.may_be_incomplete {
                <div class="notice"><p>{ list::INCOMPLETE }</p></div>
            }
            if props.repeated > 0 {
                <p class="muted">{ list::repeated(props.repeated) }</p>
            }
            if !props.unaddressable.is_empty() {
                <div class="notice">
                    <p>{ list::unaddressable(props.unaddressable.len(), props.things) }</p>
                    <ul class="links">
                        { for shown.map(|name| name_of(name)) }
                    </ul>
                    if named.len() > list::NAMES_SHOWN {
                        <p>{ list::further_names(named.len() - list::NAMES_SHOWN) }</p>
                    }
                </div>
            }
        </>
    }
}

/// Draws a name. An empty one is said in words.
fn name_of(name: &str) -> Html {
    match name {
        "" => html! { <li>{ list::EMPTY_NAME }</li> },
        _ => html! { <li><code>{ foreign(name) }</code></li> },
    }
}

fn count(props: &ListHead<'_>) -> String {
    let ListHead { things, shown, known, read, is_loading, .. } = props;
    if *is_loading {
        return list::reading(*read, things);
    }
    let is_filtered = !props.filter.trim().is_empty();
    list::count(is_filtered.then_some(*shown), *known, props.has_more, things)
}

fn more(props: &ListHead<'_>) -> Html {
    let button = |label: &'static str, amount: Amount| {
        let onclick = props.more.reform(move |_: MouseEvent| amount);
        html! { <button type="button" {onclick} disabled={props.is_loading}>{ label }</button> }
    };
    html! {
        if props.has_more && props.error.is_none() {
            { button(list::MORE, Amount::Pages(1)) }
            { button(list::ALL, Amount::All) }
        }
    }
}
