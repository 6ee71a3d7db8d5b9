//! A remote registry: the interface of [`crate::registry`] over a [`crate::transport`].
//!
//! Reading depends on no response header that a browser may hide. Everything that is asked for by
//! its digest is counted and hashed before it is handed out. May not touch the browser, nor what
//! shows or stores anything.
//!
//! ```no_run
//! use porthole::{
//!     client::Clients,
//!     oci::Reference,
//!     registry::{ManifestRef, Read, Result},
//!     transport::Stack,
//! };
//!
//! /// The digest that a tag stands for, from the bytes themselves.
//! async fn digest_of(reference: &Reference, stack: Stack) -> Result<String> {
//!     let registry = Clients::new(stack).get(&reference.host, None)?;
//!     let tag = ManifestRef::Tag(reference.tag.clone().unwrap_or(porthole::oci::Tag::latest()));
//!     let manifest = registry.manifest(&reference.repository, &tag).await?;
//!     Ok(manifest.descriptor.digest.to_string())
//! }
//! ```
//!
//! The [`Stack`] is `Stack::native()` with the feature `native`, and `Stack::browser()` in a page.

mod blob_via;
mod body;
mod connection;
mod delete;
mod error;
mod exchange;
mod hosts;
mod keep_referrers;
mod layout;
mod layout_index;
mod list;
mod manifests;
mod negotiate;
mod pages;
mod ping;
mod pull;
mod push;
mod referrers;
mod scope;
mod signed;
mod stream;
mod tag_store;
mod upload;
mod views;
mod warnings;

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;

pub use connection::Connection;
use exchange::Core;
pub use hosts::Clients;
pub use layout::StaticLayouts;
pub use pages::{Names, RepositoryPages, TagPages};
pub use ping::Ping;
pub use scope::Scope;
pub use tag_store::{Aliases, Tags};
pub use views::{Blobs, Manifests, Repository, SeekableBlob};
pub use warnings::{Notice, Warnings};

use crate::{
    error::Result,
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::{
        BlobSource, BlobStream, BlobUpload, ByteRange, Delete, List, Manifest, Page, Read,
        Referrers, SharedRegistry, Write,
    },
    transport::Stack,
    wire::Headers,
};

/// A registry somewhere else. Cheap to clone: clones share what was learnt about it.
#[derive(Clone)]
pub struct RemoteRegistry {
    core: Rc<Core>,
}

impl RemoteRegistry {
    /// A client for one registry. Nothing is sent yet.
    pub fn new(connection: Connection, stack: &Stack) -> Self {
        let transport = stack.authenticated(connection.accounts());
        Self { core: Rc::new(Core::new(connection, stack, transport)) }
    }

    /// The same with header fields of its own on every request, token requests too, such as the
    /// key that a gateway wants (R39). They go to the registry's own origins and to approved token
    /// servers, never anywhere else. In a page each request is then preflighted, so the registry
    /// must name the fields in `Access-Control-Allow-Headers`, and redirects fail.
    ///
    /// # Errors
    /// `InvalidInput` where a field cannot be sent, or is one that the client sets itself.
    pub fn with_headers(connection: Connection, stack: &Stack, headers: Headers) -> Result<Self> {
        let transport = stack.authenticated_with(headers, connection.accounts())?;
        let mut core = Core::new(connection, stack, transport);
        core.spares_preflights = false;
        Ok(Self { core: Rc::new(core) })
    }

    /// The same as what every source of images is.
    pub fn shared(&self) -> SharedRegistry {
        Rc::new(self.clone())
    }

    /// Asks whether it is there, and what it calls its version (R74).
    ///
    /// # Errors
    /// `NotFound` where it is no registry; `Unauthorized`, and what sending gives.
    pub async fn ping(&self) -> Result<Ping> {
        self.core.ping().await
    }

    /// How it is reached.
    pub fn connection(&self) -> &Connection {
        &self.core.connection
    }

    /// What the registry wanted its users to know (R163).
    pub fn warnings(&self) -> &Warnings {
        &self.core.warnings
    }
}

#[async_trait(?Send)]
impl Read for RemoteRegistry {
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest> {
        self.core.manifest(repository, reference).await
    }

    async fn resolve(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Descriptor> {
        self.core.resolve(repository, reference).await
    }

    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        Rc::clone(&self.core).blob(repository, blob).await
    }

    async fn blob_range(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        Rc::clone(&self.core).blob_range(repository, blob, range).await
    }

    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        self.core.stat_blob(repository, digest).await
    }
}

#[async_trait(?Send)]
impl List for RemoteRegistry {
    async fn repositories(&self, from: Option<&str>) -> Result<Page<RepositoryName>> {
        self.core.repositories(from).await
    }

    async fn tags(&self, repository: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        self.core.tags(repository, from).await
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        self.core.referrers(repository, subject, artifact_type).await
    }
}

#[async_trait(?Send)]
impl Write for RemoteRegistry {
    async fn push_blob(
        &self,
        repository: &RepositoryName,
        descriptor: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<Descriptor> {
        Rc::clone(&self.core).push_blob(repository, descriptor, source).await
    }

    async fn start_upload(
        &self,
        repository: &RepositoryName,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        let upload = Rc::clone(&self.core).start_upload(repository, chunk_size).await?;
        Ok(Box::new(upload))
    }

    async fn resume_upload(
        &self,
        repository: &RepositoryName,
        location: &str,
        offset: Option<u64>,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        let core = Rc::clone(&self.core);
        let upload = core.resume_upload(repository, location, offset, chunk_size).await?;
        Ok(Box::new(upload))
    }

    async fn mount_blob(
        &self,
        repository: &RepositoryName,
        from: &RepositoryName,
        digest: &Digest,
    ) -> Result<bool> {
        self.core.mount_blob(repository, from, digest).await
    }

    async fn push_manifest(
        &self,
        repository: &RepositoryName,
        media_type: &MediaType,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        self.core.push_manifest(repository, media_type, &bytes, tags).await
    }
}

#[async_trait(?Send)]
impl Delete for RemoteRegistry {
    async fn delete_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<()> {
        self.core.delete_manifest(repository, reference).await
    }

    async fn delete_blob(&self, repository: &RepositoryName, digest: &Digest) -> Result<()> {
        self.core.delete_blob(repository, digest).await
    }
}

#[cfg(test)]
mod tests;
