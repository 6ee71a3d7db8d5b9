//! Runs the reference proxy of `docs/proxy/nginx.conf`, in which only the lines marked CHANGE are changed. The
//! registry behind it sends no CORS header, requires tokens, and stores its blobs on another server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use devtools::{
    browser::{Look, Page},
    site::Hosting,
};
use serde_json::Value;
use test_registry::{Auth, BlobDelivery, Cors, Realm, Seed, Switches, TestRegistry};

use crate::stage::{Folder, Stage, dist};

/// An nginx with the reference configuration. It ends when this is dropped.
struct Proxy {
    process: Child,
    address: String,
    _folder: Folder,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The master must end by a signal that lets it end its workers.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

impl Proxy {
    fn start(registry: &TestRegistry) -> Self {
        let folder = Folder::empty("nginx");
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let companion = registry.companion_url().replace("http://", "");
        let text = include_str!("../../docs/proxy/nginx.conf")
            .replace("registry.internal:5000", &registry.host())
            .replace("token.internal:5001", &companion)
            .replace("listen 8090", &format!("listen 127.0.0.1:{port}"))
            .replace("/srv/porthole", &dist().to_string_lossy())
            .replace("/tmp/porthole-nginx", &folder.0.join("n").to_string_lossy());
        let file = folder.0.join("nginx.conf");
        std::fs::write(&file, format!("daemon off;\n{text}")).unwrap();
        let mut nginx = Command::new("nginx");
        nginx.arg("-c").arg(&file).arg("-p").arg(&folder.0).stdin(Stdio::null());
        let process = nginx.spawn().expect("nginx: apt-get install nginx-light");
        let proxy = Self { process, address: format!("http://127.0.0.1:{port}"), _folder: folder };
        proxy.wait(port);
        proxy
    }

    fn wait(&self, port: u16) {
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nginx does not listen on {port}");
    }
}

fn registry() -> TestRegistry {
    let auth = Auth { realm: Realm::OtherOrigin, anonymous_pull: true, ..Auth::bearer() };
    let switches = Switches::default()
        .cors(Cors::None)
        .auth(auth)
        .blobs(BlobDelivery::RedirectWithoutCors)
        .seed(Seed::Images);
    TestRegistry::start(switches).unwrap()
}

/// The parts of an answer that a page of another origin may read.
async fn fetched(page: &Page, url: &str, init: &str) -> Value {
    let script = format!(
        "const r = await fetch({url:?}, {init}); const h = Object.fromEntries(r.headers);\
         return {{ status: r.status, headers: h, text: await r.text() }};"
    );
    page.script_async(&script).await.unwrap_or_else(|failure| panic!("{url}: {failure}"))
}

/// Checks that a page of another origin reads the challenge, the token, the manifest and a stored blob.
#[tokio::test]
async fn r169_the_reference_proxy_opens_a_registry_to_pages() {
    let registry = registry();
    let proxy = Proxy::start(&registry);
    let bare = Hosting { bare: true, ..Hosting::default() };
    let stage = Stage::at(&dist(), bare, Look::default()).await;
    stage.visit("#/").await;
    let page = &stage.page;
    let manifest = format!("{}/v2/library/harbour/manifests/1.4.2-amd64", proxy.address);

    let denied = fetched(page, &manifest, "{}").await;
    assert_eq!(denied["status"], 401, "{denied}");
    let challenge =
        denied["headers"]["www-authenticate"].as_str().expect("the challenge is exposed");
    let realm = challenge.split('"').nth(1).unwrap();
    assert!(realm.starts_with(&proxy.address), "{challenge}");

    let scope = "repository:library/harbour:pull";
    let answer = fetched(page, &format!("{realm}?service=test-registry&scope={scope}"), "{}").await;
    let token: Value = serde_json::from_str(answer["text"].as_str().unwrap()).unwrap();
    let token = token["token"].as_str().expect("a token");
    let headers = format!("{{ headers: {{ authorization: 'Bearer {token}' }} }}");

    let read = fetched(page, &manifest, &headers).await;
    assert_eq!(read["status"], 200, "{read}");
    assert!(read["headers"]["docker-content-digest"].is_string(), "{read}");
    let document: Value = serde_json::from_str(read["text"].as_str().unwrap()).unwrap();
    let config = document["config"]["digest"].as_str().unwrap();

    let blob = format!("{}/v2/library/harbour/blobs/{config}", proxy.address);
    let blob = fetched(page, &blob, &headers).await;
    assert_eq!(blob["status"], 200, "{blob}");
    let size = document["config"]["size"].as_u64().unwrap();
    assert_eq!(blob["text"].as_str().unwrap().len() as u64, size);

    let leaked: Vec<_> = registry
        .log()
        .entries()
        .into_iter()
        .filter(|entry| entry.origin == test_registry::Origin::Companion)
        .filter(|entry| entry.target.starts_with("/storage") || entry.target.contains("/blobs/"))
        .filter(|entry| entry.header("authorization").is_some())
        .collect();
    assert!(leaked.is_empty(), "the storage saw the password: {leaked:?}");
    assert!(registry.log().matching("OPTIONS").is_empty(), "preflights end at the proxy");
}
