//! Tests of trees, from layers that are written as lines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod hard_links;
mod parents;

use super::*;

fn entry(path: &str, kind: EntryKind, link: &str, size: u64) -> Entry {
    Entry {
        path: path.as_bytes().to_vec(),
        kind,
        link: link.as_bytes().to_vec(),
        mode: 0o644,
        uid: 0,
        gid: 0,
        user: Vec::new(),
        group: Vec::new(),
        mtime: 0,
        size,
        stored: size,
        offset: 512,
        device: (0, 0),
        sparse: None,
        xattrs: Vec::new(),
        warnings: Vec::new(),
    }
}

/// `path/` is a directory, `path -> target` a symlink, `path => target` a hard link, `path=n` a
/// file of n bytes, anything else an empty file.
fn parse(text: &str) -> Entry {
    if let Some((path, link)) = text.split_once(" -> ") {
        entry(path, EntryKind::Symlink, link, 0)
    } else if let Some((path, link)) = text.split_once(" => ") {
        entry(path, EntryKind::HardLink, link, 0)
    } else if text.ends_with('/') {
        entry(text, EntryKind::Directory, "", 0)
    } else if let Some((path, size)) = text.split_once('=') {
        entry(path, EntryKind::File, "", size.parse().unwrap())
    } else {
        entry(text, EntryKind::File, "", 0)
    }
}

fn build(layers: &[&[&str]]) -> FileTree {
    let mut tree = FileTree::new();
    for (number, layer) in layers.iter().enumerate() {
        tree.begin_layer(number as u16);
        for (place, text) in (1_u64..).zip(*layer) {
            tree.add(&Entry { offset: place * 512, ..parse(text) });
        }
    }
    tree
}

fn visible(tree: &FileTree) -> Vec<String> {
    let mut paths: Vec<_> = tree
        .ids()
        .filter(|&id| id != ROOT && tree.node(id).unwrap().visible)
        .map(|id| String::from_utf8_lossy(&tree.path(id)).into_owned())
        .collect();
    paths.sort();
    paths
}

#[test]
fn layers_are_merged_as_a_container_sees_them() {
    let check = |layers: &[&[&str]], expected: &[&str]| {
        assert_eq!(visible(&build(layers)), expected, "{layers:?}");
    };
    check(&[&["a/", "a/b=1"]], &["a", "a/b"]);
    check(&[&["./a/b=1", "/c"]], &["a", "a/b", "c"]);
    check(&[&["a/b", "a/c"], &["a/.wh.b"]], &["a", "a/c"]);
    check(&[&["a/b", "a/c"], &[".wh.a"]], &[]);
    // A whiteout hides only lower layers, before or behind the entry of its own layer.
    check(&[&["a=1"], &[".wh.a", "a=2"]], &["a"]);
    check(&[&["a=1"], &["a=2", ".wh.a"]], &["a"]);
    check(&[&["d/x", "d/y"], &["d/", "d/.wh..wh..opq", "d/z"]], &["d", "d/z"]);
    check(&[&["d/x", "d/y"], &["d/z", "d/.wh..wh..opq"]], &["d", "d/z"]);
    check(&[&["d/e/x"], &["d/.wh..wh..opq"]], &["d"]);
    // A file in place of a directory, and the other way round.
    check(&[&["a/b", "a/c/d"], &["a=1"]], &["a"]);
    check(&[&["a=1"], &["a/b"]], &["a", "a/b"]);
    check(&[&["a/b"], &["a/"]], &["a", "a/b"]);
    // Whiteouts of what is not there, and twice.
    check(&[&[".wh.a"], &[".wh.a", ".wh."]], &[]);
    check(&[&["a"], &[".wh.a"], &["a"]], &["a"]);
    // Paths that lead out stay inside.
    check(&[&["../../etc/passwd"]], &["etc", "etc/passwd"]);
    // Links among the parents are followed.
    check(
        &[&["usr/bin/", "bin -> usr/bin"], &["bin/sh"]],
        &["bin", "usr", "usr/bin", "usr/bin/sh"],
    );
}

