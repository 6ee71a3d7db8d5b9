//! Entries whose directories are links go where containerd places them (`fs.RootPath`, then
//! `mkparent`).

use super::*;

fn check(layers: &[&[&str]], expected: &str, left_out: u64) {
    let tree = build(layers);
    let found = (visible(&tree).join(" "), tree.left_out);
    assert_eq!(found, (expected.to_owned(), left_out), "{layers:?}");
}

#[test]
fn what_a_link_leads_to_and_is_missing_is_made() {
    // goldmann/docker-squash#104: `/run` is not there yet.
    check(&[&["var/run -> /run", "var/run/app.pid"]], "run run/app.pid var var/run", 0);
    check(&[&["a/l -> ../x/y", "a/l/f"]], "a a/l x x/y x/y/f", 0);
    check(&[&["l -> m", "m -> n/o", "l/f"]], "l m n n/o n/o/f", 0);
    // A link on the way of a missing target.
    check(&[&["d -> e", "l -> d/x", "l/f"]], "d e e/x e/x/f l", 0);
    // A later layer brings the target, or a link in its place.
    check(&[&["l -> t", "l/f"], &["t/", "t/g"]], "l t t/f t/g", 0);
    check(&[&["l -> t", "l/f"], &["t -> u", "l/g"]], "l t u u/g", 0);
    // What a layer removed is missing.
    check(&[&["t/f", "l -> t"], &[".wh.t"], &["l/g"]], "l t t/g", 0);
    // Whiteouts go through links too.
    check(&[&["usr/lib/x", "lib -> usr/lib"], &["lib/.wh.x"]], "lib usr usr/lib", 0);
}

#[test]
fn two_dots_stay_inside_the_image() {
    check(&[&["l -> ../../../x", "l/f"]], "l x x/f", 0);
    check(&[&["l -> /../../x", "l/f"]], "l x x/f", 0);
    check(&[&["a/b/l -> /c/../d", "a/b/l/f"]], "a a/b a/b/l d d/f", 0);
    check(&[&["l -> /", "l/f"]], "f l", 0);
    check(&[&["l -> .", "l/f"]], "f l", 0);
    check(&[&["l -> ..", "l/l/f"]], "f l", 0);
}

#[test]
fn what_containerd_cannot_place_is_left_out_and_counted() {
    check(&[&["a -> b", "b -> a", "a/f"]], "a b", 1);
    check(&[&["a -> a", "a/f"]], "a", 1);
    check(&[&["a -> a/x", "a/f"]], "a", 1);
    // A link to a file as a directory.
    check(&[&["file=3", "l -> file", "l/f"]], "file l", 1);
    check(&[&["file=3", "l -> file", "l/d/f"]], "file l", 1);
    check(&[&["file=3", "l -> file", "m -> l", "m/f"]], "file l m", 1);
}

#[test]
fn the_root_has_many_names() {
    for root in ["/", "./", ".", "//", "/./", "./."] {
        let directory = entry(root, EntryKind::Directory, "", 0);
        let mut tree = FileTree::new();
        tree.add(&Entry { mode: 0o700, ..directory });
        tree.add(&parse("/usr/bin/env=1"));
        assert_eq!(visible(&tree), ["usr", "usr/bin", "usr/bin/env"], "{root}");
        assert_eq!((tree.node(ROOT).unwrap().mode, tree.left_out), (0o700, 0), "{root}");
    }
}
