//! Pages: one for each kind of address.

mod home;
mod not_found;
mod reference;
mod registry;
mod repository;
mod repository_form;
mod settings;
mod tag_row;

use std::rc::Rc;

use yew::prelude::*;

pub use home::Home;
pub use not_found::NotFound;
pub use reference::{ReferencePage, ReferencePageProps};
pub use registry::RegistryPage;
pub use repository::RepositoryPage;
pub use settings::SettingsPage;

use super::{
    components::{ErrorBox, Heading},
    hooks::Environment,
};
use crate::app::Route;

/// The page of an address.
pub fn page(route: &Route, environment: &Environment) -> Html {
    let Some(address) = route.registry() else { return page_without_registry(route) };
    let connection = match environment.connections.to(address) {
        Ok(connection) => connection,
        Err(error) => {
            let heading = html! { <Heading is_name=true>{ address.to_string() }</Heading> };
            return html! { <>{ heading }<ErrorBox error={Rc::new(error)} /></> };
        }
    };
    // A key of its own for each repository: what is shown never belongs to another one.
    match route {
        Route::Reference(place) => {
            let key = format!("{}/{}", place.registry, place.reference.repository);
            html! { <ReferencePage {key} place={Rc::new((**place).clone())} {connection} /> }
        }
        Route::Repository { repository, .. } => {
            let key = route.to_string();
            html! { <RepositoryPage {key} repository={repository.clone()} {connection} /> }
        }
        _ => html! { <RegistryPage key={address.to_string()} {connection} /> },
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
