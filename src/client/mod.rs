//! A remote registry: the interface of [`crate::registry`] over a [`crate::transport`].
//!
//! Reading depends on no response header that a browser may hide. Content that is asked for by its
//! digest is counted and hashed before it is handed out.
//!
//! ```no_run
//! use porthole::{
//!     client::Clients,
//!     error::Result,
//!     oci::Reference,
//!     registry::{ManifestRef, Read},
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
mod clients;
mod connection;
mod delete;
mod download;
mod error;
mod exchange;
mod fallback_tag;
mod handles;
mod html_page;
mod known_referrers_api;
mod known_tags;
mod list;
mod manifest;
mod memory;
mod namespace;
mod negotiate;
mod ping;
mod proxy;
mod push_blob;
mod push_manifest;
mod read;
mod referrers;
mod referrers_api;
mod scheme;
mod signed;
mod upload;
mod upload_session;
mod warnings;
mod write;

use std::rc::Rc;

pub use clients::{CachedRegistry, Clients};
pub use connection::Connection;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
pub use handles::AsyncBlob;
pub use handles::{
    Aliases, Blobs, CatalogSlice, Manifests, Repository, RepositoryPages, SeekableBlob,
    StartedUpload, TagPages, Tags,
};
pub use known_referrers_api::KeepReferrersApi;
pub use namespace::Namespace;
pub use ping::Ping;
pub use proxy::hub_proxy;
pub use warnings::{Notice, Warnings};

use self::exchange::Core;
use crate::{
    error::Result,
    registry::{ReferrersApi, SharedRegistry},
    transport::Stack,
    wire::Headers,
};

/// A remote registry. Cheap to clone: clones share its memory and its tokens.
#[derive(Clone)]
pub struct RemoteRegistry {
    core: Rc<Core>,
}

impl RemoteRegistry {
    /// Returns a client for one registry. Sends nothing yet.
    pub fn new(connection: Connection, stack: &Stack) -> Self {
        let transport = stack.authenticated(connection.accounts());
        Self { core: Rc::new(Core::new(connection, stack, transport)) }
    }

    /// Returns a client with header fields of its own on every request, token requests too, such as
    /// the key of a gateway (R39). They go to the registry's own origins and to approved token
    /// servers only. In a page each request is then preflighted, so the registry must name the fields
    /// in `Access-Control-Allow-Headers`, and redirects fail.
    ///
    /// # Errors
    /// `InvalidInput` if a field cannot be sent, or is one that the client sets itself.
    pub fn with_headers(connection: Connection, stack: &Stack, headers: Headers) -> Result<Self> {
        let transport = stack.authenticated_with(headers, connection.accounts());
        let transport = transport.map_err(|error| error.reaching(&connection.host))?;
        let mut core = Core::new(connection, stack, transport);
        core.spares_preflights = false;
        Ok(Self { core: Rc::new(core) })
    }

    /// Returns this registry as a shared source of images.
    pub fn shared(&self) -> SharedRegistry {
        Rc::new(self.clone())
    }

    /// Sets the largest manifest that is read, in bytes (R51). All clones of the client share it.
    pub fn set_manifest_limit(&self, bytes: u64) {
        self.core.memory.manifest_limit.set(bytes);
    }

    /// Recalls what an earlier client learnt of the referrers API (R107), and hands on what this one learns.
    /// All clones of the client share it.
    pub fn recall_referrers_api(&self, kept: Option<ReferrersApi>, keep: KeepReferrersApi) {
        self.core.memory.referrers_api.recall(kept, keep);
    }

    /// Returns the digests that are noted as other names of a content (R141). [`Blobs::stat`] obeys them.
    pub fn aliases(&self) -> &Aliases {
        &self.core.memory.aliases
    }

    /// Returns the way to the registry.
    pub fn connection(&self) -> &Connection {
        &self.core.connection
    }

    /// Returns the messages of the registry to its users (R163).
    pub fn warnings(&self) -> &Warnings {
        &self.core.warnings
    }
}

#[cfg(test)]
mod tests;
