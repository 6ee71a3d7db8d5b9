//! How far long work is: a bar, and the same in words.

use yew::prelude::*;

/// Properties of [`Progress`].
#[derive(Properties, PartialEq)]
pub struct ProgressProps {
    /// What is being done, in words: `1.2 of 3.4 MB, 5 s left`.
    pub label: AttrValue,
    /// How much is done.
    #[prop_or_default]
    pub done: u64,
    /// How much there is in all, where that is known.
    #[prop_or_default]
    pub total: Option<u64>,
}

/// A bar with its words.
#[component]
pub fn Progress(props: &ProgressProps) -> Html {
    let max = props.total.map(|total| total.max(1).to_string());
    let value = props.total.map(|total| props.done.min(total).to_string());
    html! {
        <div class="progress">
            <progress {max} {value} aria-label={props.label.clone()}></progress>
            <span>{ &props.label }</span>
        </div>
    }
}
