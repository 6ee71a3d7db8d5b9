//! Well-known media types in a person's words: a table of which the first match counts.

use crate::oci::MediaType;

/// Stands for a media type that is missing.
pub const NONE: &str = "no media type";

/// Types by their whole name.
const EXACT: &[(&str, &str)] = &[
    ("application/vnd.oci.image.index.v1+json", "OCI index"),
    ("application/vnd.oci.image.manifest.v1+json", "OCI manifest"),
    ("application/vnd.oci.image.config.v1+json", "OCI image configuration"),
    ("application/vnd.oci.image.layer.v1.tar", "layer, tar"),
    ("application/vnd.oci.image.layer.v1.tar+gzip", "layer, tar gzip"),
    ("application/vnd.oci.image.layer.v1.tar+zstd", "layer, tar zstd"),
    ("application/vnd.oci.image.layer.nondistributable.v1.tar", "layer not to be distributed, tar"),
    (
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "layer not to be distributed, tar gzip",
    ),
    (
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
        "layer not to be distributed, tar zstd",
    ),
    ("application/vnd.oci.empty.v1+json", "empty object"),
    ("application/vnd.oci.descriptor.v1+json", "OCI descriptor"),
    ("application/vnd.oci.layout.header.v1+json", "OCI layout header"),
    ("application/vnd.oci.artifact.manifest.v1+json", "OCI artifact manifest, withdrawn"),
    ("application/vnd.docker.distribution.manifest.list.v2+json", "Docker manifest list"),
    ("application/vnd.docker.distribution.manifest.v2+json", "Docker manifest"),
    ("application/vnd.docker.distribution.manifest.v1+json", "Docker schema 1 manifest"),
    (
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "Docker schema 1 manifest, signed",
    ),
    ("application/vnd.docker.container.image.v1+json", "Docker image configuration"),
    ("application/vnd.docker.plugin.v1+json", "Docker plugin configuration"),
    ("application/vnd.buildkit.cacheconfig.v0", "BuildKit cache configuration"),
    ("application/vnd.docker.image.rootfs.diff.tar", "layer, tar"),
    ("application/vnd.docker.image.rootfs.diff.tar.gzip", "layer, tar gzip"),
    ("application/vnd.docker.image.rootfs.diff.tar.zstd", "layer, tar zstd"),
    ("application/vnd.docker.image.rootfs.foreign.diff.tar", "foreign layer, tar"),
    ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "foreign layer, tar gzip"),
    ("application/vnd.oci.image.layer.nydus.blob.v1", "Nydus blob"),
    ("application/vnd.cncf.helm.config.v1+json", "Helm chart configuration"),
    ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "Helm chart"),
    ("application/vnd.cncf.helm.chart.provenance.v1.prov", "Helm chart provenance"),
    ("application/vnd.dev.cosign.simplesigning.v1+json", "cosign signature"),
    ("application/vnd.dev.cosign.artifact.sig.v1+json", "cosign signature"),
    ("application/vnd.dev.cosign.artifact.sbom.v1+json", "cosign SBOM"),
    ("application/vnd.in-toto+json", "in-toto statement"),
    ("application/vnd.dsse.envelope.v1+json", "DSSE envelope"),
    ("application/vnd.in-toto.spdx+dsse", "in-toto statement, SPDX"),
    ("application/vnd.in-toto.provenance+dsse", "in-toto statement, provenance"),
    ("application/spdx+json", "SPDX SBOM, JSON"),
    ("text/spdx+json", "SPDX SBOM, JSON"),
    ("text/spdx", "SPDX SBOM, tag and value"),
    ("application/vnd.cyclonedx", "CycloneDX SBOM"),
    ("application/vnd.cyclonedx+json", "CycloneDX SBOM, JSON"),
    ("application/vnd.cyclonedx+xml", "CycloneDX SBOM, XML"),
    ("application/vnd.syft+json", "Syft SBOM"),
    ("application/vnd.openvex+json", "OpenVEX statement"),
    ("application/csaf+json", "CSAF advisory"),
    ("application/sarif+json", "SARIF report"),
    ("application/vnd.cncf.notary.signature", "notation signature"),
    ("application/jose+json", "signature envelope, JWS"),
    ("application/cose", "signature envelope, COSE"),
    ("application/vnd.wasm.config.v0+json", "WebAssembly configuration"),
    ("application/vnd.wasm.content.layer.v1+wasm", "WebAssembly module"),
    ("application/wasm", "WebAssembly module"),
    ("application/vnd.cncf.model.manifest.v1+json", "model"),
    ("application/vnd.cncf.model.config.v1+json", "model configuration"),
    ("application/vnd.cnab.config.v1+json", "CNAB bundle configuration"),
    ("application/vnd.cnab.bundle.config.v1+json", "CNAB bundle configuration"),
    ("application/vnd.cnab.manifest.v1", "CNAB bundle"),
    ("application/vnd.tuf.target", "TUF target"),
    ("application/vnd.tuf.metadata+json", "TUF metadata"),
    ("application/vnd.unknown.artifact.v1", "artifact of no stated type"),
    ("application/vnd.unknown.config.v1+json", "configuration of no stated type"),
    ("application/x-tar", "tar"),
    ("application/gzip", "gzip"),
    ("application/zip", "zip"),
    ("application/json", "JSON"),
    ("text/plain", "plain text"),
    ("text/markdown", "Markdown"),
    ("application/octet-stream", "bytes"),
];

