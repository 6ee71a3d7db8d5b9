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
    caps,
    oci::{Descriptor, Digest, Document},
    ui::{
        components::{DrawnLists, byte_size, digest_code, empty, media_type_words},
        text::{layers as text, views as shared},
    },
};

/// The layers of an image, or the contents of an artifact.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    let history = history(image);
    match image.manifest.as_ref().map(|object| &object.document.value) {
        Some(Document::Image(manifest)) => {
            let diff_ids = image.config().map(|config| config.parsed.value.diff_ids.as_slice());
            let all = layers(&manifest.layers, diff_ids.unwrap_or_default(), history.as_ref());
            html! { <>{ config_failure(image) }{ table(context, &all) }</> }
        }
        Some(Document::Schema1(schema1)) => {
            digests_only(context, &schema1.layers, history.as_ref())
        }
        _ => no_image(context, image),
    }
}

/// Without the configuration there are no diff IDs and no steps; the layers are still shown.
fn config_failure(image: &Image) -> Html {
    match &image.config {
        Some(Err(_)) => html! { <p class="note">{ text::WITHOUT_CONFIG }</p> },
        _ => Html::default(),
    }
}

fn table(context: &ViewContext, all: &Layers) -> Html {
    if all.items.is_empty() {
        return empty(text::NO_LAYERS);
    }
    // A diff ID may stand in the address too: the JSON view of a configuration links so.
    let chosen = context.place.layer.as_ref().and_then(|wanted| all.find(wanted));
    let list =
        context.lists.of("layers", &all.items, |at, layer| row(context, layer, chosen == Some(at)));
    // A link may lead to a layer far down the list.
    let far = chosen.filter(|at| *at >= caps::ITEMS_DRAWN).and_then(|at| all.items.get(at));
    html! {
        <>
            <p class="total">
                { text::layer_count(all.items.len()) }{ byte_size(all.bytes) }{ text::COMPRESSED }
            </p>
            if all.diff_ids > 0 && all.diff_ids != all.items.len() {
                <p class="note">{ text::diff_id_mismatch(all.diff_ids, all.items.len()) }</p>
            }
            if let Some(layer) = far { <ol class="layers">{ row(context, layer, true) }</ol> }
            <ol class="layers">{ list.items }</ol>
            { list.more }
        </>
    }
}

fn row(context: &ViewContext, layer: &Layer, is_chosen: bool) -> Html {
    let (place, lists) = (&context.place, context.lists.nested());
    let name = |list: &str| format!("{list} of layer {}", layer.number);
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
                { addresses(&lists, &name("addresses"), urls) }
            </dl>
            { facts::annotations(&lists, &name("annotations"), &layer.descriptor.annotations) }
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
fn addresses(lists: &DrawnLists, list: &str, urls: &[String]) -> Html {
    if urls.is_empty() {
        return Html::default();
    }
    let urls = lists.of(list, urls, |_, url| html! { <li>{ facts::foreign_or_link(url) }</li> });
    facts::fact(text::ALSO_AT, html! { <><ul class="plain">{ urls.items }</ul>{ urls.more }</> })
}

/// Layers of a schema 1 manifest.
fn digests_only(context: &ViewContext, digests: &[Digest], history: Option<&History>) -> Html {
    let steps = history.map(|history| history.steps.as_slice()).unwrap_or_default();
    let row = |at: usize, digest: &Digest| {
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
    let list = context.lists.of("layers", digests, row);
    html! { <><ol class="layers">{ list.items }</ol>{ list.more }</> }
}

/// The contents of an artifact by their titles.
pub(super) fn files(context: &ViewContext, descriptors: &[Descriptor]) -> Html {
    html! {
        <section>
            <h2>{ text::CONTENTS }</h2>
            { table(context, &layers(descriptors, &[], None)) }
        </section>
    }
}
