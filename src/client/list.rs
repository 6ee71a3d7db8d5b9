//! Lists of a remote registry: repositories and tags (R94 to R100), referrers (R103 to R107).
//!
//! The header `Link` leads to the next page. If it cannot be read, the last item of the page does:
//! registries knew `last` long before `Link`, and no browser hides it.

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    RemoteRegistry,
    exchange::{Call, Core, Document},
    html_page::not_a_document,
    referrers::ReferrersSearch,
};
use crate::{
    error::{AnswerFault, Error, ErrorKind, InputFault, Operation, RefusedAddress, Result},
    oci::{Digest, RepositoryName, Tag},
    registry::{List, Page, Referrers},
    wire::{
        Endpoint, Window,
        headers::name,
        link::{self, NextLink},
        list::{self, ListError, Listed},
        page::{self, Cursor, Next},
    },
};

/// A list that is asked for.
enum ListQuery<'a> {
    Repositories,
    Tags(&'a RepositoryName),
}

impl ListQuery<'_> {
    fn call(&self, window: Window) -> Call {
        match self {
            Self::Repositories => {
                Call::new(Operation::ListRepositories, Endpoint::Catalog { window })
            }
            Self::Tags(repository) => {
                let endpoint = Endpoint::Tags { repository: (*repository).clone(), window };
                Call::new(Operation::ListTags, endpoint)
            }
        }
    }

    fn read(&self, body: Bytes) -> std::result::Result<Listed, ListError> {
        match self {
            Self::Repositories => list::repositories(body),
            Self::Tags(_) => list::tags(body),
        }
    }
}

#[async_trait(?Send)]
impl List for RemoteRegistry {
    async fn repositories(&self, from: Option<&str>) -> Result<Page<RepositoryName>> {
        self.repositories_sized(from, Some(page::DEFAULT_PAGE_SIZE)).await
    }

    async fn tags(&self, repository: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        self.tags_sized(repository, from, Some(page::DEFAULT_PAGE_SIZE)).await
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        ReferrersSearch::new(&self.core, repository, subject).run(artifact_type).await
    }
}

impl RemoteRegistry {
    /// A page of repositories, of a size that is asked for or left to the registry.
    pub(super) async fn repositories_sized(
        &self,
        from: Option<&str>,
        size: Option<u32>,
    ) -> Result<Page<RepositoryName>> {
        match self.core.page(&ListQuery::Repositories, from, size).await {
            Ok(page) => Ok(parse_items(page)),
            Err(error) if says_no_catalog(&error) => {
                Err(Error { kind: ErrorKind::CatalogUnavailable, ..error })
            }
            Err(error) => Err(error),
        }
    }

    /// A page of tags, of a size that is asked for or left to the registry.
    pub(super) async fn tags_sized(
        &self,
        repository: &RepositoryName,
        from: Option<&str>,
        size: Option<u32>,
    ) -> Result<Page<Tag>> {
        let page = self.core.page(&ListQuery::Tags(repository), from, size).await;
        let page = page.map(parse_items)?;
        self.core.memory.tags.note(repository, from, &page);
        Ok(page)
    }
}

impl Core {
    async fn page(
        &self,
        listing: &ListQuery<'_>,
        from: Option<&str>,
        size: Option<u32>,
    ) -> Result<Page<String>> {
        let cursor = from.map(|text| {
            Cursor::parse(text).ok_or_else(|| {
                let kind = ErrorKind::InvalidInput(InputFault::PageStart);
                self.explain(&listing.call(Window::default()), None, kind.into())
            })
        });
        let cursor = cursor.transpose()?;
        let last = match &cursor {
            Some(Cursor::After(last)) => Some(last.clone()),
            _ => None,
        };
        let window = Window { n: size, last };
        match self.page_of(listing, &cursor, &window).await {
            Err(error) => {
                let status = error.context.status.unwrap_or_default();
                let smaller = page::after_refusal(&window, status).ok_or(error)?;
                self.page_of(listing, &cursor, &smaller).await
            }
            page => page,
        }
    }

    async fn page_of(
        &self,
        listing: &ListQuery<'_>,
        cursor: &Option<Cursor>,
        window: &Window,
    ) -> Result<Page<String>> {
        let call = listing.call(window.clone());
        let mut request = self.request(&call);
        if let Some(Cursor::Url(url)) = cursor {
            if url.origin() != request.url.origin() {
                let kind = ErrorKind::Refused(RefusedAddress::OtherOrigin);
                return Err(self.explain(&call, Some(&request), kind.into()));
            }
            request.url = url.clone();
        }
        let answer = self.expect(&call, request).await?;
        let document = self.read(&call, answer).await?;
        let listed = self.listed(&call, &document, listing)?;
        Ok(self.with_next(&document, window, listed))
    }

    /// Reads the items of a page; of a broken answer, those that can be read.
    fn listed(&self, call: &Call, document: &Document, listing: &ListQuery<'_>) -> Result<Listed> {
        let bad = |fault| self.unusable(call, document, ErrorKind::BadAnswer(fault));
        if let Some(fault) = not_a_document(&document.bytes) {
            return Err(bad(fault));
        }
        listing.read(document.bytes.clone()).map_err(|error| match error {
            ListError::NotAList(_) => bad(AnswerFault::NotAList),
            ListError::TooLarge => {
                let limit = list::MAX_ANSWER as u64;
                self.unusable(call, document, ErrorKind::TooLarge { limit })
            }
        })
    }

    /// Returns a page with the start of the next one.
    fn with_next(&self, document: &Document, window: &Window, listed: Listed) -> Page<String> {
        let Listed { mut items, issues } = listed;
        let asked = &document.request.url;
        let link = match link::next(asked, document.headers.all(name::LINK)) {
            NextLink::Next(url) => NextLink::Next(self.connection.read_base().restore_prefix(url)),
            other => other,
        };
        let next = page::next(asked, window, &items, link);
        items.retain(|item| window.last.as_ref() != Some(item));
        let (next, may_be_incomplete) = match next {
            Next::Page(cursor) => (Some(cursor.to_string()), false),
            Next::End => (None, false),
            Next::Stop(doubt) => (None, doubt.may_be_incomplete()),
        };
        let may_be_incomplete = may_be_incomplete || !issues.is_empty();
        Page { items, next, may_be_incomplete }
    }
}

/// Parses the items. An item that breaks the grammar cannot be asked for: it is left out, and the
/// page is marked.
fn parse_items<T: std::str::FromStr>(page: Page<String>) -> Page<T> {
    let items: Vec<T> = page.items.iter().filter_map(|item| item.parse().ok()).collect();
    let dropped = items.len() < page.items.len();
    Page { items, next: page.next, may_be_incomplete: page.may_be_incomplete || dropped }
}

/// The catalog is in no OCI specification, and many registries refuse it to everybody (R94).
fn says_no_catalog(error: &Error) -> bool {
    matches!(error.context.status, Some(401 | 403 | 404 | 405))
        && !matches!(error.kind, ErrorKind::ApproveTokenServer { .. })
}
