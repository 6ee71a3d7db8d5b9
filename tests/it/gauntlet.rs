//! The client in the gauntlet of R162: every path first answers 503, then redirects, then demands a token, and
//! blobs are cut at increasing offsets.

use porthole::{
    client::{Connection, RemoteRegistry},
    error::ErrorKind,
    oci::{Descriptor, MediaType},
    registry::Read,
    transport::{Credential, RetryPolicy},
    wire::Secret,
};
use test_registry::{
    Auth, Pattern, Realm, Seed, Switches, TestRegistry,
    faults::{Fault, Rule},
};

use crate::{
    client::collect,
    reader::{block_on, hasty, repository, stack},
    servers::ours,
};

const PATTERN: Pattern = Pattern { size: 100_000, seed: 3 };

fn gauntlet() -> (TestRegistry, Descriptor) {
    let rule = Rule::new(Fault::Gauntlet);
    let auth = Auth::bearer().realm(Realm::SameOrigin);
    let server = ours(Switches::default().seed(Seed::Empty).auth(auth).fault(rule));
    let digest = PATTERN.digest();
    server.add_pattern("a", &digest, PATTERN);
    let blob = Descriptor::new(MediaType::OCTET_STREAM, digest.parse().unwrap(), PATTERN.size);
    (server, blob)
}

fn client(server: &TestRegistry, policy: Option<RetryPolicy>) -> RemoteRegistry {
    let connection = Connection::to(&server.host().parse().unwrap()).unwrap();
    let stack = stack().with_retry(policy);
    let (user, password) = ("tester".to_owned(), Secret::new("s3cret-canary"));
    stack.credentials().set(&server.host(), Credential::Basic { user, password });
    RemoteRegistry::new(connection, &stack)
}

#[test]
fn r162_with_a_policy_the_client_comes_through_with_every_byte() {
    let (server, blob) = gauntlet();
    let registry = client(&server, Some(hasty()));
    let read = async { collect(registry.blob(&repository("a"), &blob).await?).await };
    assert_eq!(block_on(read).unwrap(), PATTERN.bytes(0..PATTERN.size).to_vec());
    let entries = server.log().entries();
    assert!(entries.iter().any(|entry| entry.path() == "/token"));
    let ranges = entries.iter().filter(|entry| entry.header("range").is_some()).count();
    assert!(ranges >= 2, "{ranges} parts were asked for after cuts");
}

#[test]
fn r162_without_a_policy_the_client_fails_at_once_and_says_why() {
    let (server, blob) = gauntlet();
    let registry = client(&server, None);
    let refused = block_on(registry.blob(&repository("a"), &blob)).err().unwrap();
    assert_eq!(refused.kind, ErrorKind::Unavailable, "{refused}");
    assert_eq!(server.log().entries().len(), 1);
    // The second answer redirects to a third that wants a token. Then the first cut ends it.
    let read = async { collect(registry.blob(&repository("a"), &blob).await?).await };
    let cut = block_on(read).unwrap_err();
    assert!(cut.is_cors_or_network(), "{cut}");
}
