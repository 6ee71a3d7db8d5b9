//! The box for a reference, on every page. `index.html` paints the same before the application.

use yew::prelude::*;

use super::{
    browser::{self, EarlyInput, REFERENCE_ID, field_text},
    hooks::{SettingsHandle, use_settings},
    stateful::stateful,
    text,
};
use crate::app::{AddressFault, Route, Settings, reference_input};

/// The box for a reference.
#[derive(PartialEq)]
pub(super) struct ReferenceBox {
    /// The text that was typed before the application started.
    pub(super) typed: EarlyInput,
}

stateful!(ReferenceBox, use_reference_box);

#[hook]
fn use_reference_box(props: &ReferenceBox) -> Html {
    let input = use_node_ref();
    let settings = use_settings();
    let value = use_state_eq(|| props.typed.text.clone());
    let problem = use_state_eq(Problem::default);
    use_early_focus(props.typed.has_focus, &input);
    let oninput = use_input(&settings, &value, &problem);
    let onsubmit = use_submit(&settings, &value, &problem);
    let is_wrong = (*problem != Problem::default()).then_some("true");
    html! {
        <form class="reference-box" role="search" {onsubmit}>
            <label class="sr" for={REFERENCE_ID}>{ text::REFERENCE }</label>
            <input id={REFERENCE_ID} ref={input} name="reference" type="text" value={&*value} {oninput}
                placeholder={text::REFERENCE_EXAMPLE} spellcheck="false" autocapitalize="off"
                autocomplete="off" autocorrect="off" aria-invalid={is_wrong}
                aria-describedby="reference-problem" />
            <button type="submit">{ text::OPEN }</button>
            <output id="reference-problem" for={REFERENCE_ID}>
                { &problem.words }
                if let Some((href, label)) = &problem.way_on { <>{ " " }<a {href}>{ label }</a></> }
            </output>
        </form>
    }
}

/// The reason why a text is no address, and where to go instead.
#[derive(Clone, Debug, Default, PartialEq)]
struct Problem {
    words: AttrValue,
    way_on: Option<(AttrValue, String)>,
}

impl Problem {
    fn of(fault: &AddressFault) -> Self {
        let way_on = match fault {
            AddressFault::Blob(_, repository) => Some((
                Route::parse(repository).href().into(),
                text::addresses::open_repository(repository),
            )),
            _ => None,
        };
        Self { words: text::sentence(&text::addresses::fault(fault)).into(), way_on }
    }
}

/// Takes what is typed. What is only begun is not yet wrong: a problem is shown on sending, and goes
/// once it is corrected.
#[hook]
fn use_input(
    settings: &SettingsHandle,
    value: &UseStateHandle<AttrValue>,
    problem: &UseStateHandle<Problem>,
) -> Callback<InputEvent> {
    let value = value.setter();
    use_callback((settings.clone(), problem.clone()), {
        move |event: InputEvent, (settings, problem)| {
            let typed = field_text(event.target_dyn_into());
            if **problem != Problem::default() {
                problem.set(read(&typed, settings).err().unwrap_or_default());
            }
            value.set(typed);
        }
    })
}

/// Goes to the address, or shows the problem.
#[hook]
fn use_submit(
    settings: &SettingsHandle,
    value: &UseStateHandle<AttrValue>,
    problem: &UseStateHandle<Problem>,
) -> Callback<SubmitEvent> {
    use_callback((value.clone(), settings.clone(), problem.setter()), {
        move |event: SubmitEvent, (value, settings, problem)| {
            event.prevent_default();
            match read(value, settings) {
                Ok(route) => {
                    problem.set(Problem::default());
                    remember(&route, settings);
                    browser::go(&route.href());
                }
                Err(reason) => problem.set(reason),
            }
        }
    })
}

/// Remembers the registry that a person named. A registry that only a link named is not remembered: the
/// list on the first page would offer the look-alike of a link as a place where one was before.
fn remember(route: &Route, settings: &SettingsHandle) {
    if let Some(registry) = route.registry() {
        let mut changed = Settings::clone(&settings.value);
        changed.visit(&registry.to_string());
        settings.change.emit(changed);
    }
}

fn read(text: &str, settings: &SettingsHandle) -> Result<Route, Problem> {
    reference_input::read(text, &settings.value.plain_http).map_err(|fault| Problem::of(&fault))
}

/// Puts the focus back where it was before the application redrew the box.
#[hook]
fn use_early_focus(had_focus: bool, input: &NodeRef) {
    let input = input.clone();
    use_effect_with((), move |()| {
        if had_focus {
            browser::focus_node(&input);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_blob_leads_to_its_repository() {
        let digest = crate::content::verify::digest_of(b"");
        let check = |address: &str, expected: &str| {
            let text = format!("{address}/blobs/{digest}");
            let fault = reference_input::read(&text, &[]).err();
            let problem = fault.as_ref().map(Problem::of).unwrap_or_default();
            assert!(problem.words.contains(digest.as_str()), "{}", problem.words);
            let href = problem.way_on.map(|(href, _)| href);
            assert_eq!(href.as_deref(), Some(expected), "{text}");
        };
        check("https://ghcr.io/v2/org/app", "#/ghcr.io/org/app");
        check("http://reg.example:5000/v2/app", "#/http://reg.example:5000/app");
        check("https://registry-1.docker.io/v2/library/alpine", "#/alpine");
    }

    #[test]
    fn other_problems_lead_nowhere() {
        assert_eq!(Problem::of(&AddressFault::DigestAlone).way_on, None);
    }
}
