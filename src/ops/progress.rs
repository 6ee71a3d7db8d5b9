//! The one event type of all jobs, and the outcomes of an object.
//!
//! Nothing here has a clock: the caller measures times and speeds.

use std::{future::Future, rc::Rc};

use crate::{
    content::verify::Verdict,
    error::{Error, ErrorKind, Result},
    layers::findings::ReadFault,
    oci::{Descriptor, Digest},
    registry::{Unverified, Verification},
};

/// The part of an object in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The manifest or index that the reference stands for.
    Root,
    /// An entry of an index: a manifest or another index.
    Manifest,
    /// The configuration of an image or artifact.
    Config,
    /// A layer, or a blob of an artifact.
    Layer,
    /// An entry of an index that is no manifest, as in a build cache.
    Blob,
}

/// An event of a running job. Events of different objects interleave.
#[derive(Clone, Debug, PartialEq)]
pub enum JobEvent {
    /// The work is known: a number of objects, and the bytes that their descriptors state.
    Planned {
        /// Number of objects.
        objects: usize,
        /// Sum of their sizes, in bytes.
        bytes: u64,
    },
    /// Work on an object begins.
    Started {
        /// The blob or manifest that the event is about.
        object: Descriptor,
        /// Its part in the image.
        role: Role,
    },
    /// Bytes of an object have come.
    Progress {
        /// The object.
        digest: Digest,
        /// Bytes so far, counted from the start of the object.
        done: u64,
    },
    /// Work on an object ended.
    Finished {
        /// The object.
        digest: Digest,
        /// The result.
        outcome: Outcome,
    },
}

/// The result of the work on an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Counted and hashed here: they are the bytes of the digest.
    Verified,
    /// Counted and hashed here: they are other bytes.
    Mismatch(Mismatch),
    /// Not checked, with the reason.
    NotVerified(UnverifiedReason),
    /// Sent.
    Transferred,
    /// Mounted from another repository of the same registry, without being sent.
    Mounted,
    /// There before, and not sent.
    AlreadyThere,
    /// Left out on purpose: a layer that has other places to be read from (R130).
    Skipped,
    /// The job stopped at this object.
    Failed(Error),
}

/// The reason for not verifying an object, or a claim about it.
#[derive(Clone, Debug, PartialEq)]
pub enum UnverifiedReason {
    /// Reading it failed.
    Unreadable(Error),
    /// A foreign layer that the registry does not hold.
    Foreign,
    /// It lies beyond the limits of the walk.
    BeyondLimits,
    /// Its platform was not asked for.
    NotSelected,
    /// It was not read.
    NotRead,
    /// The verification was cancelled before.
    Cancelled,
    /// The configuration has no history to compare with.
    NoHistory,
    /// The configuration states no diff IDs.
    NoDiffIds,
    /// The layer is encrypted.
    Encrypted,
    /// The bytes are not those of the layer's digest.
    WrongBytes,
    /// Another image states the diff ID by another algorithm.
    OtherAlgorithm,
    /// The layer was not decompressed to its end.
    NotToItsEnd,
    /// Reading the inside of the layer failed.
    Decoding(ReadFault),
    /// The bytes were sent with an encoding of the transport, which was undone on the way. `true` if what
    /// came has the diff ID that the configuration states.
    TransportEncoding(bool),
    /// The source, or hashing here, did not check the bytes.
    Bytes(Unverified),
}

impl UnverifiedReason {
    /// Returns its name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bytes(Unverified::ByTag) => "byTag",
            Self::Bytes(Unverified::OtherThanNamed(_)) => "otherThanNamed",
            Self::Bytes(Unverified::Pushed) => "pushed",
            Self::Bytes(Unverified::Algorithm(_)) => "algorithm",
            Self::Bytes(Unverified::Made) => "made",
            Self::Unreadable(_) => "unreadable",
            Self::Foreign => "foreign",
            Self::BeyondLimits => "beyondLimits",
            Self::NotSelected => "notSelected",
            Self::NotRead => "notRead",
            Self::Cancelled => "cancelled",
            Self::NoHistory => "noHistory",
            Self::NoDiffIds => "noDiffIds",
            Self::Encrypted => "encrypted",
            Self::WrongBytes => "wrongBytes",
            Self::OtherAlgorithm => "otherAlgorithm",
            Self::TransportEncoding(_) => "transportEncoding",
            Self::NotToItsEnd => "notToItsEnd",
            Self::Decoding(_) => "decoding",
        }
    }
}

/// A difference between bytes and their descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// They have another digest.
    Digest {
        /// The digest that was announced.
        expected: Digest,
        /// The digest of the bytes.
        actual: Digest,
    },
    /// There are fewer or more of them.
    Size {
        /// The size that was announced, in bytes.
        expected: u64,
        /// The bytes counted. Counting stops once there are too many.
        actual: u64,
    },
    /// They have the digest, and the descriptor states another size.
    StatedSize {
        /// The size in the descriptor, in bytes.
        stated: u64,
        /// The number of bytes.
        actual: u64,
    },
    /// Another number of layers is stated than the manifest has.
    Layers {
        /// The number of layers of the manifest.
        expected: usize,
        /// The number that was stated.
        actual: usize,
    },
    /// Another claim about them is wrong.
    Claim {
        /// The claim.
        expected: String,
        /// The fact.
        actual: String,
    },
}

impl Outcome {
    /// Returns the outcome of a verification.
    pub fn of_verification(verification: &Verification) -> Self {
        match verification {
            Verification::Verified => Self::Verified,
            Verification::NotVerified(why) => {
                Self::NotVerified(UnverifiedReason::Bytes(why.clone()))
            }
            Verification::Mismatch { expected, actual } => {
                let (expected, actual) = (expected.clone(), actual.clone());
                Self::Mismatch(Mismatch::Digest { expected, actual })
            }
        }
    }

