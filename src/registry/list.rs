//! Listing: repositories, tags and referrers, as pages.

use async_trait::async_trait;

use super::unsupported::unsupported;
use crate::error::{ErrorKind, Operation, Result};
use crate::oci::{Descriptor, Digest, RepositoryName, Tag};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order of the source.
    pub items: Vec<T>,
    /// The start of the next page, to be handed back as it is; `None` after the last page.
    pub next: Option<String>,
    /// Set if there may be more that cannot be asked for (a hidden `Link`, a cap that was reached).
    pub may_be_incomplete: bool,
}

/// The places in which referrers of a digest are found.
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
    /// Descriptors with the place of each, without repeated digests.
    pub items: Vec<(Descriptor, ReferrersSource)>,
    /// Set if there may be more that cannot be asked for.
    pub may_be_incomplete: bool,
}

/// Listing. A source that has no such list leaves the method out.
#[async_trait(?Send)]
pub trait List {
    /// A page of repository names. `from` is `None` at first, then [`Page::next`].
    ///
    /// # Errors
    /// `CatalogUnavailable` if the source does not list its repositories (R94).
    async fn repositories(&self, from: Option<&str>) -> Result<Page<RepositoryName>> {
        let _ = from;
        Err(ErrorKind::CatalogUnavailable.into())
    }

    /// A page of tags. `from` is `None` at first, then [`Page::next`].
    ///
    /// # Errors
    /// `NotFound` if there is no such repository.
    async fn tags(&self, repository: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        let _ = from;
        unsupported(Operation::ListTags, repository)
    }

    /// Lists what refers to a digest: by the API or the fallback tag, and by cosign's tags (R103 to R107).
    /// An `artifact_type` keeps only those of that type (R104).
    ///
    /// # Errors
    /// `NotFound` if there is no such repository. No referrers is an empty answer.
    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        let _ = artifact_type;
        unsupported(Operation::ListReferrers(subject.clone()), repository)
    }
}
