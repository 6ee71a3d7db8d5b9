//! Lists that a document can make as long as it likes. The first items are drawn, and more when their end
//! comes into sight or a person asks. A view draws no other list of its own (`cargo xtask tidy`).

use std::{collections::BTreeMap, rc::Rc};

use yew::prelude::*;

use crate::{
    caps,
    ui::{
        browser,
        hooks::use_window_event,
        stateful::{mount_keyed, stateful},
        text::list as text,
    },
};

/// The number of items that are drawn of the lists of one stateful piece, by the names of the lists.
#[derive(Clone, Default, PartialEq)]
pub struct DrawnLists {
    /// The thing that the lists belong to: those of another one begin anew.
    owner: Rc<str>,
    counts: Counts,
    more: Callback<Rc<str>>,
    /// True for lists inside the items of another one.
    is_nested: bool,
}

/// The number of items that are drawn at first of a list inside the items of another one.
const NESTED: usize = 10;

/// A part of a list, and the way to the rest of it.
pub struct LongList {
    /// The items that are drawn.
    pub items: Html,
    /// The button that draws more, to stand behind the list; nothing if all are drawn.
    pub more: Html,
}

#[derive(Clone, Default, PartialEq)]
struct Counts(Rc<BTreeMap<Rc<str>, usize>>);

impl Reducible for Counts {
    type Action = Rc<str>;

    fn reduce(self: Rc<Self>, name: Rc<str>) -> Rc<Self> {
        let mut counts = BTreeMap::clone(&self.0);
        *counts.entry(name).or_insert(caps::ITEMS_DRAWN) += caps::ITEMS_DRAWN;
        Rc::new(Self(Rc::new(counts)))
    }
}

/// Remembers how far the lists of a stateful piece are drawn. `owner` names what they belong to: the lists of
/// another image begin anew.
#[hook]
pub fn use_drawn_lists(owner: &str) -> DrawnLists {
    let counts = use_reducer(Counts::default);
    let dispatch = counts.dispatcher();
    let more = use_callback((), move |name, ()| dispatch.dispatch(name));
    DrawnLists { owner: owner.into(), counts: (*counts).clone(), more, is_nested: false }
}

impl DrawnLists {
    /// The same for lists inside the items of a list, of which fewer items are drawn at first.
    #[must_use]
    pub fn nested(&self) -> Self {
        Self { is_nested: true, ..self.clone() }
    }

    /// Returns true if a closed part of this name was opened once, so that its content is drawn.
    pub fn was_opened(&self, name: &str) -> bool {
        self.counts.0.contains_key([&*self.owner, " ", name].concat().as_str())
    }

    /// Notes that a closed part of this name is opened.
    pub fn on_open(&self, name: &str) -> Callback<Event> {
        let name = Rc::<str>::from([&*self.owner, " ", name].concat());
        let more = self.more.clone();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<web_sys::HtmlDetailsElement>();
            if details.is_some_and(|details| details.open()) {
                more.emit(Rc::clone(&name));
            }
        })
    }

    /// Draws a list of `count` items: the first of them, and more in steps. `name` tells it from the other
    /// lists of the same stateful piece.
    pub fn list(&self, name: &str, count: usize, mut draw: impl FnMut(usize) -> Html) -> LongList {
        self.draw(name, count, &mut draw)
    }

    /// Does it for all lists: one copy in the page, and not one for each kind of list.
    fn draw(&self, name: &str, count: usize, draw: &mut dyn FnMut(usize) -> Html) -> LongList {
        let name = Rc::<str>::from([&*self.owner, " ", name].concat());
        let first = if self.is_nested { NESTED } else { caps::ITEMS_DRAWN };
        let drawn = self.counts.0.get(&name).copied().unwrap_or(first).min(count);
        let items = (0..drawn).map(draw).collect();
        if drawn == count {
            return LongList { items, more: Html::default() };
        }
        let left = count - drawn;
        let more =
            mount_keyed(&*name, MoreItems { left, more: self.more.clone(), name: name.clone() });
        LongList { items, more }
    }

    /// Draws a list as [`DrawnLists::list`] does, of a slice.
    pub fn of<T>(
        &self,
        name: &str,
        items: &[T],
        mut draw: impl FnMut(usize, &T) -> Html,
    ) -> LongList {
        self.draw(name, items.len(), &mut |at| {
            items.get(at).map_or(Html::default(), |item| draw(at, item))
        })
    }
}

