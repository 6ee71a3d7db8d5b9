//! The reasons inside kinds of errors: faults of answers and inputs, limitations, and refused
//! addresses. The page words those that it can meet; `Display` words all, for users of the library.

use std::fmt;

use crate::{
    oci::{Descriptor, Digest, MediaType, RepositoryName, Tag},
    wire::{realm::Refusal, token::TokenError, url::UrlError},
};

/// A fault of an answer, or of a document that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerFault {
    /// It has no body.
    Empty,
    /// It is an HTML page, as login pages and proxies send it.
    HtmlPage,
    /// It is no list.
    NotAList,
    /// Its `Content-Type` and the type that it states of itself differ.
    TypesDiffer {
        /// The type in the header.
        header: MediaType,
        /// The type in the document.
        stated: MediaType,
    },
    /// It holds other bytes of the blob than those that were asked for.
    OtherPart,
    /// The answer of the token server holds no token that can be used.
    NoToken(TokenError),
    /// The platform returned something else than an answer.
    NoResponse,
    /// It redirects to an address that is not text.
    RedirectNotText,
    /// It does not tell if the blob arrived.
    UploadUnclear,
    /// The fallback tag of the referrers API names something else than an index.
    NotReferrers {
        /// The repository that has the tag.
        repository: RepositoryName,
        /// The fallback tag, which is left as it is.
        tag: Tag,
    },
    /// The list of referrers of this digest may be incomplete.
    ReferrersIncomplete(Digest),
    /// The image is larger than these limits.
    BeyondLimits {
        /// Levels of manifests.
        depth: usize,
        /// Number of objects.
        nodes: usize,
        /// Bytes of manifests.
        bytes: u64,
    },
    /// The manifest has no layers.
    NoLayers,
    /// The manifest has another number of history entries than of layers.
    HistoryDiffers {
        /// Number of layers.
        layers: usize,
        /// Number of history entries.
        history: usize,
    },
    /// A document of this type is no image.
    NotAnImage(MediaType),
    /// The index is no sound JSON at this place, as a JSON pointer.
    BrokenIndex(String),
    /// The index has an entry that cannot be read at this place, as a JSON pointer.
    BrokenEntry(String),
    /// The document says that it is an index, and is none.
    NotAnIndex,
    /// The index states another type of itself.
    OtherType(MediaType),
    /// The index has a `schemaVersion` other than 2.
    SchemaVersion,
}

/// A limitation of a source, of the protocol or of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limitation {
    /// The registry does not have the operation.
    Registry,
    /// The source does not have the operation.
    Source,
    /// The source can only be read.
    ReadOnly,
    /// The protocol lists tags and referrers, and no other manifests.
    NoListOfManifests,
    /// The protocol finds blobs through manifests only.
    NoListOfBlobs,
    /// The protocol deletes manifests and tags only.
    NoRemoval,
    /// No index can be made of a document of this type; `None` for an unknown type.
    NoIndexOf(Option<MediaType>),
    /// A document of this type cannot be part of an OCI layout.
    NotInLayout(MediaType),
    /// The page was made without the connection doctor.
    NoDoctor,
    /// The registry refuses to delete a tag. It deletes manifests by digest, or deleting is switched off.
    DeletingTags,
    /// Requests are sent from outside a Tokio runtime.
    NoRuntime,
    /// A limitation, in the words of the platform.
    Other(String),
}

/// The reason not to go to an address that an answer names (R71).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusedAddress {
    /// The next page of a list is on another origin.
    OtherOrigin,
    /// The token server may not see the credential.
    TokenServer(Refusal),
    /// The location of an upload is no address that can be used.
    UploadLocation(UrlError),
    /// The redirect leads to no address that can be used.
    RedirectTarget(UrlError),
    /// The request follows no redirect, and the answer redirects to this origin.
    Redirect(String),
    /// The page's own policy does not let it reach this origin.
    OwnPolicy(String),
    /// The policy of the page itself does not name the target of a redirect of this origin.
    OwnPolicyRedirect(String),
    /// There are more redirects than this.
    TooManyRedirects(usize),
}

/// A fault of what the caller passed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputFault {
    /// A browser cannot reach the host.
    Host {
        /// The host as it was given.
        host: String,
        /// The fault of its address.
        error: UrlError,
    },
    /// An address cannot be used.
    Address(UrlError),
    /// The text is no start of a page.
    PageStart,
    /// The address of Docker Hub's proxy has a path or a query.
    ProxyPath,
    /// HTTP knows no header field of this name.
    HeaderName(String),
    /// The value of this header field has control characters.
    HeaderValue(String),
    /// The client itself sets this header field.
    HeaderTaken(String),
    /// The platform cannot send this kind of body.
    Body,
    /// The position lies beyond the end.
    BeyondEnd {
        /// The first byte that was asked for, counted from 0.
        position: u64,
        /// The number of bytes.
        size: u64,
    },
    /// The manifest states another type than the one under which it is pushed.
    PushedType {
        /// The type in the document.
        stated: MediaType,
        /// The type under which it is pushed.
        sent: MediaType,
    },
    /// An upload needs a location or a name.
    NoLocation,
    /// The location of the upload is no address that can be used.
    BadLocation(UrlError),
    /// The upload still waits for another answer.
    UploadBusy,
    /// The caller dropped the update of a fallback tag before its end.
    UpdateDropped,
    /// The reference has no digest, and only a digest names a blob.
    NoDigest,
    /// The reference has neither a tag nor a digest.
    NoTagOrDigest,
    /// The archive takes one file at a time.
    ArchiveBusy,
    /// The target takes an index only with all of its platforms.
    NeedsAllPlatforms,
    /// The index lists this manifest, which was not pulled.
    NotPulled(Box<Descriptor>),
    /// A fault, in the words of the platform or of the store.
    Other(String),
}

