//! The text in the reference box, and the address that it means. Pure.

use super::{AddressFault, Route, Scheme, registry_url, route::RegistryAddress, web_page};
use crate::oci::{Digest, Host, is_invisible};

/// The words before a reference in commands, in files, and in other tools' addresses.
const PREFIXES: [&str; 15] = [
    "$ ",
    "sudo ",
    "docker pull ",
    "docker run ",
    "podman pull ",
    "nerdctl pull ",
    "crane pull ",
    "skopeo inspect ",
    "FROM ",
    "from ",
    "image: ",
    "docker://",
    "oci://",
    "registry://",
    "#/",
];

/// Reads what was typed. Hosts in `plain_http` are spoken to over plain http unless a scheme is
/// written.
///
/// # Errors
/// The text is empty, or no address.
pub fn read(text: &str, plain_http: &[Host]) -> Result<Route, AddressFault> {
    let text = unwrap(text);
    if text.is_empty() {
        return Err(AddressFault::Empty);
    }
    if let Some(fault) = digest_alone(text.strip_prefix('@').unwrap_or(text)) {
        return Err(fault);
    }
    let named = match web_page::as_reference(text)? {
        None => registry_url::as_address(text)?,
        named => named,
    };
    match Route::parse(named.as_deref().unwrap_or(text)) {
        Route::NotFound { reason, .. } => Err(reason),
        route if text.contains("://") => Ok(route),
        route => Ok(over_plain_http(route, plain_http)),
    }
}

/// Takes away what no reference begins or ends with and a copied text may: spaces, characters that
/// cannot be seen, quotation marks, and the punctuation of a sentence behind it.
pub fn trim(text: &str) -> &str {
    let is_unseen = |c: char| c.is_whitespace() || is_invisible(c);
    let text = text.trim_matches(is_unseen);
    // The parts of an address of this page may end with any character.
    if text.starts_with("#/") {
        return text;
    }
    let is_around = |c: char| is_unseen(c) || "\"'`<>“”„‘’‚«»‹›()".contains(c);
    let text = text.trim_start_matches(is_around);
    text.trim_end_matches(|c: char| is_around(c) || ".,;:!?…".contains(c))
}

/// The reference inside what was pasted.
fn unwrap(text: &str) -> &str {
    let mut text = trim(text);
    while let Some((prefix, rest)) =
        PREFIXES.iter().find_map(|prefix| Some((*prefix, text.strip_prefix(prefix)?)))
    {
        text = match prefix {
            "#/" => return rest,
            "FROM " | "from " => trim(base_image(rest)),
            _ if prefix.ends_with("pull ") => trim(rest.rsplit(' ').next().unwrap_or(rest)),
            _ => trim(rest),
        };
    }
    text
}

/// The image of `FROM --platform=… image AS stage`.
fn base_image(line: &str) -> &str {
    line.split_whitespace().find(|word| !word.starts_with("--")).unwrap_or(line)
}

/// Returns the fault of `sha256:` with anything behind it but `latest`. Docker would read it as a tag of
/// an image of that name, which a person means by `library/sha256:…`.
fn digest_alone(text: &str) -> Option<AddressFault> {
    let hex = ["sha256:", "sha512:"].iter().find_map(|algorithm| text.strip_prefix(algorithm));
    let hex = hex.filter(|hex| *hex != "latest")?;
    let is_begun = hex.len() >= 7 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    Some(match text.parse::<Digest>() {
        Err(error) if !is_begun => error.into(),
        _ => AddressFault::DigestAlone,
    })
}

