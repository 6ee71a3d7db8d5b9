//! Exchange with an unrelated client: skopeo pulls and hashes our pushes, and we pull its pushes.

use std::process::Command;

use porthole::{
    oci::{Document, MediaType, parse_document},
    registry::{Read, Verification, Write},
};
use test_registry::Switches;

use crate::{
    client::{client, image, name, read, reference, run, tag},
    servers::{DockerRegistry, Server, ours, temporary_folder},
};

pub fn skopeo(arguments: &[&str]) -> String {
    let output = Command::new("skopeo")
        .args(arguments)
        .output()
        .unwrap_or_else(|why| panic!("skopeo cannot be started ({why}): apt-get install skopeo"));
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "skopeo {arguments:?}: {err}");
    out.into_owned()
}

#[test]
fn r124_what_we_push_skopeo_pulls_and_hashes() {
    let servers: [Box<dyn Server>; 2] =
        [Box::new(ours(Switches::default())), Box::new(DockerRegistry::start())];
    for server in servers {
        let (registry, _clients) = client(&server.host());
        let manifest = run(async {
            let manifest = image(&registry, "a/b", "").await;
            registry
                .push_manifest(
                    &name("a/b"),
                    &MediaType::OCI_MANIFEST,
                    manifest.clone(),
                    &[tag("v1")],
                )
                .await
                .unwrap()
        });
        let source = format!("docker://{}/a/b:v1", server.host());
        let folder = temporary_folder();
        let target = format!("dir:{}", folder.display());
        skopeo(&["copy", "--insecure-policy", "--src-tls-verify=false", &source, &target]);
        let copied = std::fs::read(folder.join("manifest.json")).unwrap();
        let actual = porthole::content::verify::digest_of(&copied);
        assert_eq!(actual, manifest.digest, "{}", server.name());
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn r076_what_skopeo_pushes_we_pull_and_verify() {
    let from = ours(Switches::demo().port(0));
    let to = DockerRegistry::start();
    let source = format!("docker://{}/library/harbour:1.4.2-amd64", from.host());
    let target = format!("docker://{}/copied:v1", to.host());
    let unsafe_ends = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    let arguments = ["copy", "--insecure-policy", unsafe_ends[0], unsafe_ends[1], &source, &target];
    skopeo(&arguments);
    let (registry, _clients) = client(&to.host());
    run(async {
        let found = registry.manifest(&name("copied"), &reference("v1")).await.unwrap();
        let by_digest = reference(found.descriptor.digest.as_str());
        let again = registry.manifest(&name("copied"), &by_digest).await.unwrap();
        assert_eq!(again.verification, Verification::Verified);
        let document = parse_document(found.bytes, found.content_type.as_ref()).value;
        let Document::Image(image) = document else { panic!("{document:?}") };
        assert!(!image.layers.is_empty());
        for blob in image.references() {
            let bytes = read(&registry, "copied", blob).await;
            assert_eq!(bytes.len() as u64, blob.size);
        }
    });
}
