//! A server that starts registries for tests in a browser, which cannot start any themselves.
//!
//! `GET /start?--cors&none&--fault&reset-body` has the options of the command line as the names in its
//! query. It starts a registry with these options on its own port and answers with its host.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderName, StatusCode, Uri},
    response::Response,
    routing::get,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::options::parse_options;
use crate::reply;
use crate::server::TestRegistry;

/// The most registries that run at the same time. The oldest ends before a further one starts.
const RUNNING: usize = 16;

type Running = Arc<Mutex<Vec<TestRegistry>>>;

/// The server. It listens until this is dropped.
pub struct Switchboard {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Drop for Switchboard {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Switchboard {
    /// Starts to listen on `127.0.0.1:port`. The caller must be on a tokio runtime.
    ///
    /// # Errors
    /// Fails if the port is taken.
    pub async fn start(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let router =
            Router::new().route("/start", get(start)).with_state(Arc::<Mutex<_>>::default());
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, server })
    }

    /// The address, as `127.0.0.1:port`.
    #[must_use]
    pub fn host(&self) -> String {
        self.address.to_string()
    }
}

async fn start(State(running): State<Running>, uri: Uri) -> Response {
    // Dropping a registry blocks until its thread has ended.
    let begun = tokio::task::spawn_blocking(move || begin(&running, &uri)).await;
    let mut answer = match begun {
        Ok(Ok(host)) => reply::with_type(StatusCode::OK, "text/plain", host),
        Ok(Err(why)) => reply::with_type(StatusCode::BAD_REQUEST, "text/plain", why),
        Err(why) => {
            let why = why.to_string();
            reply::with_type(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", why)
        }
    };
    reply::set(&mut answer, HeaderName::from_static("access-control-allow-origin"), "*");
    answer
}

fn begin(running: &Mutex<Vec<TestRegistry>>, uri: &Uri) -> Result<String, String> {
    let options = reply::pairs(uri.query().unwrap_or_default());
    let switches = parse_options(options.into_iter().map(|(name, _)| name))?;
    let registry = TestRegistry::start(switches).map_err(|why| why.to_string())?;
    let host = registry.host();
    let mut running = running.lock().map_err(|why| why.to_string())?;
    if running.len() >= RUNNING {
        running.remove(0);
    }
    running.push(registry);
    Ok(host)
}
