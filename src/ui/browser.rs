//! The uses of the browser besides drawing: clipboard, focus, title, positions. Failures are quiet,
//! because none of these is worth more than the page itself.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement};
use yew::NodeRef;

use super::text;

/// The id of the reference box, in `index.html` too.
pub const REFERENCE_ID: &str = "reference";

/// Sets a style property of one element. Style attributes are refused by the page's policy;
/// properties are not.
pub fn set_style(node: &NodeRef, property: &str, value: &str) {
    if let Some(element) = node.cast::<HtmlElement>() {
        let _ = element.style().set_property(property, value);
    }
}

/// Height of what is visible of the page, in CSS pixels.
pub fn screen_height() -> Option<f64> {
    web_sys::window()?.inner_height().ok()?.as_f64()
}

/// Returns true if an element is drawn and reaches into what is visible of the page.
pub fn is_in_sight(node: &NodeRef) -> bool {
    let place = node.cast::<web_sys::Element>().map(|element| element.get_bounding_client_rect());
    // What is inside a closed part of the page has no height.
    place.zip(screen_height()).is_some_and(|(place, screen)| {
        place.height() > 0.0 && place.top() < screen && place.bottom() > 0.0
    })
}

/// Width of what is visible of the page, in CSS pixels; `None` outside of a browser.
pub fn screen_width() -> Option<f64> {
    if cfg!(not(target_arch = "wasm32")) {
        return None;
    }
    web_sys::window()?.inner_width().ok()?.as_f64()
}

/// Sets the title of the page.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// The element of this id.
pub fn element(id: &str) -> Option<web_sys::Element> {
    document()?.get_element_by_id(id)
}

/// Returns true if the element of this id has the focus.
pub fn has_focus(id: &str) -> bool {
    let focused = document().and_then(|document| document.active_element());
    focused.is_some_and(|focused| focused.id() == id)
}

/// Moves the focus to the element of this id.
pub fn focus(id: &str) {
    if let Some(element) = element(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Moves the focus to the element of this id, and its top into sight; false without such one.
pub fn focus_in_sight(id: &str) -> bool {
    let Some(element) = element(id) else { return false };
    focus(id);
    let top = element.get_bounding_client_rect().top();
    if top < 0.0 || screen_height().is_some_and(|height| top > height / 2.0) {
        element.scroll_into_view();
    }
    true
}

/// Returns the text of a field.
pub(super) fn field_text(field: Option<HtmlInputElement>) -> yew::AttrValue {
    field.map(|field| field.value()).unwrap_or_default().into()
}

/// Returns the text that was typed into the shell's reference box before the application started,
/// and the focus.
pub fn early_input() -> EarlyInput {
    let input = element(REFERENCE_ID);
    let focused = document().and_then(|document| document.active_element());
    let has_focus = input.is_some() && input == focused;
    let input = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    EarlyInput { text: input.map(|input| input.value()).unwrap_or_default().into(), has_focus }
}

/// The content of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EarlyInput {
    /// The text that was typed before the application ran.
    pub text: yew::AttrValue,
    /// True if it has the focus.
    pub has_focus: bool,
}

/// A panic is a mistake of ours, and ends the application: the page shows it, so that it does not just stop.
pub fn show_panic(message: &str) {
    let Some(document) = document() else { return };
    let place = document.query_selector("main").ok().flatten();
    let line = document.create_element("p").ok();
    if let (Some(place), Some(line)) = (place, line) {
        line.set_class_name("error-box");
        let _ = line.set_attribute("role", "alert");
        line.set_text_content(Some(&format!("{}\n{message}", text::PANIC)));
        let _ = place.prepend_with_node_1(&line);
    }
}

/// Opens a dialog above the page.
pub fn show_dialog(dialog: &NodeRef) {
    if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
        let _ = dialog.show_modal();
    }
}

/// Sets or removes an attribute of the whole document.
pub fn set_root_attribute(name: &str, value: Option<&str>) {
    let root = document().and_then(|document| document.document_element());
    if let Some(root) = root {
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
}

/// Moves the focus to an element.
pub fn focus_node(node: &NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Goes to an address of ours.
pub fn go(href: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_hash(href);
    }
}

/// The page's own origin.
pub fn origin() -> String {
    web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// Scrolls to the top of the page.
pub fn scroll_to_top() {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// The time of a clock that only goes forward, as far as a page has one.
pub fn milliseconds() -> u64 {
    let now = web_sys::window().and_then(|window| window.performance()).map(|clock| clock.now());
    // Positive, and far below 2^53.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let now = now.unwrap_or_default() as u64;
    now
}

/// Seconds since 1970.
pub fn now() -> i64 {
    // Whole seconds of any date fit.
    #[allow(clippy::cast_possible_truncation)]
    let seconds = (js_sys::Date::now() / 1000.0) as i64;
    seconds
}

/// Copies a text, then tells whether it could.
pub fn copy(text: &str, then: impl FnOnce(bool) + 'static) {
    let Some(window) = web_sys::window() else { return then(false) };
    if !window.is_secure_context() {
        // Pages over plain http have no clipboard object, and many private registries use it.
        return then(copy_by_selection(text).is_some());
    }
    let promise = window.navigator().clipboard().write_text(text);
    spawn_local(async move { then(JsFuture::from(promise).await.is_ok()) });
}

/// The old way: a text area off the screen, selected, and the browser's copy command.
fn copy_by_selection(text: &str) -> Option<()> {
    let document = document()?;
    let area = document.create_element("textarea").ok()?;
    let area: HtmlTextAreaElement = area.dyn_into().ok()?;
    area.set_value(text);
    area.set_class_name("sr");
    document.body()?.append_child(&area).ok()?;
    area.select();
    let done = document
        .dyn_into::<web_sys::HtmlDocument>()
        .ok()
        .and_then(|document| document.exec_command("copy").ok());
    area.remove();
    done.filter(|done| *done).map(|_| ())
}

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}
