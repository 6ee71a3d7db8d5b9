//! Layers with a table of contents, opened through the engine from a server that counts. They are listed
//! without being read, and a file costs one request. A layer whose table is unusable is read as a whole.

use porthole::{
    content::verify::{Verdict, digest_of},
    layers::{
        index::{
            Answer, ContentFault, DatabaseProblem, Question, ReadState, RowRange, TocRefusal,
            TocState,
        },
        ranges::{
            Basis, RangeError,
            toc::{Opening, TocError},
        },
    },
    oci::Descriptor,
};
use test_registry::{Auth, BlobDelivery, Seed, Switches};

use crate::{
    content_toc::{archive, blobs, layers_of},
    fixtures,
    opened_layers::{Bench, with_image},
    servers::{ours, push_blob},
};

const STARGZ_DIGEST: &str = "containerd.io/snapshot/stargz/toc.digest";
const POSITION: &str = "io.github.containers.zstd-chunked.manifest-position";

fn images() -> Switches {
    Switches::default().seed(Seed::Images)
}

fn charts() -> Vec<u8> {
    let number = |n: u32| n.wrapping_mul(2_654_435_761).rotate_left(13).to_le_bytes();
    (0..75_000).flat_map(number).collect()
}

#[test]
fn a_layer_is_listed_by_its_table_and_a_file_is_one_request() {
    for (tag, requests) in [("estargz", 2), ("zstd-chunked", 1)] {
        let registry = ours(images());
        with_image(&registry, "demo/tables", tag, async |bench| {
            let layer = &bench.layers[0];
            bench.by_table(layer, false).await;
            let (asked, bytes) = bench.asked();
            assert_eq!(asked.len(), requests, "{tag}: {asked:?}");
            assert!(asked.iter().all(|request| request.header("range").is_some()), "{asked:?}");
            assert!(bytes < 2_000 && layer.size > 250_000, "{tag}: {bytes} of {}", layer.size);
            let summary = bench.summary(layer).await;
            assert!(matches!(&summary.table, TocState::Listed { faults, .. } if faults.is_empty()));
            assert_eq!((summary.read_state, summary.entries), (ReadState::Complete, 7), "{tag}");

            let part = bench.details(layer, b"etc/os-release").await.stored.unwrap().part;
            let Answer::Content(release, basis) = bench.file(layer, b"etc/os-release").await else {
                panic!("{tag}: no content")
            };
            let (asked, bytes) = bench.asked();
            assert_eq!((asked.len(), basis, Some(bytes)), (1, Basis::Toc, part), "{tag}");
            assert!(release.starts_with(b"PRETTY_NAME=\"Harbour Linux 3.1\"") && bytes < 1_000);
            assert_eq!(
                bench.file(layer, b"usr/lib/charts.bin").await,
                Answer::Content(charts(), Basis::Toc),
                "{tag}: chunks one behind the other"
            );
            assert_eq!(bench.asked().0.len(), 1, "{tag}");
        });
    }
}

#[test]
fn layers_that_were_told_and_layers_that_were_read_are_merged() {
    let registry = ours(images());
    with_image(&registry, "demo/tables", "estargz", async |bench| {
        bench.by_table(&bench.layers[0], false).await;
        bench.whole(&bench.layers[1]).await;
        let paths = bench.paths(bench.merged()).await;
        assert_eq!(
            paths,
            [
                "etc",
                "etc/motd",
                "etc/os-release",
                "usr",
                "usr/lib",
                "usr/lib/charts.bin",
                "usr/lib/empty"
            ]
        );
        let Answer::Packages(packages) = bench
            .ask(Question::Packages {
                scope: bench.merged(),
                filter: String::new(),
                part: RowRange::default(),
            })
            .await
        else {
            panic!("packages")
        };
        let expected = (b"etc/os-release".to_vec(), DatabaseProblem::OnlyListed);
        assert_eq!((packages.system, packages.problems), (String::new(), vec![expected]));
    });
}

