//! The dependency table of the folders in `src/`: which of ours a folder may use, where the browser
//! may be touched, and where nothing may wait.

use super::{Violation, source::Source};

/// One row of the table.
struct Layer {
    name: &'static str,
    /// The folders it may use, beside itself.
    uses: &'static [&'static str],
    /// The files that may use browser crates.
    browser: Browser,
    /// True if it may wait.
    waits: bool,
}

enum Browser {
    No,
    /// These files of the folder, and no other.
    Only(&'static [&'static str]),
    Yes,
}

use Browser::{No, Only, Yes};

/// The table, from the ground up. `ARCHITECTURE.md` shows the same.
const TABLE: &[Layer] = &[
    Layer { name: "caps", uses: &[], browser: No, waits: false },
    Layer { name: "oci", uses: &[], browser: No, waits: false },
    Layer { name: "error", uses: &["oci", "wire"], browser: No, waits: false },
    Layer { name: "sync", uses: &[], browser: No, waits: true },
    Layer { name: "wire", uses: &["oci"], browser: No, waits: false },
    Layer { name: "content", uses: &["oci", "error"], browser: No, waits: false },
    Layer { name: "layers", uses: &["oci", "error", "content"], browser: No, waits: false },
    Layer {
        name: "trust",
        uses: &["oci", "content"],
        browser: Only(&["webcrypto.rs"]),
        waits: true,
    },
    Layer { name: "registry", uses: &["oci", "error", "sync"], browser: No, waits: true },
    Layer {
        name: "transport",
        uses: &["oci", "error", "sync", "wire", "registry"],
        browser: Only(&["fetch.rs"]),
        waits: true,
    },
    Layer {
        name: "client",
        uses: &["oci", "error", "sync", "wire", "registry", "transport", "content"],
        browser: No,
        waits: true,
    },
    Layer {
        name: "sources",
        uses: &["oci", "error", "sync", "wire", "registry", "content", "transport"],
        browser: Only(&["browser.rs"]),
        waits: true,
    },
    Layer {
        name: "testing",
        uses: &["oci", "error", "wire", "registry", "transport", "sources"],
        browser: No,
        waits: true,
    },
    Layer {
        name: "engine",
        uses: &["oci", "error", "sync", "wire", "content", "layers", "transport"],
        browser: Only(&["spawn.rs", "run.rs", "port.rs"]),
        waits: true,
    },
    Layer {
        name: "ops",
        uses: &[
            "oci",
            "error",
            "sync",
            "wire",
            "content",
            "layers",
            "trust",
            "registry",
            "transport",
            "client",
            "sources",
        ],
        browser: No,
        waits: true,
    },
    Layer {
        name: "app",
        uses: &[
            "oci",
            "error",
            "wire",
            "content",
            "layers",
            "trust",
            "registry",
            "transport",
            "client",
            "sources",
            "engine",
            "ops",
        ],
        browser: Only(&["browser_storage.rs"]),
        waits: true,
    },
    Layer {
        name: "ui", // Values that queries hand over: error kinds, pages of lists, states of verification.
        uses: &["app", "oci", "error", "trust", "content", "layers", "registry"],
        browser: Yes,
        waits: true,
    },
];

/// Plain values of a folder that another folder may name through a third one, although the table does not
/// allow the folder itself. The page puts what a verification and an examination found into words, so it
/// must name the findings, and the reasons that the client's errors hold; copies of these types in `app`
/// would be the same lists twice.
const VALUES: &[(&str, &str, &[&str])] = &[
    (
        "ui",
        "ops",
        &[
            "About",
            "Check",
            "Checked",
            "DoctorStep",
            "Fault",
            "Finding",
            "Mismatch",
            "Outcome",
            "RegistryKind",
            "Report",
            "ReportContext",
            "Role",
            "Totals",
            "Unchecked",
            "UnverifiedReason",
        ],
    ),
    ("ui", "wire", &["Refusal", "UrlError"]),
];

/// Tells whether a name is one of these values.
pub(super) fn is_shared_value(folder: &str, owner: &str, name: &str) -> bool {
    VALUES.iter().any(|(user, of, names)| *user == folder && *of == owner && names.contains(&name))
}

/// The table of caps, which every folder may use: figures without code.
const FIGURES: &str = "caps";

