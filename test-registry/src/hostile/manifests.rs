//! Rows whose manifest is long.

use super::configs::{layer, pairs};
use super::shelf::{CONFIG, LAYER, MANIFEST, Shelf};
use super::text::many;

const EMPTY_CONFIG: &str = r#"{"os":"linux","architecture":"amd64"}"#;

/// Puts a manifest with this text for its layers, and these further fields.
fn manifest(shelf: &mut Shelf, layers: &str, more: &str) {
    let config = shelf.document(CONFIG, EMPTY_CONFIG).json();
    let text = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{config},"layers":[{layers}]{more}}}"#
    );
    let image = shelf.document(MANIFEST, &text);
    shelf.tag("x", &image);
}

pub(super) fn annotations(shelf: &mut Shelf) {
    manifest(shelf, "", &format!(r#","annotations":{{{}}}"#, pairs(380_000, "\"\"")));
}

pub(super) fn layers_70000(shelf: &mut Shelf) {
    let layers = many(70_000, |text, _| text.push_str(r#"{"mediaType":"a","size":1}"#));
    manifest(shelf, &layers, "");
}

pub(super) fn layers_20000(shelf: &mut Shelf) {
    manifest(shelf, &many(20_000, |text, number| text.push_str(&layer(number))), "");
}

pub(super) fn layers_ones(shelf: &mut Shelf) {
    manifest(shelf, &many(2_000_000, |text, _| text.push('1')), "");
}

pub(super) fn layer_type(shelf: &mut Shelf) {
    let kind = format!("{LAYER}{}", "x".repeat(4_190_000));
    let text = layer(1).replacen(LAYER, &kind, 1);
    manifest(shelf, &text, "");
}

pub(super) fn contradiction(shelf: &mut Shelf) {
    let config = shelf.document(CONFIG, EMPTY_CONFIG).json();
    let kind = format!("application/vnd.{}+json", "x".repeat(3_000_000));
    let text =
        format!(r#"{{"schemaVersion":2,"mediaType":"{kind}","config":{config},"layers":[]}}"#);
    let image = shelf.document(MANIFEST, &text);
    shelf.tag("x", &image);
}
