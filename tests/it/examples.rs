//! Runs the examples as a user does, with a registry, and checks their results.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use porthole::content::verify::digest_of;
use test_registry::{Switches, TestRegistry};

use crate::servers::{DockerRegistry, Server, USER, ours, temporary_folder};

/// Returns the path `target/debug/examples/NAME`. `cargo test` builds the examples with the tests.
fn example(name: &str) -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let built = here.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    let how = "cargo build --examples --features ssr,native";
    assert!(built.is_file(), "{} is not built: {how}", built.display());
    built
}

fn run(name: &str, arguments: &[&str]) -> String {
    let (user, password) = USER;
    let output = Command::new(example(name))
        .args(arguments)
        .envs([("TARGET_USER", user), ("TARGET_PASSWORD", password)])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?}: {error}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn demo() -> TestRegistry {
    ours(Switches::demo().port(0))
}

#[test]
fn an_image_is_pulled_to_a_folder() {
    let (server, folder) = (demo(), temporary_folder());
    let reference = format!("{}/library/harbour:1.4.2", server.host());
    let said = run("pull_to_folder", &[&reference, &folder.display().to_string()]);
    let mut count = 0;
    for file in fs::read_dir(folder.join("blobs/sha256")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        assert_eq!(digest_of(&fs::read(&path).unwrap()).encoded(), name);
        count += 1;
    }
    assert!(count > 3, "{count} files");
    let index = fs::read_to_string(folder.join("index.json")).unwrap();
    let digest = said.split(' ').next().unwrap();
    assert!(index.contains(digest) && index.contains("library/harbour:1.4.2"), "{index}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_image_is_copied_between_registries() {
    let (source, target) = (demo(), DockerRegistry::with_password());
    let from = format!("{}/library/harbour:1.4.2", source.host());
    let to = format!("{}/copied:v1", target.host());
    let said = run("copy_between_registries", &[&from, &to]);
    let original = crate::http::get(&source.host(), "/v2/library/harbour/manifests/1.4.2");
    let digest = digest_of(&original.body);
    assert!(said.trim_end().ends_with(&format!("copied:v1 is {digest}")), "{said}");
}

#[test]
fn an_index_is_synthesised() {
    let server = demo();
    let said = run("synthesize_index", &[&format!("{}/library/harbour:1.4.2", server.host())]);
    let entries: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let platforms: Vec<_> =
        entries.iter().filter_map(|entry| entry["platform"]["architecture"].as_str()).collect();
    assert!(platforms.contains(&"amd64") && platforms.contains(&"arm64"), "{platforms:?}");
}
