//! Nothing that a person read after signing in is kept: not in the tab after signing out, and not in the browser's folder,
//! though the registry allows every answer to be kept for a year.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{path::Path, time::Duration};

use test_registry::{Auth, Object, Realm, Switches, TestRegistry};

use crate::{
    servers::USER,
    sign_in::sign_in,
    stage::{Folder, Stage},
    tar,
};

/// Stands in the configuration that only those see who sign in.
const SECRET: &str = "tide-table-of-the-secret-harbour";

/// The name of a file in its layer.
const FILE: &str = "secret-soundings.txt";

/// Stands in the configuration that everybody sees.
const PUBLIC: &str = "tide-table-of-the-public-harbour";

const REPOSITORY: &str = "private/app";

/// An image whose configuration holds a text.
fn image(text: &str) -> (Object, Vec<u8>) {
    let plain = tar::layer(&[tar::entry(FILE.as_bytes(), b'0', "", b"depth 12\n")]);
    let config = format!(
        r#"{{"os":"linux","architecture":"amd64","config":{{"Labels":{{"text":"{text}"}}}}}}"#
    );
    (Object::image(config, [plain.clone()]), plain)
}

fn registry(auth: Auth, text: &str) -> (TestRegistry, String, Vec<u8>) {
    let switches =
        Switches::default().auth(auth).cache_control("public, max-age=31536000, immutable");
    let registry = TestRegistry::start(switches).unwrap();
    let (image, layer) = image(text);
    registry.add_ref(REPOSITORY, Some("v1"), &image).unwrap();
    let link = format!("#/{}/{REPOSITORY}@{}", registry.host(), image.digest());
    (registry, link, layer)
}

/// The views of the link.
const VIEWS: [&str; 4] = ["", "?view=config", "?view=json", "?view=files"];

/// Signs in, and reads everything of an image.
async fn read(stage: &Stage, link: &str) {
    stage.visit(&format!("{link}?view=config")).await;
    sign_in(stage).await;
    stage.sees(SECRET).await;
    stage.visit(&format!("{link}?view=files")).await;
    stage.sees(FILE).await;
    stage.visit(&format!("{link}?view=verify")).await;
    stage.press("Verify").await;
    stage.sees("0 mismatches").await;
}

/// Opens a link in every view, and checks that nothing of it is shown and that the registry is asked.
async fn shows_nothing(stage: &Stage, link: &str, registry: &TestRegistry) {
    for view in VIEWS {
        registry.log().clear();
        stage.visit("#/settings").await;
        stage.visit(&format!("{link}{view}")).await;
        stage.sees("Sign in to").await;
        let text = stage.settled().await;
        for private in [SECRET, FILE, "depth 12"] {
            assert!(!text.contains(private), "{view}: {private} is shown:\n{text}");
        }
        let asked = registry.log().matching(&format!("GET /v2/{REPOSITORY}/"));
        assert!(!asked.is_empty(), "{view}: the registry was not asked");
        assert!(asked.iter().all(|entry| entry.status == 401), "{view}: {asked:?}");
    }
    let kept = "return JSON.stringify([{ ...localStorage }, { ...sessionStorage }])";
    let kept: String = stage.page.script(kept).await.unwrap();
    for private in [SECRET, FILE, USER.1] {
        assert!(!kept.contains(private), "{private} is in the storage: {kept}");
    }
}

async fn sign_out(stage: &Stage) {
    stage.visit("#/settings").await;
    stage.press("Sign out").await;
    let gone = "return ![...document.querySelectorAll('main button')]\
        .some(button => button.textContent.startsWith('Sign out'))";
    stage.page.wait_until(gone, "the account is still there").await.unwrap();
}

/// Returns the files below a folder that hold some bytes.
fn holding(folder: &Path, wanted: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let (path, kind) = (entry.path(), entry.file_type());
        match kind {
            Ok(kind) if kind.is_dir() => found.extend(holding(&path, wanted)),
            Ok(kind) if kind.is_file() => {
                let bytes = std::fs::read(&path).unwrap_or_default();
                if bytes.windows(wanted.len()).any(|window| window == wanted) {
                    found.push(path.display().to_string());
                }
            }
            _ => {}
        }
    }
    found
}

async fn nothing_is_kept(name: &str, auth: Auth) {
    let (registry, link, layer) = registry(auth, SECRET);
    let (_open, public, _) = self::registry(Auth::default(), PUBLIC);
    let profile = Folder::empty(&format!("profile-{name}"));
    let stage = Stage::of_profile(&profile.0, 0).await;
    read(&stage, &link).await;
    sign_out(&stage).await;
    shows_nothing(&stage, &link, &registry).await;
    // What everybody may read is kept: without that, the search below would find nothing in any case.
    stage.visit(&format!("{public}?view=config")).await;
    stage.sees(PUBLIC).await;
    let port = stage.port();
    stage.end().await;
    // The port is free once the task that listened there has ended.
    tokio::time::sleep(Duration::from_millis(200)).await;

    let other = Stage::of_profile(&profile.0, port).await;
    shows_nothing(&other, &link, &registry).await;
    other.end().await;
    // The browser may still be writing.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!holding(&profile.0, PUBLIC.as_bytes()).is_empty(), "the browser keeps nothing at all");
    let middle = layer.get(16..layer.len() - 16).unwrap();
    let private = [SECRET.as_bytes(), FILE.as_bytes(), USER.1.as_bytes(), middle, b"access-canary"];
    for wanted in private {
        let found = holding(&profile.0, wanted);
        assert!(found.is_empty(), "{}: {found:?}", String::from_utf8_lossy(wanted));
    }
}

#[tokio::test]
async fn what_was_read_after_signing_in_by_password_is_kept_nowhere() {
    nothing_is_kept("basic", Auth::basic()).await;
}

#[tokio::test]
async fn what_was_read_after_signing_in_for_a_token_is_kept_nowhere() {
    nothing_is_kept("bearer", Auth::bearer().realm(Realm::SameOrigin)).await;
}
