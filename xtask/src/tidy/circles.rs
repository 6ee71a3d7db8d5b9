//! No files import each other in a circle. A module that names its own children is no user of them, and
//! a name that it only hands on belongs to the file that defines it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Violation, modules::Modules, source::Source};

/// The folders that are searched, each the source of one crate.
const CRATES: &[&str] = &["src/", "xtask/src/", "xtask/devtools/src/", "test-registry/src/"];

/// The names that a file uses of each other file.
type Arrows = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Checks all crates.
pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    find(sources).iter().map(violation).collect()
}

/// The number of circles in all crates.
pub(super) fn count(sources: &[Source]) -> usize {
    find(sources).len()
}

/// All circles: of each, the arrows between its files.
fn find(sources: &[Source]) -> Vec<Arrows> {
    let crates = CRATES.iter().map(|folder| arrows(&Modules::below(folder, sources)));
    crates.flat_map(|arrows| circles(&arrows)).collect()
}

fn arrows(modules: &Modules) -> Arrows {
    let mut arrows = Arrows::new();
    for module in modules.iter() {
        for reach in modules.reaches(module) {
            let Some(owner) = modules.get(&reach.owner) else { continue };
            let own_child = reach.owner.starts_with(&module.path);
            let hands_on = is_face(owner.source) && owner.defines_nothing();
            if !own_child && !hands_on {
                let targets = arrows.entry(module.source.path.clone()).or_default();
                targets.entry(owner.source.path.clone()).or_default().insert(reach.name);
            }
        }
    }
    arrows
}

/// The file is the face of a folder or of a crate.
fn is_face(source: &Source) -> bool {
    source.path.ends_with("/mod.rs") || source.path.ends_with("/lib.rs")
}

/// Groups the files that reach each other.
fn circles(arrows: &Arrows) -> Vec<Arrows> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|file| (file.as_str(), reached(arrows, file))).collect();
    let mut found = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for (file, others) in &reached {
        if !others.contains(file) || done.contains(file) {
            continue;
        }
        let back = |other: &str| reached.get(other).is_some_and(|them| them.contains(file));
        let members: BTreeSet<&str> = others.iter().copied().filter(|o| back(o)).collect();
        done.extend(&members);
        found.push(inside(arrows, &members));
    }
    found
}

/// All files that a file leads to, itself only where an arrow leads back.
fn reached<'a>(arrows: &'a Arrows, file: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = vec![file];
    while let Some(next) = open.pop() {
        for target in arrows.get(next).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(target.as_str()) {
                open.push(target);
            }
        }
    }
    found
}

/// The arrows between some files.
fn inside(arrows: &Arrows, members: &BTreeSet<&str>) -> Arrows {
    let mut arrows = arrows.clone();
    arrows.retain(|file, _| members.contains(file.as_str()));
    for targets in arrows.values_mut() {
        targets.retain(|file, _| members.contains(file.as_str()));
    }
    arrows
}

fn violation(circle: &Arrows) -> Violation {
    let mut what = format!("{} files import each other in a circle:", circle.len());
    for (file, targets) in circle {
        for (target, names) in targets {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            what.push_str(&format!("\n    {file} uses {} of {target}", names.join(", ")));
        }
    }
    let first = circle.keys().next().map(String::as_str).unwrap_or_default();
    Violation::of(first, what)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> =
            files.iter().map(|(path, text)| Source::new(path, text)).collect();
        check(&sources).iter().map(ToString::to_string).collect()
    }

    const TWO: &str = "src/a/b.rs: 2 files import each other in a circle:\
                       \n    src/a/b.rs uses Bar of src/a/c.rs\
                       \n    src/a/c.rs uses Foo of src/a/b.rs";

    #[test]
    fn two_files_are_found_in_every_form() {
        for (first, second) in [
            ("use crate::a::c::Bar;", "use crate::a::b::Foo;"),
            ("use super::c::Bar;", "use super::b::Foo;"),
            ("use crate::{\n    a::{c::{Bar}},\n};", "use super::{b::Foo};"),
            ("fn f() { super::c::Bar }", "use crate::a::b;\nfn f() { b::Foo }"),
        ] {
            let first = format!("pub struct Foo;\n{first}");
            let second = format!("pub struct Bar;\n{second}");
            let found = messages(&[("src/a/b.rs", &first), ("src/a/c.rs", &second)]);
            assert_eq!(found, [TWO], "{first} {second}");
        }
    }

    #[test]
    fn three_files_are_found_with_all_their_names() {
        let found = messages(&[
            ("xtask/src/a.rs", "use crate::b::{B, C};"),
            ("xtask/src/b.rs", "use crate::c::D;"),
            ("xtask/src/c.rs", "use crate::a::E;"),
            ("xtask/src/d.rs", "use crate::a::E;"),
        ]);
        assert_eq!(
            found,
            ["xtask/src/a.rs: 3 files import each other in a circle:\
              \n    xtask/src/a.rs uses B, C of xtask/src/b.rs\
              \n    xtask/src/b.rs uses D of xtask/src/c.rs\
              \n    xtask/src/c.rs uses E of xtask/src/a.rs"]
        );
    }

    #[test]
    fn a_circle_through_a_face_is_found() {
        let face = ("src/a/mod.rs", "mod b;\nmod c;\npub use b::Foo;\npub use c::Bar;");
        let first = ("src/a/b.rs", "pub struct Foo;\nuse super::Bar;");
        let second = ("src/a/c.rs", "pub struct Bar;\nuse crate::a::Foo;");
        assert_eq!(messages(&[face, first, second]), [TWO]);
    }

    #[test]
    fn a_face_that_owns_a_name_is_a_file_as_others() {
        let found = messages(&[
            ("src/a/mod.rs", "mod b;\nuse crate::c::Bar;\npub struct Own;"),
            ("src/c.rs", "use crate::a::Own;\npub struct Bar;"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn what_is_no_circle_is_not_found() {
        for files in [
            // A face that names its children, and a child that uses the face's own name.
            [("src/a/mod.rs", "use b::Foo;\npub struct Own;"), ("src/a/b.rs", "use super::Own;")],
            // A face that only hands on.
            [("src/a/mod.rs", "pub use crate::c::Bar;"), ("src/c.rs", "use crate::a::Other;")],
            // Tests.
            [
                ("src/a.rs", "use crate::c::Bar;"),
                ("src/c.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::a::Foo;\n}"),
            ],
            [("src/a/b.rs", "use super::tests::x;"), ("src/a/tests.rs", "use super::b::Foo;")],
            // Crates with the same names of files.
            [("src/a.rs", "use crate::c::X;"), ("xtask/src/c.rs", "use crate::a::Y;")],
            // One direction.
            [("src/a.rs", "use crate::c::X;"), ("src/c.rs", "use std::fmt;")],
        ] {
            assert_eq!(messages(&files), [""; 0], "{files:?}");
        }
    }
}
