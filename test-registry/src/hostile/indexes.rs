//! Rows whose index is long or deep.

use std::fmt::Write;

use super::shelf::{CONFIG, MANIFEST, Pointer, Shelf};
use super::text::{digest, key, many};

/// The most bytes of a manifest that clients read.
const MANIFEST_BYTES: usize = 4 << 20;

pub(super) fn attestations(shelf: &mut Shelf) {
    let child = image(shelf);
    let attestation = |text: &mut String, number: usize| {
        let _ = write!(text, r#",{{"mediaType":"{MANIFEST}","size":1,"digest":""#);
        digest(text, number);
        let _ = write!(
            text,
            r#"","annotations":{{"vnd.docker.reference.digest":"{}","vnd.docker.reference.type":"attestation-manifest"}}}}"#,
            child.digest()
        );
    };
    let mut children = child.open() + r#","platform":{"os":"linux","architecture":"amd64"}}"#;
    (0..11_000).for_each(|number| attestation(&mut children, number));
    let index = shelf.index(&children);
    shelf.tag("x", &index);
}

pub(super) fn platforms(shelf: &mut Shelf) {
    let index = index_of_platforms(shelf, 0);
    shelf.tag("x", &index);
}

pub(super) fn platform_tags(shelf: &mut Shelf) {
    for number in 0..30 {
        let index = index_of_platforms(shelf, number);
        shelf.tag(&format!("v{number}"), &index);
    }
}

/// Puts an index of 19,000 platforms, whose digests differ from those of another start.
fn index_of_platforms(shelf: &mut Shelf, start: usize) -> Pointer {
    let children = many(19_000, |text, number| {
        let _ = write!(text, r#"{{"mediaType":"{MANIFEST}","size":1,"digest":""#);
        digest(text, start * 19_000 + number);
        text.push_str(r#"","platform":{"os":"linux","architecture":""#);
        key(text, number);
        text.push_str("\"}}");
    });
    shelf.index(&children)
}

pub(super) fn large_children(shelf: &mut Shelf) {
    let config = shelf.document(CONFIG, "{}").json();
    let children: Vec<String> = (0..40)
        .map(|number| {
            let start = format!(
                r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{config},"layers":[],"number":{number},"ones":["#
            );
            // Two bytes for each.
            let ones = many((MANIFEST_BYTES - start.len() - 2) / 2, |text, _| text.push('1'));
            let text = format!("{start}{ones}]}}");
            let child = shelf.document(MANIFEST, &text);
            let architecture = format!(r#","platform":{{"os":"linux","architecture":"a{number}"}}}}"#);
            child.open() + &architecture
        })
        .collect();
    let index = shelf.index(&children.join(","));
    shelf.tag("x", &index);
}

pub(super) fn deep(shelf: &mut Shelf) {
    let mut below = image(shelf);
    for _ in 0..200 {
        below = shelf.index(&below.json());
    }
    shelf.tag("x", &below);
}

/// Puts an image without layers.
pub(super) fn image(shelf: &mut Shelf) -> Pointer {
    shelf.image(r#"{"os":"linux","architecture":"amd64"}"#, &[])
}
