//! Parts of the page whose code is loaded when it is first needed. In the published page each is a file of
//! its own (`xtask/devtools/src/parts.rs`); in a page that Trunk alone has built they are there from the start.
//!
//! `lazy_part!(NAME: Type = make);` defines the split point NAME, and `Lazy::new(NAME)` loads it. A part
//! that draws is a [`LazyPage`], which stands for it until it is there.

use std::{cell::OnceCell, future::Future, pin::Pin, rc::Rc};

use wasm_split_helpers::SplitLoaderError;
use yew::{functional::HookContext, platform::spawn_local, prelude::*};

use super::{browser, components::HEADING_ID, stateful::Stateful, text};

/// Defines a split point: a function that loads the code of `$make` and calls it. Only this function may
/// name `$make`; all that it alone reaches becomes the part.
macro_rules! lazy_part {
    ($name:ident: $value:ty = $make:path) => {
        fn $name() -> $crate::ui::lazy::Loading<$value> {
            #[cfg(porthole_parts)]
            #[wasm_split_helpers::wasm_split($name, fallible)]
            fn part() -> Result<$value, wasm_split_helpers::SplitLoaderError> {
                Ok($make())
            }

            #[cfg(not(porthole_parts))]
            async fn part() -> Result<$value, wasm_split_helpers::SplitLoaderError> {
                Ok($make())
            }

            Box::pin(part())
        }
    };
}
pub(super) use lazy_part;

/// The loading of a part.
pub(super) type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A value whose code is loaded when it is first needed. Clones share the value.
pub(super) struct Lazy<T> {
    value: Rc<OnceCell<T>>,
    load: fn() -> Loading<T>,
}

impl<T> Lazy<T> {
    /// Takes what loads the value.
    pub(super) fn new(load: fn() -> Loading<T>) -> Self {
        Self { value: Rc::default(), load }
    }

    /// Returns the value, if it is loaded.
    pub(super) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Loads the code, if it is not there. After a failure it can be tried again.
    pub(super) async fn load(&self) -> Result<(), SplitLoaderError> {
        if self.get().is_none() {
            let value = (self.load)().await?;
            let _ = self.value.set(value);
        }
        Ok(())
    }
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self { value: Rc::clone(&self.value), load: self.load }
    }
}

impl<T> PartialEq for Lazy<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.value, &other.value)
    }
}

/// A page that a lazy value draws, and what stands there until its code is loaded.
pub(super) struct LazyPage<T, P> {
    /// The part that draws the page.
    pub(super) lazy: Lazy<T>,
    /// The subject of the page.
    pub(super) props: P,
    /// The heading until then.
    pub(super) heading: fn(&P) -> String,
    /// Draws the page.
    pub(super) draw: fn(&T, &P) -> Html,
}

impl<T, P: PartialEq> PartialEq for LazyPage<T, P> {
    fn eq(&self, other: &Self) -> bool {
        self.lazy == other.lazy && self.props == other.props
    }
}

impl<T: 'static, P: PartialEq + 'static> Stateful for LazyPage<T, P> {
    fn render(&self, hooks: &mut HookContext) -> Html {
        yew::functional::Hook::run(use_lazy_page(self), hooks)
    }
}

#[hook]
fn use_lazy_page<T: 'static, P: PartialEq + 'static>(page: &LazyPage<T, P>) -> Html {
    // Counts the attempts; odd while one of them has failed.
    let attempt = use_state_eq(|| 0_u32);
    let had_focus = use_mut_ref(|| false);
    let is_loaded = page.lazy.get().is_some();
    use_effect_with(*attempt, {
        let (lazy, attempt, had_focus) = (page.lazy.clone(), attempt.setter(), had_focus.clone());
        move |&count| {
            if count.is_multiple_of(2) && !is_loaded {
                spawn_local(async move {
                    let next = if lazy.load().await.is_ok() { 2 } else { 1 };
                    *had_focus.borrow_mut() = browser::has_focus(HEADING_ID);
                    attempt.set(count + next);
                });
            }
        }
    });
    // The heading that stood here had the focus of the navigation: the one after it takes it over.
    use_effect_with(is_loaded, move |_| {
        if had_focus.replace(false) {
            browser::focus(HEADING_ID);
        }
    });
    match page.lazy.get() {
        Some(value) => (page.draw)(value, &page.props),
        None => meanwhile((page.heading)(&page.props), &attempt),
    }
}

fn meanwhile(heading: String, attempt: &UseStateHandle<u32>) -> Html {
    let again = {
        let attempt = attempt.clone();
        Callback::from(move |_: MouseEvent| attempt.set(*attempt + 1))
    };
    html! {
        <>
            <h1 id={HEADING_ID} tabindex="-1">{ heading }</h1>
            if attempt.is_multiple_of(2) {
                <p class="loading" role="status">{ text::LOADING }</p>
            } else {
                <section class="error-box" role="alert">
                    <p>{ text::NOT_LOADED }</p>
                    <button type="button" onclick={again}>{ text::RETRY }</button>
                </section>
            }
        </>
    }
}
