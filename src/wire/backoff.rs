//! The retry policy: the decision to send a request again, and the wait before it (R44 to R49). The
//! caller passes in the time and a random number.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{
    endpoint::Endpoint,
    headers::{Headers, name},
};

/// The end of a request that may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer has this status.
    Status(u16),
    /// There is no answer: the connection broke, or nothing came in time.
    NoAnswer,
}

/// The number of tries and the waits between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The number of tries. 1 means no second try (R45).
    pub tries: u32,
    /// The number of tries if the registry failed: 500, 502, 503 or 504 (R44).
    pub tries_after_failure: u32,
    /// The first wait. Each further one is twice as long.
    pub base: Duration,
    /// The longest wait that the client itself chooses.
    pub longest: Duration,
    /// The longest `Retry-After` that the client obeys without asking the user.
    pub longest_obeyed: Duration,
}

impl Default for Policy {
    /// Five tries, waits from 0.5 s to 30 s, `Retry-After` up to 120 s.
    fn default() -> Self {
        Self {
            tries: 5,
            tries_after_failure: 5,
            base: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            longest_obeyed: Duration::from_secs(120),
        }
    }
}

/// The decision after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Wait, then try again.
    Retry(Duration),
    /// The registry asks for a wait that is longer than the limit. The user decides.
    Ask(Duration),
    /// Give the outcome to the caller.
    GiveUp,
}

impl Policy {
    /// Returns the policy without a second try (R45).
    pub fn never() -> Self {
        Self { tries: 1, tries_after_failure: 1, ..Self::default() }
    }

    /// Returns the policy with at most three tries if the registry failed (R44).
    pub fn three_after_failure() -> Self {
        Self { tries_after_failure: 3, ..Self::default() }
    }

    /// Decides after `tries` tries, the last of which had this outcome. `repeatable` comes from
    /// [`is_repeatable`], `retry_after` from [`retry_after`]. `random` is a new number from 0 to 1.
    pub fn decide(
        &self,
        tries: u32,
        outcome: Outcome,
        repeatable: bool,
        retry_after: Option<Duration>,
        random: f64,
    ) -> Verdict {
        let allowed = match outcome {
            Outcome::Status(500 | 502 | 503 | 504) => self.tries_after_failure,
            _ => self.tries,
        };
        if tries >= allowed || !may_pass(outcome) || !(repeatable || was_not_handled(outcome)) {
            return Verdict::GiveUp;
        }
        let wait = self.wait(tries, random).max(retry_after.unwrap_or_default());
        if wait > self.longest_obeyed { Verdict::Ask(wait) } else { Verdict::Retry(wait) }
    }

    /// Returns the wait after `tries` tries. It lies between half of the doubled base and the
    /// whole. It is never shorter, because many tabs share one address.
    pub fn wait(&self, tries: u32, random: f64) -> Duration {
        let doubled = self.base.saturating_mul(2u32.saturating_pow(tries.saturating_sub(1)));
        let share = if random.is_finite() { 0.5 + random.clamp(0.0, 1.0) / 2.0 } else { 1.0 };
        doubled.min(self.longest).mul_f64(share)
    }
}

/// Returns the wait before the next request to a host that answered 429 this many times in a row. A
/// host refuses many tabs in the same second, and they must not all return in one second. So the
/// wait is a random part of 10 s, then of 20 s, then of 30 s, and at least one second (R43).
pub fn pause(refusals: u32, random: f64) -> Duration {
    let widest = Duration::from_secs(10).saturating_mul(refusals).min(Duration::from_secs(30));
    let share = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
    Duration::from_secs(1) + widest.mul_f64(share)
}

/// Returns true if the failure may pass soon (R45). 501, 505 and 511 do not pass.
pub fn may_pass(outcome: Outcome) -> bool {
    match outcome {
        Outcome::NoAnswer => true,
        Outcome::Status(status) => {
            matches!(status, 408 | 425 | 429 | 499 | 500 | 502 | 503 | 504 | 522)
        }
    }
}

/// Returns true if the server did nothing with the request. Then even a request that changes
/// something can be sent again.
fn was_not_handled(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Status(429))
}

/// Returns true if two such requests have the effect of one. Before a chunk is sent again, the
/// session must be asked for its position. Before a deletion or a tag is sent again, the client
/// must read what is there.
pub fn is_repeatable(endpoint: &Endpoint) -> bool {
    match endpoint {
        Endpoint::PutManifest { reference, tags, .. } => {
            reference.digest().is_some() && tags.is_empty()
        }
        // Opening a session twice leaves an empty one, which registries remove.
        Endpoint::StartUpload { .. } | Endpoint::MountBlob { .. } => true,
        _ => endpoint.method().is_read(),
    }
}