#[test]
fn links_are_resolved_inside_the_image_only() {
    let tree = build(&[&[
        "etc/real",
        "etc/rel -> real",
        "abs -> /etc/real",
        "up -> ../../../etc/rel",
        "dir -> etc",
        "through -> dir/rel",
        "hard => etc/real",
        "loop1 -> loop2",
        "loop2 -> loop1",
        "self -> self/self",
        "gone -> nothing",
    ]]);
    let check = |path: &str, expected: Option<&str>| {
        let found = tree.find(path.as_bytes()).and_then(|id| tree.follow(id));
        let found = found.map(|id| String::from_utf8(tree.path(id)).unwrap());
        assert_eq!(found.as_deref(), expected, "{path}");
    };
    for path in ["etc/real", "etc/rel", "abs", "up", "dir/rel", "through", "/dir/../abs"] {
        check(path, Some("etc/real"));
    }
    // A hard link is the file itself.
    check("hard", Some("hard"));
    for path in ["loop1", "loop2", "self", "gone", "loop1/x", "etc/real/x"] {
        check(path, None);
    }
    check("..", Some(""));
}

#[test]
fn each_layer_s_part_in_a_path_is_kept() {
    let tree = build(&[&["a=10", "b=5"], &["a=20"], &[".wh.a"]]);
    let changes = |path: &[u8]| {
        let id = tree.ids().find(|&id| tree.path(id) == path).unwrap();
        tree.node(id)
            .unwrap()
            .changes()
            .iter()
            .map(|c| (c.layer, c.kind, c.size))
            .collect::<Vec<_>>()
    };
    let expected =
        [(0, ChangeKind::Added, 10), (1, ChangeKind::Changed, 20), (2, ChangeKind::Removed, 0)];
    assert_eq!(changes(b"a"), expected);
    assert_eq!(changes(b"b"), [(0, ChangeKind::Added, 5)]);
    let usage = tree.usage();
    assert_eq!((usage.total, usage.visible, usage.wasted()), (35, 5, 30));
    assert_eq!(usage.efficiency(), 142);
    assert_eq!(FileTree::new().usage().efficiency(), 1_000);
}

#[test]
fn sums_and_largest_files_count_what_is_visible() {
    let tree = build(&[&["a/b=3", "a/c=4", "d=7", "e=1"], &[".wh.d"]]);
    assert_eq!(tree.sizes()[0], 8);
    let largest: Vec<_> = tree.largest(2).into_iter().map(|id| tree.path(id)).collect();
    assert_eq!(largest, [b"a/c".to_vec(), b"a/b".to_vec()]);
}

#[test]
fn hundred_thousand_components_are_left_out_and_counted() {
    let tree = build(&[&[&"x/".repeat(100_000), "a"]]);
    assert_eq!(tree.left_out, 1);
    assert_eq!(visible(&tree), ["a"]);
}

#[test]
fn links_that_name_each_other_twice_end_soon() {
    let mut links = vec!["l0 -> .".to_owned()];
    links.extend((1..60).map(|n| format!("l{n} -> l{0}/l{0}", n - 1)));
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    let tree = build(&[&links]);
    assert_eq!(tree.find(b"l59").and_then(|id| tree.follow(id)), None);
}

/// A random layer of few names, so that paths meet again, as files, links, directories, whiteouts.
fn random_layer(chance: &mut u32) -> Vec<String> {
    let mut below = |limit: u32| {
        *chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*chance >> 16) % limit
    };
    let names = ["a", "b", "c", ".", "..", ".wh.a", ".wh.b", ".wh..wh..opq", ""];
    let mut path = |limit: u32| {
        let parts = 1 + below(4);
        let names: Vec<_> = (0..parts).map(|_| names[below(limit) as usize]).collect();
        names.join("/")
    };
    let ends = ["", "", "=3", "/", "", "=5", " -> a", " -> ../b", " -> /c/a", " => a/b"];
    let rounds = ends.iter().cycle().take(30);
    rounds.zip([9, 3].iter().cycle()).map(|(end, &limit)| path(limit) + end).collect()
}

