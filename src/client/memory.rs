//! Facts that a client has learnt about its registry, so as not to ask twice.

use std::cell::{Cell, RefCell};

use litemap::LiteMap;

use super::{Aliases, known_referrers_api::KnownReferrersApi, known_tags::KnownTags};
use crate::{
    caps,
    error::Result,
    oci::{Descriptor, Digest, RepositoryName, Tag},
    sync::Batches,
    wire::Accept,
};

/// Facts about one registry, shared by all handles of its client.
pub(super) struct Memory {
    /// The types that a repository answers to (R164).
    pub(super) accept: RefCell<LiteMap<RepositoryName, Accept>>,
    /// Set if the digest of a HEAD answer cannot be read; then only GET helps (R30).
    pub(super) digest_hidden: Cell<bool>,
    /// Set once the registry answered anything that could be read.
    pub(super) answered: Cell<bool>,
    /// Knowledge of the referrers API (R107).
    pub(super) referrers_api: KnownReferrersApi,
    /// Set if `Link` led to an address that the registry does not serve.
    pub(super) wrong_links: Cell<bool>,
    /// Tags of artifacts, by repository.
    pub(super) tags: KnownTags,
    /// Other digests of the same contents (R141).
    pub(super) aliases: Aliases,
    /// The largest manifest that is read, in bytes.
    pub(super) manifest_limit: Cell<u64>,
    /// `Some(true)` if several tags can be pushed in one request (R126).
    pub(super) many_tags: Cell<Option<bool>>,
    /// Changes of fallback tags that are under way (R127).
    pub(super) fallback_tags: Batches<FallbackTag, ReferrerChange, Result<()>>,
}

/// A fallback tag of the referrers API, in its repository.
pub(super) type FallbackTag = (RepositoryName, Tag);

/// A change of the index under a fallback tag.
pub(super) enum ReferrerChange {
    Add(Box<Descriptor>),
    Remove(Digest),
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            accept: RefCell::default(),
            digest_hidden: Cell::new(false),
            answered: Cell::new(false),
            referrers_api: KnownReferrersApi::default(),
            wrong_links: Cell::new(false),
            tags: KnownTags::default(),
            aliases: Aliases::default(),
            manifest_limit: Cell::new(caps::MANIFEST_BYTES),
            many_tags: Cell::new(None),
            fallback_tags: Batches::default(),
        }
    }
}
