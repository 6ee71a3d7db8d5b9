//! Pages: one for each kind of address.

mod doctor;
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

pub use reference::reference;

use super::{
    components::{final_error, name_heading},
    explorer::{Explorer, SharedExplorer},
    stateful::{keyed, mount, mount_keyed},
    views::ViewContext,
};
use crate::app::{Environment, Route};

/// The page of an address within the shell: what needs no registry is drawn at once.
pub(super) fn page_of_shell(route: &Route, explorer: &SharedExplorer) -> Html {
    match route {
        Route::Home => mount(home::Home),
        Route::NotFound { address, reason } => not_found::not_found(address, reason),
        _ => explorer.page(route),
    }
}

impl Explorer for Environment {
    fn page(&self, route: &Route) -> Html {
        page(route, self)
    }

    fn environment(&self) -> Option<Environment> {
        Some(self.clone())
    }
}

/// The page of an address that needs a registry or an account.
pub(super) fn page(route: &Route, environment: &Environment) -> Html {
    if let Route::Doctor(address) = route {
        let (address, environment) = (address.clone(), environment.clone());
        return mount_keyed(route.to_string(), doctor::DoctorPage { address, environment });
    }
    let Some(address) = route.registry() else { return mount(settings::SettingsPage) };
    let connection = match environment.connections.to(address) {
        Ok(connection) => connection,
        Err(error) => {
            let heading = name_heading(address.to_string());
            return html! { <>{ heading }{ final_error(&Rc::new(error)) }</> };
        }
    };
    // A key of its own for each repository: what is shown never belongs to another one.
    match route {
        Route::Reference(place) => {
            let key = format!("{}/{}", place.registry, place.reference.repository);
            let context = ViewContext::new(Rc::new((**place).clone()), connection);
            keyed(key, reference(context))
        }
        Route::Repository { repository, .. } => {
            let page = repository::RepositoryPage { repository: repository.clone(), connection };
            mount_keyed(route.to_string(), page)
        }
        _ => mount_keyed(address.to_string(), registry::RegistryPage { connection }),
    }
}
