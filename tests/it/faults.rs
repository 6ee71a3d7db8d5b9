//! Tries 32 faults with 12 operations. Each case ends in the right result or in an error of a kind that fits
//! the fault, and a wrong result never counts as right. The clock of the client runs sixty times as fast.

use std::{
    collections::BTreeMap,
    rc::Rc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt, future::join_all};
use porthole::{
    client::{Connection, RemoteRegistry},
    content::verify::digest_of,
    error::{AnswerFault, Error, ErrorKind, Result},
    oci::{Descriptor, MediaType, parse_config},
    ops::{self, ensure::ManifestName, repository_ref::RepositoryRef, transfer::TransferOptions},
    registry::{ByteRange, Delete, List, Page, Read, Write},
    transport::{Clock, Native, RetryPolicy, Stack},
    wire::BaseUrl,
};
use test_registry::{
    Seed, Switches, TestRegistry,
    faults::{Fault, Rule},
};

use crate::{
    http,
    reader::{blob, block_on, collect, document, manifest, repository},
    servers::{media_type, ours},
};

const REPOSITORY: &str = "library/harbour";

/// A clock that runs sixty times as fast. A deadline of half a minute comes after half a second.
struct FastClock(Instant);

impl Clock for FastClock {
    fn now(&self) -> Duration {
        let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        start + self.0.elapsed() * 59
    }

    fn sleep(&self, length: Duration) -> LocalBoxFuture<'static, ()> {
        tokio::time::sleep(length / 60).boxed_local()
    }

    fn random(&self) -> f64 {
        0.5
    }
}

fn client(url: &str) -> RemoteRegistry {
    let mut policy = RetryPolicy { least_gap: Duration::ZERO, ..RetryPolicy::default() };
    policy.backoff.base = Duration::from_millis(200);
    policy.backoff.longest = Duration::from_millis(600);
    let stack = Stack::over(Rc::new(Native::new().unwrap()), Rc::new(FastClock(Instant::now())));
    let host = url.split("//").nth(1).unwrap().parse().unwrap();
    let connection = Connection::through(&host, BaseUrl::parse(url).unwrap());
    RemoteRegistry::new(connection, &stack.with_retry(Some(policy)))
}

/// The objects of the operations, read from the registry while it had no fault.
struct World {
    index: Descriptor,
    image: Descriptor,
    config: Descriptor,
    layer: Descriptor,
}

impl World {
    /// Reads the objects through plain HTTP, not through the client.
    fn learn(host: &str) -> Self {
        let of = |json: &serde_json::Value| {
            let text = |key: &str| json[key].as_str().unwrap();
            let media_type = MediaType::new(text("mediaType"));
            Descriptor::new(
                media_type,
                text("digest").parse().unwrap(),
                json["size"].as_u64().unwrap(),
            )
        };
        let index = http::get(host, &format!("/v2/{REPOSITORY}/manifests/latest"));
        let image = of(&index.json()["manifests"][0]);
        let manifest =
            http::get(host, &format!("/v2/{REPOSITORY}/manifests/{}", image.digest)).json();
        let kind = MediaType::new(media_type(&serde_json::Value::Null, &index.body));
        let index = Descriptor::new(kind, digest_of(&index.body), index.body.len() as u64);
        Self { index, image, config: of(&manifest["config"]), layer: of(&manifest["layers"][2]) }
    }
}

const OPERATIONS: [&str; 12] = [
    "ping",
    "catalog",
    "tags",
    "manifest",
    "index",
    "config",
    "layer list",
    "file preview",
    "referrers",
    "upload",
    "delete",
    "copy",
];

