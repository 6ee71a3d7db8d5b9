//! A hard link is another name of a file, as containerd makes it with `link(2)`, and not a path
//! (anchore/stereoscope#670).

use super::*;

/// The file that a name has: the layer and the place in it, its kind and size; `gone` if the name is
/// not there, `nowhere` if it leads to nothing.
fn told(tree: &FileTree, path: &str) -> String {
    let Some(found) = tree.find(path.as_bytes()) else { return "gone".to_owned() };
    let Some(id) = tree.follow(found) else { return "nowhere".to_owned() };
    let node = tree.node(id).unwrap();
    let place = node.offset / 512;
    format!("{}:{place} {:?} {}", node.content_layer(), node.file_kind(), node.size)
}

fn check(layers: &[&[&str]], expected: &[(&str, &str)]) {
    let tree = build(layers);
    for (path, expected) in expected {
        assert_eq!(told(&tree, path), *expected, "{path} in {layers:?}");
    }
}

#[test]
fn a_name_keeps_its_file_when_another_is_replaced_or_removed() {
    let base: &[&str] = &["opt/a=5", "opt/b => opt/a", "opt/c => opt/b"];
    let first = "0:1 File 5";
    check(&[base], &[("opt/a", first), ("opt/b", first), ("opt/c", first)]);
    check(&[base, &["opt/a=9"]], &[("opt/a", "1:1 File 9"), ("opt/b", first), ("opt/c", first)]);
    check(&[base, &["opt/.wh.a"]], &[("opt/a", "gone"), ("opt/b", first), ("opt/c", first)]);
    check(&[base, &["opt/a/"]], &[("opt/b", first)]);
    check(&[base, &["opt/a -> b"]], &[("opt/a", first), ("opt/b", first)]);
    check(&[base, &["opt/.wh.b"]], &[("opt/a", first), ("opt/b", "gone"), ("opt/c", first)]);
    check(&[base, &["opt/b=7"]], &[("opt/a", first), ("opt/b", "1:1 File 7"), ("opt/c", first)]);
    // In the same layer, before and behind.
    check(&[&["a=5", "b => a", "a=9"]], &[("a", "0:3 File 9"), ("b", "0:1 File 5")]);
    check(&[&["a=5"], &["b => a", ".wh.a"]], &[("a", "gone"), ("b", "0:1 File 5")]);
    check(&[&["a=5"], &[".wh.a", "b => a"]], &[("a", "gone"), ("b", "nowhere")]);
    check(&[&["d/a=5"], &["b => d/a", "d/.wh..wh..opq"]], &[("d/a", "gone"), ("b", "0:1 File 5")]);
    check(&[&["d/a=5"], &["d/.wh..wh..opq", "b => d/a"]], &[("b", "nowhere")]);
    // Across layers, through all of them.
    check(
        &[&["a=5"], &["b => a"], &["a=7", "c => b"], &[".wh.b"]],
        &[("a", "2:1 File 7"), ("b", "gone"), ("c", "0:1 File 5")],
    );
}

#[test]
fn a_link_leads_to_what_was_there_when_it_came() {
    check(&[&["b => a"]], &[("b", "nowhere")]);
    check(&[&["b => a", "a=5"]], &[("b", "nowhere"), ("a", "0:2 File 5")]);
    check(&[&["a => b", "b => a"]], &[("a", "nowhere"), ("b", "nowhere")]);
    check(&[&["a => a"]], &[("a", "nowhere")]);
    // The name is taken away before the link is made.
    check(&[&["a=5"], &["a => a"]], &[("a", "nowhere")]);
    check(&[&["a/x=5"], &["a => a/x"]], &[("a", "nowhere")]);
    check(&[&["d/", "b => d"]], &[("b", "nowhere")]);
    // The target is inside the image, and directories on the way may be links.
    for target in ["/etc/a", "./etc/a", "../../etc/a", "l/a", "etc/../etc/a", "etc//a"] {
        let link = format!("b => {target}");
        check(&[&["etc/a=5", "l -> /etc", &link]], &[("b", "0:1 File 5")]);
    }
}

#[test]
fn a_link_to_a_symbolic_link_is_that_link_elsewhere() {
    let layer: &[&str] = &["etc/a=5", "etc/s -> a", "b => etc/s", "lib/a=7", "lib/c => etc/s"];
    check(&[layer], &[("etc/s", "0:1 File 5"), ("b", "nowhere"), ("lib/c", "0:4 File 7")]);
    // Directories behind it are entered.
    let layer: &[&str] = &["usr/lib/", "l -> usr/lib", "m => l", "m/f=3"];
    let found = [("usr/lib/f", "0:4 File 3"), ("m/f", "0:4 File 3"), ("m/g", "1:2 File 2")];
    check(&[layer, &[".wh.l", "m/g=2"]], &found);
}

