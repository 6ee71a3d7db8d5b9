//! Links in the answers: details, rows, wasted bytes, and the databases of packages behind them.

use super::*;

fn details(index: &mut LayerIndex, scope: &Scope, path: &str) -> Details {
    let question = Question::Details { scope: scope.clone(), path: path.as_bytes().to_vec() };
    match index.answer(&question) {
        Answer::Details(details) => *details,
        other => panic!("{path}: {other:?}"),
    }
}

/// The layer of the content and the content, the path of the other name, and whether it is one.
fn told(index: &mut LayerIndex, scope: &Scope, path: &str) -> (String, String, bool) {
    let details = details(index, scope, path);
    let target = details.target.map(|path| String::from_utf8(path).unwrap()).unwrap_or_default();
    let content = details.stored.map_or("none".to_owned(), |stored| {
        let layer = scope.layers[usize::from(stored.layer)].clone();
        let question = Question::Content { layer, offset: stored.offset };
        let Answer::Content(bytes, _) = index.answer(&question) else { panic!("{path}") };
        format!("{} {}", stored.layer, String::from_utf8(bytes).unwrap())
    });
    (content, target, details.is_another_name)
}

#[test]
fn a_hard_link_is_told_with_the_file_that_it_names() {
    let (mut index, scope) = index(&[
        &["opt/a:first", "opt/b => opt/a", "opt/c:here", "opt/d => opt/c", "e => nothing"],
        &["opt/a:SECOND", "opt/.wh.c", "f => opt/b"],
        &["opt/b:third"],
    ]);
    let mut check = |scope: &Scope, path: &str, content: &str, target: &str, is_name: bool| {
        let expected = (content.to_owned(), target.to_owned(), is_name);
        assert_eq!(told(&mut index, scope, path), expected, "{path} {:?}", scope.only);
    };
    let below = Scope { layers: scope.layers[..2].to_vec(), ..scope.clone() };
    check(&below, "opt/a", "1 SECOND", "", false);
    check(&below, "opt/b", "0 first", "", true);
    check(&below, "opt/d", "0 here", "", true);
    check(&below, "e", "none", "", false);
    check(&scope, "opt/b", "2 third", "", false);
    check(&scope, "f", "0 first", "", true);
    // One layer alone: the first still has both names, and the second names a file of the first.
    check(&only(&scope, 0), "opt/b", "0 first", "opt/a", true);
    check(&only(&scope, 0), "opt/d", "0 here", "opt/c", true);
    check(&only(&scope, 1), "f", "0 first", "", true);
}

#[test]
fn a_hard_link_to_a_symbolic_link_is_told_as_that_link() {
    let base: &[&str] = &["o/t:target1", "o/s -> t", "o/h => o/s"];
    let check = |layers: &[&[&str]], only_layer: Option<u16>, end: &str, is_there: bool| {
        let (mut index, scope) = index(layers);
        let scope = only_layer.map_or(scope.clone(), |layer| only(&scope, layer));
        let details = details(&mut index, &scope, "o/h");
        let (row, target) = (&details.row, details.target.as_deref().unwrap_or_default());
        assert_eq!((row.kind, row.link.as_slice()), (EntryKind::Symlink, &b"t"[..]), "{layers:?}");
        assert_eq!(target, end.as_bytes(), "{layers:?}");
        assert_eq!(details.first_name, Some((b"o/s".to_vec(), is_there)), "{layers:?}");
        assert!(details.is_another_name);
    };
    check(&[base], None, "o/t", true);
    check(&[base, &["o/t:target2", "o/.wh.s"]], None, "o/t", false);
    check(&[base, &["o/s:other"]], None, "o/t", false);
    check(&[base, &["o/.wh.t"]], None, "", true);
    check(&[base, &["o/.wh.s"]], Some(0), "o/t", true);
    check(&[&base[..2], &base[2..]], Some(1), "o/t", true);
    check(&[&base[..2], &base[2..], &["o/.wh.s"]], Some(1), "o/t", false);
}

#[test]
fn a_link_of_a_layer_names_what_was_there_then() {
    let (mut index, scope) = index(&[&["a:first"], &["b => a"], &["a:other", "b:other too"]]);
    let expected = ("0 first".to_owned(), "a".to_owned(), true);
    assert_eq!(told(&mut index, &only(&scope, 1), "b"), expected);
    assert_eq!(details(&mut index, &only(&scope, 1), "b").row.size, 5);
}

