//! A server in front of a registry: it changes, answers or passes on each request by its head.

#![allow(clippy::unwrap_used)]

use test_registry::TestRegistry;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The treatment of one request.
pub(crate) enum Treatment {
    /// The registry gets the request with this head.
    Pass(String),
    /// The client gets this answer.
    Answer(String),
}

/// A running server.
pub(crate) struct Front {
    /// The address, as `127.0.0.1:port`.
    pub(crate) host: String,
    task: JoinHandle<()>,
}

impl Front {
    /// Starts a server on a free port.
    pub(crate) async fn before(
        registry: &TestRegistry,
        treat: impl Fn(String) -> Treatment + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let target = registry.host();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (target, treat) = (target.clone(), treat.clone());
                tokio::spawn(async move { serve(stream, &target, treat).await });
            }
        });
        Self { host, task }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one request without a body. Closing the connection ends it.
async fn serve(
    mut client: TcpStream,
    target: &str,
    treat: impl Fn(String) -> Treatment,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    match treat(head) {
        Treatment::Answer(answer) => client.write_all(answer.as_bytes()).await?,
        Treatment::Pass(head) => {
            let mut registry = TcpStream::connect(target).await?;
            let lines = head.split("\r\n").filter(|line| !is_connection(line));
            let head = lines.collect::<Vec<_>>().join("\r\n");
            let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
            registry.write_all(head.as_bytes()).await?;
            tokio::io::copy(&mut registry, &mut client).await?;
        }
    }
    client.shutdown().await
}

fn is_connection(line: &str) -> bool {
    line.to_ascii_lowercase().starts_with("connection:")
}
