//! What an engine is to do with a blob.

use crate::{
    content::pack::{Packer, Unpacker},
    layers::{pass::Wanted, ranges::toc::is_annotation},
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
    /// Read the archive inside, and keep its listing or one file of it.
    pub keep: Option<Keep>,
    /// Take the listing from the layer's table of contents.
    pub table: Option<Table>,
}

/// What an engine keeps of a layer for questions about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The layers that belong together, mostly those of one image: all are in one engine. Chosen by
    /// [`Engine::new_set`](super::Engine::new_set).
    pub set: u64,
    /// Only the content of one file; `None` for the listing.
    pub file: Option<OneFile>,
}

/// A file inside a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneFile {
    /// Where its content begins in the uncompressed layer.
    pub offset: u64,
    /// Bytes that it may have at most.
    pub cap: u64,
}

/// How to list a layer without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The annotations of the layer that tell of its table of contents.
    pub annotations: Vec<(String, String)>,
    /// Whether the layer is to be read as a whole where the table cannot be used. Else it is only noted
    /// why.
    pub or_whole: bool,
}

impl Job {
    /// Only to count and hash.
    pub fn verify(blob: &Descriptor) -> Self {
        Self {
            digest: blob.digest.clone(),
            size: blob.size,
            diff_id: None,
            keep: None,
            table: None,
        }
    }

    /// Also to hash what comes out of the decompressor.
    #[must_use]
    pub fn with_diff_id(mut self, algorithm: Algorithm) -> Self {
        self.diff_id = Some(algorithm);
        self
    }

    /// Also to keep what is in the archive.
    #[must_use]
    pub fn keeping(mut self, set: u64) -> Self {
        self.keep = Some(Keep { set, file: None });
        self
    }

    /// Also to keep the content of one file.
    #[must_use]
    pub fn keeping_file(mut self, set: u64, file: OneFile) -> Self {
        self.keep = Some(Keep { set, file: Some(file) });
        self
    }

    /// The listing is taken from the table of contents of which the layer's annotations tell.
    #[must_use]
    pub fn by_table(mut self, layer: &Descriptor, or_whole: bool) -> Self {
        let annotations = layer.annotations.iter().filter(|(name, _)| is_annotation(name));
        self.table = Some(Table { annotations: annotations.cloned().collect(), or_whole });
        self
    }

    /// What the reader of a layer is asked for.
    pub(in crate::engine) fn wanted(&self) -> Wanted {
        Wanted { diff_id: self.diff_id.clone(), archive: None }
    }

    /// As bytes.
    pub fn pack(&self) -> Vec<u8> {
        let mut packer = Packer::new();
        packer.text(self.digest.as_str()).number(self.size);
        packer.optional(self.diff_id.as_ref().map(Algorithm::name));
        match self.keep {
            None => packer.byte(0),
            Some(Keep { set, file: None }) => packer.byte(1).number(set),
            Some(Keep { set, file: Some(OneFile { offset, cap }) }) => {
                packer.byte(2).number(set).number(offset).number(cap)
            }
        };
        packer.list(self.table.as_slice(), |packer, table| {
            let packer = packer.flag(table.or_whole);
            packer.list(&table.annotations, |packer, (name, value)| packer.text(name).text(value))
        });
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
                1 => Some(Keep { set: bytes.number()?, file: None }),
                _ => {
                    let set = bytes.number()?;
                    let file = OneFile { offset: bytes.number()?, cap: bytes.number()? };
                    Some(Keep { set, file: Some(file) })
                }
            },
            table: bytes.list(table)?.pop(),
        })
    }
}

fn table(bytes: &mut Unpacker<'_>) -> Option<Table> {
    let or_whole = bytes.flag()?;
    let annotations = bytes.list(|bytes| Some((bytes.string()?, bytes.string()?)))?;
    Some(Table { annotations, or_whole })
}

fn algorithm(name: &str) -> Algorithm {
    match name {
        "sha256" => Algorithm::Sha256,
        "sha512" => Algorithm::Sha512,
        "blake3" => Algorithm::Blake3,
        other => Algorithm::Other(other.into()),
    }
}