#[test]
fn a_table_is_held_against_the_layer_once_that_is_read() {
    for (name, tag, differences) in
        [("demo/tables", "zstd-chunked", 0), ("broken/tables", "lying", 3)]
    {
        let registry = ours(images());
        with_image(&registry, name, tag, async |bench| {
            let layer = &bench.layers[0];
            bench.by_table(layer, false).await;
            bench.whole(layer).await;
            let summary = bench.summary(layer).await;
            let TocState::Compared(told) = summary.table else { panic!("{:?}", summary.table) };
            assert_eq!(told.len(), differences, "{tag}: {told:?}");
            let rows = bench.rows(bench.merged()).await;
            let odd: Vec<_> =
                rows.iter().filter(|row| row.odd).map(|row| row.path.clone()).collect();
            let expected: &[&[u8]] = &[b"etc/hosts", b"etc/os-release"];
            assert_eq!(odd, if differences > 0 { expected } else { &[] }, "{tag}");
            // The offsets are now those of the archive, and the contents have been read.
            let stored = bench.details(layer, b"etc/os-release").await.stored.unwrap();
            let question = Question::Content { layer: layer.digest.clone(), offset: stored.offset };
            let content = bench.ask(question).await;
            assert!(matches!(content, Answer::Content(_, Basis::FirstPass)), "{content:?}");
        });
    }
}

type IsReason = fn(&TocRefusal) -> bool;

fn has_other_digest(reason: &TocRefusal) -> bool {
    matches!(
        reason,
        TocRefusal::Table(TocError::Digest { verdict: Verdict::DigestMismatch { .. }, .. })
    )
}

/// Each case is a fault of a table or of its server. It has the reason, true if the table is at fault, and
/// the number of requests until the layer is read instead.
#[test]
fn where_the_table_is_of_no_use_the_layer_is_read_and_it_is_said_why() {
    let other = digest_of(b"other");
    let check = |tag: &str, change: &dyn Fn(&mut Descriptor), expected: (IsReason, bool, usize)| {
        let (is_reason, wrong, requests) = expected;
        let registry = ours(images());
        let name = if tag == "wrong-digest" { "broken/tables" } else { "demo/tables" };
        with_image(&registry, name, tag, async |bench| {
            let mut layer = bench.layers[0].clone();
            change(&mut layer);
            bench.by_table(&layer, false).await;
            let summary = bench.summary(&layer).await;
            assert_eq!((summary.read_state, summary.entries), (ReadState::Unread, 0), "{tag}");
            assert!(bench.asked().1 < 2_000, "{tag}: the layer was read");

            bench.by_table(&layer, true).await;
            assert_eq!(bench.asked().0.len(), requests, "{tag}");
            let summary = bench.summary(&layer).await;
            let TocState::Refused(reason) = &summary.table else {
                panic!("{tag}: {:?}", summary.table)
            };
            assert!(is_reason(reason), "{tag}: {reason:?}");
            assert_eq!(reason.is_wrong(), wrong, "{reason:?}");
            assert_eq!(summary.read_state, ReadState::Complete, "{reason:?}");
            let content = bench.file(&layer, b"usr/lib/charts.bin").await;
            assert_eq!(content, Answer::Content(charts(), Basis::FirstPass), "{reason:?}");
        });
    };
    let set = |name: &'static str, value: String| {
        move |layer: &mut Descriptor| {
            let found = layer.annotations.iter_mut().find(|(known, _)| known == name);
            found.unwrap().1.clone_from(&value);
        }
    };
    let drop_all = |layer: &mut Descriptor| {
        let (name, digest) = (STARGZ_DIGEST.to_owned(), digest_of(b"x").to_string());
        layer.annotations = vec![(name, digest)];
    };
    check("wrong-digest", &|_| (), (has_other_digest, true, 3));
    check("estargz", &set(STARGZ_DIGEST, other.to_string()), (has_other_digest, true, 3));
    let no_digest: IsReason = |reason| *reason == TocRefusal::NoDigest;
    check("estargz", &set(STARGZ_DIGEST, "?".to_owned()), (no_digest, true, 1));
    // This layer does not end in a footer of eStargz.
    let no_footer: IsReason = |reason| *reason == TocRefusal::Table(TocError::NoFooter);
    check("zstd-chunked", &drop_all, (no_footer, false, 2));
    let too_large: IsReason =
        |reason| *reason == TocRefusal::Table(TocError::TooLarge(porthole::caps::TOC_BYTES));
    let cap = (too_large, false, 1);
    check("zstd-chunked", &set(POSITION, "100:50:999999999999:1".to_owned()), cap);
    let no_place: IsReason =
        |reason| *reason == TocRefusal::Table(TocError::Position("x".to_owned()));
    check("zstd-chunked", &set(POSITION, "x".to_owned()), (no_place, true, 1));
    let elsewhere = set(POSITION, "100:50:400:1".to_owned());
    check("zstd-chunked", &elsewhere, (has_other_digest, true, 2));
}

