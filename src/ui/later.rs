//! Loading the code of the explorer when it is first needed. In the published page it is a file of its
//! own (`xtask/src/parts.rs`); in one that Trunk alone has built it is there from the start.

use std::{cell::OnceCell, rc::Rc};

use wasm_split_helpers::SplitLoaderError;
use yew::{platform::spawn_local, prelude::*};

use super::{
    browser,
    components::HEADING_ID,
    explorer::{Explorer, SharedExplorer},
    part::{part, put},
    text,
};
use crate::app::{Environment, Route, in_a_browser};

/// Makes an explorer. The one function through which the shell reaches all that is behind it.
#[cfg(porthole_parts)]
#[wasm_split_helpers::wasm_split(explorer, fallible)]
fn explorer() -> Result<SharedExplorer, SplitLoaderError> {
    Ok(explorer_of_this_page())
}

#[cfg(not(porthole_parts))]
async fn explorer() -> Result<SharedExplorer, SplitLoaderError> {
    Ok(explorer_of_this_page())
}

fn explorer_of_this_page() -> SharedExplorer {
    let (connections, accounts) = in_a_browser(&browser::origin());
    SharedExplorer::new(Environment { connections, accounts, now: browser::now })
}

/// An explorer whose code is loaded for the first of its pages.
#[derive(Clone, Default)]
pub(super) struct Later(Rc<OnceCell<SharedExplorer>>);

impl Later {
    /// Loads the code, if it is not there. After a failure it can be tried again.
    pub(super) async fn load(&self) -> Result<(), SplitLoaderError> {
        if self.0.get().is_none() {
            let explorer = explorer().await?;
            let _ = self.0.set(explorer);
        }
        Ok(())
    }
}

impl PartialEq for Later {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Explorer for Later {
    fn page(&self, route: &Route) -> Html {
        put(Page { route: route.clone(), later: self.clone() })
    }

    fn environment(&self) -> Option<Environment> {
        self.0.get().and_then(|explorer| explorer.environment())
    }
}

/// A page of the explorer, or what is there until its code is.
#[derive(PartialEq)]
struct Page {
    route: Route,
    later: Later,
}

part!(Page, use_page);

#[hook]
fn use_page(page: &Page) -> Html {
    // Counts the attempts; odd while one of them has failed.
    let attempt = use_state_eq(|| 0_u32);
    let had_focus = use_mut_ref(|| false);
    let is_loaded = page.later.0.get().is_some();
    use_effect_with(*attempt, {
        let (later, attempt, had_focus) = (page.later.clone(), attempt.setter(), had_focus.clone());
        move |&count| {
            if count.is_multiple_of(2) && !is_loaded {
                spawn_local(async move {
                    let next = if later.load().await.is_ok() { 2 } else { 1 };
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
    match page.later.0.get() {
        Some(explorer) => explorer.page(&page.route),
        None => meanwhile(&page.route, &attempt),
    }
}

fn meanwhile(route: &Route, attempt: &UseStateHandle<u32>) -> Html {
    let again = {
        let attempt = attempt.clone();
        Callback::from(move |_: MouseEvent| attempt.set(*attempt + 1))
    };
    html! {
        <>
            <h1 id={HEADING_ID} tabindex="-1">{ text::address(route) }</h1>
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
