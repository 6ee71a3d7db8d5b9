//! A reference: its heading, the tabs of its views, and the view that was chosen.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    app::{Connection, Place, Route, View},
    ui::{
        components::{CopyButton, Heading, Tab, Tabs, Trail},
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
            <Trail registry={place.registry.clone()}
                repository={place.reference.repository.clone()} />
            <div class="title">
                <Heading is_name=true>{ &name }</Heading>
                <CopyButton text={name.clone()} label={text::COPY_REFERENCE} />
            </div>
            <Tabs label={text::VIEWS} tabs={tabs(place)} />
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
