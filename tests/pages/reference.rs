//! Golden pages of the views of a reference.

use porthole::oci::Descriptor;
use serde_json::json;

use crate::{
    golden::{check, page},
    images::{INDEX, MANIFEST, Shelf, digest_of, platform, with},
};

/// Checks views of a tag against golden pages of this name.
fn check_views(name: &str, shelf: &Shelf, tag: &str, views: &[&str]) {
    for view in views {
        let address = shelf.address(tag, &format!("?view={view}"));
        check(&format!("{name}-{view}"), &shelf.registry, &address);
    }
}

/// Makes an index of two platforms, an attestation of the first, and an SBOM that refers to the index.
fn multi_platform() -> Shelf {
    let shelf = Shelf::new();
    let (amd64, arm64) = (shelf.image("amd64", None), shelf.image("arm64", None));
    let attestation = shelf.image("unknown", None);
    let about = json!({
        "platform": { "os": "unknown", "architecture": "unknown" },
        "annotations": {
            (Descriptor::REFERENCE_TYPE): "attestation-manifest",
            (Descriptor::REFERENCE_DIGEST): amd64["digest"],
        },
    });
    let entries = [platform(amd64, "amd64"), platform(arm64, "arm64"), with(attestation, &about)];
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
    let index = shelf.manifest(INDEX, &index, Some("1"));
    let sbom = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/spdx+json",
        "config": shelf.blob("application/vnd.oci.empty.v1+json", "{}"),
        "layers": [shelf.blob("application/spdx+json", "{\"spdxVersion\":\"SPDX-2.3\"}")],
        "subject": index,
    });
    shelf.manifest(MANIFEST, &sbom, None);
    shelf
}

#[test]
fn image() {
    let shelf = Shelf::new();
    shelf.image("amd64", Some("1"));
    let views = ["tree", "json", "config", "history", "layers", "referrers", "verify", "commands"];
    check_views("image", &shelf, "1", &views);
}

#[test]
fn index() {
    let shelf = multi_platform();
    check_views("index", &shelf, "1", &["tree", "json", "config", "referrers", "verify"]);
    let address = shelf.address("1", "?view=layers&platform=linux/arm64");
    check("index-layers-of-a-platform", &shelf.registry, &address);
    let address = shelf.address("1", "?platform=linux/amd64");
    check("index-tree-of-a-platform", &shelf.registry, &address);
    let address = shelf.address("1", "?view=config&platform=plan9/mips");
    check("index-without-that-platform", &shelf.registry, &address);
}

/// BuildKit's build cache: an index of blobs.
#[test]
fn build_cache() {
    let shelf = Shelf::new();
    let entries = [
        shelf.blob("application/vnd.oci.image.layer.v1.tar+gzip", "a layer"),
        shelf.blob("application/vnd.buildkit.cacheconfig.v0", "{}"),
        shelf.blob("application/vnd.example.unknown", "?"),
    ];
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
    shelf.manifest(INDEX, &index, Some("1"));
    check_views("build-cache", &shelf, "1", &["tree", "json", "config"]);
}

/// Two images for one platform, as `podman manifest push --add-compression zstd` makes them.
#[test]
fn twins() {
    let shelf = Shelf::new();
    let zstd = json!({ "annotations": { (Descriptor::ZSTD): "true" } });
    let one = platform(shelf.image("amd64", None), "amd64");
    let two = with(platform(shelf.image("other", None), "amd64"), &zstd);
    let (first, second) = (digest_of(&one), digest_of(&two));
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [one, two] });
    shelf.manifest(INDEX, &index, Some("1"));
    check_views("twins", &shelf, "1", &["tree"]);
    for view in ["config", "commands", "verify"] {
        let address = shelf.address("1", &format!("?view={view}&platform={second}"));
        check(&format!("twins-second-{view}"), &shelf.registry, &address);
    }
    // Each view has one link that is the current one, also at an address from before.
    for (platform, current) in [("linux/amd64", &first), (second.as_str(), &second)] {
        for view in ["tree", "config", "history", "layers", "files", "verify", "json", "commands"] {
            let address = shelf.address("1", &format!("?view={view}&platform={platform}"));
            let html = page(&shelf.registry, &address);
            let choice = html.split("aria-label=\"Platform\"").nth(1).unwrap();
            let choice = choice.split("</nav>").next().unwrap();
            let links = choice.lines().filter(|line| line.contains("aria-current=\"true\""));
            let links: Vec<_> = links.collect();
            assert_eq!(links.len(), 1, "{view} of {platform}: {links:?}");
            assert!(links[0].contains(&format!("platform={current}")), "{view}: {links:?}");
        }
    }
}

/// A manifest may list one layer twice, as Bazel and `docker commit` of nothing do.
#[test]
fn a_layer_that_stands_twice_has_two_addresses() {
    let shelf = Shelf::new();
    let layer = |text: &str| shelf.blob("application/vnd.oci.image.layer.v1.tar+gzip", text);
    let (once, twice) = (layer("once"), layer("twice"));
    let steps = ["a", "b", "c"].map(|step| json!({ "created_by": step }));
    let config = json!({ "os": "linux", "architecture": "amd64", "history": steps });
    let document = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "layers": [twice, once, twice],
        "config": shelf.blob("application/vnd.oci.image.config.v1+json", config.to_string()),
    });
    shelf.manifest(MANIFEST, &document, Some("1"));
    let (once, twice) = (digest_of(&once), digest_of(&twice));
    let names = [format!("{twice}@1"), once.to_string(), format!("{twice}@3")];
    for view in ["tree", "history", "layers", "files"] {
        let html = page(&shelf.registry, &shelf.address("1", &format!("?view={view}")));
        for name in &names {
            let link = format!("layer={name}\"");
            assert!(html.contains(&link), "{view}: no link to {name}");
        }
        assert!(!html.contains(&format!("layer={twice}\"")), "{view}");
    }
    let old = [twice.to_string(), format!("{twice}@2"), format!("{twice}@9")];
    let addresses = names.iter().zip([1, 2, 3]).chain(old.iter().map(|name| (name, 1)));
    for (name, expected) in addresses {
        for view in ["layers", "files"] {
            let address = shelf.address("1", &format!("?view={view}&layer={name}"));
            let html = page(&shelf.registry, &address);
            let chosen: Vec<_> = html.split("aria-current=\"true\"").skip(1).collect();
            assert_eq!(chosen.len(), 1, "{view} of {name}");
            let at = chosen[0].find("Layer ").unwrap();
            let shown = &chosen[0][at..at + 7];
            assert_eq!(shown, format!("Layer {expected}"), "{view} of {name}");
        }
    }
}

