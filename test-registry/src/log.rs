//! The requests that an instance received: method, path, headers, status, bytes sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

/// One of the two servers of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The server of the registry API.
    Registry,
    /// The companion on another port: token endpoint and blob storage.
    Companion,
}

/// One request as it arrived, with the status and size of its reply.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The server that received the request.
    pub origin: Origin,
    /// The method, such as `GET`.
    pub method: String,
    /// The path and query as the client sent them.
    pub target: String,
    /// Header names in lower case, with their values, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The status of the reply, or 0 while there is none.
    pub status: u16,
    /// The number of bytes of the body that were handed to the network so far.
    pub sent: u64,
}

impl Entry {
    /// Returns the first value of a header. The name is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Returns the path without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// All requests of one instance, oldest first. A clone is a handle to the same log.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Line>>>);

#[derive(Debug)]
struct Line {
    entry: Entry,
    sent: Arc<AtomicU64>,
}

impl Log {
    /// Returns the entries so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .map(|line| Entry { sent: line.sent.load(Ordering::Relaxed), ..line.entry.clone() })
            .collect()
    }

    /// Returns the entries whose `METHOD path` contains this text.
    #[must_use]
    pub fn matching(&self, text: &str) -> Vec<Entry> {
        let line = |entry: &Entry| format!("{} {}", entry.method, entry.target);
        self.entries().into_iter().filter(|entry| line(entry).contains(text)).collect()
    }

    /// Returns the number of requests so far, with the preflights.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Returns true if no request has arrived yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of bytes of all bodies sent so far.
    #[must_use]
    pub fn bytes_sent(&self) -> u64 {
        self.entries().iter().map(|entry| entry.sent).sum()
    }

    /// Removes all entries.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns the log as JSON, for `/_test/log`.
    pub(crate) fn to_json(&self) -> Value {
        let lines = self.entries().into_iter().map(|entry| {
            json!({
                "origin": format!("{:?}", entry.origin).to_lowercase(),
                "method": entry.method, "target": entry.target, "status": entry.status, "sent": entry.sent,
                "headers": entry.headers,
            })
        });
        Value::Array(lines.collect())
    }

    /// Adds an entry. The handle adds the status and the bytes, which are known only later.
    pub(crate) fn begin(&self, entry: Entry) -> EntryHandle {
        let sent = Arc::new(AtomicU64::new(0));
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(Line { entry, sent: Arc::clone(&sent) });
        EntryHandle { log: self.clone(), sent }
    }
}

/// A handle that completes one entry.
#[derive(Debug, Clone)]
pub(crate) struct EntryHandle {
    log: Log,
    sent: Arc<AtomicU64>,
}

impl EntryHandle {
    /// Sets the status. Does nothing if the entry was cleared meanwhile.
    pub(crate) fn status(&self, status: u16) {
        let mut lines = self.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.iter_mut().find(|line| Arc::ptr_eq(&line.sent, &self.sent)) {
            line.entry.status = status;
        }
    }

    /// Adds to the bytes of the body that were sent.
    pub(crate) fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
