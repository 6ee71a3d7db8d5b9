//! The layers view: how layers are packed, how large they are, and which step made them.

use yew::prelude::*;

use super::{ViewContext, facts, history::history, platforms::no_image};
use crate::{
    app::{
        Place, Route, View as Views,
        views::{
            history::History,
            image::Image,
            layers::{Layer, Layers, layers},
        },
    },
    oci::{Descriptor, Digest, Document},
    ui::{
        components::{byte_size, digest_code, empty, media_type_words},
        text::{layers as text, views as shared},
    },
};

/// The layers of an image, or the contents of an artifact.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    let place = &context.place;
    let history = history(image);
    match image.manifest.as_ref().map(|object| &object.document.value) {
        Some(Document::Image(manifest)) => {
            let diff_ids = image.config().map(|config| config.parsed.value.diff_ids.as_slice());
            let all = layers(&manifest.layers, diff_ids.unwrap_or_default(), history.as_ref());
            html! { <>{ config_failure(image) }{ table(place, &all) }</> }
        }
        Some(Document::Schema1(schema1)) => digests_only(&schema1.layers, history.as_ref()),
        _ => no_image(image),
    }
}

/// Without the configuration there are no diff IDs and no steps; the layers are still shown.
fn config_failure(image: &Image) -> Html {
    match &image.config {
        Some(Err(_)) => html! { <p class="note">{ text::WITHOUT_CONFIG }</p> },
        _ => Html::default(),
    }
}

fn table(place: &Place, all: &Layers) -> Html {
    if all.items.is_empty() {
        return empty(text::NO_LAYERS);
    }
    // A diff ID may stand in the address too: the JSON view of a configuration links so.
    let chosen = place.layer.as_ref().and_then(|wanted| all.find(wanted));
    html! {
        <>
            <p class="total">
                { text::layer_count(all.items.len()) }{ byte_size(all.bytes) }{ text::COMPRESSED }
            </p>
            if all.diff_ids > 0 && all.diff_ids != all.items.len() {
                <p class="note">{ text::diff_id_mismatch(all.diff_ids, all.items.len()) }</p>
            }
            <ol class="layers">
                { for all.items.iter().enumerate().map(|(at, layer)| row(place, layer, chosen == Some(at))) }
            </ol>
        </>
    }
}

fn row(place: &Place, layer: &Layer, is_chosen: bool) -> Html {
    let Descriptor { digest, size, media_type, urls, .. } = &layer.descriptor;
    let files = Place { layer: Some(layer.address.clone()), ..place.in_view(Views::Files) };
    let share = text::share(layer.percent, *size);
    html! {
        <li key={layer.number} class={classes!(is_chosen.then_some("chosen"))}
            aria-current={is_chosen.then_some("true")}>
            <p class="line">
                <span class="what">{ text::layer_number(layer.number) }</span>
                { byte_size(*size) }
                <meter min="0" max="100" value={layer.percent.to_string()}
                    aria-label={text::SHARE}>{ share.clone() }</meter>
                <span class="percent">{ share }</span>
                { properties(layer) }
            </p>
            if media_type.is_layer() {
                <p class="line"><a href={Route::from(files).href()}>{ text::FILES_OF_LAYER }</a></p>
            }
            if let Some(made_by) = &layer.made_by { <pre>{ facts::foreign(made_by) }</pre> }
            <dl class="facts">
                { facts::fact(text::DIGEST, digest_code(digest)) }
                { diff_id(layer.diff_id.as_ref()) }
                { facts::fact(text::MEDIA_TYPE, media_type_words(media_type)) }
                { addresses(urls) }
            </dl>
            { facts::annotations(&layer.descriptor.annotations) }
        </li>
    }
}

fn properties(layer: &Layer) -> Html {
    let badge = |word: &'static str| html! { <span class="badge">{ word }</span> };
    html! {
        <>
            if let Some(title) = &layer.title { <code class="file-title">{ facts::foreign(title) }</code> }
            { badge(text::compression(layer.compression)) }
            if let Some(index) = layer.index { { badge(text::index(index)) } }
            if layer.is_encrypted { { badge(text::ENCRYPTED) } }
            if layer.is_foreign { { badge(text::FOREIGN) } }
        </>
    }
}

fn diff_id(diff_id: Option<&Digest>) -> Html {
    match diff_id {
        Some(digest) => facts::fact(text::DIFF_ID, digest_code(digest)),
        None => Html::default(),
    }
}

/// Other places that hold a foreign layer: shown, never fetched from here.
fn addresses(urls: &[String]) -> Html {
    if urls.is_empty() {
        return Html::default();
    }
    let item = |url: &String| html! { <li>{ facts::foreign_or_link(url) }</li> };
    facts::fact(text::ALSO_AT, html! { <ul class="plain">{ for urls.iter().map(item) }</ul> })
}

/// Layers of a schema 1 manifest.
fn digests_only(digests: &[Digest], history: Option<&History>) -> Html {
    let steps = history.map(|history| history.steps.as_slice()).unwrap_or_default();
    let row = |(at, digest): (usize, &Digest)| {
        html! {
            <li key={at}>
                <p class="line">
                    <span class="what">{ text::layer_number(at + 1) }</span>
                    <span class="hint">{ shared::SIZE_UNKNOWN }</span>
                    { digest_code(digest) }
                </p>
                if let Some(step) = steps.get(at) { <pre>{ facts::foreign(&step.instruction.text) }</pre> }
            </li>
        }
    };
    html! { <ol class="layers">{ for digests.iter().enumerate().map(row) }</ol> }
}

/// The contents of an artifact by their titles.
pub(super) fn files(place: &Place, descriptors: &[Descriptor]) -> Html {
    html! {
        <section>
            <h2>{ text::CONTENTS }</h2>
            { table(place, &layers(descriptors, &[], None)) }
        </section>
    }
}
