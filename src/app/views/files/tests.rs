#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::rc::Rc;

use super::*;
use crate::{
    app::{
        Route,
        tasks::read_layers::{LayerReading, LayerState, Way, read_layer},
        views::layers::layers,
    },
    caps,
    content::verify::digest_of,
    error::ErrorKind,
    oci::{Descriptor, MediaType, RepositoryName},
    ops::blob_reader::LocalReader,
    sources::memory::MemoryRegistry,
    testing::recorder::run,
};

const TAR: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

fn image(media_types: &[&str]) -> Layers {
    let layer = |(number, media_type): (usize, &&str)| {
        Descriptor::new(MediaType::new(*media_type), digest_of(&[number as u8]), 100)
    };
    let descriptors: Vec<_> = media_types.iter().enumerate().map(layer).collect();
    layers(&descriptors, &[digest_of(b"diff")], None)
}

fn place(parts: &str) -> Place {
    match Route::parse(&format!("#/localhost:5000/a:1?view=files{parts}")) {
        Route::Reference(place) => *place,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_layer_is_named_by_its_digest_or_its_diff_id() {
    let check = |parts: &str, expected: Option<Option<u16>>| {
        let files = Files::new(&place(parts), image(&[TAR, TAR]));
        assert_eq!(files.map(|files| files.chosen), expected, "{parts}");
    };
    check("", Some(None));
    check(&format!("&layer={}", digest_of(&[1])), Some(Some(1)));
    check(&format!("&layer={}", digest_of(b"diff")), Some(Some(0)));
    check(&format!("&layer={}", digest_of(b"other")), None);
}

#[test]
fn layers_that_nobody_can_read_are_not_needed() {
    let encrypted = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted";
    let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    let files = Files::new(&place(""), image(&[TAR, encrypted, foreign, TAR])).unwrap();
    assert_eq!(files.needed(), [0, 3]);
    assert_eq!(files.bytes(&[0, 3, 3]), 200);
    let obstacle = |number| files.layer(number).and_then(closed);
    assert_eq!(obstacle(1), Some(Obstacle::Encrypted(vec![])));
    assert_eq!(obstacle(2), Some(Obstacle::Foreign(vec![])));
}

#[test]
fn a_layer_with_a_table_costs_nothing_to_list() {
    let layer = |annotation: &str, size: u64| {
        let mut layer =
            Descriptor::new(MediaType::new(TAR), digest_of(annotation.as_bytes()), size);
        layer.annotations.push((annotation.to_owned(), "x".to_owned()));
        layer
    };
    let layers = layers(
        &[
            layer("containerd.io/snapshot/stargz/toc.digest", 1 << 40),
            layer("io.github.containers.zstd-chunked.manifest-checksum", 1 << 40),
            layer("other", 7),
            layer("large", 1 << 40),
        ],
        &[],
        None,
    );
    let files = Files::new(&place(""), layers).unwrap();
    assert_eq!(files.cost(&[0, 1, 2]), 7);
    assert_eq!(files.at_once(&[0, 1, 2]).0, [0, 1, 2]);
    assert_eq!(files.at_once(&[0, 2, 3]).0, [0], "the rest is too much");
}

/// The most bytes that a link reads of layers, by their sizes and whether they have a table.
fn most(layers: &[(u64, bool)]) -> Option<u64> {
    let allowance = Allowance::share(layers)?;
    let ways = layers.iter().map(|(size, has_table)| allowance.way(*size, *has_table).most);
    Some(ways.fold(0, u64::saturating_add))
}

#[test]
fn cap_link_reads_and_cap_link_file_hold_whatever_is_claimed() {
    let all = caps::LINK_READS - caps::LINK_FILE;
    let check = |layers: &[(u64, bool)], is_read: bool| {
        let most = most(layers);
        assert_eq!(most.is_some(), is_read, "{layers:?}");
        assert!(most.unwrap_or_default() <= all, "{layers:?}: {most:?}");
    };
    check(&[(all, false)], true);
    check(&[(all + 1, false)], false);
    check(&[(all / 2, false), (all / 2, false)], true);
    check(&[(all / 2, false), (all / 2 + 1, false)], false);
    check(&[(0, false)], true);
    check(&[(all / 2, true)], true);
    // Twenty-four layers of 8 MiB that claim a table of contents.
    check(&[(8 << 20, true); 24], true);
    check(&[(u64::MAX, true); 1_000], true);
    check(&[(u64::MAX, true), (u64::MAX, false)], false);
    check(&[(1 << 20, true), (all / 2, false), (1 << 40, true)], true);
    check(&[], false);
    let tables = Allowance::tables_only(24).way(8 << 20, true);
    assert_eq!(tables.most, all / 24);
    assert!(!tables.table.unwrap().or_whole);
}

#[test]
fn a_layer_that_sends_more_than_it_may_is_left() {
    let bytes = vec![0; 1_000];
    let memory = MemoryRegistry::new("memory");
    let repository: RepositoryName = "a".parse().unwrap();
    let layer = memory.add_blob(&repository, MediaType::new(TAR), bytes);
    let check = |most: u64, expected: Option<ErrorKind>| {
        let blobs = LocalReader::new(&memory);
        let way = Way { table: None, most };
        let mut progress = |_| {};
        let read = read_layer(&blobs, &repository, (&layer, None), way, &mut progress);
        assert_eq!(run(read).err().map(|error| error.kind), expected, "{most}");
    };
    check(1_000, None);
    check(999, Some(ErrorKind::TooLarge { limit: 999 }));
}

#[test]
fn an_address_holds_the_list_the_path_and_what_is_looked_for() {
    let parts = "&path=etc/%5Cxff&list=packages&find=ssl";
    let files = Files::new(&place(parts), image(&[TAR])).unwrap();
    assert_eq!(files.path, b"etc/\xff");
    let question = files.rows(Vec::new(), Sort::Name, false);
    assert!(matches!(question, Question::Packages { filter, .. } if filter == "ssl"));
    let files = Files { list: FileList::Tree, ..files };
    assert!(matches!(files.rows(Vec::new(), Sort::Name, false), Question::Find { .. }));
    let place = at_path(&place(parts), None, b"usr/\xfe");
    let address = Route::from(place).to_string();
    assert_eq!(address, "localhost:5000/a:1?view=files&path=usr/%5Cxfe");
}

#[test]
fn reading_tells_what_is_done_how_fast_and_what_failed() {
    let mut reading = LayerReading::default();
    reading.begin(&[0, 1, 2], 3_000, 1_000);
    assert!(reading.is_running());
    assert_eq!((reading.take_next(), reading.take_next()), (Some(0), Some(1)));
    reading.progress(0, 500, 2_000);
    assert_eq!((reading.done(), reading.speed(), reading.left()), (500, Some(500), Some(5)));
    reading.end(0, Ok(1_000), 2_000);
    reading.end(1, Err(Rc::new(ErrorKind::Unavailable.into())), 2_000);
    assert_eq!((reading.done(), reading.failures().count(), reading.generation), (1_000, 1, 2));
    assert!(matches!(reading.state(2), Some(LayerState::Waiting)));
    reading.cancel();
    assert!(!reading.is_running() && reading.state(2).is_none() && reading.take_next().is_none());
    assert_eq!(reading.failures().count(), 1);
}

#[test]
fn cap_image_layers_leaves_the_layers_above_out() {
    let numbers = |count: usize| {
        let files = Files::new(&place(""), image(&vec![TAR; count])).unwrap();
        (files.numbers().count(), files.needed().len())
    };
    let most = caps::IMAGE_LAYERS;
    assert_eq!(numbers(most), (most, most));
    assert_eq!(numbers(most + 1), (most, most));
}
