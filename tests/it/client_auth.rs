//! Authentication on real servers: with a password on Debian's registry, with tokens on ours.

use porthole::{
    error::ErrorKind,
    oci::MediaType,
    registry::{List, Read, Write},
};
use test_registry::{Auth, Realm, Switches};

use crate::{
    client::{client, client_with, image, name, noise, push, read, reference, run, tag},
    servers::{DockerRegistry, Server, USER, ours},
};

#[test]
fn r064_basic_on_docker_registry() {
    let server = DockerRegistry::with_password();
    let host = server.host();
    run(async {
        let (nobody, _clients) = client(&host);
        let error = nobody.tags(&name("a"), None).await.unwrap_err();
        assert!(error.is_unauthorized(), "{error}");
        let (wrong, _clients) = client_with(&host, USER.0, "guess");
        assert!(wrong.ping().await.unwrap_err().is_unauthorized());
        let (registry, clients) = client_with(&host, USER.0, USER.1);
        assert_eq!(registry.ping().await.unwrap().version, "registry/2.0");
        let manifest = image(&registry, "a", "").await;
        let tags = [tag("v1")];
        registry
            .push_manifest(&name("a"), &MediaType::OCI_MANIFEST, manifest.clone(), &tags)
            .await
            .unwrap();
        let found = registry.manifest(&name("a"), &reference("v1")).await.unwrap();
        assert_eq!(found.bytes, manifest);
        let log = format!("{:?}", clients.stack().log().entries());
        assert!(!log.contains(USER.1), "the password is in the log");
    });
}

#[test]
fn r065_tokens_of_the_registrys_own_origin_need_no_approval() {
    let server = ours(Switches::default().auth(Auth::bearer()));
    run(async {
        let (nobody, _clients) = client(&server.host());
        let error = nobody.tags(&name("a"), None).await.unwrap_err();
        assert!(error.is_unauthorized() || error.is_denied(), "{error}");
        let (registry, _clients) = client_with(&server.host(), "tester", "s3cret-canary");
        let blob = push(&registry, "a", &noise(1000, 1)).await;
        assert_eq!(read(&registry, "a", &blob).await, noise(1000, 1));
        let other = push(&registry, "b", &noise(1000, 2)).await;
        assert!(registry.mount_blob(&name("a"), &name("b"), &other.digest).await.unwrap());
    });
}

#[test]
fn r065_anonymous_pulling_gets_an_anonymous_token() {
    let server = ours(Switches::default().auth(Auth::bearer().anonymous_pull()));
    run(async {
        let (registry, _clients) = client_with(&server.host(), "tester", "s3cret-canary");
        let blob = push(&registry, "a", &noise(1000, 1)).await;
        let (nobody, _clients) = client(&server.host());
        assert_eq!(read(&nobody, "a", &blob).await, noise(1000, 1));
        let source = noise(10, 3);
        let descriptor = crate::client::descriptor(MediaType::OCTET_STREAM, &source);
        let refused = nobody.push_blob(&name("a"), &descriptor, &source).await.unwrap_err();
        assert!(refused.is_denied() || refused.is_unauthorized(), "{refused}");
    });
}

#[test]
fn r068_an_expired_token_is_fetched_anew() {
    let server = ours(Switches::default().auth(Auth::bearer()));
    run(async {
        let (registry, _clients) = client_with(&server.host(), "tester", "s3cret-canary");
        let blob = push(&registry, "a", &noise(1000, 1)).await;
        server.expire_tokens();
        assert_eq!(read(&registry, "a", &blob).await, noise(1000, 1));
    });
}

#[test]
fn r071_a_token_server_elsewhere_gets_nothing_before_it_is_approved() {
    let server = ours(Switches::default().auth(Auth::bearer().realm(Realm::OtherOrigin)));
    run(async {
        let (registry, clients) = client_with(&server.host(), "tester", "s3cret-canary");
        let error = registry.tags(&name("a"), None).await.unwrap_err();
        let ErrorKind::ApproveTokenServer { registry: asking, token_server } = &error.kind else {
            panic!("{error}")
        };
        assert_eq!(*asking, server.url());
        assert!(server.log().matching("/token").is_empty(), "nothing went there");
        clients.stack().approvals().approve(asking, token_server).unwrap();
        let blob = push(&registry, "a", &noise(1000, 1)).await;
        assert_eq!(read(&registry, "a", &blob).await, noise(1000, 1));
    });
}
