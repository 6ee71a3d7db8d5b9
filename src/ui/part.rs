//! Parts of the page that have state of their own.
//!
//! A Yew component is a type, and the compiler makes a copy of Yew's machinery for each: fifty of
//! them were a third of the page. So there is one component, [`Host`], and what it draws is a
//! value. What has no state is a plain function and no part at all.

use std::{any::Any, rc::Rc};

use yew::{
    functional::{Hook, HookContext},
    html,
    prelude::*,
    virtual_dom::{Key, VList},
};

/// Something that is drawn with hooks, again whenever it is another value than before.
pub(crate) trait Part: PartialEq + 'static {
    /// Draws it. Called by [`Host`] only: hooks belong to one place of the page.
    fn run(&self, hooks: &mut HookContext) -> Html;
}

/// Says which hook draws a part.
macro_rules! part {
    ($part:ty, $hook:path) => {
        impl $crate::ui::part::Part for $part {
            fn run(&self, hooks: &mut yew::functional::HookContext) -> yew::Html {
                yew::functional::Hook::run($hook(self), hooks)
            }
        }
    };
}
pub(crate) use part;

/// Puts a part into the page.
pub(crate) fn put(part: impl Part) -> Html {
    host(type_of(&part), Shared(Rc::new(part)), None)
}

/// The same under a key: among the items of a list, or where another key is another thing whose
/// state begins anew.
pub(crate) fn put_keyed(key: impl Into<Key>, part: impl Part) -> Html {
    host(type_of(&part), Shared(Rc::new(part)), Some(key.into()))
}

/// Parts of one type and key take over each other's state, as components do; others never, which
/// the inner key sees to: Yew looks at the key of a list only among the items of another one. The
/// outer list keeps that key apart from those of the neighbours.
fn host(part_type: &'static str, part: Shared, key: Option<Key>) -> Html {
    let inner = [part_type, " ", key.as_deref().unwrap_or_default()].concat();
    let host = html! { <Host key={inner} {part} /> };
    VList::with_children(vec![host], key).into()
}

/// Something without a part of its own whose parts begin anew under another key.
pub(crate) fn keyed(key: impl Into<Key>, html: Html) -> Html {
    let inner = VList::with_children(vec![html], Some(key.into())).into();
    VList::with_children(vec![inner], None).into()
}

fn type_of<P>(_part: &P) -> &'static str {
    std::any::type_name::<P>()
}

/// The only component.
#[component]
fn Host(props: &HostProps) -> Html {
    use_part(&props.part)
}

#[derive(Properties, PartialEq)]
struct HostProps {
    part: Shared,
}

fn use_part(part: &Shared) -> impl Hook<Output = Html> + '_ {
    Run(part)
}

struct Run<'a>(&'a Shared);

impl Hook for Run<'_> {
    type Output = Html;

    fn run(self, hooks: &mut HookContext) -> Html {
        self.0.0.run(hooks)
    }
}

#[derive(Clone)]
struct Shared(Rc<dyn AnyPart>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0.is(other.0.as_any())
    }
}

/// A [`Part`] of any type.
trait AnyPart {
    fn run(&self, hooks: &mut HookContext) -> Html;
    fn as_any(&self) -> &dyn Any;
    fn is(&self, other: &dyn Any) -> bool;
}

impl<P: Part> AnyPart for P {
    fn run(&self, hooks: &mut HookContext) -> Html {
        Part::run(self, hooks)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<P>().is_some_and(|other| self == other)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use yew::virtual_dom::VNode;

    use super::*;

    #[derive(PartialEq)]
    struct Nothing;

    part!(Nothing, use_nothing);

    #[hook]
    fn use_nothing(_nothing: &Nothing) -> Html {
        Html::default()
    }

    /// The key that Yew compares where a part stands alone.
    fn inner_key(html: &Html) -> Option<Key> {
        let VNode::VList(list) = html else { panic!("a part is put into a list") };
        list.first().and_then(|inner| inner.key().cloned())
    }

    #[test]
    fn another_key_is_another_part_where_it_stands_alone_too() {
        let [a, b] = ["a", "b"].map(|key| inner_key(&put_keyed(key, Nothing)));
        assert!(a.is_some() && a != b);
        assert_eq!(a, inner_key(&put_keyed("a", Nothing)));
        let [a, b] = ["a", "b"].map(|key| inner_key(&keyed(key, Html::default())));
        assert!(a.is_some() && a != b);
        assert_eq!(inner_key(&put(Nothing)), inner_key(&put(Nothing)));
    }
}
