//! The members of an archive inside a layer, one level deep, or the content of a compressed file.

use std::{ops::Range, rc::Rc};

use bytes::Bytes;
use yew::prelude::*;

use super::{
    loaded_file::FileSource,
    rows::{header, placeholder},
    text_view::TextView,
    use_answer::{Reply, use_answer, use_content_bytes},
};
use crate::{
    app::{
        Place, Route,
        views::files::{at_member, path},
    },
    caps,
    content::tar::EntryKind,
    layers::index::{Answer, ArchiveListing, ArchiveMember, Question, RowRange},
    ui::{
        components::{WindowedList, byte_size, error_box, foreign, foreign_title, short_list},
        stateful::{mount, stateful},
        text::{archives, file_types::entry_kind, files as text},
        views::ByIdentity,
    },
};

/// Members are asked for by so many at a time.
const BLOCK: usize = 200;

/// The members of an archive.
#[derive(PartialEq)]
pub(super) struct Archive(pub(super) FileSource);

stateful!(Archive, use_archive);

#[hook]
fn use_archive(props: &Archive) -> Html {
    let file @ FileSource { context, stored, generation, .. } = &props.0;
    let block = use_state_eq(|| 0);
    let first = usize::saturating_sub(*block, 1) * BLOCK;
    let part = RowRange { offset: first as u64, count: 4 * BLOCK as u32 };
    let question =
        Question::ArchiveListing { layer: file.layer_digest(), offset: stored.offset, part };
    let query = use_answer(context, question, *generation);
    let reply = query.state.value().cloned();
    let row = use_callback((reply.clone().map(ByIdentity), Rc::clone(&context.place)), {
        |number: usize, (reply, place)| match reply {
            Some(reply) => member_row(place, number, &reply.0),
            None => Html::default(),
        }
    });
    let on_visible = use_callback((), {
        let block = block.setter();
        move |seen: Range<usize>, ()| block.set(seen.start / BLOCK)
    });
    let unpacked = use_content_bytes(reply.as_ref());
    html! {
        <>
            if let Some(error) = query.state.error() { { error_box(error, &query.retry) } }
            if let Some(Answer::ArchiveListing(inside)) = reply.as_ref().map(|reply| &reply.answer) {
                { short_list(inside.problems.iter().map(|problem| {
                    html! { <p class="note">{ foreign(&archives::problem(problem)) }</p> }
                })) }
                { members(inside, row, on_visible) }
                if inside.unpacked_size > 0 { { plain(&unpacked, inside.unpacked_size) } }
            }
        </>
    }
}

/// The row of a member, if it is among those that were answered.
fn member_row(place: &Place, number: usize, reply: &Reply) -> Html {
    let offset = match &reply.question {
        Question::ArchiveListing { part, .. } => usize::try_from(part.offset).unwrap_or(usize::MAX),
        _ => 0,
    };
    let member = match (&reply.answer, number.checked_sub(offset)) {
        (Answer::ArchiveListing(inside), Some(at)) => inside.members.get(at),
        _ => None,
    };
    member.map_or_else(|| placeholder(number), |member| draw(place, number, member))
}

fn members(
    inside: &ArchiveListing,
    row: Callback<usize, Html>,
    on_visible: Callback<Range<usize>>,
) -> Html {
    if inside.total == 0 {
        return Html::default();
    }
    mount(WindowedList {
        count: usize::try_from(inside.total).unwrap_or(usize::MAX),
        row,
        label: text::INSIDE.into(),
        header: header(&[(text::NAME, ""), (text::SIZE, "end"), (text::WHAT, "")]),
        on_visible,
        class: "members".into(),
    })
}

/// Draws the content of a compressed file that is no archive.
fn plain(unpacked: &Rc<Bytes>, size: u64) -> Html {
    use crate::app::views::files::form::{Form, forms};
    let is_hex = forms(b"", unpacked).first() == Some(&Form::Hex);
    html! {
        <>
            <p class="hint">{ text::unpacked(size) }</p>
            if unpacked.len() as u64 == size {
                { mount(TextView { bytes: (**unpacked).clone(), is_hex }) }
            } else if size > caps::FILE_SHOWN {
                <p class="note">{ text::too_large(size, caps::FILE_SHOWN) }</p>
            }
        </>
    }
}

fn draw(place: &Place, number: usize, member: &ArchiveMember) -> Html {
    let name = path::shown(&member.name);
    let shown = html! { <code>{ foreign(&name) }</code> };
    let href = Route::from(at_member(place, &member.name)).href();
    html! {
        <div role="row" key={number} aria-rowindex={(number + 2).to_string()}>
            <span role="rowheader" class="name" title={foreign_title(&name)}>
                if member.kind == EntryKind::File { <a {href}>{ shown }</a> } else { { shown } }
            </span>
            <span role="cell" class="end">{ byte_size(member.size) }</span>
            <span role="cell">{ entry_kind(member.kind) }</span>
        </div>
    }
}