fn over_plain_http(route: Route, plain_http: &[Host]) -> Route {
    let plain = |address: RegistryAddress| {
        let is_plain = plain_http.contains(&address.host);
        RegistryAddress { scheme: if is_plain { Scheme::Http } else { address.scheme }, ..address }
    };
    match route {
        Route::Registry(registry) => Route::Registry(plain(registry)),
        Route::Repository { registry, repository } => {
            Route::Repository { registry: plain(registry), repository }
        }
        Route::Reference(mut place) => {
            place.registry = plain(place.registry.clone());
            Route::Reference(place)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::oci::{NameFault, ReferenceError};

    #[test]
    fn what_is_typed_becomes_an_address() {
        let check = |text: &str, expected: &str| {
            let plain = ["reg.example:5000".parse().unwrap()];
            assert_eq!(read(text, &plain).unwrap().href(), expected, "{text}");
        };
        check("alpine", "#/alpine");
        check("  alpine:3.20\n", "#/alpine:3.20");
        check("docker pull ghcr.io/org/app:1", "#/ghcr.io/org/app:1");
        check("docker://ghcr.io/org/app:1", "#/ghcr.io/org/app:1");
        check("https://ghcr.io/v2/", "#/ghcr.io");
        check("http://reg.example/app:1", "#/http://reg.example/app:1");
        check("reg.example:5000/app:1", "#/http://reg.example:5000/app:1");
        check("reg.example:5000", "#/http://reg.example:5000");
        check("https://reg.example:5000/app:1", "#/reg.example:5000/app:1");
        check("#/ghcr.io/org/app:1?view=json", "#/ghcr.io/org/app:1?view=json");
        check("docker pull --platform linux/arm64 ghcr.io/org/app:1", "#/ghcr.io/org/app:1");
        check("$ sudo docker pull alpine:3", "#/alpine:3");
        check("FROM ghcr.io/org/app:1 AS build", "#/ghcr.io/org/app:1");
        check("FROM --platform=$BUILDPLATFORM alpine:3 as base", "#/alpine:3");
        check("from alpine", "#/alpine");
        check("image: \"ghcr.io/org/app:1\"", "#/ghcr.io/org/app:1");
        check("skopeo inspect docker://ghcr.io/org/app:1", "#/ghcr.io/org/app:1");
        check("oci://ghcr.io/org/chart:1", "#/ghcr.io/org/chart:1");
    }

    /// distribution/distribution#3250: what is copied from a page or a chat brings more along.
    #[test]
    fn what_stands_around_a_reference_is_taken_away() {
        for around in [
            "\u{200b}",
            "\u{2060}",
            "\u{feff}",
            "\u{200e}",
            "\u{200f}",
            "\u{ad}",
            "\u{a0}",
            "\u{202a}",
            "\u{202e}",
            "\u{2066}",
            "\u{2069}",
            "\u{3000}",
            "\u{fe0f}",
            " ",
            "\t",
            "\n",
            "\"",
            "'",
            "`",
            "\u{200b} \u{feff}",
            "` \u{200b}",
        ] {
            let text = format!("{around}ghcr.io/org/app:v1{around}");
            let shown = text.escape_unicode();
            let read = read(&text, &[]).map(|route| route.href());
            assert_eq!(read.as_deref(), Ok("#/ghcr.io/org/app:v1"), "{shown}");
        }
        let check = |text: &str, expected: &str| {
            assert_eq!(read(text, &[]).unwrap().href(), expected, "{text}");
        };
        check("<ghcr.io/org/app:v1>", "#/ghcr.io/org/app:v1");
        check("“ghcr.io/org/app:v1”", "#/ghcr.io/org/app:v1");
        check("«ghcr.io/org/app:v1»,", "#/ghcr.io/org/app:v1");
        check("(ghcr.io/org/app:v1).", "#/ghcr.io/org/app:v1");
        check("ghcr.io/org/app:v1, ", "#/ghcr.io/org/app:v1");
        check("`docker pull ghcr.io/org/app:v1`", "#/ghcr.io/org/app:v1");
        check("docker pull \u{200b}ghcr.io/org/app:v1", "#/ghcr.io/org/app:v1");
        check("[::1]:5000/app:1", "#/[::1]:5000/app:1");
        check("[::1]:5000", "#/[::1]:5000");
        check("#/ghcr.io/a/b:1?view=files&find=x)", "#/ghcr.io/a/b:1?view=files&find=x%29");
    }

    #[test]
    fn what_no_eye_sees_inside_is_named() {
        let check = |text: &str, part: &str, character| {
            let text_of = part.to_owned();
            let error = ReferenceError::Invisible { text: text_of, character };
            assert_eq!(read(text, &[]), Err(AddressFault::Reference(error)), "{text}");
        };
        check("ghcr.io/org/a\u{200b}pp:v1", "org/a\u{200b}pp", '\u{200b}');
        check("ghcr.io/org/app:\u{2060}v1", "\u{2060}v1", '\u{2060}');
        check("gh\u{200d}cr.io/org/app", "gh\u{200d}cr.io", '\u{200d}');
        check("ghcr.io/org/app:v1\u{a0}x", "v1\u{a0}x", '\u{a0}');
    }

    #[test]
    fn a_digest_needs_a_repository() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let longer = format!("sha512:{}", "0a".repeat(64));
        for text in [&*digest, &*longer, &format!("@{digest}"), "sha256:0123456789ab"] {
            assert_eq!(read(text, &[]), Err(AddressFault::DigestAlone), "{text}");
        }
        for text in ["sha256:zz", "sha256:1", "@sha256:zz", "sha512:0A", "sha256:a/b"] {
            let error = text.trim_start_matches('@').parse::<Digest>().unwrap_err();
            assert_eq!(read(text, &[]), Err(error.into()), "{text}");
        }
        let check = |text: &str, expected: &str| {
            assert_eq!(read(text, &[]).unwrap().href(), expected, "{text}");
        };
        check(&format!("app@{digest}"), &format!("#/app@{digest}"));
        check("sha256:latest", "#/sha256:latest");
        check("library/sha256:1", "#/sha256:1");
    }

    #[test]
    fn an_address_of_the_protocol_is_what_it_names() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let check = |text: &str, expected: &str| {
            assert_eq!(read(text, &[]).unwrap().href(), expected, "{text}");
        };
        check("https://ghcr.io/v2/org/app/manifests/1.0", "#/ghcr.io/org/app:1.0");
        check("http://reg.example:5000/v2/app/manifests/1", "#/http://reg.example:5000/app:1");
        check("http://localhost:5000/v2/app/manifests/1", "#/localhost:5000/app:1");
        check("ghcr.io/v2/org/app/manifests/1.0", "#/ghcr.io/org/app:1.0");
        check(
            &format!("https://ghcr.io/v2/org/app/manifests/{digest}"),
            &format!("#/ghcr.io/org/app@{digest}"),
        );
        check(
            &format!("https://ghcr.io/v2/org/app/manifests/{}", digest.replace(':', "%3A")),
            &format!("#/ghcr.io/org/app@{digest}"),
        );
        check("https://ghcr.io/v2/org/app/blobs/uploads/", "#/ghcr.io/org/app");
        for digest in [digest.clone(), digest.replace(':', "%3A")] {
            let text = format!("http://reg.example/v2/org/app/blobs/{digest}");
            let parsed = digest.replace("%3A", ":").parse().unwrap();
            let fault = AddressFault::Blob(parsed, "http://reg.example/org/app".to_owned());
            assert_eq!(read(&text, &[]), Err(fault), "{text}");
        }
        let error = "sha256:zz".parse::<Digest>().unwrap_err();
        assert_eq!(read("https://ghcr.io/v2/org/app/blobs/sha256:zz", &[]), Err(error.into()));
        check("https://ghcr.io/v2/org/app/tags/list?n=100&last=x", "#/ghcr.io/org/app");
        check(
            &format!("https://ghcr.io/v2/org/app/referrers/{digest}?artifactType=a/b"),
            &format!("#/ghcr.io/org/app@{digest}?view=referrers"),
        );
        check("https://ghcr.io/v2/_catalog?n=1", "#/ghcr.io");
        check("https://ghcr.io/v2/", "#/ghcr.io");
        check("https://ghcr.io/v2", "#/ghcr.io");
        check("https://registry-1.docker.io/v2/library/alpine/manifests/3", "#/alpine:3");
        check("curl.example/v2/manifests/manifests/tags", "#/curl.example/manifests:tags");
        // A repository may have these words in its name.
        check("ghcr.io/v2/app:1", "#/ghcr.io/v2/app:1");
    }

    #[test]
    fn a_page_of_a_web_site_is_the_image_that_it_is_about() {
        let check = |text: &str, expected: &str| {
            assert_eq!(read(text, &[]).unwrap().href(), expected, "{text}");
        };
        check("https://hub.docker.com/_/alpine", "#/alpine");
        check("https://hub.docker.com/r/grafana/grafana/tags.", "#/grafana/grafana");
        check("<https://quay.io/repository/a/b?tab=tags>", "#/quay.io/a/b");
        check("https://github.com/Org/Repo/pkgs/container/repo%2Fapp", "#/ghcr.io/org/repo/app");
        check("https://gcr.io/distroless/static", "#/gcr.io/distroless/static");
        let page = read("https://github.com/org/repo", &[]);
        let fault = AddressFault::WebPage("github.com".to_owned(), "ghcr.io/org/app:1.0");
        assert_eq!(page, Err(fault));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expected: AddressFault| {
            assert_eq!(read(text, &[]), Err(expected), "{text}");
        };
        let name = |name: &str, fault| {
            let name = name.to_owned();
            AddressFault::Reference(ReferenceError::Repository { name, fault })
        };
        check("", AddressFault::Empty);
        check("ghcr.io/Org/app", name("Org/app", NameFault::UpperCase));
        check("a b", name("library/a b", NameFault::Grammar));
        check("...", AddressFault::Empty);
        check("\u{200b}", AddressFault::Empty);
    }
}
