//! Tests of the index with small images, and with bytes that are no question.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod broken_off;
mod links;
mod million;

use std::ops::Range;

use super::*;
use crate::{
    content::{
        tar::{ArchiveEvent, Entry, Warning},
        verify::digest_of,
    },
    layers::{
        listing::Lister,
        tree::{ChangeKind, Usage},
    },
};

fn entry(path: &str, kind: EntryKind, link: &str, size: u64) -> Entry {
    Entry {
        path: path.into(),
        kind,
        link: link.into(),
        mode: 0o644,
        uid: 0,
        gid: 0,
        user: Vec::new(),
        group: Vec::new(),
        mtime: 1_700_000_000,
        size,
        stored: size,
        offset: 512,
        device: (0, 0),
        sparse: None,
        xattrs: Vec::new(),
        warnings: Vec::new(),
    }
}

/// `path/` is a directory, `path -> target` a symlink, `path => target` a hard link, `path=n` a file
/// of n bytes, `path:text` a file with that text, anything else an empty file.
fn list(lines: &[&str]) -> Listing {
    let mut lister = Lister::new();
    for (number, line) in (1_u64..).zip(lines) {
        let (mut entry, text) = if let Some((path, link)) = line.split_once(" -> ") {
            (entry(path, EntryKind::Symlink, link, 0), "")
        } else if let Some((path, link)) = line.split_once(" => ") {
            (entry(path, EntryKind::HardLink, link, 0), "")
        } else if line.ends_with('/') {
            (entry(line, EntryKind::Directory, "", 0), "")
        } else if let Some((path, text)) = line.split_once(':') {
            (entry(path, EntryKind::File, "", text.len() as u64), text)
        } else {
            let (path, size) = line.split_once('=').unwrap_or((line, "0"));
            (entry(path, EntryKind::File, "", size.parse().unwrap()), "")
        };
        entry.offset = number * 1_024;
        let _ = lister.take(ArchiveEvent::Entry(Box::new(entry)));
        let _ = lister.take(ArchiveEvent::Content(text.as_bytes()));
        let _ = lister.take(ArchiveEvent::End);
    }
    lister.finish()
}

fn opened(lines: &[&str]) -> LayerRecord {
    LayerRecord { listing: list(lines), ..LayerRecord::default() }
}

/// An index with these layers, and the scope of all of them.
fn index(layers: &[&[&str]]) -> (LayerIndex, Scope) {
    let mut index = LayerIndex::new();
    let mut digests = Vec::new();
    for (number, lines) in layers.iter().enumerate() {
        let digest = digest_of(&[number as u8]);
        index.put(digest.clone(), opened(lines));
        digests.push(digest);
    }
    (index, Scope { layers: digests, ..Scope::default() })
}

const ALL: RowRange = RowRange { offset: 0, count: 1_000 };

fn part(range: Range<u64>) -> RowRange {
    RowRange { offset: range.start, count: (range.end - range.start) as u32 }
}

fn only(scope: &Scope, layer: u16) -> Scope {
    Scope { only: Some(layer), ..scope.clone() }
}

fn paths(open: &[&str]) -> Vec<Vec<u8>> {
    open.iter().map(|path| path.as_bytes().to_vec()).collect()
}

fn ask_rows(
    index: &mut LayerIndex,
    scope: &Scope,
    open: &[&str],
    sort: Sort,
    part: RowRange,
) -> Rows {
    let (scope, open) = (scope.clone(), paths(open));
    let question = Question::Rows { scope, below: Vec::new(), open, sort, part };
    match index.answer(&question) {
        Answer::Rows(rows) => rows,
        other => panic!("{other:?}"),
    }
}

/// Rows as text: depth in blanks, the path, `!` for removed, the change's word.
fn drawn(rows: &Rows) -> Vec<String> {
    let line = |row: &Row| {
        let change =
            row.change.map(|change| format!(" {change:?}").to_lowercase()).unwrap_or_default();
        let removed = if row.removed { "!" } else { "" };
        let path = String::from_utf8_lossy(&row.path);
        format!("{}{path}{removed}{change}", " ".repeat(row.depth.into()))
    };
    rows.rows.iter().map(line).collect()
}

