//! Content that is wrong, broken, or an attack on the program that shows it.

use super::config::Config;
use super::images;
use super::json::{Json, list, object, text, texts};
use super::layers::{self, GZIP, gzip};
use super::repository::{
    Descriptor, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, Repository, image_manifest, index,
};
use crate::digest::digest_of;
use crate::manifest::Manifest;
use crate::store::Store;
use crate::tar::Tar;

/// Values that must be shown as text: markup, scripts, and characters that reverse the text around them.
const HOSTILE: &[(&str, &str)] = &[
    ("org.opencontainers.image.title", "<img src=x onerror=alert(1)>"),
    ("org.opencontainers.image.url", "javascript:alert(document.domain)"),
    ("org.opencontainers.image.source", "data:text/html,<script>alert(1)</script>"),
    ("org.opencontainers.image.documentation", "https://user:password@example.com/?q=<script>"),
    ("org.opencontainers.image.authors", "safe\u{202e}txt.exe\u{202c} and \u{200b}hidden\u{feff}"),
    ("<script>alert('key')</script>", "the key is hostile"),
    ("com.example.control", "bell\u{7} escape\u{1b}[31mred null\u{0}end"),
    (
        "com.example.long",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
];

pub(super) async fn load(store: &Store) {
    let repository = Repository { store, name: "broken/content" };
    wrong_layer(&repository).await;
    wrong_size(&repository).await;
    wrong_diff_id(&repository).await;
    lying_manifest(&repository).await;
    missing_parts(&repository).await;
    documents(&repository).await;
    hostile(&Repository { store, name: "broken/hostile" }).await;
}

/// Puts a layer whose bytes do not match its digest.
async fn wrong_layer(repository: &Repository<'_>) {
    // No other image here has this layer, because the store keeps one blob for each digest.
    let promised = gzip(&layers::base("s390x"));
    let layer = Descriptor::of(GZIP, &promised);
    let mut delivered = promised;
    if let Some(byte) = delivered.get_mut(100) {
        *byte ^= 0x20;
    }
    repository.store.put_blob(repository.name, &layer.digest, delivered.into());
    repository.image(&["wrong-layer"], &config(repository, &layers::base("s390x")), &[layer]).await;
}

/// Puts a layer that is larger than its descriptor says.
async fn wrong_size(repository: &Repository<'_>) {
    let tar = layers::whiteouts();
    let mut layer = layers::put(repository, GZIP, &tar).descriptor;
    layer.size -= 1;
    repository.image(&["wrong-size"], &config(repository, &tar), &[layer]).await;
}

/// Puts a right layer whose config has another diff ID.
async fn wrong_diff_id(repository: &Repository<'_>) {
    let layer = layers::put(repository, GZIP, &layers::whiteouts()).descriptor;
    repository
        .image(&["wrong-diff-id"], &config(repository, &layers::base("arm64")), &[layer])
        .await;
}

/// Puts a manifest whose bytes do not match the digest that it is stored under.
async fn lying_manifest(repository: &Repository<'_>) {
    let layer = layers::put(repository, GZIP, &layers::whiteouts()).descriptor;
    let promised = image_manifest(&config(repository, &layers::whiteouts()), &[layer]).to_string();
    let mut manifest = Manifest::new(OCI_MANIFEST, promised.clone().into());
    manifest.bytes = promised.replace("\"schemaVersion\":2", "\"schemaVersion\":2 ").into();
    repository.store.put_manifest(repository.name, &["wrong-manifest"], &manifest).await;
}

/// Puts an index that lacks a child, and images that lack a layer or the config.
async fn missing_parts(repository: &Repository<'_>) {
    let there = images::platform_image(repository, &[], "amd64", None).await;
    let platform = object([("architecture", text("s390x")), ("os", text("linux"))]);
    let gone = Descriptor::of(OCI_MANIFEST, b"no such manifest").with("platform", platform);
    repository.index(&["missing-child"], &[there, gone]).await;
    let layer = Descriptor::of(GZIP, b"no such layer");
    repository.image(&["missing-layer"], &config(repository, b""), &[layer]).await;
    repository
        .image(&["missing-config"], &Descriptor::of(OCI_CONFIG, b"no such config"), &[])
        .await;
}

/// Puts documents that are no valid manifests, or are of another kind than their media type says.
async fn documents(repository: &Repository<'_>) {
    let config = config(repository, b"");
    repository
        .bytes(&["not-json"], OCI_MANIFEST, r#"{"schemaVersion": 2, "config": {"mediaType": "#)
        .await;
    repository.bytes(&["empty-document"], OCI_MANIFEST, "").await;
    repository.bytes(&["deep"], OCI_INDEX, "[".repeat(100_000)).await;
    repository
        .bytes(
            &["unknown-type"],
            "application/vnd.example.mystery.v7+json",
            r#"{"riddle": [1, 2, 3]}"#,
        )
        .await;
    let twice = image_manifest(&config, &[]).to_string().replacen(
        '{',
        r#"{"config":{"digest":"sha256:00"},"#,
        1,
    );
    repository.bytes(&["duplicate-keys"], OCI_MANIFEST, twice).await;
    // This image also has the field of an index (CVE-2021-41190).
    let ambiguous = image_manifest(&config, &[]).with("manifests", list([config.json()]));
    repository.manifest(&["ambiguous"], OCI_MANIFEST, &ambiguous).await;
    repository.manifest(&["type-confused"], OCI_INDEX, &image_manifest(&config, &[])).await;
    let text_config = repository.blob(OCI_CONFIG, "this is no configuration");
    repository.image(&["config-not-json"], &text_config, &[]).await;
    let many = (0..3000).map(|n| Descriptor::of(OCI_MANIFEST, format!("child {n}").as_bytes()));
    repository
        .manifest(&["many-children"], OCI_INDEX, &index(OCI_INDEX, &many.collect::<Vec<_>>()))
        .await;
}

/// Puts hostile text into every field that is shown.
async fn hostile(repository: &Repository<'_>) {
    let tar = Tar::default()
        .file("<img src=x onerror=alert(1)>", "a file\n")
        .file("invoice\u{202e}fdp.exe", "turns around\n")
        .file("../../../../etc/cron.d/evil", "climbs out\n")
        .file("/etc/passwd", "absolute\n")
        .symlink("home", "javascript:alert(1)")
        .file("zero\u{200b}width\u{feff}.txt", "hides\n")
        .finish();
    let layer = layers::put(repository, GZIP, &tar);
    let history = vec![
        ("RUN echo '<script>alert(1)</script>' # \u{202e}detrever", false),
        ("\u{1b}[2J", true),
    ];
    let config = Config {
        architecture: "amd64\"><b>",
        variant: Some("<i>"),
        os: "linux\u{202e}",
        diff_ids: vec![layer.diff_id],
        history,
        labels: HOSTILE.to_vec(),
    };
    let config = repository.blob(OCI_CONFIG, config.write());
    let layer = layer.descriptor.with("annotations", texts(HOSTILE));
    let manifest = image_manifest(&config, &[layer]).with("annotations", texts(HOSTILE));
    let image = repository.manifest(&["latest", "__proto__"], OCI_MANIFEST, &manifest).await;
    let platform = object([("architecture", text("<script>")), ("os", text("\u{202e}xunil"))]);
    let described = image.with("platform", platform).with("annotations", texts(HOSTILE));
    let index = index(OCI_INDEX, &[described]).with("annotations", texts(HOSTILE));
    repository.manifest(&["index"], OCI_INDEX, &index.with("schemaVersion", Json::Number(3))).await;
}

fn config(repository: &Repository<'_>, tar: &[u8]) -> Descriptor {
    let config = Config {
        architecture: "amd64",
        variant: None,
        os: "linux",
        diff_ids: if tar.is_empty() { Vec::new() } else { vec![digest_of(tar)] },
        history: if tar.is_empty() { Vec::new() } else { vec![("COPY . /", false)] },
        labels: Vec::new(),
    };
    repository.blob(OCI_CONFIG, config.write())
}
