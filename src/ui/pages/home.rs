//! The first page: its purpose, the registries that were visited, and the conditions of a registry.

use yew::prelude::*;

use crate::{
    app::Route,
    ui::{
        components::{heading, short_list},
        hooks::{SettingsHandle, use_settings},
        stateful::stateful,
        text::{self, home},
    },
};

/// The first page.
#[derive(PartialEq)]
pub(super) struct Home;

stateful!(Home, use_home);

#[hook]
fn use_home(_home: &Home) -> Html {
    let settings = use_settings();
    html! {
        <>
            { heading(text::NAME) }
            <p class="lead">{ text::TAGLINE }</p>
            <div class="home">
                { registries(&settings) }
                { examples() }
                { about() }
            </div>
        </>
    }
}

fn registries(settings: &SettingsHandle) -> Html {
    let visited = &settings.value.registries;
    html! {
        <section>
            <h2>{ home::REGISTRIES }</h2>
            if visited.is_empty() {
                <p class="muted">{ home::NO_REGISTRIES }</p>
            } else {
                { links(visited.iter().map(String::as_str)) }
            }
        </section>
    }
}

fn examples() -> Html {
    html! {
        <section>
            <h2>{ home::EXAMPLES }</h2>
            <ul class="links">
                { short_list(home::EXAMPLE_REFERENCES.iter().map(|example| html! {
                    <li><code>{ *example }</code></li>
                })) }
            </ul>
            <p class="muted">{ home::EXAMPLES_NOTE }</p>
        </section>
    }
}

fn about() -> Html {
    html! {
        <section>
            <h2>{ home::WHAT }</h2>
            { short_list(home::ABOUT.iter().map(|paragraph| html! { <p>{ *paragraph }</p> })) }
        </section>
    }
}

/// Links to addresses as a person would type them.
fn links<'a>(addresses: impl Iterator<Item = &'a str>) -> Html {
    let link = |address: &str| {
        let href = Route::parse(address).href();
        html! { <li><a {href}><code>{ address.to_owned() }</code></a></li> }
    };
    html! { <ul class="links">{ short_list(addresses.map(link)) }</ul> }
}
