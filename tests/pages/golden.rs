//! Renders a page to text, and compares it with the golden page in the repository.

use std::{fmt::Write, fs, path::PathBuf, rc::Rc};

use porthole::{
    app::{Connection, Route},
    registry::SharedSource,
    sources::memory::MemoryRegistry,
    ui::{pages::reference, views::ViewContext},
};
use yew::prelude::*;

use crate::normal::normal;

/// Renders the page of a reference, with one tag or text on each line.
pub(crate) fn page(registry: &MemoryRegistry, address: &str) -> String {
    page_of(Rc::new(registry.clone()), address)
}

/// Renders the page of a reference in any source.
pub(crate) fn page_of(registry: SharedSource, address: &str) -> String {
    let Route::Reference(place) = Route::parse(address) else {
        panic!("{address} is not a reference")
    };
    let connection = Connection::local(place.registry.clone(), registry);
    let context = ViewContext::new(Rc::new(*place), connection);
    rendered(Rc::new(move || reference(context.clone())))
}

/// Renders a page until it no longer changes.
pub(crate) fn rendered(draw: Rc<dyn Fn() -> Html>) -> String {
    let renderer = yew::LocalServerRenderer::<Page>::with_props(PageProps { draw });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rendering = renderer.hydratable(false).render();
    normal(&tokio::task::LocalSet::new().block_on(&runtime, rendering))
}

#[derive(Properties)]
struct PageProps {
    draw: Rc<dyn Fn() -> Html>,
}

impl PartialEq for PageProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.draw, &other.draw)
    }
}

#[component]
fn Page(props: &PageProps) -> Html {
    (props.draw)()
}

/// Compares a page with `golden/<name>.html`.
pub(crate) fn check(name: &str, registry: &MemoryRegistry, address: &str) {
    compare(name, page(registry, address));
}

/// Compares a rendered page with `golden/<name>.html`.
#[allow(clippy::needless_pass_by_value)] // every caller makes the page for this
pub(crate) fn compare(name: &str, html: String) {
    assert_harmless(name, &html);
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pages/golden/{name}.html"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &html).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == html, "{}", difference(name, &expected, &html));
}

/// Checks the properties that every page must have, for any content of a registry.
fn assert_harmless(name: &str, html: &str) {
    let lower = html.to_lowercase();
    for tag in lower.lines().filter_map(|line| line.strip_prefix('<')) {
        let tag = tag.split('>').next().unwrap_or_default();
        let names = attribute_names(tag);
        for wrong in ["script", "style=", " on", "srcdoc=", "iframe"] {
            assert!(!names.contains(wrong), "{name} has {wrong}: <{tag}>");
        }
        let is_link = names.starts_with("a ");
        let href = tag.split(" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let href = href.filter(|_| is_link);
        if href.is_some_and(|href| !href.starts_with('#')) {
            assert!(href.is_some_and(|href| href.starts_with("http")), "{name}: <{tag}>");
            assert!(tag.contains("rel=\"noopener noreferrer\""), "{name}: <{tag}>");
        }
    }
}

/// Returns a tag without the values of its attributes. Quotes inside values are escaped.
fn attribute_names(tag: &str) -> String {
    tag.split('"').step_by(2).collect()
}

/// Returns the first lines that differ, with a few lines around them.
fn difference(name: &str, expected: &str, actual: &str) -> String {
    let at = expected.lines().zip(actual.lines()).take_while(|(a, b)| a == b).count();
    let mut text = format!("{name} differs from line {}:\n", at + 1);
    for (mark, page) in [("-", expected), ("+", actual)] {
        for line in page.lines().skip(at.saturating_sub(3)).take(12) {
            writeln!(text, "{mark} {line}").unwrap();
        }
    }
    text
}
