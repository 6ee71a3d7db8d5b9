//! The line above a list: a filter, the number of items, and a button that reads more.

use yew::prelude::*;

use crate::ui::{
    browser::field_text,
    components::{error_box, error_box::again, foreign},
    hooks::{Amount, Pages},
    text::{RETRY, list},
};

/// The state of a list.
pub struct ListHead<'a> {
    /// The name of the items, in the plural: `tags`.
    pub things: &'static str,
    /// The number of items that pass the filter.
    pub shown: usize,
    /// The list itself.
    pub pages: &'a Pages,
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
    pub fn of(pages: &'a Pages, things: &'static str, shown: usize) -> Self {
        Self {
            things,
            shown,
            pages,
            filter: AttrValue::default(),
            on_filter: Callback::noop(),
            controls: Html::default(),
        }
    }
}

/// Draws the line above a list.
pub fn list_head(props: ListHead<'_>) -> Html {
    let (count, more) = (count(&props), more(props.pages));
    let pages = props.pages;
    let retry = pages.more.reform(|()| Amount::Pages(1));
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
            if let Some(error) = &pages.error {
                { error_box(error, &retry) }
            }
            if pages.is_repeating {
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
    let pages = props.pages;
    let wanted = props.filter.trim().to_ascii_lowercase();
    let matches = |name: &&String| name.to_ascii_lowercase().contains(&wanted);
    let named: Vec<&String> = pages.unaddressable.iter().filter(matches).collect();
    let shown = named.iter().take(list::NAMES_SHOWN);
    html! {
        <>
            if let Some(fault) = &pages.fault {
                <div class="notice"><p>{ foreign(&list::fault(fault)) }</p></div>
            } else if pages.may_be_incomplete {
                <div class="notice"><p>{ list::INCOMPLETE }</p></div>
            }
            if pages.repeated > 0 {
                <p class="muted">{ list::repeated(pages.repeated) }</p>
            }
            if !pages.unaddressable.is_empty() {
                <div class="notice">
                    <p>{ list::unaddressable(pages.unaddressable.len(), props.things) }</p>
                    <ul class="links">
                        { shown.map(|name| name_of(name)).collect::<Html>() }
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
    let ListHead { things, shown, pages, .. } = props;
    if pages.is_loading {
        return list::reading(pages.read, things);
    }
    let is_filtered = !props.filter.trim().is_empty();
    list::count(is_filtered.then_some(*shown), pages.items.len(), pages.has_more, things)
}

fn more(pages: &Pages) -> Html {
    let button = |label: &'static str, amount: Amount| {
        let onclick = pages.more.reform(move |_: MouseEvent| amount);
        html! { <button type="button" {onclick} disabled={pages.is_loading}>{ label }</button> }
    };
    html! {
        if pages.has_more && pages.error.is_none() {
            { button(list::MORE, Amount::Pages(1)) }
            { button(list::ALL, Amount::All) }
        }
    }
}
