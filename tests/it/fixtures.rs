//! The fixtures: real artefacts of other projects, in a folder beside this project and not part of it.
//!
//! If the folder is missing, or has nothing of a kind, a test that needs it prints a line and leaves its name
//! in `target/no-cases.txt`: `cargo xtask requirements` takes no test for evidence that had no case at all.

use std::{env, fs, io::Write as _, path::PathBuf, thread};

use serde_json::Value;

/// Returns the folder: `PORTHOLE_FIXTURES`, or else `../shared/fixtures` beside the project.
pub fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures");
    let folder = env::var_os("PORTHOLE_FIXTURES").map_or_else(|| beside.into(), PathBuf::from);
    folder.join("index.json").is_file().then_some(folder)
}

/// Notes for `cargo xtask requirements` that the test that runs has cases, or none of a sort.
fn note(has_cases: bool, of: &str) {
    if !has_cases {
        println!("no cases: {of}; set PORTHOLE_FIXTURES to the folder of the fixtures");
    }
    write(if has_cases { "some" } else { "none" });
}

/// Notes how many cases a test used of those that it was given. A test that used none shows nothing, though
/// the folder has files of its kinds.
pub fn used(count: usize, of: &str) {
    println!("{count} {of}");
    if count == 0 {
        write("unused");
    }
}

fn write(word: &str) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/target/no-cases.txt");
    let list = fs::OpenOptions::new().create(true).append(true).open(file);
    let thread = thread::current();
    let line = format!("{word} {}\n", thread.name().unwrap_or_default());
    list.and_then(|mut list| list.write_all(line.as_bytes())).expect("the list can be written");
}

/// A fixture, as `index.json` describes it.
pub struct Fixture {
    /// The file or directory, relative to the folder.
    pub path: String,
    /// The facts to check a reader against.
    pub expected: Value,
    /// The whole entry of `index.json`.
    pub entry: Value,
}

impl Fixture {
    /// Reads the fixture, or a file inside it.
    pub fn read(&self, inside: &str) -> Vec<u8> {
        bytes(format!("{}/{inside}", self.path).trim_end_matches('/'))
    }

    /// Returns the path of a fixture that is a directory.
    pub fn folder(&self) -> PathBuf {
        folder().expect("the fixtures are there").join(&self.path)
    }

    /// Reads the listings of the layers from the file beside the fixture.
    pub fn layer_listing(&self) -> Vec<Value> {
        match self.entry.get("layerListing").and_then(Value::as_str) {
            Some(path) => serde_json::from_slice(&bytes(path)).expect("a listing is JSON"),
            None => Vec::new(),
        }
    }
}

/// Returns the fixtures of a kind. If there are none, prints a line.
pub fn of_kind(kind: &str) -> Vec<Fixture> {
    let Some(folder) = folder() else {
        note(false, &format!("fixtures of kind {kind}"));
        return Vec::new();
    };
    let index = fs::read(folder.join("index.json")).expect("index.json can be read");
    let index: Value = serde_json::from_slice(&index).expect("index.json is JSON");
    let items = index["items"].as_array().expect("items is a list");
    let found: Vec<_> = items.iter().filter(|item| item["kind"] == kind).map(describe).collect();
    note(!found.is_empty(), &format!("fixtures of kind {kind}"));
    println!("{} fixtures of kind {kind}", found.len());
    found
}

fn describe(item: &Value) -> Fixture {
    let path = item["path"].as_str().expect("a fixture has a path").to_owned();
    Fixture { path, expected: item["expected"].clone(), entry: item.clone() }
}

/// Returns those of the cases of all tables of a kind that a test is about.
pub fn chosen(kind: &str, about: &str, is_chosen: impl Fn(&Value) -> bool) -> Vec<Value> {
    let tables = of_kind(kind);
    let tables = tables.iter().map(|fixture| fixture.read(""));
    let tables = tables.map(|bytes| serde_json::from_slice::<Value>(&bytes).expect("JSON"));
    let cases = tables.flat_map(|table| table["cases"].as_array().cloned().unwrap_or_default());
    let found: Vec<_> = cases.filter(|case| is_chosen(case)).collect();
    used(found.len(), about);
    found
}

/// Returns the cases of a table of vectors such as `digest-parse`. If the folder is missing, prints a line
/// and returns none.
pub fn cases(path: &str) -> Vec<Value> {
    if !folder().is_some_and(|folder| folder.join(path).is_file()) {
        note(false, &format!("the cases of {path}"));
        return Vec::new();
    }
    let table: Value = serde_json::from_slice(&bytes(path)).expect("a table is JSON");
    let cases = table["cases"].as_array().expect("cases is a list").clone();
    assert!(!cases.is_empty(), "{path} has no cases");
    note(true, path);
    println!("{} cases of {path}", cases.len());
    cases
}

/// Returns cases of a test's own, and those of a table behind them if the folder is there.
pub fn cases_after(own: Vec<Value>, path: &str) -> Vec<Value> {
    assert!(!own.is_empty(), "a test has a case of its own");
    note(true, path);
    println!("{} cases of the test's own", own.len());
    [own, cases(path)].concat()
}

/// Reads a file of the folder, which must exist.
pub fn bytes(path: &str) -> Vec<u8> {
    let folder = folder().expect("the fixtures are there");
    fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the cases of a table of inputs and expected results. If the folder is missing, prints a line and
/// returns none.
pub fn vector(name: &str) -> Vec<Value> {
    cases(&format!("vector/{name}.json"))
}

/// Returns a text field of a case. It is empty if the field is null or missing.
pub fn text(case: &Value, field: &str) -> String {
    case[field].as_str().unwrap_or_default().to_owned()
}