/// Runs one operation, and returns its result as text.
async fn run(operation: &str, client: &RemoteRegistry, world: &World) -> Result<String> {
    let place = repository(REPOSITORY);
    Ok(match operation {
        "ping" => client.ping().await.map(|_| "alive".to_owned())?,
        "catalog" => page(&client.repositories(None).await?)?,
        "tags" => page(&client.tags(&place, None).await?)?,
        "manifest" => {
            let read = manifest(client, REPOSITORY, world.image.digest.as_str()).await?;
            format!("{:?}", document(&read).value)
        }
        "index" => {
            let read = manifest(client, REPOSITORY, "latest").await?;
            let document = document(&read);
            flagged(!document.is_sound())?;
            format!("{} {:?}", read.descriptor.digest, document.value)
        }
        "config" => {
            format!("{:?}", parse_config(blob(client, REPOSITORY, &world.config).await?).value)
        }
        "layer list" => {
            let bytes = blob(client, REPOSITORY, &world.layer).await?;
            assert_eq!(digest_of(&bytes), world.layer.digest, "unverified bytes were handed out");
            format!("{} bytes", bytes.len())
        }
        "file preview" => {
            let range = ByteRange { start: 10, length: Some(40) };
            let stream = client.blob_range(&place, &world.layer, range).await?;
            format!("{:?}", collect(stream).await?)
        }
        "referrers" => {
            let found = client.referrers(&place, &world.index.digest, None).await?;
            flagged(found.may_be_incomplete)
                .map_err(|told| found.unread.first().map_or(told, |(_, why)| why.clone()))?;
            let mut digests: Vec<_> =
                found.items.iter().map(|(item, _)| item.digest.to_string()).collect();
            digests.sort();
            format!("{digests:?}")
        }
        "upload" => {
            let bytes = Bytes::from_static(b"a blob that is pushed");
            push(client, "pushed", &bytes).await?;
            "pushed".to_owned()
        }
        "delete" => {
            let reference = world.image.digest.to_string().parse().unwrap();
            client.delete_manifest(&repository("to/delete"), &reference).await?;
            "deleted".to_owned()
        }
        "copy" => copy(client, world).await?,
        other => panic!("{other}"),
    })
}

/// Returns the items of a page. A page that reports itself as incomplete counts as an error.
fn page<T: std::fmt::Debug>(page: &Page<T>) -> Result<String> {
    flagged(page.may_be_incomplete)?;
    Ok(format!("{:?}", page.items))
}

fn flagged(is_flagged: bool) -> Result<()> {
    let told = || ErrorKind::BadAnswer(AnswerFault::NotAList);
    if is_flagged { Err(told().into()) } else { Ok(()) }
}

async fn push(client: &RemoteRegistry, name: &str, bytes: &Bytes) -> Result<Descriptor> {
    let octets = MediaType::new("application/octet-stream");
    let descriptor = Descriptor::new(octets, digest_of(bytes), bytes.len() as u64);
    client.push_blob(&repository(name), &descriptor, bytes).await
}

/// Copies the whole image to another repository, through the job of the product.
async fn copy(client: &RemoteRegistry, world: &World) -> Result<String> {
    // The registry has two names here, so that blobs are read and sent instead of mounted.
    let place = |host: &str, name: &str| RepositoryRef {
        host: host.parse().unwrap(),
        registry: client.shared(),
        repository: repository(name),
    };
    let (from, to) = (place("from.example", REPOSITORY), place("to.example", "copied"));
    let reference = from.reference(None, Some(world.image.digest.clone()));
    let target = ManifestName { tag: Some("latest".parse().unwrap()), digest: None };
    let done =
        ops::copy::copy(&from, &reference, &to, &target, &TransferOptions::default()).await?;
    Ok(done.digest.to_string())
}

/// Restores the content that an earlier operation deleted.
fn prepare(registry: &TestRegistry, world: &World) {
    let host = registry.host();
    let target = format!("/v2/{REPOSITORY}/manifests/{}", world.image.digest);
    let bytes = http::get(&host, &target).body;
    registry.add_manifest("to/delete", &["latest"], world.image.media_type.as_str(), bytes);
}

/// Checks the registry after an operation, without the fault. A reported success is real, and no tag points
/// at missing content. Returns a text if something is wrong.
fn aftermath(
    host: &str,
    operation: &str,
    outcome: &Result<String>,
    world: &World,
) -> Option<&'static str> {
    let is_there = |target: String| http::get(host, &target).status == 200;
    let pushed = digest_of(b"a blob that is pushed");
    let wrong = match operation {
        "upload" => outcome.is_ok() && !is_there(format!("/v2/pushed/blobs/{pushed}")),
        "delete" => {
            outcome.is_ok() && is_there(format!("/v2/to/delete/manifests/{}", world.image.digest))
        }
        "copy" => {
            let tag = is_there("/v2/copied/manifests/latest".to_owned());
            let blob = |blob: &Descriptor| is_there(format!("/v2/copied/blobs/{}", blob.digest));
            let is_whole = blob(&world.config) && blob(&world.layer);
            (outcome.is_ok() && !tag) || (tag && !is_whole)
        }
        _ => false,
    };
    wrong.then_some("it says that it did what it did not do, or left a tag without its content")
}

