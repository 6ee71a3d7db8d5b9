//! The verify view: reads every object of a reference, or of one platform, counts and hashes.
//! Begins with a click: it may read gigabytes.

use yew::prelude::*;

use super::{
    ViewProps, facts,
    platforms::platforms,
    save::save,
    use_image::use_chosen,
    use_verification::{Verification, use_verification},
};
use crate::{
    app::{
        Route,
        views::verify::{Counts, Outcome, Row, Run, State, verdict},
    },
    oci::{Platform, Timestamp},
    ui::{
        components::{ByteSize, CopyButton, DigestCode, ErrorBox, Progress, human_bytes, loaded},
        hooks::use_environment,
        text::verify as text,
    },
};

/// Rows that are drawn; the report has all.
const DRAWN: usize = 300;

/// Checking every byte.
#[component]
pub fn View(props: &ViewProps) -> Html {
    let query = use_chosen(props);
    let key = Route::from((*props.place).clone()).href();
    let (place, connection) = (props.place.clone(), props.connection.clone());
    loaded(&query, |image| {
        html! {
            <>
                { platforms(&place, &image.root.document.value, true) }
                // Another reference or platform is another verification.
                <Verifying {key} place={place.clone()} {connection} />
            </>
        }
    })
}

#[component]
fn Verifying(props: &ViewProps) -> Html {
    let Verification { run, failure, start, cancel } = use_verification(props);
    let now = use_environment().map_or(0, |environment| (environment.now)());
    let checked_at = Timestamp::from_unix(now).map(|time| time.to_string()).unwrap_or_default();
    let Some(run) = run else {
        return html! {
            <>
                <p>{ text::WHAT }</p>
                if let Some(error) = failure { <ErrorBox {error} /> }
                <button type="button" class="primary" onclick={start}>{ text::START }</button>
            </>
        };
    };
    let run = run.borrow();
    html! {
        <div class="verify">
            if run.state() == State::Running {
                { progress(&run) }
                <button type="button" onclick={cancel}>{ text::CANCEL }</button>
            } else {
                { summary(props, &run, &checked_at) }
                <button type="button" onclick={start}>{ text::AGAIN }</button>
            }
            { table(&run) }
        </div>
    }
}

fn progress(run: &Run) -> Html {
    let label = text::progress(run.done(), run.total(), run.speed(), run.left());
    html! { <Progress {label} done={run.done()} total={run.total()} /> }
}

fn summary(props: &ViewProps, run: &Run, checked_at: &str) -> Html {
    let json = run.report(&props.place, checked_at);
    let save_report = Callback::from({
        let json = json.clone();
        move |_: MouseEvent| save("verification.json", json.as_bytes())
    });
    let class = match run.counts() {
        Counts { mismatch: 1.., .. } => "verdict bad",
        Counts { not_verified: 1.., .. } => "verdict open",
        _ => "verdict",
    };
    html! {
        <>
            <p {class}>
                <strong>{ text::summary(run.state(), &run.counts()) }</strong>{ " " }
                { text::speed_in_all(run.done(), run.elapsed(), run.speed()) }
            </p>
            if run.is_cut() { <p class="note">{ text::CUT }</p> }
            <p class="tools">
                <CopyButton text={json} label={text::COPY_REPORT} />
                <button type="button" onclick={save_report}>{ text::SAVE_REPORT }</button>
            </p>
        </>
    }
}

/// What went wrong and what is under way first, then the rest.
fn table(run: &Run) -> Html {
    let mut rows: Vec<&Row> = run.rows().iter().collect();
    rows.sort_by_key(|row| rank(row));
    let left = rows.len().saturating_sub(DRAWN);
    rows.truncate(DRAWN);
    html! {
        <>
            <div class="scroll" tabindex="0" role="region" aria-label={text::OBJECTS}>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ text::OBJECT }</th><th scope="col">{ text::DIGEST }</th>
                        <th scope="col">{ text::SIZE }</th><th scope="col">{ text::STATE }</th>
                    </tr>
                </thead>
                <tbody>{ for rows.into_iter().map(|row| draw(run, row)) }</tbody>
            </table>
            </div>
            if left > 0 { <p class="hint">{ text::more_rows(left) }</p> }
        </>
    }
}

fn rank(row: &Row) -> u8 {
    match &row.outcome {
        Some(Outcome::Mismatch(_)) => 0,
        None => 1,
        Some(Outcome::Verified) => 3,
        Some(_) => 2,
    }
}

fn draw(run: &Run, row: &Row) -> Html {
    let key = format!("{} {}", row.descriptor.digest, row.descriptor.size);
    html! {
        <tr {key}>
            <td>{ text::role(row.role) }{ platform_names(row) }</td>
            <td><DigestCode digest={row.descriptor.digest.clone()} /></td>
            <td class="number"><ByteSize bytes={row.descriptor.size} /></td>
            <td>{ state(run, row) }</td>
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
        return html! { <Progress {label} done={row.done} total={Some(row.descriptor.size)} /> };
    };
    let (word, why) = verdict(outcome);
    let class = classes!("mark", word.replace(' ', "-"));
    html! {
        <>
            <span {class}>{ word }</span>
            if !why.is_empty() { <span class="why">{ ": " }{ facts::foreign(&why) }</span> }
            if matches!(outcome, Outcome::NotVerified(_)) && row.done > 0 {
                <span class="hint">{ format!(" ({} read)", human_bytes(row.done)) }</span>
            }
            { embedded(row) }
        </>
    }
}

/// What came of content that a descriptor carries itself.
fn embedded(row: &Row) -> Html {
    match &row.embedded {
        Some(wrong @ Outcome::Mismatch(_)) => {
            let (word, why) = verdict(wrong);
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
