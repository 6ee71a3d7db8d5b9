//! Signing in to a registry that asks for it: what is typed is kept in memory and shown to that
//! registry only.

use yew::prelude::*;

use super::{HEADING_ID, long_list::short_list};
use crate::{
    app::{CredentialKind, Environment, RegistryAddress},
    ui::{
        browser::{self, field_text},
        hooks::use_environment,
        stateful::stateful,
        text::accounts as words,
    },
};

/// A form to sign in to one registry.
#[derive(PartialEq)]
pub(super) struct SignInForm {
    /// The registry. What is typed is bound to its scheme, host and port.
    pub(super) registry: RegistryAddress,
    /// True if the typed text would travel unencrypted over a network.
    pub(super) is_exposed: bool,
    /// Asks again, signed in.
    pub(super) retry: Callback<()>,
}

stateful!(SignInForm, use_sign_in_form);

#[hook]
fn use_sign_in_form(props: &SignInForm) -> Html {
    let environment = use_environment();
    let user = use_state_eq(AttrValue::default);
    let secret = use_state_eq(AttrValue::default);
    let kind = use_state_eq(CredentialKind::default);
    let is_refused =
        environment.as_ref().is_some_and(|environment| environment.accounts.has(&props.registry));
    let onsubmit = on_submit(props, environment, &user, &secret, *kind);
    // A password manager knows this page and not the registry: the section tells it which one it is.
    let section = ["section-", props.registry.host.as_str(), " "].concat();
    html! {
        <form class="sign-in" {onsubmit}>
            <h3>{ words::sign_in_to(&props.registry.to_string()) }</h3>
            if let Some(known) = props.registry.resembles() {
                <p class="warning">{ words::resembles(known) }</p>
            }
            if is_refused { <p class="failed">{ words::REFUSED }</p> }
            { kinds(*kind, &kind) }
            if *kind == CredentialKind::Password {
                { field(words::USER, "text", &[&section, "username"].concat(), &user) }
            }
            { field(words::secret(*kind), "password", &[&section, "current-password"].concat(), &secret) }
            <button type="submit">{ words::SIGN_IN }</button>
            <p class="note">{ words::MEMORY_ONLY }</p>
            if props.is_exposed {
                <p class="warning">{ words::EXPOSED }</p>
            }
        </form>
    }
}

/// Keeps what was typed for the registry, and asks it again.
fn on_submit(
    props: &SignInForm,
    environment: Option<Environment>,
    user: &UseStateHandle<AttrValue>,
    secret: &UseStateHandle<AttrValue>,
    kind: CredentialKind,
) -> Callback<SubmitEvent> {
    let (user, secret) = (user.clone(), secret.clone());
    let (registry, retry) = (props.registry.clone(), props.retry.clone());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(environment) = &environment
            && !secret.is_empty()
        {
            environment.accounts.sign_in(&registry, kind, user.trim(), &secret);
            secret.set(AttrValue::default());
            retry.emit(());
            // The form goes while the registry is asked.
            browser::focus(HEADING_ID);
        }
    })
}

fn kinds(chosen: CredentialKind, state: &UseStateHandle<CredentialKind>) -> Html {
    let setter = state.setter();
    let onchange = Callback::from(move |event: Event| {
        let name = event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|s| s.value());
        setter.set(CredentialKind::named(&name.unwrap_or_default()));
    });
    let option = |kind: CredentialKind| {
        html! {
            <option value={kind.name()} selected={kind == chosen}>{ words::kind(kind) }</option>
        }
    };
    html! {
        <label class="field"><span>{ words::WITH }</span>
            <select name="kind" {onchange}>{ short_list(CredentialKind::ALL.into_iter().map(option)) }</select>
        </label>
    }
}

fn field(
    label: &'static str,
    kind: &'static str,
    autocomplete: &str,
    state: &UseStateHandle<AttrValue>,
) -> Html {
    let setter = state.setter();
    let oninput =
        Callback::from(move |event: InputEvent| setter.set(field_text(event.target_dyn_into())));
    html! {
        <label class="field"><span>{ label }</span>
            <input type={kind} autocomplete={autocomplete.to_owned()} value={&**state} {oninput}
                spellcheck="false" autocapitalize="off" />
        </label>
    }
}
