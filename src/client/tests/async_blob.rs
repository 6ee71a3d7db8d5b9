//! A blob as Tokio's reader that seeks.

use std::io::{ErrorKind as IoErrorKind, SeekFrom};

use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::*;

const LAYER: &[u8] = b"the bytes of a layer";

/// A registry that sends the layer, whole or from a byte on.
fn layer_registry() -> Bench {
    Bench::answering(|request, _| {
        let start = request.headers.get("range").and_then(|range| {
            range.strip_prefix("bytes=")?.split('-').next()?.parse::<usize>().ok()
        });
        match start {
            None => Reply::ok(LAYER),
            Some(start) => {
                let (last, size) = (LAYER.len() - 1, LAYER.len());
                let range = format!("bytes {start}-{last}/{size}");
                Reply::status(206).header("Content-Range", &range).body(&LAYER[start..])
            }
        }
    })
}

#[test]
fn r082_a_blob_is_read_and_sought_in_through_the_traits_of_tokio() {
    let bench = layer_registry();
    let repository = bench.registry.repository(repository());
    let mut reader = repository.blobs().reader(descriptor(LAYER));
    let task = async {
        let (mut first, mut all, mut rest) = ([0; 3], Vec::new(), String::new());
        reader.seek(SeekFrom::Start(4)).await?;
        reader.seek(SeekFrom::Current(0)).await?;
        assert_eq!(bench.script.sent().len(), 0, "seeking asks for nothing");
        reader.read_exact(&mut first).await?;
        assert_eq!((&first, reader.stream_position().await?), (b"byt", 7));
        reader.rewind().await?;
        reader.read_to_end(&mut all).await?;
        assert_eq!(all, LAYER);
        for outside in [SeekFrom::End(1), SeekFrom::Start(99), SeekFrom::Current(-99)] {
            let error = reader.seek(outside).await.unwrap_err();
            assert_eq!(error.kind(), IoErrorKind::InvalidInput);
        }
        assert_eq!(reader.seek(SeekFrom::End(-5)).await?, 15);
        reader.read_to_string(&mut rest).await?;
        assert_eq!((rest.as_str(), reader.read(&mut first).await?), ("layer", 0));
        Ok::<_, std::io::Error>(())
    };
    bench.clock.run(task).unwrap().unwrap();
    let ranges: Vec<_> = (0..3).map(|at| bench.header(at, "range").is_some()).collect();
    assert_eq!(ranges, [true, false, true]);
}

#[test]
fn r081_a_reader_of_wrong_bytes_ends_in_an_error() {
    let bench = Bench::answering(|_, _| Reply::ok("other"));
    let repository = bench.registry.repository(repository());
    let mut reader = repository.blobs().reader(descriptor(b"hello"));
    let mut all = Vec::new();
    let error = bench.clock.run(reader.read_to_end(&mut all)).unwrap().unwrap_err();
    let error = error.get_ref().and_then(|error| error.downcast_ref::<Error>()).unwrap();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
}
