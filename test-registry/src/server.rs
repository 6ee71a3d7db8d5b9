//! Starts and stops instances. Each has one thread and two listeners.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::connection::{ResetSwitch, Resettable};
use crate::digest::digest_of;
use crate::instance::Instance;
use crate::log::Log;
use crate::manifest::Manifest;
use crate::object::{Object, is_repository, is_tag};
use crate::pattern::Pattern;
use crate::switches::Switches;
use crate::{companion, faults, layers, seed};

/// A registry that runs until it is dropped. It has its own thread and runtime, so it serves blocking
/// tests as well as tests on a single-threaded runtime.
pub struct TestRegistry {
    instance: Arc<Instance>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl TestRegistry {
    /// Starts an instance and waits until it is seeded and listens.
    ///
    /// # Errors
    /// Fails if the port is taken, or if no thread or runtime can be started.
    pub fn start(switches: Switches) -> io::Result<Self> {
        let main = bind(switches.port)?;
        let side = bind(0)?;
        let instance = Arc::new(Instance::new(switches, main.local_addr()?, side.local_addr()?));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = watch::channel(false);
        let (ready, is_ready) = mpsc::channel();
        let shared = Arc::clone(&instance);
        let thread = std::thread::Builder::new().name("test-registry".into()).spawn(move || {
            runtime.block_on(run(shared, main, side, ready, stopped));
            runtime.shutdown_background();
        })?;
        is_ready.recv().map_err(|_| io::Error::other("the registry ended while starting"))?;
        Ok(Self { instance, stop, thread: Some(thread) })
    }

    /// The address at which the registry listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.instance.address
    }

    /// The host part of a reference, as `127.0.0.1:port`.
    #[must_use]
    pub fn host(&self) -> String {
        self.instance.address.to_string()
    }

