//! Artifacts that are no images: one with files, a Helm chart, and one of the withdrawn manifest type.

use super::json::{Json, list, object, text, texts};
use super::layers::gzip;
use super::repository::{Descriptor, OCI_EMPTY, OCI_MANIFEST, Repository, image_manifest};
use crate::store::Store;
use crate::tar::Tar;

const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const HELM_CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

pub(super) async fn load(store: &Store) {
    files(&Repository { store, name: "demo/artifact" }).await;
    chart(&Repository { store, name: "charts/harbour" }).await;
    withdrawn(&Repository { store, name: "demo/artifact" }).await;
}

/// Puts the empty blob, and returns its descriptor with the two bytes embedded.
pub(super) fn empty(repository: &Repository<'_>) -> Descriptor {
    repository.blob(OCI_EMPTY, "{}").with("data", text("e30="))
}

/// Puts an artifact as `oras push` makes it, with a type, an empty config and files with titles.
async fn files(repository: &Repository<'_>) {
    let titled = |media_type: &str, name: &str, content: &str| {
        let layer = repository.blob(media_type, content.to_owned());
        layer.with("annotations", texts(&[("org.opencontainers.image.title", name)]))
    };
    let layers = [
        titled("text/markdown", "README.md", "# Sea charts\n\nNot for navigation.\n"),
        titled("application/json", "depths.json", "{\"north\": 12, \"south\": 7}\n"),
        titled(
            "image/svg+xml",
            "map.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"4\"/></svg>\n",
        ),
    ];
    let manifest = object([
        ("schemaVersion", Json::Number(2)),
        ("mediaType", text(OCI_MANIFEST)),
        ("artifactType", text("application/vnd.example.sea-chart.v1")),
        ("config", empty(repository).json()),
        ("layers", list(layers.iter().map(Descriptor::json))),
        ("annotations", texts(&[("org.opencontainers.image.created", "2026-01-02T03:04:05Z")])),
    ]);
    repository.manifest(&["v1", "latest"], OCI_MANIFEST, &manifest).await;
}

async fn chart(repository: &Repository<'_>) {
    let config = r#"{"name":"harbour","version":"0.4.1","description":"Runs Harbour","apiVersion":"v2","appVersion":"1.4.2","type":"application","keywords":["ships"],"maintainers":[{"name":"Ada","email":"ada@example.com"}]}"#;
    let tar = Tar::default()
        .file(
            "harbour/Chart.yaml",
            "apiVersion: v2\nname: harbour\nversion: 0.4.1\nappVersion: 1.4.2\n",
        )
        .file("harbour/values.yaml", "replicas: 2\nimage: library/harbour:1.4.2\n")
        .file("harbour/templates/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\n")
        .finish();
    let config = repository.blob(HELM_CONFIG, config);
    let layer = repository.blob(HELM_CHART, gzip(&tar));
    let annotations = [
        ("org.opencontainers.image.title", "harbour"),
        ("org.opencontainers.image.version", "0.4.1"),
        ("org.opencontainers.image.description", "Runs Harbour"),
    ];
    let manifest = image_manifest(&config, &[layer]).with("annotations", texts(&annotations));
    repository.manifest(&["0.4.1"], OCI_MANIFEST, &manifest).await;
}

/// Puts an artifact manifest of image-spec 1.1.0-rc2. The release withdrew it, but some registries still
/// hold such manifests.
async fn withdrawn(repository: &Repository<'_>) {
    const ARTIFACT: &str = "application/vnd.oci.artifact.manifest.v1+json";
    let blob = repository.blob("text/plain", "what an artifact was\n");
    let manifest = object([
        ("mediaType", text(ARTIFACT)),
        ("artifactType", text("application/vnd.example.note.v1")),
        ("blobs", list([blob.json()])),
    ]);
    repository.manifest(&["withdrawn"], ARTIFACT, &manifest).await;
}
