//! The parsers, each with inputs to start from and a property that must hold for every result.

use std::{io::Write, ops::ControlFlow};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use porthole::{
    content::{
        decode::{DecodeLimits, Decoder, decode_all},
        tar,
        verify::digest_of,
    },
    layers::pass::{LayerReader, Wanted},
    oci::{
        self, Algorithm, Digest, MediaType, Platform, Reference, Timestamp,
        json::{Node, Number},
        parse_config, parse_document,
    },
};

/// A parser with its inputs and its property.
pub(crate) struct Target {
    /// The name, for `--only`.
    pub(crate) name: &'static str,
    /// Inputs that the parser reads without error.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// Tries one input, and panics if the result is wrong.
    pub(crate) run: fn(&[u8]),
}

/// The parsers of documents, archives and compressed streams.
pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "reference",
        seeds: references,
        run: |input| prints_and_reads::<Reference>(input),
    },
    Target { name: "digest", seeds: digests, run: |input| prints_and_reads::<Digest>(input) },
    Target { name: "platform", seeds: platforms, run: |input| prints_and_reads::<Platform>(input) },
    Target {
        name: "timestamp",
        seeds: timestamps,
        run: |input| prints_and_reads::<Timestamp>(input),
    },
    Target { name: "media_type", seeds: media_types, run: media_type },
    Target { name: "json", seeds: documents, run: json },
    Target { name: "document", seeds: documents, run: document },
    Target { name: "config", seeds: configs, run: |input| drop(parse_config(copy(input))) },
    Target { name: "tar", seeds: archives, run: archive },
    Target { name: "gzip", seeds: zipped, run: decode },
    Target { name: "zstd", seeds: frames, run: decode },
    Target { name: "layer", seeds: zipped, run: layer },
];

/// Checks that a value prints as text that reads as the same value.
pub(crate) fn prints_and_reads<T: std::str::FromStr + std::fmt::Display>(input: &[u8]) {
    let Ok(read) = text(input).parse::<T>() else { return };
    let printed = read.to_string();
    let Ok(again) = printed.parse::<T>() else { panic!("{printed:?} is not read") };
    assert_eq!(again.to_string(), printed, "from {:?}", input.escape_ascii().to_string());
}

fn media_type(input: &[u8]) {
    let text = text(input);
    let read = MediaType::new(text.clone());
    let _ = (read.essence(), read.is_well_formed(), read.is_layer());
    drop(MediaType::from_header(&text));
}

/// Checks that a tree prints as JSON that reads as the same tree. Fractions are left out: serde_json reads
/// them to within one unit in the last place, because exact reading needs a table of powers in the page.
fn json(input: &[u8]) {
    let read = oci::json::parse(copy(input)).value;
    let printed = read.to_string();
    if has_fraction(&read) {
        return;
    }
    let again = oci::json::parse(Bytes::from(printed.clone().into_bytes()));
    assert_eq!(again.value.to_string(), printed);
}

fn has_fraction(node: &Node) -> bool {
    matches!(node, Node::Number(Number::Float(_)))
        || node.items().iter().any(has_fraction)
        || node.members().iter().any(|(_, value)| has_fraction(value))
}

fn document(input: &[u8]) {
    let read = parse_document(copy(input), None);
    assert_eq!(read.raw.as_ref(), input, "the exact bytes are kept");
    let _ = read.value.references();
}

fn archive(input: &[u8]) {
    let whole = entries(&[input]);
    let (first, second) = input.split_at(input.len() / 3);
    assert_eq!(entries(&[first, second]), whole, "how the bytes arrive does not matter");
}

fn entries(pieces: &[&[u8]]) -> Vec<String> {
    let mut found = Vec::new();
    let mut reader = tar::Reader::new();
    let mut visit = |event: tar::ArchiveEvent<'_>| {
        if let tar::ArchiveEvent::Entry(entry) = event {
            found.push(format!("{entry:?}"));
        }
        ControlFlow::Continue(())
    };
    for piece in pieces {
        let _ = reader.push(piece, &mut visit);
    }
    let _ = reader.finish(&mut visit);
    found
}

const SMALL: DecodeLimits = DecodeLimits { output: 1 << 20, window: 8 << 20 };

fn decode(input: &[u8]) {
    let plain = decode_all(input, SMALL);
    assert!(plain.is_ok_and(|plain| plain.len() <= 1 << 20) || decode_all(input, SMALL).is_err());
    let mut decoder = Decoder::new(SMALL);
    let mut count = 0_u64;
    for piece in input.chunks(7) {
        let pushed = decoder.push(piece, &mut |plain| {
            count += plain.len() as u64;
            ControlFlow::Continue(())
        });
        if pushed.is_err() {
            break;
        }
    }
    assert!(count <= SMALL.output, "{count} bytes came out");
}

fn layer(input: &[u8]) {
    let digest = digest_of(input);
    let wanted = Wanted { diff_id: Some(Algorithm::Sha256), archive: Some(tar::archive) };
    let mut reader = LayerReader::new(&digest, input.len() as u64, &wanted, SMALL);
    let mut visit = |_: tar::ArchiveEvent<'_>| ControlFlow::Continue(());
    assert!(reader.push(input, &mut visit).is_ok());
    let report = reader.finish(&mut visit);
    assert!(report.verdict.is_verified(), "the digest is that of the bytes: {report:?}");
}

