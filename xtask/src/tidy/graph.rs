//! The crates that end in the page: which may not, and how many there are.

use super::Violation;
use crate::{
    failure::Result,
    steps::{cargo, output},
};

/// Crates that cost size or maintenance, and have no place in the page.
const FORBIDDEN: &[&str] = &["regex", "url", "chrono", "uuid", "bincode", "getrandom", "reqwest"];

/// Forbidden crates that come with Yew, which we do not choose, and why they do no harm.
const WITH_YEW: &[(&str, &str)] = &[
    ("bincode", "gloo-worker's codec; nothing here starts a gloo worker, so linking drops it"),
    ("getrandom", "gloo-history's state keys; the routes here are our own, so linking drops it"),
];

/// The most packages that the page may be made of.
const PACKAGES: usize = 150;

/// Checks the graph of the page.
///
/// # Errors
/// When cargo cannot tell the graph.
pub(crate) fn check() -> Result<Vec<Violation>> {
    let mut command = cargo();
    command.args(["tree", "--target", "wasm32-unknown-unknown", "--features", "app"]);
    command.args(["--edges", "normal", "--prefix", "depth", "--locked"]);
    command.args(["--package", "porthole-registry"]);
    let tree = output(&mut command, "run cargo tree yourself to see what is wrong")?;
    Ok(judge(&tree))
}

/// Judges the output of `cargo tree --prefix depth`.
fn judge(tree: &str) -> Vec<Violation> {
    let mut names: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in tree.lines() {
        let name = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let direct = line.strip_prefix('1').is_some_and(|rest| rest == name);
        let name = name.split(' ').next().unwrap_or_default();
        let with_yew = WITH_YEW.iter().any(|(crate_name, _)| *crate_name == name);
        let new = !names.contains(&name);
        if new {
            names.push(name);
        }
        if FORBIDDEN.contains(&name) && (direct || new && !with_yew) {
            found.push(Violation::of("Cargo.toml", format!("{name} may not be in the page")));
        }
    }
    if names.len() > PACKAGES {
        let what = format!("the page is made of {} packages, over {PACKAGES}", names.len());
        found.push(Violation::of("Cargo.toml", what));
    }
    for (name, _) in WITH_YEW.iter().filter(|(name, _)| !names.contains(name)) {
        let what = format!("{name} no longer comes with Yew: strike it from the list in tidy");
        found.push(Violation::of("Cargo.toml", what));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn messages(tree: &str) -> Vec<String> {
        judge(tree).into_iter().map(|v| v.to_string()).collect()
    }

    #[test]
    fn a_forbidden_crate_is_found_at_any_depth() {
        let tree = "0porthole v0.1.0\n1yew v0.23.0\n2bincode v1.3.3\n3getrandom v0.2.17\n";
        assert_eq!(messages(tree), [""; 0]);
        for line in ["1regex v1.0.0", "7uuid v0.3.0", "1bincode v1.3.3"] {
            let name = line.split(['1', '7', ' ']).nth(1).unwrap();
            let found = messages(&format!("{tree}{line}\n"));
            assert_eq!(found, [format!("Cargo.toml: {name} may not be in the page")], "{line}");
        }
    }

    #[test]
    fn too_many_packages_are_found() {
        let tree: String = (0..PACKAGES).map(|n| format!("1crate{n} v1.0.0\n")).collect();
        let found = messages(&format!("2bincode v1.3.3\n2getrandom v0.2.17\n{tree}"));
        assert_eq!(found, ["Cargo.toml: the page is made of 152 packages, over 150"]);
    }

    #[test]
    fn an_exception_that_is_not_needed_is_found() {
        assert_eq!(messages("0porthole v0.1.0\n").len(), WITH_YEW.len());
    }
}
