//! Reads exported archives with unrelated programs: skopeo and GNU tar.

use std::{fs, process::Command, rc::Rc};

use porthole::{
    content::verify::digest_of,
    ops::{
        export::export,
        graph::{Selection, WalkOptions},
        progress::Outcome,
        repository_ref::RepositoryRef,
        transfer::TransferOptions,
        verify::verify,
    },
    registry::{List, Read},
    sources::layout::{ImageArchive, NativeFile},
};
use test_registry::Switches;

use crate::{
    client_skopeo::skopeo,
    reader::{block_on, client, repository},
    servers::{ours, temporary_folder},
};

/// Exports a tag of the demo into a file, and returns the digest of its manifest.
fn exported(host: &str, tag: &str, selection: Selection, file: &std::path::Path) -> String {
    let place = RepositoryRef {
        host: host.parse().unwrap(),
        registry: client(host).shared(),
        repository: repository("library/harbour"),
    };
    let reference = place.reference(Some(tag.parse().unwrap()), None);
    let options = TransferOptions { selection, ..TransferOptions::default() };
    let mut archive = Vec::new();
    let root = block_on(export(&place, &reference, &mut archive, &options)).unwrap();
    fs::write(file, archive).unwrap();
    root.digest.to_string()
}

#[test]
fn r158_what_we_export_skopeo_reads_and_hashes() {
    let server = ours(Switches::demo().port(0));
    let folder = temporary_folder();
    let file = folder.join("image.tar");
    let source = format!("oci-archive:{}:1.4.2-amd64", file.display());
    let digest = exported(&server.host(), "1.4.2-amd64", Selection::All, &file);
    let inspected: serde_json::Value =
        serde_json::from_str(&skopeo(&["inspect", &source])).unwrap();
    assert_eq!(inspected["Digest"], digest.as_str(), "{inspected}");
    assert_eq!(inspected["Architecture"], "amd64");
    let copied = folder.join("copied");
    let target = format!("dir:{}", copied.display());
    skopeo(&["copy", "--insecure-policy", "--preserve-digests", &source, &target]);
    let manifest = fs::read(copied.join("manifest.json")).unwrap();
    assert_eq!(digest_of(&manifest).to_string(), digest);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn r158_what_we_export_we_read() {
    let server = ours(Switches::demo().port(0));
    let folder = temporary_folder();
    let file = folder.join("image.tar");
    for tag in ["1.4.2-amd64", "1.4.2"] {
        let digest = exported(&server.host(), tag, Selection::All, &file);
        block_on(async {
            let bytes = Rc::new(NativeFile::open(&file).unwrap());
            let archive =
                ImageArchive::open("image.tar", bytes, repository("image")).await.unwrap();
            let names = archive.repositories(None).await.unwrap().items;
            let [place] = names.as_slice() else { panic!("{names:?}") };
            let root = archive.manifest(place, &tag.parse().unwrap()).await.unwrap();
            assert_eq!(root.descriptor.digest.to_string(), digest);
            let report = verify(&archive, place, root, &WalkOptions::default()).await;
            let mut outcomes = report.objects.iter().map(|object| &object.outcome);
            assert!(outcomes.all(|outcome| *outcome == Outcome::Verified), "{tag}");
        });
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn r158_an_index_is_exported_with_all_its_platforms_or_with_some() {
    let server = ours(Switches::demo().port(0));
    let folder = temporary_folder();
    let file = folder.join("index.tar");
    let digest = exported(&server.host(), "1.4.2", Selection::All, &file);
    let source = format!("oci-archive:{}:1.4.2", file.display());
    let target = format!("oci:{}:all", folder.join("layout").display());
    let how = ["copy", "--insecure-policy", "--all", "--preserve-digests"];
    skopeo(&[&how[..], &[&source, &target]].concat());
    let blob = folder.join("layout/blobs").join(digest.replace(':', "/"));
    assert_eq!(digest_of(&fs::read(blob).unwrap()).to_string(), digest);
    let arm = Selection::Platforms(vec!["linux/arm64/v8".parse().unwrap()]);
    exported(&server.host(), "1.4.2", arm, &file);
    let listed = Command::new("tar").arg("-tvf").arg(&file).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("oci-layout") && listed.contains("index.json"), "{listed}");
    assert!(!listed.contains(&digest[7..]), "an index that names what is not there: {listed}");
    let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
    assert!(text.contains("arm64"), "the chosen platform is in it");
    fs::remove_dir_all(folder).unwrap();
}
