//! The modules of a crate, and which file owns a name that another file uses: re-exports are followed
//! to the file that defines the name.

use std::collections::BTreeMap;

use super::{
    source::Source,
    uses::{self, Use, without_visibility},
};

/// A module that is a file.
pub(super) struct Module<'a> {
    /// Its path inside the crate.
    pub(super) path: Vec<String>,
    /// Its file.
    pub(super) source: &'a Source,
    uses: Vec<Use>,
    defines: Vec<String>,
}

impl Module<'_> {
    /// The file only hands names on.
    pub(super) fn defines_nothing(&self) -> bool {
        self.defines.is_empty()
    }

    /// The names that the code mentions.
    fn words(&self) -> impl Iterator<Item = &str> {
        self.source.code.split(|c: char| !(c.is_alphanumeric() || c == '_'))
    }
}

/// A name of another file that a file uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reach {
    /// The line of the user.
    pub(super) line: usize,
    pub(super) name: String,
    /// The path of the module that owns it.
    pub(super) owner: Vec<String>,
    /// The paths of the modules whose re-exports lead there, in order.
    pub(super) through: Vec<Vec<String>>,
}

/// The modules of one crate by their paths.
pub(super) struct Modules<'a> {
    all: BTreeMap<Vec<String>, Module<'a>>,
}

/// The longest chain of re-exports that is followed.
const CHAIN: usize = 16;

impl<'a> Modules<'a> {
    /// The modules below a folder: `src/`.
    pub(super) fn below(folder: &str, sources: &'a [Source]) -> Self {
        let inside = sources.iter().filter_map(|source| {
            let path = module_path(source.path.strip_prefix(folder)?);
            let (uses, defines) = (uses::read(source), definitions(source));
            Some((path.clone(), Module { path, source, uses, defines }))
        });
        let is_test = |module: &Module| module.source.code.is_empty();
        Self { all: inside.filter(|(_, module)| !is_test(module)).collect() }
    }

    /// All modules in order of their paths.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Module<'a>> {
        self.all.values()
    }

    /// The module with exactly this path.
    pub(super) fn get(&self, path: &[String]) -> Option<&Module<'a>> {
        self.all.get(path)
    }

    /// All names of other files that a module uses, each where it is used first. A module that is only
    /// brought in to name what is inside counts by that.
    pub(super) fn reaches(&self, module: &Module) -> Vec<Reach> {
        let mut found: Vec<Reach> = Vec::new();
        let inline = paths(&module.source.code);
        let is_prefix = |u: &Use| {
            let is_module = || self.get(&self.absolute(module, &u.path)?);
            let begins = |(_, path): &(usize, Vec<String>)| path.first() == Some(&u.name);
            inline.iter().any(begins) && is_module().is_some()
        };
        let imported = module.uses.iter().filter(|u| !is_prefix(u));
        let mut imported: Vec<_> = imported.map(|u| (u.line, u.path.clone())).collect();
        imported.extend(module.uses.iter().flat_map(|u| self.handed_on(module, u)));
        for (line, path) in imported.into_iter().chain(inline.iter().cloned()) {
            let Some(path) = self.absolute(module, &path) else { continue };
            let Some(reach) = self.resolve(line, &path, Vec::new()) else { continue };
            let known = |r: &Reach| r.name == reach.name && r.owner == reach.owner;
            if reach.owner != module.path && !found.iter().any(known) {
                found.push(reach);
            }
        }
        found
    }

    /// The names that an import of all names brings from re-exports, as far as the code mentions them.
    fn handed_on(&self, module: &Module, import: &Use) -> Vec<(usize, Vec<String>)> {
        let Some(("*", folder)) = import.path.split_last().map(|(last, f)| (last.as_str(), f))
        else {
            return Vec::new();
        };
        let target = self.absolute(module, folder).and_then(|path| self.get(&path));
        let public = target.into_iter().flat_map(|target| target.uses.iter().filter(|u| u.public));
        let mentioned = public.filter(|u| module.words().any(|word| word == u.name));
        mentioned.map(|u| (import.line, [folder, std::slice::from_ref(&u.name)].concat())).collect()
    }

    /// The path from the root of the crate; `None` where it leads into another crate.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut base = module.path.clone();
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => return Some([base.as_slice(), rest].concat()),
            "super" => {
                base.pop();
                let ups = rest.iter().take_while(|name| *name == "super").count();
                base.truncate(base.len().saturating_sub(ups));
                return Some([base.as_slice(), rest.get(ups..)?].concat());
            }
            _ => base.push(first.clone()),
        }
        if self.all.contains_key(&base) {
            return Some([base.as_slice(), rest].concat());
        }
        let import = module.uses.iter().find(|u| &u.name == first && u.path.first() != Some(first));
        let target = self.absolute(module, &import?.path)?;
        self.all.contains_key(&target).then(|| [target.as_slice(), rest].concat())
    }

    /// The owner of what a path from the root of the crate names.
    fn resolve(&self, line: usize, path: &[String], through: Vec<Vec<String>>) -> Option<Reach> {
        let length = (0..=path.len()).rev().find(|n| self.at(path, *n).is_some())?;
        let module = self.at(path, length)?;
        let Some(name) = path.get(length).cloned() else {
            let name = path.last().cloned().unwrap_or_default();
            return Some(Reach { line, name, owner: module.path.clone(), through });
        };
        let next = self.next(module, &name).filter(|_| through.len() < CHAIN);
        if let Some(mut target) = next {
            target.extend(path.iter().skip(length + 1).cloned());
            let through = [through, vec![module.path.clone()]].concat();
            return self.resolve(line, &target, through);
        }
        Some(Reach { line, name, owner: module.path.clone(), through })
    }

    fn at(&self, path: &[String], length: usize) -> Option<&Module<'a>> {
        self.all.get(path.get(..length)?)
    }

    /// The path that a module imports a name from, if the name is not its own.
    fn next(&self, module: &Module, name: &str) -> Option<Vec<String>> {
        if name == "*" || module.defines.iter().any(|own| own == name) {
            return None;
        }
        if let Some(import) = module.uses.iter().find(|u| u.name == name) {
            return self.absolute(module, &import.path).filter(|target| !target.is_empty());
        }
        let globs = module.uses.iter().filter(|u| u.public && u.name == "*");
        let mut targets = globs.filter_map(|glob| {
            let (_, folder) = glob.path.split_last()?;
            let target = self.absolute(module, folder)?;
            let named = [target.as_slice(), &[name.to_owned()]].concat();
            let owner = self.get(&target)?;
            let has = owner.defines.iter().any(|own| own == name);
            (has || self.next(owner, name).is_some()).then_some(named)
        });
        targets.next()
    }
}

