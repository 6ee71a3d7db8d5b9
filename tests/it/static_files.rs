//! A web server for the files of a folder, like a bucket or a static host. It has `GET`, `HEAD` and `Range`,
//! and sends every file with the same general `Content-Type`.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
};

/// The folders, by the path that each is served under.
pub type Folders = BTreeMap<String, PathBuf>;

/// A server that is running.
pub struct StaticFiles {
    /// The address, as `127.0.0.1:port`.
    pub host: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl StaticFiles {
    /// Serves these folders until the process ends.
    pub fn start(folders: Folders) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let log = Arc::<Mutex<Vec<String>>>::default();
        let (folders, lines) = (Arc::new(folders), Arc::clone(&log));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (folders, lines) = (Arc::clone(&folders), Arc::clone(&lines));
                thread::spawn(move || serve(&stream.unwrap(), &folders, &lines));
            }
        });
        Self { host, log }
    }

    /// Returns the method and path of every request so far.
    pub fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

fn serve(mut stream: &TcpStream, folders: &Folders, log: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    log.lock().unwrap().push(format!("{method} {path}"));
    let range = head
        .iter()
        .find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let Some(bytes) = read(folders, path) else {
        let _ =
            stream.write_all(b"HTTP/1.1 404 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return;
    };
    let (status, part) = cut(&bytes, range.as_deref());
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        part.len()
    );
    let body = if method == "HEAD" { &[] } else { part };
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}

fn read(folders: &Folders, path: &str) -> Option<Vec<u8>> {
    let path = path.trim_start_matches('/');
    let inside = |name: &str| path.strip_prefix(name)?.strip_prefix('/');
    let (folder, rest) = folders.iter().find_map(|(name, folder)| Some((folder, inside(name)?)))?;
    fs::read(folder.join(rest)).ok()
}

/// Returns the requested range, `N-` or `N-M`.
fn cut<'a>(bytes: &'a [u8], range: Option<&str>) -> (&'static str, &'a [u8]) {
    let Some((start, end)) = range.and_then(|range| range.split_once('-')) else {
        return ("200 OK", bytes);
    };
    let start: usize = start.parse().unwrap();
    let end = end.parse().map_or(bytes.len(), |end: usize| (end + 1).min(bytes.len()));
    ("206 Partial Content", &bytes[start..end])
}
