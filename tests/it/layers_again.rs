//! Files of layers that were listed before. The registry counts the requests and bytes for each.

use std::{io::Write as _, rc::Rc};

use futures_util::future::{Either, select};
use porthole::{
    app::{RegistryAddress, remote, settings::NoStore},
    content::{decode::DecodeLimits, tar::ArchiveEvent},
    engine::Engine,
    layers::{
        file_location::FileLocation,
        index::{Answer, Question},
        pass::{LayerReader, Wanted},
        ranges::Basis,
    },
    oci::{Descriptor, MediaType},
    ops::blob_reader::SharedBlobReader,
    transport::{Native, Stack, SystemClock},
};
use test_registry::{Switches, TestRegistry};

use crate::{
    client::{descriptor, name, noise, run},
    servers::ours,
};

const FILES: usize = 40;

/// Returns a text that no other file has. It is larger than the contents that a listing keeps.
fn content(number: usize) -> Vec<u8> {
    let words = noise(90_000, number as u32 + 1);
    words.chunks(3).flat_map(|word| format!("{word:?} of {number}\n").into_bytes()).collect()
}

fn archive() -> Vec<u8> {
    let file = |number: usize| entry(&format!("f{number:02}"), &content(number));
    (0..FILES).flat_map(file).chain([0; 1024]).collect()
}

fn entry(path: &str, content: &[u8]) -> Vec<u8> {
    let mut block = vec![0_u8; 512];
    block[..path.len()].copy_from_slice(path.as_bytes());
    block[100..107].copy_from_slice(b"0000644");
    block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    block[156] = b'0';
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.extend_from_slice(content);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

/// Compresses at the level of most tools. The fastest level of zlib-ng makes a single block, in which
/// reading can begin only at the start.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Returns the offsets at which the contents of an archive begin.
fn offsets(archive: &[u8]) -> Vec<u64> {
    let wanted = Wanted { archive: Some(porthole::content::tar::archive), ..Wanted::default() };
    let blob = descriptor(MediaType::OCTET_STREAM, archive);
    let mut reader = LayerReader::new(&blob.digest, blob.size, &wanted, DecodeLimits::default());
    let mut offsets = Vec::new();
    let mut visit = |event: ArchiveEvent<'_>| {
        if let ArchiveEvent::Entry(entry) = event {
            offsets.push(entry.offset);
        }
        std::ops::ControlFlow::Continue(())
    };
    reader.push(archive, &mut visit).unwrap();
    reader.finish(&mut visit);
    offsets
}

/// The cost of opening one file after the listing: the requests, and the bytes of their bodies.
struct Cost {
    requests: usize,
    bytes: u64,
}

/// Lists a layer in an engine, then opens files of it in a mixed order.
fn look(server: &TestRegistry, bytes: &[u8], offsets: &[u64]) -> Vec<Cost> {
    let layer = descriptor(MediaType::OCTET_STREAM, bytes);
    server.add_blob("a/b", layer.digest.as_str(), bytes.to_vec());
    run(async {
        let network = Rc::new(Native::new().unwrap());
        let (engine, serving) = Engine::local(Rc::clone(&network) as _, Rc::new(SystemClock));
        let stack = Stack::over(network, Rc::new(SystemClock));
        let address = RegistryAddress::new(server.host().parse().unwrap());
        let blobs = remote(stack, engine, Rc::new(NoStore))(&address).unwrap().blobs;
        match select(Box::pin(costs(server, &blobs, &layer, offsets)), serving).await {
            Either::Left((costs, _)) => costs,
            Either::Right(_) => panic!("the engine ended"),
        }
    })
}

async fn costs(
    server: &TestRegistry,
    blobs: &SharedBlobReader,
    layer: &Descriptor,
    offsets: &[u64],
) -> Vec<Cost> {
    let repository = name("a/b");
    server.log().clear();
    blobs.open(&repository, layer, None, &mut |_| {}).await.unwrap();
    assert_eq!(server.log().len(), 1, "the listing");
    let mut costs = Vec::new();
    for number in (0..FILES).step_by(3).map(|n| (n * 7 + 3) % FILES) {
        server.log().clear();
        let offset = offsets[number];
        let file = FileLocation { offset, cap: 8 << 20 };
        blobs.open(&repository, layer, Some(file), &mut |_| {}).await.unwrap();
        let question = Question::Content { layer: layer.digest.clone(), offset };
        let kept = blobs.ask(&question).await.unwrap();
        assert!(kept == Answer::Content(content(number), Basis::FirstPass), "file {number}");
        let (requests, bytes) = (server.log().len(), server.log().bytes_sent());
        costs.push(Cost { requests, bytes });
    }
    costs
}

#[test]
fn a_file_of_a_listed_layer_costs_one_request_for_a_few_of_its_bytes() {
    let plain = archive();
    let offsets = offsets(&plain);
    let frames: Vec<u8> = plain.chunks(700_000).flat_map(zstd).collect();
    let file = content(0).len() as u64;
    for (kind, blob, most) in [
        // The bytes from the last checkpoint to the file, the file, and those up to the next mark.
        ("gzip", gzip(&plain), (1 << 20) + file + (128 << 10)),
        ("zstd of many frames", frames, (2 << 20) + file + (128 << 10)),
        ("not compressed", plain.clone(), file + (128 << 10)),
    ] {
        let costs = look(&ours(Switches::default()), &blob, &offsets);
        let bytes = costs.iter().map(|cost| cost.bytes).max().unwrap();
        println!("{kind}: {bytes} of {} bytes at most for a file of {file}", blob.len());
        assert!(costs.iter().all(|cost| cost.requests == 1), "{kind}");
        assert!(bytes <= most && bytes * 5 < blob.len() as u64, "{kind}: {bytes}");
    }
}

#[test]
fn one_frame_and_a_server_without_ranges_are_read_to_the_end_of_the_file() {
    let plain = archive();
    let offsets = offsets(&plain);
    for (kind, blob, ranges) in [
        ("zstd of one frame", zstd(&plain), true),
        ("gzip without ranges", gzip(&plain), false),
        ("not compressed, without ranges", plain.clone(), false),
    ] {
        let costs = look(&ours(Switches::default().ranges(ranges)), &blob, &offsets);
        assert!(costs.iter().all(|cost| cost.requests == 1), "{kind}");
        // Reading can begin only at the start of the frame. A server may send more than the client takes.
        let bytes = costs.iter().map(|cost| cost.bytes).min().unwrap();
        println!("{kind}: {bytes} of {} bytes at least", blob.len());
        assert!(!ranges || bytes < blob.len() as u64 / 3, "{kind}: {bytes}");
    }
}
