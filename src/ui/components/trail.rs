//! The way back from a page: its registry and its repository.

use yew::prelude::*;

use crate::{
    app::{RegistryAddress, Route},
    oci::{Reference, RepositoryName},
    ui::text,
};

/// Links to what holds the thing that is shown; the repository, on pages inside one.
pub fn trail(registry: &RegistryAddress, repository: Option<&RepositoryName>) -> Html {
    html! {
        <nav class="trail" aria-label={text::TRAIL}>
            <ol>
                <li><a href={Route::Registry(registry.clone()).href()}>{ registry.to_string() }</a></li>
                if let Some(name) = repository {
                    <li><a href={repository_route(registry, name).href()}>{ name.to_string() }</a></li>
                }
            </ol>
        </nav>
    }
}

/// The address of a repository.
pub fn repository_route(registry: &RegistryAddress, name: &RepositoryName) -> Route {
    let repository = Reference::repository(registry.host.clone(), name.clone());
    Route::Repository { registry: registry.clone(), repository }
}
