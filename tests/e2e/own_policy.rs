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

use crate::{
    front::{Front, Treatment},
    stage::{Folder, Stage},
};

/// A second address of this machine under which a registry answers. To the browser it is another host.
struct Elsewhere {
    host: String,
    task: JoinHandle<()>,
}

impl Elsewhere {
    async fn of(registry: &TestRegistry) -> Self {
        Self::at("127.0.0.2:0", registry).await
    }

    async fn at(address: &str, registry: &TestRegistry) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
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

/// Checks that blobs come from a store on plain http to which the registry redirects, in the page and in the
/// engine.
#[tokio::test]
async fn a_redirect_to_a_store_on_plain_http_is_followed() {
    for address in ["127.0.0.2:0", "[::1]:0"] {
        let (registry, stored) = (registry(), registry());
        let store = Elsewhere::at(address, &stored).await;
        let base = format!("http://{}", store.host);
        let front = Front::before(&registry, move |head| {
            let path = head.split(' ').nth(1).unwrap_or_default();
            match path.contains("/blobs/") {
                true => Treatment::Answer(format!(
                    "HTTP/1.1 307 Temporary Redirect\r\nLocation: {base}{path}\r\nAccess-Control-Allow-Origin: *\r\n\
                     Content-Length: 0\r\nConnection: close\r\n\r\n"
                )),
                false => Treatment::Pass(head),
            }
        })
        .await;
        let stage = Stage::open(Look::default()).await;
        let image = format!("#/{}/library/harbour:1.4.2-amd64", front.host);
        stage.visit(&format!("{image}?view=config")).await;
        stage.sees("PATH").await;
        let blobs = "GET /v2/library/harbour/blobs/";
        assert_eq!(stored.log().matching(blobs).len(), 1, "{address}: the configuration");
        stage.visit(&format!("{image}?view=verify")).await;
        stage.sees("Verify every byte").await;
        stage.press("Verify").await;
        stage.sees("0 mismatches").await;
        stage.settled().await;
        let asked = stored.log().matching(blobs);
        assert!(asked.len() > 2, "{address}: {asked:?}");
        assert!(asked.iter().all(|entry| entry.status == 200), "{address}: {asked:?}");
        assert_eq!(registry.log().matching(blobs).len(), 0, "{address}");
        stage.end().await;
    }
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
