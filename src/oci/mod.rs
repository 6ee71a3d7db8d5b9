//! Values of the OCI image and distribution specifications: the content of a registry, as data.
//!
//! Pure: no I/O, no clock, no browser, and no other folder of ours.

mod artifact_type;
mod builder;
mod chain_id;
pub mod config;
pub mod decoders;
mod descriptor;
mod digest;
pub mod document;
mod fault;
mod guess;
mod index;
pub mod index_sort;
mod invisible;
pub mod json;
mod json_cursor;
mod layout;
mod manifest;
mod manifest_ref;
mod media_type;
mod message;
mod parsed;
mod platform;
mod platform_fit;
mod reference;
mod reference_error;
mod schema1;
pub mod sorted_texts;
pub mod tag_order;
pub mod timestamp;
mod write;

pub use builder::{ManifestBuilder, Payload, UnsupportedReference};
pub use chain_id::{chain_ids, stacked};
pub use config::{HistoryEntry, ImageConfig, parse_config};
pub use decoders::{DecoderError, Decoders};
pub use descriptor::{Annotations, Describe, Descriptor};
pub use digest::{Algorithm, Digest, DigestError};
pub use document::{Document, UnknownDocument, parse_document};
pub use fault::{DocumentFault, DocumentKind, NodeKind};
pub use guess::guess_media_type;
pub use index::Index;
pub use invisible::is_invisible;
pub use json_cursor::JsonCursor;
pub use layout::{ImageLayout, LAYOUT_VERSION, parse_layout};
pub use manifest::ImageManifest;
pub use manifest_ref::ManifestRef;
pub use media_type::{Compression, MediaType};
pub use parsed::{Issue, Issues, Parsed, Severity};
pub use platform::{Platform, PlatformError};
pub use platform_fit::Fit;
pub use reference::{Host, Reference, RepositoryName, Tag};
pub use reference_error::{NameFault, ReferenceError};
pub use schema1::{Schema1Manifest, signed_payload};
pub use tag_order::TagOrder;
pub use timestamp::Timestamp;
