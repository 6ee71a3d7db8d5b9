//! The rows of the lists, each of one height.

use yew::prelude::*;

use super::href;
use crate::{
    app::{
        Place, Route,
        views::{
            files::{Files, at_path, mode, path},
            visible_text::visible,
        },
    },
    content::{packages::Package, tar::EntryKind},
    layers::index::{Row, WastedPath},
    oci::Timestamp,
    ui::{
        components::{byte_size, foreign, foreign_title, short_list},
        text::{file_types::change_kind, files as text},
    },
};

/// The values that rows need besides themselves.
pub(super) struct RowContext<'a> {
    pub(super) place: &'a Place,
    pub(super) files: &'a Files,
    /// True if paths are shown whole, and directories are not opened in place.
    pub(super) is_flat: bool,
    pub(super) toggle: &'a Callback<Vec<u8>>,
}

/// A header; `titles` are the columns with their classes.
pub(super) fn header(titles: &[(&'static str, &'static str)]) -> Html {
    let title = |(title, class): &(&'static str, &'static str)| {
        html! { <span role="columnheader" class={*class}>{ *title }</span> }
    };
    html! { <div role="row" aria-rowindex="1">{ short_list(titles.iter().map(title)) }</div> }
}

/// The columns of files.
pub(super) const fn file_columns(is_one_layer: bool) -> [(&'static str, &'static str); 6] {
    let last = if is_one_layer { text::CHANGE } else { text::LAYER };
    [
        (text::NAME, ""),
        (text::SIZE, "end"),
        (text::MODE, "wide"),
        (text::OWNER, "wide"),
        (text::TIME, "wide"),
        (last, ""),
    ]
}

/// A row that is not here yet.
pub(super) fn placeholder(number: usize) -> Html {
    html! {
        <div role="row" key={number} aria-rowindex={(number + 2).to_string()}>
            <span role="cell">{ text::LOADING_ROW }</span>
        </div>
    }
}

/// A file or directory.
pub(super) fn file_row(row_context: &RowContext<'_>, number: usize, row: &Row) -> Html {
    let change = row.change.map(change_kind).or(row.removed.then_some(text::REMOVED));
    // Of what a layer alone removes, only the name is known.
    let (mode, owner) = match row.kind {
        EntryKind::Other(_) => Default::default(),
        kind => (mode::letters(kind, row.mode), format!("{}:{}", row.uid, row.gid)),
    };
    html! {
        <div role="row" key={number} aria-rowindex={(number + 2).to_string()} class={classes!(change)}>
            <span role="rowheader" class="name">{ name(row_context, row) }</span>
            <span role="cell" class="end">{ byte_size(row.size) }</span>
            <span role="cell" class="wide"><code>{ mode }</code></span>
            <span role="cell" class="wide">{ owner }</span>
            <span role="cell" class="wide">{ minute(row.mtime) }</span>
            <span role="cell" class="change">{ last_cell(row_context, row, change) }</span>
        </div>
    }
}

fn name(row_context: &RowContext<'_>, row: &Row) -> Html {
    let is_directory = row.kind == EntryKind::Directory;
    let shown = if row_context.is_flat { row.path.as_slice() } else { path::name(&row.path) };
    let shown = path::shown(shown);
    let full = plain(&row.path);
    let indent = "\u{2003}".repeat(row.depth.into());
    html! {
        <>
            if !row_context.is_flat {
                <span class="indent" aria-hidden="true">{ indent }</span>
                if is_directory && row.children > 0 {
                    { fold(row_context, row, &shown) }
                } else {
                    <span class="no-fold" aria-hidden="true"></span>
                }
            }
            <a href={href(row_context.place, &row.path)} title={full}>
                { foreign(&shown) }{ if is_directory { "/" } else { "" } }
            </a>
            if let Some(before) = before_link(row.kind) {
                <span class="hint">{ before }{ foreign(&path::shown(&row.link)) }</span>
            }
            if row.odd { { " " }<span class="badge">{ text::ODD }</span> }
        </>
    }
}

