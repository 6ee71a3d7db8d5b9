//! A hostile registry and five more origins that record every byte they are sent.
//!
//! A client that holds a canary credential runs each [`Scenario`] against the registry. The report then
//! lists the bytes of the credential that arrived outside the registry and its approved token server.
//! The goal is zero of them in at least 80 scenarios. All servers listen on this machine only.

mod answer;
mod scenario;

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{net::TcpListener, task::JoinHandle};

pub use scenario::{Attack, Credential, Places, Scenario};

/// The user name that must not leak.
pub const USER: &str = "canary-user";
/// The password that must not leak.
pub const PASSWORD: &str = "canary-password-7f3a";
/// The identity token that must not leak.
pub const IDENTITY: &str = "canary-identity-91c2";
/// The token that the approved token server issues. It must not leak either.
pub const TOKEN: &str = "canary-token-5be0";

/// A request that one of the origins received.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// The origin that received it: 0 is the registry, 1 the approved token server, the others follow.
    pub origin: usize,
    /// Method and target of the request, with a space between them.
    pub line: String,
    /// The header fields, one on each line.
    pub headers: String,
    /// The bytes of the body.
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    /// Returns the canary text that the request carries, if any.
    pub fn leak(&self) -> Option<String> {
        let pair = STANDARD.encode(format!("{USER}:{PASSWORD}"));
        let body = String::from_utf8_lossy(&self.body);
        let secrets = [USER, PASSWORD, IDENTITY, TOKEN, pair.as_str()];
        secrets
            .into_iter()
            .find(|secret| [&*self.line, &*self.headers, &*body].iter().any(|t| t.contains(secret)))
            .map(str::to_owned)
    }
}

type Log = Arc<Mutex<Vec<ReceivedRequest>>>;

/// The six origins. They listen until this is dropped.
pub struct Canary {
    /// The addresses of the origins.
    pub places: Places,
    log: Log,
    servers: Vec<JoinHandle<()>>,
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

impl Canary {
    /// Starts the origins. The registry listens at `port`, or at any free port for 0, the others at any free port.
    ///
    /// # Errors
    /// Fails if a port cannot be bound.
    pub async fn start(port: u16) -> io::Result<Self> {
        let mut listeners = Vec::new();
        for number in 0..6 {
            let port = if number == 0 { port } else { 0 };
            // The scenarios spell this address in many ways.
            listeners.push(TcpListener::bind(("127.0.0.1", port)).await?);
        }
        let ports: Vec<u16> =
            listeners.iter().map(|l| Ok(l.local_addr()?.port())).collect::<io::Result<_>>()?;
        let [registry, tokens, a, b, c, d] = ports.as_slice() else {
            return Err(io::Error::other("six origins are needed"));
        };
        let places = Places {
            registry: format!("127.0.0.1:{registry}"),
            tokens: format!("127.0.0.1:{tokens}"),
            others: [*a, *b, *c, *d],
        };
        let log = Log::default();
        let servers = listeners
            .into_iter()
            .enumerate()
            .map(|(origin, listener)| serve(origin, listener, places.clone(), log.clone()))
            .collect();
        Ok(Self { places, log, servers })
    }

    /// Returns the scenarios that the client is to run.
    pub fn scenarios(&self) -> Vec<Scenario> {
        scenario::all(&self.places)
    }

    /// Returns all requests that the origins have received so far.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.log.lock().map(|log| log.clone()).unwrap_or_default()
    }

    /// Returns the requests that carried canary bytes to an origin outside the approved pair.
    pub fn leaks(&self) -> Vec<(ReceivedRequest, String)> {
        leaks(&self.requests())
    }
}

fn leaks(seen: &[ReceivedRequest]) -> Vec<(ReceivedRequest, String)> {
    seen.iter()
        .filter(|seen| seen.origin > 1)
        .filter_map(|seen| Some((seen.clone(), seen.leak()?)))
        .collect()
}

fn serve(origin: usize, listener: TcpListener, places: Places, log: Log) -> JoinHandle<()> {
    let router = Router::new().fallback(move |request: Request| {
        let (places, log) = (places.clone(), log.clone());
        async move { handle(origin, &places, &log, request).await }
    });
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    })
}

async fn handle(origin: usize, places: &Places, log: &Log, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default().to_vec();
    let line = format!("{} {}", parts.method, parts.uri);
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    // The questions of the test program are not part of any scenario, so they are not recorded.
    if let Some(question) = parts.uri.path().strip_prefix("/_canary/") {
        return report(question, places, log);
    }
    let answer = answer::answer(origin, places, &parts, &body);
    if let Ok(mut log) = log.lock() {
        log.push(ReceivedRequest { origin, line, headers, body });
    }
    answer
}

/// Answers a question of a test in a browser, which can reach the records only by HTTP.
fn report(question: &str, places: &Places, log: &Log) -> Response {
    let seen = log.lock().map(|log| log.clone()).unwrap_or_default();
    let text = match question {
        "scenarios" => scenario::all(places)
            .iter()
            .map(|s| {
                format!("{}\t{}\t{}\n", s.operation, s.credential.name(), s.name.escape_debug())
            })
            .collect(),
        "tokens" => places.tokens.clone(),
        "seen" => seen.len().to_string(),
        _ => leaks(&seen)
            .iter()
            .map(|(seen, secret)| format!("{secret} at origin {}: {}\n", seen.origin, seen.line))
            .collect::<String>(),
    };
    let response = Response::builder()
        .header("access-control-allow-origin", "*")
        .header("content-type", "text/plain; charset=utf-8")
        .header("cache-control", "no-store");
    response.body(Body::from(text)).unwrap_or_default()
}
