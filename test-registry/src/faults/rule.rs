//! Which requests a fault strikes, and how often.

use std::time::Duration;

use super::fault::Fault;

/// One fault, and when it strikes. Without further words: every request, always.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(super) fault: Fault,
    pub(super) pattern: String,
    pub(super) skip: u32,
    pub(super) times: Option<u32>,
    pub(super) probability: Option<f64>,
    pub(super) delay: Option<Duration>,
    pub(super) at: Option<u64>,
}

impl Rule {
    /// A rule that strikes every request.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        let times = (fault == Fault::NotFoundOnce).then_some(1);
        Self {
            fault,
            pattern: "*".into(),
            skip: 0,
            times,
            probability: None,
            delay: None,
            at: None,
        }
    }

    /// Only requests whose `METHOD /path?query` matches; `*` stands for any text.
    #[must_use]
    pub fn on(mut self, pattern: &str) -> Self {
        self.pattern = pattern.into();
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Strikes only this often.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Strikes with this probability, 0 to 1, by the dice of the instance.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// How long a delay, a stall or a `Retry-After` is.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// After how many bytes of the body it strikes (half of it otherwise).
    #[must_use]
    pub fn at(mut self, byte: u64) -> Self {
        self.at = Some(byte);
        self
    }

    /// Which fault.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// Reads `NAME[:PATTERN[:TIMES]]`, as on the command line.
    ///
    /// # Errors
    /// An unknown name or a count that is no number, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let fault = Fault::named(name).ok_or_else(|| format!("unknown fault {name:?}"))?;
        let mut rule = Self::new(fault);
        if let Some(pattern) = parts.next().filter(|pattern| !pattern.is_empty()) {
            rule.pattern = pattern.into();
        }
        if let Some(times) = parts.next() {
            rule.times = Some(times.parse().map_err(|_| format!("{times:?} is not a count"))?);
        }
        Ok(rule)
    }

    pub(super) fn matches(&self, line: &str) -> bool {
        glob(&self.pattern, line)
    }
}

/// Whether a text matches a pattern in which `*` stands for anything. Both ends are open.
fn glob(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    pattern.split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = rest.get(at + part.len()..).unwrap_or_default();
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns_are_open_at_both_ends() {
        let line = "GET /v2/a/blobs/sha256:00";
        for pattern in ["*", "", "/blobs/", "GET */a/*sha256", "GET "] {
            assert!(glob(pattern, line), "{pattern}");
        }
        for pattern in ["PUT ", "/manifests/", "blobs*v2"] {
            assert!(!glob(pattern, line), "{pattern}");
        }
    }

    #[test]
    fn rules_are_read_from_text() {
        let rule = Rule::parse("429-seconds:GET */tags:2").unwrap();
        assert_eq!((rule.fault, rule.times), (Fault::TooManySeconds, Some(2)));
        assert!(rule.matches("GET /v2/a/tags/list"));
        assert!(Rule::parse("nonsense").is_err());
        assert!(Rule::parse("500:*:x").is_err());
    }
}
