//! Manifests that refer to others by `subject`, by the fallback tag, or by cosign's tags.

use super::artifacts::empty;
use super::json::{Json, list, object, text, texts};
use super::repository::{Descriptor, OCI_CONFIG, OCI_MANIFEST, Repository};
use super::statements;
use crate::manifest::Manifest;
use crate::store::Store;

const SPDX: &str = "application/spdx+json";
const CYCLONEDX: &str = "application/vnd.cyclonedx+json";
const IN_TOTO: &str = "application/vnd.in-toto+json";
const NOTATION: &str = "application/vnd.cncf.notary.signature";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// Puts referrers of an index (the first descriptor) and of its children.
pub(super) async fn load(store: &Store, family: &[Descriptor]) {
    let repository = Repository { store, name: "library/harbour" };
    let [index, amd64, arm64, ..] = family else { return };
    let sbom = refer(&repository, index, SPDX, statements::spdx().to_string()).await;
    refer(&repository, index, IN_TOTO, statements::in_toto_provenance(&index.digest)).await;
    refer(&repository, index, NOTATION, "a signature envelope of the Notary Project would be here")
        .await;
    refer(&repository, amd64, SPDX, statements::spdx().to_string()).await;
    refer(&repository, amd64, CYCLONEDX, statements::cyclonedx().to_string()).await;
    refer(&repository, arm64, CYCLONEDX, statements::cyclonedx().to_string()).await;
    // A referrer of a referrer: a signature of the SBOM.
    refer(&repository, &sbom, NOTATION, "a signature of the SBOM would be here").await;
    cosign(&repository, index).await;
    by_fallback_tag(store).await;
}

/// Puts an artifact of one layer that refers to `subject`.
async fn refer(
    repository: &Repository<'_>,
    subject: &Descriptor,
    kind: &str,
    content: impl Into<String>,
) -> Descriptor {
    repository
        .manifest(&[], OCI_MANIFEST, &artifact(repository, subject, kind, content.into()))
        .await
}

fn artifact(
    repository: &Repository<'_>,
    subject: &Descriptor,
    kind: &str,
    content: String,
) -> Json {
    object([
        ("schemaVersion", Json::Number(2)),
        ("mediaType", text(OCI_MANIFEST)),
        ("artifactType", text(kind)),
        ("config", empty(repository).json()),
        ("layers", list([repository.blob(kind, content).json()])),
        ("subject", subject.plain().json()),
        ("annotations", texts(&[("org.opencontainers.image.created", "2026-01-02T03:04:05Z")])),
    ])
}

/// Puts `sha256-<hex>.sig`, `.att` and `.sbom`, as cosign wrote them before there were referrers.
async fn cosign(repository: &Repository<'_>, subject: &Descriptor) {
    let stem = subject.digest.replace(':', "-");
    let reference = format!("registry.example/{}", repository.name);
    let signed = statements::simple_signing(&reference, &subject.digest);
    let signature = repository.blob(SIMPLE_SIGNING, signed).with(
        "annotations",
        texts(&[(
            "dev.cosignproject.cosign/signature",
            "MEUCIQDnot+a+signature+but+the+shape+of+one",
        )]),
    );
    let statement = statements::in_toto_provenance(&subject.digest);
    let envelope = format!(
        r#"{{"payloadType":"application/vnd.in-toto+json","payload":"{}","signatures":[]}}"#,
        {
            use base64::Engine;
            base64::engine::general_purpose::STANDARD.encode(statement)
        }
    );
    let attestation = repository
        .blob("application/vnd.dsse.envelope.v1+json", envelope)
        .with("annotations", texts(&[("predicateType", "https://slsa.dev/provenance/v1")]));
    let sbom = repository.blob("text/spdx+json", statements::spdx().to_string());
    for (suffix, layer) in [("sig", signature), ("att", attestation), ("sbom", sbom)] {
        let config = repository.blob(
            OCI_CONFIG,
            r#"{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#,
        );
        repository.image(&[&format!("{stem}.{suffix}")], &config, &[layer]).await;
    }
}

/// Puts an image whose referrers only the fallback tag lists, as on registries without the API. One
/// referrer lists itself, so a client that follows it must notice the circle.
async fn by_fallback_tag(store: &Store) {
    let repository = Repository { store, name: "demo/fallback" };
    let image = super::images::platform_image(&repository, &["latest"], "amd64", None).await;
    let bytes = artifact(&repository, &image, SPDX, statements::spdx().to_string()).to_string();
    // The manifest is not registered as a referrer, so only the tag below lists it.
    let sbom = Descriptor::of(OCI_MANIFEST, bytes.as_bytes());
    let mut manifest = Manifest::new(OCI_MANIFEST, bytes.into());
    manifest.referrer = None;
    store.put_manifest(repository.name, &[], &manifest).await;
    let listed = sbom.clone().with("artifactType", text(SPDX));
    repository.index(&[&image.digest.replace(':', "-")], std::slice::from_ref(&listed)).await;
    repository.index(&[&sbom.digest.replace(':', "-")], &[listed]).await;
}
