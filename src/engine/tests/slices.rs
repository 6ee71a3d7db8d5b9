//! Jobs whose bytes are a slice of a file.

use std::{cell::Cell, ops::Range};

use futures_core::future::LocalBoxFuture;

use super::*;

/// A file in which a blob stands between other bytes, in memory and on disk.
fn files_around(blob: &[u8]) -> Vec<(&'static str, Slice)> {
    let all = [&b"in front"[..], blob, b"behind"].concat();
    let path = std::env::temp_dir().join(format!("porthole-slice-{}", digest_of(&all).encoded()));
    std::fs::write(&path, &all).unwrap();
    let on_disk = std::fs::File::open(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    let range = 8..8 + blob.len() as u64;
    let slice = |file: SharedFile| Slice { file, range: range.clone() };
    vec![("in memory", slice(Rc::new(Bytes::from(all)))), ("on disk", slice(Rc::new(on_disk)))]
}

#[test]
fn a_layer_is_verified_from_a_slice_of_a_file() {
    let plain = archive();
    for bytes in [gzipped(&plain), plain.clone()] {
        let layer = blob(&bytes);
        for (place, slice) in files_around(&bytes) {
            let bench = Bench::in_order([]);
            let job = Job::verify(&layer).with_diff_id(Algorithm::Sha256);
            let found = bench.read_slice(&slice, &job).unwrap();
            assert_eq!(found.verdict, Verdict::Verified, "{place}");
            assert_eq!((found.size, found.diff_id), (layer.size, Some(digest_of(&plain))));
            assert!(bench.script.sent().is_empty(), "no request is sent");
        }
    }
}

#[test]
fn wrong_slices_are_a_finding_and_not_an_error() {
    let right = blob(b"right");
    let slice = |bytes: &'static [u8], range| Slice { file: Rc::new(Bytes::from(bytes)), range };
    let mismatch = |actual| Verdict::SizeMismatch { expected: 5, actual };
    let (expected, actual) = (right.digest.clone(), digest_of(b"wrong"));
    for (slice, verdict) in [
        (slice(b"wrong", 0..5), Verdict::DigestMismatch { expected, actual }),
        (slice(b"right", 0..3), mismatch(3)),
        (slice(b"righter", 0..7), mismatch(7)),
        (slice(b"rig", 0..5), mismatch(3)),
        (slice(b"right", std::ops::Range { start: 5, end: 3 }), mismatch(0)),
    ] {
        let bench = Bench::in_order([]);
        let found = bench.read_slice(&slice, &Job::verify(&right)).unwrap();
        assert_eq!(found.verdict, verdict);
    }
}

/// A file that counts the bytes that are read of it.
struct Counted(Bytes, Cell<u64>);

impl LocalFile for Counted {
    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'static, Result<Bytes>> {
        self.1.set(self.1.get() + range.end - range.start);
        self.0.read(range)
    }
}

#[test]
fn a_layer_in_a_slice_is_indexed_and_its_files_are_read_by_ranges() {
    let content: Vec<u8> = (0..900_000_u32).flat_map(|n| (n / 3).to_le_bytes()).collect();
    let mut plain = archive_of("large", &content);
    plain.truncate(plain.len() - 1024);
    let offset = plain.len() as u64 + 512;
    plain.extend(archive_of("other", &content[..100_000]));
    let layer = blob(&plain);
    let file = Rc::new(Counted(plain.into(), Cell::new(0)));
    let slice = Slice { file: Rc::clone(&file) as SharedFile, range: 0..layer.size };
    let bench = Bench::in_order([]);
    bench.read_slice(&slice, &Job::verify(&layer).retaining(7)).unwrap();
    assert_eq!(file.1.take(), layer.size);
    let part = RowRange { offset: 0, count: 10 };
    let scope = Scope { layers: vec![layer.digest.clone()], ..Scope::default() };
    let Answer::Rows(rows) = bench.ask(7, &Question::Largest { scope, part }) else {
        panic!("rows")
    };
    assert_eq!(rows.total, 2);
    let location = FileLocation { offset, cap: 8 << 20 };
    bench.read_slice(&slice, &Job::verify(&layer).retaining_file(7, location)).unwrap();
    let question = Question::Content { layer: layer.digest, offset };
    let expected = Answer::Content(content[..100_000].to_vec(), Basis::FirstPass);
    assert!(bench.ask(7, &question) == expected);
    assert!(file.1.take() < 400_000, "only the part with the file is read");
}