/// The words between a link and its target. A hard link leads to no path: it is a name of a file.
fn before_link(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Symlink => Some(" → "),
        EntryKind::HardLink => Some(text::HARD_LINK_TO),
        _ => None,
    }
}

fn fold(row_context: &RowContext<'_>, row: &Row, shown: &str) -> Html {
    let onclick = row_context.toggle.reform({
        let path = row.path.clone();
        move |_: MouseEvent| path.clone()
    });
    html! {
        <button type="button" class="fold" aria-expanded={row.open.to_string()}
            aria-label={text::fold(&visible(shown), row.open)} {onclick}></button>
    }
}

/// A path for an attribute: what would deceive the eye by its numbers, as in `foreign`.
fn plain(path: &[u8]) -> String {
    visible(&path::shown(path)).into_owned()
}

/// Draws the layer of a row, or the change that the layer made.
fn last_cell(row_context: &RowContext<'_>, row: &Row, change: Option<&'static str>) -> Html {
    let of_layer =
        row_context.files.layer(row.layer).filter(|_| row_context.files.chosen.is_none());
    html! {
        <>
            if let Some(change) = change { <span class="word">{ change }</span>{ " " } }
            if let Some(layer) = of_layer {
                <a href={Route::from(at_path(row_context.place,
                    Some(layer.address.clone()), &row.path)).href()}>
                    { text::layer(row.layer) }
                </a>
            }
        </>
    }
}

/// A time to the minute; seconds stand in the details.
fn minute(time: i64) -> String {
    // Directories that no entry names have no time of their own.
    let time = Timestamp::from_unix(time).filter(|_| time != 0);
    let text = time.map(|time| time.to_string()).unwrap_or_default();
    text.get(..16).unwrap_or_default().replace('T', " ")
}

/// The columns of what is wasted.
pub(super) const WASTED_COLUMNS: [(&str, &str); 3] =
    [(text::NAME, ""), (text::WASTED, "end"), (text::WHAT_HAPPENED, "wide")];

/// A path whose content is not seen.
pub(super) fn wasted_row(row_context: &RowContext<'_>, number: usize, wasted: &WastedPath) -> Html {
    let changes: Vec<String> =
        wasted.changes.iter().map(|&(layer, kind, size)| text::change(layer, kind, size)).collect();
    let there = at_path(row_context.place, None, &wasted.path);
    html! {
        <div role="row" key={number} aria-rowindex={(number + 2).to_string()}>
            <span role="rowheader">
                <a href={Route::from(there).href()} title={plain(&wasted.path)}>
                    { foreign(&path::shown(&wasted.path)) }
                </a>
            </span>
            <span role="cell" class="end">{ byte_size(wasted.bytes) }</span>
            <span role="cell" class="wide" title={changes.join(", ")}>{ changes.join(", ") }</span>
        </div>
    }
}

/// The columns of packages.
pub(super) const PACKAGE_COLUMNS: [(&str, &str); 6] = [
    (text::PACKAGE, ""),
    (text::VERSION, ""),
    (text::ARCH, "wide"),
    (text::LICENCE, "wide"),
    (text::SIZE, "end wide"),
    (text::SOURCE, "wide"),
];

pub(super) fn package_row(
    row_context: &RowContext<'_>,
    number: usize,
    (kind, database, package): &(String, Vec<u8>, Package),
) -> Html {
    let Package { name, version, arch, licence, size, .. } = package;
    let there = at_path(row_context.place, None, database);
    html! {
        <div role="row" key={number} aria-rowindex={(number + 2).to_string()}>
            <span role="rowheader" title={foreign_title(name)}>{ foreign(name) }</span>
            <span role="cell" title={foreign_title(version)}><code>{ foreign(version) }</code></span>
            <span role="cell" class="wide">{ foreign(arch) }</span>
            <span role="cell" class="wide" title={foreign_title(licence)}>{ foreign(licence) }</span>
            <span role="cell" class="end wide">
                if let Some(size) = size { { byte_size(*size) } }
            </span>
            <span role="cell" class="wide">
                <a href={Route::from(there).href()} title={plain(database)}>{ kind }</a>
            </span>
        </div>
    }
}
