//! Plain http in one's own network: the page reads it, and a copy that is limited names its own policy.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use devtools::{browser::Look, site::Hosting};
use test_registry::{Seed, Switches, TestRegistry};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::stage::{Folder, Stage};

/// A second address of this machine under which a registry answers. To the browser it is another host.
struct Elsewhere {
    host: String,
    task: JoinHandle<()>,
}

impl Elsewhere {
    async fn of(registry: &TestRegistry) -> Self {
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let target = registry.host();
        let task = tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let target = target.clone();
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(target).await?;
                    copy_bidirectional(&mut from, &mut to).await
                });
            }
        });
        Self { host, task }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn registry() -> TestRegistry {
    TestRegistry::start(Switches::default().seed(Seed::Images)).expect("a free port")
}

#[tokio::test]
async fn a_registry_on_plain_http_under_another_address_is_read() {
    let registry = registry();
    let elsewhere = Elsewhere::of(&registry).await;
    let stage = Stage::open(Look::default()).await;
    stage.visit(&format!("#/http://{}/library/harbour:1.4.2-amd64", elsewhere.host)).await;
    stage.sees("sha256:").await;
    stage.settled().await;
    let asked = registry.log().matching("GET /v2/library/harbour/manifests/1.4.2-amd64");
    assert_eq!(asked.len(), 1, "{asked:?}");
    stage.end().await;
}

#[tokio::test]
async fn a_limited_copy_names_its_own_policy_and_asks_nothing() {
    let registry = registry();
    let elsewhere = Elsewhere::of(&registry).await;
    let folder = Folder::copy_of_dist("limited");
    for name in ["index.html", "_headers"] {
        let file = folder.0.join(name);
        let text = fs::read_to_string(&file).unwrap();
        let open = "connect-src 'self' https: http:";
        assert!(text.contains(open), "{name}");
        fs::write(&file, text.replace(open, "connect-src 'self' https://registry.example"))
            .unwrap();
    }
    let stage = Stage::at(&folder.0, Hosting::default(), Look::default()).await;
    stage.visit(&format!("#/http://{}/library/harbour:1.4.2-amd64", elsewhere.host)).await;
    stage.sees("its own policy (connect-src) does not name it").await;
    stage.sees("cargo xtask dist --connect").await;
    stage.visit(&format!("#/doctor/http://{}", elsewhere.host)).await;
    stage.sees("connect-src in its own policy does not name this one").await;
    assert_eq!(registry.log().len(), 0);
    stage.page.close().await.unwrap();
}
