//! Choosing one image of an index: links, because each choice has an address.

use yew::prelude::*;

use crate::{
    app::{
        Place, Route,
        views::{
            image::Image,
            platform_choice::{Choice, Chosen, Difference, choices, choose},
        },
    },
    oci::Document,
    ui::{
        components::{empty, short_list},
        text::views as text,
    },
};

use super::{ViewContext, facts};

/// Links to the platforms of an index; nothing if there is nothing to choose.
pub(super) fn platforms(context: &ViewContext, document: &Document, with_all: bool) -> Html {
    let place = &context.place;
    let Document::Index(index) = document else { return Html::default() };
    let choices = choices(index);
    if choices.len() < 2 {
        return Html::default();
    }
    let chosen = place.platform.as_deref().map(|wanted| choose(document, Some(wanted)));
    let is_chosen = |choice: &Choice| matches!(&chosen, Some(Chosen::Entry(chosen)) if chosen.name == choice.name);
    let links = context
        .lists
        .of("choices", &choices, |_, choice| link(place, Some(choice), is_chosen(choice)));
    html! {
        <nav class="choose" aria-label={text::PLATFORMS}>
            <ul>
                if with_all {
                    { link(place, None, place.platform.is_none()) }
                }
                { links.items }
            </ul>
            { links.more }
        </nav>
    }
}

fn link(place: &Place, choice: Option<&Choice>, is_current: bool) -> Html {
    let name = choice.map(|choice| choice.name.clone());
    let href = Route::from(place.for_platform(name)).href();
    let current = is_current.then_some("true");
    let label = match choice {
        Some(choice) => label(choice),
        None => html! { { text::ALL_PLATFORMS } },
    };
    html! { <li><a {href} aria-current={current}>{ label }</a></li> }
}

/// The platform, with what tells the image from others of it.
fn label(choice: &Choice) -> Html {
    let platform = choice.descriptor.platform.as_ref().filter(|_| !choice.differs.is_empty());
    let name = platform.map_or_else(|| choice.name.clone(), ToString::to_string);
    let difference = |difference: &Difference| {
        html! { <small>{ " · " }{ facts::foreign(&text::difference(difference)) }</small> }
    };
    html! { <>{ facts::foreign(&name) }{ short_list(choice.differs.iter().map(difference)) }</> }
}

/// Draws the sentence of a view of one image, if no image is chosen or found.
pub(super) fn no_image(context: &ViewContext, image: &Image) -> Html {
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
            { facts::issues(&context.lists, "issues", issues) }
        </>
    }
}