#[test]
fn open_directories_show_what_is_in_them_and_closed_ones_do_not() {
    let layer = ["a/", "a/b/", "a/b/c=3", "a/d=4", "e=5", "f/", "f/g=1"];
    let (mut index, scope) = index(&[&layer]);
    let mut check = |open: &[&str], expected: &[&str]| {
        let rows = ask_rows(&mut index, &scope, open, Sort::Name, ALL);
        assert_eq!(drawn(&rows), expected, "{open:?}");
        assert_eq!(rows.total, expected.len() as u64, "{open:?}");
        // Every window onto the list is a part of the list.
        for start in 0..expected.len() {
            for end in start..=expected.len() {
                let window = part(start as u64..end as u64);
                let rows = ask_rows(&mut index, &scope, open, Sort::Name, window);
                assert_eq!(drawn(&rows), expected[start..end], "{open:?} {start}..{end}");
            }
        }
    };
    check(&[], &["a", "e", "f"]);
    check(&["a"], &["a", " a/b", " a/d", "e", "f"]);
    check(&["a", "a/b"], &["a", " a/b", "  a/b/c", " a/d", "e", "f"]);
    // What is open in a closed directory is not seen.
    check(&["a/b"], &["a", "e", "f"]);
    check(&["f", "a/b", "a", "a"], &["a", " a/b", "  a/b/c", " a/d", "e", "f", " f/g"]);
    check(&["e", "nothing", ""], &["a", "e", "f"]);
}

