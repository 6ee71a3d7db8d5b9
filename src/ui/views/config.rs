//! The configuration of an image: its settings for running, and its facts.

use yew::prelude::*;

use super::{ViewContext, facts, json::JsonBytes, platforms::no_image};
use crate::{
    app::views::{
        config::{command_line, duration, split_env},
        image::{Config, Image},
    },
    oci::{
        Document, ImageConfig, ImageManifest, MediaType, Platform,
        config::{Healthcheck, RunConfig},
    },
    ui::{
        components::{
            DrawnLists, byte_size, copy_button, digest_code, empty, media_type_words,
            platform_badge, verification_mark,
        },
        stateful::mount,
        text::config as text,
    },
};

/// The configuration of an image or artifact.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    let Some(manifest) = image.image_manifest() else {
        return match image.manifest.as_ref().map(|object| &object.document.value) {
            Some(Document::Schema1(_)) => empty(text::SCHEMA1_CONFIG),
            _ => no_image(context, image),
        };
    };
    match (&manifest.config, &image.config) {
        (Some(descriptor), _) if descriptor.media_type == MediaType::OCI_EMPTY => html! {
            <><p class="hint">{ text::EMPTY_CONFIG }</p>{ files(context, manifest) }</>
        },
        (_, Some(Ok(config))) => configuration(context, manifest, config),
        // The view of the image draws the error.
        (_, Some(Err(_))) => Html::default(),
        (_, None) => html! { <>{ empty(text::NO_CONFIG) }{ files(context, manifest) }</> },
    }
}

fn configuration(context: &ViewContext, manifest: &ImageManifest, config: &Config) -> Html {
    let (place, lists) = (&context.place, &context.lists);
    let is_image = config.descriptor.media_type.is_image_config();
    let issues = if is_image { config.parsed.issues.as_slice() } else { &[] };
    let name = format!("{}.json", config.descriptor.digest.encoded()).into();
    html! {
        <>
            <p class="line">
                { media_type_words(&config.descriptor.media_type) }
                { digest_code(&config.descriptor.digest) }
                { byte_size(config.descriptor.size) }
                { verification_mark(&config.verification) }
            </p>
            { facts::issues(lists, "issues", issues) }
            if is_image {
                { image_facts(lists, &config.parsed.value) }
                { environment(lists, &config.parsed.value.run) }
                { labels(lists, &config.parsed.value.run) }
            } else {
                { files(context, manifest) }
            }
            <details class="exact" open={!is_image}>
                <summary>{ text::EXACT_JSON }</summary>
                { mount(JsonBytes { place: place.clone(), bytes: config.parsed.raw.clone(), name }) }
            </details>
        </>
    }
}

fn platform(platform: &Platform) -> Html {
    if platform.os.is_empty() && platform.architecture.is_empty() {
        return html! { { text::NOT_STATED } };
    }
    platform_badge(platform)
}

fn image_facts(lists: &DrawnLists, config: &ImageConfig) -> Html {
    let run = &config.run;
    let made = config.created.map(|created| created.to_string());
    html! {
        <dl class="facts">
            { facts::fact(text::fact::PLATFORM, platform(&config.platform)) }
            { optional(text::fact::CREATED, made.as_deref()) }
            { optional(text::fact::AUTHOR, config.author.as_deref()) }
            { facts::fact(text::fact::USER, user(run)) }
            { words(text::fact::ENTRYPOINT, &run.entrypoint) }
            { words(text::fact::COMMAND, &run.cmd) }
            { optional(text::fact::WORKING_DIR, run.working_dir.as_deref()) }
            { list(lists, text::fact::PORTS, &run.exposed_ports) }
            { list(lists, text::fact::VOLUMES, &run.volumes) }
            { optional(text::fact::STOP_SIGNAL, run.stop_signal.as_deref()) }
            { words(text::fact::SHELL, &run.shell) }
            { list(lists, text::fact::ON_BUILD, &run.on_build) }
            if let Some(check) = &run.healthcheck {
                { facts::fact(text::fact::HEALTH_CHECK, healthcheck(check)) }
            }
        </dl>
    }
}

fn optional(term: &'static str, value: Option<&str>) -> Html {
    value.map_or(Html::default(), |value| facts::fact(term, facts::foreign(value)))
}

fn user(run: &RunConfig) -> Html {
    match &run.user {
        Some(user) => html! { <code>{ facts::foreign(user) }</code> },
        None => html! { { text::USER_NOT_SET } },
    }
}

/// Words of a command, as JSON has them, to be copied as a shell would take them.
fn words(term: &'static str, words: &[String]) -> Html {
    if words.is_empty() {
        return Html::default();
    }
    let line = command_line(words);
    facts::fact(
        term,
        html! {
            <>
                <code>{ facts::foreign(&line) }</code>
                { copy_button(line, text::copy(term)) }
            </>
        },
    )
}

fn list(lists: &DrawnLists, term: &'static str, items: &[String]) -> Html {
    if items.is_empty() {
        return Html::default();
    }
    let item = |_, item: &String| html! { <li><code>{ facts::foreign(item) }</code></li> };
    let items = lists.of(term, items, item);
    facts::fact(term, html! { <><ul class="plain">{ items.items }</ul>{ items.more }</> })
}

fn healthcheck(check: &Healthcheck) -> Html {
    let setting = |name: &'static str, value: Option<i64>| match value {
        Some(value) if value != 0 => html! { <li>{ format!("{name} {}", duration(value)) }</li> },
        _ => Html::default(),
    };
    html! {
        <ul class="plain">
            <li><code>{ facts::foreign(&command_line(&check.test)) }</code></li>
            { setting(text::health::INTERVAL, check.interval) }
            { setting(text::health::TIMEOUT, check.timeout) }
            { setting(text::health::START_PERIOD, check.start_period) }
            { setting(text::health::START_INTERVAL, check.start_interval) }
            if let Some(retries) = check.retries.filter(|retries| *retries != 0) {
                <li>{ text::retries(retries.into()) }</li>
            }
        </ul>
    }
}

fn environment(lists: &DrawnLists, run: &RunConfig) -> Html {
    let pairs: Vec<_> = run.env.iter().map(|entry| split_env(entry)).collect();
    section(lists, text::ENVIRONMENT, &pairs, &run.env.join("\n"))
}

fn labels(lists: &DrawnLists, run: &RunConfig) -> Html {
    let lines: Vec<_> = run.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    section(lists, text::LABELS, &run.labels, &lines.join("\n"))
}

fn section(
    lists: &DrawnLists,
    heading: &'static str,
    pairs: &[(String, String)],
    all: &str,
) -> Html {
    html! {
        <section>
            <h2>
                { format!("{heading} ({})", pairs.len()) }
                if !pairs.is_empty() {
                    { copy_button(all.to_owned(), text::copy_all(heading)) }
                }
            </h2>
            { facts::pairs(lists, heading, pairs) }
        </section>
    }
}

/// The contents of an artifact by their titles.
fn files(context: &ViewContext, manifest: &ImageManifest) -> Html {
    super::layers::files(context, &manifest.layers)
}
