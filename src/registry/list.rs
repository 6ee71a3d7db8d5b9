//! Listing: repositories, tags and referrers, as pages.

use async_trait::async_trait;

use super::{Read, unsupported::unsupported};
use crate::error::{Error, ErrorKind, Operation, Result};
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
    /// Names on the page that break the grammar of the distribution specification. No address leads to
    /// them, so they can be shown and not asked for.
    pub unaddressable: Vec<String>,
    /// A fault of the list itself, if there is one.
    pub fault: Option<ListFault>,
}

impl<T> Page<T> {
    /// Returns a page without faults.
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        let unaddressable = Vec::new();
        Self { items, next, may_be_incomplete: false, unaddressable, fault: None }
    }
}

/// A fault of a list that came in pages. The items that came are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListFault {
    /// Part of the answer cannot be read.
    Broken,
    /// The header `Link` cannot be read as a link.
    BrokenLink,
    /// The header `Link` leads to its own page.
    Loop,
    /// The header `Link` leads to another origin, to which no request goes.
    OtherOrigin(String),
    /// The header `Link` leads to this URL, which the registry does not serve. The list went on after its
    /// last item.
    WrongLink(String),
    /// The list has more pages than are read.
    TooManyPages,
    /// One answer has more items than are read of a list.
    TooManyItems,
    /// The list has more names than are kept ([`crate::caps::LIST_NAMES`]).
    TooManyNames,
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

/// The part of a registry's referrers API in a list of referrers (R105, R107).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ReferrersApi {
    /// The API gave the list. A source that is no registry lists by itself.
    #[default]
    Listed,
    /// The registry has no such API. Tags were read in its place.
    Absent,
    /// A page cannot read what the API answers, mostly for want of CORS headers, so that the API counts
    /// as absent. Tags were read in its place.
    Unreadable,
    /// The API gave no list, for this reason. Tags were read in its place.
    Refused(Box<Error>),
}

/// Referrers of one digest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Referrers {
    /// Descriptors with the place of each, without repeated digests.
    pub items: Vec<(Descriptor, ReferrersSource)>,
    /// Digests of entries that break the grammar of digests. No address leads to them.
    pub unaddressable: Vec<String>,
    /// Set if there may be more that cannot be asked for.
    pub may_be_incomplete: bool,
    /// The part of the registry's API in the list.
    pub api: ReferrersApi,
    /// Tags of the fallback and of cosign that could not be read, each with the reason. A tag that is
    /// not there is none of them.
    pub unread: Vec<(Tag, Error)>,
}

/// Listing. A source that has no such list leaves the method out.
#[async_trait(?Send)]
pub trait List: Read {
    /// A page of repository names. `from` is `None` at first, then [`Page::next`].
    ///
    /// # Errors
    /// `CatalogUnavailable` if the source does not list its repositories (R94).
    async fn repositories(&self, from: Option<&str>) -> Result<Page<RepositoryName>> {
        let _ = from;
        let mut error = Error::from(ErrorKind::CatalogUnavailable).on(self.source_name());
        error.context.operation = Some(Operation::ListRepositories);
        Err(error)
    }

    /// A page of tags. `from` is `None` at first, then [`Page::next`].
    ///
    /// # Errors
    /// `NotFound` if there is no such repository.
    async fn tags(&self, repository: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        let _ = from;
        unsupported(self.source_name(), Operation::ListTags, repository)
    }

    /// Lists what refers to a digest: by the API or the fallback tag, and by cosign's tags (R103 to R107).
    /// An `artifact_type` keeps only those of that type (R104).
    ///
    /// # Errors
    /// `NotFound` if there is no such repository, and the error of the first question if no question
    /// was answered. No referrers is an empty answer.
    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        let _ = artifact_type;
        unsupported(self.source_name(), Operation::ListReferrers(subject.clone()), repository)
    }

    /// Forgets what is known of the referrers API, so that the next question asks it again (R107).
    fn forget_referrers_api(&self) {}
}
