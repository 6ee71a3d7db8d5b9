//! Checks that content exists after a push and is gone after a deletion, on our registry and on Debian's.

use porthole::{
    client::{RemoteRegistry, StartedUpload},
    error::{ErrorKind, Rejection},
    oci::{MediaType, RepositoryName},
    registry::{ByteRange, Delete, List, Read, ReferrersSource, Verification, Write},
};
use test_registry::{Referrers, Switches, Uploads};

use crate::{
    client::{
        client, collect, descriptor, digest, image, name, noise, push, read, reference, run, tag,
    },
    servers::{both, ours},
};

#[allow(clippy::needless_pass_by_value)] // a closure is handed in, not a reference to one
fn on_both(check: impl AsyncFn(&RemoteRegistry, &str)) {
    for server in both() {
        let (registry, _clients) = client(&server.host());
        run(check(&registry, server.name()));
    }
}

#[test]
fn r109_a_blob_is_pushed_whole_and_read_back_verified() {
    on_both(async |registry, server| {
        for length in [0, 1, 70_000, 3_000_000] {
            let bytes = noise(length, 1);
            let blob = push(registry, "a/b", &bytes).await;
            assert_eq!(read(registry, "a/b", &blob).await, bytes, "{server} {length}");
            let found = registry.stat_blob(&name("a/b"), &blob.digest).await.unwrap().unwrap();
            assert_eq!(found.size, length as u64, "{server}");
        }
        let missing = registry.stat_blob(&name("a/b"), &digest(b"missing")).await.unwrap();
        assert_eq!(missing, None, "{server}");
    });
}

#[test]
fn r082_part_of_a_blob_is_read_by_range() {
    on_both(async |registry, server| {
        let bytes = noise(100_000, 2);
        let blob = push(registry, "a", &bytes).await;
        for (start, length) in [(0, 10), (99_990, 10), (5, 70_000), (100_000, 5)] {
            let range = ByteRange { start, length: Some(length) };
            let part = registry.blob_range(&name("a"), &blob, range).await.unwrap();
            let end = (start + length).min(100_000);
            let expected = &bytes[start as usize..end as usize];
            assert_eq!(collect(part).await.unwrap(), expected, "{server} {start}+{length}");
        }
    });
}

#[test]
fn r112_to_r114_a_blob_is_pushed_in_chunks() {
    on_both(async |registry, server| {
        let bytes = noise(100_001, 3);
        let mut upload = registry.start_upload(&name("a"), 30_000).await.unwrap();
        for part in bytes.chunks(7_000) {
            upload.write(bytes.slice_ref(part)).await.unwrap();
        }
        assert_eq!(upload.size(), 100_001);
        let blob = upload.commit(&digest(&bytes)).await.unwrap();
        assert_eq!(read(registry, "a", &blob).await, bytes, "{server}");
    });
}

#[test]
fn r116_an_upload_is_taken_up_after_its_program_is_gone() {
    on_both(async |registry, server| {
        let bytes = noise(100_000, 4);
        let location = {
            let mut upload = registry.start_upload(&name("a"), 10_000).await.unwrap();
            upload.write(bytes.slice(..60_000)).await.unwrap();
            upload.close().await.unwrap();
            upload.location().to_owned()
        };
        let mut upload = registry.resume_upload(&name("a"), &location, None, 10_000).await.unwrap();
        assert_eq!(upload.size(), 60_000, "{server}");
        upload.write(bytes.slice(60_000..)).await.unwrap();
        let blob = upload.commit(&digest(&bytes)).await.unwrap();
        assert_eq!(read(registry, "a", &blob).await, bytes, "{server}");
    });
}

#[test]
fn r118_a_cancelled_upload_is_gone() {
    on_both(async |registry, server| {
        let mut upload = registry.start_upload(&name("a"), 1_000).await.unwrap();
        upload.write(noise(5_000, 5)).await.unwrap();
        let location = upload.location().to_owned();
        upload.cancel().await;
        let gone = registry.resume_upload(&name("a"), &location, None, 0).await.err().unwrap();
        let kind = ErrorKind::UploadUnknown { location: Some(location) };
        assert_eq!(gone.kind, kind, "{server}: {gone}");
    });
}

#[test]
fn r114_a_wrong_digest_is_refused_by_the_registry() {
    on_both(async |registry, server| {
        let mut upload = registry.start_upload(&name("a"), 0).await.unwrap();
        upload.write(noise(100, 6)).await.unwrap();
        let error = upload.commit(&digest(b"another")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Rejected(Rejection::Digest), "{server}: {error}");
        assert!(error.context.messages.iter().any(|m| m.code == "DIGEST_INVALID"), "{server}");
    });
}