#[test]
fn artifact() {
    let shelf = Shelf::new();
    let file = shelf.blob("text/markdown", "# read me\n");
    let file =
        with(file, &json!({ "annotations": { "org.opencontainers.image.title": "README.md" } }));
    let document = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/vnd.example.notes",
        "config": shelf.blob("application/vnd.oci.empty.v1+json", "{}"), "layers": [file],
    });
    shelf.manifest(MANIFEST, &document, Some("1"));
    check_views("artifact", &shelf, "1", &["tree", "config", "history", "layers"]);
}

#[test]
fn schema_1() {
    let shelf = Shelf::new();
    let step = |created_by: &str| json!({ "v1Compatibility": json!({ "id": "1", "container_config": { "Cmd": [created_by] } }).to_string() });
    let document = json!({
        "schemaVersion": 1, "name": "demo/app", "tag": "1", "architecture": "amd64",
        "fsLayers": [
            { "blobSum": format!("sha256:{}", "b".repeat(64)) },
            { "blobSum": format!("sha256:{}", "a".repeat(64)) },
        ],
        "history": [step("/bin/sh -c echo second"), step("/bin/sh -c #(nop) ADD file:1 in /")],
    });
    shelf.manifest("application/vnd.docker.distribution.manifest.v1+json", &document, Some("1"));
    check_views("schema1", &shelf, "1", &["tree", "json", "config", "history", "layers"]);
}

#[test]
fn broken() {
    let shelf = Shelf::new();
    shelf.bytes(MANIFEST, "<!doctype html>\n<title>Sign in</title>".to_owned(), Some("login"));
    check_views("login", &shelf, "login", &["tree", "json", "config", "layers"]);
    let text =
        r#"{"schemaVersion":2,"mediaType":"x/y","layers":[{"size":-1,"size":2}],"layers":7}"#;
    shelf.bytes("application/vnd.example.unknown+json", text.to_owned(), Some("odd"));
    check_views("odd", &shelf, "odd", &["tree", "json", "layers", "commands"]);
}

#[test]
fn hostile() {
    let shelf = Shelf::new();
    let layer = with(
        shelf.blob("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "x"),
        &json!({
            "urls": ["javascript:alert(1)", "https://example.com/layer"],
            "annotations": { "<img src=x onerror=alert(1)>": "\" onclick=\"alert(1)" },
        }),
    );
    let config = json!({
        "os": "linux", "architecture": "amd64", "rootfs": { "type": "layers", "diff_ids": [] },
        "config": { "Labels": { "a\u{202e}b": "</dd><script>alert(1)</script>" }, "Cmd": ["$(reboot)", "`x`"] },
        "history": [{ "created_by": "RUN x\nRUN <b>y</b>" }, { "created_by": "\u{0}" }],
    });
    let document = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": shelf.blob("application/vnd.oci.image.config.v1+json", config.to_string()),
        "layers": [layer],
        "annotations": { "org.opencontainers.image.url": "javascript:alert(1)", "x": "data:text/html,y" },
    });
    shelf.manifest(MANIFEST, &document, Some("1"));
    check_views("hostile", &shelf, "1", &["tree", "json", "config", "history", "layers"]);
}

#[test]
fn mismatch() {
    let shelf = Shelf::new();
    let image = shelf.image("amd64", Some("1"));
    let manifest = shelf.registry.bytes(&digest_of(&image)).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let config = digest_of(&manifest["config"]);
    shelf.registry.add_blob_as(&shelf.repository, &config, "not that".into());
    check_views("mismatch", &shelf, "1", &["config", "history", "layers"]);

    let shelf = multi_platform();
    let arm64 = shelf.image("arm64", None);
    let mut wrong = Descriptor::new(
        porthole::oci::MediaType::new(MANIFEST),
        digest_of(&arm64),
        arm64["size"].as_u64().unwrap(),
    );
    wrong.annotations.clear();
    shelf.registry.add_manifest_as(&shelf.repository, &wrong, "{}".into());
    check_views("mismatch-of-a-platform", &shelf, "1", &["tree"]);
}

#[test]
fn a_document_of_many_lines_is_windowed() {
    let shelf = Shelf::new();
    let entries: Vec<_> = (0..400).map(|n| json!({ "n": n, "text": "x" })).collect();
    let document = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
    shelf.manifest(INDEX, &document, Some("1"));
    let html = page(&shelf.registry, &shelf.address("1", "?view=json"));
    let rows = html.lines().filter(|line| line.contains("role=\"rowheader\"")).count();
    assert!((20..200).contains(&rows), "{rows} rows are drawn");
    assert!(html.contains("aria-rowcount=\"1607\""), "a header, six lines and four for each entry");
}
