//! Images and indexes as objects, and blobs as readers.

use super::*;

const LAYER: &[u8] = b"the bytes of a layer";

/// A registry with an index of one image at `v1`.
struct Shelf {
    bench: Bench,
    index: String,
    image: String,
}

fn entry(media_type: &MediaType, bytes: &[u8]) -> String {
    let (digest, size) = (digest_of(bytes), bytes.len());
    format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}"#)
}

fn shelf() -> Shelf {
    let layer = entry(&MediaType::new("application/x.layer"), LAYER);
    let config = entry(&MediaType::OCI_CONFIG, b"{}");
    let image = format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{layer}]}}"#);
    let child = entry(&MediaType::OCI_MANIFEST, image.as_bytes());
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{child}]}}"#);
    let (the_index, the_image) = (index.clone(), image.clone());
    let bench = Bench::answering(move |request, _| {
        let path = request.url.path();
        let names = |bytes: &[u8]| path.ends_with(digest_of(bytes).as_str());
        let content = match path {
            _ if path.ends_with("/v1") || names(the_index.as_bytes()) => the_index.clone().into(),
            _ if names(the_image.as_bytes()) => the_image.clone().into(),
            _ if names(LAYER) => Bytes::from_static(LAYER),
            _ if names(b"{}") => Bytes::from_static(b"{}"),
            _ => return Reply::status(404),
        };
        let start = request.headers.get("range").and_then(|range| {
            range.strip_prefix("bytes=")?.split('-').next()?.parse::<usize>().ok()
        });
        match start {
            None => Reply::ok(content),
            Some(start) => {
                let (last, size) = (content.len() - 1, content.len());
                let range = format!("bytes {start}-{last}/{size}");
                Reply::status(206).header("Content-Range", &range).body(content.slice(start..))
            }
        }
    });
    Shelf { bench, index, image }
}

#[test]
fn r079_an_index_gives_its_children_and_an_image_its_config_and_layers() {
    let Shelf { bench, image, .. } = shelf();
    let repository = bench.registry.repository(repository());
    let tag = "v1".parse().unwrap();
    let task = async {
        let index = repository.read(Some(&tag), None).await?;
        assert!(index.is_index() && index.layers().is_empty() && index.config().is_none());
        let child = index.child(&index.children()[0]).await?;
        assert_eq!(child.manifest().bytes, image);
        assert_eq!(child.manifest().verification, Verification::Verified);
        assert!(!child.is_index() && child.children().is_empty());
        assert_eq!(child.config().unwrap().digest, digest_of(b"{}"));
        let [layer] = child.layers() else { panic!("{:?}", child.layers()) };
        assert_eq!(collect(child.blob(layer).await?).await?, LAYER);
        let mut opened = child.open(layer);
        opened.seek(4)?;
        assert_eq!(opened.read().await?.unwrap(), LAYER[4..]);
        Ok::<_, Error>(())
    };
    bench.clock.run(task).unwrap().unwrap();
}

#[test]
fn r079_the_tag_is_asked_for_and_the_digest_decides() {
    let Shelf { bench, index, image } = shelf();
    let repository = bench.registry.repository(repository());
    let tag: Tag = "v1".parse().unwrap();
    let (right, wrong) = (digest_of(index.as_bytes()), digest_of(image.as_bytes()));
    for (tag, digest, path, is_right) in [
        (Some(&tag), Some(&right), "/manifests/v1", true),
        (Some(&tag), Some(&wrong), "/manifests/v1", false),
        (None, Some(&right), right.as_str(), true),
        (Some(&tag), None, "/manifests/v1", true),
    ] {
        let before = bench.script.sent().len();
        let found = bench.clock.run(repository.read(tag, digest)).unwrap();
        assert!(bench.script.lines()[before].ends_with(path));
        match found {
            Ok(found) => assert!(is_right && found.manifest().bytes == index),
            Err(error) => {
                assert!(!is_right && matches!(error.kind, ErrorKind::DigestMismatch { .. }));
            }
        }
    }
    let before = bench.script.sent().len();
    let error = bench.clock.run(repository.read(None, None)).unwrap().err().unwrap();
    assert!(matches!(error.kind, ErrorKind::InvalidInput(_)), "{error}");
    assert_eq!(bench.script.sent().len(), before);
}

#[cfg(feature = "native")]
#[test]
fn r082_a_blob_is_read_and_sought_in_through_the_traits_of_tokio() {
    use std::io::{ErrorKind as IoErrorKind, SeekFrom};
    use tokio::io::{AsyncReadExt, AsyncSeekExt};

    let Shelf { bench, .. } = shelf();
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

#[cfg(feature = "native")]
#[test]
fn r081_a_reader_of_wrong_bytes_ends_in_an_error() {
    use tokio::io::AsyncReadExt;

    let bench = Bench::answering(|_, _| Reply::ok("other"));
    let repository = bench.registry.repository(repository());
    let mut reader = repository.blobs().reader(descriptor(b"hello"));
    let mut all = Vec::new();
    let error = bench.clock.run(reader.read_to_end(&mut all)).unwrap().unwrap_err();
    let error = error.get_ref().and_then(|error| error.downcast_ref::<Error>()).unwrap();
    assert!(matches!(error.kind, ErrorKind::DigestMismatch { .. }), "{error}");
}
