//! A token bucket: 300 requests a minute, 300 at once (R41).

use std::time::Duration;

const CAPACITY: f64 = 300.0;
const PER_SECOND: f64 = 5.0;

/// The tokens that were left, and the time of that count.
pub(super) struct Bucket {
    tokens: f64,
    at: Duration,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { tokens: CAPACITY, at: Duration::ZERO }
    }
}

impl Bucket {
    /// Takes a token, or returns the time until there is one.
    pub(super) fn take(&mut self, now: Duration) -> Option<Duration> {
        let gained = now.saturating_sub(self.at).as_secs_f64() * PER_SECOND;
        self.tokens = (self.tokens + gained).min(CAPACITY);
        self.at = now;
        // Not quite 1: a wait that was computed must not come out short by rounding.
        if self.tokens >= 1.0 - 1e-6 {
            self.tokens -= 1.0;
            return None;
        }
        Some(Duration::from_secs_f64((1.0 - self.tokens) / PER_SECOND))
    }

    /// Takes all tokens: the registry said that there are none (R43).
    pub(super) fn empty(&mut self, now: Duration) {
        self.tokens = 0.0;
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r041_three_hundred_at_once_then_five_a_second() {
        let mut bucket = Bucket::default();
        let now = Duration::from_secs(1000);
        for _ in 0..300 {
            assert_eq!(bucket.take(now), None);
        }
        assert_eq!(bucket.take(now), Some(Duration::from_millis(200)));
        assert_eq!(bucket.take(now + Duration::from_millis(200)), None);
        assert!(bucket.take(now + Duration::from_millis(200)).is_some());
    }

    #[test]
    fn r043_emptied_it_fills_again_from_nothing() {
        let mut bucket = Bucket::default();
        let now = Duration::from_secs(1000);
        bucket.empty(now);
        assert!(bucket.take(now).is_some());
        let later = now + Duration::from_secs(60);
        for _ in 0..300 {
            assert_eq!(bucket.take(later), None);
        }
        assert!(bucket.take(later).is_some());
    }
}
