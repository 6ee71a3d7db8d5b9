//! The findings of a pass over a blob, as they cross to the page: the report of a [`LayerReader`], with
//! the fault that ended reading its inside.
//!
//! [`LayerReader`]: crate::layers::pass::LayerReader

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    content::{codec, decode::DecodeError, sniff::Compression, verify::Verdict},
    error::TransportEncoding,
    layers::pass::{Ended, LayerReport},
    oci::Digest,
};

/// The outcome of a pass over a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// The verdict on the bytes.
    pub verdict: Verdict,
    /// Compressed bytes that were read.
    pub size: u64,
    /// The compression of the blob, by its bytes; `None` if its inside was not read.
    pub compression: Option<Compression>,
    /// Bytes after decompressing, as far as that got.
    pub plain_size: u64,
    /// The digest of what came out of the decompressor; `None` if it was not asked for or not
    /// read to the end.
    pub diff_id: Option<Digest>,
    /// The fault that ended reading the inside.
    pub problem: Option<ReadFault>,
    /// An encoding that the transport put on the bytes, if it showed.
    pub encoding: Option<TransportEncoding>,
}

/// A fault that ended reading the inside of a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadFault {
    /// The compressed stream could not be read on.
    Decoding(DecodeError),
    /// The plain bytes are no tar archive.
    NotAnArchive,
}

impl ReadFault {
    /// Returns `true` if the inside was read to its end, and something follows it.
    pub fn is_behind_end(&self) -> bool {
        matches!(self, Self::Decoding(error) if error.is_behind_end())
    }
}

impl fmt::Display for ReadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decoding(error) => error.fmt(f),
            Self::NotAnArchive => f.write_str("the content is no tar archive"),
        }
    }
}

impl From<LayerReport> for Findings {
    fn from(report: LayerReport) -> Self {
        let LayerReport { verdict, compression, size, plain_size, diff_id, ended } = report;
        let problem = match ended {
            Ended::Whole | Ended::Stopped => None,
            Ended::Decoding(error) => Some(ReadFault::Decoding(error)),
            Ended::NotAnArchive => Some(ReadFault::NotAnArchive),
        };
        let (compression, encoding) = (Some(compression), None);
        Self { verdict, size, compression, plain_size, diff_id, problem, encoding }
    }
}

impl Findings {
    /// Returns `true` if the bytes are not those of the layer, but those that come out of its compression:
    /// a browser unpacks what is sent with `Content-Encoding` (moby/moby#17595). The diff ID, which the
    /// configuration states, is the check that is left.
    pub fn came_unpacked(&self, stated: Option<&Digest>) -> bool {
        self.verdict.is_mismatch()
            && self.compression == Some(Compression::None)
            && stated.is_some()
            && self.diff_id.as_ref() == stated
    }

    /// As bytes.
    pub fn pack(&self) -> Vec<u8> {
        codec::to_bytes(self)
    }

    /// From bytes; `None` if they are something else.
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        codec::from_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::content::verify::digest_of;

    #[test]
    fn findings_survive_the_way_as_bytes() {
        let (expected, actual) = (digest_of(b"a"), digest_of(b"b"));
        let unknown: Digest = "sha3-256:00".parse().unwrap();
        for verdict in [
            Verdict::Verified,
            Verdict::DigestMismatch { expected, actual: actual.clone() },
            Verdict::SizeMismatch { expected: 1 << 40, actual: 3 },
            Verdict::WrongSize { stated: 0, actual: 3 },
            Verdict::Unsupported(unknown),
        ] {
            for (compression, diff_id, problem) in [
                (None, None, None),
                (
                    Some(Compression::Zstd),
                    Some(actual.clone()),
                    Some(ReadFault::Decoding(DecodeError::OutputLimit(9))),
                ),
            ] {
                let verdict = verdict.clone();
                let found = Findings {
                    verdict,
                    size: 7,
                    compression,
                    plain_size: 1 << 34,
                    diff_id,
                    problem,
                    encoding: Some(TransportEncoding::Undone),
                };
                assert_eq!(Findings::unpack(&found.pack()), Some(found));
            }
        }
        assert_eq!(Findings::unpack(&[9]), None);
    }

    #[test]
    fn the_fault_that_ended_reading_the_inside_is_kept() {
        let report = |ended| LayerReport {
            verdict: Verdict::Verified,
            compression: Compression::Gzip,
            size: 1,
            plain_size: 2,
            diff_id: None,
            ended,
        };
        let fault = |ended| Findings::from(report(ended)).problem;
        let limit = DecodeError::OutputLimit(9);
        assert_eq!(fault(Ended::Whole), None);
        assert_eq!(fault(Ended::Stopped), None);
        assert_eq!(fault(Ended::Decoding(limit.clone())), Some(ReadFault::Decoding(limit)));
        assert_eq!(fault(Ended::NotAnArchive), Some(ReadFault::NotAnArchive));
    }
}
