//! OCI images: many platforms, variants, nested indexes, attestations, one image at several tags.

use super::config::Config;
use super::json::{Json, object, text, texts};
use super::layers::{self, GZIP, Layer, PLAIN, ZSTD};
use super::repository::{Descriptor, OCI_CONFIG, Repository};
use super::statements;
use crate::store::Store;

/// The architecture and variant of every platform of the large image.
const PLATFORMS: &[(&str, Option<&str>)] = &[
    ("amd64", None),
    ("arm64", Some("v8")),
    ("arm", Some("v7")),
    ("arm", Some("v6")),
    ("riscv64", None),
];

const LABELS: &[(&str, &str)] = &[
    ("org.opencontainers.image.title", "Harbour"),
    ("org.opencontainers.image.version", "1.4.2"),
    ("org.opencontainers.image.source", "https://git.example/harbour"),
    ("org.opencontainers.image.revision", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"),
    ("org.opencontainers.image.licenses", "Apache-2.0"),
    ("org.opencontainers.image.base.name", "docker.io/library/harbour-base:3.1"),
];

/// Puts all images. Returns the image that will get referrers: its index, then its children.
pub(super) async fn load(store: &Store) -> Vec<Descriptor> {
    let family = harbour(store).await;
    nested(store).await;
    layered(store).await;
    family
}

/// Puts an index of five platforms, two of them with BuildKit attestations. Returns it and its children.
async fn harbour(store: &Store) -> Vec<Descriptor> {
    let repository = Repository { store, name: "library/harbour" };
    let mut children = Vec::new();
    for (architecture, variant) in PLATFORMS {
        children.push(platform_image(&repository, &[], architecture, *variant).await);
    }
    for image in children.clone().iter().take(2) {
        children.push(attestation(&repository, image).await);
    }
    let index = repository.index(&["latest", "1", "1.4", "1.4.2"], &children).await;
    platform_image(&repository, &["1.4.2-amd64"], "amd64", None).await;
    let older = children.get(..2).unwrap_or_default();
    repository.index(&["1.3.0"], older).await;
    children.insert(0, index);
    children
}

/// Puts an image of one platform. Its descriptor names the platform.
pub(super) async fn platform_image(
    repository: &Repository<'_>,
    tags: &[&str],
    architecture: &str,
    variant: Option<&str>,
) -> Descriptor {
    let layers = [
        layers::put(repository, GZIP, &layers::base(architecture)),
        layers::put(repository, GZIP, &layers::program(architecture)),
        layers::put(repository, GZIP, &layers::whiteouts()),
    ];
    let history = vec![
        ("ADD rootfs.tar.gz / # buildkit", false),
        ("ENV LANG=C.UTF-8", true),
        ("COPY harbour /usr/bin/harbour # buildkit", false),
        ("RUN /bin/sh -c rm -rf /srv /etc/hosts /var/cache/* # buildkit", false),
        ("EXPOSE map[8080/tcp:{} 9090/udp:{}]", true),
        ("USER app:app", true),
        ("ENTRYPOINT [\"/usr/bin/harbour\"]", true),
        ("CMD [\"serve\" \"--port\" \"8080\"]", true),
    ];
    let config = config(repository, architecture, variant, &layers, history);
    let manifest = repository.image(tags, &config, &layers.map(|layer| layer.descriptor)).await;
    manifest.with("platform", platform(architecture, variant))
}

fn config(
    repository: &Repository<'_>,
    architecture: &str,
    variant: Option<&str>,
    layers: &[Layer],
    history: Vec<(&str, bool)>,
) -> Descriptor {
    let diff_ids = layers.iter().map(|layer| layer.diff_id.clone()).collect();
    let config =
        Config { architecture, variant, os: "linux", diff_ids, history, labels: LABELS.to_vec() };
    repository.blob(OCI_CONFIG, config.write())
}

fn platform(architecture: &str, variant: Option<&str>) -> Json {
    let platform = object([("architecture", text(architecture)), ("os", text("linux"))]);
    match variant {
        Some(variant) => platform.with("variant", text(variant)),
        None => platform,
    }
}

/// Puts an attestation as BuildKit does: a manifest of platform `unknown/unknown` that names its image.
async fn attestation(repository: &Repository<'_>, image: &Descriptor) -> Descriptor {
    let in_toto = |predicate: &str, statement: String| {
        let layer = repository.blob("application/vnd.in-toto+json", statement);
        layer.with("annotations", texts(&[("in-toto.io/predicate-type", predicate)]))
    };
    let sbom = in_toto("https://spdx.dev/Document", statements::in_toto_spdx(&image.digest));
    let provenance =
        in_toto("https://slsa.dev/provenance/v1", statements::in_toto_provenance(&image.digest));
    let diff_ids = vec![sbom.digest.clone(), provenance.digest.clone()];
    let config = Config {
        architecture: "unknown",
        variant: None,
        os: "unknown",
        diff_ids,
        history: Vec::new(),
        labels: Vec::new(),
    };
    let config = repository.blob(OCI_CONFIG, config.write());
    let annotations = [
        ("vnd.docker.reference.digest", image.digest.as_str()),
        ("vnd.docker.reference.type", "attestation-manifest"),
    ];
    let manifest = repository.image(&[], &config, &[sbom, provenance]).await;
    let unknown = object([("architecture", text("unknown")), ("os", text("unknown"))]);
    manifest.with("annotations", texts(&annotations)).with("platform", unknown)
}

/// Puts an index in an index in an index.
async fn nested(store: &Store) {
    let repository = Repository { store, name: "demo/nested" };
    let arm = [
        platform_image(&repository, &[], "arm64", Some("v8")).await,
        platform_image(&repository, &[], "arm", Some("v7")).await,
    ];
    let inner = repository
        .index(&["arm"], &arm)
        .await
        .with("annotations", texts(&[("com.example.family", "arm")]));
    let amd64 = platform_image(&repository, &["amd64"], "amd64", None).await;
    let innermost = repository.index(&[], std::slice::from_ref(&inner)).await;
    repository.index(&["latest"], &[amd64, innermost]).await;
}

/// Puts one image with a layer of every kind, at several tags.
async fn layered(store: &Store) {
    let repository = Repository { store, name: "demo/layers" };
    let layers = [
        layers::put(&repository, GZIP, &layers::base("amd64")),
        layers::put(&repository, ZSTD, &layers::program("amd64")),
        layers::put(&repository, PLAIN, &layers::odd_names()),
        layers::put(&repository, ZSTD, &layers::whiteouts()),
    ];
    let history = vec![
        ("ADD rootfs.tar.gz /", false),
        ("COPY --from=build /out / # zstd", false),
        ("WORKDIR /srv", true),
        ("COPY odd /odd # not compressed", false),
        ("RUN rm -rf /srv # zstd", false),
    ];
    let config = config(&repository, "amd64", None, &layers, history);
    repository
        .image(&["latest", "v2", "v2.0", "stable"], &config, &layers.map(|layer| layer.descriptor))
        .await;
}