/// Returns true if an error is of a kind that fits this fault.
fn fits(fault: Fault, error: &Error) -> bool {
    use ErrorKind as E;
    use Fault as F;
    let kind = &error.kind;
    let garbled = matches!(
        kind,
        E::BadAnswer(_) | E::DigestMismatch { .. } | E::SizeMismatch { .. } | E::TooLarge { .. }
    );
    let broken = matches!(kind, E::Network { .. } | E::Timeout(_));
    match fault {
        F::Refused | F::NoTls => matches!(kind, E::Network { .. } | E::Unsupported(_)),
        // The resolver of the machine looks the name up. If it is slow, the deadline comes first.
        F::NoSuchName => broken || matches!(kind, E::Unsupported(_)),
        F::Latency | F::Jitter | F::Throttle | F::ByteSlices | F::SlowClose | F::RangeIgnored => {
            false
        }
        F::StallHeaders | F::StallBody => matches!(kind, E::Timeout(_)),
        F::ResetBody | F::ChunkedCut | F::LengthTooLong => broken || garbled,
        F::LengthTooShort | F::NoLengthEarlyClose | F::WrongRange => {
            broken || garbled || matches!(kind, E::InvalidRange { .. } | E::Status(206))
        }
        F::WrongContentType | F::GzipEncoded | F::BrokenGzip | F::EncodingBomb => garbled || broken,
        F::HtmlLogin => {
            garbled || matches!(kind, E::HiddenHeader(_) | E::Status(200) | E::Unsupported(_))
        }
        F::UnauthorizedLoop => {
            matches!(kind, E::Unauthorized | E::Denied | E::CatalogUnavailable)
        }
        F::Forbidden => matches!(kind, E::Denied | E::CatalogUnavailable),
        F::NotFoundOnce => error.is_not_found() || matches!(kind, E::CatalogUnavailable),
        F::RequestTimeout => matches!(kind, E::Timeout(_) | E::Unavailable | E::Status(408)),
        F::TooManySeconds | F::TooManyDate | F::TooManyHidden => error.is_rate_limited(),
        F::ServerError | F::BadGateway => *kind == E::Unavailable,
        // A write that must not be sent twice may fail at the first 503.
        F::Flapping => *kind == E::Unavailable,
        _ => false,
    }
}

/// Returns true if a shorter list of referrers is right by the protocol. A 404 of the referrers API means that
/// there is no such API, so the client reads the fallback tag (R105), which lists fewer of them here.
fn is_by_protocol(fault: Fault, operation: &str, found: &str, all: &str) -> bool {
    let mut digests = found.split('"').filter(|text| text.contains(':'));
    (fault, operation) == (Fault::NotFoundOnce, "referrers") && digests.all(|it| all.contains(it))
}

async fn column(fault: Fault, expected: &BTreeMap<&str, String>) -> Vec<String> {
    let registry = ours(Switches::default().seed(Seed::Images));
    let world = World::learn(&registry.host());
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        prepare(&registry, &world);
        let rule = Rule::new(fault);
        let short = match fault {
            Fault::Latency | Fault::Jitter | Fault::SlowClose => Some(Duration::from_millis(60)),
            Fault::TooManySeconds | Fault::TooManyDate => Some(Duration::ZERO),
            _ => None,
        };
        let rule = short.map_or(rule.clone(), |short| rule.delay(short));
        registry.turn(|switches| switches.faults = vec![rule]);
        let outcome = run(operation, &client(&registry.url_under(fault).unwrap()), &world).await;
        registry.turn(|switches| switches.faults.clear());
        let cell = format!("{} × {operation}", fault.name());
        match &outcome {
            Ok(found) if *found == expected[operation] => {}
            Ok(found) if is_by_protocol(fault, operation, found, &expected[operation]) => {}
            Ok(found) => wrong.push(format!("{cell}: wrong result {found:.200}")),
            Err(error) if fits(fault, error) => {}
            Err(error) => wrong.push(format!("{cell}: {:?}: {error}", error.kind)),
        }
        if let Some(what) = aftermath(&registry.host(), operation, &outcome, &world) {
            wrong.push(format!("{cell}: {what}"));
        }
    }
    wrong
}

