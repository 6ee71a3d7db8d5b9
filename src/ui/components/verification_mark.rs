//! How far bytes were checked, in words.

use yew::prelude::*;

use crate::{registry::Verification, ui::text::verification as words};

/// How far bytes were checked, in words, with the reason beside it.
pub fn verification_mark(state: &Verification) -> Html {
    match state {
        Verification::Verified => html! {
            <span class="mark verified" title={words::VERIFIED_MEANS}>{ words::VERIFIED }</span>
        },
        Verification::Mismatch { expected, actual } => html! {
            <span class="mark mismatch">
                { words::MISMATCH }{ format!(": {actual} came where {expected} was asked for") }
            </span>
        },
        Verification::NotVerified(reason) => html! {
            <span class="mark not-verified">
                { words::NOT_VERIFIED }<span class="reason">{ format!(": {}", words::unverified(reason)) }</span>
            </span>
        },
    }
}
