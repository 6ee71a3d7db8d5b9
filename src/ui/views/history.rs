//! The history view: the steps that built the image, as far as its builder recorded them.

use yew::prelude::*;

use super::{ViewContext, facts, platforms::no_image};
use crate::{
    app::{
        Place, Route, View as ViewName,
        views::{
            history::{History, Made, Step, of_image, of_schema1},
            image::Image,
        },
    },
    oci::Document,
    ui::{
        components::{byte_size, copy_button, empty},
        text::{history as text, layers as layers_text},
    },
};

/// Draws the build steps of an image.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    match history(image) {
        Some(history) if history.steps.is_empty() => empty(text::NO_HISTORY),
        Some(history) => steps(context, &history, base(image).as_deref()),
        // The view of the image draws the error of a configuration.
        None if matches!(image.config, Some(Err(_))) => Html::default(),
        None if image.image_manifest().is_some() => empty(text::NO_HISTORY),
        None => no_image(context, image),
    }
}

/// The history of the image that is shown, if there is one.
pub(super) fn history(image: &Image) -> Option<History> {
    match &image.manifest.as_ref()?.document.value {
        Document::Schema1(schema1) => Some(of_schema1(&schema1.history, &schema1.layers)),
        Document::Image(manifest) => {
            let config = image.config().filter(|c| c.descriptor.media_type.is_image_config())?;
            Some(of_image(&config.parsed.value, &manifest.layers))
        }
        _ => None,
    }
}

/// The base image as annotations name it.
fn base(image: &Image) -> Option<String> {
    let annotations = image.manifest.as_ref()?.document.value.annotations();
    let named = |name| annotations.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let name = named("org.opencontainers.image.base.name")?;
    // Only what reads as a reference gets into a Dockerfile.
    let reference: crate::oci::Reference = name.parse().ok()?;
    let digest = named("org.opencontainers.image.base.digest").and_then(|text| text.parse().ok());
    let reference =
        crate::oci::Reference { digest: digest.or(reference.digest.clone()), ..reference };
    Some(reference.to_string())
}

fn steps(context: &ViewContext, history: &History, base: Option<&str>) -> Html {
    let steps = context.lists.of("steps", &history.steps, |at, it| step(&context.place, at, it));
    let dockerfile = text::dockerfile(history, base);
    html! {
        <>
            if history.is_mismatch() { <p class="note">{ mismatch(history) }</p> }
            <ol class="steps">
                { steps.items }
            </ol>
            { steps.more }
            <section>
                <h2>
                    { text::DOCKERFILE }
                    { copy_button(dockerfile.clone(), text::COPY_DOCKERFILE) }
                </h2>
                <pre tabindex="0" aria-label={text::DOCKERFILE}>{ facts::foreign(&dockerfile) }</pre>
            </section>
        </>
    }
}

fn mismatch(history: &History) -> String {
    let steps = history.steps_with_layer();
    let made = |step: &&Step| matches!(step.made, Made::Layer { .. });
    let layers = history.steps.iter().filter(made).count() + history.unexplained.len();
    text::history_mismatch(steps, layers)
}

fn step(place: &Place, at: usize, step: &Step) -> Html {
    let class = if step.made == Made::Nothing { "empty" } else { "made" };
    let exact = step.created_by.clone();
    html! {
        <li {class} key={at}>
            <p class="line">
                { made(place, &step.made) }
                if let Some(created) = step.created {
                    <time datetime={created.to_string()}>{ created.to_string() }</time>
                }
                if let Some(comment) = &step.comment { <span class="hint">{ facts::foreign(comment) }</span> }
                if let Some(author) = &step.author { <span class="hint">{ facts::foreign(author) }</span> }
                { copy_button(exact, text::COPY_STEP) }
            </p>
            if !step.instruction.arguments.is_empty() {
                <p class="hint">{ text::WITH_ARGUMENTS }<code>{ facts::foreign(&step.instruction.arguments) }</code></p>
            }
            <pre>{ facts::foreign(text::instruction(&step.instruction)) }</pre>
        </li>
    }
}

fn made(place: &Place, made: &Made) -> Html {
    match made {
        Made::Nothing => html! { <span class="what">{ text::NO_LAYER }</span> },
        Made::Missing => html! { <span class="what warning">{ text::LAYER_MISSING }</span> },
        Made::Layer { number, address, size } => {
            let layer = Some(address.clone());
            let target = Place { layer, ..place.in_view(ViewName::Layers) };
            html! {
                <>
                    <a class="what" href={Route::from(target).href()}>{ layers_text::layer_number(*number) }</a>
                    if let Some(bytes) = size { { byte_size(*bytes) } }
                </>
            }
        }
    }
}
