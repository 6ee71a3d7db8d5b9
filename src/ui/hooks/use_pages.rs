//! Lists that a registry gives in pages: some at first, the rest when asked for.

use std::{future::Future, rc::Rc};

use yew::prelude::*;

use super::use_query::spawn;
use crate::{
    error::{Error, Result},
    registry::{ListFault, Page},
};

/// A list as far as it is known, and the way to read more.
#[derive(Clone, PartialEq)]
pub struct Pages<T> {
    /// The known items, in the order of the registry.
    pub items: Rc<Vec<T>>,
    /// The number of items that were read so far; ahead of `items` while many pages are read.
    pub read: usize,
    /// True while pages are being read.
    pub is_loading: bool,
    /// True if there are more pages to ask for.
    pub has_more: bool,
    /// True if more items may exist that cannot be asked for.
    pub may_be_incomplete: bool,
    /// Names that no address can lead to.
    pub unaddressable: Rc<Vec<String>>,
    /// A fault of the list.
    pub fault: Option<ListFault>,
    /// The reason why the last page could not be read.
    pub error: Option<Rc<Error>>,
    /// Reads the next pages, or all that are left.
    pub more: Callback<Amount>,
}

/// The amount that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many pages.
    Pages(usize),
    /// All that are left.
    All,
}

struct PagesState<T> {
    items: Rc<Vec<T>>,
    read: usize,
    next: Option<String>,
    may_be_incomplete: bool,
    unaddressable: Rc<Vec<String>>,
    fault: Option<ListFault>,
    error: Option<Rc<Error>>,
    /// The amount that is being read, with the number of this reading; `None` at rest.
    reading: (u32, Option<Amount>),
}

enum PagesEvent<T> {
    Read(Amount),
    Count(usize),
    Got(Page<T>),
    Done,
    Failed(Error),
}

impl<T> Default for PagesState<T> {
    fn default() -> Self {
        Self {
            items: Rc::default(),
            read: 0,
            next: None,
            may_be_incomplete: false,
            unaddressable: Rc::default(),
            fault: None,
            error: None,
            reading: (0, None),
        }
    }
}

impl<T: Clone> Reducible for PagesState<T> {
    type Action = PagesEvent<T>;

    fn reduce(self: Rc<Self>, event: PagesEvent<T>) -> Rc<Self> {
        let mut state = Self {
            items: Rc::clone(&self.items),
            next: self.next.clone(),
            error: self.error.clone(),
            unaddressable: Rc::clone(&self.unaddressable),
            fault: self.fault.clone(),
            ..*self
        };
        match event {
            PagesEvent::Read(amount) => {
                state.reading = (state.reading.0 + 1, Some(amount));
                state.error = None;
            }
            PagesEvent::Count(read) => state.read = read,
            PagesEvent::Got(page) => state.take(page),
            PagesEvent::Done => state.reading.1 = None,
            PagesEvent::Failed(error) => {
                state.reading.1 = None;
                state.error = Some(Rc::new(error));
            }
        }
        Rc::new(state)
    }
}

impl<T: Clone> PagesState<T> {
    fn take(&mut self, page: Page<T>) {
        let mut items = Vec::with_capacity(self.items.len() + page.items.len());
        items.extend_from_slice(&self.items);
        items.extend(page.items);
        self.read = items.len();
        self.items = Rc::new(items);
        self.next = page.next;
        self.may_be_incomplete |= page.may_be_incomplete;
        if !page.unaddressable.is_empty() {
            Rc::make_mut(&mut self.unaddressable).extend(page.unaddressable);
        }
        if self.fault.is_none() {
            self.fault = page.fault;
        }
    }
}

/// Reads the first pages of a list when the component appears. Leaving ends the reading.
///
/// The list must be the same for as long as the component lives: give it a key.
#[hook]
pub fn use_pages<T, F, A>(first: usize, fetch: F) -> Pages<T>
where
    T: Clone + 'static,
    F: Fn(Option<String>) -> A + 'static,
    A: Future<Output = Result<Page<T>>> + 'static,
{
    let fetch = use_memo((), |()| fetch);
    let state = use_reducer(|| at_first(&*fetch, first));
    let dispatch = state.dispatcher();
    use_effect_with(state.reading, {
        let (state, dispatch, fetch) = (state.clone(), dispatch.clone(), fetch.clone());
        move |(_, amount)| {
            let (from, known) = (state.next.clone(), state.items.len());
            let reading = amount.map(|amount| {
                let tell = move |event| dispatch.dispatch(event);
                spawn(async move { read(&*fetch, from, known, amount, tell).await }, |()| ())
            });
            move || {
                if let Some(reading) = reading {
                    reading.abort();
                }
            }
        }
    });
    let more = use_callback((), move |amount, ()| dispatch.dispatch(PagesEvent::Read(amount)));
    Pages {
        items: Rc::clone(&state.items),
        read: state.read,
        is_loading: state.reading.1.is_some(),
        has_more: state.next.is_some(),
        may_be_incomplete: state.may_be_incomplete,
        unaddressable: Rc::clone(&state.unaddressable),
        fault: state.fault.clone(),
        error: state.error.clone(),
        more,
    }
}

/// Reads pages. They are handed on when they double the known items, and not one by one: each time the
/// whole list is sorted and drawn anew.
async fn read<T, A: Future<Output = Result<Page<T>>>>(
    fetch: &impl Fn(Option<String>) -> A,
    mut from: Option<String>,
    mut known: usize,
    amount: Amount,
    tell: impl Fn(PagesEvent<T>),
) {
    let mut left = match amount {
        Amount::Pages(pages) => pages,
        Amount::All => usize::MAX,
    };
    let mut waiting: Page<T> = Page::new(Vec::new(), None);
    while left > 0 {
        left -= 1;
        let mut page = match fetch(from.clone()).await {
            Ok(page) => page,
            Err(error) => {
                tell(PagesEvent::Got(Page { next: from, ..waiting }));
                return tell(PagesEvent::Failed(error));
            }
        };
        from.clone_from(&page.next);
        waiting.items.append(&mut page.items);
        waiting.unaddressable.append(&mut page.unaddressable);
        waiting.may_be_incomplete |= page.may_be_incomplete;
        waiting.fault = waiting.fault.take().or(page.fault);
        tell(PagesEvent::Count(known + waiting.items.len()));
        let is_end = from.is_none() || left == 0;
        if is_end || waiting.items.len() >= known {
            known += waiting.items.len();
            let page = std::mem::replace(&mut waiting, Page::new(Vec::new(), None));
            tell(PagesEvent::Got(Page { next: from.clone(), ..page }));
        }
        if is_end {
            return tell(PagesEvent::Done);
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn at_first<T, A>(_fetch: &impl Fn(Option<String>) -> A, first: usize) -> PagesState<T> {
    PagesState { reading: (0, Some(Amount::Pages(first))), ..PagesState::default() }
}

/// Takes a first page that is there at once, if pages are rendered to text (see `use_query`).
#[cfg(not(target_arch = "wasm32"))]
fn at_first<T: Clone, A: Future<Output = Result<Page<T>>>>(
    fetch: &impl Fn(Option<String>) -> A,
    first: usize,
) -> PagesState<T> {
    use futures_util::FutureExt;
    let reading = (0, Some(Amount::Pages(first)));
    let mut state = PagesState { reading, ..PagesState::default() };
    match fetch(None).now_or_never() {
        None => {}
        Some(Ok(page)) => {
            state.take(page);
            state.reading.1 = None;
        }
        Some(Err(error)) => {
            state.error = Some(Rc::new(error));
            state.reading.1 = None;
        }
    }
    state
}
