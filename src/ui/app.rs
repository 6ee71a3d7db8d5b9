//! The shell around every page: the reference box, the links that are always there, the live
//! region, and what happens on navigation.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    browser,
    components::{ErrorBox, HEADING_ID},
    hooks::{Announcer, Environment, use_route},
    pages::{Home, NotFound, ReferencePage, RegistryPage, RepositoryPage, SettingsPage},
    text,
};
use crate::app::Route;

/// Properties of [`App`].
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// What the page gets from outside.
    pub environment: Environment,
}

/// The page in a browser: the shell at the address of the page.
#[component]
pub fn App(props: &AppProps) -> Html {
    let route = use_route();
    html! { <Shell {route} environment={props.environment.clone()} /> }
}

/// Properties of [`Shell`].
#[derive(Properties, PartialEq)]
pub struct ShellProps {
    /// The address.
    pub route: Route,
    /// What the page gets from outside.
    pub environment: Environment,
}

/// The shell around the page of an address.
#[component]
pub fn Shell(props: &ShellProps) -> Html {
    let said = use_state(AttrValue::default);
    let announcer = Announcer(use_callback((), {
        let said = said.setter();
        move |sentence, ()| said.set(sentence)
    }));
    use_navigation(&props.route);
    html! {
        <ContextProvider<Environment> context={props.environment.clone()}>
        <ContextProvider<Announcer> context={announcer}>
            <header class="top"><a class="brand" href="#/">{ text::NAME }</a></header>
            <main>{ page(&props.route, &props.environment) }</main>
            <div class="sr" role="status" aria-live="polite">{ &*said }</div>
        </ContextProvider<Announcer>>
        </ContextProvider<Environment>>
    }
}

/// The page of an address.
fn page(route: &Route, environment: &Environment) -> Html {
    let Some(registry) = route.registry() else { return page_without_registry(route) };
    let connection = match environment.connections.to(registry) {
        Ok(connection) => connection,
        Err(error) => return html! { <ErrorBox error={Rc::new(error)} /> },
    };
    match route {
        Route::Reference(place) => {
            html! { <ReferencePage place={Rc::new((**place).clone())} {connection} /> }
        }
        Route::Repository { .. } => html! { <RepositoryPage route={route.clone()} {connection} /> },
        _ => html! { <RegistryPage route={route.clone()} {connection} /> },
    }
}

fn page_without_registry(route: &Route) -> Html {
    match route {
        Route::Settings => html! { <SettingsPage /> },
        Route::NotFound { address, reason } => {
            html! { <NotFound address={address.clone()} reason={reason.clone()} /> }
        }
        _ => html! { <Home /> },
    }
}

/// The title follows each navigation, and the focus moves to the heading; not at first, when
/// someone may be typing a reference already.
#[hook]
fn use_navigation(route: &Route) {
    let is_first = use_mut_ref(|| true);
    use_effect_with(route.clone(), move |route| {
        browser::set_title(&text::title(route));
        if !is_first.replace(false) {
            browser::scroll_to_top();
            browser::focus(HEADING_ID);
        }
    });
}