    /// The base URL, as `http://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.instance.address)
    }

    /// The base URL of the companion, which has the blob storage and the token endpoint of
    /// [`crate::Realm::OtherOrigin`].
    #[must_use]
    pub fn companion_url(&self) -> String {
        format!("http://{}", self.instance.companion)
    }

    /// Returns the log of the requests.
    #[must_use]
    pub fn log(&self) -> Log {
        self.instance.log.clone()
    }

    /// Changes switches of the running instance (all but port, seed and random seed). The counts of the fault
    /// rules start again at 0.
    pub fn turn(&self, change: impl FnOnce(&mut Switches)) {
        self.instance.turn(change);
    }

    /// Makes every token that was issued so far invalid.
    pub fn expire_tokens(&self) {
        self.instance.tokens.expire_all();
    }

    /// Returns the number of times that each fault rule was applied, in the order of the rules.
    #[must_use]
    pub fn times_applied(&self) -> Vec<u32> {
        self.instance.plan.times_applied()
    }

    /// Adds a blob that is generated while it is read, so that it needs no memory.
    pub fn add_pattern(&self, repository: &str, digest: &str, pattern: Pattern) {
        self.instance.store.put_pattern(repository, digest, pattern);
    }

    /// Adds a blob under a digest, which may be wrong.
    pub fn add_blob(&self, repository: &str, digest: &str, bytes: impl Into<bytes::Bytes>) {
        self.instance.store.put_blob(repository, digest, bytes.into());
    }

    /// Adds a manifest (R159) under its digest and tags, and checks nothing. Children are added separately.
    pub fn add_manifest(
        &self,
        repository: &str,
        tags: &[&str],
        media_type: &str,
        bytes: impl Into<bytes::Bytes>,
    ) {
        self.put_manifest(repository, tags, &Manifest::new(media_type, bytes.into()));
    }

    /// Adds a manifest under a digest, which may be another than that of the bytes. A signed schema 1
    /// manifest, for example, has the digest of its payload.
    pub fn add_manifest_as(
        &self,
        repository: &str,
        digest: &str,
        media_type: &str,
        bytes: impl Into<bytes::Bytes>,
    ) {
        let manifest =
            Manifest { digest: digest.into(), ..Manifest::new(media_type, bytes.into()) };
        self.put_manifest(repository, &[], &manifest);
    }

    /// Adds an image or index with all it points at, under its digest and a tag (R159). Without a tag it is
    /// found by its digest only. A tag that is there moves.
    ///
    /// ```
    /// use std::{io::{Read, Write}, net::TcpStream};
    /// use test_registry::{Object, Switches, TestRegistry};
    ///
    /// // A free port; `.port(5000)` takes that one.
    /// let registry = TestRegistry::start(Switches::default())?;
    /// let image = |layer: &'static str| Object::image("{}", [layer]);
    /// let index = Object::index([
    ///     image("for amd64").for_platform("linux", "amd64"),
    ///     image("for arm64").for_platform("linux", "arm64"),
    /// ]);
    /// let reference = registry.add_ref("team/app", Some("v1"), &index)?;
    /// assert_eq!(reference, format!("{}/team/app:v1", registry.host()));
    ///
    /// let mut connection = TcpStream::connect(registry.address())?;
    /// write!(connection, "GET /v2/team/app/manifests/v1 HTTP/1.0\r\nHost: {}\r\n\r\n", registry.host())?;
    /// let mut answer = String::new();
    /// connection.read_to_string(&mut answer)?;
    /// assert!(answer.contains(" 200 ") && answer.contains(&index.digest()));
    /// registry.stop();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// `InvalidInput` for a name or tag outside the grammar; nothing is added then.
    pub fn add_ref(
        &self,
        repository: &str,
        tag: Option<&str>,
        object: &Object,
    ) -> io::Result<String> {
        let invalid = |what, text| {
            let why = format!("“{text}” is no {what}");
            Err(io::Error::new(io::ErrorKind::InvalidInput, why))
        };
        if !is_repository(repository) {
            return invalid("name of a repository", repository);
        }
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return invalid("tag", tag);
        }
        self.add_object(repository, tag, object);
        let name = tag.map_or_else(|| format!("@{}", object.digest()), |tag| format!(":{tag}"));
        Ok(format!("{}/{repository}{name}", self.host()))
    }

    /// Adds what it points at first, as a client would push it.
    fn add_object(&self, repository: &str, tag: Option<&str>, object: &Object) {
        for blob in &object.blobs {
            self.add_blob(repository, &digest_of(blob), blob.clone());
        }
        for child in &object.children {
            self.add_object(repository, None, child);
        }
        self.add_manifest(repository, tag.as_slice(), &object.media_type, object.bytes.clone());
    }

    /// Stops serving and waits until the port is free. Dropping does the same.
    pub fn stop(self) {
        drop(self);
    }

    fn put_manifest(&self, repository: &str, tags: &[&str], manifest: &Manifest) {
        // The store answers at once. Only its signature is asynchronous.
        let mut adding =
            std::pin::pin!(self.instance.store.put_manifest(repository, tags, manifest));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        while adding.as_mut().poll(&mut context).is_pending() {
            std::thread::yield_now();
        }
    }

    /// Returns the base URL at which a fault occurs. Faults that come before HTTP have their own addresses.
    ///
    /// # Errors
    /// Fails if no free port can be found for a refused connection.
    pub fn url_under(&self, fault: faults::Fault) -> io::Result<String> {
        Ok(match fault {
            faults::Fault::Refused => format!("http://{}", bind(0)?.local_addr()?),
            faults::Fault::NoSuchName => {
                format!("http://registry.invalid:{}", self.instance.address.port())
            }
            faults::Fault::NoTls => format!("https://{}", self.instance.address),
            _ => self.url(),
        })
    }
}

impl Drop for TestRegistry {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn bind(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn run(
    instance: Arc<Instance>,
    main: TcpListener,
    side: TcpListener,
    ready: mpsc::Sender<()>,
    stopped: watch::Receiver<bool>,
) {
    seed::load(&instance).await;
    let registry = layers::router(&instance).into_make_service_with_connect_info::<ResetSwitch>();
    let companion =
        companion::router(&instance).into_make_service_with_connect_info::<ResetSwitch>();
    let (Ok(main), Ok(side)) =
        (tokio::net::TcpListener::from_std(main), tokio::net::TcpListener::from_std(side))
    else {
        return;
    };
    let _ = ready.send(());
    let serve_main = axum::serve(Resettable(main), registry);
    let serve_side = axum::serve(Resettable(side), companion);
    // Requests in flight are dropped. Waiting for them could take forever, because a body may be stalled.
    tokio::select! {
        _ = serve_main => {}
        _ = serve_side => {}
        () = stop_requested(stopped) => {}
    }
}

async fn stop_requested(mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow_and_update() {
        if stopped.changed().await.is_err() {
            return;
        }
    }
}