#[test]
fn r119_a_blob_is_mounted_from_another_repository() {
    on_both(async |registry, server| {
        let blob = push(registry, "from", &noise(1_000, 8)).await;
        let mounted = registry.mount_blob(&name("to"), &name("from"), &blob.digest).await.unwrap();
        assert!(mounted, "{server}");
        assert_eq!(read(registry, "to", &blob).await, noise(1_000, 8), "{server}");
        let absent = digest(b"absent");
        assert!(
            !registry.mount_blob(&name("to"), &name("from"), &absent).await.unwrap(),
            "{server}"
        );
    });
}

#[test]
fn r119_a_registry_that_does_not_mount_says_202_and_that_is_false() {
    let server = ours(Switches::default().uploads(Uploads { mount: false, ..Uploads::default() }));
    let (registry, _clients) = client(&server.host());
    run(async {
        let blob = push(&registry, "from", &noise(1_000, 9)).await;
        assert!(!registry.mount_blob(&name("to"), &name("from"), &blob.digest).await.unwrap());
    });
}

#[test]
fn r119_what_is_not_mounted_is_written_in_the_session_of_the_mount() {
    let switches = [
        Uploads { mount: true, ..Uploads::default() },
        Uploads { mount: false, ..Uploads::default() },
    ];
    for uploads in switches {
        let mounts = uploads.mount;
        let server = ours(Switches::default().uploads(uploads));
        let (registry, _clients) = client(&server.host());
        run(async {
            let blob = push(&registry, "from", &noise(1_000, 9)).await;
            let place = registry.repository(name("to"));
            let started = place.blobs().start_or_mount(&name("from"), &blob, 0).await.unwrap();
            match started {
                StartedUpload::Mounted(found) => assert!(mounts && *found == blob),
                StartedUpload::Open(mut upload) => {
                    assert!(!mounts);
                    upload.write(noise(1_000, 9)).await.unwrap();
                    upload.commit(&blob.digest).await.unwrap();
                }
            }
            assert_eq!(read(&registry, "to", &blob).await, noise(1_000, 9), "mounts: {mounts}");
        });
    }
}

#[test]
fn r110_locations_are_used_as_they_are() {
    let uploads = [
        Uploads { absolute_location: true, ..Uploads::default() },
        Uploads { stateful_location: true, ..Uploads::default() },
        Uploads { odd_uuid: true, ..Uploads::default() },
        Uploads { range_header: false, ..Uploads::default() },
        Uploads { chunk_minimum: Some(20_000), ..Uploads::default() },
    ];
    for uploads in uploads {
        let server = ours(Switches::default().uploads(uploads.clone()));
        let (registry, _clients) = client(&server.host());
        run(async {
            let bytes = noise(100_000, 10);
            let mut upload = registry.start_upload(&name("a"), 10_000).await.unwrap();
            for part in bytes.chunks(9_000) {
                upload.write(bytes.slice_ref(part)).await.unwrap();
            }
            let blob = upload.commit(&digest(&bytes)).await.unwrap();
            assert_eq!(read(&registry, "a", &blob).await, bytes, "{uploads:?}");
        });
    }
}

#[test]
fn r124_r126_a_manifest_is_pushed_under_its_digest_and_under_tags() {
    on_both(async |registry, server| {
        let manifest = image(registry, "a/b", "").await;
        let tags = [tag("v1"), tag("v1.2"), tag("latest")];
        let pushed = registry
            .push_manifest(&name("a/b"), &MediaType::OCI_MANIFEST, manifest.clone(), &tags)
            .await
            .unwrap();
        assert_eq!(pushed, descriptor(MediaType::OCI_MANIFEST, &manifest), "{server}");
        for asked in ["v1", "v1.2", "latest", pushed.digest.as_str()] {
            let found = registry.manifest(&name("a/b"), &reference(asked)).await.unwrap();
            assert_eq!(found.bytes, manifest, "{server} {asked}");
            assert_eq!(found.descriptor, pushed, "{server} {asked}");
            let resolved = registry.resolve(&name("a/b"), &reference(asked)).await.unwrap();
            assert_eq!(resolved, pushed, "{server} {asked}");
        }
        let by_digest =
            registry.manifest(&name("a/b"), &reference(pushed.digest.as_str())).await.unwrap();
        assert_eq!(by_digest.verification, Verification::Verified, "{server}");
        let mut found = registry.tags(&name("a/b"), None).await.unwrap().items;
        found.sort();
        assert_eq!(found, [tag("latest"), tag("v1"), tag("v1.2")], "{server}");
    });
}

