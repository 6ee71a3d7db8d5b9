//! The registries of the tests: ours with its switches, and Debian's `docker-registry`, which is not part
//! of this project. Plain HTTP requests fill both.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use test_registry::{Switches, TestRegistry, digest_of};

use crate::http::{self, Reply};

/// The user and the password of [`DockerRegistry::with_password`].
pub const USER: (&str, &str) = ("tester", "s3cret-canary");

/// [`USER`] as `htpasswd -nbB` writes it. `docker-registry` requires bcrypt.
const HTPASSWD: &str = "tester:$2y$05$GKwUCKbBw92ODS5LFcPJKeUAzlqtcPRVqS9sivrZPeeqHYeGMY4Ei\n";

/// A running registry of any kind.
pub trait Server {
    /// Returns the address, as `127.0.0.1:port`.
    fn host(&self) -> String;
    /// Returns the name of the kind, for messages.
    fn name(&self) -> &'static str;
}

impl Server for TestRegistry {
    fn host(&self) -> String {
        Self::host(self)
    }

    fn name(&self) -> &'static str {
        "test-registry"
    }
}

/// Starts our registry.
pub fn ours(switches: Switches) -> TestRegistry {
    TestRegistry::start(switches).expect("the test registry starts")
}

/// Starts our registry and Debian's, both empty.
pub fn both() -> Vec<Box<dyn Server>> {
    vec![Box::new(ours(Switches::default())), Box::new(DockerRegistry::start())]
}

/// CNCF distribution 2.8 as Debian builds it, with CORS headers, and with deletion turned on.
pub struct DockerRegistry {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl DockerRegistry {
    /// Starts a registry without authentication.
    pub fn start() -> Self {
        Self::run(false)
    }

    /// Starts a registry that requires [`USER`].
    pub fn with_password() -> Self {
        Self::run(true)
    }

    /// Returns the folder in which the registry stores its files.
    pub fn storage(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn run(with_password: bool) -> Self {
        let folder = temporary_folder();
        let port = free_port();
        fs::write(folder.join("htpasswd"), HTPASSWD).unwrap();
        let config = folder.join("config.yml");
        fs::write(&config, configuration(&folder, port, with_password)).unwrap();
        let log = fs::File::create(folder.join("log")).unwrap();
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|why| {
                panic!("docker-registry cannot be started ({why}): apt-get install docker-registry")
            });
        let mut server = Self { process, folder, port };
        server.wait();
        server
    }

    fn wait(&mut self) {
        let patience = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(self.host()).is_err() {
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            if let Ok(Some(status)) = self.process.try_wait() {
                panic!("docker-registry ended with {status}: {}", log());
            }
            assert!(Instant::now() < patience, "docker-registry does not listen: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Server for DockerRegistry {
    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn name(&self) -> &'static str {
        "docker-registry"
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn configuration(folder: &Path, port: u16, with_password: bool) -> String {
    let auth =
        format!("auth:\n  htpasswd:\n    realm: test\n    path: {}/htpasswd\n", folder.display());
    format!(
        "version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: {}/data\n  \
         delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:{port}\n  headers:\n    \
         Access-Control-Allow-Origin: ['*']\n    \
         Access-Control-Allow-Methods: ['GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS']\n    \
         Access-Control-Allow-Headers: ['Authorization,Accept,Content-Type,Content-Range,Range']\n    \
         Access-Control-Expose-Headers: ['Docker-Content-Digest,Link,Location,WWW-Authenticate']\n{}",
        folder.display(),
        if with_password { &auth } else { "" }
    )
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Makes a new folder for this run.
pub fn temporary_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("porthole-it-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Pushes a blob in one piece: `POST`, then `PUT` with the digest.
pub fn push_blob(host: &str, repository: &str, bytes: &[u8]) -> String {
    let digest = digest_of(bytes);
    let opened = http::send(host, "POST", &format!("/v2/{repository}/blobs/uploads/"), &[], b"");
    assert_eq!(opened.status, 202, "{}", opened.text());
    let location = opened.header("location").expect("an upload has a location");
    let path = location.find("/v2/").map_or(location, |at| &location[at..]);
    let target = format!("{path}{}digest={digest}", if path.contains('?') { '&' } else { '?' });
    let octets = [("content-type", "application/octet-stream")];
    let closed = http::send(host, "PUT", &target, &octets, bytes);
    assert_eq!(closed.status, 201, "{}", closed.text());
    digest
}

/// Pushes a manifest under a tag or digest.
pub fn put_manifest(
    host: &str,
    repository: &str,
    reference: &str,
    media_type: &str,
    bytes: &[u8],
) -> Reply {
    let target = format!("/v2/{repository}/manifests/{reference}");
    http::send(host, "PUT", &target, &[("content-type", media_type)], bytes)
}

/// Fills a repository with an OCI layout: every blob, then every manifest after its children, then the
/// tags. Returns the digests of the manifests that the server refused, with the text of its errors.
pub fn push_layout(host: &str, repository: &str, layout: &Path) -> Vec<(String, String)> {
    let mut refused = Vec::new();
    for blob in fs::read_dir(layout.join("blobs/sha256")).unwrap() {
        push_blob(host, repository, &fs::read(blob.unwrap().path()).unwrap());
    }
    let index: Value =
        serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
    let roots = index["manifests"].as_array().cloned().unwrap_or_default();
    for root in &roots {
        push_tree(host, repository, layout, root, 0, &mut refused);
        let name = root["annotations"]["org.opencontainers.image.ref.name"].as_str();
        let bytes = blob(layout, root["digest"].as_str().unwrap());
        let (Some(tag), Some(bytes)) = (name.and_then(tag_in), bytes) else { continue };
        let tag = tag.as_str();
        let reply = put_manifest(host, repository, tag, &media_type(root, &bytes), &bytes);
        if reply.status != 201 {
            refused.push((root["digest"].as_str().unwrap().to_owned(), reply.text()));
        }
    }
    refused
}

/// Returns the tag in the name of a layout's entry, which is a tag or a reference with one. Any other name is
/// allowed (image-spec, annotations.md), and stands for no tag.
pub fn tag_in(name: &str) -> Option<porthole::oci::Tag> {
    name.rsplit(':').next()?.parse().ok()
}

fn push_tree(
    host: &str,
    repository: &str,
    layout: &Path,
    root: &Value,
    depth: u32,
    refused: &mut Vec<(String, String)>,
) {
    let digest = root["digest"].as_str().unwrap();
    let Some(bytes) = blob(layout, digest).filter(|_| depth < 8) else { return };
    let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
    for child in list("manifests") {
        push_tree(host, repository, layout, &child, depth + 1, refused);
    }
    let reply = put_manifest(host, repository, digest, &media_type(root, &bytes), &bytes);
    if reply.status != 201 {
        refused.push((digest.to_owned(), reply.text()));
    }
}

fn blob(layout: &Path, digest: &str) -> Option<Vec<u8>> {
    fs::read(layout.join("blobs").join(digest.replace(':', "/"))).ok()
}

/// Returns the `Content-Type` of a push, which must equal the manifest's own `mediaType` if it has one.
/// Otherwise it is that of the descriptor.
pub fn media_type(descriptor: &Value, bytes: &[u8]) -> String {
    let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let own = document["mediaType"].as_str().or(descriptor["mediaType"].as_str());
    own.unwrap_or("application/octet-stream").to_owned()
}