/// Families of types, by the beginning of their names.
const BEGINNING: &[(&str, &str)] = &[
    ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "layer, tar gzip, encrypted"),
    ("application/vnd.oci.image.layer.v1.tar+zstd+encrypted", "layer, tar zstd, encrypted"),
    ("application/vnd.oci.image.layer.v1.tar+encrypted", "layer, tar, encrypted"),
    ("application/vnd.dev.sigstore.bundle", "Sigstore bundle"),
    ("application/vnd.cncf.notary.", "Notary Project document"),
    ("application/vnd.cncf.model.weight.config.", "model weight configuration"),
    ("application/vnd.cncf.model.weight.", "model weights"),
    ("application/vnd.cncf.model.dataset.", "model dataset"),
    ("application/vnd.cncf.model.code.", "model code"),
    ("application/vnd.cncf.model.doc.", "model documentation"),
    ("application/vnd.cncf.model.", "part of a model"),
    ("application/vnd.kitops.modelkit.config.", "ModelKit configuration"),
    ("application/vnd.kitops.modelkit.", "part of a ModelKit"),
    ("application/vnd.cncf.flux.", "Flux document"),
    ("application/vnd.cncf.openpolicyagent.", "Open Policy Agent document"),
    ("application/vnd.docker.scout.", "Docker Scout document"),
    ("application/vnd.ollama.image.", "part of an Ollama model"),
    ("application/vnd.docker.ai.", "part of a model"),
];

/// Returns a type in a person's words: `OCI index`, `layer, tar gzip`. An unknown type is its own
/// name.
pub fn media_type(media_type: &MediaType) -> &str {
    let text = media_type.essence();
    let exact = EXACT.iter().find(|(known, _)| known.eq_ignore_ascii_case(text));
    let begun = || BEGINNING.iter().find(|(start, _)| text.starts_with(start));
    exact.or_else(begun).map_or(media_type.as_str(), |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fall_back_to_the_type_itself() {
        let check = |text: &str, words: &str| {
            assert_eq!(media_type(&MediaType::new(text)), words);
        };
        check("application/vnd.oci.image.index.v1+json", "OCI index");
        check("Application/Vnd.OCI.Image.Index.v1+JSON; charset=utf-8", "OCI index");
        check("application/vnd.dev.sigstore.bundle+json;version=0.2", "Sigstore bundle");
        check("application/vnd.dev.sigstore.bundle.v0.3+json", "Sigstore bundle");
        check("application/vnd.example.main", "application/vnd.example.main");
        check("", "");
    }
}
