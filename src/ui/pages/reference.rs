//! A reference: its heading, the tabs of its views, and the view that was chosen.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    app::{Connection, Place, Route, View},
    oci::Reference,
    ui::{
        components::{CopyButton, Heading, Tab, Tabs},
        text,
        views::View as ViewOf,
    },
};

/// The views that are offered as tabs; files and comparing come with their engines.
const OFFERED: [View; 8] = [
    View::Tree,
    View::Json,
    View::Config,
    View::History,
    View::Layers,
    View::Referrers,
    View::Verify,
    View::Commands,
];

/// Properties of [`ReferencePage`].
#[derive(Properties, PartialEq)]
pub struct ReferencePageProps {
    /// What is looked at, and how.
    pub place: Rc<Place>,
    /// The registry that holds it.
    pub connection: Connection,
}

/// A reference in one of its views.
#[component]
pub fn ReferencePage(props: &ReferencePageProps) -> Html {
    let place = &props.place;
    let name = AttrValue::from(place.reference.to_string());
    html! {
        <>
            { trail(place) }
            <div class="title">
                <Heading is_name=true>{ &name }</Heading>
                <CopyButton text={name.clone()} label="Copy the reference" />
            </div>
            <Tabs label="Views" tabs={tabs(place)} />
            <ViewOf place={place.clone()} connection={props.connection.clone()} />
        </>
    }
}

fn tabs(place: &Place) -> Vec<Tab> {
    let tab = |view: View| Tab {
        label: text::view_label(view).into(),
        href: Route::from(place.in_view(view)).href().into(),
        is_current: view == place.view,
    };
    OFFERED.into_iter().map(tab).collect()
}

/// The way back: registry, repository.
fn trail(place: &Place) -> Html {
    let registry = place.registry.clone();
    let repository = Route::Repository {
        registry: registry.clone(),
        repository: Reference::repository(
            registry.host.clone(),
            place.reference.repository.clone(),
        ),
    };
    html! {
        <nav class="trail" aria-label="Where this is">
            <ol>
                <li><a href={Route::Registry(registry.clone()).href()}>{ registry.to_string() }</a></li>
                <li><a href={repository.href()}>{ place.reference.repository.to_string() }</a></li>
            </ol>
        </nav>
    }
}
