//! Documents about images: SBOMs, provenance, signatures. Their form is right, but nothing is signed.

use super::json::{Json, list, object, text};

/// Returns an SPDX 2.3 SBOM.
pub(super) fn spdx() -> Json {
    let package = |id: &str, name: &str, version: &str, licence: &str| {
        object([
            ("SPDXID", text(format!("SPDXRef-{id}"))),
            ("name", text(name)),
            ("versionInfo", text(version)),
            ("downloadLocation", text("NOASSERTION")),
            ("licenseConcluded", text(licence)),
            ("externalRefs", list([purl(name, version)])),
        ])
    };
    object([
        ("spdxVersion", text("SPDX-2.3")),
        ("dataLicense", text("CC0-1.0")),
        ("SPDXID", text("SPDXRef-DOCUMENT")),
        ("name", text("harbour")),
        ("documentNamespace", text("https://harbour.example/spdx/1.4.2")),
        ("creationInfo", creation()),
        (
            "packages",
            list([
                package("a", "harbour", "1.4.2", "Apache-2.0"),
                package("b", "musl", "1.2.5", "MIT"),
            ]),
        ),
    ])
}

fn purl(name: &str, version: &str) -> Json {
    object([
        ("referenceCategory", text("PACKAGE-MANAGER")),
        ("referenceType", text("purl")),
        ("referenceLocator", text(format!("pkg:deb/harbour/{name}@{version}"))),
    ])
}

fn creation() -> Json {
    object([("created", text("2026-01-02T03:04:05Z")), ("creators", list([text("Tool: seed")]))])
}

/// Returns a CycloneDX 1.5 SBOM.
pub(super) fn cyclonedx() -> Json {
    let component = |name: &str, version: &str| {
        object([
            ("type", text("library")),
            ("name", text(name)),
            ("version", text(version)),
            ("purl", text(format!("pkg:deb/harbour/{name}@{version}"))),
        ])
    };
    object([
        ("bomFormat", text("CycloneDX")),
        ("specVersion", text("1.5")),
        ("serialNumber", text("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79")),
        ("version", Json::Number(1)),
        ("components", list([component("harbour", "1.4.2"), component("musl", "1.2.5")])),
    ])
}

/// Returns the predicate of SLSA provenance v1.
fn provenance() -> Json {
    object([
        (
            "buildDefinition",
            object([
                ("buildType", text("https://mobyproject.org/buildkit@v1")),
                ("externalParameters", object([("source", text("https://git.example/harbour"))])),
            ]),
        ),
        ("runDetails", object([("builder", object([("id", text("https://ci.example/builder"))]))])),
    ])
}

fn in_toto(predicate_type: &str, digest: &str, predicate: Json) -> Json {
    let hex = digest.trim_start_matches("sha256:");
    let subject = object([("name", text("harbour")), ("digest", object([("sha256", text(hex))]))]);
    object([
        ("_type", text("https://in-toto.io/Statement/v1")),
        ("predicateType", text(predicate_type)),
        ("subject", list([subject])),
        ("predicate", predicate),
    ])
}

/// Returns an in-toto statement with an SPDX SBOM.
pub(super) fn in_toto_spdx(digest: &str) -> String {
    in_toto("https://spdx.dev/Document", digest, spdx()).to_string()
}

/// Returns an in-toto statement with SLSA provenance.
pub(super) fn in_toto_provenance(digest: &str) -> String {
    in_toto("https://slsa.dev/provenance/v1", digest, provenance()).to_string()
}

/// Returns the document that cosign signs. It names the image by its digest and its reference.
pub(super) fn simple_signing(reference: &str, digest: &str) -> String {
    let image = object([("docker-manifest-digest", text(digest))]);
    let identity = object([("docker-reference", text(reference))]);
    let critical = object([
        ("identity", identity),
        ("image", image),
        ("type", text("cosign container image signature")),
    ]);
    object([("critical", critical), ("optional", Json::Object(Vec::new()))]).to_string()
}