impl fmt::Display for AnswerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TypesDiffer { header, stated } => {
                return write!(f, "its header names {header}, and the document states {stated}");
            }
            Self::NoToken(error) => return write!(f, "no token in the answer ({error})"),
            Self::NotReferrers { repository, tag } => {
                return write!(f, "{repository}:{tag} is no index of referrers");
            }
            Self::ReferrersIncomplete(subject) => {
                return write!(f, "the list of referrers of {subject} may be incomplete");
            }
            Self::BeyondLimits { depth, nodes, bytes } => {
                return write!(
                    f,
                    "more than {depth} levels, {nodes} objects or {bytes} bytes of manifests"
                );
            }
            Self::HistoryDiffers { layers, history } => {
                return write!(f, "{layers} layers and {history} history entries");
            }
            Self::NotAnImage(media_type) => return write!(f, "{media_type} is no image"),
            Self::BrokenIndex(at) => return write!(f, "broken JSON in the index at “{at}”"),
            Self::BrokenEntry(at) => return write!(f, "broken entry of the index at “{at}”"),
            Self::OtherType(media_type) => return write!(f, "the index states type {media_type}"),
            Self::Empty => "the answer is empty",
            Self::HtmlPage => "the answer is an HTML page",
            Self::NotAList => "the answer is no list",
            Self::OtherPart => "another part came than was asked for",
            Self::NoResponse => "fetch returned something else",
            Self::RedirectNotText => "a redirect to an address that is not text",
            Self::UploadUnclear => "unknown if the blob arrived",
            Self::NoLayers => "the manifest has no layers",
            Self::NotAnIndex => "the document is no index",
            Self::SchemaVersion => "the index has a schemaVersion other than 2",
        })
    }
}

impl fmt::Display for Limitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoIndexOf(Some(media_type)) => return write!(f, "an index of {media_type}"),
            Self::NotInLayout(media_type) => return write!(f, "{media_type} in an OCI layout"),
            Self::Other(words) => words,
            Self::NoIndexOf(None) => "an index of an unknown type",
            Self::Registry => "the registry does not do this",
            Self::Source => "this source cannot do this",
            Self::ReadOnly => "this source is read-only",
            Self::NoListOfManifests => "the protocol lists only tags and referrers",
            Self::NoListOfBlobs => "the protocol finds blobs through manifests only",
            Self::NoRemoval => "the protocol deletes only manifests and tags",
            Self::NoDoctor => "no connection doctor",
            Self::DeletingTags => {
                "deleting this tag; the registry deletes by digest, or not at all"
            }
            Self::NoRuntime => "requests outside a Tokio runtime",
        })
    }
}

impl fmt::Display for RefusedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherOrigin => f.write_str("the next page is on another origin"),
            Self::TokenServer(refusal) => refusal.fmt(f),
            Self::UploadLocation(error) => write!(f, "the location of the upload: {error}"),
            Self::RedirectTarget(error) => write!(f, "the target of a redirect: {error}"),
            Self::Redirect(origin) => write!(f, "a redirect to {origin}"),
            Self::OwnPolicy(origin) => write!(f, "the policy of the page does not name {origin}"),
            Self::OwnPolicyRedirect(origin) => {
                write!(
                    f,
                    "the policy of the page does not name the target of a redirect of {origin}"
                )
            }
            Self::TooManyRedirects(limit) => write!(f, "more than {limit} redirects"),
        }
    }
}

impl fmt::Display for InputFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host { host, error } => return write!(f, "{host} cannot be reached: {error}"),
            Self::Address(error) => return error.fmt(f),
            Self::BadLocation(error) => return write!(f, "the location: {error}"),
            Self::HeaderName(name) => return write!(f, "“{name}” is no name of a header field"),
            Self::HeaderValue(name) => {
                return write!(f, "control characters in the header field {name}");
            }
            Self::HeaderTaken(name) => return write!(f, "the client itself sets {name}"),
            Self::BeyondEnd { position, size } => {
                return write!(f, "byte {position} of {size} bytes");
            }
            Self::PushedType { stated, sent } => {
                return write!(f, "the manifest states {stated}, and is pushed as {sent}");
            }
            Self::NotPulled(entry) => {
                let platform = entry.platform.as_ref().map(|platform| format!(" ({platform})"));
                let platform = platform.unwrap_or_default();
                return write!(f, "{}{platform} was not pulled", entry.digest);
            }
            Self::Other(words) => words,
            Self::ProxyPath => "an address of a proxy with a path or a query",
            Self::PageStart => "no start of a page",
            Self::Body => "no body that this platform can send",
            Self::NoLocation => "an upload needs a location or a name",
            Self::UploadBusy => "the upload still waits for an answer",
            Self::UpdateDropped => "the update was dropped before its end",
            Self::NoDigest => "only a digest names a blob",
            Self::NoTagOrDigest => "neither a tag nor a digest",
            Self::ArchiveBusy => "an archive takes one file at a time",
            Self::NeedsAllPlatforms => "the target takes an index with all of its platforms",
        })
    }
}
