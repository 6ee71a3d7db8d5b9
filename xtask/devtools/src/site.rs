//! Serves the built page on this machine, with the headers that a host would send. Knows nothing
//! of registries.

use std::{net::SocketAddr, path::Path};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::{self, Next},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tower_http::services::ServeDir;
use xtask::failure::{Failure, OrFail, Result};

use crate::policy;

/// A site that is being served; it ends when this is dropped.
pub struct Site {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The way in which a folder is served.
#[derive(Debug, Clone, Default)]
pub struct Hosting {
    /// The port; 0 for any free one.
    pub port: u16,
    /// The sub-folder under which the page appears: `/tools/porthole`. Empty for the root.
    pub folder: &'static str,
    /// Sends no headers of ours, as a host does that cannot be configured.
    pub bare: bool,
}

impl Site {
    /// Serves a folder.
    ///
    /// # Errors
    /// When the port is taken, or the folder holds no page.
    pub async fn start(dist: &Path, hosting: &Hosting) -> Result<Self> {
        if !dist.join("index.html").is_file() {
            return Err(Failure::new(
                format!("there is no page in {}", dist.display()),
                "build it first: cargo xtask dist",
            ));
        }
        let listener = listen(hosting.port, "--port").await?;
        let address = listener.local_addr().or_fail("the listener has no address", "try again")?;
        let app = router(dist, hosting)?;
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                eprintln!("the site stopped: {error}");
            }
        });
        Ok(Self { address, task })
    }

    /// The address of the site: `http://127.0.0.1:8080`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Listens on a port of this machine only.
///
/// # Errors
/// When the port is taken; the message names the option that chooses another.
pub async fn listen(port: u16, option: &str) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await.or_fail(
        format!("port {port} of 127.0.0.1 cannot be used"),
        format!("stop what uses it (ss -ltnp | grep :{port}), or choose another: {option} PORT"),
    )
}

fn router(dist: &Path, hosting: &Hosting) -> Result<Router> {
    let files = ServeDir::new(dist);
    let app = match hosting.folder {
        "" => Router::new().fallback_service(files),
        folder => Router::new().nest_service(folder, files),
    };
    if hosting.bare {
        return Ok(app);
    }
    let file = dist.join("_headers");
    let text = std::fs::read_to_string(&file)
        .or_fail(file.display(), "build the page with cargo xtask dist, which writes it")?;
    let headers = headers(&text)?;
    Ok(app.layer(middleware::from_fn(move |request: Request, next: Next| {
        let headers = headers.clone();
        async move {
            let mut response = next.run(request).await;
            response.headers_mut().extend(headers);
            response
        }
    })))
}

fn headers(text: &str) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let read = policy::parse_headers_file(text).into_iter().map(|(name, value)| {
        let next = "mend xtask/devtools/src/policy.rs";
        let header = HeaderName::try_from(name.as_str()).or_fail(&name, next)?;
        Ok((header, HeaderValue::try_from(value.as_str()).or_fail(&name, next)?))
    });
    read.collect()
}