#[test]
fn what_a_tree_remembers_of_a_layer_changes_nothing() {
    let mut chance = 7;
    for _ in 0..1_000 {
        let layers: Vec<_> = (0..3).map(|_| random_layer(&mut chance)).collect();
        let [mut remembering, mut forgetting] = [FileTree::new(), FileTree::new()];
        for (number, layer) in (0_u16..).zip(&layers) {
            remembering.begin_layer(number);
            forgetting.begin_layer(number);
            for entry in layer.iter().map(|text| parse(text)) {
                remembering.add(&entry);
                forgetting.last = None;
                forgetting.hidden.clear();
                forgetting.add(&entry);
            }
        }
        for tree in [&mut remembering, &mut forgetting] {
            tree.last = None;
            tree.hidden.clear();
            // What is remembered saves steps.
            tree.steps.set(0);
        }
        assert_eq!(format!("{remembering:?}"), format!("{forgetting:?}"), "{layers:?}");
    }
}

#[test]
fn a_link_through_the_directory_that_it_leads_to_is_followed_anew() {
    let base = &["a/x/", "b/y/", "a/l -> /a/x", "c -> /a/l/.."][..];
    let tree = build(&[base, &["c/f", "c/l -> /b/y", "c/g"]]);
    assert_eq!(visible(&tree), ["a", "a/f", "a/l", "a/x", "b", "b/g", "b/y", "c"]);
    let tree = build(&[base, &["c/f", "c/.wh..wh..opq", "c/g"]]);
    // The link is gone, so that `..` takes its name away.
    assert_eq!((visible(&tree).join(" ").as_str(), tree.left_out), ("a a/f a/g b b/y c", 0));
}

#[test]
fn what_was_hidden_once_is_not_looked_through_again() {
    let files: Vec<Entry> = (0..100_000).map(|n| parse(&format!("d/{n}=1"))).collect();
    let of = |again: &str| {
        let mut tree = FileTree::new();
        files.iter().for_each(|file| tree.add(file));
        tree.begin_layer(1);
        tree.add(&parse("d/z=1"));
        (0..100_000).for_each(|_| tree.add(&parse(again)));
        visible(&tree)
    };
    assert_eq!(of("d/.wh..wh..opq"), ["d", "d/z"]);
    assert_eq!(of(".wh.d"), ["d", "d/z"]);
    assert_eq!(of("d"), ["d", "d/z"]);
}

#[test]
fn a_full_tree_takes_no_more_and_counts_what_it_leaves_out() {
    let mut tree = FileTree { room: 6, ..FileTree::new() };
    ["a/1", "b/c/d/2", "b/3", ".wh.a"].iter().for_each(|text| tree.add(&parse(text)));
    assert_eq!(visible(&tree), ["a", "a/1", "b", "b/c", "b/c/d", "b/c/d/2"]);
    assert_eq!(tree.left_out, 2);
}

#[test]
fn cap_path_depth_leaves_deeper_entries_out_and_counts_them() {
    let check = |depth: usize, left_out: u64| {
        let path = vec!["d"; depth].join("/");
        let tree = build(&[&[path.as_str(), "last"]]);
        let found = (tree.left_out, tree.find(path.as_bytes()).is_some());
        assert_eq!(found, (left_out, left_out == 0), "{depth}");
        assert!(tree.find(b"last").is_some());
    };
    check(caps::PATH_DEPTH, 0);
    check(caps::PATH_DEPTH + 1, 1);
}

/// Links of which each leads to the next, and the last to a directory.
fn chain(links: usize) -> Vec<String> {
    let step = |n: usize| format!("l{n} -> l{}", n + 1);
    (0..links).map(step).chain([format!("l{links}/")]).collect()
}

#[test]
fn cap_links_followed_ends_looking_and_placing() {
    let check = |links: usize, is_followed: bool| {
        let mut layer = chain(links);
        layer.push("l0/file".to_owned());
        let tree = build(&[&layer.iter().map(String::as_str).collect::<Vec<_>>()]);
        assert_eq!(tree.left_out, u64::from(!is_followed), "{links}");
        let first = tree.at(b"l0").unwrap();
        assert_eq!(tree.follow(first).is_some(), is_followed, "{links}");
        assert_eq!(tree.find(b"l0/file").is_some(), is_followed, "{links}");
    };
    check(caps::LINKS_FOLLOWED, true);
    check(caps::LINKS_FOLLOWED + 1, false);
}

