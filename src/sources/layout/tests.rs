//! Wrong sizes and web pages in layouts of every kind: on a web server, in a folder, in an archive.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{collections::BTreeMap, rc::Rc};

use bytes::Bytes;
use futures_util::StreamExt;

use super::*;
use crate::{
    content::verify::digest_of,
    error::{AnswerFault, ErrorKind, LayoutFault},
    oci::{Descriptor, MediaType, RepositoryName},
    registry::{BlobStream, Read, Verification},
    testing::{Reply, Scripted, VirtualClock},
    transport::Stack,
    wire::BaseUrl,
};

const CONTENT: &[u8] = b"a blob of a layout";

fn place() -> RepositoryName {
    "a/b".parse().unwrap()
}

fn blob(stated: u64) -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, digest_of(CONTENT), stated)
}

/// The files of a layout with one image, whose manifest has another size than the index states.
fn files() -> BTreeMap<String, Vec<u8>> {
    let size = CONTENT.len() as u64;
    let image = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[]}}"#,
        MediaType::OCI_MANIFEST,
        blob(size).to_node()
    );
    let named = Descriptor::new(MediaType::OCI_MANIFEST, digest_of(image.as_bytes()), 7);
    let named = Descriptor {
        annotations: vec![("org.opencontainers.image.ref.name".to_owned(), "v1".to_owned())],
        ..named
    };
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, named.to_node());
    BTreeMap::from([
        ("oci-layout".to_owned(), tar::LAYOUT_FILE.to_vec()),
        ("index.json".to_owned(), index.into_bytes()),
        (tar::path_of(&named.digest), image.into_bytes()),
        (tar::path_of(&blob(size).digest), CONTENT.to_vec()),
    ])
}

/// The files that `docker save` writes: a configuration and one layer.
fn saved() -> BTreeMap<String, Vec<u8>> {
    let config = r#"{"rootfs":{"type":"layers","diff_ids":[]}}"#;
    let list = r#"[{"Config":"config.json","RepoTags":["a/b:v1"],"Layers":[]}]"#;
    let beside = tar::path_of(&digest_of(CONTENT));
    BTreeMap::from([
        ("manifest.json".to_owned(), list.as_bytes().to_vec()),
        ("config.json".to_owned(), config.as_bytes().to_vec()),
        (beside, CONTENT.to_vec()),
    ])
}

fn archive(files: &BTreeMap<String, Vec<u8>>) -> Bytes {
    let mut archive = Vec::new();
    for (path, bytes) in files {
        archive.extend(tar::head(path, bytes.len() as u64));
        archive.extend(bytes);
        archive.extend(tar::padding(bytes.len() as u64));
    }
    archive.extend(tar::END);
    archive.into()
}

/// A web server with these files, which answers other paths by `missing`.
fn server(clock: &VirtualClock, files: BTreeMap<String, Vec<u8>>, missing: Reply) -> StaticLayouts {
    let script = Scripted::answering(clock.shared(), move |request, _| {
        let path = request.url.path().trim_start_matches("/a/b/").to_owned();
        match files.get(&path) {
            Some(bytes) => {
                Reply::ok(bytes.clone()).header("Content-Length", &bytes.len().to_string())
            }
            None => missing.clone(),
        }
    });
    let stack = Stack::over(script, clock.shared());
    let base = BaseUrl::parse("https://static.example").unwrap();
    StaticLayouts::new("static.example".parse().unwrap(), base, &stack)
}

/// Reads a stream to its end: its bytes, and the error with which it ends.
async fn drain(stream: crate::error::Result<BlobStream>) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let mut chunks = match stream {
        Ok(stream) => stream.chunks,
        Err(error) => return (bytes, Some(error.kind)),
    };
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(error) => return (bytes, Some(error.kind)),
        }
    }
    (bytes, None)
}

async fn check_sizes(source: &dyn Read, name: &str) {
    let actual = CONTENT.len() as u64;
    for stated in [actual, 0, actual - 1, actual + 1, 1_000_000] {
        let stream = source.blob_by_digest(&place(), &blob(stated), 2_000_000).await;
        let (bytes, end) = drain(stream).await;
        assert_eq!(bytes, CONTENT, "{name} {stated}");
        let digest = Some(digest_of(CONTENT));
        let told = ErrorKind::WrongSize { digest, stated, actual };
        assert_eq!(end, (stated != actual).then_some(told), "{name} {stated}");
    }
    let (bytes, end) = drain(source.blob_by_digest(&place(), &blob(3), 9).await).await;
    assert!(bytes.len() < CONTENT.len(), "{name}");
    assert_eq!(end, Some(ErrorKind::TooLarge { limit: 9 }), "{name}");
}

#[test]
fn the_digest_decides_in_every_layout_and_the_size_is_told() {
    let clock = VirtualClock::default();
    let folder = std::env::temp_dir().join(format!("porthole-sizes-{}", std::process::id()));
    for (path, bytes) in files() {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let tag = "v1".parse().unwrap();
    clock
        .run(async {
            let on_web = server(&clock, files(), Reply::status(404));
            let in_folder = Folder::new("folder", &folder, place());
            let open =
                async |files| Archive::open("a.tar", Rc::new(archive(&files)), place()).await;
            let in_tar = open(files()).await.unwrap();
            let was_saved = open(saved()).await.unwrap();
            let sources: [(&str, &dyn Read); 4] = [
                ("web", &on_web),
                ("folder", &in_folder),
                ("archive", &in_tar),
                ("docker save", &was_saved),
            ];
            for (name, source) in sources {
                check_sizes(source, name).await;
                let manifest = source.manifest(&place(), &tag).await.unwrap();
                assert_eq!(manifest.descriptor.size, manifest.bytes.len() as u64, "{name}");
                let is_made = name == "docker save";
                assert_eq!(manifest.verification == Verification::Verified, !is_made, "{name}");
            }
            let remarks = [
                on_web.remarks(&place()).await.unwrap(),
                in_folder.remarks(&place()).await.unwrap(),
                in_tar.remarks(&place()).await.unwrap(),
            ];
            for remarks in remarks {
                assert!(matches!(&remarks[..], [LayoutFault::EntrySize { stated: 7, .. }]));
            }
        })
        .unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_page_in_the_place_of_a_file_is_told_as_a_page() {
    let clock = VirtualClock::default();
    let missing = Descriptor::new(MediaType::OCTET_STREAM, digest_of(b"missing"), 7);
    let page = Reply::ok("<!doctype html><title>All files</title>");
    let layout = server(&clock, files(), page);
    let read = async { drain(layout.blob_by_digest(&place(), &missing, 1000).await).await };
    let (_, end) = clock.run(read).unwrap();
    assert_eq!(end, Some(ErrorKind::BadAnswer(AnswerFault::HtmlPage)));
}
