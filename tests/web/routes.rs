//! Addresses in the browser: the page reads back the fragment that it wrote.

use porthole::app::Route;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn an_address_survives_the_fragment_of_the_location() {
    let window = web_sys::window().expect("a window");
    for fragment in [
        "#/localhost:5000/library/harbour:1.4.2?view=layers&platform=linux%2Farm64%2Fv8",
        "#/http://[::1]:5000/a/b@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "#/settings",
        "#/",
    ] {
        let href = Route::parse(fragment).href();
        window.location().set_hash(&href).expect("the location takes it");
        let back = window.location().hash().expect("the location gives it");
        assert_eq!(Route::parse(&back).href(), href, "{fragment}");
    }
    window.location().set_hash("").expect("the location takes it");
}
