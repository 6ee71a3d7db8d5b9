//! Small parts that the views of a reference share: facts, issues, annotations, hostile text.

use yew::prelude::*;

pub(super) use crate::ui::components::foreign;

use crate::{
    app::views::{json::is_web_address, visible_text::visible},
    oci::Issue,
    ui::{
        components::{DrawnLists, copy_button},
        text::{issues::fault as document_fault, views as text},
    },
};

/// The same, as a link if it is a web address.
pub(super) fn foreign_or_link(text: &str) -> Html {
    if is_web_address(text) { web_link(text, foreign(text)) } else { foreign(text) }
}

/// A link that leaves the page. Only for addresses that [`is_web_address`] admits.
pub(super) fn web_link(address: &str, inner: Html) -> Html {
    let href = is_web_address(address).then(|| address.to_owned());
    html! { <a {href} rel="noopener noreferrer" target="_blank">{ inner }</a> }
}

/// One term with its values.
pub(super) fn fact(term: &'static str, said: Html) -> Html {
    html! { <><dt>{ term }</dt><dd>{ said }</dd></> }
}

/// Names and values, each value copyable. `list` names the list.
pub(super) fn pairs(lists: &DrawnLists, list: &str, pairs: &[(String, String)]) -> Html {
    let row = |_, (name, value): &(String, String)| {
        html! {
            <>
                <dt><code>{ foreign(name) }</code></dt>
                <dd>
                    { foreign_or_link(value) }
                    { copy_button(value.clone(), text::copy_value(&visible(name))) }
                </dd>
            </>
        }
    };
    let rows = lists.of(list, pairs, row);
    html! { <><dl class="facts pairs">{ rows.items }</dl>{ rows.more }</> }
}

/// Annotations, closed if there are many.
pub(super) fn annotations(
    lists: &DrawnLists,
    list: &str,
    annotations: &[(String, String)],
) -> Html {
    if annotations.is_empty() {
        return Html::default();
    }
    let count = annotations.len();
    html! {
        <details class="annotations">
            <summary>{ format!("{} ({count})", text::ANNOTATIONS) }</summary>
            { pairs(lists, list, annotations) }
        </details>
    }
}

/// Draws the faults of a document.
pub(super) fn issues(lists: &DrawnLists, list: &str, issues: &[Issue]) -> Html {
    if issues.is_empty() {
        return Html::default();
    }
    let issues = lists.of(list, issues, |_, one| issue(one));
    html! {
        <section class="issues" aria-label={text::ISSUES}>
            <ul>{ issues.items }</ul>{ issues.more }
        </section>
    }
}

fn issue(issue: &Issue) -> Html {
    // The class in the style sheet has the same name.
    let word = text::severity(issue.severity);
    let place = if issue.pointer.is_empty() { text::THE_DOCUMENT } else { &issue.pointer };
    html! {
        <li class={word}>
            <strong>{ word }</strong>{ ": " }<code>{ foreign(place) }</code>{ " " }
            { foreign(&document_fault(&issue.fault)) }
        </li>
    }
}
