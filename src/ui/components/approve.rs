//! Approving a pair: a registry that wants credentials checked on another origin.

use yew::prelude::*;

use super::HEADING_ID;
use crate::{
    app::RegistryAddress,
    ui::{browser, hooks::use_environment, stateful::stateful, text::accounts as words},
};

/// Names both, and lets the person approve the pair for as long as the tab lives.
#[derive(PartialEq)]
pub(super) struct ApprovalForm {
    /// The registry's origin.
    pub(super) registry: AttrValue,
    /// The token server's origin.
    pub(super) token_server: AttrValue,
    /// Asks again, with the pair approved.
    pub(super) retry: Callback<()>,
}

stateful!(ApprovalForm, use_approval_form);

#[hook]
fn use_approval_form(props: &ApprovalForm) -> Html {
    let environment = use_environment();
    let onclick = {
        let (registry, server) = (props.registry.clone(), props.token_server.clone());
        let retry = props.retry.clone();
        Callback::from(move |_: MouseEvent| {
            let approved = environment
                .as_ref()
                .is_some_and(|e| e.accounts.approve(&registry, &server).is_ok());
            if approved {
                // The button goes with the error, so the focus moves to the heading and is not lost.
                browser::focus(HEADING_ID);
                retry.emit(());
            }
        })
    };
    html! {
        <div class="sign-in">
            <dl class="facts">
                <dt>{ words::REGISTRY }</dt><dd><code>{ &props.registry }</code></dd>
                <dt>{ words::TOKEN_SERVER }</dt><dd><code>{ &props.token_server }</code></dd>
            </dl>
            if let Some(known) = resembled(&props.registry).or_else(|| resembled(&props.token_server)) {
                <p class="warning">{ words::resembles(known) }</p>
            }
            <button type="button" {onclick}>{ words::APPROVE }</button>
            <p class="note">{ words::APPROVE_NOTE }</p>
        </div>
    }
}

/// Returns the well-known host that an origin only resembles.
fn resembled(origin: &str) -> Option<&'static str> {
    let (_, host) = origin.split_once("://")?;
    RegistryAddress::new(host.parse().ok()?).resembles()
}