/// Returns the wait that `Retry-After` asks for, in seconds or as a date (R46). `None` if the field
/// is missing, hidden or unreadable.
pub fn retry_after(headers: &Headers, now: SystemTime) -> Option<Duration> {
    let text = headers.get(name::RETRY_AFTER)?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // A number that does not fit is a long wait.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// Returns true if the wait would pass the caller's deadline. The caller then gets the error at
/// once (R47).
pub fn is_past(deadline: Option<Duration>, wait: Duration) -> bool {
    deadline.is_some_and(|left| wait >= left)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_SECOND: Duration = Duration::from_secs(1);

    fn decide(tries: u32, status: u16) -> Verdict {
        Policy::default().decide(tries, Outcome::Status(status), true, None, 1.0)
    }

    #[test]
    fn r045_temporary_statuses_are_retried_and_others_are_not() {
        for status in [408, 425, 429, 499, 500, 502, 503, 504, 522] {
            assert_eq!(decide(1, status), Verdict::Retry(Duration::from_millis(500)), "{status}");
        }
        for status in [200, 301, 400, 401, 403, 404, 409, 416, 501, 505, 511] {
            assert_eq!(decide(1, status), Verdict::GiveUp, "{status}");
        }
    }

    #[test]
    fn r045_no_policy_means_no_second_try() {
        let verdict = Policy::never().decide(1, Outcome::NoAnswer, true, None, 0.0);
        assert_eq!(verdict, Verdict::GiveUp);
    }

    #[test]
    fn r044_three_tries_where_the_registry_failed() {
        let policy = Policy::three_after_failure();
        let retries = |tries, status| {
            policy.decide(tries, Outcome::Status(status), true, None, 0.0) != Verdict::GiveUp
        };
        assert!(retries(2, 503) && !retries(3, 503));
        assert!(retries(4, 429) && !retries(5, 429));
    }

    #[test]
    fn r045_waits_double_and_are_jittered_by_a_half() {
        let policy = Policy::default();
        let check = |tries, random, milliseconds| {
            assert_eq!(policy.wait(tries, random), Duration::from_millis(milliseconds));
        };
        check(1, 0.0, 250);
        check(1, 1.0, 500);
        check(2, 1.0, 1000);
        check(3, 0.5, 1500);
        check(20, 1.0, 30_000);
        check(u32::MAX, 1.0, 30_000);
        check(1, f64::NAN, 500);
        check(1, 7.0, 500);
    }

    #[test]
    fn r046_retry_after_in_seconds_and_as_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let check = |text: &str, expected: Option<u64>| {
            let headers = Headers::new().with("Retry-After", text);
            let wait = retry_after(&headers, now).map(|wait| wait.as_secs());
            assert_eq!(wait, expected, "{text}");
        };
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("Sun, 06 Nov 1994 08:49:47 GMT", Some(10));
        check("Sun, 06 Nov 1994 08:49:00 GMT", Some(0));
        check("Sunday, 06-Nov-94 08:49:47 GMT", Some(10));
        check("99999999999999999999999", Some(u64::from(u32::MAX)));
        check("-1", None);
        check("1.5", None);
        check("soon", None);
        check("", None);
        assert_eq!(retry_after(&Headers::new(), now), None);
    }

    #[test]
    fn r046_the_longer_wait_wins_and_very_long_ones_are_asked_about() {
        let policy = Policy::default();
        let decide = |after: u64| {
            let after = Some(Duration::from_secs(after));
            policy.decide(1, Outcome::Status(429), true, after, 1.0)
        };
        assert_eq!(decide(0), Verdict::Retry(Duration::from_millis(500)));
        assert_eq!(decide(120), Verdict::Retry(Duration::from_secs(120)));
        assert_eq!(decide(121), Verdict::Ask(Duration::from_secs(121)));
    }

    #[test]
    fn r047_no_wait_runs_past_the_deadline() {
        assert!(is_past(Some(ONE_SECOND), ONE_SECOND));
        assert!(!is_past(Some(ONE_SECOND), Duration::from_millis(999)));
        assert!(!is_past(None, ONE_SECOND));
    }

    #[test]
    fn r049_what_changes_things_is_only_sent_again_when_it_was_turned_away() {
        let policy = Policy::default();
        let decide = |outcome| policy.decide(1, outcome, false, None, 1.0);
        assert_eq!(decide(Outcome::NoAnswer), Verdict::GiveUp);
        assert_eq!(decide(Outcome::Status(502)), Verdict::GiveUp);
        assert_ne!(decide(Outcome::Status(429)), Verdict::GiveUp);
    }
}
