//! Different digests of the same content (R141).

use std::cell::RefCell;

use litemap::LiteMap;

use crate::{
    content::verify::digest_with,
    error::{ErrorKind, Result},
    oci::{Descriptor, Digest},
};

/// Different digests of the same content, such as SHA-256 and SHA-512 (R141).
#[derive(Default)]
pub struct Aliases(RefCell<LiteMap<Digest, Descriptor>>);

impl Aliases {
    /// The canonical descriptor of the content that a digest names.
    pub fn stat(&self, digest: &Digest) -> Option<Descriptor> {
        self.0.borrow().get(digest).cloned()
    }

    /// Notes that a digest names the content of a descriptor, which is checked on the bytes.
    ///
    /// # Errors
    /// `DigestMismatch` if either does not name them.
    pub fn set(&self, digest: &Digest, canonical: &Descriptor, bytes: &[u8]) -> Result<()> {
        for claimed in [digest, &canonical.digest] {
            let actual = digest_with(&claimed.algorithm(), bytes);
            let actual = actual.ok_or(ErrorKind::UnsupportedDigest(claimed.clone()))?;
            if actual != *claimed {
                let expected = claimed.clone();
                return Err(ErrorKind::DigestMismatch { expected, actual }.into());
            }
        }
        self.0.borrow_mut().insert(digest.clone(), canonical.clone());
        Ok(())
    }

    /// Forgets a digest.
    pub fn clear(&self, digest: &Digest) {
        self.0.borrow_mut().remove(digest);
    }
}
