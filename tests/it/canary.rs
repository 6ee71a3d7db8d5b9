//! The way of a credential at a hostile registry, natively. The same scenarios run in a browser.

use porthole::transport::Stack;
use test_registry::canary::{Canary, IDENTITY, PASSWORD, USER};

#[path = "../canary/driver.rs"]
mod driver;

use driver::Secrets;

#[tokio::test]
async fn r071_r072_no_byte_of_a_credential_leaves_the_approved_pair() {
    let canary = Canary::start(0).await.unwrap();
    let scenarios = canary.scenarios();
    assert!(scenarios.len() >= 80, "{} scenarios", scenarios.len());
    let places = (canary.places.registry.as_str(), canary.places.tokens.as_str());
    let secrets = Secrets { user: USER, password: PASSWORD, identity: IDENTITY };
    for (number, scenario) in scenarios.iter().enumerate() {
        let stack = Stack::native().unwrap();
        let asked = (scenario.operation, scenario.credential.name());
        let before = canary.requests().len();
        let _ = driver::run(stack, places, &secrets, number, asked).await;
        assert!(canary.requests().len() > before, "nothing was sent for {}", scenario.name);
        let leaks = canary.leaks();
        assert!(leaks.is_empty(), "{}: {leaks:#?}", scenario.name);
    }
    // The credential must have reached the approved pair, or nothing was tested.
    let shown = canary.requests().into_iter().filter(|request| request.leak().is_some());
    let mut by_origin = [0; 6];
    shown.for_each(|seen| by_origin[seen.origin] += 1);
    assert!(by_origin[0] > 100 && by_origin[1] > 50, "{by_origin:?}");
    println!("{} scenarios, shown by origin: {by_origin:?}", scenarios.len());
}
