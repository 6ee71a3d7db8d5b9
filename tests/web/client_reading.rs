//! Runs the tests of reading in a browser, where no response header is readable. The native tests are the same.

use porthole::{
    client::{Clients, RemoteRegistry},
    transport::Stack,
};
use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../client/reading.rs"]
mod reading;

fn registry() -> RemoteRegistry {
    let host = option_env!("PORTHOLE_TEST_REGISTRY").expect("cargo xtask test starts a registry");
    Clients::new(Stack::browser()).get(&host.parse().expect("a host"), None).expect("a client")
}

macro_rules! in_the_browser {
    ($($name:ident,)*) => {
        $(
            #[wasm_bindgen_test]
            async fn $name() {
                reading::$name(&registry()).await;
            }
        )*
    };
}

reading::for_each_test!(in_the_browser);
