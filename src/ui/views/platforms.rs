//! Choosing one image of an index: links, because each choice has an address.

use yew::prelude::*;

use crate::{
    app::{
        Place, Route,
        views::{
            image::Image,
            platform_choice::{Choice, Chosen, choices},
        },
    },
    oci::Document,
    ui::{components::empty, text::views as text},
};

use super::facts;

/// Links to the platforms of an index; nothing if there is nothing to choose.
pub(super) fn platforms(place: &Place, document: &Document, with_all: bool) -> Html {
    let Document::Index(index) = document else { return Html::default() };
    let choices = choices(index);
    if choices.len() < 2 {
        return Html::default();
    }
    html! {
        <nav class="choose" aria-label={text::PLATFORMS}>
            <ul>
                if with_all {
                    { link(place, None) }
                }
                { for choices.iter().map(|choice| link(place, Some(choice))) }
            </ul>
        </nav>
    }
}

fn link(place: &Place, choice: Option<&Choice>) -> Html {
    let name = choice.map(|choice| choice.name.clone());
    let href = Route::from(place.for_platform(name.clone())).href();
    let current = (place.platform == name).then_some("true");
    let label = match choice {
        Some(choice) => facts::foreign(&choice.name),
        None => html! { { text::ALL_PLATFORMS } },
    };
    html! { <li><a {href} aria-current={current}>{ label }</a></li> }
}

/// Draws the sentence of a view of one image, if no image is chosen or found.
pub(super) fn no_image(image: &Image) -> Html {
    let message = match &image.chosen {
        Chosen::Open => text::CHOOSE_PLATFORM.to_owned(),
        Chosen::NoSuch(name) if name.is_empty() => text::NO_IMAGES.to_owned(),
        Chosen::NoSuch(name) => text::no_such_platform(name),
        Chosen::Itself | Chosen::Entry(_) => text::NOT_AN_IMAGE.to_owned(),
    };
    let issues = image.manifest.as_ref().map(|manifest| manifest.issues()).unwrap_or_default();
    html! {
        <>
            { empty(message) }
            { facts::issues(issues) }
        </>
    }
}
