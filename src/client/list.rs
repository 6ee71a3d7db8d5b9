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
    caps,
    error::{AnswerFault, Error, ErrorKind, InputFault, Operation, RefusedAddress, Result},
    oci::{Digest, RepositoryName, Tag},
    registry::{List, ListFault, Page, Referrers},
    wire::{
        Endpoint, Url, Window,
        headers::name,
        link::{self, NextLink},
        list::{self, ListError, Listed},
        page::{self, Cursor, Doubt, Next},
        redact,
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

    /// Returns true if a URL can lead to a page of this list, and not of that of another repository.
    fn is_of(&self, url: &Url) -> bool {
        match self {
            Self::Repositories => true,
            Self::Tags(repository) => {
                let place = url.path().strip_suffix("/tags/list").unwrap_or_default();
                place.strip_suffix(repository.as_str()).is_some_and(|before| before.ends_with('/'))
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
        self.repositories_by(from, page::DEFAULT_PAGE_SIZE).await
    }

    async fn tags(&self, repository: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        self.tags_by(repository, from, page::DEFAULT_PAGE_SIZE).await
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        ReferrersSearch::new(&self.core, repository, subject).run(artifact_type).await
    }

    fn forget_referrers_api(&self) {
        self.core.memory.referrers_api.forget();
    }
}

impl RemoteRegistry {
    /// Lists repositories by pages of this size (R96).
    pub(super) async fn repositories_by(
        &self,
        from: Option<&str>,
        size: u32,
    ) -> Result<Page<RepositoryName>> {
        match self.core.page(&ListQuery::Repositories, from, size).await {
            Ok(page) => Ok(parse_items(page)),
            Err(error) if says_no_catalog(&error) => {
                Err(Error { kind: ErrorKind::CatalogUnavailable, ..error })
            }
            Err(error) => Err(error),
        }
    }

    /// Lists tags by pages of this size (R96).
    pub(super) async fn tags_by(
        &self,
        repository: &RepositoryName,
        from: Option<&str>,
        size: u32,
    ) -> Result<Page<Tag>> {
        let page = self.core.page(&ListQuery::Tags(repository), from, size).await?;
        let page = parse_items(page);
        self.core.memory.tags.note(repository, from, &page);
        Ok(page)
    }
}

impl Core {
    /// Asks for a page of this many items; 0 leaves the number to the registry (R96).
    async fn page(
        &self,
        listing: &ListQuery<'_>,
        from: Option<&str>,
        size: u32,
    ) -> Result<Page<String>> {
        let cursor = from.map(|text| {
            Cursor::parse(text).ok_or_else(|| {
                let kind = ErrorKind::InvalidInput(InputFault::PageStart);
                self.explain(&listing.call(Window::default()), None, kind.into())
            })
        });
        let cursor = cursor.transpose()?;
        match cursor {
            Some(Cursor::Url(url)) => {
                self.page_of(listing, Some(url), &window_after(None, size)).await
            }
            Some(Cursor::Link { url, last }) => self.page_by_link(listing, url, last, size).await,
            Some(Cursor::After(last)) => {
                let page = self.page_after(listing, Some(last), size).await;
                page.map_err(|error| self.hidden_link(error))
            }
            None => self.page_after(listing, None, size).await,
        }
    }

    /// Reads the page after an item, in smaller pieces if the registry refuses large ones.
    async fn page_after(
        &self,
        listing: &ListQuery<'_>,
        last: Option<String>,
        size: u32,
    ) -> Result<Page<String>> {
        let window = window_after(last, size);
        match self.page_of(listing, None, &window).await {
            Err(error) => {
                let status = error.context.status.unwrap_or_default();
                let smaller = page::after_refusal(&window, status).ok_or(error)?;
                self.page_of(listing, None, &smaller).await
            }
            page => page,
        }
    }

    /// Reads the page to which `Link` leads. Nexus behind a path names an address that its proxy does not
    /// serve: then the list goes on after the last item, as the specification allows.
    async fn page_by_link(
        &self,
        listing: &ListQuery<'_>,
        url: Url,
        last: String,
        size: u32,
    ) -> Result<Page<String>> {
        let wrong = redact::url(&url.to_string());
        let page = match listing.is_of(&url) {
            true => Some(self.page_of(listing, Some(url), &window_after(None, size)).await),
            false => None,
        };
        let error = match page {
            Some(Err(error)) if is_not_served(&error) => Some(error),
            Some(Ok(page)) if leads_nowhere(&page, &last) => None,
            Some(outcome) => return outcome,
            None => None,
        };
        // From here on the last item leads: the next `Link` would be as wrong.
        self.memory.wrong_links.set(true);
        let Ok(mut page) = self.page_after(listing, Some(last), size).await else {
            self.memory.wrong_links.set(false);
            let kind = || ErrorKind::BadAnswer(AnswerFault::NotAList);
            let call = listing.call(Window::default());
            return Err(error.unwrap_or_else(|| self.explain(&call, None, kind().into())));
        };
        page.fault.get_or_insert(ListFault::WrongLink(wrong));
        Ok(page)
    }

    /// Names the header that a page would need, if a registry does not go on after the last item: ECR
    /// knows only the address in `Link`.
    fn hidden_link(&self, error: Error) -> Error {
        match self.is_page && is_not_served(&error) {
            true => Error { kind: ErrorKind::HiddenHeader("Link"), ..error },
            false => error,
        }
    }

    async fn page_of(
        &self,
        listing: &ListQuery<'_>,
        link: Option<Url>,
        window: &Window,
    ) -> Result<Page<String>> {
        let call = listing.call(window.clone());
        let mut request = self.request(&call);
        if let Some(url) = link {
            if url.origin() != request.url.origin() {
                let kind = ErrorKind::Refused(RefusedAddress::OtherOrigin);
                return Err(self.explain(&call, Some(&request), kind.into()));
            }
            request.url = url;
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
                let limit = caps::LIST_BYTES as u64;
                self.unusable(call, document, ErrorKind::TooLarge { limit })
            }
        })
    }

    /// Returns a page with the start of the next one.
    fn with_next(&self, document: &Document, window: &Window, listed: Listed) -> Page<String> {
        let is_cut = listed.is_cut();
        let Listed { mut items, issues } = listed;
        let asked = &document.request.url;
        let link = match link::next(asked, document.headers.all(name::LINK)) {
            NextLink::Next(url) => NextLink::Next(self.connection.read_base().restore_prefix(url)),
            other => other,
        };
        let next = page::next(asked, window, &items, link);
        let by_last = page::after_bad_link(window, &items);
        let last = items.last().cloned();
        items.retain(|item| window.last.as_ref() != Some(item));
        let (next, doubt) = match (next, last) {
            (Next::Page(Cursor::Url(_)), _) if self.memory.wrong_links.get() => (by_last, None),
            (Next::Page(Cursor::Url(url)), Some(last)) => (Some(Cursor::Link { url, last }), None),
            (Next::Page(cursor), _) => (Some(cursor), None),
            (Next::End, _) => (None, None),
            (
                Next::Stop(doubt @ (Doubt::OtherOrigin(_) | Doubt::BrokenLink(_) | Doubt::Loop)),
                _,
            ) => {
                self.memory.wrong_links.set(true);
                (by_last, Some(doubt))
            }
            (Next::Stop(doubt), _) => (None, Some(doubt)),
        };
        let may_be_incomplete =
            !issues.is_empty() || doubt.as_ref().is_some_and(Doubt::may_be_incomplete);
        let fault = match doubt.and_then(fault) {
            _ if is_cut => Some(ListFault::TooManyItems),
            None if !issues.is_empty() => Some(ListFault::Broken),
            fault => fault,
        };
        let next = next.map(|cursor| cursor.to_string());
        Page { may_be_incomplete, fault, ..Page::new(items, next) }
    }
}

