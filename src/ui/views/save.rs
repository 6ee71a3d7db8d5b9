//! Saving bytes as a file: an object URL and a link that is clicked once.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Hands bytes to the browser as a download. Failing is quiet, as when the person declines.
pub(super) fn save(name: &str, bytes: &[u8]) {
    if let Some(address) = object_url(bytes) {
        let _ = click(name, &address);
        // The download has begun; the browser keeps what it needs.
        let _ = Url::revoke_object_url(&address);
    }
}

fn object_url(bytes: &[u8]) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    // Never a type that a browser would open as a page of ours.
    options.set_type("application/octet-stream");
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
