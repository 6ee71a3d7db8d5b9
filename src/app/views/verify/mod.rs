//! A verification as rows and counts, and its outcome in words.

mod run;

pub use run::{Counts, Row, Run, State};

pub use crate::ops::{
    progress::{Event, Mismatch, Outcome, Role},
    verify::{About, Check, Report},
};

/// Returns an outcome as one of three words, with the details.
pub fn verdict(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Verified => ("verified", String::new()),
        Outcome::Mismatch(Mismatch::Digest { actual, .. }) => {
            ("mismatch", format!("the bytes have the digest {actual}"))
        }
        Outcome::Mismatch(Mismatch::Size { actual, .. }) => {
            ("mismatch", format!("{actual} bytes came"))
        }
        Outcome::Mismatch(Mismatch::Claim { expected, actual }) => {
            ("mismatch", format!("{actual}, not {expected}"))
        }
        Outcome::NotVerified(why) | Outcome::Skipped(why) => ("not verified", why.clone()),
        Outcome::Failed(error) => ("not verified", error.to_string()),
        Outcome::Transferred | Outcome::Mounted | Outcome::AlreadyThere => {
            ("not verified", String::new())
        }
    }
}

#[cfg(test)]
mod tests;
