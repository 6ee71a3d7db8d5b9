//! The shell around every page: the reference box, the links that are always there, the live
//! region, the keys, and what happens on navigation.

use yew::prelude::*;

use super::{
    browser::{self, EarlyInput, REFERENCE_ID},
    components::{HEADING_ID, INSIDE_ID},
    explorer::ShellInputs,
    hooks::{Key, ShellContext, use_kept_settings, use_key},
    key_list::key_list,
    pages,
    reference_box::ReferenceBox,
    stateful::{mount, stateful},
    text,
};
use crate::app::{Route, Theme};

/// The shell around the page of an address.
pub fn shell(route: Route, inputs: ShellInputs, typed: EarlyInput) -> Html {
    mount(Shell { route, inputs, typed })
}

#[derive(PartialEq)]
struct Shell {
    route: Route,
    inputs: ShellInputs,
    /// The text that was typed before the application started.
    typed: EarlyInput,
}

stateful!(Shell, use_shell);

#[hook]
fn use_shell(props: &Shell) -> Html {
    let settings = use_kept_settings(props.inputs.settings.clone());
    let (announce, said) = use_live_region();
    let keys = use_node_ref();
    use_keys(&keys);
    use_navigation(&props.route);
    use_theme(settings.value.theme);
    let show_keys = use_callback(keys.clone(), |_: MouseEvent, keys| browser::show_dialog(keys));
    let context = ShellContext { explorer: props.inputs.explorer.clone(), settings, announce };
    html! {
        <ContextProvider<ShellContext> context={context}>
            { skip_link() }
            <header class="top">
                <a class="brand" href="#/">{ text::NAME }</a>
                { mount(ReferenceBox { typed: props.typed.clone() }) }
                <nav aria-label={text::PAGE}>
                    <a href={Route::Settings.href()}>{ text::SETTINGS }</a>
                    <button type="button" onclick={show_keys}>{ text::KEYS }</button>
                </nav>
            </header>
            <main>{ pages::page_of_shell(&props.route, &props.inputs.explorer) }</main>
            { key_list(&keys) }
            <div class="sr" role="status" aria-live="polite">{ said }</div>
        </ContextProvider<ShellContext>>
    }
}

/// A button, because the part of an address that such a link would use is ours.
fn skip_link() -> Html {
    let onclick = Callback::from(|_| browser::focus(HEADING_ID));
    html! { <button type="button" class="skip" {onclick}>{ text::SKIP }</button> }
}

/// A way to say something, and what was said last.
#[hook]
fn use_live_region() -> (Callback<AttrValue>, AttrValue) {
    let said = use_state(AttrValue::default);
    let say = use_callback((), {
        let said = said.setter();
        move |sentence, ()| said.set(sentence)
    });
    (say, (*said).clone())
}

#[hook]
fn use_keys(keys: &NodeRef) {
    let on_key = use_callback(keys.clone(), |key, keys| match key {
        Key::Reference => browser::focus(REFERENCE_ID),
        Key::Help => browser::show_dialog(keys),
    });
    use_key(on_key);
}

/// The title follows each navigation, and the focus; not at first, when someone may be typing a
/// reference already.
#[hook]
fn use_navigation(route: &Route) {
    let before = use_mut_ref(|| None::<Route>);
    use_effect_with(route.clone(), move |route| {
        browser::set_title(&text::title(route));
        if let Some(before) = before.replace(Some(route.clone())) {
            follow(&before, route);
        }
    });
}

/// Moves the focus to the heading; among the files of one image to what is looked at, so that the
/// next file is not two dozen keys away; if only the search changes, it stays.
fn follow(before: &Route, now: &Route) {
    if let (Route::Reference(before), Route::Reference(now)) = (before, now)
        && before.is_beside(now)
    {
        let is_search = before.find != now.find && before.path == now.path;
        if is_search || browser::focus_in_sight(INSIDE_ID) {
            return;
        }
    }
    browser::scroll_to_top();
    browser::focus(HEADING_ID);
}

#[hook]
fn use_theme(theme: Theme) {
    use_effect_with(theme, |theme| {
        let name = (*theme != Theme::System).then_some(theme.name());
        browser::set_root_attribute("data-theme", name);
    });
}
