//! A small HTTP client. It shows the answers of the servers to the byte, without any code of the project.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The reply of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status, or 0 if the connection ended before one came.
    pub status: u16,
    /// The header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The bytes of the body that came.
    pub body: Vec<u8>,
    /// True if the body was complete.
    pub complete: bool,
}

impl Reply {
    /// Returns the first value of a header. The name is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.text()))
    }

    /// Returns the code of the first error of an error document.
    pub fn code(&self) -> String {
        let document: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        document["errors"][0]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Sends one request over a new connection. `host` is `127.0.0.1:port`.
pub fn send(
    host: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut stream = TcpStream::connect(host).unwrap_or_else(|why| panic!("{host}: {why}"));
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
        head += &format!("content-length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    let request = [head.as_bytes(), b"\r\n", body].concat();
    // A server may answer and close before it has read everything.
    let _ = stream.write_all(&request);
    receive(&mut BufReader::new(stream), method)
}

/// Sends a `GET` without further headers.
pub fn get(host: &str, target: &str) -> Reply {
    send(host, "GET", target, &[], b"")
}

fn receive(stream: &mut impl BufRead, method: &str) -> Reply {
    let status = line(stream).split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    let headers: Vec<_> = std::iter::from_fn(|| Some(line(stream)).filter(|line| !line.is_empty()))
        .filter_map(|line| {
            line.split_once(':').map(|(n, v)| (n.to_lowercase(), v.trim().to_owned()))
        })
        .collect();
    let mut reply = Reply { status, headers, body: Vec::new(), complete: false };
    if method == "HEAD" || status == 204 {
        reply.complete = true;
        return reply;
    }
    if reply.header("transfer-encoding") == Some("chunked") {
        (reply.body, reply.complete) = chunks(stream);
        return reply;
    }
    let length = reply.header("content-length").and_then(|text| text.parse::<usize>().ok());
    // Reading ends at a reset as at any end. Only the length shows the difference.
    let _ =
        stream.take(length.map_or(u64::MAX, |length| length as u64)).read_to_end(&mut reply.body);
    reply.complete = length.is_none_or(|length| length == reply.body.len());
    reply
}

fn chunks(stream: &mut impl BufRead) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Ok(length) = u64::from_str_radix(line(stream).trim(), 16) else { return (body, false) };
        let read = stream.take(length).read_to_end(&mut body).unwrap_or(0);
        line(stream);
        if length == 0 {
            return (body, true);
        }
        if (read as u64) < length {
            return (body, false);
        }
    }
}

fn line(stream: &mut impl BufRead) -> String {
    let mut text = String::new();
    let _ = stream.read_line(&mut text);
    text.trim_end().to_owned()
}