#[test]
fn a_name_that_is_removed_wastes_nothing_while_another_is_left() {
    let check = |layers: &[&[&str]], expected: &[(&str, u64)], visible: u64| {
        let (mut index, scope) = index(layers);
        let Answer::Wasted(wasted) = index.answer(&Question::Wasted { scope, part: ALL }) else {
            panic!()
        };
        let paths = wasted.paths.iter().map(|w| (std::str::from_utf8(&w.path).unwrap(), w.bytes));
        assert_eq!(paths.collect::<Vec<_>>(), expected, "{layers:?}");
        assert_eq!(wasted.usage.visible, visible, "{layers:?}");
        let sum: u64 = expected.iter().map(|(_, bytes)| bytes).sum();
        assert_eq!(wasted.usage.wasted(), sum, "{layers:?}");
    };
    let base: &[&str] = &["a=10", "b => a"];
    check(&[base], &[], 10);
    check(&[base, &[".wh.a"]], &[], 10);
    check(&[base, &["a=3"]], &[], 13);
    check(&[base, &[".wh.b"]], &[], 10);
    check(&[base, &[".wh.a"], &[".wh.b"]], &[("a", 10)], 0);
    check(&[base, &["a=3"], &["a=4", "b=5"]], &[("a", 13)], 9);
    check(&[&["a=10", "b => a", "a=20"]], &[], 30);
    check(&[&["a=10", "a=20"]], &[("a", 10)], 20);
}

const DPKG: &str = "Package: zlib\nVersion: 1\nStatus: install ok installed\n";
const APK: &str = "C:Q1abc=\nP:musl\nV:2\n\n";

/// The packages of an image of these layers, each with the path of its database, and the system.
fn software(layers: &[&[String]]) -> (String, String) {
    let lines: Vec<Vec<&str>> =
        layers.iter().map(|layer| layer.iter().map(String::as_str).collect()).collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    let (mut index, scope) = index(&lines);
    let question = Question::Packages { scope, filter: String::new(), part: ALL };
    let Answer::Packages(packages) = index.answer(&question) else { panic!() };
    assert_eq!(packages.problems, []);
    let one = |(_, path, package): &(String, Vec<u8>, crate::content::packages::Package)| {
        format!("{} {}", package.name, String::from_utf8_lossy(path))
    };
    (packages.packages.iter().map(one).collect::<Vec<_>>().join(", "), packages.system)
}

#[test]
fn databases_are_found_through_links() {
    let check = |lines: &[String], expected: &str| {
        assert_eq!(software(&[lines]).0, expected, "{lines:?}");
    };
    let line = |text: &str| text.to_owned();
    let status = "zlib var/lib/dpkg/status";
    let store = format!("opt/db/status:{DPKG}");
    for link in [
        "var/lib/dpkg/status -> /opt/db/status",
        "var/lib/dpkg/status -> ../../../opt/db/status",
        "var/lib/dpkg/status => opt/db/status",
        "var/lib/dpkg -> /opt/db",
        "var/lib/dpkg -> ../../opt/db",
        "var/lib -> /x/lib\nx/lib/dpkg -> /opt/db",
        "var/lib/dpkg/status -> s2\nvar/lib/dpkg/s2 -> s3\nvar/lib/dpkg/s3 => opt/db/status",
        "opt/l -> db/status\nvar/lib/dpkg/status => opt/l\nvar/lib/dpkg/db/status => opt/db/status",
    ] {
        let lines: Vec<_> = [store.clone()].into_iter().chain(link.lines().map(line)).collect();
        check(&lines, status);
    }
    // By its own name and by a link, it counts once.
    let apk = format!("usr/lib/apk/db/installed:{APK}");
    check(&[apk.clone(), line("lib -> usr/lib")], "musl usr/lib/apk/db/installed");
    let both = [apk, line("lib/apk/db/installed => usr/lib/apk/db/installed")];
    check(&both, "musl usr/lib/apk/db/installed");
    // Parts: each a link, or the directory.
    let part = "zlib var/lib/dpkg/status.d/zlib";
    let store = format!("store/zlib:{DPKG}");
    check(&[store.clone(), line("var/lib/dpkg/status.d/zlib -> /store/zlib")], part);
    check(&[store.clone(), line("var/lib/dpkg/status.d/zlib => store/zlib")], part);
    check(&[store, line("var/lib/dpkg/status.d -> /store")], part);
    // A link to nothing, a loop, and a link to a directory.
    check(&[line("var/lib/dpkg/status -> /none")], "");
    check(&[line("var/lib/dpkg/status -> status")], "");
    check(&[line("d/x"), line("var/lib/dpkg/status -> /d")], "");
}

