//! Lists layers of real images, and compares the listings with their fixtures.

use std::{collections::BTreeMap, ops::ControlFlow};

use porthole::{
    content::{
        decode::{DecodeLimits, decode_all},
        tar::{self, ArchiveEvent, Entry, EntryKind, Reader},
        verify::digest_of,
    },
    layers::pass::{Ended, LayerReader, Wanted},
    oci::{Algorithm, Digest},
};
use serde_json::Value;

use crate::fixtures::{self, Fixture};

/// The kinds of fixtures that are OCI layouts with layers.
const LAYOUTS: [&str; 10] = [
    "layout-image",
    "layout-multi-arch",
    "layout-nested-index",
    "layout-referrers",
    "layout-buildkit-attestation",
    "layout-digest-mismatch",
    "layout-notation",
    "zstd",
    "encrypted",
    "estargz",
];

#[test]
fn layers_of_layouts_list_as_their_fixtures_say() {
    let mut layers = 0;
    for fixture in LAYOUTS.iter().flat_map(|kind| fixtures::of_kind(kind)) {
        for listing in fixture.layer_listing() {
            check(&fixture, &listing);
            layers += 1;
        }
    }
    println!("{layers} layers compared");
}

fn check(fixture: &Fixture, listing: &Value) {
    let digest: Digest = listing["digest"].as_str().unwrap().parse().unwrap();
    let name = format!("{} {digest}", fixture.path);
    let blob = blob(fixture, &digest);
    let wanted = Wanted { diff_id: Some(Algorithm::Sha256), archive: Some(tar::archive) };
    let mut reader = LayerReader::new(&digest, blob.len() as u64, &wanted, DecodeLimits::default());
    let mut entries: Vec<(Entry, Vec<u8>)> = Vec::new();
    let mut visit = |event: ArchiveEvent<'_>| {
        match event {
            ArchiveEvent::Entry(entry) => entries.push((*entry, Vec::new())),
            ArchiveEvent::Content(bytes) => entries.last_mut().unwrap().1.extend_from_slice(bytes),
            ArchiveEvent::End | ArchiveEvent::Odd(_) => {}
        }
        ControlFlow::Continue(())
    };
    for piece in blob.chunks(10_000) {
        reader.push(piece, &mut visit).unwrap();
    }
    let report = reader.finish(&mut visit);
    let Some(expected) = listing["listing"].as_array() else {
        // Nothing at all is an empty archive.
        let is_empty = report.plain_size == 0;
        let ended = if is_empty { Ended::Whole } else { Ended::NotAnArchive };
        assert_eq!(report.ended, ended, "{name}");
        return;
    };
    assert_eq!(report.ended, Ended::Whole, "{name}");
    assert_eq!(report.compression.name(), listing["compression"], "{name}");
    assert_eq!(report.diff_id.unwrap().as_str(), listing["diffId"], "{name}");
    assert_eq!(entries.len(), expected.len(), "{name}");
    for ((entry, content), expected) in entries.iter().zip(expected) {
        assert_eq!(describe(entry, content, expected), *expected, "{name}");
    }
}

/// Returns an entry in the form of the listing, with the fields that the listing has.
fn describe(entry: &Entry, content: &[u8], expected: &Value) -> Value {
    let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes).into_owned());
    let mut all = BTreeMap::new();
    // Python made the listings, and it leaves out the slash of a directory.
    let path = entry.path.strip_suffix(b"/").unwrap_or(&entry.path);
    all.insert("path", text(path));
    all.insert("type", kind(entry).into());
    all.insert("mode", format!("{:o}", entry.mode).into());
    all.insert("uid", entry.uid.into());
    all.insert("gid", entry.gid.into());
    all.insert("size", entry.size.into());
    all.insert("link", text(&entry.link));
    all.insert("linkTarget", text(&entry.link));
    all.insert("sha256", digest_of(content).encoded().into());
    all.insert("whiteout", whiteout(&entry.path).into());
    expected
        .as_object()
        .unwrap()
        .keys()
        .map(|key| (key.clone(), all.get(key.as_str()).cloned().unwrap_or_default()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Returns the effect of a whiteout, in the words of the listing.
fn whiteout(path: &[u8]) -> String {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    match name.strip_prefix(b".wh.") {
        Some(b".wh..opq") => "opaque directory".to_owned(),
        Some(hidden) => format!("removes {}", String::from_utf8_lossy(hidden)),
        None => String::new(),
    }
}

fn kind(entry: &Entry) -> &'static str {
    match entry.kind {
        EntryKind::File => "file",
        EntryKind::HardLink => "hardlink",
        EntryKind::Symlink => "symlink",
        EntryKind::CharDevice => "char",
        EntryKind::BlockDevice => "block",
        EntryKind::Directory => "dir",
        EntryKind::Fifo => "fifo",
        EntryKind::Other(_) => "other",
    }
}

/// Returns a blob of a layout, or of an archive of a layout.
fn blob(fixture: &Fixture, digest: &Digest) -> Vec<u8> {
    let path = format!("blobs/{}/{}", digest.algorithm().name(), digest.encoded());
    if fixture.entry["form"] == "directory" {
        return fixture.read(&path);
    }
    files(&decode_all(&fixture.read(""), DecodeLimits::default()).unwrap())
        .remove(path.as_bytes())
        .unwrap_or_else(|| panic!("{}: no {path}", fixture.path))
}

/// Returns the files of an archive by their path.
fn files(archive: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut files: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut visit = |event: ArchiveEvent<'_>| {
        match event {
            ArchiveEvent::Entry(entry) => files.push((entry.path, Vec::new())),
            ArchiveEvent::Content(bytes) => files.last_mut().unwrap().1.extend_from_slice(bytes),
            ArchiveEvent::End | ArchiveEvent::Odd(_) => {}
        }
        ControlFlow::Continue(())
    };
    let mut reader = Reader::new();
    assert!(reader.push(archive, &mut visit).is_continue());
    assert!(reader.finish(&mut visit).is_continue());
    files.into_iter().collect()
}
