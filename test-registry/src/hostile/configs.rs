//! Rows whose configuration is long.

use super::shelf::{LAYER, Shelf};
use super::text::{digest, key, many};

/// The most bytes of a configuration that clients read.
const CONFIG_BYTES: usize = 8 << 20;

/// Returns a configuration with this `config` object and these history steps.
fn config(runtime: &str, history: usize) -> String {
    let steps = many(history, |text, _| text.push_str(r#"{"created_by":"RUN a"}"#));
    let rest = r#""rootfs":{"type":"layers","diff_ids":[]}"#;
    format!(
        r#"{{"os":"linux","architecture":"amd64","config":{{{runtime}}},{rest},"history":[{steps}]}}"#
    )
}

pub(super) fn history(shelf: &mut Shelf) {
    shelf.image(&config("", 180_000), &[]);
}

pub(super) fn environment(shelf: &mut Shelf) {
    let entries = many(900_000, |text, _| text.push_str("\"a=1\""));
    shelf.image(&config(&format!(r#""Env":[{entries}]"#), 0), &[]);
}

pub(super) fn labels(shelf: &mut Shelf) {
    shelf.image(&config(&format!(r#""Labels":{{{}}}"#, pairs(380_000, "\"\"")), 0), &[]);
}

pub(super) fn volumes(shelf: &mut Shelf) {
    let sets = pairs(190_000, "{}");
    let arguments = many(190_000, |text, _| text.push_str("\"a\""));
    let runtime = format!(r#""ExposedPorts":{{{sets}}},"Volumes":{{{sets}}},"Cmd":[{arguments}]"#);
    shelf.image(&config(&runtime, 0), &[]);
}

/// Returns so many pairs of an object, all with the same value.
pub(super) fn pairs(count: usize, value: &str) -> String {
    many(count, |text, number| {
        text.push('"');
        key(text, number);
        text.push_str("\":");
        text.push_str(value);
    })
}

pub(super) fn large(shelf: &mut Shelf) {
    let start = r#"{"os":"linux","architecture":"amd64","author":""#;
    let filler = "a".repeat(CONFIG_BYTES - start.len() - 2);
    shelf.image(&format!("{start}{filler}\"}}"), &[]);
}

pub(super) fn layers_and_history(shelf: &mut Shelf) {
    let layers: Vec<String> = (0..2_000).map(layer).collect();
    shelf.image(&config("", 180_000), &layers);
}

/// Returns the descriptor of a layer that is not there.
pub(super) fn layer(number: usize) -> String {
    let mut text = format!(r#"{{"mediaType":"{LAYER}","size":1,"digest":""#);
    digest(&mut text, number);
    text + "\"}"
}