#[test]
fn a_file_with_two_names_is_counted_once() {
    let check = |layers: &[&[&str]], (total, visible): (u64, u64), largest: &str| {
        let tree = build(layers);
        let usage = tree.usage();
        assert_eq!((usage.total, usage.visible), (total, visible), "{layers:?}");
        assert_eq!(tree.sizes()[0], visible, "{layers:?}");
        let files: Vec<_> = tree.largest(9).into_iter().map(|id| tree.path(id)).collect();
        assert_eq!(String::from_utf8(files.join(&b' ')).unwrap(), largest, "{layers:?}");
    };
    let base: &[&str] = &["a=10", "d/b => a", "d/c => a", "e=1"];
    check(&[base], (11, 11), "a e");
    // Removing one name frees nothing.
    check(&[base, &[".wh.a"]], (11, 11), "d/b e");
    check(&[base, &["a=4"]], (15, 15), "d/b a e");
    check(&[base, &["d/.wh.b"]], (11, 11), "a e");
    check(&[base, &[".wh.a", ".wh.d"]], (11, 1), "e");
    check(&[base, &[".wh.a"], &["a => d/b"]], (11, 11), "a e");
    check(&[&["a=10", "b => a", "a=20"]], (30, 30), "a b");
    check(&[&["a", "b => a"]], (0, 0), "a b");
}

#[test]
fn each_directory_counts_a_file_once() {
    let names = ["x/y/a=10", "x/y/b => x/y/a", "x/z/c => x/y/a", "w/d => x/y/a", "x/e=1"];
    let tree = build(&[&names]);
    let sizes = tree.sizes();
    let expected =
        [("x/y/a", 10), ("x/y/b", 10), ("x/y", 10), ("x/z", 10), ("x", 11), ("w", 10), ("", 11)];
    for (path, expected) in expected {
        let id = tree.at(path.as_bytes()).unwrap();
        assert_eq!(sizes[id.number()], expected, "{path}");
    }
}

#[test]
fn files_in_a_store_that_a_later_layer_hides_stay() {
    // Bootable containers (ostreedev/ostree-rs-ext#241).
    let base: &[&str] = &[
        "sysroot/ostree/repo/objects/aa/1.file=3",
        "sysroot/ostree/repo/objects/bb/2.file=4",
        "usr/bin/x => sysroot/ostree/repo/objects/aa/1.file",
        "usr/lib/y => sysroot/ostree/repo/objects/bb/2.file",
        "usr/lib/z => sysroot/ostree/repo/objects/bb/2.file",
    ];
    for hiding in [".wh.sysroot", "sysroot/.wh..wh..opq", "sysroot/ostree/repo/.wh.objects"] {
        let tree = build(&[base, &[hiding, "usr/lib/y=2"]]);
        assert_eq!(told(&tree, "usr/bin/x"), "0:1 File 3", "{hiding}");
        assert_eq!(told(&tree, "usr/lib/y"), "1:2 File 2", "{hiding}");
        assert_eq!(told(&tree, "usr/lib/z"), "0:2 File 4", "{hiding}");
        assert_eq!((tree.usage().total, tree.usage().visible), (9, 9), "{hiding}");
        let usr = tree.at(b"usr").unwrap();
        assert_eq!(tree.sizes()[usr.number()], 9, "{hiding}");
    }
}

#[test]
fn attributes_belong_to_the_file() {
    let xattrs = vec![("security.capability".to_owned(), vec![1])];
    let mut tree = FileTree::new();
    tree.add(&Entry { xattrs: xattrs.clone(), sparse: Some(vec![]), ..parse("a=5") });
    tree.add(&parse("b => a"));
    tree.add(&Entry { device: (8, 1), ..entry("dev", EntryKind::BlockDevice, "", 0) });
    tree.add(&parse("dev2 => dev"));
    let node = |path: &str| tree.node(tree.at(path.as_bytes()).unwrap()).unwrap();
    assert_eq!((node("b").xattrs(), node("b").is_sparse()), (xattrs.as_slice(), true));
    assert_eq!((node("dev2").file_kind(), node("dev2").device()), (EntryKind::BlockDevice, (8, 1)));
}
