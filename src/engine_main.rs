//! The engine for byte work, a module of its own: no Yew, loaded when it is first needed, run in
//! workers or, where none starts, in the page.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Serves the other end of a port; a worker passes its global scope.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn serve(port: JsValue) {
    porthole::engine::serve_port(port);
}

fn main() {}