#[test]
fn a_server_without_ranges_sends_the_layer_and_that_is_read() {
    let registry = ours(images().ranges(false));
    with_image(&registry, "demo/tables", "estargz", async |bench| {
        let layer = &bench.layers[0];
        bench.by_table(layer, true).await;
        assert_eq!(bench.asked().0.len(), 1, "the answer to the first request is the layer");
        let summary = bench.summary(layer).await;
        assert_eq!(summary.read_state, ReadState::Complete);
        assert_eq!(summary.table, TocState::Refused(TocRefusal::NoRanges));
        assert!(!TocRefusal::NoRanges.is_wrong());
        let content = bench.file(layer, b"etc/os-release").await;
        assert!(matches!(content, Answer::Content(_, Basis::FirstPass)), "{content:?}");
    });
}

#[test]
fn a_file_that_is_not_what_its_table_says_is_not_shown() {
    let registry = ours(images());
    with_image(&registry, "broken/tables", "wrong-content", async |bench| {
        let layer = &bench.layers[0];
        bench.by_table(layer, false).await;
        let content = bench.file(layer, b"etc/os-release").await;
        assert_eq!(content, Answer::Failed(ContentFault::WrongPart(RangeError::Changed)));
        // Other files are shown.
        let hosts = bench.file(layer, b"etc/hosts").await;
        assert_eq!(hosts, Answer::Content(b"127.0.0.1 localhost\n".to_vec(), Basis::Toc));
        // A server without ranges sends the whole layer, and the client takes the range from it.
        registry.turn(|switches| switches.ranges = false);
        let hosts = bench.file(layer, b"etc/hosts").await;
        assert_eq!(hosts, Answer::Content(b"127.0.0.1 localhost\n".to_vec(), Basis::Toc));
    });
}

#[test]
fn a_table_behind_a_password_or_a_redirect_is_read_all_the_same() {
    let switches = [
        images().auth(Auth::bearer()),
        images().auth(Auth::basic()),
        images().blobs(BlobDelivery::Redirect),
    ];
    for switches in switches {
        let registry = ours(switches);
        with_image(&registry, "demo/tables", "estargz", async |bench| {
            let layer = &bench.layers[0];
            bench.by_table(layer, false).await;
            assert!(matches!(bench.summary(layer).await.table, TocState::Listed { .. }));
            let content = bench.file(layer, b"etc/hosts").await;
            assert_eq!(content, Answer::Content(b"127.0.0.1 localhost\n".to_vec(), Basis::Toc));
        });
    }
}

/// Uses layers that stargz-snapshotter and containers/storage wrote. The table and the archive give the same
/// listing, and each file has its content.
#[test]
fn layers_of_others_are_listed_and_read_by_their_tables() {
    let registry = ours(Switches::default());
    let fixtures = ["estargz", "zstd"].iter().flat_map(|kind| fixtures::of_kind(kind));
    for fixture in fixtures {
        let blobs = blobs(&fixture);
        for layer in blobs.values().flat_map(|blob| layers_of(blob)) {
            let Some(blob) = blobs.get(layer.digest.as_str()) else { continue };
            // Other zstd layers have no table.
            if Opening::new(&layer).is_none() {
                continue;
            }
            push_blob(&registry.host(), "fixtures/tables", blob);
            with_image(&registry, "fixtures/tables", "", async |bench| {
                check_fixture(&bench, &layer, blob).await;
            });
        }
    }
}

async fn check_fixture(bench: &Bench<'_>, layer: &Descriptor, blob: &[u8]) {
    bench.by_table(layer, false).await;
    assert!(bench.asked().0.len() <= 2);
    assert!(matches!(bench.summary(layer).await.table, TocState::Listed { .. }));
    for (entry, content) in archive(blob) {
        if content.is_empty() || entry.path == b"stargz.index.json" {
            continue;
        }
        let read = bench.file(layer, &entry.path).await;
        assert_eq!(read, Answer::Content(content, Basis::Toc));
        assert_eq!(bench.asked().0.len(), 1);
    }
    bench.whole(layer).await;
    assert_eq!(bench.summary(layer).await.table, TocState::Compared(Vec::new()));
}
