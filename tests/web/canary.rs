//! The way of a credential at a hostile registry, in a browser. Fetch follows redirects by itself there.
//! `cargo xtask test` starts the servers.

use futures_util::StreamExt;
use porthole::{
    transport::{Request, Stack},
    wire::{Method, Url},
};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

#[path = "../canary/driver.rs"]
mod driver;

use driver::Secrets;

/// The secrets. `test_registry::canary` has the same texts and looks for them.
const SECRETS: Secrets<'static> = Secrets {
    user: "canary-user",
    password: "canary-password-7f3a",
    identity: "canary-identity-91c2",
};

/// Returns the answer of the servers to a question about the requests that they received.
async fn ask(registry: &str, question: &str) -> String {
    let url = Url::parse(&format!("http://{registry}/_canary/{question}")).unwrap();
    let answer = Stack::browser().layers().send(Request::new(Method::Get, url)).await.unwrap();
    let chunks: Vec<_> = answer.body.map(Result::unwrap).collect().await;
    String::from_utf8(chunks.concat()).unwrap()
}

#[wasm_bindgen_test]
async fn r071_r072_no_byte_of_a_credential_leaves_the_approved_pair() {
    let registry =
        option_env!("PORTHOLE_TEST_CANARY").expect("cargo xtask test starts the servers");
    let tokens = ask(registry, "tokens").await;
    let scenarios = ask(registry, "scenarios").await;
    let mut count = 0;
    for (number, line) in scenarios.lines().enumerate() {
        let [operation, credential, name] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let places = (registry, tokens.as_str());
        let asked = (operation, credential);
        let _ = driver::run(Stack::browser(), places, &SECRETS, number, asked).await;
        let leaks = ask(registry, "leaks").await;
        assert!(leaks.is_empty(), "{name}: {leaks}");
        count = number + 1;
    }
    assert!(count >= 80, "{count} scenarios");
    let seen: usize = ask(registry, "seen").await.parse().unwrap();
    assert!(seen > count, "{seen} requests for {count} scenarios");
    console_log!("{count} scenarios, {seen} requests, no leak");
}
