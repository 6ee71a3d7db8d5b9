//! A list of files, of wasted paths or of packages: what is on the screen is asked for as it is
//! scrolled to.

use std::{ops::Range, rc::Rc};

use yew::prelude::*;

use super::{
    rows::{
        PACKAGE_COLUMNS, RowContext, WASTED_COLUMNS, file_columns, file_row, header, package_row,
        placeholder, wasted_row,
    },
    use_answer::{Reply, use_answer},
};
use crate::{
    app::{FileList, Route, views::files::Files},
    layers::index::{Answer, Packages, Question, RowRange, Sort, Wasted},
    ui::{
        browser::{self, field_text},
        components::{DrawnLists, WindowedList, empty, error_box, foreign, short_list},
        stateful::{mount, stateful},
        text::{files as text, packages as packages_text},
        views::{ByIdentity, ViewContext, facts},
    },
};

/// Rows are asked for by so many at a time, with as many above and below.
const BLOCK: usize = 100;

#[derive(PartialEq)]
pub(super) struct List {
    pub(super) context: ViewContext,
    pub(super) files: Rc<Files>,
    pub(super) generation: u32,
}

stateful!(List, use_list);

/// The person's choices that are in no address.
#[derive(Clone, Default, PartialEq)]
struct ListChoices {
    open: Vec<Vec<u8>>,
    by_size: bool,
    with_removed: bool,
}

impl ListChoices {
    /// Returns the same with a directory opened or closed.
    fn toggled(&self, path: Vec<u8>) -> Self {
        let mut set = self.clone();
        match set.open.iter().position(|open| *open == path) {
            Some(at) => drop(set.open.swap_remove(at)),
            None => set.open.push(path),
        }
        set
    }
}

#[hook]
fn use_list(props: &List) -> Html {
    let typed = use_typed(&props.files.find);
    let set = use_state_eq(ListChoices::default);
    let blocks = use_state_eq(|| 0..1);
    let files = Rc::new(Files { find: (*typed).clone(), ..(*props.files).clone() });
    let sort = if set.by_size { Sort::Size } else { Sort::Name };
    let question = files.rows(set.open.clone(), sort, set.with_removed);
    let query = use_answer(&props.context, question.with_part(part_of(&blocks)), props.generation);
    let on_visible = use_callback((), {
        let blocks = blocks.setter();
        move |seen: Range<usize>, ()| blocks.set(seen.start / BLOCK..seen.end / BLOCK + 1)
    });
    let reply = query.state.value().cloned();
    let row = use_row(&props.context, &files, &set, reply.as_ref());
    html! {
        <>
            { tools(props, &files, &typed, &set, reply.as_deref()) }
            if let Some(error) = query.state.error() { { error_box(error, &query.retry) } }
            if reply.is_none() && query.state.is_loading() { { super::loading() } }
            if let Some(reply) = &reply {
                { above(&props.context.lists, &reply.answer) }
                { rows(&files, total(&reply.answer), row, on_visible) }
            }
        </>
    }
}

/// Holds what is typed into the field that finds. Going back changes it, too.
#[hook]
fn use_typed(find: &str) -> UseStateHandle<String> {
    let typed = use_state_eq(|| find.to_owned());
    use_effect_with(find.to_owned(), {
        let typed = typed.setter();
        move |find| typed.set(find.clone())
    });
    typed
}

/// Returns a callback that draws a row of what was answered.
#[hook]
fn use_row(
    context: &ViewContext,
    files: &Rc<Files>,
    set: &UseStateHandle<ListChoices>,
    reply: Option<&Rc<Reply>>,
) -> Callback<usize, Html> {
    let toggle = use_callback(set.open.clone(), {
        let set = set.clone();
        move |path: Vec<u8>, _| set.set(set.toggled(path))
    });
    let context = context.clone();
    use_callback((reply.cloned().map(ByIdentity), Rc::clone(files), toggle), {
        move |number: usize, (reply, files, toggle): &(Option<ByIdentity<Reply>>, _, _)| {
            let files: &Rc<Files> = files;
            let is_flat = files.list != FileList::Tree || !files.find.trim().is_empty();
            let row_context = RowContext { place: &context.place, files, is_flat, toggle };
            reply.as_ref().map_or_else(Html::default, |reply| draw(&row_context, number, &reply.0))
        }
    })
}

fn rows(
    files: &Files,
    total: u64,
    row: Callback<usize, Html>,
    on_visible: Callback<Range<usize>>,
) -> Html {
    if total == 0 {
        return empty(nothing(files));
    }
    mount(WindowedList {
        count: usize::try_from(total).unwrap_or(usize::MAX),
        row,
        label: text::list(files.list).into(),
        header: header(columns(files)),
        on_visible,
        class: files.list.name().into(),
    })
}

/// Returns the rows to ask for: the blocks on the screen and one on each side.
fn part_of(blocks: &Range<usize>) -> RowRange {
    let first = blocks.start.saturating_sub(1) * BLOCK;
    let count = (blocks.end + 1) * BLOCK - first;
    RowRange { offset: first as u64, count: u32::try_from(count).unwrap_or(u32::MAX) }
}

fn offset(question: &Question) -> usize {
    let (Question::Rows { part, .. }
    | Question::Find { part, .. }
    | Question::Largest { part, .. }
    | Question::Wasted { part, .. }
    | Question::Packages { part, .. }) = question
    else {
        return 0;
    };
    usize::try_from(part.offset).unwrap_or(usize::MAX)
}

