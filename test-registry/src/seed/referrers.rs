//! Manifests that refer to others: by `subject`, by the fallback tag, by cosign's tags.

use super::artifacts::empty;
use super::json::{Json, list, object, text, texts};
use super::repository::{Descriptor, OCI_CONFIG, OCI_MANIFEST, Shelf};
use super::statements;
use crate::manifest::stored;
use crate::store::Store;

const SPDX: &str = "application/spdx+json";
const CYCLONEDX: &str = "application/vnd.cyclonedx+json";
const IN_TOTO: &str = "application/vnd.in-toto+json";
const NOTATION: &str = "application/vnd.cncf.notary.signature";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// Referrers of an index (the first descriptor) and of its children.
pub(super) async fn load(store: &Store, family: &[Descriptor]) {
    let shelf = Shelf { store, repository: "library/harbour" };
    let [index, amd64, arm64, ..] = family else { return };
    let sbom = refer(&shelf, index, SPDX, statements::spdx().to_string()).await;
    refer(&shelf, index, IN_TOTO, statements::in_toto_provenance(&index.digest)).await;
    refer(&shelf, index, NOTATION, "a signature envelope of the Notary Project would be here")
        .await;
    refer(&shelf, amd64, SPDX, statements::spdx().to_string()).await;
    refer(&shelf, amd64, CYCLONEDX, statements::cyclonedx().to_string()).await;
    refer(&shelf, arm64, CYCLONEDX, statements::cyclonedx().to_string()).await;
    // A referrer of a referrer: the SBOM is signed.
    refer(&shelf, &sbom, NOTATION, "a signature of the SBOM would be here").await;
    cosign(&shelf, index).await;
    by_fallback_tag(store).await;
}

/// Puts an artifact with one layer whose `subject` is given.
async fn refer(
    shelf: &Shelf<'_>,
    subject: &Descriptor,
    kind: &str,
    content: impl Into<String>,
) -> Descriptor {
    shelf.manifest(&[], OCI_MANIFEST, &artifact(shelf, subject, kind, content.into())).await
}

fn artifact(shelf: &Shelf<'_>, subject: &Descriptor, kind: &str, content: String) -> Json {
    object([
        ("schemaVersion", Json::Number(2)),
        ("mediaType", text(OCI_MANIFEST)),
        ("artifactType", text(kind)),
        ("config", empty(shelf).json()),
        ("layers", list([shelf.blob(kind, content).json()])),
        ("subject", subject.plain().json()),
        ("annotations", texts(&[("org.opencontainers.image.created", "2026-01-02T03:04:05Z")])),
    ])
}

/// `sha256-<hex>.sig`, `.att` and `.sbom`, as cosign wrote them before there were referrers.
async fn cosign(shelf: &Shelf<'_>, subject: &Descriptor) {
    let stem = subject.digest.replace(':', "-");
    let reference = format!("registry.example/{}", shelf.repository);
    let signed = statements::simple_signing(&reference, &subject.digest);
    let signature = shelf.blob(SIMPLE_SIGNING, signed).with(
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
    let attestation = shelf
        .blob("application/vnd.dsse.envelope.v1+json", envelope)
        .with("annotations", texts(&[("predicateType", "https://slsa.dev/provenance/v1")]));
    let sbom = shelf.blob("text/spdx+json", statements::spdx().to_string());
    for (suffix, layer) in [("sig", signature), ("att", attestation), ("sbom", sbom)] {
        let config = shelf.blob(
            OCI_CONFIG,
            r#"{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#,
        );
        shelf.image(&[&format!("{stem}.{suffix}")], &config, &[layer]).await;
    }
}

/// A repository whose referrers are known by the fallback tag alone, as on registries without the API; one
/// of them lists itself, so whoever follows it must notice the circle.
async fn by_fallback_tag(store: &Store) {
    let shelf = Shelf { store, repository: "demo/fallback" };
    let image = super::images::platform_image(&shelf, &["latest"], "amd64", None).await;
    let bytes = artifact(&shelf, &image, SPDX, statements::spdx().to_string()).to_string();
    // Stored without being registered as a referrer: only the tag below knows.
    let sbom = Descriptor::of(OCI_MANIFEST, bytes.as_bytes());
    let mut manifest = stored(OCI_MANIFEST, bytes.into());
    manifest.referrer = None;
    store.put_manifest(shelf.repository, &[], &manifest).await;
    let listed = sbom.clone().with("artifactType", text(SPDX));
    shelf.index(&[&image.digest.replace(':', "-")], std::slice::from_ref(&listed)).await;
    shelf.index(&[&sbom.digest.replace(':', "-")], &[listed]).await;
}
