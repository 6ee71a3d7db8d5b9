//! The connection doctor in a real browser, which enforces the CORS rules of the registry.
//!
//! The page of these tests is isolated from other origins (COEP). So the probe that tells an answer without
//! CORS headers from no answer cannot be tested here. `tests/e2e/doctor.rs` tests it.

use porthole::{
    error::ErrorKind,
    ops::diagnose::{Diagnosis, DoctorStep, Fault, Finding, diagnose},
    wire::{Origin, Url},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::started::{connection, stack, start};

async fn examine(host: &str) -> Diagnosis {
    let page: Origin = Url::parse("http://127.0.0.1").unwrap().origin().clone();
    diagnose(connection(host), &stack(), Some(&page)).await
}

fn finding(found: &Diagnosis, step: DoctorStep) -> Finding {
    found.steps.iter().find(|(known, _)| *known == step).expect("every step is there").1.clone()
}

/// Leaves the words of the browser out.
fn without_detail(fault: &Fault) -> Fault {
    match fault {
        Fault::BlobUnreadable(ErrorKind::Network { had_authorization, .. }) => {
            unreadable(*had_authorization)
        }
        other => other.clone(),
    }
}

fn unreadable(had_authorization: bool) -> Fault {
    Fault::BlobUnreadable(ErrorKind::Network { had_authorization, detail: String::new() })
}

#[wasm_bindgen_test]
async fn r167_the_first_failing_step_is_found_in_a_browser() {
    let blob = unreadable(false);
    for (options, expected) in [
        (&["--cors", "exposed"][..], None),
        (&["--cors", "preflight-denied"], Some((DoctorStep::SignIn, Fault::PreflightRefused))),
        (&["--cors", "no-blobs"], Some((DoctorStep::Blob, blob.clone()))),
        (&["--cors", "zot"], Some((DoctorStep::Blob, blob.clone()))),
        (&["--blobs", "redirect-no-cors"], Some((DoctorStep::Blob, blob))),
    ] {
        let all = [options, &["--seed", "images"]].concat();
        let found = examine(&start(&all).await).await;
        let first = found.first_failing().map(|(step, fault)| (step, without_detail(fault)));
        assert_eq!(first, expected, "{options:?}: {found:?}");
    }
}

#[wasm_bindgen_test]
async fn r167_what_costs_something_is_found_in_a_browser() {
    let zot = examine(&start(&["--cors", "zot", "--seed", "images"]).await).await;
    let no_accept = Finding::Limited(Fault::NotAllowed("Accept"));
    assert_eq!(finding(&zot, DoctorStep::LongAccept), no_accept, "{zot:?}");
    let hidden = examine(&start(&["--cors", "hidden", "--auth", "basic"]).await).await;
    let challenge = Finding::Limited(Fault::Hidden(vec!["WWW-Authenticate"]));
    assert_eq!(finding(&hidden, DoctorStep::Headers), challenge, "{hidden:?}");
    let other = examine(&start(&["--auth", "bearer", "--realm", "other"]).await).await;
    let Finding::Limited(Fault::TokenServerNotApproved(_)) =
        finding(&other, DoctorStep::TokenServer)
    else {
        panic!("{other:?}")
    };
    let same = examine(&start(&["--auth", "bearer"]).await).await;
    assert_eq!(finding(&same, DoctorStep::TokenServer), Finding::Good, "{same:?}");
}

#[wasm_bindgen_test]
async fn r167_a_port_where_nobody_listens_is_told_apart_from_missing_headers() {
    // Browsers refuse to connect to port 9, so no answer comes.
    let found = examine("127.0.0.1:9").await;
    let Some((DoctorStep::Answer, Fault::Unreachable(_))) = found.first_failing() else {
        panic!("{found:?}")
    };
}