#[test]
fn r128_a_manifest_whose_blobs_are_missing_is_refused_as_such() {
    let server = crate::servers::DockerRegistry::start();
    let (registry, _clients) = client(&crate::servers::Server::host(&server));
    run(async {
        let manifest = image(&registry, "a", "").await;
        let pushed =
            registry.push_manifest(&name("b"), &MediaType::OCI_MANIFEST, manifest, &[]).await;
        let error = pushed.unwrap_err();
        assert!(matches!(error.kind, ErrorKind::BlobUnknown(Some(_))), "{error}");
    });
}

#[test]
fn r131_r132_what_is_deleted_is_not_found() {
    on_both(async |registry, server| {
        let repository: RepositoryName = name("a");
        let manifest = image(registry, "a", "").await;
        let pushed = registry
            .push_manifest(&repository, &MediaType::OCI_MANIFEST, manifest, &[tag("v1")])
            .await
            .unwrap();
        let reference = pushed.digest.clone().into();
        registry.delete_manifest(&repository, &reference).await.unwrap();
        let gone = registry.manifest(&repository, &reference).await.unwrap_err();
        assert!(gone.is_not_found(), "{server}: {gone}");
        let blob = push(registry, "a", &noise(100, 11)).await;
        registry.delete_blob(&repository, &blob.digest).await.unwrap();
        assert_eq!(registry.stat_blob(&repository, &blob.digest).await.unwrap(), None, "{server}");
        let again = registry.delete_blob(&repository, &blob.digest).await.unwrap_err();
        assert!(again.is_not_found(), "{server}: {again}");
    });
}

#[test]
fn r131_deleting_that_is_switched_off_says_so() {
    let server = ours(Switches { delete: false, ..Switches::default() });
    let (registry, _clients) = client(&server.host());
    run(async {
        let blob = push(&registry, "a", &noise(100, 12)).await;
        let error = registry.delete_blob(&name("a"), &blob.digest).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::DeleteDisabled, "{error}");
    });
}

/// Pushes an image and two referrers of it, lists them, deletes one and lists again.
async fn referrers_come_and_go(registry: &RemoteRegistry, source: ReferrersSource, server: &str) {
    let repository = name("a");
    let manifest = image(registry, "a", "").await;
    let subject = registry
        .push_manifest(&repository, &MediaType::OCI_MANIFEST, manifest, &[tag("v1")])
        .await
        .unwrap();
    let mut pushed = Vec::new();
    for artifact in ["application/x.sbom", "application/x.signature"] {
        let more = format!(
            r#","artifactType":"{artifact}","subject":{{"mediaType":"{}","digest":"{}","size":{}}}"#,
            subject.media_type, subject.digest, subject.size
        );
        let referrer = image(registry, "a", &more).await;
        let referrer = registry
            .push_manifest(&repository, &MediaType::OCI_MANIFEST, referrer, &[])
            .await
            .unwrap();
        pushed.push(referrer.digest);
    }
    let found = registry.referrers(&repository, &subject.digest, None).await.unwrap();
    let mut types: Vec<_> =
        found.items.iter().map(|(d, s)| (d.artifact_type.as_deref().unwrap(), *s)).collect();
    types.sort();
    let expected = [("application/x.sbom", source), ("application/x.signature", source)];
    assert_eq!(types, expected, "{server}");
    let one =
        registry.referrers(&repository, &subject.digest, Some("application/x.sbom")).await.unwrap();
    assert_eq!(one.items.len(), 1, "{server}");
    registry.delete_manifest(&repository, &pushed[0].clone().into()).await.unwrap();
    let left = registry.referrers(&repository, &subject.digest, None).await.unwrap();
    let left: Vec<_> = left.items.iter().map(|(entry, _)| entry.digest.clone()).collect();
    assert_eq!(left, [pushed[1].clone()], "{server}");
}

#[test]
fn r103_referrers_come_and_go_by_the_api() {
    for referrers in [Referrers::Api, Referrers::Unfiltered, Referrers::Paged] {
        let server = ours(Switches::default().referrers(referrers));
        let (registry, _clients) = client(&server.host());
        run(referrers_come_and_go(&registry, ReferrersSource::Api, &format!("{referrers:?}")));
    }
}

#[test]
fn r127_r133_referrers_come_and_go_by_the_fallback_tag() {
    let without_api = ours(Switches::default().referrers(Referrers::Absent));
    let (registry, _clients) = client(&without_api.host());
    run(referrers_come_and_go(&registry, ReferrersSource::FallbackTag, "ours"));
    let debian = crate::servers::DockerRegistry::start();
    let (registry, _clients) = client(&crate::servers::Server::host(&debian));
    run(referrers_come_and_go(&registry, ReferrersSource::FallbackTag, "docker-registry"));
}
