//! Messages between threads of a browser: bytes, and the handle of a file beside them.

use std::{any::Any, ops::Range, rc::Rc};

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, MessagePort};

use super::{origin::LocalFile, packing::Message};
use crate::error::{ErrorKind, Result};

/// A `Blob` of the browser, such as a file that the user chose. It crosses by structured clone, which
/// copies no bytes.
pub struct BlobFile(pub Blob);

impl LocalFile for BlobFile {
    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'static, Result<Bytes>> {
        // Sizes of files are far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let slice = self.0.slice_with_f64_and_f64(range.start as f64, range.end as f64);
        async move {
            let buffer = JsFuture::from(slice.map_err(refused)?.array_buffer()).await;
            let buffer: ArrayBuffer = buffer.map_err(refused)?.unchecked_into();
            Ok(Uint8Array::new(&buffer).to_vec().into())
        }
        .boxed_local()
    }
}

#[allow(clippy::needless_pass_by_value)]
fn refused(error: JsValue) -> crate::error::Error {
    let why = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    ErrorKind::FileUnreadable(why.unwrap_or_default()).into()
}

/// Sends a message. The bytes move instead of being copied once more.
pub(super) fn post(port: &MessagePort, message: &Message) {
    let bytes = Uint8Array::from(&message.bytes[..]);
    let file = message.file.as_deref().and_then(|file| {
        let file: &dyn Any = file;
        file.downcast_ref::<BlobFile>()
    });
    let sent: JsValue = match file {
        None => bytes.clone().into(),
        Some(file) => Array::of2(&bytes, &file.0).into(),
    };
    // It can only fail if the other end is gone, and then nothing waits for it.
    let _ = port.post_message_with_transferable(&sent, &Array::of1(&bytes.buffer()));
}

/// Reads a message that arrived; `None` where it is something else.
pub(super) fn received(data: JsValue) -> Option<Message> {
    match data.dyn_into::<Uint8Array>() {
        Ok(bytes) => Some(Message { bytes: bytes.to_vec(), file: None }),
        Err(other) => {
            let pair = other.dyn_into::<Array>().ok()?;
            let bytes = pair.get(0).dyn_into::<Uint8Array>().ok()?.to_vec();
            let file = pair.get(1).dyn_into::<Blob>().ok()?;
            Some(Message { bytes, file: Some(Rc::new(BlobFile(file))) })
        }
    }
}
