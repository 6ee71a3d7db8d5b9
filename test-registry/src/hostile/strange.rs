//! Rows with strange header fields, and with strange characters.

use super::packed::Packed;
use super::pages::{INDEX, Pages};
use super::shelf::{CONFIG, MANIFEST, Shelf};
use super::text::{key, many};

pub(super) fn parameters(shelf: &mut Shelf) {
    let parameters = many(30_000, |text, _| text.push_str("a=1"));
    shelf.challenge = Some(format!("Bearer realm=\"https://a.invalid/\",{parameters}"));
}

pub(super) fn scopes(shelf: &mut Shelf) {
    let mut scopes = String::new();
    for number in 0..52_000 {
        let mut five = String::new();
        key(&mut five, number);
        // Four bytes for each: Chromium takes 256 KiB of header fields.
        scopes.push_str(five.get(2..).unwrap_or_default());
        scopes.push(' ');
    }
    shelf.challenge = Some(format!("Bearer realm=\"https://a.invalid/\",scope=\"{scopes}\""));
}

/// The text that turns around what follows it.
const TURNED: &str = "safe\u{202e}txt.exe\u{2066}\u{2069}\u{200f}";

pub(super) fn direction(shelf: &mut Shelf) {
    let config = shelf.document(CONFIG, r#"{"os":"linux","architecture":"amd64"}"#).json();
    let text = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","artifactType":"{TURNED}","config":{config},"layers":[],"annotations":{{"org.opencontainers.image.title":"{TURNED}","{TURNED}":"{TURNED}"}}}}"#
    );
    let image = shelf.document(MANIFEST, &text);
    shelf.tag("x", &image);
    let entry = format!(
        r#"{},"artifactType":"{TURNED}","annotations":{{"org.opencontainers.image.title":"{TURNED}"}}}}"#,
        image.open()
    );
    let list = format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{entry}]}}"#);
    shelf.referrers = Some(Pages::Whole(Packed::new(INDEX, list.as_bytes())));
    let tags = [String::from("x"), TURNED.to_owned()];
    shelf.tag_list = Some(Pages::of_tags("hostile/direction", tags.iter()));
    let error =
        format!(r#"{{"errors":[{{"code":"{TURNED}","message":"{TURNED}","detail":"{TURNED}"}}]}}"#);
    shelf.error = Some(error);
}
