//! Lists that a registry gives in pages: some at first, the rest when asked for.

use std::{collections::BTreeSet, rc::Rc};

use futures_util::future::LocalBoxFuture;
use yew::prelude::*;

use super::use_query::spawn;
use crate::{
    app::slices::{SLICE, pause},
    caps,
    error::{Error, Result},
    registry::{ListFault, Page},
};

/// The number of empty pages in a row after which a list counts as endless. A filter of the registry may
/// empty some.
const EMPTY_PAGES: usize = 100;

/// A list as far as it is known, and the way to read more.
#[derive(Clone, PartialEq)]
pub struct Pages {
    /// The known items, in the order of the registry, each once.
    pub items: Rc<Vec<String>>,
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
    /// The number of names that came again, in pages that also had new ones.
    pub repeated: usize,
    /// True if a page that leads to another brought nothing but names that came before.
    pub is_repeating: bool,
    /// A fault of the list.
    pub fault: Option<ListFault>,
    /// The reason why the last page could not be read.
    pub error: Option<Rc<Error>>,
    /// Reads the next pages, or all that are left.
    pub more: Callback<Amount>,
}

/// Asks for the page that starts at a place.
pub type FetchPage = Box<dyn Fn(Option<String>) -> LocalBoxFuture<'static, Result<Page<String>>>>;

/// The amount that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many pages.
    Pages(usize),
    /// All that are left.
    All,
}

#[derive(Default)]
struct PagesState {
    items: Rc<Vec<String>>,
    read: usize,
    next: Option<String>,
    may_be_incomplete: bool,
    unaddressable: Rc<Vec<String>>,
    repeated: usize,
    is_repeating: bool,
    fault: Option<ListFault>,
    error: Option<Rc<Error>>,
    /// The amount that is being read, with the number of this reading; `None` at rest.
    reading: (u32, Option<Amount>),
}

enum PagesEvent {
    Read(Amount),
    Count(usize),
    /// A page without names that came before, and the number of those.
    Got(Page<String>, usize),
    Repeating,
    Done,
    Failed(Error),
}

impl Reducible for PagesState {
    type Action = PagesEvent;

    fn reduce(self: Rc<Self>, event: PagesEvent) -> Rc<Self> {
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
                state.is_repeating = false;
            }
            PagesEvent::Count(read) => state.read = read,
            PagesEvent::Got(page, repeated) => state.take(page, repeated),
            PagesEvent::Repeating => state.is_repeating = true,
            PagesEvent::Done => state.reading.1 = None,
            PagesEvent::Failed(error) => {
                state.reading.1 = None;
                state.error = Some(Rc::new(error));
            }
        }
        Rc::new(state)
    }
}

impl PagesState {
    /// Returns what a reading starts from.
    fn known(&self) -> Known {
        let (items, unaddressable) = (Rc::clone(&self.items), Rc::clone(&self.unaddressable));
        Known { from: self.next.clone(), items, unaddressable }
    }

