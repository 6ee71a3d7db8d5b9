//! The connection doctor: from an error to the step that fails, and to the advice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use devtools::browser::Look;
use test_registry::{Auth, Cors, Seed, Switches, TestRegistry};

use crate::stage::Stage;

fn registry(cors: Cors, auth: Auth) -> TestRegistry {
    let switches = Switches::default().seed(Seed::Images).cors(cors).auth(auth);
    TestRegistry::start(switches).expect("a free port")
}

#[tokio::test]
async fn r167_an_error_that_the_browser_does_not_explain_leads_to_its_cause() {
    let registry = registry(Cors::None, Auth::default());
    let stage = Stage::open(Look::default()).await;
    stage.visit(&format!("#/{}/library/harbour:1.4.2", registry.host())).await;
    stage.choose("Find out why").await;
    stage.heading(&registry.host()).await;
    stage.sees("without an Access-Control-Allow-Origin that fits").await;
    stage.sees("What mends it").await;
    assert_eq!(stage.page.violations().await.unwrap(), [""; 0]);
    stage.page.close().await.unwrap();
}

#[tokio::test]
async fn r167_the_doctor_tells_causes_apart_that_look_the_same_to_a_page() {
    let stage = Stage::open(Look::default()).await;
    for (cors, auth, seen) in [
        (Cors::Exposed, Auth::default(), "Nothing stands in the way."),
        (Cors::Doubled, Auth::default(), "or with two of them"),
        (Cors::BareUnauthorized, Auth::basic(), "leave it out of a 401"),
        (Cors::PreflightDenied, Auth::default(), "The browser first asks for permission"),
        (Cors::NoBlobs, Auth::default(), "do not let pages read"),
        (Cors::Zot, Auth::default(), "does not name Accept"),
    ] {
        let registry = registry(cors, auth);
        stage.visit(&format!("#/doctor/{}", registry.host())).await;
        stage.sees(seen).await;
        assert_eq!(stage.accessibility_faults().await, [""; 0]);
    }
    // No server listens there any more.
    let gone = registry(Cors::Exposed, Auth::default()).host();
    stage.visit(&format!("#/doctor/{gone}")).await;
    stage.sees("Nothing answers there").await;
    assert_eq!(stage.page.violations().await.unwrap(), [""; 0]);
    stage.page.close().await.unwrap();
}
