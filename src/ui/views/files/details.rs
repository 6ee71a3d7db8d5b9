//! All about one path: its kind, its owner, and the change of each layer.

use yew::prelude::*;

use super::{
    super::{ViewContext, facts, facts::fact},
    href,
};
use crate::{
    app::{
        Place, Route,
        views::files::{Files, at_path, mode, path},
    },
    content::tar::EntryKind,
    layers::index::Details,
    oci::Timestamp,
    ui::{
        components::{DrawnLists, byte_size, foreign, short_list},
        text::{file_types::entry_kind, files as text, layer_faults},
    },
};

/// Draws the facts about a directory, if they are out of the ordinary.
pub(super) fn directory(details: &Details) -> Html {
    html! {
        <>
            if details.opaque { <p class="note">{ text::OPAQUE }</p> }
            if details.row.removed { <p class="note">{ text::WAS_REMOVED }</p> }
            { odd(details) }
        </>
    }
}

/// Draws the facts about any other path.
pub(super) fn file(context: &ViewContext, files: &Files, details: &Details) -> Html {
    let (row, place, lists) = (&details.row, &*context.place, &context.lists);
    html! {
        <>
            if row.removed { <p class="note">{ text::WAS_REMOVED }</p> }
            { odd(details) }
            <dl class="facts">
                { fact(text::WHAT_IT_IS, html! { <span>{ what(details) }{ first_name(details) }</span> }) }
                { target(place, details) }
                if row.kind == EntryKind::File || details.is_another_name && details.first_name.is_none() { { fact(text::SIZE, byte_size(row.size)) } }
                { fact(text::MODE, html! {
                    <span><code>{ mode::letters(row.kind, row.mode) }</code>
                    { format!(" ({:04o})", row.mode) }</span>
                }) }
                { fact(text::OWNER, owner(details)) }
                { fact(text::TIME, html! { <span>{ time(row.mtime) }</span> }) }
                { fact(text::BY_LAYER, changes(context, files, details)) }
            </dl>
            { xattrs(lists, details) }
        </>
    }
}

fn what(details: &Details) -> String {
    let mut words = entry_kind(details.row.kind).to_owned();
    if matches!(details.row.kind, EntryKind::CharDevice | EntryKind::BlockDevice) {
        words.push_str(&format!(" {}, {}", details.device.0, details.device.1));
    }
    if details.sparse {
        words.push_str(", ");
        words.push_str(text::SPARSE);
    }
    words
}

/// Draws the first name of a symbolic link that a hard link names.
fn first_name(details: &Details) -> Html {
    let Some((first, is_there)) = &details.first_name else { return Html::default() };
    html! {
        <>
            { text::HARD_LINK_TO }{ foreign(&path::shown(first)) }
            if !is_there { { text::FIRST_NAME_GONE } }
        </>
    }
}

fn target(place: &Place, details: &Details) -> Html {
    if details.row.link.is_empty() {
        return Html::default();
    }
    let written = foreign(&path::shown(&details.row.link));
    fact(
        text::POINTS_AT,
        html! {
            <span>
                <code>{ written }</code>
                if let Some(target) = &details.target {
                    { text::WHICH_IS }
                    <a href={href(place, target)}>{ "/" }{ foreign(&path::shown(target)) }</a>
                } else if details.is_another_name && details.first_name.is_none() {
                    { text::FIRST_NAME_GONE }
                } else {
                    { text::WHICH }{ text::DANGLING }
                }
            </span>
        },
    )
}

fn owner(details: &Details) -> Html {
    let named = |name: &[u8], number: u64| match name {
        [] => number.to_string(),
        name => format!("{} ({number})", path::shown(name)),
    };
    let (user, group) =
        (named(&details.user, details.row.uid), named(&details.group, details.row.gid));
    foreign(&text::owner(&user, &group))
}

fn time(seconds: i64) -> String {
    Timestamp::from_unix(seconds).map_or_else(|| seconds.to_string(), |time| time.to_string())
}

/// Draws the change of each layer, as a link to the path as that layer brought it.
fn changes(context: &ViewContext, files: &Files, details: &Details) -> Html {
    let item = |_, &(layer, kind, size): &(u16, _, u64)| {
        let address = files.layer(layer).map(|layer| layer.address.clone());
        let there = at_path(&context.place, address, &details.row.path);
        html! { <li><a href={Route::from(there).href()}>{ text::change(layer, kind, size) }</a></li> }
    };
    let changes = context.lists.of("changes", &details.changes, item);
    html! { <><ul class="plain">{ changes.items }</ul>{ changes.more }</> }
}

fn xattrs(lists: &DrawnLists, details: &Details) -> Html {
    if details.xattrs.is_empty() {
        return Html::default();
    }
    let shown = |(name, value): &(String, Vec<u8>)| {
        let text = std::str::from_utf8(value).ok().filter(|text| !text.contains('\0'));
        let hex = || value.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        (name.clone(), text.map_or_else(hex, str::to_owned))
    };
    let pairs: Vec<_> = details.xattrs.iter().map(shown).collect();
    html! { <section><h2>{ text::XATTRS }</h2>{ facts::pairs(lists, "attributes", &pairs) }</section> }
}

fn odd(details: &Details) -> Html {
    if details.odd.is_empty() {
        return Html::default();
    }
    html! {
        <section class="issues" aria-label={text::WHAT_IS_ODD}>
            <ul>{ short_list(details.odd.iter().map(|odd| html! { <li>{ layer_faults::warning(odd) }</li> })) }</ul>
        </section>
    }
}
