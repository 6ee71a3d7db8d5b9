//! A box for the name of a repository: the only way in if a registry does not list them.

use yew::prelude::*;

use crate::{
    app::{RegistryAddress, reference_input},
    oci::RepositoryName,
    ui::{
        browser::{self, field_text},
        components::repository_route,
        stateful::stateful,
        text,
    },
};

/// A box for the name of a repository.
#[derive(PartialEq)]
pub(super) struct RepositoryForm {
    pub(super) address: RegistryAddress,
    /// True if there is no other way in. Otherwise the form stays out of sight.
    pub(super) is_needed: bool,
}

stateful!(RepositoryForm, use_repository_form);

#[hook]
fn use_repository_form(props: &RepositoryForm) -> Html {
    let typed = use_state_eq(AttrValue::default);
    let problem = use_state_eq(AttrValue::default);
    let oninput = use_callback((), {
        let typed = typed.setter();
        move |event: InputEvent, ()| typed.set(field_text(event.target_dyn_into()))
    });
    let onsubmit = use_callback((props.address.clone(), typed.clone(), problem.setter()), {
        |event: SubmitEvent, (address, typed, problem)| {
            event.prevent_default();
            match reference_input::trim(typed).parse::<RepositoryName>() {
                Ok(name) => browser::go(&repository_route(address, &name).href()),
                Err(error) => {
                    problem.set(text::sentence(&text::references::reference(&error)).into());
                }
            }
        }
    });
    if !props.is_needed {
        return Html::default();
    }
    html! {
        <form class="toolbar" {onsubmit}>
            <label class="field"><span>{ text::registry::TYPE_NAME }</span>
                <input type="text" value={&*typed} {oninput} spellcheck="false" autocapitalize="off" />
            </label>
            <button type="submit">{ text::OPEN }</button>
            <output>{ &*problem }</output>
        </form>
    }
}