    fn take(&mut self, page: Page<String>, repeated: usize) {
        let mut items = Vec::with_capacity(self.items.len() + page.items.len());
        items.extend_from_slice(&self.items);
        items.extend(page.items);
        self.read = items.len();
        self.repeated += repeated;
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
pub fn use_pages(first: usize, fetch: FetchPage) -> Pages {
    let fetch = use_memo((), |()| fetch);
    let state = use_reducer(|| at_first(&fetch, first));
    let dispatch = state.dispatcher();
    use_effect_with(state.reading, {
        let (state, dispatch, fetch) = (state.clone(), dispatch.clone(), fetch.clone());
        move |(_, amount)| {
            let known = state.known();
            let reading = amount.map(|amount| {
                let tell = move |event| dispatch.dispatch(event);
                spawn(async move { read(&fetch, known, amount, tell).await }, |()| ())
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
        has_more: state.next.is_some() && !state.is_repeating,
        may_be_incomplete: state.may_be_incomplete,
        unaddressable: Rc::clone(&state.unaddressable),
        repeated: state.repeated,
        is_repeating: state.is_repeating,
        fault: state.fault.clone(),
        error: state.error.clone(),
        more,
    }
}

/// Turns a page into one of names, so that all lists share their code.
pub fn names<T: ToString>(page: Page<T>) -> Page<String> {
    let Page { items, next, may_be_incomplete, unaddressable, fault } = page;
    let items = items.iter().map(T::to_string).collect();
    Page { items, next, may_be_incomplete, unaddressable, fault }
}

/// A list at the start of a reading.
struct Known {
    from: Option<String>,
    items: Rc<Vec<String>>,
    unaddressable: Rc<Vec<String>>,
}

/// The pages that were read and not yet handed on.
struct Waiting {
    seen: BTreeSet<String>,
    page: Page<String>,
    repeated: usize,
}

impl Waiting {
    fn after(known: &Known) -> Self {
        let mut seen = BTreeSet::new();
        for name in known.items.iter().chain(known.unaddressable.iter()).cloned() {
            seen.insert(name);
        }
        Self { seen, page: Page::new(Vec::new(), None), repeated: 0 }
    }

    /// Adds the names of a page that are new, in slices. Returns the number of all that came, and of the new
    /// ones.
    async fn add(&mut self, page: Page<String>) -> (usize, usize) {
        let came = page.items.len() + page.unaddressable.len();
        let known = self.seen.len();
        let lists = [
            (page.items, &mut self.page.items),
            (page.unaddressable, &mut self.page.unaddressable),
        ];
        for (names, kept) in lists {
            for (at, name) in names.into_iter().enumerate() {
                if self.seen.insert(name.clone()) {
                    kept.push(name);
                }
                if (at + 1) % SLICE == 0 {
                    pause().await;
                }
            }
        }
        self.page.may_be_incomplete |= page.may_be_incomplete;
        self.page.fault = self.page.fault.take().or(page.fault);
        (came, self.seen.len() - known)
    }

    /// Hands on what waits, with the start of the next page.
    fn hand_on(&mut self, next: Option<String>, tell: &impl Fn(PagesEvent)) {
        let page = std::mem::replace(&mut self.page, Page::new(Vec::new(), None));
        tell(PagesEvent::Got(Page { next, ..page }, std::mem::take(&mut self.repeated)));
    }
}

/// Reads pages. They are handed on when they double the known items, and not one by one: each time the
/// whole list is sorted and drawn anew. A page without a new name that leads to another ends the reading, for
/// some registries begin again at their first page; it can be asked for again.
async fn read(fetch: &FetchPage, known: Known, amount: Amount, tell: impl Fn(PagesEvent)) {
    let mut left = match amount {
        Amount::Pages(pages) => pages,
        Amount::All => caps::LIST_PAGES,
    };
    let mut waiting = Waiting::after(&known);
    let (mut from, mut known, mut empty) = (known.from, known.items.len(), 0);
    while left > 0 {
        left -= 1;
        let mut page = match fetch(from.clone()).await {
            Ok(page) => page,
            Err(error) => {
                waiting.hand_on(from, &tell);
                return tell(PagesEvent::Failed(error));
            }
        };
        let next = page.next.take();
        let (came, new) = waiting.add(page).await;
        let is_repeating = came > 0 && new == 0 && next.is_some();
        if is_repeating {
            tell(PagesEvent::Repeating);
            left = 0;
        } else {
            from = next;
            waiting.repeated += came - new;
        }
        empty = if came == 0 { empty + 1 } else { 0 };
        let is_endless = empty == EMPTY_PAGES || left == 0 && amount == Amount::All;
        if is_endless && from.is_some() {
            waiting.page.fault = Some(ListFault::TooManyPages);
            left = 0;
        }
        if waiting.seen.len() >= caps::LIST_NAMES && from.is_some() {
            waiting.page.fault = Some(ListFault::TooManyNames);
            from = None;
        }
        tell(PagesEvent::Count(known + waiting.page.items.len()));
        let is_end = from.is_none() || left == 0;
        if is_end || waiting.page.items.len() >= known {
            known += waiting.page.items.len();
            waiting.hand_on(from.clone(), &tell);
        }
        if is_end {
            return tell(PagesEvent::Done);
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn at_first(_fetch: &FetchPage, first: usize) -> PagesState {
    PagesState { reading: (0, Some(Amount::Pages(first))), ..PagesState::default() }
}

/// Takes the first pages that are there at once, if pages are rendered to text (see `use_query`).
#[cfg(not(target_arch = "wasm32"))]
fn at_first(fetch: &FetchPage, first: usize) -> PagesState {
    use futures_util::FutureExt;
    let amount = Amount::Pages(first);
    let start = PagesState { reading: (0, Some(amount)), ..PagesState::default() };
    let known = start.known();
    let state = std::cell::RefCell::new(Rc::new(start));
    let tell = |event| {
        let after = Rc::clone(&state.borrow()).reduce(event);
        state.replace(after);
    };
    read(fetch, known, amount, tell).now_or_never();
    Rc::try_unwrap(state.into_inner()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::cell::RefCell;

    use futures_util::FutureExt;

    use super::*;

    /// Reads a list whose pages stand in a table; each is `names -> next`.
    fn list(pages: &'static [&'static str], amount: usize) -> PagesState {
        let fetch: FetchPage = Box::new(move |from: Option<String>| {
            let at: usize = from.map_or(0, |from| from.parse().unwrap());
            let (names, next) = pages.get(at).unwrap().split_once("->").unwrap();
            let names = names.split_whitespace().map(str::to_owned);
            let (odd, items) = names.partition(|name| name.starts_with('-'));
            let next = Some(next.trim().to_owned()).filter(|next| !next.is_empty());
            let page = Page { unaddressable: odd, ..Page::new(items, next) };
            async move { Ok(page) }.boxed_local()
        });
        at_first(&fetch, amount)
    }

    #[test]
    fn each_name_stands_once_and_is_counted_once() {
        let check = |pages, expected: &str, odd: &str, repeated, is_repeating, next: &str| {
            let state = list(pages, usize::MAX);
            assert_eq!(state.items.join(" "), expected);
            assert_eq!((state.read, state.repeated), (state.items.len(), repeated), "{expected}");
            assert_eq!(state.unaddressable.join(" "), odd);
            assert_eq!((state.is_repeating, state.reading.1), (is_repeating, None), "{expected}");
            assert_eq!(state.next.as_deref().unwrap_or_default(), next);
        };
        check(&["a b ->"], "a b", "", 0, false, "");
        check(&["a a b ->"], "a b", "", 1, false, "");
        check(&["a b -x -> 1", "b c -x -y ->"], "a b c", "-x -y", 2, false, "");
        check(&["a b -> 1", "a b ->"], "a b", "", 2, false, "");
        check(&["a b -> 0"], "a b", "", 0, true, "0");
        check(&["a -> 1", "b -> 2", "b a -> 3"], "a b", "", 0, true, "2");
        check(&["-x -> 0"], "", "-x", 0, true, "0");
        check(&["a -> 1", "-> 2", "b ->"], "a b", "", 0, false, "");
    }

    /// Reads all of a list without an end, by pages of so many names that never repeat.
    fn endless(size: usize) -> (PagesState, usize) {
        let asked = Rc::new(std::cell::Cell::new(0));
        let fetch: FetchPage = Box::new({
            let asked = Rc::clone(&asked);
            move |_| {
                let page = asked.get();
                asked.set(page + 1);
                let names = (0..size).map(|name| format!("{page}-{name}")).collect();
                async move { Ok(Page::new(names, Some(String::from("more")))) }.boxed_local()
            }
        });
        let state = RefCell::new(Rc::new(PagesState::default()));
        let tell = |event| {
            let after = Rc::clone(&state.borrow()).reduce(event);
            state.replace(after);
        };
        read(&fetch, PagesState::default().known(), Amount::All, tell).now_or_never().unwrap();
        (Rc::try_unwrap(state.into_inner()).unwrap_or_default(), asked.get())
    }

    #[test]
    fn cap_list_pages_ends_a_reading_that_can_be_taken_up_again() {
        let (state, asked) = endless(1);
        assert_eq!((asked, state.items.len()), (caps::LIST_PAGES, caps::LIST_PAGES));
        assert_eq!(state.fault, Some(ListFault::TooManyPages));
        assert_eq!(state.next.as_deref(), Some("more"));
        // One page less is a list as any other.
        assert_eq!(list(&["a -> 1", "b ->"], caps::LIST_PAGES).fault, None);
    }

    #[test]
    fn cap_list_names_ends_a_list() {
        let (state, asked) = endless(caps::LIST_NAMES / 4);
        assert_eq!((asked, state.items.len()), (4, caps::LIST_NAMES));
        assert_eq!((state.fault, state.next), (Some(ListFault::TooManyNames), None));
        let (state, asked) = endless(caps::LIST_NAMES / 4 - 1);
        assert_eq!((asked, state.fault), (5, Some(ListFault::TooManyNames)));
    }

    #[test]
    fn a_list_of_empty_pages_ends() {
        let state = list(&["a -> 1", "-> 1"], usize::MAX);
        assert_eq!(state.fault, Some(ListFault::TooManyPages));
        assert_eq!((state.items.len(), state.reading.1), (1, None));
    }

    #[test]
    fn reading_again_asks_for_the_page_that_repeated() {
        let state = Rc::new(list(&["a b -> 0"], usize::MAX));
        let again = state.reduce(PagesEvent::Read(Amount::Pages(1)));
        assert!(!again.is_repeating);
        assert_eq!(again.known().from.as_deref(), Some("0"));
    }
}
