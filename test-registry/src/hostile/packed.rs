//! Documents that are kept as gzip, and sent so.

use std::io::{Read, Write};

use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::takes_gzip;
use crate::digest::digest_of;
use crate::reply;

/// A document, with its media type and digest.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    pub(super) media_type: String,
    pub(super) digest: String,
    /// The number of its plain bytes.
    pub(super) size: usize,
    gzip: Bytes,
}

impl Packed {
    pub(super) fn new(media_type: &str, plain: &[u8]) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        // Writing to memory cannot fail.
        let _ = encoder.write_all(plain);
        let gzip = encoder.finish().unwrap_or_default().into();
        let (media_type, digest) = (media_type.into(), digest_of(plain));
        Self { media_type, digest, size: plain.len(), gzip }
    }

    /// Returns the plain bytes.
    pub(super) fn plain(&self) -> Vec<u8> {
        let mut plain = Vec::with_capacity(self.size);
        // Our own gzip can be read.
        let _ = GzDecoder::new(&self.gzip[..]).read_to_end(&mut plain);
        plain
    }

    /// Returns a reply with the document, packed if the client takes that.
    pub(super) fn reply(&self, method: &Method, headers: &HeaderMap) -> Response {
        let packed = takes_gzip(headers);
        let body = match () {
            () if *method == Method::HEAD => Body::empty(),
            () if packed => Body::from(self.gzip.clone()),
            () => Body::from(self.plain()),
        };
        let mut reply = reply::with_type(StatusCode::OK, &self.media_type, body);
        if packed && *method != Method::HEAD {
            reply::set(&mut reply, header::CONTENT_ENCODING, "gzip");
        }
        if *method == Method::HEAD {
            reply::set(&mut reply, header::CONTENT_LENGTH, &self.size.to_string());
        }
        if let Ok(name) = "docker-content-digest".parse() {
            reply::set(&mut reply, name, &self.digest);
        }
        reply
    }

    /// Returns the number of bytes on the network.
    #[cfg(test)]
    pub(super) fn sent(&self) -> usize {
        self.gzip.len()
    }
}