    /// Returns the outcome of comparing the size in a descriptor with that of bytes with its digest.
    pub fn of_sizes(stated: u64, actual: u64) -> Self {
        match stated == actual {
            true => Self::Verified,
            false => Self::Mismatch(Mismatch::StatedSize { stated, actual }),
        }
    }

    /// Tells whether the bytes have the digest, whatever size was stated.
    pub fn has_digest(&self) -> bool {
        matches!(self, Self::Verified | Self::Mismatch(Mismatch::StatedSize { .. }))
    }

    /// Returns the outcome of counting and hashing.
    pub fn of_verdict(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Verified => Self::Verified,
            Verdict::DigestMismatch { expected, actual } => {
                let (expected, actual) = (expected.clone(), actual.clone());
                Self::Mismatch(Mismatch::Digest { expected, actual })
            }
            Verdict::SizeMismatch { expected, actual } => {
                let (expected, actual) = (*expected, *actual);
                Self::Mismatch(Mismatch::Size { expected, actual })
            }
            Verdict::WrongSize { stated, actual } => Self::of_sizes(*stated, *actual),
            Verdict::Unsupported(digest) => {
                Self::NotVerified(UnverifiedReason::Bytes(Unverified::Algorithm(digest.clone())))
            }
        }
    }

    /// Returns the outcome of moving an object.
    pub(super) fn of_sending(result: &Result<Self>) -> Self {
        result.as_ref().map_or_else(|error| Self::Failed(error.clone()), Clone::clone)
    }

    /// Returns the outcome of a failed read. Wrong bytes are a mismatch; no bytes are not verified.
    pub fn of_reading(error: &Error) -> Self {
        match &error.kind {
            ErrorKind::DigestMismatch { expected, actual } => {
                let (expected, actual) = (expected.clone(), actual.clone());
                Self::Mismatch(Mismatch::Digest { expected, actual })
            }
            ErrorKind::SizeMismatch { expected, actual, .. } => {
                let (expected, actual) = (*expected, *actual);
                Self::Mismatch(Mismatch::Size { expected, actual })
            }
            ErrorKind::WrongSize { stated, actual, .. } => Self::of_sizes(*stated, *actual),
            _ => Self::NotVerified(UnverifiedReason::Unreadable(error.clone())),
        }
    }
}

/// Receives the events of a job. It is called often, and must return at once.
#[derive(Clone)]
pub struct Observer(Rc<dyn Fn(&JobEvent)>);

impl Observer {
    /// Hands each event to a function.
    pub fn new(receive: impl Fn(&JobEvent) + 'static) -> Self {
        Self(Rc::new(receive))
    }

    /// Drops all events.
    pub fn silent() -> Self {
        Self::new(|_| ())
    }

    /// Reports the beginning and the end of the work on an object, with its outcome.
    pub(super) async fn track<T>(
        &self,
        object: &Descriptor,
        role: Role,
        work: impl Future<Output = T>,
        outcome: impl FnOnce(&T) -> Outcome,
    ) -> T {
        self.started(object, role);
        let done = work.await;
        self.finished(&object.digest, &outcome(&done));
        done
    }

    pub(super) fn planned(&self, objects: usize, bytes: u64) {
        (self.0)(&JobEvent::Planned { objects, bytes });
    }

    pub(super) fn started(&self, object: &Descriptor, role: Role) {
        (self.0)(&JobEvent::Started { object: object.clone(), role });
    }

    pub(super) fn progress(&self, digest: &Digest, done: u64) {
        (self.0)(&JobEvent::Progress { digest: digest.clone(), done });
    }

    pub(super) fn finished(&self, digest: &Digest, outcome: &Outcome) {
        (self.0)(&JobEvent::Finished { digest: digest.clone(), outcome: outcome.clone() });
    }
}

impl Default for Observer {
    fn default() -> Self {
        Self::silent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::verify::digest_of;

    #[test]
    fn each_reason_of_a_report_is_documented() {
        let documented = include_str!("../../docs/report.md");
        let digest = || digest_of(b"");
        for (reason, name) in [
            (UnverifiedReason::Unreadable(ErrorKind::Unavailable.into()), "unreadable"),
            (UnverifiedReason::Foreign, "foreign"),
            (UnverifiedReason::BeyondLimits, "beyondLimits"),
            (UnverifiedReason::NotSelected, "notSelected"),
            (UnverifiedReason::NotRead, "notRead"),
            (UnverifiedReason::Cancelled, "cancelled"),
            (UnverifiedReason::NoHistory, "noHistory"),
            (UnverifiedReason::NoDiffIds, "noDiffIds"),
            (UnverifiedReason::TransportEncoding(true), "transportEncoding"),
            (UnverifiedReason::Encrypted, "encrypted"),
            (UnverifiedReason::WrongBytes, "wrongBytes"),
            (UnverifiedReason::OtherAlgorithm, "otherAlgorithm"),
            (UnverifiedReason::NotToItsEnd, "notToItsEnd"),
            (UnverifiedReason::Decoding(ReadFault::NotAnArchive), "decoding"),
            (UnverifiedReason::Bytes(Unverified::ByTag), "byTag"),
            (UnverifiedReason::Bytes(Unverified::OtherThanNamed(digest())), "otherThanNamed"),
            (UnverifiedReason::Bytes(Unverified::Pushed), "pushed"),
            (UnverifiedReason::Bytes(Unverified::Algorithm(digest())), "algorithm"),
            (UnverifiedReason::Bytes(Unverified::Made), "made"),
        ] {
            assert_eq!(reason.name(), name);
            assert!(documented.contains(&format!("| `{name}` | ")), "{name} is not documented");
        }
    }
}
