//! The properties of every reference, digest and changed document, tested on values from a fixed seed.

use bytes::Bytes;
use porthole::oci::{
    Digest, Document, MediaType, Reference, decoders::Decoders, guess_media_type, json,
    parse_config, parse_document, parse_layout, signed_payload,
};

use crate::fixtures::of_kind;

/// Random numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).map(|_| char::from(alphabet.as_bytes()[self.below(alphabet.len())])).collect()
    }
}

const HEX: &str = "0123456789abcdef";

fn digest(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => format!("sha512:{}", dice.text(HEX, 128)),
        1 => format!("blake3:{}", dice.text(HEX, 64)),
        2 => format!("multi+part.x:{}", dice.text("aZ09=_-", 5)),
        _ => format!("sha256:{}", dice.text(HEX, 64)),
    }
}

fn repository(dice: &mut Dice) -> String {
    let component = |dice: &mut Dice| {
        let length = 1 + dice.below(4);
        let mut text = dice.text("az09", length);
        for _ in 0..dice.below(3) {
            text += dice.pick(&[".", "_", "__", "-", "---"]);
            let length = 1 + dice.below(3);
            text += &dice.text("bz19", length);
        }
        text
    };
    let first = if dice.below(4) == 0 { "library".to_owned() } else { component(dice) };
    (0..dice.below(3)).fold(first, |path, _| format!("{path}/{}", component(dice)))
}

fn reference(dice: &mut Dice) -> String {
    let hosts = [
        "docker.io/",
        "index.docker.io/",
        "registry-1.docker.io/",
        "registry.hub.docker.com/",
        "ghcr.io/",
        "localhost:5000/",
        "[::1]/",
        "[fddd:1222::1]:443/",
        "10.0.0.1:80/",
        "a-b.C.example:65535/",
    ];
    let mut text = format!("{}{}", dice.pick(&hosts), repository(dice));
    if dice.below(2) == 0 {
        let length = 1 + dice.below(20);
        text += &format!(":{}{}", dice.text("aZ0_", 1), dice.text("aZ9_.-", length));
    }
    if dice.below(2) == 0 {
        text += &format!("@{}", digest(dice));
    }
    text
}

#[test]
fn r011_every_reference_survives_printing_and_reading() {
    let mut dice = Dice(11);
    for _ in 0..20_000 {
        let text = reference(&mut dice);
        let read: Reference = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(read.to_string().parse(), Ok(read.clone()), "{text}");
        assert_eq!(read.canonical().parse(), Ok(read.clone()), "{text}");
        let stored = serde_json::to_string(&read).expect("a text");
        assert_eq!(serde_json::from_str::<Reference>(&stored).expect("a reference"), read);
    }
}

#[test]
fn r003_every_digest_survives_printing_and_reading() {
    let mut dice = Dice(3);
    for _ in 0..20_000 {
        let text = digest(&mut dice);
        let read: Digest = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(read.to_string(), text);
        assert_eq!(Digest::new(&read.algorithm(), read.encoded()), Ok(read));
    }
}

/// Returns documents of every kind.
fn documents() -> Vec<Vec<u8>> {
    let kinds = [
        "evil-manifest",
        "image-config",
        "manifest-artifact",
        "manifest-buildkit-index",
        "manifest-docker-schema1",
        "manifest-docker-schema2",
        "manifest-oci-image",
        "manifest-oci-index",
    ];
    let given = kinds.iter().flat_map(|kind| of_kind(kind)).map(|fixture| fixture.read(""));
    let own = OWN.map(|text| text.as_bytes().to_vec());
    own.into_iter().chain(given.filter(|bytes| !bytes.is_empty())).collect()
}

/// Documents of the test's own: it has cases where there are no fixtures.
const OWN: [&str; 3] = [
    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{
    "mediaType":"application/vnd.oci.empty.v1+json","size":2,
    "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]}"#,
    r#"{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",
    "size":7,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    "platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}"#,
    r#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]},"history":[]}"#,
];

/// Reads a document in every way. A panic or a lost byte fails the test.
fn read_all(bytes: &[u8]) {
    let raw = Bytes::copy_from_slice(bytes);
    for media_type in [
        None,
        Some(MediaType::OCI_MANIFEST),
        Some(MediaType::OCI_INDEX),
        Some(MediaType::DOCKER_V1),
    ] {
        let parsed = parse_document(raw.clone(), media_type.as_ref());
        assert_eq!(parsed.raw, raw);
        if let Document::Image(image) = &parsed.value {
            assert!(
                image.layers_size()
                    >= image.layers.iter().map(|layer| layer.size).max().unwrap_or(0)
            );
        }
    }
    let config = parse_config(raw.clone());
    assert_eq!(config.value.layer_of_history(1).len(), config.value.history.len());
    let _ = (guess_media_type(&json::parse(raw.clone()).value), parse_layout(raw.clone()));
    let _ = (signed_payload(bytes), Decoders::standard().decode("application/json", raw));
}

#[test]
fn r035_no_beginning_of_a_document_is_sound_or_panics() {
    for document in documents() {
        let end = document.iter().rposition(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
        let step = (end / 400).max(1);
        for cut in (0..end).step_by(step) {
            let parsed = parse_document(Bytes::copy_from_slice(&document[..cut]), None);
            assert!(!parsed.is_sound(), "{cut} bytes are not the whole of {end}");
            assert!(!parse_config(Bytes::copy_from_slice(&document[..cut])).is_sound());
        }
    }
}

#[test]
fn r035_no_spoilt_document_panics() {
    let pieces: [&[u8]; 14] = [
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b",",
        b":",
        b"-1",
        b"1e400",
        b"18446744073709551616",
        b"null",
        b"\\ud800",
        b"\xff",
        b"\xef\xbb\xbf",
    ];
    let mut dice = Dice(35);
    for document in documents() {
        for _ in 0..60 {
            let mut bytes = document.clone();
            for _ in 0..1 + dice.below(4) {
                let at = dice.below(bytes.len());
                match dice.below(3) {
                    0 => bytes[at] ^= 1 << dice.below(8),
                    1 => {
                        drop(bytes.splice(at..at, pieces[dice.below(pieces.len())].iter().copied()))
                    }
                    _ => drop(bytes.drain(at..(at + dice.below(9)).min(bytes.len() - 1).max(at))),
                }
            }
            read_all(&bytes);
        }
    }
}
