//! The tokens that the token endpoint issued, with their scopes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The access tokens and refresh tokens of one instance.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<IssuedTokens>);

#[derive(Debug, Default)]
struct IssuedTokens {
    next: u64,
    access: BTreeMap<String, Token>,
    refresh: Vec<String>,
}

#[derive(Debug)]
struct Token {
    scopes: Vec<String>,
    ends: Instant,
}

impl Tokens {
    fn lock(&self) -> MutexGuard<'_, IssuedTokens> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes every access token. Refresh tokens stay.
    pub(crate) fn expire_all(&self) {
        self.lock().access.clear();
    }

    pub(crate) fn issue(&self, scopes: Vec<String>, seconds: u64) -> String {
        let mut issued = self.lock();
        issued.next += 1;
        let token = format!("access-canary-{:06}", issued.next);
        let ends = Instant::now() + Duration::from_secs(seconds);
        issued.access.insert(token.clone(), Token { scopes, ends });
        token
    }

    pub(crate) fn issue_refresh(&self) -> String {
        let mut issued = self.lock();
        issued.next += 1;
        let token = format!("refresh-canary-{:06}", issued.next);
        issued.refresh.push(token.clone());
        token
    }

    pub(crate) fn is_refresh(&self, token: &str) -> bool {
        self.lock().refresh.iter().any(|known| known == token)
    }

    /// Returns the error code of RFC 6750 if this token does not give these scopes.
    pub(crate) fn refusal(&self, token: &str, needed: &[String]) -> Option<&'static str> {
        if token.is_empty() {
            return Some("");
        }
        let issued = self.lock();
        match issued.access.get(token).filter(|known| known.ends > Instant::now()) {
            None => Some("invalid_token"),
            Some(known) if !needed.iter().all(|need| covers(&known.scopes, need)) => {
                Some("insufficient_scope")
            }
            Some(_) => None,
        }
    }
}

/// Returns true if the scopes together give every action of the needed one.
fn covers(scopes: &[String], need: &str) -> bool {
    let Some((resource, actions)) = need.rsplit_once(':') else { return false };
    let held: Vec<&str> = scopes
        .iter()
        .filter_map(|scope| scope.rsplit_once(':'))
        .filter(|(held, _)| *held == resource)
        .flat_map(|(_, actions)| actions.split(','))
        .collect();
    actions.split(',').all(|action| held.contains(&action) || held.contains(&"*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_compared_by_action() {
        let held = ["repository:a:pull,push".to_owned(), "repository:b:*".to_owned()];
        assert!(covers(&held, "repository:a:pull"));
        assert!(covers(&held, "repository:a:push,pull"));
        assert!(covers(&held, "repository:b:delete"));
        assert!(!covers(&held, "repository:a:delete"));
        assert!(!covers(&held, "registry:catalog:*"));
    }
}
