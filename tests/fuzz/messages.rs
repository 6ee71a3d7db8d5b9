//! The messages between page and engine. A changed message is refused, or read as another message whose
//! bytes read as the same again.

use std::fmt::Debug;

use porthole::{
    content::{
        codec,
        packages::Package,
        tar::Warning,
        verify::{Verdict, digest_of},
    },
    engine::Job,
    error::ErrorKind,
    layers::{
        file_location::FileLocation,
        findings::{Findings, ReadFault},
        index::{
            Answer, ContentFault, Incomplete, LayerIndex, LayerSummary, Packages, Question,
            ReadState, RowRange, Rows, Scope, Sort, Summary, Wasted, WastedPath,
        },
        ranges::Basis,
        tree::{ChangeKind, Usage},
    },
    oci::{Algorithm, Descriptor, MediaType},
};

use crate::targets::Target;

/// The messages of all kinds.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "question", seeds: questions, run: question },
    Target {
        name: "answer",
        seeds: answers,
        run: |input| writes_and_reads(input, Answer::from_bytes, Answer::to_bytes),
    },
    Target {
        name: "job",
        seeds: jobs,
        run: |input| writes_and_reads::<Job>(input, codec::from_bytes, codec::to_bytes),
    },
    Target {
        name: "findings",
        seeds: findings,
        run: |input| writes_and_reads(input, Findings::unpack, Findings::pack),
    },
];

fn writes_and_reads<T: Debug + PartialEq>(
    input: &[u8],
    read: impl Fn(&[u8]) -> Option<T>,
    write: impl Fn(&T) -> Vec<u8>,
) {
    let Some(message) = read(input) else { return };
    assert_eq!(read(&write(&message)).as_ref(), Some(&message));
}

/// Checks that every question gets a well-formed answer.
fn question(input: &[u8]) {
    writes_and_reads(input, Question::from_bytes, Question::to_bytes);
    let answer = LayerIndex::new().ask(input);
    assert!(Answer::from_bytes(&answer).is_some());
}

fn scope() -> Scope {
    Scope { layers: vec![digest_of(b"a"), digest_of(b"b")], only: Some(1), with_removed: true }
}

fn questions() -> Vec<Vec<u8>> {
    let (scope, part) = (scope(), RowRange { offset: 300, count: 7 });
    let (layer, path) = (digest_of(b"a"), b"etc/\xff".to_vec());
    let rows = Question::Rows {
        scope: scope.clone(),
        below: path.clone(),
        open: vec![path.clone(), Vec::new()],
        sort: Sort::Size,
        part,
    };
    let all = [
        rows,
        Question::Find { scope: scope.clone(), pattern: "*.so".to_owned(), part },
        Question::Largest { scope: scope.clone(), part },
        Question::Wasted { scope: scope.clone(), part },
        Question::Summary(scope.clone()),
        Question::Details { scope: scope.clone(), path },
        Question::Packages { scope, filter: "ssl".to_owned(), part },
        Question::Content { layer: layer.clone(), offset: 512 },
        Question::ArchiveListing { layer: layer.clone(), offset: 512, part },
        Question::ArchiveMember { layer, offset: 512, name: b"META-INF/MANIFEST.MF".to_vec() },
    ];
    all.iter().map(Question::to_bytes).collect()
}

fn answers() -> Vec<Vec<u8>> {
    let usage = Usage { total: 1 << 40, visible: 4 };
    let layer = LayerSummary {
        read_state: ReadState::Partial(Incomplete::BrokeOff(ErrorKind::Unavailable)),
        changes: Some([1, 2, 3]),
        odd: vec![Warning::BadHeader],
        ..LayerSummary::default()
    };
    let changes = vec![(3, ChangeKind::Removed, 0)];
    let path = WastedPath { path: b"a".to_vec(), bytes: 9, changes };
    let package = (String::from("apk"), b"lib".to_vec(), Package::default());
    let packages = Packages { packages: vec![package], ..Packages::default() };
    let all = [
        Answer::Unknown,
        Answer::Nothing,
        Answer::Rows(Rows::default()),
        Answer::Wasted(Wasted { usage, total: 1, paths: vec![path] }),
        Answer::Summary(Summary { layers: vec![layer], usage, visible: 5, left_out: 1 }),
        Answer::Packages(packages),
        Answer::Content(vec![0, 255], Basis::FirstPass),
        Answer::Failed(ContentFault::BrokeOff(ErrorKind::Status(403))),
    ];
    all.iter().map(Answer::to_bytes).collect()
}

fn jobs() -> Vec<Vec<u8>> {
    let mut blob = Descriptor::new(MediaType::OCTET_STREAM, digest_of(b"a"), 1 << 33);
    let name = "containerd.io/snapshot/stargz/toc.digest".to_owned();
    blob.annotations.push((name, digest_of(b"b").to_string()));
    let all = [
        Job::verify(&blob).with_diff_id(Algorithm::Sha512),
        Job::verify(&blob).retaining(7).by_toc(&blob, 9, true),
        Job::verify(&blob).retaining_file(7, FileLocation { offset: 512, cap: 8 << 20 }),
    ];
    all.iter().map(codec::to_bytes).collect()
}

fn findings() -> Vec<Vec<u8>> {
    let (expected, actual) = (digest_of(b"a"), digest_of(b"b"));
    let verdicts = [
        Verdict::Verified,
        Verdict::DigestMismatch { expected: expected.clone(), actual },
        Verdict::SizeMismatch { expected: 5, actual: 7 },
        Verdict::Unsupported(expected.clone()),
    ];
    let found = |verdict| Findings {
        verdict,
        size: 5,
        compression: None,
        plain_size: 1 << 33,
        diff_id: Some(expected.clone()),
        problem: Some(ReadFault::NotAnArchive),
        encoding: None,
    };
    verdicts.map(|verdict| found(verdict).pack()).into()
}
