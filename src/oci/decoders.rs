//! A table of media types and the functions that read their manifests (R31). An application can add
//! its own kinds.

use std::fmt;

use bytes::Bytes;

use super::{Document, MediaType, Parsed, parse_document};

/// Reads a manifest that was served under a media type.
pub type Decoder = fn(Bytes, Option<&MediaType>) -> Parsed<Document>;

/// The registered decoders.
#[derive(Clone, Debug, Default)]
pub struct Decoders {
    /// The types with their decoders, in the order of registering.
    list: Vec<(MediaType, Decoder)>,
    fallback: Option<Decoder>,
}

/// The reason why a decoder was not registered or not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecoderError {
    /// The type has a decoder already. An empty text means the default.
    Registered(String),
    /// The text is no media type.
    Malformed(String),
    /// There is no decoder for this type, and no default.
    Unknown(MediaType),
}

impl fmt::Display for DecoderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registered(name) if name.is_empty() => f.write_str("there is a default decoder"),
            Self::Registered(name) => write!(f, "{name} has a decoder"),
            Self::Malformed(value) => write!(f, "“{value}” is not a Content-Type"),
            Self::Unknown(media_type) => write!(f, "no decoder for manifests of type {media_type}"),
        }
    }
}

impl std::error::Error for DecoderError {}

impl Decoders {
    /// Returns the decoders of the kinds that are known here: OCI and Docker manifests and indexes,
    /// schema 1, and the withdrawn artifact manifest.
    pub fn standard() -> Self {
        let known = [
            MediaType::OCI_INDEX,
            MediaType::OCI_MANIFEST,
            MediaType::DOCKER_LIST,
            MediaType::DOCKER_MANIFEST,
            MediaType::DOCKER_V1,
            MediaType::DOCKER_V1_SIGNED,
            MediaType::OCI_ARTIFACT,
        ];
        let list = known.into_iter().map(|kind| (kind, parse_document as Decoder)).collect();
        Self { list, fallback: None }
    }

    /// Registers a decoder. The empty name stands for every other type.
    ///
    /// # Errors
    /// [`DecoderError::Registered`] if the type has one, [`DecoderError::Malformed`] if it is no
    /// media type.
    pub fn register(&mut self, media_type: &str, decoder: Decoder) -> Result<(), DecoderError> {
        let registered = || DecoderError::Registered(media_type.to_owned());
        if media_type.is_empty() {
            let free = self.fallback.is_none().then_some(()).ok_or_else(registered);
            self.fallback.get_or_insert(decoder);
            return free;
        }
        let kind = essence(media_type)?;
        if self.find(&kind).is_some() {
            return Err(registered());
        }
        self.list.push((kind, decoder));
        Ok(())
    }

    /// Returns the registered types, without the default.
    pub fn media_types(&self) -> impl Iterator<Item = &MediaType> {
        self.list.iter().map(|(kind, _)| kind)
    }

    /// Reads a manifest that was served under this `Content-Type`. Its parameters do not count.
    ///
    /// # Errors
    /// [`DecoderError::Malformed`], [`DecoderError::Unknown`].
    pub fn decode(&self, content_type: &str, raw: Bytes) -> Result<Parsed<Document>, DecoderError> {
        let kind = essence(content_type)?;
        match self.find(&kind).or(self.fallback) {
            Some(decoder) => Ok(decoder(raw, Some(&kind))),
            None => Err(DecoderError::Unknown(kind)),
        }
    }

    fn find(&self, kind: &MediaType) -> Option<Decoder> {
        self.list.iter().find(|(known, _)| known == kind).map(|(_, decoder)| *decoder)
    }
}

fn essence(content_type: &str) -> Result<MediaType, DecoderError> {
    let malformed = || DecoderError::Malformed(content_type.to_owned());
    MediaType::from_header(content_type).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

    #[test]
    fn r031_a_type_is_registered_once() {
        let mut decoders = Decoders::standard();
        let twice = Err(DecoderError::Registered(MANIFEST.to_owned()));
        assert_eq!(decoders.register(MANIFEST, parse_document), twice);
        assert_eq!(decoders.register("a/b", parse_document), Ok(()));
        assert_eq!(
            decoders.register("a/b", parse_document),
            Err(DecoderError::Registered("a/b".to_owned()))
        );
        assert_eq!(decoders.register("", parse_document), Ok(()));
        assert_eq!(
            decoders.register("", parse_document),
            Err(DecoderError::Registered(String::new()))
        );
        assert_eq!(
            decoders.register("ab", parse_document),
            Err(DecoderError::Malformed("ab".to_owned()))
        );
        assert_eq!(decoders.media_types().count(), 8);
    }

    #[test]
    fn r031_decoding_strips_parameters_and_names_unknown_types() {
        let body = Bytes::from_static(br#"{"schemaVersion":2,"manifests":[]}"#);
        let mut decoders = Decoders::standard();
        let index = "application/vnd.oci.image.index.v1+json; charset=utf-8";
        let parsed = decoders.decode(index, body.clone()).unwrap();
        assert!(matches!(parsed.value, Document::Index(_)), "{parsed:?}");
        let unknown = Err(DecoderError::Unknown(MediaType::new("a/b")));
        assert_eq!(decoders.decode("a/b", body.clone()), unknown);
        assert!(matches!(decoders.decode("", body.clone()), Err(DecoderError::Malformed(_))));
        decoders.register("", parse_document).unwrap();
        assert!(matches!(decoders.decode("a/b", body).unwrap().value, Document::Unknown(_)));
    }
}
