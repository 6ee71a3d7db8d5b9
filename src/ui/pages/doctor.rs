//! The connection doctor: each step with its result, and the configuration that mends it.

use yew::prelude::*;

use crate::{
    app::{
        Environment, RegistryAddress,
        session::doctor::{
            DoctorStep, Fault, Finding, RegistryKind, configuration as configuration_of,
        },
    },
    ui::{
        components::{copy_button, heading, loaded, short_list},
        hooks::use_query,
        stateful::stateful,
        text::{doctor as text, ops},
    },
};

/// The connection to a registry, examined.
#[derive(PartialEq)]
pub(super) struct DoctorPage {
    pub(super) address: RegistryAddress,
    pub(super) environment: Environment,
}

stateful!(DoctorPage, use_doctor_page);

#[hook]
fn use_doctor_page(props: &DoctorPage) -> Html {
    let address = props.address.clone();
    let connections = props.environment.connections.clone();
    let query = use_query(address, move |address| connections.examine(address));
    let again = query.retry.reform(|_: MouseEvent| ());
    html! {
        <>
            { heading([text::HEADING, " ", &props.address.to_string()].concat()) }
            <p>{ text::WHAT }</p>
            { loaded(&query, |found| html! {
                <>
                    <ol class="ladder">{ short_list(found.steps.iter().map(rung)) }</ol>
                    { advice(&found.steps) }
                    <button type="button" onclick={again}>{ text::AGAIN }</button>
                </>
            }) }
        </>
    }
}

fn rung((step, finding): &(DoctorStep, Finding)) -> Html {
    let (class, why) = match finding {
        Finding::Good => ("good", None),
        Finding::Untried => ("untried", None),
        Finding::Limited(fault) => ("limited", Some(text::fault(fault))),
        Finding::Failed(fault) => ("failed", Some(text::fault(fault))),
    };
    html! {
        <li class={class}>
            { text::step(*step) }{ " " }<strong>{ text::finding(finding) }</strong>
            if let Some(why) = why { <p>{ why }</p> }
        </li>
    }
}

/// Draws the configurations, if there is a fault.
fn advice(steps: &[(DoctorStep, Finding)]) -> Html {
    let mut faults = steps.iter().filter_map(|(_, finding)| match finding {
        Finding::Failed(fault) | Finding::Limited(fault) => Some(fault),
        Finding::Good | Finding::Untried => None,
    });
    if faults.clone().next().is_none() {
        return html! { <p>{ text::ALL_GOOD }</p> };
    }
    if !faults.any(Fault::is_mended_by_headers) {
        return Html::default();
    }
    html! {
        <>
            <h2>{ text::RECIPES }</h2>
            { short_list(RegistryKind::ALL.into_iter().map(configuration)) }
        </>
    }
}

fn configuration(kind: RegistryKind) -> Html {
    let text = configuration_of(kind);
    html! {
        <details>
            <summary>{ ops::kind(kind) }</summary>
            <p>{ ops::note(kind) }</p>
            <div class="command">
                <pre tabindex="0" aria-label={ops::kind(kind)}>{ text.clone() }</pre>
                { copy_button(text, text::COPY) }
            </div>
        </details>
    }
}
