//! Images of the Docker family: a manifest list with schema 2 children, and schema 1.

use super::images;
use super::json::{Json, list, object, text};
use super::layers::{self, gzip};
use super::repository::{Descriptor, Repository, index};
use crate::digest::digest_of;
use crate::store::Store;

const LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const SCHEMA2: &str = "application/vnd.docker.distribution.manifest.v2+json";
const SIGNED_SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

/// The configuration of the top layer of schema 1, as text inside JSON.
const SCHEMA1_TOP: &str = r##"{\"id\":\"b1\",\"parent\":\"a0\",\"created\":\"2015-03-04T05:06:07Z\",\"container_config\":{\"Cmd\":[\"/bin/sh\",\"-c\",\"#(nop) CMD [\\\"/bin/sh\\\"]\"]},\"architecture\":\"amd64\",\"os\":\"linux\",\"throwaway\":true}"##;
/// The configuration of the base layer of schema 1, as text inside JSON.
const SCHEMA1_BASE: &str = r##"{\"id\":\"a0\",\"created\":\"2015-03-04T05:06:00Z\",\"container_config\":{\"Cmd\":[\"/bin/sh\",\"-c\",\"#(nop) ADD file:0a1b in /\"]}}"##;
/// The signature of schema 1, which does not verify.
const SCHEMA1_SIGNATURES: &str = r#"   "signatures": [
      {
         "header": {
            "jwk": {
               "crv": "P-256",
               "kid": "HARB:OURS",
               "kty": "EC",
               "x": "c2VlZA",
               "y": "c2VlZA"
            },
            "alg": "ES256"
         },
         "signature": "bm90IGEgc2lnbmF0dXJl",
         "protected": "eyJmb3JtYXRMZW5ndGgiOjB9"
      }
   ]"#;

pub(super) async fn load(store: &Store) {
    let repository = Repository { store, name: "docker/classic" };
    let amd64 = schema2(&repository, &["amd64"], "amd64", "linux").await;
    let arm64 = schema2(&repository, &[], "arm64", "linux").await;
    let windows = windows(&repository).await;
    repository.manifest(&["latest", "2.8"], LIST, &index(LIST, &[amd64, arm64, windows])).await;
    schema1(&repository).await;
}

async fn schema2(
    repository: &Repository<'_>,
    tags: &[&str],
    architecture: &str,
    os: &str,
) -> Descriptor {
    let layer = layers::base(architecture);
    let config = config(architecture, os, &[digest_of(&layer)]);
    let layers = [repository.blob(LAYER, gzip(&layer))];
    let manifest = manifest(&repository.blob(CONFIG, config), &layers);
    let platform = object([("architecture", text(architecture)), ("os", text(os))]);
    repository.manifest(tags, SCHEMA2, &manifest).await.with("platform", platform)
}

/// Puts a Windows image whose base layer is foreign: its bytes are elsewhere (`urls`).
async fn windows(repository: &Repository<'_>) -> Descriptor {
    let base = Descriptor::of(FOREIGN, b"the bytes of this layer are not in this registry");
    let base =
        base.with("urls", list([text("https://mcr.example/windows/nanoserver/layer.tar.gz")]));
    let own = layers::whiteouts();
    let config = config("amd64", "windows", &[digest_of(b"not known here"), digest_of(&own)]);
    let layers = [base, repository.blob(LAYER, gzip(&own))];
    let manifest = manifest(&repository.blob(CONFIG, config), &layers);
    let platform = object([
        ("architecture", text("amd64")),
        ("os", text("windows")),
        ("os.version", text("10.0.20348.2227")),
        ("os.features", list([text("win32k")])),
    ]);
    repository.manifest(&["windows"], SCHEMA2, &manifest).await.with("platform", platform)
}

fn manifest(config: &Descriptor, layers: &[Descriptor]) -> Json {
    object([
        ("schemaVersion", Json::Number(2)),
        ("mediaType", text(SCHEMA2)),
        ("config", config.json()),
        ("layers", list(layers.iter().map(Descriptor::json))),
    ])
}

/// Returns a configuration as `docker build` wrote it before BuildKit.
fn config(architecture: &str, os: &str, diff_ids: &[String]) -> String {
    let created = "2019-06-05T04:03:02.123456789Z";
    let history = diff_ids.iter().map(|_| {
        object([
            ("created", text(created)),
            ("created_by", text("/bin/sh -c #(nop) ADD file:0a1b2c in / ")),
        ])
    });
    let cmd = object([
        ("created", text(created)),
        ("created_by", text("/bin/sh -c #(nop)  CMD [\"/bin/sh\"]")),
        ("empty_layer", Json::Bool(true)),
    ]);
    object([
        ("architecture", text(architecture)),
        ("config", object([("Cmd", list([text("/bin/sh")])), ("Env", list([text("PATH=/bin")]))])),
        ("created", text(created)),
        ("docker_version", text("18.09.7")),
        ("history", list(history.chain([cmd]))),
        ("os", text(os)),
        (
            "rootfs",
            object([("type", text("layers")), ("diff_ids", list(diff_ids.iter().map(text)))]),
        ),
    ])
    .to_string()
}

/// Puts a signed schema 1 manifest. Its layers stand newest first, its configuration in `v1Compatibility`.
async fn schema1(repository: &Repository<'_>) {
    let layer = repository.blob(LAYER, gzip(&layers::base("amd64")));
    let empty = repository.blob(LAYER, gzip(&[0; 1024]));
    let text = signed_schema1(&empty.digest, &layer.digest);
    repository.bytes(&["schema1"], SIGNED_SCHEMA1, text).await;
    // This repository also has an OCI image, so that it holds both families.
    images::platform_image(repository, &["oci"], "amd64", None).await;
}

/// Returns a signed schema 1 manifest of two layers.
fn signed_schema1(top_layer: &str, base_layer: &str) -> String {
    format!(
        r#"{{
   "schemaVersion": 1,
   "name": "docker/classic",
   "tag": "schema1",
   "architecture": "amd64",
   "fsLayers": [
      {{
         "blobSum": "{top_layer}"
      }},
      {{
         "blobSum": "{base_layer}"
      }}
   ],
   "history": [
      {{
         "v1Compatibility": "{SCHEMA1_TOP}"
      }},
      {{
         "v1Compatibility": "{SCHEMA1_BASE}"
      }}
   ],
{SCHEMA1_SIGNATURES}
}}"#
    )
}
