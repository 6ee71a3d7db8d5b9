//! Tests that answers come back from bytes as they were given.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    content::zip::ZipFault,
    error::ErrorKind,
    layers::{
        index::TocRefusal,
        ranges::toc::{Format, TocDifference, TocFault},
    },
};

fn row() -> Row {
    Row {
        path: b"a/\xff".to_vec(),
        depth: 3,
        kind: EntryKind::Other(b'w'),
        mode: 0o7777,
        uid: u64::MAX,
        gid: 2,
        mtime: -5,
        size: 1 << 40,
        layer: 7,
        change: Some(ChangeKind::Removed),
        removed: true,
        children: 9,
        open: true,
        link: b"x".to_vec(),
        odd: true,
    }
}

fn with_table(table: TocState) -> LayerSummary {
    LayerSummary { table, ..LayerSummary::default() }
}

fn samples() -> Vec<Answer> {
    let usage = Usage { total: 10, visible: 4 };
    let changes = vec![(0, ChangeKind::Added, 10), (3, ChangeKind::Changed, 4)];
    let details = Details {
        row: row(),
        user: b"u".to_vec(),
        group: b"g".to_vec(),
        device: (1, 2),
        sparse: true,
        opaque: false,
        xattrs: vec![("user.x".to_owned(), vec![1, 2])],
        odd: vec![Warning::UnknownKind(7)],
        changes: changes.clone(),
        is_another_name: true,
        first_name: Some((b"s".to_vec(), true)),
        target: Some(b"t".to_vec()),
        stored: Some(Stored { layer: 1, offset: 2, stored: 3, size: 4, part: Some(5) }),
    };
    let bare = Details { target: None, stored: None, ..details.clone() };
    let package = Package { name: "zlib".to_owned(), size: Some(7), ..Package::default() };
    let layers = vec![
        LayerSummary { changes: Some([1, 2, 3]), entries: 5, ..LayerSummary::default() },
        LayerSummary {
            read_state: ReadState::Partial(Incomplete::BrokeOff(ErrorKind::Status(403))),
            ..LayerSummary::default()
        },
        LayerSummary { read_state: ReadState::Complete, ..LayerSummary::default() },
        with_table(TocState::Listed {
            format: Format::Estargz,
            faults: vec![TocFault::ChunkWithoutFile],
        }),
        with_table(TocState::Refused(TocRefusal::NoRanges)),
        with_table(TocState::Compared(vec![TocDifference::More(3)])),
    ];
    let path = WastedPath { path: b"p".to_vec(), bytes: 6, changes };
    vec![
        Answer::Unknown,
        Answer::Nothing,
        Answer::Rows(Rows { total: 5, rows: vec![row(), Row { change: None, ..row() }] }),
        Answer::Wasted(Wasted { usage, total: 1, paths: vec![path] }),
        Answer::Summary(Summary { layers, usage, visible: 8, left_out: 9 }),
        Answer::Details(Box::new(details)),
        Answer::Details(Box::new(bare)),
        Answer::Packages(Packages {
            system: "Debian".to_owned(),
            facts: vec![("ID".to_owned(), "debian".to_owned())],
            found: true,
            known: 2,
            total: 1,
            packages: vec![("dpkg".to_owned(), b"var".to_vec(), package)],
            problems: vec![(b"p".to_vec(), DatabaseProblem::NotKept)],
        }),
        Answer::Content(vec![0, 255], Basis::FirstPass),
        Answer::Content(vec![], Basis::LooseToc),
        Answer::Content(vec![1], Basis::Unhashed),
        Answer::Failed(ContentFault::TooLarge(1 << 40)),
        Answer::ArchiveListing(ArchiveListing {
            unpacked_size: 7,
            total: 3,
            members: vec![ArchiveMember { name: b"m".to_vec(), size: 4, kind: EntryKind::Symlink }],
            problems: vec![
                ArchiveProblem::Tar(Warning::BadHeader),
                ArchiveProblem::Zip(ZipFault::BrokenAt(7)),
            ],
            unpacked: vec![1],
        }),
    ]
}

#[test]
fn answers_come_back_as_they_were_given() {
    for answer in samples() {
        let bytes = answer.to_bytes();
        assert_eq!(Answer::from_bytes(&bytes).unwrap(), answer);
        for end in 0..bytes.len() {
            assert_eq!(Answer::from_bytes(bytes.get(..end).unwrap()), None, "{answer:?}");
        }
    }
}
