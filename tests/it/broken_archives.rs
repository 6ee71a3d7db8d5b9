//! Archives that lack something, contradict themselves, or are none (R158).

use bytes::Bytes;
use porthole::{
    content::verify::digest_of,
    error::{Error, ErrorKind, LayoutFault},
    oci::Document,
    registry::{List, ManifestRef, Read},
};

use crate::{
    archives::{LAYOUT, archive_of, is_compressed, open_bytes},
    fixtures,
    reader::{block_on, collect, document, repository},
};

#[test]
fn r158_broken_archives_say_why() {
    use porthole::error::LayoutFault::{
        FileMissing, LayerCount, NoLayout, NotAListOfImages, NotAnIndex, PathOutside,
        UnknownVersion,
    };
    let config = r#"{"rootfs":{"type":"layers","diff_ids":[]}}"#;
    let other = digest_of(b"other");
    let lists_other = format!(r#"{{"rootfs":{{"diff_ids":["{other}"]}}}}"#);
    let manifest = |config: &str, layers: &str| {
        format!(r#"[{{"Config":"{config}","RepoTags":["a:1"],"Layers":[{layers}]}}]"#)
    };
    let one = manifest("c", r#""l""#);
    let layout = ErrorKind::Layout;
    let mismatch = ErrorKind::DigestMismatch { expected: other, actual: digest_of(b"layer") };
    for (files, kind) in [
        (vec![("x", "y")], layout(NoLayout)),
        (vec![LAYOUT], layout(NoLayout)),
        (vec![LAYOUT, ("index.json", "<html>")], layout(NotAnIndex)),
        (vec![("oci-layout", "{}")], layout(UnknownVersion)),
        (vec![("manifest.json", "{}")], layout(NotAListOfImages)),
        (vec![("manifest.json", &one)], layout(FileMissing("c".to_owned()))),
        (
            vec![("manifest.json", &one), ("c", config)],
            layout(LayerCount { listed: 1, configured: 0 }),
        ),
        (vec![("manifest.json", &one), ("c", &lists_other)], layout(FileMissing("l".to_owned()))),
        (vec![("manifest.json", &one), ("c", &lists_other), ("l", "layer")], mismatch),
        (vec![("manifest.json", &manifest("../c", ""))], layout(PathOutside("../c".to_owned()))),
    ] {
        let found = block_on(async {
            let archive = open_bytes(archive_of(&files)).await.unwrap();
            let tag = ManifestRef::Tag("1".parse().unwrap());
            archive.manifest(&repository("library/a"), &tag).await
        });
        let error = found.unwrap_err();
        assert_eq!(error.kind, kind, "{files:?}");
        assert_eq!(error.context.registry, "test.tar", "{kind:?}");
    }
}

/// Reads every image of an archive with all its blobs, up to the first error.
async fn reading(bytes: Bytes) -> Result<(), ErrorKind> {
    let archive = open_bytes(bytes).await?;
    let read = async {
        for place in archive.repositories(None).await?.items {
            for tag in archive.tags(&place, None).await?.items {
                let image = archive.manifest(&place, &ManifestRef::Tag(tag)).await?;
                let Document::Image(image) = document(&image).value else { continue };
                for blob in image.config.iter().chain(&image.layers) {
                    collect(archive.blob(&place, blob).await?).await?;
                }
            }
        }
        Ok(())
    };
    read.await.map_err(|error: Error| error.kind)
}

#[test]
fn r158_what_is_no_archive_is_refused_and_never_panics() {
    block_on(async {
        // A layer is no archive of images, and neither is what is compressed as a whole.
        for fixture in fixtures::of_kind("archive-layer") {
            let refused = reading(fixture.read("").into()).await;
            assert!(matches!(refused, Err(ErrorKind::Layout(_))), "{}", fixture.path);
        }
        // It may be the list of images that is broken, or an image in it.
        for fixture in fixtures::of_kind("archive-broken") {
            assert!(reading(fixture.read("").into()).await.is_err(), "{}", fixture.path);
        }
        for fixture in fixtures::of_kind("archive-docker-save") {
            let whole = Bytes::from(fixture.read(""));
            if is_compressed(&fixture) {
                let refused = open_bytes(whole).await.err();
                assert_eq!(refused, Some(ErrorKind::Layout(LayoutFault::Compressed)));
                continue;
            }
            for cut in (0..whole.len()).step_by(4_099) {
                let _ = reading(whole.slice(..cut)).await;
            }
        }
    });
}
