//! Settings: theme, what is remembered, registries over plain http.

use yew::prelude::*;

use crate::{
    app::{Settings, Theme, reference_input},
    oci::Host,
    ui::{
        browser::field_text,
        components::{heading, short_list, use_drawn_lists},
        hooks::{SettingsHandle, use_environment, use_settings},
        stateful::{mount, stateful},
        text::{self, accounts, settings as words},
    },
};

#[derive(PartialEq)]
pub(super) struct SettingsPage;

stateful!(SettingsPage, use_settings_page);

#[hook]
fn use_settings_page(_page: &SettingsPage) -> Html {
    let settings = use_settings();
    html! {
        <>
            { heading(text::SETTINGS) }
            { themes(&settings) }
            <h2>{ words::MEMORY }</h2>
            <p>{ words::MEMORY_NOTE }</p>
            { remember(&settings) }
            { forget(&settings) }
            <h2>{ words::PLAIN_HTTP }</h2>
            <p>{ words::PLAIN_HTTP_NOTE }</p>
            { mount(PlainHttp) }
            <h2>{ accounts::ACCOUNTS }</h2>
            { mount(SignedIn) }
        </>
    }
}

/// A callback that changes the settings.
fn change<E>(settings: &SettingsHandle, edit: impl Fn(&mut Settings) + 'static) -> Callback<E> {
    let settings = settings.clone();
    Callback::from(move |_| {
        let mut changed = Settings::clone(&settings.value);
        edit(&mut changed);
        settings.change.emit(changed);
    })
}

fn themes(settings: &SettingsHandle) -> Html {
    let choice = |theme: Theme| {
        let onchange = change(settings, move |settings| settings.theme = theme);
        let checked = settings.value.theme == theme;
        html! {
            <label>
                <input type="radio" name="theme" value={theme.name()} {checked} {onchange} />
                { words::theme(theme) }
            </label>
        }
    };
    html! {
        <fieldset class="choices">
            <legend><h2>{ words::THEME }</h2></legend>
            { short_list(Theme::ALL.into_iter().map(choice)) }
        </fieldset>
    }
}

fn remember(settings: &SettingsHandle) -> Html {
    let checked = settings.value.remember;
    let onchange = change(settings, move |settings| settings.remember = !checked);
    html! {
        <p class="choices">
            <label><input type="checkbox" {checked} {onchange} />{ words::REMEMBER }</label>
        </p>
    }
}

fn forget(settings: &SettingsHandle) -> Html {
    let onclick = change(settings, |settings| settings.registries.clear());
    let disabled = settings.value.registries.is_empty();
    html! { <button type="button" {onclick} {disabled}>{ words::FORGET }</button> }
}

/// The hosts that are spoken to over plain http, and a field to add one.
#[derive(PartialEq)]
struct PlainHttp;

stateful!(PlainHttp, use_plain_http);

#[hook]
fn use_plain_http(_hosts: &PlainHttp) -> Html {
    let settings = use_settings();
    let lists = use_drawn_lists("settings");
    let problem = use_state_eq(|| "");
    let typed = use_state_eq(AttrValue::default);
    let oninput = use_callback((), {
        let typed = typed.setter();
        move |event: InputEvent, ()| typed.set(field_text(event.target_dyn_into()))
    });
    let onsubmit = use_callback((typed.clone(), settings.clone(), problem.setter()), {
        |event: SubmitEvent, (typed, settings, problem)| {
            event.prevent_default();
            // Also as an address of the registry, from where it was copied.
            let host = reference_input::trim(typed).trim_start_matches("http://");
            match host.trim_end_matches('/').parse::<Host>() {
                Ok(parsed) if !host.is_empty() => {
                    let host = parsed;
                    change(settings, move |settings| add(settings, &host)).emit(());
                    typed.set(AttrValue::default());
                    problem.set("");
                }
                _ => problem.set(words::NO_HOST),
            }
        }
    });
    let hosts: Vec<_> = settings.value.plain_http.iter().collect();
    let hosts = lists.of("hosts", &hosts, |_, host| row(&settings, host));
    html! {
        <>
            <ul class="links">{ hosts.items }</ul>
            { hosts.more }
            <form class="toolbar" {onsubmit}>
                <label class="field"><span>{ words::HOST }</span>
                    <input type="text" value={&*typed} {oninput} spellcheck="false" autocapitalize="off" />
                </label>
                <button type="submit">{ words::ADD }</button>
                <output>{ *problem }</output>
            </form>
        </>
    }
}

/// The registries to which the person signed in.
#[derive(PartialEq)]
struct SignedIn;

stateful!(SignedIn, use_signed_in);

#[hook]
fn use_signed_in(_accounts: &SignedIn) -> Html {
    let environment = use_environment();
    let update = use_force_update();
    let Some(environment) = environment else { return Html::default() };
    let row = |registry: String| {
        let (environment, update) = (environment.clone(), update.clone());
        let name = registry.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            environment.accounts.sign_out(&name);
            environment.connections.forget(&name);
            update.force_update();
        });
        html! {
            <li key={registry.clone()}>
                <code>{ registry }</code>{ " " }
                <button type="button" {onclick}>{ accounts::SIGN_OUT }</button>
            </li>
        }
    };
    let rows: Vec<Html> = environment.accounts.signed_in().into_iter().map(row).collect();
    if rows.is_empty() {
        return html! { <p>{ accounts::NO_ACCOUNTS }</p> };
    }
    html! { <ul class="links">{ rows }</ul> }
}

fn add(settings: &mut Settings, host: &Host) {
    if !settings.plain_http.contains(host) {
        settings.plain_http.push(host.clone());
    }
}

fn row(settings: &SettingsHandle, host: &Host) -> Html {
    let gone = host.clone();
    let onclick = change(settings, move |settings| settings.plain_http.retain(|h| *h != gone));
    html! {
        <li key={host.as_str()}>
            <code>{ host.to_string() }</code>{ " " }
            <button type="button" {onclick}>{ words::REMOVE }</button>
        </li>
    }
}
