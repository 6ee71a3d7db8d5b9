//! The dependency table holds for re-exports too: a folder may not get through another folder's
//! `pub use` a name of a folder that it may not use.

use super::{
    Violation, layers,
    modules::{Modules, Reach},
    source::Source,
};

/// Checks all files of `src/`.
pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let modules = Modules::below("src/", sources);
    let mut found = Vec::new();
    for module in modules.iter() {
        let Some(layer) = module.source.layer() else { continue };
        for reach in modules.reaches(module) {
            let Some(door) = door(layer, &reach).and_then(|path| modules.get(path)) else {
                continue;
            };
            let owner = first(&reach.owner);
            let through = door.source.path.trim_start_matches("src/");
            let what = format!("{layer} may not use {owner} ({}, through {through})", reach.name);
            found.push(Violation::new(module.source, reach.line, what));
        }
    }
    found
}

/// The module through which a folder gets a name that it may not use. A path that names the forbidden
/// folder itself is the matter of `layers`, and so is a re-export inside the folder.
fn door<'a>(layer: &str, reach: &'a Reach) -> Option<&'a Vec<String>> {
    let owner = first(&reach.owner);
    if layers::may_use(layer, owner) || layers::is_shared_value(layer, owner, &reach.name) {
        return None;
    }
    let door = reach.through.iter().rev().find(|path| first(path) != owner)?;
    (first(door) != layer).then_some(door)
}

fn first(path: &[String]) -> &str {
    path.first().map(String::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    const OWNER: (&str, &str) = ("src/ops/mod.rs", "mod verdict;\npub use verdict::Verdict;");
    const VERDICT: (&str, &str) = ("src/ops/verdict.rs", "pub enum Verdict {}");

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().chain([&OWNER, &VERDICT]);
        let sources: Vec<Source> = files.map(|(path, text)| Source::new(path, text)).collect();
        check(&sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_through_a_re_export_is_found_in_every_form() {
        for (re_export, user) in [
            ("pub use crate::ops::Verdict;", "use crate::app::doctor::Verdict;"),
            ("pub(crate) use crate::ops::{Verdict};", "use crate::app::{doctor::{Verdict as V}};"),
            ("pub use crate::ops::verdict::Verdict;", "fn f(v: &crate::app::doctor::Verdict) {}"),
            ("pub use crate::ops::*;", "use crate::app::doctor::Verdict;"),
            (
                "pub use super::super::ops::Verdict;",
                "use super::super::super::app::doctor::Verdict;",
            ),
            ("pub use crate::ops::Verdict;", "use crate::app::doctor::*; fn f(v: Verdict) {}"),
        ] {
            let found =
                messages(&[("src/app/doctor.rs", re_export), ("src/ui/views/doctor.rs", user)]);
            let line =
                "src/ui/views/doctor.rs:1: ui may not use ops (Verdict, through app/doctor.rs)";
            assert_eq!(found, [line], "{re_export} {user}");
        }
    }

    #[test]
    fn a_name_through_an_imported_module_is_found() {
        let door = ("src/app/doctor.rs", "pub use crate::ops::Verdict;");
        let user = ("src/ui/a.rs", "use crate::app::doctor;\nfn f(v: doctor::Verdict) {}");
        let line = "src/ui/a.rs:2: ui may not use ops (Verdict, through app/doctor.rs)";
        assert_eq!(messages(&[door, user]), [line]);
    }

    #[test]
    fn a_new_name_is_reported_with_the_old_one() {
        let door = ("src/app/doctor.rs", "pub use crate::ops::Verdict as Outcome;");
        let found = messages(&[door, ("src/ui/a.rs", "use crate::app::doctor::Outcome;")]);
        assert_eq!(found, ["src/ui/a.rs:1: ui may not use ops (Verdict, through app/doctor.rs)"]);
    }

    #[test]
    fn a_chain_of_re_exports_names_the_one_that_leads_there() {
        let found = messages(&[
            ("src/app/mod.rs", "mod doctor;\npub use doctor::Verdict;"),
            ("src/app/doctor.rs", "pub use crate::ops::Verdict;"),
            ("src/ui/a.rs", "use crate::app::Verdict;"),
            ("src/ui/b.rs", "use crate::app::*;\nfn f(v: Verdict) {}"),
        ]);
        let what = "ui may not use ops (Verdict, through app/doctor.rs)";
        assert_eq!(found, [format!("src/ui/a.rs:1: {what}"), format!("src/ui/b.rs:1: {what}")]);
    }

    #[test]
    fn what_the_table_allows_is_not_found() {
        for files in [
            // The folder's own name, and a name that the user may have anyway.
            [
                ("src/app/doctor.rs", "pub struct Verdict;"),
                ("src/ui/a.rs", "use crate::app::doctor::Verdict;"),
            ],
            [
                ("src/app/doctor.rs", "pub use crate::oci::Digest;"),
                ("src/ui/a.rs", "use crate::app::doctor::Digest;"),
            ],
            // `app` may use `ops` itself.
            [
                ("src/app/doctor.rs", "pub use crate::ops::Verdict;"),
                ("src/app/a.rs", "use super::doctor::Verdict;"),
            ],
            // An import that is not handed on.
            [
                ("src/app/doctor.rs", "use crate::ops::Verdict;\npub struct Row(Verdict);"),
                ("src/ui/a.rs", "use crate::app::doctor::Row;"),
            ],
        ] {
            assert_eq!(messages(&files), [""; 0], "{files:?}");
        }
    }

    #[test]
    fn a_value_that_the_table_names_may_be_handed_on() {
        let files = [
            ("src/app/doctor.rs", "pub use crate::ops::diagnose::{Fault, recipe};"),
            ("src/ops/diagnose.rs", "pub enum Fault {}\npub fn recipe() {}"),
            ("src/ui/doctor.rs", "use crate::app::doctor::{Fault, recipe};"),
        ];
        let found = messages(&files);
        assert_eq!(
            found,
            ["src/ui/doctor.rs:1: ui may not use ops (recipe, through app/doctor.rs)"]
        );
    }
}