#[test]
fn a_directory_at_the_top_shows_only_itself() {
    let (mut index, scope) = index(&[&["a/b/c=3", "a/d=4", "link -> a"]]);
    let mut check = |below: &str, expected: Option<&[&str]>| {
        let (scope, below) = (scope.clone(), below.as_bytes().to_vec());
        let open = paths(&["a/b"]);
        let question = Question::Rows { scope, below, open, sort: Sort::Name, part: ALL };
        let rows = match index.answer(&question) {
            Answer::Rows(rows) => Some(drawn(&rows)),
            Answer::Nothing => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(rows, expected.map(|rows| rows.iter().map(|&row| row.to_owned()).collect()));
    };
    check("a", Some(&["a/b", " a/b/c", "a/d"]));
    check("a/b", Some(&["a/b/c"]));
    check("link/b", Some(&["a/b/c"]));
    check("nothing", None);
}

#[test]
fn directories_are_as_large_as_what_is_in_them() {
    let layer = ["small/x=1", "large/deep/x=900", "file=50", "empty/"];
    let (mut index, scope) = index(&[&layer]);
    let rows = ask_rows(&mut index, &scope, &[], Sort::Size, ALL);
    let sizes: Vec<_> = rows.rows.iter().map(|row| (row.size, row.children)).collect();
    assert_eq!(drawn(&rows), ["large", "file", "small", "empty"]);
    assert_eq!(sizes, [(900, 1), (50, 0), (1, 1), (0, 0)]);
}

#[test]
fn each_layer_says_what_it_did_once_all_below_are_there() {
    let layers: [&[&str]; 3] =
        [&["etc/a=1", "etc/b=2", "etc/c=3"], &["etc/a=9", "etc/.wh.b", "new=4"], &[".wh.etc"]];
    let (mut index, scope) = index(&layers);
    let mut check = |layer, expected: &[&str]| {
        let rows = ask_rows(&mut index, &only(&scope, layer), &["etc"], Sort::Name, ALL);
        assert_eq!(drawn(&rows), expected);
    };
    check(0, &["etc added", " etc/a added", " etc/b added", " etc/c added"]);
    check(1, &["etc", " etc/a changed", " etc/b! removed", "new added"]);
    check(2, &["etc! removed"]);
    // A layer alone does not show added from changed, but it shows what it removes.
    let one = Scope { layers: vec![scope.layers[1].clone()], only: Some(0), with_removed: false };
    let rows = ask_rows(&mut index, &one, &["etc"], Sort::Name, ALL);
    assert_eq!(drawn(&rows), ["etc added", " etc/a added", " etc/b! removed", "new added"]);
    let mut with_gap = scope.clone();
    with_gap.layers[0] = digest_of(b"not here");
    let rows = ask_rows(&mut index, &only(&with_gap, 1), &["etc"], Sort::Name, ALL);
    assert_eq!(drawn(&rows), ["etc", " etc/a", " etc/b! removed", "new"]);
}

#[test]
fn merged_layers_hide_what_was_removed_unless_it_is_wanted() {
    let (mut index, scope) = index(&[&["a=1", "b=22"], &[".wh.b", "c"]]);
    let rows = ask_rows(&mut index, &scope, &[], Sort::Name, ALL);
    assert_eq!(drawn(&rows), ["a", "c"]);
    let all = Scope { with_removed: true, ..scope };
    let rows = ask_rows(&mut index, &all, &[], Sort::Name, ALL);
    assert_eq!(drawn(&rows), ["a", "b!", "c"]);
    assert_eq!((rows.rows[1].size, rows.rows[1].layer), (22, 1), "removed by the second layer");
}

#[test]
fn files_are_found_by_name_and_by_glob() {
    let layer = ["usr/lib/libssl.so.3=5", "usr/lib/libc.so=1", "etc/ssl/", "etc/ssl/a.conf"];
    let (mut index, scope) = index(&[&layer]);
    let mut check = |pattern: &str, expected: &[&str]| {
        let scope = scope.clone();
        let question = Question::Find { scope, pattern: pattern.to_owned(), part: ALL };
        match index.answer(&question) {
            Answer::Rows(rows) => assert_eq!(drawn(&rows), expected, "{pattern}"),
            Answer::Nothing => assert_eq!(expected, [""; 0], "{pattern}"),
            other => panic!("{other:?}"),
        }
    };
    check("SSL", &["usr/lib/libssl.so.3", "etc/ssl"]);
    check("*.so", &["usr/lib/libc.so"]);
    check("/etc/**", &["etc/ssl", "etc/ssl/a.conf"]);
    check("", &[]);
    check("none", &[]);
}

#[test]
fn the_largest_files_and_what_is_wasted_are_sorted() {
    let (mut index, scope) = index(&[&["a=10", "b=500", "c=70"], &["a=20", ".wh.c"], &["a=30"]]);
    let question = Question::Largest { scope: scope.clone(), part: part(0..2) };
    let Answer::Rows(rows) = index.answer(&question) else { panic!() };
    assert_eq!((drawn(&rows), rows.total), (vec!["b".to_owned(), "a".to_owned()], 2));
    let Answer::Wasted(wasted) = index.answer(&Question::Wasted { scope, part: ALL }) else {
        panic!()
    };
    assert_eq!(wasted.usage, Usage { total: 630, visible: 530 });
    let paths: Vec<_> = wasted.paths.iter().map(|p| (p.path.as_slice(), p.bytes)).collect();
    assert_eq!(paths, [(&b"c"[..], 70), (b"a", 30)]);
    let changes = [(0, ChangeKind::Added, 70), (1, ChangeKind::Removed, 0)];
    assert_eq!(wasted.paths[0].changes, changes);
}

#[test]
fn sums_say_what_is_here_and_what_is_not() {
    let (mut index, mut scope) = index(&[&["a=10", "b"], &["a=20", ".wh.b"]]);
    scope.layers.push(digest_of(b"not here"));
    let cut = LayerRecord { problem: Some(Incomplete::TooManyEntries), ..opened(&["z=1"]) };
    index.put(digest_of(b"cut"), cut);
    scope.layers.push(digest_of(b"cut"));
    let Answer::Summary(summary) = index.answer(&Question::Summary(scope)) else { panic!() };
    let layers: Vec<_> = summary.layers.iter().map(|l| (l.entries, l.changes)).collect();
    assert_eq!(layers, [(2, Some([2, 0, 0])), (2, Some([0, 1, 1])), (0, None), (1, None)]);
    assert_eq!(summary.layers[0].read_state, ReadState::Complete);
    assert_eq!(summary.layers[2].read_state, ReadState::Unread);
    assert_eq!(summary.layers[3].read_state, ReadState::Partial(Incomplete::TooManyEntries));
    assert_eq!((summary.visible, summary.usage), (2, Usage { total: 31, visible: 21 }));
}

#[test]
fn a_layer_that_cannot_be_listed_does_not_take_the_counts_of_those_above() {
    let (mut index, mut scope) =
        index(&[&["a=10", "b"], &["c"], &["a=20", ".wh.b", "d"], &["d=1"]]);
    let problem = Some(Incomplete::ReadFault(crate::layers::findings::ReadFault::NotAnArchive));
    index.put(scope.layers[1].clone(), LayerRecord { problem, ..LayerRecord::default() });
    let mut told = |scope: &Scope| {
        let question = Question::Summary(scope.clone());
        let Answer::Summary(summary) = index.answer(&question) else { panic!() };
        summary.layers.iter().map(|l| (l.changes, l.unknown_below)).collect::<Vec<_>>()
    };
    let above = [(Some([1, 1, 1]), 1), (Some([0, 1, 0]), 1)];
    assert_eq!(told(&scope), [&[(Some([2, 0, 0]), 0), (None, 0)], &above[..]].concat());
    // What was not read yet is another thing: nothing is known against it.
    scope.layers.insert(2, digest_of(b"not read"));
    let unread = [(None, 0), (None, 0), (None, 0)];
    assert_eq!(told(&scope), [&[(Some([2, 0, 0]), 0), (None, 0)], &unread[..]].concat());
    scope.layers.remove(2);
    let rows = ask_rows(&mut index, &only(&scope, 2), &[], Sort::Name, ALL);
    assert_eq!(drawn(&rows), ["a changed", "b! removed", "d added"]);
}

#[test]
fn a_path_is_told_with_its_history_and_where_its_content_is() {
    let layers: [&[&str]; 2] =
        [&["etc/real:first", "link -> etc/real", "gone -> nowhere"], &["etc/real:second!"]];
    let (mut index, scope) = index(&layers);
    let mut details = |scope: &Scope, path: &str| {
        let path = path.as_bytes().to_vec();
        match index.answer(&Question::Details { scope: scope.clone(), path }) {
            Answer::Details(details) => Some(*details),
            Answer::Nothing => None,
            other => panic!("{other:?}"),
        }
    };
    let real = details(&scope, "/etc/real").unwrap();
    assert_eq!(real.changes, [(0, ChangeKind::Added, 5), (1, ChangeKind::Changed, 7)]);
    assert_eq!(
        real.stored,
        Some(Stored { layer: 1, offset: 1_024, stored: 7, size: 7, part: None })
    );
    let link = details(&scope, "link").unwrap();
    assert_eq!((link.target.as_deref(), link.stored), (Some(&b"etc/real"[..]), real.stored));
    let gone = details(&scope, "gone").unwrap();
    assert_eq!((gone.target, gone.stored), (None, None));
    // The file as the first layer brought it is still to be had, and knows what came after.
    let first = details(&only(&scope, 0), "etc/real").unwrap();
    assert_eq!(
        first.stored.unwrap(),
        Stored { layer: 0, offset: 1_024, stored: 5, size: 5, part: None }
    );
    assert_eq!(first.changes, real.changes);
    assert_eq!(first.row.change, Some(ChangeKind::Added));
    assert_eq!(details(&scope, "nothing"), None);
    let kept = |index: &mut LayerIndex, layer: usize, offset| {
        let layer = scope.layers[layer].clone();
        index.answer(&Question::Content { layer, offset })
    };
    assert_eq!(kept(&mut index, 0, 1_024), Answer::Content(b"first".to_vec(), Basis::FirstPass));
    assert_eq!(kept(&mut index, 1, 1_024), Answer::Content(b"second!".to_vec(), Basis::FirstPass));
    assert_eq!(kept(&mut index, 0, 7), Answer::Nothing);
}

#[test]
fn packages_are_those_that_a_container_sees() {
    let before = "var/lib/dpkg/status:Package: zlib\nVersion: 1\nStatus: install ok installed\n";
    let after = "var/lib/dpkg/status:Package: zlib\nVersion: 2\nStatus: install ok installed\n\n\
                 Package: bash\nVersion: 5\nStatus: install ok installed\n";
    let release = "etc/os-release:PRETTY_NAME=\"Made Up 1\"\nID=madeup\n";
    let (mut index, scope) = index(&[&[before, release], &[after]]);
    let mut check = |filter: &str, expected: &[(&str, &str)], known| {
        let (scope, filter) = (scope.clone(), filter.to_owned());
        let question = Question::Packages { scope, filter, part: ALL };
        let Answer::Packages(packages) = index.answer(&question) else { panic!() };
        assert_eq!((packages.system.as_str(), packages.known), ("Made Up 1", known));
        let found = packages.packages.iter().map(|(_, _, p)| (p.name.as_str(), p.version.as_str()));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    };
    check("", &[("bash", "5"), ("zlib", "2")], 2);
    check("ZL", &[("zlib", "2")], 2);
}

#[test]
fn bytes_that_are_no_question_are_answered_all_the_same() {
    let (mut index, scope) = index(&[&["a=1"]]);
    assert_eq!(Answer::from_bytes(&index.ask(&[200, 1, 2])), Some(Answer::Unknown));
    let asked = Question::Largest { scope, part: ALL }.to_bytes();
    let Some(Answer::Rows(rows)) = Answer::from_bytes(&index.ask(&asked)) else { panic!() };
    assert_eq!(drawn(&rows), ["a"]);
}

#[test]
fn cap_path_changes_leaves_the_later_ones_out() {
    let changes = |layers: usize| {
        let (mut index, scope) = index(&vec![&["a=1"][..]; layers]);
        let question = Question::Details { scope, path: b"a".to_vec() };
        let Answer::Details(details) = index.answer(&question) else { panic!() };
        details.changes.len()
    };
    assert_eq!(changes(caps::PATH_CHANGES), caps::PATH_CHANGES);
    assert_eq!(changes(caps::PATH_CHANGES + 1), caps::PATH_CHANGES);
}

#[test]
fn cap_answer_rows_holds_for_each_kind_of_list() {
    let most = caps::ANSWER_ROWS as usize;
    let files: Vec<_> = (0..=most).map(|number| format!("{number}=7")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    for count in [most, most + 1] {
        let (mut index, scope) = index(&[&files[..count], &[".wh..wh..opq"]]);
        let base = only(&scope, 0);
        let pattern = "*".to_owned();
        let questions = [
            Question::Rows {
                scope: base.clone(),
                below: vec![],
                open: vec![],
                sort: Sort::Name,
                part: ALL,
            },
            Question::Find { scope: base.clone(), pattern, part: ALL },
            Question::Largest { scope: base, part: ALL },
            Question::Wasted { scope, part: ALL },
        ];
        for question in questions {
            let (rows, total) = match index.answer(&question) {
                Answer::Rows(rows) => (rows.rows.len(), rows.total),
                Answer::Wasted(wasted) => (wasted.paths.len(), wasted.total),
                other => panic!("{other:?}"),
            };
            assert_eq!((rows, total), (most, count as u64), "{question:?}");
        }
    }
}

#[test]
fn cap_answer_bytes_refuses_a_longer_answer_and_says_so() {
    let answer = |length: usize| {
        Answer::Packages(Packages { system: "s".repeat(length), ..Packages::default() })
    };
    let most = caps::ANSWER_BYTES;
    // The length of a text takes as many bytes in both.
    let overhead = answer(most - 100).to_bytes().len() - (most - 100);
    let fits = within_the_cap(&answer(most - overhead));
    assert_eq!((fits.len(), Answer::from_bytes(&fits)), (most, Some(answer(most - overhead))));
    let refused = Answer::from_bytes(&within_the_cap(&answer(most - overhead + 1)));
    assert_eq!(refused, Some(Answer::Failed(ContentFault::TooLarge(most as u64))));
    // The content of a file is counted by its own cap.
    let content = Answer::Content(vec![7; most + 1_000], Basis::FirstPass);
    assert_eq!(Answer::from_bytes(&within_the_cap(&content)), Some(content));
}

#[test]
fn cap_faults_shown_cuts_the_faults_of_a_layer_in_an_overview() {
    let told = |count: usize| {
        let mut opened = opened(&["a=1"]);
        opened.listing.odd = vec![Warning::ExtensionTooLarge(1); count];
        let (mut index, digest) = (LayerIndex::new(), digest_of(b"a"));
        index.put(digest.clone(), opened);
        let question = Question::Summary(Scope { layers: vec![digest], ..Scope::default() });
        let Answer::Summary(summary) = index.answer(&question) else { panic!() };
        summary.layers[0].odd.len()
    };
    assert_eq!(told(caps::FAULTS_SHOWN), caps::FAULTS_SHOWN);
    assert_eq!(told(caps::FAULTS_SHOWN + 1), caps::FAULTS_SHOWN);
}

/// Counting up what is known of the layers below takes one step for each layer.
#[test]
fn cap_image_layers_is_summed_up_in_one_pass() {
    let (mut index, _) = index(&[&["a=1"]]);
    let scope = Scope { layers: vec![digest_of(&[0]); caps::IMAGE_LAYERS], ..Scope::default() };
    let Answer::Summary(summary) = index.answer(&Question::Summary(scope)) else { panic!() };
    assert_eq!(summary.layers.len(), caps::IMAGE_LAYERS);
    assert_eq!(summary.layers.last().and_then(|layer| layer.changes), Some([0, 1, 0]));
}

/// A layer whose listing takes so many bytes, and keeps a file of so many.
fn of_weight(packed: usize, kept: usize) -> LayerRecord {
    let listing = |extra: usize| {
        let mut lister = Lister::new();
        let mut file = entry("var/lib/dpkg/status", EntryKind::File, "", kept as u64);
        file.xattrs = vec![("user.a".to_owned(), vec![0; extra])];
        let _ = lister.take(ArchiveEvent::Entry(Box::new(file)));
        let _ = lister.take(ArchiveEvent::Content(&vec![7; kept]));
        let _ = lister.take(ArchiveEvent::End);
        lister.finish()
    };
    let overhead = listing(packed - 1_000).weight() - kept - (packed - 1_000);
    let listing = listing(packed - overhead);
    assert_eq!(listing.weight(), packed + kept);
    LayerRecord { listing, ..LayerRecord::default() }
}

#[test]
fn cap_opened_bytes_lets_files_go_and_then_leaves_a_layer_out() {
    let (most, large, kept) = (caps::OPENED_BYTES, 30 << 20, 20 << 20);
    let mut index = LayerIndex::new();
    let digest = |number: usize| digest_of(&number.to_le_bytes());
    index.put(digest(0), of_weight(large, kept));
    for number in 1..=5 {
        index.put(digest(number), of_weight(large, 0));
    }
    let rest = most - index.weight();
    index.put(digest(6), of_weight(rest, 0));
    assert_eq!(index.weight(), most);
    let is_kept = |index: &LayerIndex| index.layer(&digest(0)).unwrap().listing.kept(512).is_some();
    assert!(is_kept(&index));
    // One byte more: the file is let go.
    index.put(digest(6), of_weight(rest + 1, 0));
    assert_eq!((index.weight(), is_kept(&index)), (most + 1 - kept, false));
    index.put(digest(7), of_weight(kept - 1, 0));
    assert_eq!(index.weight(), most);
    // There is nothing more to let go.
    index.put(digest(8), of_weight(2_000, 0));
    assert_eq!(index.weight(), most);
    let problem = |number: usize| index.layer(&digest(number)).unwrap().problem.clone();
    assert_eq!((problem(7), problem(8)), (None, Some(Incomplete::TooManyEntries)));
}
