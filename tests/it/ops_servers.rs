//! Jobs on real servers: our registry and Debian's, with and without a password, as source and as target.

use std::{collections::BTreeSet, rc::Rc};

use porthole::{
    client::{Clients, RemoteRegistry},
    oci::{ManifestRef, Reference},
    ops::{
        self,
        ensure::{ManifestName, Sources, ensure_manifest},
        graph::WalkOptions,
        lookup::{Prefer, manifest},
        progress::{JobEvent, Observer, Outcome},
        pull,
        repository_ref::RepositoryRef,
        transfer::TransferOptions,
        verify::verify,
    },
    registry::{Delete, List, Read},
    sources::objects::MemoryObjects,
    transport::Credential,
    wire::Secret,
};
use test_registry::{Auth, Switches, TestRegistry};

use crate::{
    reader::{block_on, repository, stack},
    servers::{DockerRegistry, Server, USER, ours},
};

/// The reference of an index with five platforms, attestations and referrers.
const IMAGE: &str = "library/harbour";
const TAG: &str = "1.4.2";

/// A registry, and a client that has its password.
struct End {
    server: Box<dyn Server>,
    client: RemoteRegistry,
}

impl End {
    fn new(server: Box<dyn Server>) -> Self {
        let clients = Clients::new(stack());
        let (user, password) = (USER.0.to_owned(), Secret::new(USER.1));
        clients.stack().credentials().set(&server.host(), Credential::Basic { user, password });
        let client = clients.get(&server.host().parse().unwrap(), None).unwrap();
        Self { server, client }
    }

    fn place(&self, name: &str) -> RepositoryRef {
        RepositoryRef {
            host: self.server.host().parse().unwrap(),
            registry: self.client.shared(),
            repository: repository(name),
        }
    }
}

fn demo(auth: Auth) -> TestRegistry {
    ours(Switches::demo().port(0).auth(auth))
}

/// Starts every server that can be a target. All are empty.
fn targets() -> Vec<End> {
    let servers: Vec<Box<dyn Server>> = vec![
        Box::new(ours(Switches::default())),
        Box::new(ours(Switches::default().auth(Auth::basic()))),
        Box::new(ours(Switches::default().auth(Auth::bearer()))),
        Box::new(DockerRegistry::start()),
        Box::new(DockerRegistry::with_password()),
    ];
    servers.into_iter().map(End::new).collect()
}

fn tagged(place: &RepositoryRef, tag: &str) -> Reference {
    place.reference(Some(tag.parse().unwrap()), None)
}

fn target(tag: &str) -> ManifestName {
    ManifestName { tag: Some(tag.parse().unwrap()), digest: None }
}

/// Checks that all objects under a tag exist and match their digests. Returns their number.
async fn whole(end: &End, name: &str, tag: &str) -> usize {
    let found = end.client.manifest(&repository(name), &tag.parse().unwrap()).await.unwrap();
    let report = verify(&end.client, &repository(name), found, &WalkOptions::default()).await;
    let totals = report.totals();
    let failed: Vec<_> = report
        .objects
        .iter()
        .filter(|object| matches!(object.outcome, Outcome::Failed(_) | Outcome::Mismatch(_)))
        .collect();
    assert!(failed.is_empty() && totals.mismatched == 0, "{}: {failed:?}", end.server.name());
    report.objects.len()
}

#[test]
fn r129_r130_an_index_of_many_platforms_is_copied_to_every_registry_and_back() {
    let source = End::new(Box::new(demo(Auth::bearer().anonymous_pull())));
    block_on(async {
        for end in targets() {
            let (from, there) = (source.place(IMAGE), end.place("copied/harbour"));
            let options = TransferOptions::default();
            let reference = tagged(&from, TAG);
            let copied =
                ops::copy::copy(&from, &reference, &there, &target("v1"), &options).await.unwrap();
            let count = whole(&end, "copied/harbour", "v1").await;
            assert!(count > 20, "{count} objects");
            let back = source.place("came/back");
            let reference = tagged(&there, "v1");
            let again =
                ops::copy::copy(&there, &reference, &back, &target("v2"), &options).await.unwrap();
            assert_eq!(again.digest, copied.digest, "{}", end.server.name());
        }
    });
}

