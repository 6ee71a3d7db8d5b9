//! Jobs whose bytes are a part of a file that the person chose. A real `Blob` crosses a real channel to
//! the engine, and no request is sent for it.

use std::rc::Rc;

use js_sys::{Array, Promise, Reflect, Uint8Array};
use porthole::{
    content::verify::{Verdict, digest_of},
    engine::{BlobFile, Engine, Job, SharedFile, Slice, engines, serve_port},
    layers::{
        file_location::FileLocation,
        index::{Answer, Question, RowRange, Scope},
    },
    oci::{Algorithm, Descriptor, MediaType},
};
use wasm_bindgen::{JsValue, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, MessageChannel};

/// Starts engines at the other end of a channel, as `static/boot.js` does where no worker starts.
fn engine() -> Rc<Engine> {
    let open = Closure::<dyn Fn() -> JsValue>::new(|| {
        let channel = MessageChannel::new().unwrap();
        serve_port(channel.port2().into());
        Promise::resolve(&channel.port1()).into()
    });
    Reflect::set(&js_sys::global(), &"portholeEngine".into(), &open.into_js_value()).unwrap();
    engines(1)
}

/// A file of the browser in which these bytes stand between others.
fn slice_around(bytes: &[u8]) -> Slice {
    let parts = [&b"in front"[..], bytes, b"behind"].map(Uint8Array::from);
    let blob = Blob::new_with_u8_array_sequence(&parts.iter().collect::<Array>()).unwrap();
    let file: SharedFile = Rc::new(BlobFile(blob));
    Slice { file, range: 8..8 + bytes.len() as u64 }
}

fn layer_of(bytes: &[u8]) -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, digest_of(bytes), bytes.len() as u64)
}

/// An archive of files, each a name and the bytes that fill it.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = Vec::new();
    for (name, content) in files {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        all.extend(header);
        all.extend(*content);
        all.resize(all.len().next_multiple_of(512), 0);
    }
    all.resize(all.len() + 1024, 0);
    all
}

#[wasm_bindgen_test]
async fn a_part_of_a_file_is_verified_by_the_engine() {
    let engine = engine();
    let right = archive(&[("hello", b"world")]);
    let layer = layer_of(&right);
    let mut wrong = right.clone();
    wrong[600] ^= 1;
    let differs =
        Verdict::DigestMismatch { expected: layer.digest.clone(), actual: digest_of(&wrong) };
    for (bytes, verdict) in [(&right, Verdict::Verified), (&wrong, differs)] {
        let job = Job::verify(&layer).with_diff_id(Algorithm::Sha256);
        let mut last = 0;
        let found =
            engine.read_slice(slice_around(bytes), job, &mut |read| last = read).await.unwrap();
        assert_eq!(found.verdict, verdict);
        assert_eq!((found.size, last), (layer.size, layer.size));
        assert_eq!(
            found.diff_id,
            Some(digest_of(bytes)),
            "an uncompressed layer is its own diff ID"
        );
    }
}

/// The same handle serves the listing, and afterwards one file of the layer by a range.
#[wasm_bindgen_test]
async fn a_layer_in_a_file_is_listed_and_its_files_are_read() {
    let engine = engine();
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let bytes = archive(&[("large", &content), ("other", &content[..70_000])]);
    let layer = layer_of(&bytes);
    let slice = slice_around(&bytes);
    let set = engine.new_set();
    let job = Job::verify(&layer).retaining(set);
    engine.read_slice(slice.clone(), job, &mut |_| ()).await.unwrap();
    let scope = Scope { layers: vec![layer.digest.clone()], ..Scope::default() };
    let question = Question::Largest { scope, part: RowRange { offset: 0, count: 10 } };
    let Answer::Rows(rows) = engine.ask(set, &question).await.unwrap() else { panic!("rows") };
    assert_eq!(rows.total, 2);
    let offset = 512 + content.len().next_multiple_of(512) as u64 + 512;
    let file = FileLocation { offset, cap: 1 << 20 };
    let job = Job::verify(&layer).retaining_file(set, file);
    engine.read_slice(slice, job, &mut |_| ()).await.unwrap();
    let question = Question::Content { layer: layer.digest, offset };
    let Answer::Content(read, _) = engine.ask(set, &question).await.unwrap() else {
        panic!("content")
    };
    assert!(read == content[..70_000]);
}

/// A file that is gone or may not be read rejects; the job ends with an error that carries the reason.
#[wasm_bindgen_test]
async fn a_file_that_cannot_be_read_is_an_error() {
    let slice = slice_around(b"right");
    let array_buffer = Closure::<dyn Fn() -> Promise>::new(|| {
        Promise::reject(&js_sys::Error::new("the file has changed").into())
    });
    let prototype = Reflect::get(&js_sys::global(), &"Blob".into())
        .and_then(|class| Reflect::get(&class, &"prototype".into()))
        .unwrap();
    let name = JsValue::from_str("arrayBuffer");
    let before = Reflect::get(&prototype, &name).unwrap();
    Reflect::set(&prototype, &name, array_buffer.as_ref()).unwrap();
    let job = Job::verify(&layer_of(b"right"));
    let outcome = engine().read_slice(slice, job, &mut |_| ()).await;
    Reflect::set(&prototype, &name, &before).unwrap();
    let error = outcome.expect_err("nothing can be read");
    assert!(format!("{error:?}").contains("the file has changed"), "{error:?}");
}
