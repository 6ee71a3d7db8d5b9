//! Listing: repositories, tags and referrers, as pages.

use async_trait::async_trait;

use super::unsupported::unsupported;
use crate::error::{ErrorKind, Result};
use crate::oci::{Descriptor, Digest, RepositoryName, Tag};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order in which the source gave them.
    pub items: Vec<T>,
    /// Where the next page starts, to be handed back as it is; `None` after the last page.
    pub next: Option<String>,
    /// Whether more may exist that cannot be asked for (a hidden `Link`, a cap that was reached).
    pub may_be_incomplete: bool,
}

/// Where the referrers of a digest were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReferrersSource {
    /// The referrers API.
    Api,
    /// The fallback tag `<algorithm>-<encoded>` of the distribution specification.
    FallbackTag,
    /// A cosign tag `sha256-….sig`, `.att` or `.sbom`.
    CosignTag,
}

/// Referrers of one digest.
#[derive(Clone, Debug, PartialEq)]
pub struct Referrers {
    /// Descriptors with where each was found, without repeated digests.
    pub items: Vec<(Descriptor, ReferrersSource)>,
    /// Whether more may exist that cannot be asked for.
    pub may_be_incomplete: bool,
}

/// Listing. A source that has no such list leaves the method out.
#[async_trait(?Send)]
pub trait List {
    /// A page of repository names. `from` is `None` at first, then [`Page::next`].
    ///
    /// # Errors
    /// `CatalogUnavailable` where the source does not list its repositories (R94).
    async fn repositories(&self, from: Option<&str>) -> Result<Page<RepositoryName>> {
        let _ = from;
        Err(ErrorKind::CatalogUnavailable.into())
    }

    /// A page of tags. `from` is `None` at first, then [`Page::next`].
    ///
    /// # Errors
    /// `NotFound` where there is no such repository.
    async fn tags(&self, repository: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        let _ = from;
        unsupported("list the tags", repository)
    }

    /// What refers to a digest: the API, else the fallback tag; cosign tags besides (R103 to R107).
    /// An `artifact_type` keeps only those of that type (R104).
    ///
    /// # Errors
    /// `NotFound` where there is no such repository. No referrers is an empty answer.
    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        let _ = (subject, artifact_type);
        unsupported("list the referrers", repository)
    }
}
