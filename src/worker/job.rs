//! What an engine is to do with a blob.

use crate::{
    content::{
        layer::Wanted,
        pack::{Packer, Unpacker},
    },
    oci::{Algorithm, Descriptor, Digest},
};

/// What an engine is to do with the body of a success: in any case count and hash it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The digest that the blob is to have.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Decompress it, and hash what comes out by this algorithm (for `rootfs.diff_ids`).
    pub diff_id: Option<Algorithm>,
    /// Read the archive inside and keep its listing.
    pub keep: Option<Keep>,
}

/// Where an engine keeps the listing of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The layers that belong together, mostly those of one image: all are in one engine. Chosen by
    /// [`Engine::new_set`](super::Engine::new_set).
    pub set: u64,
    /// The layer's place among them, from the bottom.
    pub layer: u64,
}

impl Job {
    /// Only to count and hash.
    pub fn verify(blob: &Descriptor) -> Self {
        Self { digest: blob.digest.clone(), size: blob.size, diff_id: None, keep: None }
    }

    /// Also to hash what comes out of the decompressor.
    #[must_use]
    pub fn with_diff_id(mut self, algorithm: Algorithm) -> Self {
        self.diff_id = Some(algorithm);
        self
    }

    /// Also to keep what is in the archive.
    #[must_use]
    pub fn keeping(mut self, set: u64, layer: u64) -> Self {
        self.keep = Some(Keep { set, layer });
        self
    }

    /// What the reader of a layer is asked for.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { diff_id: self.diff_id.clone(), archive: self.keep.is_some() }
    }

    /// As bytes.
    pub fn pack(&self) -> Vec<u8> {
        let mut packer = Packer::new();
        packer.text(self.digest.as_str()).number(self.size);
        packer.optional(self.diff_id.as_ref().map(Algorithm::name));
        match self.keep {
            None => packer.byte(0),
            Some(Keep { set, layer }) => packer.byte(1).number(set).number(layer),
        };
        packer.finish()
    }

    /// From bytes; `None` where they are something else.
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Unpacker::new(bytes);
        Some(Self {
            digest: bytes.text()?.parse().ok()?,
            size: bytes.number()?,
            diff_id: bytes.optional()?.map(algorithm),
            keep: match bytes.byte()? {
                0 => None,
                _ => Some(Keep { set: bytes.number()?, layer: bytes.number()? }),
            },
        })
    }
}

fn algorithm(name: &str) -> Algorithm {
    match name {
        "sha256" => Algorithm::Sha256,
        "sha512" => Algorithm::Sha512,
        "blake3" => Algorithm::Blake3,
        other => Algorithm::Other(other.into()),
    }
}
