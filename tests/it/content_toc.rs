//! Layers with a table of contents. Each is listed, and each file is read by its range.

use std::{collections::BTreeMap, ops::ControlFlow};

use porthole::{
    content::{
        decode::{DecodeLimits, decode_all},
        tar::{ArchiveEvent, Entry, EntryKind, Reader},
        verify::digest_of,
    },
    layers::ranges::{
        Basis, Ranges,
        toc::{Comparison, Opening, OpeningStep, Toc},
    },
    oci::{Descriptor, Document, parse_document},
};

use crate::fixtures::{self, Fixture};

#[test]
fn tables_of_contents_list_what_the_archive_holds() {
    let fixtures = ["estargz", "zstd"].iter().flat_map(|kind| fixtures::of_kind(kind));
    for fixture in fixtures {
        let blobs = blobs(&fixture);
        for layer in blobs.values().flat_map(|blob| layers_of(blob)) {
            let Some(blob) = blobs.get(layer.digest.as_str()) else { continue };
            // Other zstd layers have no table.
            if Opening::new(&layer).is_some() {
                check(&fixture.path, &layer, blob);
            }
        }
    }
}

/// Checks that the table and the archive list the same entries, and reads each file by its range.
fn check(name: &str, layer: &Descriptor, blob: &[u8]) {
    let opening = Opening::new(layer).unwrap_or_else(|| panic!("{name}: no table"));
    let (toc, told, requests) = open(opening, blob);
    assert!(toc.is_verified, "{name}");
    assert_eq!(toc.faults, [], "{name}");
    assert!(requests <= 2, "{name}: {requests} requests");
    let archive = archive(blob);
    let mut comparison = Comparison::default();
    told.iter().for_each(|entry| comparison.listed(entry));
    for (entry, _) in &archive {
        comparison.seen(entry);
    }
    assert_eq!(comparison.finish(), [], "{name}");
    let ranges = Ranges::Toc(toc);
    for entry in told.iter().filter(|entry| entry.kind == EntryKind::File && entry.size > 0) {
        let content = &archive.iter().find(|(other, _)| other.path == entry.path).unwrap().1;
        let plan = ranges.plan_for(entry).unwrap();
        let range = plan.range().start as usize..plan.range().end as usize;
        let (read, basis) = plan.read(&blob[range], 1 << 20).unwrap();
        assert_eq!((&read, basis), (content, Basis::Toc), "{name}");
    }
}

fn open(mut opening: Opening, blob: &[u8]) -> (Toc, Vec<Entry>, usize) {
    let mut entries = Vec::new();
    let mut requests = 0;
    loop {
        requests += 1;
        let range = opening.range().start as usize..opening.range().end as usize;
        let mut visit = |event: ArchiveEvent<'_>| {
            if let ArchiveEvent::Entry(entry) = event {
                entries.push(*entry);
            }
            ControlFlow::Continue(())
        };
        match opening.give(&blob[range], &mut visit).unwrap() {
            OpeningStep::More(more) => opening = more,
            OpeningStep::Ready(toc) => return (toc, entries, requests),
        }
    }
}

pub fn archive(blob: &[u8]) -> Vec<(Entry, Vec<u8>)> {
    let plain = decode_all(blob, DecodeLimits::default()).unwrap();
    let mut entries: Vec<(Entry, Vec<u8>)> = Vec::new();
    let mut visit = |event: ArchiveEvent<'_>| {
        match event {
            ArchiveEvent::Entry(entry) => entries.push((*entry, Vec::new())),
            ArchiveEvent::Content(bytes) => entries.last_mut().unwrap().1.extend_from_slice(bytes),
            ArchiveEvent::End | ArchiveEvent::Odd(_) => {}
        }
        ControlFlow::Continue(())
    };
    let mut reader = Reader::new();
    assert!(reader.push(&plain, &mut visit).is_continue());
    entries
}

pub fn layers_of(blob: &[u8]) -> Vec<Descriptor> {
    if blob.first() != Some(&b'{') {
        return Vec::new();
    }
    match parse_document(blob.to_vec().into(), None).value {
        Document::Image(manifest) => manifest.layers,
        _ => Vec::new(),
    }
}

/// Returns the blobs of a layout, or of an archive of a layout, by digest.
pub fn blobs(fixture: &Fixture) -> BTreeMap<String, Vec<u8>> {
    let mut blobs = Vec::new();
    if fixture.entry["form"] == "directory" {
        for blob in fixture.expected["blobs"].as_array().unwrap() {
            let encoded = blob["digest"].as_str().unwrap().trim_start_matches("sha256:");
            blobs.push(fixture.read(&format!("blobs/sha256/{encoded}")));
        }
    } else {
        blobs.extend(archive(&fixture.read("")).into_iter().map(|(_, content)| content));
    }
    blobs.into_iter().map(|blob| (digest_of(&blob).to_string(), blob)).collect()
}
