//! The progress of long work: a bar, and the same in words.

use yew::prelude::*;

/// A bar with its words, such as `1.2 of 3.4 MB, 5 s left`: the part that is done, of the whole
/// if that is known.
pub fn progress(label: impl Into<AttrValue>, done: u64, total: Option<u64>) -> Html {
    let label = label.into();
    let max = total.map(|total| total.max(1).to_string());
    let value = total.map(|total| done.min(total).to_string());
    html! {
        <div class="progress">
            <progress {max} {value} aria-label={label.clone()}></progress>
            <span>{ label }</span>
        </div>
    }
}
