//! Lists a layer of 1,000,000 entries and makes a tree of it, in at most 256 MiB for the whole process. The
//! test is a program of its own, because memory that other tests freed would count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../bombs/memory.rs"]
mod memory;

use std::ops::ControlFlow;

use porthole::{
    content::tar::Reader,
    layers::{listing::Lister, tree::FileTree},
};

/// The most memory of the whole process, in MiB.
const MEMORY: u64 = 256;

/// The entry of a number: its name, and the name that it is a hard link to.
type EntryOf = fn(number: u32) -> (String, Option<String>);

#[test]
fn a_million_entries_list_in_256_mib() {
    let file: EntryOf = |number| {
        (format!("usr/lib/node_modules/package-{}/lib/file-{number}.js", number / 100), None)
    };
    // As in bootable containers: half of them objects, half names of these.
    let linked: EntryOf = |number| {
        let object = number % 500_000;
        let path = format!("sysroot/ostree/repo/objects/{:02x}/{object:016x}.file", object % 256);
        match number < 500_000 {
            true => (path, None),
            false => (format!("usr/lib/package-{}/file-{object}", object / 100), Some(path)),
        }
    };
    // What the first leaves behind counts for the second.
    check("names of objects", linked);
    check("files", file);
}

fn check(what: &str, entry: EntryOf) {
    memory::reset();
    let mut reader = Reader::new();
    let mut lister = Lister::new();
    let mut push = |bytes: &[u8]| reader.push(bytes, &mut |event| lister.take(event));
    for number in 0..1_000_000 {
        let (name, link) = entry(number);
        assert_eq!(push(&header(&name, link.as_deref())), ControlFlow::Continue(()));
    }
    assert_eq!(push(&[0; 1_024]), ControlFlow::Continue(()));
    let listing = lister.finish();
    assert_eq!(listing.count, 1_000_000);
    let listed = memory::peak();
    let mut tree = FileTree::new();
    let mut entries = listing.entries();
    while let Some(entry) = entries.next() {
        tree.add(entry);
    }
    let peak = memory::peak();
    let packed = listing.weight() >> 20;
    println!("1,000,000 {what}: {packed} MiB packed; peak {listed} MiB, with a tree {peak}");
    assert!(peak <= MEMORY, "{what}: {peak} MiB");
}

/// Returns the header of an empty file, or of a hard link.
fn header(name: &str, link: Option<&str>) -> [u8; 512] {
    let mut block = [0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..107].copy_from_slice(b"0000644");
    block[124..135].fill(b'0');
    block[156] = if link.is_some() { b'1' } else { b'0' };
    let link = link.unwrap_or_default();
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}