fn window_after(last: Option<String>, size: u32) -> Window {
    Window { n: Some(size).filter(|size| *size > 0), last }
}

/// Tells whether an error is about the address of a page, and not about the list.
fn is_not_served(error: &Error) -> bool {
    match error.context.status {
        None => error.is_cors_or_network(),
        Some(status) => {
            matches!(error.kind, ErrorKind::BadAnswer(_))
                || !matches!(status, 401 | 403 | 407 | 408 | 425 | 429 | 500 | 502..=504)
        }
    }
}

/// Returns true if a link led to a page that is no next one: to the first page again, or to a document
/// without a list.
fn leads_nowhere(page: &Page<String>, last: &str) -> bool {
    match page.items.is_empty() {
        true => page.fault == Some(ListFault::Broken),
        false => {
            page.items.last().is_some_and(|end| end == last) && page::is_behind(last, &page.items)
        }
    }
}

/// Returns the fault of a list that ends in doubt. That its registry does not page is none.
fn fault(doubt: Doubt) -> Option<ListFault> {
    Some(match doubt {
        Doubt::IgnoresPaging | Doubt::NothingNew => return None,
        Doubt::OtherOrigin(origin) => ListFault::OtherOrigin(origin),
        Doubt::BrokenLink(_) => ListFault::BrokenLink,
        Doubt::Loop => ListFault::Loop,
        Doubt::TooManyPages => ListFault::TooManyPages,
    })
}

/// Parses the items. An item that breaks the grammar cannot be asked for, and is kept apart: old registries
/// and Artifactory have `Test/Some` and `has+plus`.
fn parse_items<T: std::str::FromStr>(page: Page<String>) -> Page<T> {
    let Page { items: names, next, may_be_incomplete, fault, .. } = page;
    let (mut items, mut unaddressable) = (Vec::new(), Vec::new());
    for name in names {
        match name.parse() {
            Ok(item) => items.push(item),
            Err(_) => unaddressable.push(name),
        }
    }
    Page { items, next, may_be_incomplete, unaddressable, fault }
}

/// The catalog is in no OCI specification, and many registries refuse it to everybody (R94).
fn says_no_catalog(error: &Error) -> bool {
    matches!(error.context.status, Some(401 | 403 | 404 | 405))
        && !matches!(error.kind, ErrorKind::ApproveTokenServer { .. })
}