/// Returns the result of every operation without a fault.
async fn baseline() -> BTreeMap<&'static str, String> {
    let registry = ours(Switches::default().seed(Seed::Images));
    let world = World::learn(&registry.host());
    let mut expected = BTreeMap::new();
    for operation in OPERATIONS {
        prepare(&registry, &world);
        let found = run(operation, &client(&registry.url()), &world).await;
        expected.insert(operation, found.unwrap_or_else(|why| panic!("{operation}: {why}")));
    }
    expected
}

#[test]
fn every_fault_in_every_operation_ends_right_or_in_an_error_that_fits() {
    block_on(async {
        let expected = baseline().await;
        let columns = Fault::table().iter().map(|fault| column(*fault, &expected));
        let wrong: Vec<String> = join_all(columns).await.into_iter().flatten().collect();
        assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// The faults that end by themselves. Together they have a probability of 0.3.
const PASSING: [Fault; 6] = [
    Fault::ResetBody,
    Fault::ServerError,
    Fault::BadGateway,
    Fault::TooManyHidden,
    Fault::ChunkedCut,
    Fault::LengthTooLong,
];

#[test]
fn a_thousand_runs_with_three_requests_in_ten_failing() {
    const RUNS: usize = 1000;
    const READS: [&str; 7] =
        ["manifest", "index", "config", "layer list", "tags", "referrers", "ping"];
    block_on(async {
        let expected = baseline().await;
        let registry = ours(Switches { random_seed: 42, ..Switches::default().seed(Seed::Images) });
        let world = World::learn(&registry.host());
        // 1 - (1 - p)^6 = 0.3
        let rules = PASSING.map(|fault| Rule::new(fault).probability(0.0577));
        registry.turn(|switches| switches.faults = rules.to_vec());
        let mut failed = Vec::new();
        for number in 0..RUNS {
            let operation = READS[number % READS.len()];
            match run(operation, &client(&registry.url()), &world).await {
                Ok(found) => assert_eq!(found, expected[operation], "run {number}: a wrong result"),
                Err(error) => failed.push(format!("{operation}: {error}")),
            }
        }
        println!("{} of {RUNS} runs did not recover: {failed:?}", failed.len());
        assert!(failed.len() <= RUNS / 20, "{failed:?}");
        let applied: u32 = registry.times_applied().iter().sum();
        assert!(applied > 300, "{applied} faults only");
    });
}

/// Reads a blob of 64 MiB, which is enough for a debug build. `PORTHOLE_FULL=1` makes it 1 GiB.
#[test]
fn r084_a_large_blob_that_is_cut_at_fifty_points_costs_little_more_than_itself() {
    let full = std::env::var_os("PORTHOLE_FULL").is_some();
    let size: u64 = if full { 1 << 30 } else { 64 << 20 };
    let pattern = test_registry::Pattern { size, seed: 11 };
    let digest = pattern.digest();
    let registry = ours(Switches::default());
    registry.add_pattern("large", &digest, pattern);
    // Each cut is at a point of the remaining bytes: 50 ranges of uneven length in the first 80 %.
    let cut = |n: u64| {
        Rule::new(Fault::ChunkedCut).on("/blobs/").times(1).at(size / 100 * (1 + n * 7 % 3) * 4 / 5)
    };
    registry.turn(|switches| switches.faults = (0..50).map(cut).collect());
    let octets = MediaType::new("application/octet-stream");
    let blob = Descriptor::new(octets, digest.parse().unwrap(), size);
    let received = block_on(async {
        let client = client(&registry.url());
        let mut stream = client.blob(&repository("large"), &blob).await?;
        let mut received = 0;
        while let Some(chunk) = stream.chunks.next().await {
            received += chunk?.len() as u64;
        }
        Ok::<u64, Error>(received)
    });
    assert_eq!(received.unwrap_or_else(|why| panic!("{why}")), size);
    assert_eq!(registry.times_applied().iter().sum::<u32>(), 50);
    let sent = registry.log().bytes_sent();
    println!("cut 50 times: {sent} bytes fetched for {size}");
    assert!(sent <= size + size / 20, "{sent} bytes for {size}");
}
