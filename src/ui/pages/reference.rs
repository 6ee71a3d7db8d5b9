//! A reference: its heading, the tabs of its views, and the view that was chosen.

use yew::prelude::*;

use crate::{
    app::{Place, Route, View},
    ui::{
        components::{Tab, copy_button, name_heading, tabs, trail},
        text,
        views::{ViewContext, view},
    },
};

/// A reference in one of its views.
pub fn reference(context: ViewContext) -> Html {
    let place = &context.place;
    let name = AttrValue::from(place.reference.to_string());
    html! {
        <>
            { trail(&place.registry, Some(&place.reference.repository)) }
            <div class="title">
                { name_heading(name.clone()) }
                { copy_button(name, text::COPY_REFERENCE) }
            </div>
            { tabs(text::VIEWS, &offered(place)) }
            { view(context) }
        </>
    }
}

fn offered(place: &Place) -> Vec<Tab> {
    let tab = |view: View| Tab {
        label: text::view_label(view).into(),
        href: Route::from(place.in_view(view)).href().into(),
        is_current: view == place.view,
    };
    View::ALL.iter().copied().filter(|view| view.has_tab()).map(tab).collect()
}
