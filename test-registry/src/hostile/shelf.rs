//! The content of one row: its documents, tags and layers, and what it answers to lists.

use std::collections::BTreeMap;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use bytes::Bytes;

use super::packed::Packed;
use super::pages::{INDEX, Pages};
use crate::digest::digest_of;
use crate::endpoint::Endpoint;
use crate::pattern::Pattern;
use crate::reply;
use crate::store::Store;

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(super) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// A document or layer of a row, as others point at it.
#[derive(Clone, Debug)]
pub(super) struct Pointer {
    media_type: String,
    digest: String,
    size: u64,
}

impl Pointer {
    /// Returns the descriptor as JSON, open for further fields: without its last brace.
    pub(super) fn open(&self) -> String {
        let Self { media_type, digest, size } = self;
        format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}"#)
    }

    /// Returns the descriptor as JSON.
    pub(super) fn json(&self) -> String {
        self.open() + "}"
    }

    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns a descriptor that states another size.
    pub(super) fn stating(self, size: u64) -> Self {
        Self { size, ..self }
    }
}

/// The content of one row.
#[derive(Default)]
pub(crate) struct Shelf {
    /// Manifests and configurations by digest.
    pub(super) documents: BTreeMap<String, Packed>,
    /// Digests by tag.
    pub(super) tags: BTreeMap<String, String>,
    layers: Vec<(String, Bytes)>,
    patterns: Vec<(String, Pattern)>,
    /// The answers to lists; a plain list of the tags if it has none.
    pub(super) tag_list: Option<Pages>,
    pub(super) referrers: Option<Pages>,
    pub(super) catalog: Option<Pages>,
    /// A challenge that answers every request.
    pub(super) challenge: Option<String>,
    /// The error document of everything that is not here.
    pub(super) error: Option<String>,
}

impl Shelf {
    /// Puts a manifest, an index or a configuration.
    pub(super) fn document(&mut self, media_type: &str, text: &str) -> Pointer {
        let packed = Packed::new(media_type, text.as_bytes());
        let (digest, size) = (packed.digest.clone(), packed.size as u64);
        self.documents.insert(digest.clone(), packed);
        Pointer { media_type: media_type.into(), digest, size }
    }

    /// Points a tag at a document.
    pub(super) fn tag(&mut self, tag: &str, document: &Pointer) {
        self.tags.insert(tag.into(), document.digest.clone());
    }

    /// Puts a layer of these bytes.
    pub(super) fn layer(&mut self, kind: &str, bytes: impl Into<Bytes>) -> Pointer {
        let bytes = bytes.into();
        let (digest, size) = (digest_of(&bytes), bytes.len() as u64);
        self.layers.push((digest.clone(), bytes));
        Pointer { media_type: format!("{LAYER}{kind}"), digest, size }
    }

    /// Puts a layer of bytes that are computed while they are sent, under a made-up digest.
    pub(super) fn computed(&mut self, size: u64, seed: u64) -> Pointer {
        let digest = format!("sha256:{:064x}", 0xfeed_0000 + seed);
        self.patterns.push((digest.clone(), Pattern { size, seed }));
        Pointer { media_type: LAYER.into(), digest, size }
    }

    /// Puts an image of this configuration and these descriptors of layers, as tag `x`.
    pub(super) fn image(&mut self, config: &str, layers: &[String]) -> Pointer {
        let config = self.document(CONFIG, config).json();
        let text = format!(
            r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{config},"layers":[{}]}}"#,
            layers.join(",")
        );
        let image = self.document(MANIFEST, &text);
        self.tag("x", &image);
        image
    }

    /// Puts an index of these descriptors.
    pub(super) fn index(&mut self, children: &str) -> Pointer {
        let text =
            format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{children}]}}"#);
        self.document(INDEX, &text)
    }

    /// Puts the layers into the store, which knows ranges.
    pub(super) fn stock(&mut self, store: &Store, repository: &str) {
        for (digest, bytes) in self.layers.drain(..) {
            store.put_blob(repository, &digest, bytes);
        }
        for (digest, pattern) in self.patterns.drain(..) {
            store.put_pattern(repository, &digest, pattern);
        }
    }

    /// Returns the bytes of the layers, before they are in the store.
    #[cfg(test)]
    pub(super) fn layers(&self) -> impl Iterator<Item = &Bytes> {
        self.layers.iter().map(|(_, bytes)| bytes)
    }

    /// Returns the answer to a request, or `None` for what the store has.
    pub(crate) fn answer(&self, endpoint: &Endpoint, request: &Request) -> Option<Response> {
        if let Some(challenge) = &self.challenge {
            return Some(unauthorized(challenge));
        }
        let (method, headers) = (request.method(), request.headers());
        match endpoint {
            Endpoint::Manifest { reference, .. } => {
                let digest = self.tags.get(reference).unwrap_or(reference);
                let found = self.documents.get(digest);
                Some(found.map_or_else(|| self.unknown(), |found| found.reply(method, headers)))
            }
            Endpoint::Blob { digest, .. } => {
                self.documents.get(digest).map(|found| found.reply(method, headers))
            }
            Endpoint::Tags { name } => match &self.tag_list {
                Some(list) => Some(list.reply(request)),
                None => Some(Pages::of_tags(name, self.tags.keys()).reply(request)),
            },
            Endpoint::Referrers { .. } => match &self.referrers {
                Some(list) => Some(list.reply(request)),
                None => Some(Pages::no_referrers().reply(request)),
            },
            Endpoint::Catalog => self.catalog.as_ref().map(|list| list.reply(request)),
            _ => None,
        }
    }

    fn unknown(&self) -> Response {
        match &self.error {
            Some(document) => {
                reply::with_type(StatusCode::NOT_FOUND, "application/json", document.clone())
            }
            None => reply::error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "manifest unknown"),
        }
    }
}

fn unauthorized(challenge: &str) -> Response {
    let mut reply =
        reply::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required");
    reply::set(&mut reply, header::WWW_AUTHENTICATE, challenge);
    reply
}
