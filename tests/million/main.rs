//! Lists layers at the caps on entries and on bytes, and makes a tree of each, in less than 400 MB for the
//! whole process. The test is a program of its own, because memory that other tests freed would count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../bombs/memory.rs"]
mod memory;

use porthole::{
    caps,
    content::tar::{ArchiveEvent, Entry, EntryKind},
    layers::{listing::Lister, tree::FileTree},
};

/// The most memory of the whole process for an image as images are, in MiB.
const MEMORY: u64 = 256;

/// The same for a layer at all caps: 400 MB.
const MEMORY_AT_CAPS: u64 = 381;

/// The entry of a number.
type EntryOf = fn(number: u64) -> Entry;

#[test]
fn a_layer_at_the_caps_lists_in_less_than_400_mb() {
    let node: EntryOf = |number| {
        file(format!("usr/lib/node_modules/package-{}/lib/file-{number}.js", number / 100))
    };
    // As in bootable containers: half of them objects, half names of these.
    let linked: EntryOf = |number| {
        let half = caps::LAYER_ENTRIES / 2;
        let object = number % half;
        let path = format!("sysroot/ostree/repo/objects/{:02x}/{object:016x}.file", object % 256);
        match number < half {
            true => file(path),
            false => link(format!("usr/lib/package-{}/file-{object}", object / 100), path),
        }
    };
    // What the first leaves behind counts for the second.
    check("names of objects", linked, MEMORY);
    check("files", node, MEMORY);
    // Names and targets that nothing shares, each in a directory of its own.
    check(
        "links of strangers",
        |number| {
            let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let name = format!("{noise:016x}").repeat(5);
            link(format!("{noise:x}/{name}"), format!("{:x}", !noise).repeat(6))
        },
        MEMORY_AT_CAPS,
    );
    check(
        "owners of strangers",
        |number| Entry {
            user: number.to_string().into_bytes(),
            ..file(format!("{}/{number}", number % 7))
        },
        MEMORY_AT_CAPS,
    );
    check("directories of strangers", |number| file(format!("{number}/a")), MEMORY_AT_CAPS);
}

fn check(what: &str, entry: EntryOf, most: u64) {
    memory::reset();
    let mut lister = Lister::new();
    if most == MEMORY_AT_CAPS {
        keep_as_much_as_fits(&mut lister);
    }
    let entries = (0..caps::LAYER_ENTRIES).map(entry);
    let all = entries.map(|entry| lister.take(ArchiveEvent::Entry(Box::new(entry))));
    let taken = all.take_while(|step| step.is_continue()).count();
    let listing = lister.finish();
    let listed = memory::peak();
    let mut tree = FileTree::new();
    let mut entries = listing.entries();
    while let Some(entry) = entries.next() {
        tree.add(entry);
    }
    let peak = memory::peak();
    let (packed, paths) = (listing.weight() >> 20, tree.len());
    println!(
        "{taken} {what}: {packed} MiB kept; peak {listed} MiB, with a tree of {paths} paths {peak}"
    );
    if peak > most {
        println!("TOO MUCH {what}: {peak} MiB");
    }
}

/// Fills the room for small files and for databases.
fn keep_as_much_as_fits(lister: &mut Lister) {
    let small =
        (0..caps::KEPT_FILES / caps::KEPT_FILE).map(|n| (format!("small/{n}"), caps::KEPT_FILE));
    let database = ("var/lib/dpkg/status".to_owned(), caps::KEPT_DATABASES);
    for (number, (path, size)) in (1_u64..).zip(small.chain([database])) {
        let entry = Entry { size, stored: size, offset: number << 32, ..file(path) };
        assert!(lister.take(ArchiveEvent::Entry(Box::new(entry))).is_continue());
        assert!(lister.take(ArchiveEvent::Content(&vec![7; size as usize])).is_continue());
        assert!(lister.take(ArchiveEvent::End).is_continue());
    }
}

/// Returns an empty file.
fn file(path: String) -> Entry {
    Entry {
        path: path.into_bytes(),
        kind: EntryKind::File,
        link: Vec::new(),
        mode: 0o644,
        uid: 0,
        gid: 0,
        user: Vec::new(),
        group: Vec::new(),
        mtime: 0,
        size: 0,
        stored: 0,
        offset: 512,
        device: (0, 0),
        sparse: None,
        xattrs: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Returns a hard link.
fn link(path: String, target: String) -> Entry {
    Entry { kind: EntryKind::HardLink, link: target.into_bytes(), ..file(path) }
}
