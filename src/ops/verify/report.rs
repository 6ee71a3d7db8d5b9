//! What came of a verification, as data.

use serde_json::{Value, json};

use crate::{
    oci::{Descriptor, Platform},
    ops::progress::{Mismatch, Outcome, Role},
};

/// One object of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// How the image points at it, without the content that the descriptor may carry.
    pub descriptor: Descriptor,
    /// What it is in the image.
    pub role: Role,
    /// The platforms that it belongs to; none where it belongs to no platform.
    pub platforms: Vec<Platform>,
    /// Bytes that were read.
    pub received: u64,
    /// Verified, mismatch or not verified.
    pub outcome: Outcome,
    /// The same for the content that the descriptor carries itself, where it does.
    pub embedded: Option<Outcome>,
}

/// What came of a verification.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What the reference stood for.
    pub root: Option<Descriptor>,
    /// Each object once: manifests, then configurations and layers, in the tree's order.
    pub objects: Vec<Checked>,
    /// Whether part of the tree was left out because of a limit.
    pub cut: bool,
}

/// How many objects came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Objects that are right.
    pub verified: usize,
    /// Objects that are wrong, in the registry or in a descriptor.
    pub mismatched: usize,
    /// Objects that were not checked.
    pub not_verified: usize,
    /// Bytes read.
    pub bytes: u64,
}

impl Report {
    /// The sums.
    pub fn totals(&self) -> Totals {
        self.objects.iter().fold(Totals::default(), |mut totals, object| {
            totals.bytes = totals.bytes.saturating_add(object.received);
            match object.worst() {
                Outcome::Mismatch(_) => totals.mismatched += 1,
                Outcome::Verified => totals.verified += 1,
                _ => totals.not_verified += 1,
            }
            totals
        })
    }

    /// The report as JSON, with every digest and size in full.
    pub fn to_json(&self) -> Value {
        let Totals { verified, mismatched, not_verified, bytes } = self.totals();
        json!({
            "root": self.root.as_ref().map(|root| root.digest.as_str()),
            "complete": !self.cut,
            "verified": verified,
            "mismatched": mismatched,
            "notVerified": not_verified,
            "bytes": bytes,
            "objects": self.objects.iter().map(Checked::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Checked {
    /// The outcome that counts: wrong embedded content makes the object wrong.
    fn worst(&self) -> &Outcome {
        match &self.embedded {
            Some(wrong @ Outcome::Mismatch(_)) => wrong,
            _ => &self.outcome,
        }
    }

    fn to_json(&self) -> Value {
        let Descriptor { digest, media_type, size, .. } = &self.descriptor;
        json!({
            "digest": digest.as_str(),
            "mediaType": media_type.as_str(),
            "role": role(self.role),
            "platforms": self.platforms.iter().map(Platform::to_string).collect::<Vec<_>>(),
            "size": size,
            "received": self.received,
            "outcome": outcome(&self.outcome),
            "embedded": self.embedded.as_ref().map(outcome),
        })
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Root => "root",
        Role::Manifest => "manifest",
        Role::Config => "config",
        Role::Layer => "layer",
    }
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Verified => json!({ "state": "verified" }),
        Outcome::Mismatch(Mismatch::Digest { expected, actual }) => json!({
            "state": "mismatch", "expected": expected.as_str(), "actual": actual.as_str(),
        }),
        Outcome::Mismatch(Mismatch::Size { expected, actual }) => json!({
            "state": "mismatch", "expectedSize": expected, "actualSize": actual,
        }),
        Outcome::NotVerified(why) => json!({ "state": "not verified", "why": why }),
        other => json!({ "state": "not verified", "why": format!("{other:?}") }),
    }
}
