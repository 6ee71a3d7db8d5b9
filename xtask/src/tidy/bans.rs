//! Bans in the code: raw HTML, inline styles, a second way to the network, clocks in pure code, unfinished
//! places.

use super::{Violation, layers::mentions, source::Source};

struct Ban {
    /// The words that may not stand there.
    words: &'static [&'static str],
    /// The folders that it holds for; empty for all of `src/`.
    layers: &'static [&'static str],
    why: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        words: &[
            "from_html_unchecked",
            "set_inner_html",
            "set_outer_html",
            "insert_adjacent_html",
            "innerHTML",
            "create_contextual_fragment",
        ],
        layers: &[],
        why: "text from a registry is never HTML",
    },
    Ban {
        words: &["eval(", "js_sys::Function::new_with_args", "js_sys::Function::new_no_args"],
        layers: &[],
        why: "no code from text",
    },
    Ban {
        words: &["style=", "set_css_text"],
        layers: &["ui"],
        why: "the policy refuses style attributes: use a class or a CSSOM property",
    },
    Ban {
        words: &["XmlHttpRequest", "WebSocket", "EventSource", "send_beacon"],
        layers: &[],
        why: "src/transport/fetch.rs is the only way to the network",
    },
    Ban { words: &["todo!", "unimplemented!", "dbg!"], layers: &[], why: "unfinished" },
    Ban {
        words: &["Instant::now", "SystemTime::now", "Date::now", "Math::random"],
        layers: &["oci", "wire", "content"],
        why: "pure code has no clock and no chance",
    },
    Ban {
        words: &["HashMap", "HashSet"],
        layers: &["ui"],
        why: "its order must not reach the screen: use a BTreeMap or a Vec",
    },
];

/// Checks one file for everything that is banned in it.
pub(crate) fn check(source: &Source) -> Vec<Violation> {
    let layer = source.layer().unwrap_or_default();
    let ours = source.path.starts_with("src/");
    let bans =
        BANS.iter().filter(|ban| ours && (ban.layers.is_empty() || ban.layers.contains(&layer)));
    let mut found = Vec::new();
    for ban in bans {
        for (line, code) in source.lines() {
            if let Some(word) = ban.words.iter().find(|word| mentions(code, word)) {
                found.push(Violation::new(source, line, format!("{word}: {}", ban.why)));
            }
        }
    }
    found
}

/// The one place that calls fetch.
const FETCH: &str = "src/transport/fetch.rs";

/// Checks that one function in the whole code base calls fetch.
pub(crate) fn check_fetch(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut functions = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("src/")) {
        let mut function = String::new();
        for (line, code) in source.lines() {
            if mentions(code, "fn ") {
                function = code.trim().to_owned();
            }
            if !calls_fetch(code) {
                continue;
            }
            if source.path != FETCH {
                found.push(Violation::new(source, line, format!("only {FETCH} may call fetch")));
            } else if !functions.contains(&function) {
                functions.push(function.clone());
                if functions.len() > 1 {
                    found.push(Violation::new(
                        source,
                        line,
                        "a second function calls fetch".into(),
                    ));
                }
            }
        }
    }
    found
}

/// The calls as web-sys names them, and a binding of one's own.
fn calls_fetch(code: &str) -> bool {
    [".fetch_with_", "::fetch_with_", "js_name = fetch"].iter().any(|call| code.contains(call))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn each_banned_word_is_found_where_it_is_banned() {
        for ban in BANS {
            let layer = ban.layers.first().unwrap_or(&"client");
            for word in ban.words {
                let source =
                    Source::new(&format!("src/{layer}/x.rs"), &format!("fn f() {{ {word} }}"));
                assert_eq!(check(&source).len(), 1, "{word} in {layer}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_a_banned_word_is_not_found() {
        for (path, text) in [
            ("src/ui/x.rs", "// style=\nlet a = \"<b style=>\";"),
            ("src/app/x.rs", "use std::collections::HashMap;"),
            ("src/client/x.rs", "fn retrieval() {} let now = clock.now();"),
            ("src/ui/x.rs", "fn f() {}\n#[cfg(test)]\nmod tests { todo!() }"),
            ("xtask/src/x.rs", "let now = Instant::now();"),
        ] {
            assert!(check(&Source::new(path, text)).is_empty(), "{path}: {text}");
        }
    }

    #[test]
    fn one_function_calls_fetch() {
        let once = "async fn send() { match scope { a => w.fetch_with_request(&r), b => s.fetch_with_request(&r) } }";
        let twice = format!("{once}\nfn again() {{ w.fetch_with_str(u); }}");
        let check = |path: &str, text: &str| check_fetch(&[Source::new(path, text)]);
        assert!(check(FETCH, once).is_empty());
        assert_eq!(
            check(FETCH, &twice)[0].to_string(),
            format!("{FETCH}:2: a second function calls fetch")
        );
        assert_eq!(check("src/ui/x.rs", once).len(), 1);
        assert!(check("src/ui/x.rs", "fn f() { tokens.fetch(&request); }").is_empty());
    }
}
