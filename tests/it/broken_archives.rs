//! Archives that lack something, contradict themselves, or are none (R158).

use bytes::Bytes;
use porthole::{
    content::verify::digest_of,
    error::{ErrorKind, LayoutFault},
    registry::{List, ManifestRef, Read},
};

use crate::{
    archives::{LAYOUT, archive_of, open_bytes, open_file},
    fixtures,
    reader::{block_on, repository},
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

#[test]
fn r158_what_is_no_archive_is_refused_and_never_panics() {
    block_on(async {
        let kinds = ["archive-broken", "archive-layer"];
        for fixture in kinds.into_iter().flat_map(fixtures::of_kind) {
            let archive = open_file(&fixture.folder()).await;
            let found = archive.repositories(None).await.map_err(|error| error.kind);
            assert!(matches!(found, Err(ErrorKind::Layout(_))), "{}", fixture.path);
        }
        for fixture in fixtures::of_kind("archive-docker-save") {
            let whole = Bytes::from(fixture.read(""));
            if fixture.path.ends_with(".gz") {
                let refused = open_bytes(whole).await.err();
                assert_eq!(refused, Some(ErrorKind::Layout(LayoutFault::Compressed)));
                continue;
            }
            for cut in (0..whole.len()).step_by(4_099) {
                let Ok(archive) = open_bytes(whole.slice(..cut)).await else { continue };
                let Ok(names) = archive.repositories(None).await else { continue };
                for place in names.items {
                    for tag in archive.tags(&place, None).await.unwrap().items {
                        let _ = archive.manifest(&place, &ManifestRef::Tag(tag)).await;
                    }
                }
            }
        }
    });
}