#[test]
fn cap_tree_paths_leaves_the_others_out_and_counts_them() {
    let mut tree = FileTree::new();
    let mut file = entry("", EntryKind::File, "", 1);
    for number in 0..caps::TREE_PATHS + 2 {
        assert_eq!(tree.left_out, number.saturating_sub(caps::TREE_PATHS) as u64);
        file.path = format!("directory/{number}").into_bytes();
        if number == 0 {
            file.path = b"directory".to_vec();
            file.kind = EntryKind::Directory;
        }
        tree.add(&file);
        file.kind = EntryKind::File;
    }
    assert_eq!((tree.len() - 1, tree.left_out), (caps::TREE_PATHS, 2));
}

#[test]
fn cap_tree_bytes_counts_what_paths_have_and_leaves_the_others_out() {
    let takes = |tree: &mut FileTree, entry: &Entry| {
        let before = tree.left_out;
        tree.add(entry);
        tree.left_out == before
    };
    let bytes = |entry: Entry| {
        let mut tree = FileTree::new();
        assert!(takes(&mut tree, &entry));
        tree.bytes - DIRECTORY
    };
    let file = || entry("name", EntryKind::File, "", 1);
    assert_eq!(bytes(file()), 4);
    let rare = bytes(Entry { user: b"u".to_vec(), ..file() }) - 1;
    let xattrs = vec![("user.a".to_owned(), vec![0; 94])];
    assert_eq!(bytes(Entry { xattrs, ..file() }), rare + 100);
    let link = entry("name", EntryKind::Symlink, &"l".repeat(100), 0);
    assert_eq!(bytes(link), rare + 100);
    // The changes of each layer but the first.
    let many = build(&[&["name"], &["name"], &["name"]]);
    assert_eq!(many.bytes, DIRECTORY + 4 + 2 * size_of::<Change>());
    assert_eq!(build(&[&["a/b/c"]]).bytes, 3 * DIRECTORY + 3);

    let mut tree = FileTree::new();
    tree.bytes = caps::TREE_BYTES - 1;
    assert!(takes(&mut tree, &file()));
    tree.bytes = caps::TREE_BYTES;
    assert!(!takes(&mut tree, &entry("other", EntryKind::File, "", 1)));
}

/// The changes of a path are not copied for each layer that changes it again: 1,024 layers of 1,000 paths.
#[test]
fn layers_that_change_the_same_paths_again_and_again_cost_what_they_bring() {
    let mut tree = FileTree::new();
    for layer in 0..caps::IMAGE_LAYERS as u16 {
        tree.begin_layer(layer);
        for number in 0..1_000 {
            tree.add(&entry(&number.to_string(), EntryKind::File, "", 1));
        }
    }
    let changes = tree.node(tree.at(b"7").unwrap()).unwrap().changes().len();
    assert_eq!((changes, tree.left_out), (caps::IMAGE_LAYERS, 0));
}

#[test]
fn cap_tree_steps_counts_paths_and_links_and_leaves_the_others_out() {
    let steps = |layer: &[&str]| build(&[layer]).steps.get();
    assert_eq!(steps(&["a/b/c/d"]), 3);
    // Beside the last entry nothing is looked up again.
    assert_eq!(steps(&["a/b/c/d", "a/b/c/e"]), 3);
    assert_eq!(steps(&["f", "a => f"]), 1);
    let along = steps(&["l -> d", "d/", "l/x"]);
    assert!((3..8).contains(&along), "{along}");
    let takes = |before: u64| {
        let mut tree = FileTree::new();
        tree.steps.set(before);
        tree.add(&parse("a/b"));
        tree.left_out == 0
    };
    assert!(takes(caps::TREE_STEPS - 1));
    assert!(!takes(caps::TREE_STEPS));
}
