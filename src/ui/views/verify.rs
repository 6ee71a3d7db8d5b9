//! The verify view: reads every object of a reference, or of one platform, counts and hashes.
//! Begins with a click: it may read gigabytes.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    ViewContext, facts,
    save::save,
    use_verification::{VerificationTask, use_verification},
};
use crate::{
    app::{
        Place, Route,
        views::{
            image::Image,
            verify::{Check, Counts, Outcome, Row, Run, State, UnverifiedReason},
        },
    },
    error::Error,
    oci::{Platform, Timestamp},
    ui::{
        components::{
            DrawnLists, byte_size, copy_button, digest_code, error_box, has_remedy, progress,
            remedy, short_list,
        },
        hooks::use_environment,
        stateful::{mount_keyed, stateful},
        text::{ops::outcome as outcome_text, report as text_report, verify as text},
    },
};

/// Checking every byte.
pub(super) fn draw(context: &ViewContext, _image: &Image) -> Html {
    // Another reference or platform is another verification.
    let key = Route::from((*context.place).clone()).href();
    mount_keyed(key, Verifying(context.clone()))
}

#[derive(PartialEq)]
struct Verifying(ViewContext);

stateful!(Verifying, use_verifying);

#[hook]
fn use_verifying(props: &Verifying) -> Html {
    let context = &props.0;
    let VerificationTask { task, start, cancel } = use_verification(context);
    let verification = task.state();
    let now = use_environment().map_or(0, |environment| (environment.now)());
    let checked_at = Timestamp::from_unix(now).map(|time| time.to_string()).unwrap_or_default();
    let (above, below, label, onclick) = match &verification.run {
        None => {
            let failure = verification.failure.as_ref();
            (before(failure, &start), Html::default(), text::START, start)
        }
        Some(run) if run.state() == State::Running => {
            (in_all(run), rows(&context.lists, run), text::CANCEL, cancel)
        }
        Some(run) => {
            let above = html! {
                <>{ summary(&context.place, run, &checked_at) }{ remedies(run, &start) }</>
            };
            (above, rows(&context.lists, run), text::AGAIN, start)
        }
    };
    let onclick = onclick.reform(|_: MouseEvent| ());
    let class = verification.run.is_none().then_some("primary");
    // It stays one button, so that it keeps the focus.
    html! {
        <div class="verify">
            { above }
            <button type="button" {class} {onclick}>{ label }</button>
            { below }
        </div>
    }
}

fn before(failure: Option<&Rc<Error>>, start: &Callback<()>) -> Html {
    html! {
        <>
            <p>{ text::WHAT }</p>
            if let Some(error) = failure { { error_box(error, start) } }
        </>
    }
}

/// Draws the remedies for what could not be read, each once: after one of them all is verified again.
fn remedies(run: &Run, start: &Callback<()>) -> Html {
    let failed = run.rows().iter().filter_map(|row| match &row.outcome {
        Some(Outcome::NotVerified(UnverifiedReason::Unreadable(error))) => Some(error),
        _ => None,
    });
    let mut offered: Vec<&Error> = Vec::new();
    for error in failed.filter(|error| has_remedy(error)) {
        let is_same = |other: &&Error| {
            (&other.kind, &other.context.registry) == (&error.kind, &error.context.registry)
        };
        if !offered.iter().any(is_same) {
            offered.push(error);
        }
    }
    html! { <>{ short_list(offered.into_iter().map(|error| remedy(error, start))) }</> }
}

fn rows(lists: &DrawnLists, run: &Run) -> Html {
    html! { <>{ table(lists, run) }{ chain(lists, run) }</> }
}

fn in_all(run: &Run) -> Html {
    let label = text::progress(run.done(), run.total(), run.speed(), run.left());
    progress(label, run.done(), run.total())
}

fn summary(place: &Place, run: &Run, checked_at: &str) -> Html {
    let (report, occasion) = (run.report(), run.occasion(place, checked_at));
    let json = format!("{:#}", report.to_json_of(&occasion));
    let markdown = text_report::markdown(&report, &occasion);
    let class = match (run.counts(), run.chain_counts()) {
        (Counts { mismatch: 1.., .. }, _) | (_, Counts { mismatch: 1.., .. }) => "verdict bad",
        (Counts { not_verified: 1.., .. }, _) | (_, Counts { not_verified: 1.., .. }) => {
            "verdict open"
        }
        _ => "verdict",
    };
    html! {
        <>
            <p {class}>
                <strong>{ text::summary(run.state(), &run.counts()) }</strong>{ " " }
                { text::speed_in_all(run.done(), run.elapsed(), run.speed()) }
                if !run.checks().is_empty() { { " " }{ text::chain(&run.chain_counts()) } }
            </p>
            if run.is_cut() { <p class="note">{ text::CUT }</p> }
            <p class="tools">
                { copy_button(json.clone(), text::COPY_REPORT) }
                { save_button("verification.json", json, text::SAVE_REPORT) }
                { copy_button(markdown.clone(), text::COPY_MARKDOWN) }
                { save_button("verification.md", markdown, text::SAVE_MARKDOWN) }
            </p>
        </>
    }
}