fn total(answer: &Answer) -> u64 {
    match answer {
        Answer::Rows(rows) => rows.total,
        Answer::Wasted(wasted) => wasted.total,
        Answer::Packages(packages) => packages.total,
        _ => 0,
    }
}

fn draw(row_context: &RowContext<'_>, number: usize, reply: &Reply) -> Html {
    let at = number.checked_sub(offset(&reply.question));
    let drawn = at.and_then(|at| match &reply.answer {
        Answer::Rows(rows) => rows.rows.get(at).map(|row| file_row(row_context, number, row)),
        Answer::Wasted(wasted) => {
            wasted.paths.get(at).map(|path| wasted_row(row_context, number, path))
        }
        Answer::Packages(packages) => {
            packages.packages.get(at).map(|package| package_row(row_context, number, package))
        }
        _ => None,
    });
    drawn.unwrap_or_else(|| placeholder(number))
}

fn columns(files: &Files) -> &'static [(&'static str, &'static str)] {
    const OF_LAYER: &[(&str, &str)] = &file_columns(true);
    const OF_ALL: &[(&str, &str)] = &file_columns(false);
    match files.list {
        FileList::Tree | FileList::Largest if files.chosen.is_some() => OF_LAYER,
        FileList::Tree | FileList::Largest => OF_ALL,
        FileList::Wasted => &WASTED_COLUMNS,
        FileList::Packages => &PACKAGE_COLUMNS,
    }
}

/// Returns the reason why a list is empty.
fn nothing(files: &Files) -> &'static str {
    match files.list {
        _ if !files.find.trim().is_empty() => text::NOTHING_FOUND,
        FileList::Tree | FileList::Largest => text::EMPTY_DIRECTORY,
        FileList::Wasted => text::NOTHING_WASTED,
        FileList::Packages => text::NO_PACKAGES,
    }
}

/// Draws the line above some lists.
fn above(lists: &DrawnLists, answer: &Answer) -> Html {
    match answer {
        Answer::Wasted(wasted) => efficiency(wasted),
        Answer::Packages(packages) => system(lists, packages),
        _ => Html::default(),
    }
}

fn efficiency(wasted: &Wasted) -> Html {
    let usage = wasted.usage;
    let thousandths = usage.efficiency();
    html! {
        <p class="efficiency">
            <meter min="0" max="1000" value={thousandths.to_string()}
                aria-hidden="true"></meter>
            { " " }{ text::efficiency(usage.visible, usage.total, usage.wasted(), thousandths) }
        </p>
    }
}

fn system(lists: &DrawnLists, packages: &Packages) -> Html {
    html! {
        <>
            if !packages.system.is_empty() {
                <details class="annotations">
                    <summary><strong>{ foreign(&packages.system) }</strong></summary>
                    { facts::pairs(lists, "system", &packages.facts) }
                </details>
            }
            { short_list(packages.problems.iter().map(|(path, problem)| {
                html! { <p class="note">{ foreign(&packages_text::problem(path, *problem)) }</p> }
            })) }
        </>
    }
}

fn tools(
    props: &List,
    files: &Rc<Files>,
    typed: &UseStateHandle<String>,
    set: &UseStateHandle<ListChoices>,
    reply: Option<&Reply>,
) -> Html {
    let is_filtered = !files.find.trim().is_empty();
    let total = reply.map(|reply| total(&reply.answer));
    html! {
        <div class="toolbar">
            if matches!(files.list, FileList::Tree | FileList::Packages) {
                { find(props, typed, files.list) }
            }
            if files.list == FileList::Tree && !is_filtered {
                { order(set) }
                if files.chosen.is_none() { { removed(set) } }
            }
            if let Some(total) = total {
                <p class="count" role="status">{ text::count(files.list, is_filtered, total) }</p>
            }
        </div>
    }
}

/// Found while it is typed; the address changes when it is done.
fn find(props: &List, typed: &UseStateHandle<String>, list: FileList) -> Html {
    let oninput = Callback::from({
        let typed = typed.clone();
        move |event: InputEvent| typed.set(field_text(event.target_dyn_into()).to_string())
    });
    let onchange = Callback::from({
        let place = Rc::clone(&props.context.place);
        move |event: Event| {
            let find = field_text(event.target_dyn_into()).trim().to_owned();
            let mut there = (*place).clone();
            there.find = Some(find).filter(|find| !find.is_empty());
            browser::go(&Route::from(there).href());
        }
    });
    let label = if list == FileList::Packages { text::FIND_PACKAGE } else { text::FIND };
    html! {
        <label class="field"><span>{ label }</span>
            <input type="search" value={(**typed).clone()} {oninput} {onchange} spellcheck="false"
                autocapitalize="off" autocomplete="off" />
        </label>
    }
}

fn order(set: &UseStateHandle<ListChoices>) -> Html {
    let onchange = Callback::from({
        let set = set.clone();
        move |_: Event| set.set(ListChoices { by_size: !set.by_size, ..(*set).clone() })
    });
    html! {
        <label class="field"><span>{ text::SORT }</span>
            <select {onchange}>
                <option selected={!set.by_size}>{ text::BY_NAME }</option>
                <option selected={set.by_size}>{ text::BY_SIZE }</option>
            </select>
        </label>
    }
}

fn removed(set: &UseStateHandle<ListChoices>) -> Html {
    let onchange = Callback::from({
        let set = set.clone();
        move |_: Event| set.set(ListChoices { with_removed: !set.with_removed, ..(*set).clone() })
    });
    html! {
        <label class="check">
            <input type="checkbox" checked={set.with_removed} {onchange} />
            { " " }{ text::WITH_REMOVED }
        </label>
    }
}
