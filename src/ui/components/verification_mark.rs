//! The state of verification of bytes, in words.

use yew::prelude::*;

use crate::{registry::Verification, ui::text::verification as words};

/// Draws the state of verification in words, with the reason beside it.
pub fn verification_mark(state: &Verification) -> Html {
    match state {
        Verification::Verified => html! {
            <span class="mark verified" title={words::VERIFIED_MEANS}>{ words::VERIFIED }</span>
        },
        Verification::Mismatch { expected, actual } => html! {
            <span class="mark mismatch">
                { words::MISMATCH }{ words::digests(&expected.to_string(), &actual.to_string()) }
            </span>
        },
        Verification::NotVerified(reason) => html! {
            <span class="mark not-verified">
                { words::NOT_VERIFIED }<span class="reason">{ format!(": {}", words::unverified(reason)) }</span>
            </span>
        },
    }
}
