//! The one event type of all jobs, and what can come of an object.
//!
//! Times and speeds are the caller's: nothing here has a clock.

use std::rc::Rc;

use crate::{
    content::verify::Verdict,
    error::{Error, ErrorKind},
    oci::{Descriptor, Digest},
    registry::Verification,
};

/// What stands where in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// What the reference stands for.
    Root,
    /// An entry of an index: a manifest or another index.
    Manifest,
    /// The configuration of an image or artifact.
    Config,
    /// A layer, or a blob of an artifact.
    Layer,
}

/// What happens while a job runs. Events of different objects interleave.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// What is to be done is known: so many objects, and so many bytes as their descriptors say.
    Planned {
        /// Number of objects.
        objects: usize,
        /// Sum of their sizes, in bytes.
        bytes: u64,
    },
    /// Work on an object begins.
    Started {
        /// The object.
        object: Descriptor,
        /// What it is in the image.
        role: Role,
    },
    /// Bytes of an object passed.
    Progress {
        /// The object.
        digest: Digest,
        /// Bytes that passed so far, counted from the object's start.
        done: u64,
    },
    /// Work on an object ended.
    Finished {
        /// The object.
        digest: Digest,
        /// What came of it.
        outcome: Outcome,
    },
}

/// What came of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Counted and hashed here; they are the bytes of this digest.
    Verified,
    /// They are not.
    Mismatch(Mismatch),
    /// Not checked, and why.
    NotVerified(String),
    /// Sent to where it belongs.
    Transferred,
    /// Mounted from another repository of the same registry, without being sent.
    Mounted,
    /// It was there already.
    AlreadyThere,
    /// Left out on purpose, and why.
    Skipped(String),
    /// The job stopped at this object.
    Failed(Error),
}

/// How bytes differ from what was announced.
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
        /// The bytes counted; where they were too many, up to the moment that was seen.
        actual: u64,
    },
    /// What is said of them is not what they are.
    Claim {
        /// What is said.
        expected: String,
        /// What was found.
        actual: String,
    },
}

impl Outcome {
    /// The outcome that a verification is.
    pub fn of_verification(verification: &Verification) -> Self {
        match verification {
            Verification::Verified => Self::Verified,
            Verification::NotVerified(why) => Self::NotVerified(why.to_string()),
            Verification::Mismatch { expected, actual } => {
                let (expected, actual) = (expected.clone(), actual.clone());
                Self::Mismatch(Mismatch::Digest { expected, actual })
            }
        }
    }

    /// The outcome that counting and hashing gave.
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
            Verdict::Unsupported(digest) => {
                let why = format!("{} cannot be computed here", digest.algorithm().name());
                Self::NotVerified(why)
            }
        }
    }

    /// The outcome of reading an object that failed: wrong bytes are told from no bytes.
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
            _ => Self::NotVerified(error.to_string()),
        }
    }
}

/// Who is told about events. It is called often, and must return at once.
#[derive(Clone)]
pub struct Observer(Rc<dyn Fn(&Event)>);

impl Observer {
    /// Hands each event to a function.
    pub fn new(tell: impl Fn(&Event) + 'static) -> Self {
        Self(Rc::new(tell))
    }

    /// Nobody is told.
    pub fn silent() -> Self {
        Self::new(|_| ())
    }

    pub(super) fn planned(&self, objects: usize, bytes: u64) {
        (self.0)(&Event::Planned { objects, bytes });
    }

    pub(super) fn started(&self, object: &Descriptor, role: Role) {
        (self.0)(&Event::Started { object: object.clone(), role });
    }

    pub(super) fn progress(&self, digest: &Digest, done: u64) {
        (self.0)(&Event::Progress { digest: digest.clone(), done });
    }

    pub(super) fn finished(&self, digest: &Digest, outcome: &Outcome) {
        (self.0)(&Event::Finished { digest: digest.clone(), outcome: outcome.clone() });
    }
}

impl Default for Observer {
    fn default() -> Self {
        Self::silent()
    }
}
