//! The commands view: the same on a command line, view by view and tool by tool.

use yew::prelude::*;

use super::ViewContext;
use crate::{
    app::{
        Place, View,
        views::{
            commands::{Subject, Tool, command, preparation},
            image::Image,
        },
    },
    ui::{
        components::{copy_button, short_list},
        text::{self as page_text, commands as text},
    },
};

/// The same on a command line.
pub(super) fn draw(context: &ViewContext, image: &Image) -> Html {
    let subject = subject(&context.place, image);
    html! {
        <div class="commands">
            { short_list(Tool::ALL.into_iter().map(|tool| prepare(tool, &subject))) }
            { short_list(View::ALL.iter().map(|view| section(*view, &subject))) }
        </div>
    }
}

fn subject<'a>(place: &'a Place, image: &'a Image) -> Subject<'a> {
    let manifest = image.image_manifest();
    Subject {
        place,
        digest: Some(image.manifest.as_ref().unwrap_or(&image.root).digest()),
        config: manifest.and_then(|manifest| manifest.config.as_ref()).map(|config| &config.digest),
        layer: None,
    }
}

/// The commands for a view; nothing if no tool has one.
fn section(view: View, subject: &Subject<'_>) -> Html {
    let commands: Vec<_> = Tool::ALL
        .into_iter()
        .filter_map(|tool| Some((tool, command(tool, view, subject)?)))
        .collect();
    if commands.is_empty() {
        return Html::default();
    }
    let row = |(tool, line): (Tool, String)| {
        html! {
            <div class="command" key={tool.name()}>
                <dt>{ tool.name() }</dt>
                <dd>
                    <pre tabindex="0" aria-label={tool.name()}><code>{ line.clone() }</code></pre>
                    { copy_button(line, text::copy_command(tool.name())) }
                </dd>
            </div>
        }
    };
    html! {
        <section>
            <h2>{ page_text::view_label(view) }</h2>
            <dl>{ short_list(commands.into_iter().map(row)) }</dl>
        </section>
    }
}

/// Draws the setting that a tool needs in a file first.
fn prepare(tool: Tool, subject: &Subject<'_>) -> Html {
    match preparation(tool, subject) {
        Some(lines) => html! {
            <p class="hint">{ text::DAEMON_JSON }<code>{ lines }</code></p>
        },
        None => Html::default(),
    }
}
