//! The report of a verification, as data.

use serde_json::{Value, json};

use super::Check;
use crate::{
    layers::findings::Findings,
    oci::{Descriptor, Digest, Platform},
    ops::progress::{Mismatch, Outcome, Role, UnverifiedReason},
};

/// One object of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The pointer to it, without the content that the descriptor may carry.
    pub descriptor: Descriptor,
    /// Its part in the image.
    pub role: Role,
    /// The platforms that it belongs to, if any.
    pub platforms: Vec<Platform>,
    /// Bytes that were read.
    pub received: u64,
    /// Verified, mismatch or not verified.
    pub outcome: Outcome,
    /// The outcome of checking the content that the descriptor carries, if any.
    pub embedded: Option<Outcome>,
    /// The findings of the reader. Manifests and configurations have none.
    pub findings: Option<Findings>,
}

/// The circumstances of a verification, which the checks themselves do not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportContext {
    /// The reference, in full.
    pub reference: String,
    /// The registry that was asked.
    pub registry: String,
    /// The platform that was chosen; `None` for all.
    pub platform: Option<String>,
    /// The end, in RFC 3339.
    pub checked_at: String,
    /// The duration.
    pub milliseconds: u64,
}

/// The result of a verification.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The manifest or index that the reference stood for.
    pub root: Option<Descriptor>,
    /// Each object once: manifests, configurations, layers, each in the tree's order.
    pub objects: Vec<Checked>,
    /// The comparisons beside the digests, in the tree's order.
    pub checks: Vec<Check>,
    /// True if part of the tree was left out because of a limit.
    pub cut: bool,
}

/// Counts of objects by outcome.
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

/// A fact that no verification checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// The digest that the tag stands for by now: it was read once, at the beginning.
    CurrentTag,
    /// The maker of the image: signatures and attestations are objects like others here.
    Maker,
}

impl Unchecked {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 2] = [Self::CurrentTag, Self::Maker];

    /// Returns its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::CurrentTag => "currentTag",
            Self::Maker => "maker",
        }
    }
}

impl Totals {
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let mut totals = Self::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Mismatch(_) => totals.mismatched += 1,
                Outcome::Verified => totals.verified += 1,
                _ => totals.not_verified += 1,
            }
        }
        totals
    }
}

impl Report {
    /// Returns the sums over the objects.
    pub fn totals(&self) -> Totals {
        let bytes = self.objects.iter().map(|object| object.received);
        let bytes = bytes.fold(0u64, u64::saturating_add);
        Totals { bytes, ..Totals::of(self.objects.iter().map(Checked::worst)) }
    }

    /// Returns the sums over the comparisons. No bytes were read for them.
    pub fn chain_totals(&self) -> Totals {
        Totals::of(self.checks.iter().map(|check| &check.outcome))
    }

    /// Returns the report as JSON, with every digest and size in full.
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
            "checks": self.checks.iter().map(Check::to_json).collect::<Vec<_>>(),
            "notChecked": Unchecked::ALL.map(Unchecked::name),
        })
    }

    /// Returns the report as JSON, with its circumstances.
    pub fn to_json_of(&self, context: &ReportContext) -> Value {
        let mut json = self.to_json();
        let about = [
            ("reference", Value::from(context.reference.as_str())),
            ("registry", Value::from(context.registry.as_str())),
            ("platform", json!(context.platform)),
            ("checkedAt", Value::from(context.checked_at.as_str())),
            ("milliseconds", Value::from(context.milliseconds)),
        ];
        if let Value::Object(members) = &mut json {
            members.extend(about.map(|(key, value)| (key.to_owned(), value)));
        }
        json
    }
}

impl Checked {
    /// Returns the outcome that counts: wrong embedded content makes the object wrong.
    pub fn worst(&self) -> &Outcome {
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
            "compression": self.findings.as_ref().and_then(|f| f.compression).map(|c| c.name()),
            "uncompressedSize": self.plain().map(|found| found.plain_size),
            "diffId": self.plain().and_then(|found| found.diff_id.as_ref()).map(Digest::as_str),
            "problem": self.findings.as_ref().and_then(|found| found.problem.as_ref()).map(ToString::to_string),
        })
    }

    /// The findings of an object that was decompressed to its end.
    fn plain(&self) -> Option<&Findings> {
        self.findings.as_ref().filter(|found| found.diff_id.is_some())
    }
}

impl Check {
    fn to_json(&self) -> Value {
        json!({
            "subject": self.subject.as_str(),
            "about": self.about.name(),
            "outcome": outcome(&self.outcome),
        })
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Root => "root",
        Role::Manifest => "manifest",
        Role::Config => "config",
        Role::Layer => "layer",
        Role::Blob => "blob",
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
        Outcome::Mismatch(Mismatch::StatedSize { stated, actual }) => json!({
            "state": "mismatch", "digest": "verified", "statedSize": stated, "actualSize": actual,
        }),
        Outcome::Mismatch(Mismatch::Layers { expected, actual }) => json!({
            "state": "mismatch", "expectedLayers": expected, "actualLayers": actual,
        }),
        Outcome::Mismatch(Mismatch::Claim { expected, actual }) => json!({
            "state": "mismatch", "expected": expected, "actual": actual,
        }),
        Outcome::NotVerified(UnverifiedReason::Unreadable(error)) => json!({
            "state": "not verified", "why": "unreadable", "error": error.kind.name(), "status": error.context.status,
        }),
        Outcome::NotVerified(reason) => json!({ "state": "not verified", "why": reason.name() }),
        // Transfers end so, and verifications do not.
        Outcome::Transferred
        | Outcome::Mounted
        | Outcome::AlreadyThere
        | Outcome::Skipped
        | Outcome::Failed(_) => json!({ "state": "not verified", "why": "notRead" }),
    }
}