/// `a/b.rs` and `a/b/mod.rs` are the module `a::b`, `lib.rs` is the root.
fn module_path(file: &str) -> Vec<String> {
    let file = file.strip_suffix(".rs").unwrap_or(file);
    let mut path: Vec<String> = file.split('/').map(str::to_owned).collect();
    if file.ends_with("/mod") || file == "lib" {
        path.pop();
    }
    path
}

const KEYWORDS: [&str; 9] =
    ["struct", "enum", "trait", "type", "fn", "const", "static", "union", "macro_rules!"];

/// The names of the items at the top of a file.
fn definitions(source: &Source) -> Vec<String> {
    source.lines().filter_map(|(_, line)| item(line)).map(|(_, name)| name.to_owned()).collect()
}

/// The keyword and the name of the item that a line at the top of a file defines.
pub(super) fn item(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = without_visibility(line);
    let mut words = rest.split(' ').filter(|word| !["async", "unsafe", "extern"].contains(word));
    let mut keyword = words.next().filter(|word| KEYWORDS.contains(word))?;
    let mut name = words.next()?;
    if keyword == "const" && name == "fn" {
        (keyword, name) = (name, words.next()?);
    }
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
    name.get(..end).filter(|name| !name.is_empty()).map(|name| (keyword, name))
}

/// The paths of two names and more in the code outside of `use` lines, with their lines.
fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut in_use = false;
    for (at, line) in code.lines().enumerate() {
        in_use |= without_visibility(line.trim_start()).1.starts_with("use ");
        if !in_use {
            let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let words = line.split(|c: char| !is_path(c)).filter(|word| word.contains("::"));
            found.extend(words.map(|word| (at + 1, names(word))));
        }
        in_use &= !line.contains(';');
    }
    found
}

