#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use futures_util::TryStreamExt;

use super::*;
use crate::{
    registry::{
        BlobSource, ByteRange, Delete, List, Read, ReadOnly, Registry, SharedRegistry,
        Verification, Write,
    },
    testing::recorder::run,
};

fn place(name: &str) -> RepositoryName {
    name.parse().unwrap()
}

fn tag(name: &str) -> Tag {
    name.parse().unwrap()
}

fn read(registry: &MemoryRegistry, blob: &Descriptor) -> Result<Vec<u8>, Error> {
    run(async {
        let stream = registry.blob(&place("one"), blob).await?;
        let chunks: Vec<Bytes> = stream.chunks.try_collect().await?;
        Ok(chunks.concat())
    })
}

/// A manifest that points at these, with a subject where one is given.
fn manifest(layers: &[Descriptor], subject: Option<&Descriptor>) -> String {
    let text = |of: &Descriptor| {
        let Descriptor { media_type, digest, size, .. } = of;
        format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}"#)
    };
    let layers: Vec<_> = layers.iter().map(text).collect();
    let subject = subject.map(|subject| format!(r#","subject":{}"#, text(subject)));
    format!(
        r#"{{"schemaVersion":2,"artifactType":"application/x.test","layers":[{}]{}}}"#,
        layers.join(","),
        subject.unwrap_or_default()
    )
}

#[test]
fn a_blob_streams_in_chunks_and_ends_well_only_where_it_is_right() {
    let registry = MemoryRegistry::new("memory");
    let bytes = vec![7; 200_000];
    let blob = registry.add_blob(&place("one"), MediaType::OCTET_STREAM, bytes.clone());
    assert_eq!(read(&registry, &blob).unwrap(), bytes);
    let larger = Descriptor { size: 200_001, ..blob.clone() };
    let digest = Some(blob.digest.clone());
    let kind = ErrorKind::WrongSize { digest, stated: 200_001, actual: 200_000 };
    assert_eq!(read(&registry, &larger).unwrap_err().kind, kind);
    registry.add_blob_as(&place("one"), &blob.digest, vec![8; 200_000].into());
    let error = read(&registry, &blob).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
}

#[test]
fn r083_part_of_a_blob() {
    let registry = MemoryRegistry::new("memory");
    let blob = registry.add_blob(&place("one"), MediaType::OCTET_STREAM, "0123456789");
    let check = |start, length, expected: Option<&str>| {
        let part = run(async {
            let range = ByteRange { start, length };
            let stream = registry.blob_range(&place("one"), &blob, range).await?;
            Ok::<_, Error>(stream.chunks.try_collect::<Vec<Bytes>>().await?.concat())
        });
        assert_eq!(part.ok(), expected.map(|text| text.as_bytes().to_vec()), "{start} {length:?}");
    };
    check(0, None, Some("0123456789"));
    check(3, Some(4), Some("3456"));
    check(8, Some(9), Some("89"));
    check(10, None, Some(""));
    check(11, None, None);
}

#[test]
fn lists_come_in_pages() {
    let registry = MemoryRegistry::new("memory").with_page_size(2);
    for name in ["c", "a", "b", "e", "d"] {
        registry.add_manifest(&place("one"), MediaType::OCI_MANIFEST, "{}", Some(&tag(name)));
    }
    let mut pages = Vec::new();
    let mut from = None;
    loop {
        let page = run(registry.tags(&place("one"), from.as_deref())).unwrap();
        pages.push(page.items.iter().map(Tag::to_string).collect::<String>());
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(pages, ["ab", "cd", "e"]);
    assert!(run(registry.tags(&place("two"), None)).unwrap_err().is_not_found());
}

#[test]
fn r103_referrers_are_computed_from_subjects() {
    let registry = MemoryRegistry::new("memory");
    let add = |text| registry.add_manifest(&place("one"), MediaType::OCI_MANIFEST, text, None);
    let subject = add(manifest(&[], None));
    let signature = add(manifest(&[], Some(&subject)));
    add(manifest(&[], Some(&signature)));
    let of = |artifact_type| {
        let found = run(registry.referrers(&place("one"), &subject.digest, artifact_type)).unwrap();
        found.items.into_iter().map(|(found, _)| found.digest).collect::<Vec<_>>()
    };
    assert_eq!(of(None), std::slice::from_ref(&signature.digest));
    assert_eq!(of(Some("application/x.test")), std::slice::from_ref(&signature.digest));
    assert_eq!(of(Some("application/x.other")), []);
}

#[test]
fn r124_a_pushed_manifest_needs_what_it_points_at() {
    let registry = MemoryRegistry::new("memory");
    let blob = Descriptor::new(MediaType::OCTET_STREAM, digest_of(b"layer"), 5);
    let text = Bytes::from(manifest(std::slice::from_ref(&blob), None));
    let tags = [tag("v1"), tag("v2")];
    let push = || {
        let media_type = MediaType::OCI_MANIFEST;
        run(registry.push_manifest(&place("one"), &media_type, text.clone(), &tags))
    };
    assert_eq!(push().unwrap_err().kind, ErrorKind::BlobUnknown(Some(blob.digest.clone())));
    run(registry.push_blob(&place("one"), &blob, &Bytes::from_static(b"layer"))).unwrap();
    let pushed = push().unwrap();
    for tag in tags {
        let found = run(registry.resolve(&place("one"), &ManifestRef::Tag(tag))).unwrap();
        assert_eq!(found.digest, pushed.digest);
    }
}

#[test]
fn a_pushed_blob_must_have_its_digest() {
    let registry = MemoryRegistry::new("memory");
    let blob = Descriptor::new(MediaType::OCTET_STREAM, digest_of(b"right"), 5);
    let pushed = run(registry.push_blob(&place("one"), &blob, &Bytes::from_static(b"wrong")));
    assert!(matches!(pushed.unwrap_err().kind, ErrorKind::DigestMismatch { .. }));
    assert_eq!(registry.digests(&place("one")), []);
}

#[test]
fn r116_an_upload_is_taken_up_where_it_was_left() {
    let registry = MemoryRegistry::new("memory");
    run(async {
        let mut upload = registry.start_upload(&place("one"), 0).await.unwrap();
        upload.write(Bytes::from_static(b"lay")).await.unwrap();
        upload.close().await.unwrap();
        let location = upload.location().to_owned();
        let wrong = registry.resume_upload(&place("one"), &location, Some(2), 0).await;
        let stored = Some(3);
        let kind = ErrorKind::InvalidRange { location: Some(location.clone()), stored, size: None };
        assert_eq!(wrong.err().unwrap().kind, kind);
        let mut upload = registry.resume_upload(&place("one"), &location, None, 0).await.unwrap();
        assert_eq!(upload.size(), 3);
        upload.write(Bytes::from_static(b"er")).await.unwrap();
        let digest = digest_of(b"layer");
        assert_eq!(upload.commit(&digest).await.unwrap().size, 5);
        assert_eq!(upload.commit(&digest).await.unwrap_err().kind, ErrorKind::AlreadyClosed);
        let gone = registry.resume_upload(&place("one"), &location, None, 0).await;
        let kind = ErrorKind::UploadUnknown { location: Some(location) };
        assert_eq!(gone.err().unwrap().kind, kind);
        assert_eq!(registry.bytes(&digest).unwrap(), "layer");
    });
}

#[test]
fn r119_mounting_needs_the_blob_in_the_other_repository() {
    let registry = MemoryRegistry::new("memory");
    let blob = registry.add_blob(&place("one"), MediaType::OCTET_STREAM, "layer");
    let mount =
        |from, digest: &Digest| run(registry.mount_blob(&place("two"), &place(from), digest));
    assert!(mount("one", &blob.digest).unwrap());
    assert!(!mount("three", &blob.digest).unwrap());
    assert!(!mount("one", &digest_of(b"other")).unwrap());
    assert_eq!(registry.digests(&place("two")), [blob.digest]);
}

#[test]
fn r131_deleting_by_tag_leaves_the_manifest_and_by_digest_takes_its_tags() {
    let registry = MemoryRegistry::new("memory");
    let found =
        registry.add_manifest(&place("one"), MediaType::OCI_MANIFEST, "{}", Some(&tag("a")));
    registry.add_tag(&place("one"), &tag("b"), &found.digest);
    let delete = |reference| run(registry.delete_manifest(&place("one"), &reference));
    let left = || run(registry.tags(&place("one"), None)).unwrap().items;
    delete(ManifestRef::Tag(tag("a"))).unwrap();
    assert_eq!(left(), [tag("b")]);
    assert!(delete(ManifestRef::Tag(tag("a"))).unwrap_err().is_not_found());
    delete(ManifestRef::Digest(found.digest.clone())).unwrap();
    assert_eq!(left(), []);
    assert!(delete(ManifestRef::Digest(found.digest)).unwrap_err().is_not_found());
}

#[test]
fn r159_a_tag_that_is_added_again_moves() {
    let registry = MemoryRegistry::new("memory");
    registry.add_manifest(&place("one"), MediaType::OCI_MANIFEST, "{}", Some(&tag("a")));
    let new = registry.add_manifest(&place("one"), MediaType::OCI_MANIFEST, "{ }", Some(&tag("a")));
    let found = run(registry.manifest(&place("one"), &ManifestRef::Tag(tag("a")))).unwrap();
    assert_eq!(found.descriptor, new);
    let found = run(registry.manifest(&place("one"), &ManifestRef::Digest(new.digest))).unwrap();
    assert_eq!(found.verification, Verification::Verified);
}

#[test]
fn a_read_only_source_refuses_to_write_and_reads() {
    let memory = MemoryRegistry::new("memory");
    let blob = memory.add_blob(&place("one"), MediaType::OCTET_STREAM, "layer");
    let shared: SharedRegistry = Rc::new(memory);
    let only: Rc<dyn Registry> = Rc::new(ReadOnly::new(shared));
    let source: &dyn BlobSource = &Bytes::from_static(b"x");
    let (one, bytes) = (place("one"), Bytes::from_static(b"{}"));
    let refused = [
        run(only.push_blob(&one, &blob, source)).err(),
        run(only.push_manifest(&one, &MediaType::OCI_MANIFEST, bytes, &[])).err(),
        run(only.start_upload(&one, 0)).err(),
        run(only.resume_upload(&one, "0", None, 0)).err(),
        run(only.mount_blob(&one, &place("two"), &blob.digest)).err(),
        run(only.delete_blob(&one, &blob.digest)).err(),
        run(only.delete_manifest(&one, &ManifestRef::Tag(tag("a")))).err(),
    ];
    for error in refused {
        assert!(matches!(error.unwrap().kind, ErrorKind::Unsupported(_)));
    }
    assert!(run(only.stat_blob(&one, &blob.digest)).unwrap().is_some());
}
