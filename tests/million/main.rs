//! Lists layers at the caps on entries and on bytes, and makes a tree of each, in less than 400 MB for the
//! whole process. The test is a program of its own, because memory that other tests freed would count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../bombs/memory.rs"]
mod memory;

use std::ops::ControlFlow;

use porthole::{
    caps,
    content::tar::Reader,
    layers::{listing::Lister, tree::FileTree},
};

/// The most memory of the whole process for an image as images are, in MiB.
const MEMORY: u64 = 256;

/// The same for a layer at all caps: 400 MB.
const MEMORY_AT_CAPS: u64 = 381;

/// The entry of a number: its name, and the name that it is a hard link to.
type EntryOf = fn(number: u64) -> (String, Option<String>);

#[test]
fn a_layer_at_the_caps_lists_in_less_than_400_mb() {
    let file: EntryOf = |number| {
        (format!("usr/lib/node_modules/package-{}/lib/file-{number}.js", number / 100), None)
    };
    // As in bootable containers: half of them objects, half names of these.
    let linked: EntryOf = |number| {
        let half = caps::LAYER_ENTRIES / 2;
        let object = number % half;
        let path = format!("sysroot/ostree/repo/objects/{:02x}/{object:016x}.file", object % 256);
        match number < half {
            true => (path, None),
            false => (format!("usr/lib/package-{}/file-{object}", object / 100), Some(path)),
        }
    };
    // Each in a directory of its own, with a name and a target that nothing shares.
    let hostile: EntryOf = |number| {
        let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let name = format!("{noise:016x}").repeat(5);
        (format!("{noise:x}/{name}"), Some(format!("{:x}", !noise).repeat(6)))
    };
    // What the first leaves behind counts for the second.
    check("names of objects", linked, MEMORY);
    check("files", file, MEMORY);
    check("names and links of strangers", hostile, MEMORY_AT_CAPS);
}

fn check(what: &str, entry: EntryOf, most: u64) {
    memory::reset();
    let mut reader = Reader::new();
    let mut lister = Lister::new();
    let mut push = |bytes: &[u8]| reader.push(bytes, &mut |event| lister.take(event));
    let entries = (0..caps::LAYER_ENTRIES).map(entry);
    let all = entries.map(|(name, link)| push(&header(&name, link.as_deref())));
    let is_whole = all.take_while(ControlFlow::is_continue).count() as u64 == caps::LAYER_ENTRIES;
    let _ = push(&[0; 1_024]);
    let listing = lister.finish();
    assert_eq!(is_whole, listing.count == caps::LAYER_ENTRIES);
    let listed = memory::peak();
    let mut tree = FileTree::new();
    let mut entries = listing.entries();
    while let Some(entry) = entries.next() {
        tree.add(entry);
    }
    let peak = memory::peak();
    let (packed, paths) = (listing.weight() >> 20, tree.len());
    println!(
        "{} {what}: {packed} MiB packed; peak {listed} MiB, with a tree of {paths} paths {peak}",
        listing.count
    );
    assert!(peak <= most, "{what}: {peak} MiB");
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