fn save_button(name: &'static str, content: String, label: &'static str) -> Html {
    let onclick = Callback::from(move |_: MouseEvent| save(name, content.as_bytes()));
    html! { <button type="button" {onclick}>{ label }</button> }
}

/// Draws the other comparisons, the failed ones first.
fn chain(lists: &DrawnLists, run: &Run) -> Html {
    let mut checks: Vec<&Check> = run.checks().iter().collect();
    if checks.is_empty() {
        return Html::default();
    }
    checks.sort_by_key(|check| outcome_rank(Some(&check.outcome)));
    let drawn = lists.of("chain", &checks, |_, check| draw_check(check));
    html! {
        <>
        <div class="scroll" tabindex="0" role="region" aria-label={text::CHAIN}>
        <table>
            <thead>
                <tr>
                    <th scope="col">{ text::COMPARED }</th><th scope="col">{ text::STATE }</th>
                    <th scope="col">{ text::DIGEST }</th>
                </tr>
            </thead>
            <tbody>{ drawn.items }</tbody>
        </table>
        </div>
        { drawn.more }
        </>
    }
}

fn draw_check(check: &Check) -> Html {
    html! {
        <tr>
            <td>{ text::about(check.about) }</td>
            <td>{ mark(&check.outcome) }</td>
            <td>{ digest_code(&check.subject) }</td>
        </tr>
    }
}

/// An outcome in one word, with its reason.
fn mark(outcome: &Outcome) -> Html {
    let (word, why) = outcome_text(outcome);
    let class = classes!("mark", word.replace(' ', "-"));
    html! {
        <>
            <span {class}>{ word }</span>
            if !why.is_empty() { <span class="why">{ ": " }{ facts::foreign(&why) }</span> }
        </>
    }
}

/// Draws the objects: failures first, then those under way, then the rest.
fn table(lists: &DrawnLists, run: &Run) -> Html {
    let mut rows: Vec<&Row> = run.rows().iter().collect();
    rows.sort_by_key(|row| outcome_rank(row.outcome.as_ref()));
    let drawn = lists.of("objects", &rows, |_, row| draw_row(run, row));
    html! {
        <>
            <div class="scroll" tabindex="0" role="region" aria-label={text::OBJECTS}>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ text::OBJECT }</th><th scope="col">{ text::STATE }</th>
                        <th scope="col">{ text::DIGEST }</th><th scope="col">{ text::SIZE }</th>
                    </tr>
                </thead>
                <tbody>{ drawn.items }</tbody>
            </table>
            </div>
            { drawn.more }
        </>
    }
}

fn outcome_rank(outcome: Option<&Outcome>) -> u8 {
    match outcome {
        Some(Outcome::Mismatch(_)) => 0,
        None => 1,
        Some(Outcome::Verified) => 3,
        Some(_) => 2,
    }
}

fn draw_row(run: &Run, row: &Row) -> Html {
    let key = format!("{} {}", row.descriptor.digest, row.descriptor.size);
    html! {
        <tr {key}>
            <td>{ text::role(row.role) }{ platform_names(row) }</td>
            <td>{ state(run, row) }</td>
            <td>{ digest_code(&row.descriptor.digest) }</td>
            <td class="number">{ byte_size(row.descriptor.size) }</td>
        </tr>
    }
}

fn platform_names(row: &Row) -> Html {
    // BuildKit's attestations stand in indexes for the platform unknown/unknown.
    let name = |platform: &Platform| {
        if platform.is_unknown() { text::ATTESTATION.to_owned() } else { platform.to_string() }
    };
    let names: Vec<String> = row.platforms.iter().map(name).collect();
    if names.is_empty() {
        return Html::default();
    }
    html! { <span class="hint">{ " " }{ facts::foreign(&names.join(", ")) }</span> }
}

fn state(run: &Run, row: &Row) -> Html {
    let Some(outcome) = &row.outcome else {
        let label = text::progress(
            row.done,
            Some(row.descriptor.size),
            row.speed(run.now()),
            row.left(run.now()),
        );
        return progress(label, row.done, Some(row.descriptor.size));
    };
    html! {
        <>
            { mark(outcome) }
            if matches!(outcome, Outcome::NotVerified(_)) && row.done > 0 {
                <span class="hint">{ text::bytes_read(row.done) }</span>
            }
            { embedded(row) }
        </>
    }
}

/// Draws the outcome for content that a descriptor carries itself.
fn embedded(row: &Row) -> Html {
    match &row.embedded {
        Some(wrong @ Outcome::Mismatch(_)) => {
            let (word, why) = outcome_text(wrong);
            html! {
                <p>
                    { text::EMBEDDED }<span class="mark mismatch">{ word }</span>{ ": " }
                    { facts::foreign(&why) }
                </p>
            }
        }
        _ => Html::default(),
    }
}
