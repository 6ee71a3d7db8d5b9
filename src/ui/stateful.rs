//! Stateful pieces of the page: what a component with hooks is elsewhere.
//!
//! A Yew component is a type, and the compiler makes a copy of Yew's machinery for each: fifty of
//! them were a third of the page. So there is one component, [`StatefulHost`], and a stateful piece is a
//! value that it draws. What has no state is a plain function. `CONTRIBUTING.md` shows how to write one.

use std::{any::Any, rc::Rc};

use yew::{
    functional::{Hook, HookContext},
    html,
    prelude::*,
    virtual_dom::{Key, VList},
};

/// Properties that are drawn with hooks, again whenever they are other properties than before.
pub(crate) trait Stateful: PartialEq + 'static {
    /// Draws them. Only [`StatefulHost`] calls this: hooks belong to one place of the page.
    fn render(&self, hooks: &mut HookContext) -> Html;
}

/// Names the hook that draws some properties.
macro_rules! stateful {
    ($properties:ty, $hook:path) => {
        impl $crate::ui::stateful::Stateful for $properties {
            fn render(&self, hooks: &mut yew::functional::HookContext) -> yew::Html {
                yew::functional::Hook::run($hook(self), hooks)
            }
        }
    };
}
pub(crate) use stateful;

/// Puts a stateful piece into the page.
pub(crate) fn mount(properties: impl Stateful) -> Html {
    host(type_of(&properties), SharedProperties(Rc::new(properties)), None)
}

/// Puts a stateful piece into the page under a key: among the items of a list, or where another key is
/// another thing whose state begins anew.
pub(crate) fn mount_keyed(key: impl Into<Key>, properties: impl Stateful) -> Html {
    host(type_of(&properties), SharedProperties(Rc::new(properties)), Some(key.into()))
}

/// Pieces of one type and key take over each other's state, as components do. Others never do: the
/// inner key sees to that, since Yew looks at the key of a list only among the items of another list.
/// The outer list keeps that key apart from those of the neighbours.
fn host(type_name: &'static str, properties: SharedProperties, key: Option<Key>) -> Html {
    let inner = [type_name, " ", key.as_deref().unwrap_or_default()].concat();
    let host = html! { <StatefulHost key={inner} {properties} /> };
    VList::with_children(vec![host], key).into()
}

/// Gives stateless HTML a key: the stateful pieces inside begin anew under another key.
pub(crate) fn keyed(key: impl Into<Key>, html: Html) -> Html {
    let inner = VList::with_children(vec![html], Some(key.into())).into();
    VList::with_children(vec![inner], None).into()
}

fn type_of<P>(_properties: &P) -> &'static str {
    std::any::type_name::<P>()
}

/// The only component.
#[component]
fn StatefulHost(props: &HostProperties) -> Html {
    use_properties(&props.properties)
}

#[derive(Properties, PartialEq)]
struct HostProperties {
    properties: SharedProperties,
}

fn use_properties(properties: &SharedProperties) -> impl Hook<Output = Html> + '_ {
    RenderHook(properties)
}

struct RenderHook<'a>(&'a SharedProperties);

impl Hook for RenderHook<'_> {
    type Output = Html;

    fn run(self, hooks: &mut HookContext) -> Html {
        self.0.0.render(hooks)
    }
}

#[derive(Clone)]
struct SharedProperties(Rc<dyn AnyStateful>);

impl PartialEq for SharedProperties {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0.is(other.0.as_any())
    }
}

/// A [`Stateful`] of any type.
trait AnyStateful {
    fn render(&self, hooks: &mut HookContext) -> Html;
    fn as_any(&self) -> &dyn Any;
    fn is(&self, other: &dyn Any) -> bool;
}

impl<P: Stateful> AnyStateful for P {
    fn render(&self, hooks: &mut HookContext) -> Html {
        Stateful::render(self, hooks)
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

    stateful!(Nothing, use_nothing);

    #[hook]
    fn use_nothing(_nothing: &Nothing) -> Html {
        Html::default()
    }

    /// Returns the key that Yew compares if a piece stands alone.
    fn inner_key(html: &Html) -> Option<Key> {
        let VNode::VList(list) = html else { panic!("a piece is put into a list") };
        list.first().and_then(|inner| inner.key().cloned())
    }

    #[test]
    fn another_key_is_another_piece_where_it_stands_alone_too() {
        let [a, b] = ["a", "b"].map(|key| inner_key(&mount_keyed(key, Nothing)));
        assert!(a.is_some() && a != b);
        assert_eq!(a, inner_key(&mount_keyed("a", Nothing)));
        let [a, b] = ["a", "b"].map(|key| inner_key(&keyed(key, Html::default())));
        assert!(a.is_some() && a != b);
        assert_eq!(inner_key(&mount(Nothing)), inner_key(&mount(Nothing)));
    }
}
