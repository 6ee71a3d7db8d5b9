//! The fixtures: real artefacts made by others, beside the project and never part of it.
//!
//! Where their folder is missing, each test that wants them prints what it skipped.

use std::{env, fs, path::PathBuf};

use serde_json::Value;

/// The folder: `PORTHOLE_FIXTURES`, else `../shared/fixtures` beside the project.
pub fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures");
    let folder = env::var_os("PORTHOLE_FIXTURES").map_or_else(|| beside.into(), PathBuf::from);
    folder.join("index.json").is_file().then_some(folder)
}

/// One fixture, as `index.json` describes it.
pub struct Fixture {
    /// File or directory, relative to the folder.
    pub path: String,
    /// Facts to check a reader against.
    pub expected: Value,
    /// The whole entry.
    pub entry: Value,
}

impl Fixture {
    /// The bytes of the fixture, or of a file inside it.
    pub fn read(&self, inside: &str) -> Vec<u8> {
        bytes(format!("{}/{inside}", self.path).trim_end_matches('/'))
    }

    /// Where the fixture is, for those that are directories.
    pub fn folder(&self) -> PathBuf {
        folder().expect("the fixtures are there").join(&self.path)
    }

    /// What the file beside the fixture lists for each layer.
    pub fn layer_listing(&self) -> Vec<Value> {
        match self.entry.get("layerListing").and_then(Value::as_str) {
            Some(path) => serde_json::from_slice(&bytes(path)).expect("a listing is JSON"),
            None => Vec::new(),
        }
    }
}

/// The fixtures of a kind. None, with a printed line, where the folder is missing.
pub fn of_kind(kind: &str) -> Vec<Fixture> {
    let Some(folder) = folder() else {
        println!("skipped: fixtures of kind {kind}, for their folder is missing");
        return Vec::new();
    };
    let index = fs::read(folder.join("index.json")).expect("index.json can be read");
    let index: Value = serde_json::from_slice(&index).expect("index.json is JSON");
    let items = index["items"].as_array().expect("items is a list");
    let found: Vec<_> = items.iter().filter(|item| item["kind"] == kind).map(describe).collect();
    assert!(!found.is_empty(), "there is no fixture of kind {kind}");
    println!("{} fixtures of kind {kind}", found.len());
    found
}

fn describe(item: &Value) -> Fixture {
    let path = item["path"].as_str().expect("a fixture has a path").to_owned();
    Fixture { path, expected: item["expected"].clone(), entry: item.clone() }
}

/// The cases of a table of vectors such as `digest-parse`; none, with a printed line, where the
/// folder is missing.
pub fn cases(path: &str) -> Vec<Value> {
    if folder().is_none() {
        println!("skipped: the cases of {path}, for the fixtures are missing");
        return Vec::new();
    }
    let table: Value = serde_json::from_slice(&bytes(path)).expect("a table is JSON");
    let cases = table["cases"].as_array().expect("cases is a list").clone();
    assert!(!cases.is_empty(), "{path} has no cases");
    println!("{} cases of {path}", cases.len());
    cases
}

/// The bytes of a file in the folder, which must be there.
pub fn bytes(path: &str) -> Vec<u8> {
    let folder = folder().expect("the fixtures are there");
    fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cases of a table of inputs and expected results. None, with a printed line, where the folder
/// of fixtures is missing.
pub fn vector(name: &str) -> Vec<Value> {
    cases(&format!("vector/{name}.json"))
}

/// A text field of a case; empty where it is null or missing.
pub fn text(case: &Value, field: &str) -> String {
    case[field].as_str().unwrap_or_default().to_owned()
}
