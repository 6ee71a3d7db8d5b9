//! The requests of a page, read from the performance log of ChromeDriver.

use serde_json::Value;

use super::word;

/// A request that a page sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its method: `GET`, or `OPTIONS` for a preflight.
    pub method: String,
    /// Its whole address.
    pub url: String,
}

/// Returns the request of an entry of the performance log.
pub(super) fn sent(entry: &Value) -> Option<Sent> {
    let entry: Value = serde_json::from_str(word(entry, "/message")).ok()?;
    if word(&entry, "/message/method") != "Network.requestWillBeSent" {
        return None;
    }
    let request = entry.pointer("/message/params/request")?;
    Some(Sent {
        method: word(request, "/method").to_owned(),
        url: word(request, "/url").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_are_read_from_the_performance_log() {
        let message = json!({ "message": { "method": "Network.requestWillBeSent", "params": {
            "request": { "method": "OPTIONS", "url": "http://x/v2/" } } } });
        let read = sent(&json!({ "message": message.to_string() }));
        assert_eq!(read.unwrap(), Sent { method: "OPTIONS".into(), url: "http://x/v2/".into() });
        assert_eq!(sent(&json!({ "message": "{}" })), None);
        assert_eq!(sent(&json!({})), None);
    }
}