/// Crates that only exist in a browser.
const BROWSER: &[&str] =
    &["web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "gloo", "gloo_net", "yew"];

/// Checks one file against the table.
pub(crate) fn check(source: &Source) -> Vec<Violation> {
    let Some(name) = source.layer() else { return Vec::new() };
    let Some(layer) = TABLE.iter().find(|layer| layer.name == name) else {
        return vec![Violation::new(
            source,
            1,
            format!("src/{name} is not in the table of layers"),
        )];
    };
    let mut found = used(source, layer);
    found.extend(browser(source, layer));
    found.extend(waiting(source, layer));
    found
}

/// Tells whether the table allows a folder to use another. Names that are no folder are allowed.
pub(super) fn may_use(folder: &str, other: &str) -> bool {
    let known = TABLE.iter().any(|layer| layer.name == other);
    let row = TABLE.iter().find(|layer| layer.name == folder);
    folder == other
        || other == FIGURES
        || !known
        || row.is_none_or(|layer| layer.uses.contains(&other))
}

fn used(source: &Source, layer: &Layer) -> Vec<Violation> {
    let wrong = modules(source).into_iter().filter(|(_, module)| !may_use(layer.name, module));
    wrong
        .map(|(line, module)| {
            Violation::new(source, line, format!("{} may not use {module}", layer.name))
        })
        .collect()
}

/// Modules in the root of the crate that a file names, with the lines.
fn modules(source: &Source) -> Vec<(usize, String)> {
    let up = "super::".repeat(depth(&source.path));
    let mut found = Vec::new();
    for start in ["crate::", up.as_str()] {
        for (at, _) in source.code.match_indices(start) {
            let before = source.code.get(..at).unwrap_or("");
            if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let line = before.matches('\n').count() + 1;
            let after = source.code.get(at + start.len()..).unwrap_or("");
            found.extend(names(after).into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// The number of `super::` that lead from a file to the root of the crate.
fn depth(path: &str) -> usize {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let parts = inside.split('/').count();
    if inside.ends_with("/mod.rs") { parts - 1 } else { parts }
}

/// The first names of a path or of a group of paths.
fn names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![first_name(path)];
    };
    let mut names = Vec::new();
    let mut level = 0;
    let mut start = 0;
    for (at, c) in group.char_indices() {
        let item = group.get(start..at).unwrap_or("");
        match c {
            '{' => level += 1,
            '}' if level == 0 => {
                names.push(first_name(item));
                break;
            }
            '}' => level -= 1,
            ',' if level == 0 => {
                names.push(first_name(item));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> String {
    path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn browser(source: &Source, layer: &Layer) -> Vec<Violation> {
    let file = source.path.rsplit('/').next().unwrap_or_default();
    match layer.browser {
        Yes => return Vec::new(),
        Only(files) if files.contains(&file) => return Vec::new(),
        Only(_) | No => {}
    }
    let mut found = Vec::new();
    for (line, code) in source.lines() {
        let named = BROWSER.iter().find(|name| mentions(code, &format!("{name}::")));
        if let Some(name) = named {
            found.push(Violation::new(
                source,
                line,
                format!("{name} may not be used in this file"),
            ));
        }
    }
    found
}

fn waiting(source: &Source, layer: &Layer) -> Vec<Violation> {
    if layer.waits {
        return Vec::new();
    }
    let lines = source.lines().filter(|(_, code)| {
        mentions(code, "async ") || code.contains(".await") || mentions(code, "Future")
    });
    lines
        .map(|(line, _)| Violation::new(source, line, format!("{} may not wait", layer.name)))
        .collect()
}

/// Returns true if a line of code contains a name that is not the end of a longer one.
pub(crate) fn mentions(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code.get(..at).unwrap_or("");
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).into_iter().map(|v| v.to_string()).collect()
    }

    #[test]
    fn a_use_against_the_table_is_found_in_every_form() {
        for text in [
            "use crate::client::Client;",
            "use crate::{oci::{Digest, Tag}, client::Client};",
            "use crate::{\n    client,\n};",
            "fn f() { crate::client::open() }",
            "pub(crate) use super::super::client;",
        ] {
            let found = messages("src/wire/link.rs", text);
            assert_eq!(found, ["src/wire/link.rs:1: wire may not use client"], "{text}");
        }
        assert_eq!(messages("src/wire/mod.rs", "use super::client;").len(), 1);
    }

    #[test]
    fn a_use_that_the_table_allows_is_not_found() {
        for (path, text) in [
            ("src/wire/link.rs", "use crate::{oci::Digest, wire::Scope}; use super::client_error;"),
            ("src/wire/link.rs", "// use crate::client;\nconst A: &str = \"crate::client\";"),
            ("src/client/pull.rs", "use crate::{content, transport::Transport};"),
            ("src/wire/link.rs", "fn f() {}\n#[cfg(test)]\nmod tests { use crate::client; }"),
        ] {
            assert_eq!(messages(path, text), [""; 0], "{path} {text}");
        }
    }

    #[test]
    fn the_page_never_sees_a_client_a_transport_or_a_store() {
        for module in ["client", "transport", "sources"] {
            let found = messages("src/ui/tree.rs", &format!("use crate::{module}::X;"));
            assert_eq!(found, [format!("src/ui/tree.rs:1: ui may not use {module}")]);
        }
    }

    #[test]
    fn the_browser_is_touched_only_in_the_named_files() {
        let text = "use web_sys::Request;";
        let found = messages("src/transport/retry.rs", text);
        assert_eq!(found, ["src/transport/retry.rs:1: web_sys may not be used in this file"]);
        assert!(messages("src/transport/fetch.rs", text).is_empty());
        assert!(messages("src/ui/tree.rs", text).is_empty());
        assert_eq!(messages("src/client/pull.rs", "fn f() { js_sys::eval() }").len(), 1);
    }

    #[test]
    fn values_and_byte_work_never_wait() {
        for text in ["async fn f() {}", "fn f() { x.await }", "impl Future for X {}"] {
            assert_eq!(messages("src/oci/digest.rs", text).len(), 1, "{text}");
            assert!(messages("src/client/pull.rs", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_folder_that_the_table_does_not_know_is_found() {
        assert_eq!(messages("src/misc/x.rs", "").len(), 1);
    }
}