#[test]
fn packages_of_languages_are_found_through_links() {
    let check = |lines: &[&str], expected: &str| {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(software(&[&lines]).0, expected, "{lines:?}");
    };
    let npm = r#"store/a/package.json:{"name":"a","version":"1"}"#;
    check(&[npm, "app/node_modules -> /store"], "a app/node_modules/a/package.json");
    check(&[npm, "app/node_modules/a -> /store/a"], "a app/node_modules/a/package.json");
    check(&[npm, "app/node_modules/@x -> /store"], "a app/node_modules/@x/a/package.json");
    let scoped = r#"store/@x/a/package.json:{"name":"@x/a","version":"1"}"#;
    check(&[scoped, "app/node_modules -> /store"], "@x/a app/node_modules/@x/a/package.json");
    let link = "app/node_modules/a/package.json => store/a/package.json";
    check(&[npm, link], "a app/node_modules/a/package.json");
    // pnpm: the real place has such a name itself.
    let real = r#"node_modules/.pnpm/a@1/node_modules/a/package.json:{"name":"a","version":"1"}"#;
    let found = "a node_modules/.pnpm/a@1/node_modules/a/package.json";
    check(&[real, "node_modules/a -> .pnpm/a@1/node_modules/a"], found);
    let python = "store/x/METADATA:Metadata-Version: 2.1";
    let lines = [python, "lib/x-1.dist-info -> /store/x"];
    let lines: Vec<String> =
        lines.iter().map(|line| format!("{line}\nName: x\nVersion: 1\n")).collect();
    let lines = [lines[0].clone(), "lib/x-1.dist-info -> /store/x".to_owned()];
    assert_eq!(software(&[&lines]).0, "x lib/x-1.dist-info/METADATA");
}

#[test]
fn the_system_is_found_through_links() {
    let release = |path: &str, name: &str| format!("{path}:NAME={name}\n");
    let check = |layers: &[&[String]], expected: &str| {
        assert_eq!(software(layers).1, expected, "{layers:?}");
    };
    let line = |text: &str| text.to_owned();
    let usr = release("usr/lib/os-release", "usr");
    check(&[&[usr.clone(), line("etc/os-release -> ../usr/lib/os-release")]], "usr");
    let other = release("store/1.file", "store");
    check(&[&[usr.clone(), other.clone(), line("etc/os-release -> /store/1.file")]], "store");
    check(&[&[usr.clone(), other.clone(), line("etc/os-release => store/1.file")]], "store");
    check(&[&[other.clone(), line("usr/lib/os-release => store/1.file")]], "store");
    // The store is hidden by a later layer, and the name is left.
    let base = [other, line("usr/lib/os-release => store/1.file")];
    check(&[&base, &[line(".wh.store")]], "store");
    check(&[&base, &[line("store/.wh..wh..opq"), usr]], "usr");
}

/// The answer about packages to databases with a text each.
fn packages_of(texts: impl Iterator<Item = String>) -> crate::layers::index::Packages {
    let line = |(number, text)| format!("app/node_modules/a{number}/package.json:{text}");
    let lines: Vec<String> = texts.enumerate().map(line).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (mut index, scope) = index(&[&lines]);
    let question = Question::Packages { scope, filter: String::new(), part: ALL };
    let Answer::Packages(packages) = index.answer(&question) else { panic!() };
    packages
}

#[test]
fn cap_packages_counts_all_databases_of_an_image() {
    let check = |count: usize, problems: &[DatabaseProblem]| {
        let found = packages_of((0..count).map(|_| r#"{"name":"a"}"#.to_owned()));
        let told: Vec<_> = found.problems.iter().map(|(_, problem)| *problem).collect();
        assert_eq!((found.known, told.as_slice()), (caps::PACKAGES as u64, problems));
    };
    check(caps::PACKAGES, &[]);
    let fault = crate::content::packages::DatabaseFault::TooManyPackages(caps::PACKAGES as u64);
    check(caps::PACKAGES + 1, &[DatabaseProblem::Fault(fault)]);
}

#[test]
fn cap_faults_shown_counts_the_problems_of_databases_beyond_it() {
    let last = |count: usize| {
        let found = packages_of((0..count).map(|_| "{}".to_owned()));
        (found.problems.len(), found.problems.last().map(|(_, problem)| *problem))
    };
    let most = caps::FAULTS_SHOWN;
    let fault = crate::content::packages::DatabaseFault::Unnamed;
    assert_eq!(last(most), (most, Some(DatabaseProblem::Fault(fault))));
    assert_eq!(last(most + 1), (most + 1, Some(DatabaseProblem::More(1))));
    assert_eq!(last(most + 70), (most + 1, Some(DatabaseProblem::More(70))));
}
