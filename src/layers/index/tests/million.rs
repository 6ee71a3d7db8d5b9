//! A test with a layer of a million entries.

use super::*;

/// A layer of a million entries: each question looks at what it shows, after one pass at first.
#[test]
fn a_million_entries_cost_no_more_than_what_is_shown() {
    const DIRECTORIES: u32 = 1_000;
    let mut lister = Lister::new();
    for directory in 0..DIRECTORIES {
        for file in 0..999 {
            let path = format!("d{directory:04}/f{file:03}");
            let _ =
                lister.take(ArchiveEvent::Entry(Box::new(entry(&path, EntryKind::File, "", 100))));
        }
    }
    let listing = lister.finish();
    assert_eq!(listing.count, 999_000);
    assert!(listing.weight() < 40_000_000, "{} bytes", listing.weight());
    let mut index = LayerIndex::new();
    let digest = digest_of(b"large");
    index.put(digest.clone(), LayerRecord { listing, ..LayerRecord::default() });
    let scope = Scope { layers: vec![digest], ..Scope::default() };
    let open: Vec<String> = (0..DIRECTORIES).map(|number| format!("d{number:04}")).collect();
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    let first = ask_rows(&mut index, &scope, &[], Sort::Name, part(0..50));
    assert_eq!((first.total, first.rows.len()), (1_000, 50));
    let mut check = |open: &[&str], window: Range<u64>, first: &str, total: u64| {
        let before = index.visited_nodes();
        let rows = ask_rows(&mut index, &scope, open, Sort::Name, part(window));
        assert_eq!((drawn(&rows)[0].trim(), rows.total, rows.rows.len()), (first, total, 50));
        let cost = index.visited_nodes() - before;
        assert!(cost <= 51 + open.len() as u64, "{cost} nodes for 50 rows");
    };
    check(&[], 900..950, "d0900", 1_000);
    check(&["d0500"], 700..750, "d0500/f199", 1_999);
    check(&open, 500_000..500_050, "d0500", 1_000_000);
    check(&open, 999_950..1_000_000, "d0999/f949", 1_000_000);
}
