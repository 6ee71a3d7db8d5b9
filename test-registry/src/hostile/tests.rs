#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Read;

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use super::*;

/// The row that takes seconds to make without optimising.
const SLOW: &[&str] = &["entries"];

fn shelf_of(row: &str) -> Shelf {
    let mut shelf = Shelf::default();
    make(row, &mut shelf);
    shelf
}

/// Returns the first bytes of a gzipped layer.
fn unpacked(layer: &[u8], most: u64) -> Vec<u8> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(layer).take(most).read_to_end(&mut plain).unwrap();
    plain
}

fn only_layer(row: &str) -> bytes::Bytes {
    let shelf = shelf_of(row);
    let layers: Vec<_> = shelf.layers().cloned().collect();
    assert_eq!(layers.len(), 1, "{row}");
    layers.into_iter().next().unwrap()
}

fn count(row: &str, pointer: &str) -> usize {
    let shelf = shelf_of(row);
    let digest = shelf.tags.values().next().unwrap();
    let found = |digest: &str| -> Value {
        serde_json::from_slice(&shelf.documents.get(digest).unwrap().plain()).unwrap()
    };
    let mut document = found(digest);
    if !pointer.starts_with("/layers") && !pointer.starts_with("/manifests") {
        let config = document.pointer("/config/digest").and_then(Value::as_str).map(str::to_owned);
        document = if pointer == "/annotations" { document } else { found(&config.unwrap()) };
    }
    match document.pointer(pointer) {
        Some(Value::Array(items)) => items.len(),
        Some(Value::Object(pairs)) => pairs.len(),
        _ => 0,
    }
}

#[test]
fn every_row_has_an_image_or_a_list_and_no_other_is_chosen_by_its_name() {
    for (row, shows) in ROWS.iter().filter(|(row, _)| !SLOW.contains(row)) {
        let shelf = shelf_of(row);
        let has_list = shelf.tag_list.is_some() || shelf.catalog.is_some();
        assert!(!shelf.tags.is_empty() || has_list || shelf.challenge.is_some(), "{row}");
        let mut chosen = Vec::new();
        choose(&mut chosen, row).unwrap();
        assert_eq!(chosen, [*row], "{shows}");
        // Clients read no larger documents, so larger ones would show nothing.
        for packed in shelf.documents.values() {
            assert!(packed.size <= 8 << 20, "{row}: {}", packed.size);
            let is_manifest = packed.media_type != shelf::CONFIG;
            assert!(!is_manifest || packed.size <= 4 << 20, "{row}: {}", packed.size);
            assert!(packed.size < 1 << 20 || packed.sent() < packed.size / 2, "{row}");
            let read: Result<Value, _> = serde_json::from_slice(&packed.plain());
            assert!(read.is_ok(), "{row}: {read:?}");
        }
    }
    let mut all = Vec::new();
    choose(&mut all, "all").unwrap();
    assert_eq!(all.len() + 3, ROWS.len(), "one catalog can be shown at a time");
    assert!(choose(&mut all, "nonsense").is_err());
}

#[test]
fn documents_hold_as_many_items_as_the_table_says() {
    for (row, pointer, expected) in [
        ("history", "/history", 180_000),
        ("environment", "/config/Env", 900_000),
        ("labels", "/config/Labels", 380_000),
        ("volumes", "/config/Volumes", 190_000),
        ("volumes", "/config/ExposedPorts", 190_000),
        ("annotations", "/annotations", 380_000),
        ("layers-70000", "/layers", 70_000),
        ("layers-20000", "/layers", 20_000),
        ("layers-ones", "/layers", 2_000_000),
        ("layers-and-history", "/layers", 2_000),
        ("layers-and-history", "/history", 180_000),
        ("attestations", "/manifests", 11_001),
        ("platforms", "/manifests", 19_000),
        ("platform-tags", "/manifests", 19_000),
    ] {
        assert_eq!(count(row, pointer), expected, "{row} {pointer}");
    }
    assert_eq!(shelf_of("platform-tags").tags.len(), 30);
    assert_eq!(shelf_of("deep").documents.len(), 202);
    let config = shelf_of("large-config").documents.into_values().map(|packed| packed.size).max();
    assert_eq!(config, Some(8 << 20));
}

#[test]
fn large_children_are_as_large_as_manifests_may_be() {
    let shelf = shelf_of("large-children");
    let sizes = shelf.documents.values().map(|packed| packed.size);
    let large: Vec<usize> = sizes.filter(|size| *size > 4_190_000).collect();
    assert_eq!(large.len(), 40);
    assert!(large.iter().all(|size| *size <= 4 << 20));
    let sent: usize = shelf.documents.values().map(packed::Packed::sent).sum();
    assert!(sent < 1 << 20, "{sent}");
}

#[test]
fn layers_are_small_on_the_network_and_large_inside() {
    for (row, most_sent, at_least) in [
        ("long-paths", 70_000, 60_000_000),
        ("long-links", 70_000, 60_000_000),
        ("gzip-12gib", 13_000_000, 100_000_000),
        ("picture", 1_000, 64_000),
        ("inner-gzip", 1_000, 60_000),
    ] {
        let layer = only_layer(row);
        assert!(layer.len() <= most_sent, "{row}: {}", layer.len());
        let plain = unpacked(&layer, at_least);
        assert_eq!(plain.len() as u64, at_least, "{row}");
        assert_eq!(plain.get(257..262), Some(&b"ustar"[..]), "{row}");
    }
    let zstd = only_layer("zstd-12gib");
    assert!(zstd.len() < 400_000, "{}", zstd.len());
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(&zstd[..]).unwrap();
    let mut plain = vec![1; 1 << 20];
    decoder.read_exact(&mut plain).unwrap();
    assert_eq!(plain.get(..5), Some(&b"zeros"[..]));
    assert!(plain.get(512..).unwrap().iter().all(|byte| *byte == 0));
}

#[test]
fn a_row_of_a_million_files_holds_so_many() {
    let layer = only_layer("entries");
    let mut plain = MultiGzDecoder::new(&layer[..]);
    let (mut block, mut entries, mut last) = ([0; 512], 0_u32, [0; 512]);
    while plain.read_exact(&mut block).is_ok() {
        if block.starts_with(b"d") {
            entries += 1;
            last = block;
        }
    }
    assert_eq!(entries, 1_000_000);
    let expected = crate::tar::Tar::default().file("d999/f999", b"").open_ended();
    assert_eq!(last.to_vec(), expected);
}

#[test]
fn the_picture_states_its_size_and_holds_it() {
    let plain = unpacked(&only_layer("picture"), u64::MAX);
    let png = plain.get(512..).unwrap();
    let side = 23_000_u32.to_be_bytes();
    assert_eq!(png.get(..8), Some(&b"\x89PNG\r\n\x1a\n"[..]));
    assert_eq!((png.get(16..20), png.get(20..24)), (Some(&side[..]), Some(&side[..])));
}

#[test]
fn challenges_fit_into_the_header_fields_that_browsers_take() {
    for row in ["challenge-parameters", "challenge-scopes"] {
        let challenge = shelf_of(row).challenge.unwrap();
        assert!((90_000..250_000).contains(&challenge.len()), "{row}: {}", challenge.len());
    }
}