pub(crate) fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

pub(crate) fn copy(input: &[u8]) -> Bytes {
    Bytes::copy_from_slice(input)
}

pub(crate) fn seeds(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn references() -> Vec<Vec<u8>> {
    let pinned = format!("localhost:5000/a/b:c@sha256:{HEX}");
    seeds(&["alpine", "docker.io/library/alpine:3", "[::1]:5000/a", "a.b/c__d/e--f:v1", &pinned])
}

fn digests() -> Vec<Vec<u8>> {
    let (short, long) = (format!("sha256:{HEX}"), format!("sha512:{HEX}{HEX}"));
    seeds(&[&short, &long, "blake3+b64u:abc=", "sha256:x"])
}

fn platforms() -> Vec<Vec<u8>> {
    seeds(&["linux/arm64/v8", "linux", "windows(10.0.17763)/amd64", "darwin/x86_64", "a/b/c/d"])
}

fn timestamps() -> Vec<Vec<u8>> {
    seeds(&["2024-02-29T23:59:60Z", "1970-01-01T00:00:00.123456789+14:00", "0001-01-01T00:00:00Z"])
}

fn media_types() -> Vec<Vec<u8>> {
    seeds(&["application/vnd.oci.image.layer.v1.tar+gzip", "text/html; charset=utf-8", "x"])
}

pub(crate) fn documents() -> Vec<Vec<u8>> {
    let descriptor = format!(
        "{{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:{HEX}\",\
         \"size\":7,\"platform\":{{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}},\
         \"annotations\":{{\"a\":\"b\",\"a\":\"c\"}}}}"
    );
    let image = format!(
        "{{\"schemaVersion\":2,\"config\":{descriptor},\"layers\":[{descriptor},{descriptor}],\
         \"subject\":{descriptor},\"artifactType\":\"a/b\",\"annotations\":{{}}}}"
    );
    let index = format!("{{\"schemaVersion\":2,\"manifests\":[{descriptor},null,3]}}");
    let schema1 = "{\"schemaVersion\":1,\"name\":\"a\",\"tag\":\"b\",\"fsLayers\":[{\"blobSum\":\"x\"}],\
                   \"history\":[{\"v1Compatibility\":\"{\\\"id\\\":\\\"1\\\"}\"}]}";
    seeds(&[&image, &index, schema1, "[]", "1e400", "\"\\ud83d\\ude00\""])
}

fn configs() -> Vec<Vec<u8>> {
    let config = format!(
        "{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{{\"Env\":[\"A=b\"],\"Cmd\":[\"x\"],\
         \"Labels\":{{\"l\":\"v\"}}}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"sha256:{HEX}\"]}},\
         \"history\":[{{\"created_by\":\"RUN x\",\"empty_layer\":true}}]}}"
    );
    seeds(&[&config, "{\"config\":null,\"history\":{}}"])
}

/// Returns a tar archive with a file, a long name and a link, written byte by byte.
fn archives() -> Vec<Vec<u8>> {
    let mut all = member("etc/passwd", b'0', b"root:x:0:0\n");
    all.extend(member("././@LongLink", b'L', &[b'n'; 200]));
    all.extend(member("n", b'2', b""));
    all.extend(member("pax", b'x', b"30 path=other/name/of/a/file\n\n18 size=1234567\n"));
    all.extend(member("etc/.wh.shadow", b'0', b""));
    all.extend([0; 1024]);
    vec![all.clone(), all.into_iter().take(700).collect()]
}

pub(crate) fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0_u8; 512];
    put(&mut header, 0, name.as_bytes());
    put(&mut header, 100, b"0000644\0");
    put(&mut header, 108, b"0000000\0");
    put(&mut header, 116, b"0000000\0");
    put(&mut header, 124, format!("{:011o}\0", content.len()).as_bytes());
    put(&mut header, 136, b"14000000000\0");
    put(&mut header, 148, b"        ");
    put(&mut header, 156, &[kind]);
    put(&mut header, 257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut header, 148, format!("{sum:06o}\0 ").as_bytes());
    header.extend(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

fn put(header: &mut [u8], at: usize, bytes: &[u8]) {
    for (place, byte) in header.iter_mut().skip(at).zip(bytes) {
        *place = *byte;
    }
}

fn zipped() -> Vec<Vec<u8>> {
    archives().iter().map(|archive| gzip(archive)).chain([gzip(&[0; 100_000])]).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes);
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Returns zstd frames: one of a raw block, and one of a block that repeats a byte.
fn frames() -> Vec<Vec<u8>> {
    let mut raw = b"\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello".to_vec();
    let repeated = b"\x28\xb5\x2f\xfd\x20\xff\xfb\x07\x00x".to_vec();
    let one = raw.clone();
    raw.extend(&repeated);
    vec![one, repeated, raw]
}