/// Draws a list that is short by what it lists: the members of an enumeration, the steps of a table of ours,
/// faults that are capped where they are found. A longer one is cut at [`caps::ITEMS_DRAWN`], with an ellipsis.
pub fn short_list(items: impl IntoIterator<Item = Html>) -> Html {
    cut(&mut items.into_iter())
}

fn cut(items: &mut dyn Iterator<Item = Html>) -> Html {
    let mut drawn: Vec<Html> = (0..caps::ITEMS_DRAWN).map_while(|_| items.next()).collect();
    if items.next().is_some() {
        drawn.push(html! { { "…" } });
    }
    drawn.into_iter().collect()
}

/// The button behind a list that draws more of it, by itself once it is in sight.
#[derive(PartialEq)]
struct MoreItems {
    left: usize,
    more: Callback<Rc<str>>,
    name: Rc<str>,
}

stateful!(MoreItems, use_more_items);

#[hook]
fn use_more_items(props: &MoreItems) -> Html {
    let place = use_node_ref();
    let more = props.more.reform({
        let name = Rc::clone(&props.name);
        move |()| Rc::clone(&name)
    });
    let look = use_callback((place.clone(), props.name.clone()), {
        let more = props.more.clone();
        move |(), (place, name): &(NodeRef, Rc<str>)| {
            if browser::is_in_sight(place) {
                more.emit(Rc::clone(name));
            }
        }
    });
    use_window_event("scroll", look.clone());
    use_window_event("resize", look.clone());
    use_effect_with((props.left, look), |(_, look)| look.emit(()));
    html! {
        <p class="more-items" ref={place}>
            <button type="button" onclick={more.reform(|_: MouseEvent| ())}>{ text::more_items(props.left) }</button>
        </p>
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use yew::virtual_dom::VNode;

    use super::*;

    fn drawn(lists: &DrawnLists, name: &str, count: usize) -> (usize, bool) {
        let mut drawn = 0;
        let LongList { items, more } = lists.list(name, count, |_| {
            drawn += 1;
            html! { <li></li> }
        });
        let VNode::VList(items) = items else { panic!("the items are a list") };
        assert_eq!(items.len(), drawn);
        (drawn, more != Html::default())
    }

    #[test]
    fn cap_items_drawn_holds_for_each_list_until_more_is_asked_for() {
        let step = caps::ITEMS_DRAWN;
        let mut lists = DrawnLists::default();
        assert_eq!(drawn(&lists, "a", 0), (0, false));
        assert_eq!(drawn(&lists, "a", step), (step, false));
        assert_eq!(drawn(&lists, "a", step + 1), (step, true));
        assert_eq!(drawn(&lists, "a", 1_000_000), (step, true));
        lists.counts = (*Rc::new(lists.counts).reduce(" a".into())).clone();
        assert_eq!(drawn(&lists, "a", 1_000_000), (2 * step, true));
        assert_eq!(drawn(&lists, "a", step + 1), (step + 1, false));
        assert_eq!(drawn(&lists, "b", 1_000_000), (step, true));
    }

    #[test]
    fn a_short_list_is_cut_all_the_same() {
        let VNode::VList(items) = short_list((0..1_000).map(|_| html! { <li></li> })) else {
            panic!("the items are a list")
        };
        assert_eq!(items.len(), caps::ITEMS_DRAWN + 1);
    }
}
