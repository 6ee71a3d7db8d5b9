//! Real documents and layers, cut at every byte and with flipped bits. None counts as verified, and none
//! makes a reader panic.

use std::ops::ControlFlow;

use porthole::{
    content::{
        decode::DecodeLimits,
        tar,
        verify::{digest_of, verify},
    },
    layers::{
        listing::Lister,
        pass::{LayerReader, Wanted},
        ranges::checkpoints::SPACING,
    },
    oci::{Algorithm, Digest, parse_document},
};

use crate::fixtures;

/// The kinds of fixtures of which the shortest document or archive is used.
const KINDS: [&str; 12] = [
    "manifest-oci-image",
    "manifest-oci-index",
    "manifest-docker-schema2",
    "manifest-docker-list",
    "manifest-docker-schema1",
    "manifest-subject",
    "image-config",
    "archive-layer",
    "archive-broken",
    "estargz",
    "zstd",
    "encrypted",
];

/// The number of bits that are flipped, one at a time, in all files together.
const FLIPS: usize = 100_000;

/// The length up to which every prefix is tried. A longer file is cut at every 512th byte after it.
const EVERY: usize = 6_000;

#[test]
fn no_prefix_and_no_flipped_bit_is_taken_for_verified() {
    let given = KINDS.iter().filter_map(|kind| shortest(kind));
    let all: Vec<_> = own().into_iter().chain(given).collect();
    for (name, whole) in &all {
        let digest = digest_of(whole);
        assert!(is_verified(whole, &digest, whole.len()), "{name}: the whole");
        let cuts = (0..whole.len()).filter(|cut| *cut < EVERY || cut % 512 == 0);
        for cut in cuts {
            assert!(!is_verified(&whole[..cut], &digest, whole.len()), "{name}: {cut} bytes");
        }
        let bits = whole.len() * 8;
        for turn in 0..FLIPS / all.len() + 1 {
            // The flips are spread evenly over the bytes, and over the bits of a byte.
            let bit = (turn * 7_919 + turn / bits) % bits;
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_verified(&bytes, &digest, whole.len()), "{name}: bit {bit}");
        }
    }
}

/// Returns a document and a layer of the test's own: it has cases where there are no fixtures.
fn own() -> [(String, Vec<u8>); 2] {
    use porthole::sources::layout::tar as write;
    let digest = digest_of(b"");
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{
        "mediaType":"application/vnd.oci.empty.v1+json","digest":"{digest}","size":2}},"layers":[]}}"#
    );
    let content = b"PRETTY_NAME=\"Spoilt\"\n";
    let mut layer = write::head("etc/os-release", content.len() as u64).to_vec();
    layer.extend(content);
    layer.extend(write::padding(content.len() as u64));
    layer.extend(write::END);
    [("own manifest".to_owned(), manifest.into_bytes()), ("own layer".to_owned(), layer)]
}

/// Reads bytes as a document and as a layer, and checks that both give the same verdict.
fn is_verified(bytes: &[u8], digest: &Digest, size: usize) -> bool {
    let read = parse_document(bytes.to_vec().into(), None);
    assert_eq!(read.raw, bytes);
    let verdict = verify(bytes, digest, Some(size as u64));
    let wanted = Wanted { diff_id: Some(Algorithm::Sha256), archive: Some(tar::archive) };
    let limits = DecodeLimits { output: 1 << 20, window: 32 << 20 };
    let mut reader =
        LayerReader::new(digest, size as u64, &wanted, limits).keep_checkpoints(SPACING);
    let mut lister = Lister::new();
    let _ = reader.push(bytes, &mut |event| lister.take(event));
    let (report, checkpoints) = reader.finish_with_checkpoints(&mut |_| ControlFlow::Continue(()));
    assert_eq!(report.verdict, verdict);
    assert_eq!(checkpoints.is_some(), verdict.is_verified());
    verdict.is_verified()
}

/// Returns the shortest file of a kind. In a fixture that is a folder, this is a layer.
fn shortest(kind: &str) -> Option<(String, Vec<u8>)> {
    let files = fixtures::of_kind(kind).into_iter().map(|fixture| {
        let blobs = fixture.expected["blobs"].as_array().cloned().unwrap_or_default();
        let layer = blobs.iter().find(|blob| {
            blob["mediaType"].as_str().is_some_and(|media_type| media_type.contains("layer"))
        });
        let inside = layer.and_then(|blob| blob["digest"].as_str()).unwrap_or_default();
        let inside = inside.replace("sha256:", "blobs/sha256/");
        (fixture.path.clone(), fixture.entry["form"] == "directory", inside, fixture)
    });
    let readable = files.filter(|(_, _, inside, fixture)| fixture.folder().join(inside).is_file());
    let read = readable.map(|(path, is_folder, inside, fixture)| {
        let bytes = fixture.read(if is_folder { &inside } else { "" });
        (format!("{path} {inside}"), bytes)
    });
    read.filter(|(_, bytes)| !bytes.is_empty()).min_by_key(|(_, bytes)| bytes.len())
}

/// Checks that an archive without the documents of an image is still listed.
#[test]
fn an_archive_without_a_manifest_lists_what_it_has() {
    let broken = fixtures::of_kind("archive-broken");
    // The facts count what another reader listed, if it could, and name the images that are there.
    let is_list = |fixture: &&fixtures::Fixture| {
        let of = |key: &str| &fixture.expected[key];
        of("entries").is_u64() && of("compression") == "none" && of("images").is_null()
    };
    let listed: Vec<_> = broken.iter().filter(is_list).collect();
    fixtures::used(listed.len(), "archives without images");
    for fixture in listed {
        let archive = fixture.read("");
        let mut lister = Lister::new();
        let mut reader = porthole::content::tar::Reader::new();
        assert!(reader.push(&archive, &mut |event| lister.take(event)).is_continue());
        let listing = lister.finish();
        assert_eq!(listing.count, fixture.expected["entries"].as_u64().unwrap());
        let mut entries = listing.entries();
        while let Some(entry) = entries.next() {
            assert_ne!(entry.path, b"manifest.json", "{}", fixture.path);
        }
    }
}
