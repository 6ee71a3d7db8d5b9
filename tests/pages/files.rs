//! Golden pages of the view of files.

use serde_json::json;

use crate::{
    golden::{check, page},
    images::{MANIFEST, Shelf},
    tar::{entry, layer},
};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Makes an image of three layers: files, changes to them, and an unreadable one of media type `third`.
fn image(third: &str) -> Shelf {
    let shelf = Shelf::new();
    let status =
        b"Package: zlib\nVersion: 1.3\nArchitecture: amd64\nStatus: install ok installed\n";
    let base = layer(&[
        entry(b"etc/", b'5', "", b""),
        entry(b"etc/os-release", b'0', "", b"PRETTY_NAME=\"Made Up 1\"\nID=madeup\n"),
        entry(b"etc/old.conf", b'0', "", &[b'x'; 3_000]),
        entry(b"etc/data.json", b'0', "", b"{\"a\": [1, 2]}\n"),
        entry(b"etc/\xff\xe2\x80\xae.html", b'0', "", b"<script>alert(1)</script>\r\n\x1b[31m\n"),
        entry(b"release -> here", b'2', "etc/os-release", b""),
        entry(b"var/lib/dpkg/status", b'0', "", status),
    ]);
    let second = layer(&[
        entry(b"etc/data.json", b'0', "", b"{\"a\": [1, 2, 3]}\n"),
        entry(b"etc/.wh.old.conf", b'0', "", b""),
        entry(b"new/", b'5', "", b""),
    ]);
    let layers = [
        shelf.blob(LAYER, base),
        shelf.blob(LAYER, second),
        shelf.blob(third, "nothing that anybody can read"),
    ];
    let config = shelf.blob("application/vnd.oci.image.config.v1+json", "{}");
    let document =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    shelf.manifest(MANIFEST, &document, Some("1"));
    shelf
}

fn encrypted() -> Shelf {
    image("application/vnd.oci.image.layer.v1.tar+gzip+encrypted")
}

/// Reads the digest of a layer from the page that lists the layers.
fn digest_of_layer(shelf: &Shelf, number: usize) -> String {
    let layers = page(&shelf.registry, &shelf.address("1", "?view=layers"));
    let mut digests: Vec<&str> = layers.split("sha256:").skip(1).map(|rest| &rest[..64]).collect();
    digests.dedup();
    format!("sha256:{}", digests[number])
}

#[test]
fn files() {
    let shelf = encrypted();
    let second = digest_of_layer(&shelf, 1);
    for (name, parts) in [
        ("files", String::new()),
        ("files-of-a-directory", "&path=etc".to_owned()),
        ("files-of-a-layer", format!("&layer={second}&path=etc")),
        ("files-found", "&find=*.json".to_owned()),
        ("files-largest", "&list=largest".to_owned()),
        ("files-wasted", "&list=wasted".to_owned()),
        ("files-packages", "&list=packages".to_owned()),
        ("files-text", "&path=etc/os-release".to_owned()),
        ("files-json", "&path=etc/data.json".to_owned()),
        ("files-link", "&path=release%20->%20here".to_owned()),
        ("files-removed", "&path=etc/old.conf".to_owned()),
        ("files-hostile", "&path=etc/%5Cxff%E2%80%AE.html".to_owned()),
        ("files-without-that-path", "&path=etc/none".to_owned()),
        ("files-without-that-layer", format!("&layer=sha256:{}", "0".repeat(64))),
    ] {
        check(name, &shelf.registry, &shelf.address("1", &format!("?view=files{parts}")));
    }
}

/// Opens an archive inside a layer, and one of its files, by the address alone.
#[test]
fn files_of_an_archive_in_a_layer() {
    let shelf = Shelf::new();
    let inner = layer(&[
        entry(b"META-INF/", b'5', "", b""),
        entry(b"META-INF/MANIFEST.MF", b'0', "", b"Manifest-Version: 1.0\nCreated-By: nobody\n"),
        entry(b"inner.tgz", b'0', "", &layer(&[entry(b"deep", b'0', "", b"deeper")])),
        entry(b"odd &?=#%.txt", b'0', "", b"<b>text</b>\n"),
        entry(b"link", b'2', "META-INF/MANIFEST.MF", b""),
    ]);
    let outer = layer(&[entry(b"srv/outer.tgz", b'0', "", &inner)]);
    let layers = [shelf.blob(LAYER, outer)];
    let config = shelf.blob("application/vnd.oci.image.config.v1+json", "{}");
    let document =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    shelf.manifest(MANIFEST, &document, Some("1"));
    for (name, parts) in [
        ("files-archive", ""),
        ("files-member", "&member=META-INF/MANIFEST.MF"),
        ("files-member-odd", "&member=odd%20%26?%3D%23%25.txt"),
        ("files-member-archive", "&member=inner.tgz"),
        ("files-member-link", "&member=link"),
        ("files-member-none", "&member=none"),
    ] {
        let address = shelf.address("1", &format!("?view=files&path=srv/outer.tgz{parts}"));
        check(name, &shelf.registry, &address);
    }
}

#[test]
fn files_that_no_tree_has_a_place_for_are_counted() {
    let shelf = Shelf::new();
    let layers = [shelf.blob(
        LAYER,
        layer(&[
            entry(b"nowhere", b'2', "nowhere", b""),
            entry(b"nowhere/file", b'0', "", b"lost\n"),
            entry(b"there", b'0', "", b"found\n"),
        ]),
    )];
    let config = shelf.blob("application/vnd.oci.image.config.v1+json", "{}");
    let document =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    shelf.manifest(MANIFEST, &document, Some("1"));
    check("files-left-out", &shelf.registry, &shelf.address("1", "?view=files"));
}

/// Checks that a hard link is told as another name of what was there, of a symbolic link too.
#[test]
fn files_with_hard_links_whose_first_names_are_gone() {
    let shelf = Shelf::new();
    let base = [
        entry(b"a", b'0', "", b"first\n"),
        entry(b"b", b'1', "a", b""),
        entry(b"s", b'2', "t", b""),
        entry(b"h", b'1', "s", b""),
        entry(b"t", b'0', "", b"end\n"),
    ];
    let later = [entry(b"a", b'0', "", b"second\n"), entry(b".wh.s", b'0', "", b"")];
    let layers = [shelf.blob(LAYER, layer(&base)), shelf.blob(LAYER, layer(&later))];
    let config = shelf.blob("application/vnd.oci.image.config.v1+json", "{}");
    let document =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    shelf.manifest(MANIFEST, &document, Some("1"));
    for (page, path) in [("hard", "&path=b"), ("symbolic", "&path=h"), ("both", "")] {
        let query = format!("?view=files{path}");
        check(&format!("files-name-of-{page}"), &shelf.registry, &shelf.address("1", &query));
    }
}

/// Checks that a layer that is no archive, or has wrong bytes, gets a notice. The other layers are shown.
#[test]
fn files_of_a_layer_that_cannot_be_read() {
    let shelf = image(LAYER);
    check("files-no-archive", &shelf.registry, &shelf.address("1", "?view=files"));
    let shelf = image(LAYER);
    let third = digest_of_layer(&shelf, 2).parse().unwrap();
    shelf.registry.add_blob_as(&shelf.repository, &third, "xothing that anybody can read".into());
    let html = page(&shelf.registry, &shelf.address("1", "?view=files"));
    for text in ["etc", "Layer 3", "the bytes of the layer are not those of its digest"] {
        assert!(html.contains(text), "{text}: {html}");
    }
}
