//! Saving bytes as a file: an object URL and a link that is clicked once.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Hands bytes to the browser as a download. Failing is quiet, as when the person declines.
pub(super) fn save(name: &str, bytes: &[u8]) {
    // Never a type that a browser would open as a page of ours.
    if let Some(address) = object_url(bytes, "application/octet-stream") {
        let _ = click(name, &address);
        // The download has begun; the browser keeps what it needs.
        forget(&address);
    }
}

/// Gives up an address of [`object_url`].
pub(super) fn forget(address: &str) {
    let _ = Url::revoke_object_url(address);
}

/// An address inside this page for bytes of a type, until it is given up. The type is one that holds
/// no scripts.
pub(super) fn object_url(bytes: &[u8], media_type: &'static str) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

fn click(name: &str, address: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(address);
    link.set_download(name);
    link.click();
    Some(())
}
