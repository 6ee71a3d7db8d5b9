//! Signing in where a registry gives manifests to everybody and asks for a password at its blobs.

#![allow(clippy::unwrap_used, clippy::panic)]

use base64::{Engine, engine::general_purpose::STANDARD};
use devtools::browser::Look;
use test_registry::{Auth, Seed, Switches, TestRegistry};

use crate::{
    front::{Front, Treatment},
    servers::USER,
    stage::Stage,
};

/// Signs every request but those for blobs, so that the registry behind asks only there.
fn signed(head: String) -> Treatment {
    let is_signed = head.to_ascii_lowercase().contains("\r\nauthorization:");
    if is_signed || head.contains("/blobs/") {
        return Treatment::Pass(head);
    }
    let credential = STANDARD.encode(format!("{}:{}", USER.0, USER.1));
    let field = format!("\r\nAuthorization: Basic {credential}\r\n");
    Treatment::Pass(head.replacen("\r\n", &field, 1))
}

/// Fills in the form that the page shows, and sends it.
pub(crate) async fn sign_in(stage: &Stage) {
    stage.sees("Sign in to").await;
    for (name, text) in [("username", USER.0), ("current-password", USER.1)] {
        let field = stage.page.find(&format!("input[autocomplete~={name}]")).await.unwrap();
        field.send_keys(text).await.unwrap();
    }
    stage.press("Sign in").await;
    let gone = "return document.querySelector('form.sign-in') === null";
    stage.page.wait_until(gone, "the form is still there").await.unwrap();
}

#[tokio::test]
async fn blobs_that_ask_for_sign_in_are_read_after_it() {
    let registry =
        TestRegistry::start(Switches::default().auth(Auth::basic()).seed(Seed::Images)).unwrap();
    let front = Front::before(&registry, signed).await;
    for (view, seen) in [("config", "PATH"), ("history", "ENTRYPOINT"), ("verify", "0 mismatches")]
    {
        let stage = Stage::open(Look::default()).await;
        let address = format!("#/{}/library/harbour:1.4.2-amd64?view={view}", front.host);
        stage.visit(&address).await;
        if view == "verify" {
            stage.sees("Verify every byte").await;
            stage.press("Verify").await;
        }
        sign_in(&stage).await;
        stage.sees(seen).await;
        let text = stage.settled().await;
        assert!(!text.contains("Sign in to"), "{view}: {text}");
        assert!(!text.contains("asks for sign-in"), "{view}: {text}");
        stage.end().await;
    }
    let asked = registry.log().matching("GET /v2/library/harbour/blobs/");
    let (open, with): (Vec<_>, Vec<_>) =
        asked.iter().partition(|entry| entry.header("authorization").is_none());
    assert!(open.iter().all(|entry| entry.status == 401), "{open:?}");
    assert!(with.len() >= 3 && with.iter().all(|entry| entry.status == 200), "{with:?}");
}