/// The names of a path; none where it has only one or begins with `::`.
fn names(word: &str) -> Vec<String> {
    let names: Vec<String> = word.split("::").map(str::to_owned).collect();
    if names.first().is_some_and(String::is_empty) { Vec::new() } else { names }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    /// The names that the first file uses of the others: `Name of owner through a, b`.
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let sources: Vec<Source> =
            files.iter().map(|(path, text)| Source::new(path, text)).collect();
        let modules = Modules::below("src/", &sources);
        let user = modules.iter().find(|module| module.source.path == files[0].0).unwrap();
        let reaches = modules.reaches(user).into_iter().map(|reach| {
            let through: Vec<String> = reach.through.iter().map(|path| path.join("::")).collect();
            let through = through.join(", ");
            format!("{} of {} through {through}", reach.name, reach.owner.join("::"))
        });
        let shown: Vec<String> =
            reaches.map(|text| text.trim_end_matches(" through ").to_owned()).collect();
        assert_eq!(shown, expected, "{files:?}");
    }

    const B: (&str, &str) = ("src/a/b.rs", "pub struct Foo;\npub(crate) fn bar() {}");

    #[test]
    fn a_name_is_found_in_the_file_that_defines_it() {
        for text in [
            "use crate::a::b::Foo;",
            "use super::b::Foo;",
            "use crate::a::{b::{Foo}};",
            "use super::b::Foo as Other;",
            "fn f() { crate::a::b::Foo }",
            "use super::b;\nfn f() { b::Foo }",
        ] {
            check(&[("src/a/c.rs", text), B], &["Foo of a::b"]);
        }
        let face = ("src/a/mod.rs", "use b::Foo;\nfn f() { self::b::bar() }");
        check(&[face, B], &["Foo of a::b", "bar of a::b"]);
        check(&[("src/a/c.rs", "use super::b;"), B], &["b of a::b"]);
        check(&[("src/a/c.rs", "use super::b::*;"), B], &["* of a::b"]);
        let face = ("src/a/mod.rs", "pub use b::Foo;\npub use b::bar;");
        let all = ("src/c.rs", "use crate::a::*;\nfn f(x: Foo) {}");
        check(&[all, face, B], &["* of a", "Foo of a::b through a"]);
        check(&[("src/a/c.rs", "use super::b::Foo;\nfn f() { Foo::new() }"), B], &["Foo of a::b"]);
    }

    #[test]
    fn re_exports_lead_to_the_owner() {
        for face in [
            "mod b;\npub use b::Foo;",
            "pub(crate) use self::b::*;",
            "mod b;\nuse b::Foo;",
            "pub use crate::a::b::Foo;",
        ] {
            let user = ("src/c.rs", "use crate::a::Foo;");
            check(&[user, ("src/a/mod.rs", face), B], &["Foo of a::b through a"]);
        }
        let user = ("src/c.rs", "use crate::a::Bar;");
        check(&[user, ("src/a/mod.rs", "pub use b::bar as Bar;"), B], &["bar of a::b through a"]);
        let d = ("src/d.rs", "pub use crate::a::*;");
        let a = ("src/a/mod.rs", "pub use b::Foo;");
        check(&[("src/c.rs", "use crate::d::Foo;"), d, a, B], &["Foo of a::b through d, a"]);
    }

    #[test]
    fn names_of_other_crates_and_own_names_are_left_out() {
        for text in ["use std::fmt;\nfn f() { fmt::Foo }", "fn f() { Self::Foo; c::Foo }"] {
            check(&[("src/a/c.rs", text), B], &[]);
        }
        let own = ("src/a/mod.rs", "pub use b::Foo as Bar; pub struct X;\npub struct Foo;");
        check(&[("src/c.rs", "use crate::a::Foo;"), own, B], &["Foo of a"]);
    }

    #[test]
    fn re_exports_in_a_ring_end() {
        let ring = [("src/b.rs", "pub use crate::c::X;"), ("src/c.rs", "pub use crate::b::X;")];
        let sources: Vec<Source> = ring.iter().map(|(p, t)| Source::new(p, t)).collect();
        let modules = Modules::below("src/", &sources);
        assert_eq!(modules.iter().map(|module| modules.reaches(module).len()).max(), Some(1));
    }

    #[test]
    fn items_are_known_by_their_keyword() {
        for (line, expected) in [
            ("pub(crate) struct A<T>(T);", Some(("struct", "A"))),
            ("pub const fn b() {", Some(("fn", "b"))),
            ("async fn c() {}", Some(("fn", "c"))),
            ("const D: u8 = 1;", Some(("const", "D"))),
            ("    struct Inner;", None),
            ("impl A {", None),
        ] {
            assert_eq!(item(line), expected, "{line}");
        }
    }
}
