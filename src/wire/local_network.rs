//! The limits of a page's requests: mixed content and local networks (R166).

use super::{
    host::{self, Reach},
    url::{Origin, Scheme},
};

/// The expected outcome of a request from a page to a registry, before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// Nothing stands in the way.
    Open,
    /// The browser may ask the user if the page may reach the local network (Chromium from 142). A
    /// refusal looks like a network error.
    Prompt,
    /// Only some browsers allow it: plain http to this machine from an https page.
    SomeBrowsers,
    /// Browsers block it: plain http from an https page. Open the page over plain http, or reach
    /// the registry over https.
    MixedContent,
}

/// Judges a request from a page to a registry, by their origins.
pub fn judge(page: &Origin, registry: &Origin) -> Prospect {
    let reach = host::reach(registry.host());
    let is_mixed = page.scheme() == Scheme::Https && registry.scheme() == Scheme::Http;
    // The browser does not ask about a page that is on a local network itself.
    let page_is_local = host::reach(page.host()) != Reach::Public;
    match reach {
        _ if is_mixed && host::is_this_machine(registry.host()) => Prospect::SomeBrowsers,
        _ if is_mixed => Prospect::MixedContent,
        Reach::Loopback | Reach::Local if !page_is_local => Prospect::Prompt,
        _ => Prospect::Open,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::wire::Url;

    #[test]
    fn r166_targets_are_judged_before_connecting() {
        let check = |page: &str, registry: &str, expected| {
            let origin = |text: &str| Url::parse(text).unwrap().origin().clone();
            assert_eq!(judge(&origin(page), &origin(registry)), expected, "{page} to {registry}");
        };
        check("https://page.example", "https://ghcr.io", Prospect::Open);
        check("http://page.example", "http://ghcr.io", Prospect::Open);
        check("https://page.example", "http://ghcr.io", Prospect::MixedContent);
        check("https://page.example", "http://192.168.1.5:5000", Prospect::MixedContent);
        check("https://page.example", "http://nas.local:5000", Prospect::MixedContent);
        check("https://page.example", "http://localhost:5000", Prospect::SomeBrowsers);
        check("https://page.example", "http://127.0.0.1:5000", Prospect::SomeBrowsers);
        check("https://page.example", "https://192.168.1.5", Prospect::Prompt);
        check("https://page.example", "https://registry.internal", Prospect::Prompt);
        check("http://localhost:8080", "http://localhost:5000", Prospect::Open);
        check("http://localhost:8080", "http://192.168.1.5:5000", Prospect::Open);
        check("http://localhost:8080", "https://ghcr.io", Prospect::Open);
    }
}
