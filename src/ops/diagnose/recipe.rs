//! Configurations that let a page read a registry, for common kinds of registry (R165). The page has
//! the remarks about them.

use crate::wire::exposure;

/// A kind of registry, as far as its configuration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryKind {
    /// CNCF distribution: `registry:2`, `registry:3`, Debian's `docker-registry`.
    Distribution,
    /// The zot registry, configured by a JSON file.
    Zot,
    /// Harbor, which needs a proxy in front for its headers.
    Harbor,
    /// Any other, behind a proxy.
    Proxy,
}

impl RegistryKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Distribution, Self::Zot, Self::Harbor, Self::Proxy];
}

/// Returns the configuration for a page of this origin; `*` for any page.
pub fn recipe(kind: RegistryKind, page: &str) -> String {
    match kind {
        RegistryKind::Distribution => distribution(page),
        RegistryKind::Zot => format!("{{ \"http\": {{ \"allowOrigin\": \"{page}\" }} }}\n"),
        RegistryKind::Harbor => ["/v2/", "/service/"].map(|path| proxy(page, path)).concat(),
        RegistryKind::Proxy => proxy(page, "/v2/"),
    }
}

fn distribution(page: &str) -> String {
    let line = |name: &str, value: &str| format!("    Access-Control-{name}: ['{value}']\n");
    [
        "http:\n  headers:\n".to_owned(),
        line("Allow-Origin", page),
        line("Allow-Methods", exposure::ALLOW_METHODS),
        line("Allow-Headers", exposure::ALLOW_HEADERS),
        line("Expose-Headers", &exposure::expose_headers()),
        line("Max-Age", "86400"),
        "storage:\n  redirect:\n    disable: true\n".to_owned(),
    ]
    .concat()
}

/// A location of nginx. Without `always` the headers are missing from refusals; without
/// `proxy_hide_header` there are two.
fn proxy(page: &str, path: &str) -> String {
    let line = |indent: &str, name: &str, value: &str| {
        format!("{indent}add_header Access-Control-{name} '{value}' always;\n")
    };
    [
        format!("location {path} {{\n  if ($request_method = OPTIONS) {{\n"),
        line("    ", "Allow-Origin", page),
        line("    ", "Allow-Methods", exposure::ALLOW_METHODS),
        line("    ", "Allow-Headers", exposure::ALLOW_HEADERS),
        line("    ", "Max-Age", "86400"),
        "    return 204;\n  }\n  proxy_hide_header Access-Control-Allow-Origin;\n".to_owned(),
        "  proxy_hide_header Access-Control-Expose-Headers;\n".to_owned(),
        line("  ", "Allow-Origin", page),
        line("  ", "Expose-Headers", &exposure::expose_headers()),
        "  proxy_set_header Host $http_host;\n".to_owned(),
        "  proxy_set_header X-Forwarded-Proto $scheme;\n".to_owned(),
        "  proxy_pass http://registry:5000;\n}\n".to_owned(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r165_r167_every_recipe_names_the_page_and_what_it_must_read() {
        for kind in RegistryKind::ALL {
            let text = recipe(kind, "https://page.example");
            assert!(text.contains("https://page.example"), "{kind:?}");
            if kind != RegistryKind::Zot {
                assert!(text.contains("Authorization"), "{kind:?}");
                assert!(text.contains("Docker-Content-Digest"), "{kind:?}");
            }
            let (opened, closed) = (text.matches('{').count(), text.matches('}').count());
            assert_eq!(opened, closed, "{kind:?}");
        }
    }
}
