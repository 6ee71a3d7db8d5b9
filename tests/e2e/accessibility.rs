//! Runs axe-core on every page, in both themes, and expects no problem.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use devtools::browser::{Look, Theme};

use crate::stage::{Stage, demo};

const IMAGE: &str = "library/harbour:1.4.2-amd64";

async fn check(fragments: &[String]) {
    let stage = Stage::open(Look::default()).await;
    let mut faults = Vec::new();
    for theme in [Theme::Light, Theme::Dark] {
        stage.page.look(Look { theme, ..Look::default() }).await.unwrap();
        for fragment in fragments {
            stage.visit(fragment).await;
            stage.settled().await;
            let found = stage.accessibility_faults().await;
            faults.extend(found.into_iter().map(|f| format!("{fragment} {}: {f}", theme.name())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    stage.end().await;
}

#[tokio::test]
async fn the_pages_around_have_no_fault() {
    let host = demo().host();
    check(&[
        "#/".to_owned(),
        "#/settings".to_owned(),
        format!("#/{host}"),
        format!("#/{host}/library/harbour"),
        "#/UPPER CASE/is no address".to_owned(),
    ])
    .await;
}

#[tokio::test]
async fn the_views_of_a_reference_have_no_fault() {
    let views = ["tree", "json", "config", "history", "layers", "referrers", "verify", "commands"];
    let host = demo().host();
    let mut fragments: Vec<String> =
        views.iter().map(|view| format!("#/{host}/{IMAGE}?view={view}")).collect();
    let parts = [
        "",
        "&path=etc",
        "&path=etc/os-release",
        "&list=largest",
        "&list=wasted",
        "&list=packages",
        "&find=lib",
    ];
    fragments.extend(parts.map(|parts| format!("#/{host}/{IMAGE}?view=files{parts}")));
    fragments.push(format!("#/{host}/broken/hostile:latest?view=files"));
    fragments.push(format!("#/{host}/demo/tables:estargz?view=files&path=etc/os-release"));
    fragments.push(format!("#/{host}/broken/tables:wrong-digest?view=files"));
    fragments.push(format!("#/{host}/library/harbour:1.4.2"));
    fragments.push(format!("#/{host}/broken/hostile:latest"));
    fragments.push(format!("#/{host}/broken/content:not-json"));
    check(&fragments).await;
}