#[test]
fn r128_ensuring_sends_the_manifest_first_and_then_what_is_missing() {
    let source = End::new(Box::new(demo(Auth::default())));
    // docker-registry checks the children of a manifest, and the order of the requests depends on that.
    for server in [DockerRegistry::start(), DockerRegistry::with_password()] {
        let end = End::new(Box::new(server));
        block_on(async {
            let (from, there) = (source.place(IMAGE), end.place("ensured"));
            let found = manifest(&source.client, &tagged(&from, TAG), Prefer::Digest).await;
            let found = found.unwrap().required().unwrap();
            let kind = &found.descriptor.media_type;
            let (sources, options) = (Sources::from(from), TransferOptions::default());
            for _ in 0..2 {
                let bytes = found.bytes.clone();
                let ensured =
                    ensure_manifest(&there, &target("v1"), kind, bytes, &sources, &options).await;
                assert_eq!(ensured.unwrap().digest, found.descriptor.digest);
                whole(&end, "ensured", "v1").await;
            }
        });
    }
}

#[test]
fn r155_r156_what_is_pulled_from_one_server_is_pushed_to_the_next() {
    let source = End::new(Box::new(demo(Auth::basic())));
    block_on(async {
        for end in targets() {
            let store = MemoryObjects::default();
            let from = source.place(IMAGE);
            let pulled =
                pull::pull(&from, &tagged(&from, TAG), &store, &TransferOptions::default()).await;
            let pulled = pulled.unwrap();
            // The store has it under the name that it was pulled by.
            let there = end.place(IMAGE);
            let by_digest = ManifestRef::Digest(pulled.digest.clone());
            let tags = ["v1".parse().unwrap(), "v2".parse().unwrap()];
            let options = TransferOptions::default();
            let pushed = ops::push::push(&store, &by_digest, &there, &tags, &options).await;
            assert_eq!(pushed.unwrap().digest, pulled.digest, "{}", end.server.name());
            whole(&end, IMAGE, "v2").await;
        }
    });
}

#[test]
fn r130_a_second_copy_sends_nothing_that_is_there() {
    let source = End::new(Box::new(demo(Auth::default())));
    let end = End::new(Box::new(DockerRegistry::start()));
    block_on(async {
        let (from, there) = (source.place(IMAGE), end.place("twice"));
        for round in 0..2 {
            let sent = Rc::new(std::cell::Cell::new(0));
            let counted = Rc::clone(&sent);
            let observer = Observer::new(move |event| {
                if let JobEvent::Finished { outcome: Outcome::Transferred, .. } = event {
                    counted.set(counted.get() + 1);
                }
            });
            let options = TransferOptions { observer, ..TransferOptions::default() };
            let reference = tagged(&from, TAG);
            ops::copy::copy(&from, &reference, &there, &target("v1"), &options).await.unwrap();
            assert_eq!(sent.get() == 0, round == 1, "{} objects in round {round}", sent.get());
        }
    });
}

#[test]
fn r130_what_refers_to_an_image_is_taken_along_where_that_is_wanted() {
    let source = End::new(Box::new(demo(Auth::default())));
    block_on(async {
        for end in targets() {
            let (from, there) = (source.place(IMAGE), end.place("signed"));
            let options = TransferOptions { referrers: true, ..TransferOptions::default() };
            let reference = tagged(&from, TAG);
            let copied =
                ops::copy::copy(&from, &reference, &there, &target("v1"), &options).await.unwrap();
            let digests = async |registry: &RemoteRegistry, name: &str| {
                let found = registry.referrers(&repository(name), &copied.digest, None).await;
                let items = found.unwrap().items;
                items.into_iter().map(|(item, _)| item.digest).collect::<BTreeSet<_>>()
            };
            let expected = digests(&source.client, IMAGE).await;
            assert!(expected.len() >= 3, "{expected:?}");
            let found = digests(&end.client, "signed").await;
            assert_eq!(found, expected, "{}", end.server.name());
        }
    });
}

#[test]
fn r131_what_was_copied_is_deleted_again() {
    let source = End::new(Box::new(demo(Auth::default())));
    let end = End::new(Box::new(DockerRegistry::with_password()));
    block_on(async {
        let (from, there) = (source.place(IMAGE), end.place("gone"));
        let options = TransferOptions::default();
        let reference = tagged(&from, TAG);
        let copied =
            ops::copy::copy(&from, &reference, &there, &target("v1"), &options).await.unwrap();
        let by_digest = ManifestRef::Digest(copied.digest);
        end.client.delete_manifest(&there.repository, &by_digest).await.unwrap();
        let gone = end.client.resolve(&there.repository, &"v1".parse().unwrap()).await;
        assert!(gone.unwrap_err().is_not_found());
    });
}
