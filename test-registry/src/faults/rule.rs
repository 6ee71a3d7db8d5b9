//! Rules: the requests that a fault applies to, and the number of times.

use std::time::Duration;

use super::fault::Fault;

/// One fault with its conditions. A new rule applies to every request.
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
    /// Makes a rule that applies to every request.
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

    /// Limits the rule to requests whose `METHOD /path?query` matches. `*` stands for any text.
    #[must_use]
    pub fn on(mut self, pattern: &str) -> Self {
        self.pattern = pattern.into();
        self
    }

    /// Lets this many matching requests pass before the first fault.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// Limits the number of times that the fault is applied.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Applies the fault with this probability, from 0 to 1, by the random numbers of the instance.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// Sets the length of a delay, of a stall or of `Retry-After`.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Sets the number of bytes of the body before the fault. Without it, half of the body comes.
    #[must_use]
    pub fn at(mut self, byte: u64) -> Self {
        self.at = Some(byte);
        self
    }

    /// Returns the fault of the rule.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// Reads `NAME[:PATTERN[:TIMES]]`, as on the command line.
    ///
    /// # Errors
    /// Names an unknown fault, or a count that is no number.
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

/// Returns true if a text contains a pattern in which `*` stands for any text.
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
