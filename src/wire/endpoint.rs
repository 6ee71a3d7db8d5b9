//! The endpoints of the distribution specification (end-1 to end-14) and the catalog, each with its
//! method, URL and `Accept`.

use super::{accept::Accept, base::BaseUrl, method::Method, url::Url};
use crate::oci::{Algorithm, Digest, ManifestRef, MediaType, RepositoryName, Tag};

/// A part of a list: at most `n` items after `last` (R96).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The largest number of items. `None` leaves it to the registry.
    pub n: Option<u32>,
    /// The item after which the page starts.
    pub last: Option<String>,
}

/// One kind of request to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// end-1: the check that this is a registry.
    Version,
    /// end-2, GET.
    GetBlob {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// end-2, HEAD.
    StatBlob {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// end-3, GET.
    GetManifest {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// Tag or digest.
        reference: ManifestRef,
    },
    /// end-3, HEAD.
    StatManifest {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// Tag or digest.
        reference: ManifestRef,
    },
    /// end-4a, or end-4c if an algorithm is named.
    StartUpload {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// The algorithm of the closing digest, if it is not SHA-256.
        algorithm: Option<Algorithm>,
    },
    /// end-4b: the whole blob in the first request.
    PostBlob {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// end-5.
    SendChunk {
        /// The latest location of the session.
        location: Url,
    },
    /// end-6.
    CommitUpload {
        /// The latest location of the session.
        location: Url,
        /// Digest of the whole blob.
        digest: Digest,
    },
    /// end-7a, or end-7b if tags are named (R126).
    PutManifest {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// Tag or digest.
        reference: ManifestRef,
        /// Tags to set in the same request, beside a digest.
        tags: Vec<Tag>,
    },
    /// end-8a and end-8b.
    Tags {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// The part of the list.
        window: Window,
    },
    /// end-9.
    DeleteManifest {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// Tag or digest.
        reference: ManifestRef,
    },
    /// end-10.
    DeleteBlob {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// end-11.
    MountBlob {
        /// The repository that gets the blob.
        repository: RepositoryName,
        /// The blob.
        digest: Digest,
        /// The repository that has it.
        from: RepositoryName,
    },
    /// end-12a and end-12b.
    Referrers {
        /// The name between `/v2/` and the rest of the path.
        repository: RepositoryName,
        /// The digest of the subject.
        digest: Digest,
        /// Keeps only referrers of this type.
        artifact_type: Option<String>,
    },
    /// end-13.
    UploadStatus {
        /// The latest location of the session.
        location: Url,
    },
    /// end-14.
    CancelUpload {
        /// The latest location of the session.
        location: Url,
    },
    /// The list of repositories, which is not in the OCI specification (R94).
    Catalog {
        /// The part of the list.
        window: Window,
    },
}

/// The object that an endpoint is about. It names what is missing after a 404 (R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The registry as a whole.
    Registry,
    /// The repository in the path.
    Repository,
    /// A manifest or tag.
    Manifest,
    /// The blob with the digest in the path.
    Blob,
    /// An upload session.
    Upload,
}

impl Endpoint {
    /// Returns the name in the specification. The catalog has none there, and is `catalog` here.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Version => "end-1",
            Self::GetBlob { .. } | Self::StatBlob { .. } => "end-2",
            Self::GetManifest { .. } | Self::StatManifest { .. } => "end-3",
            Self::StartUpload { algorithm: None, .. } => "end-4a",
            Self::StartUpload { algorithm: Some(_), .. } => "end-4c",
            Self::PostBlob { .. } => "end-4b",
            Self::SendChunk { .. } => "end-5",
            Self::CommitUpload { .. } => "end-6",
            Self::PutManifest { tags, .. } if tags.is_empty() => "end-7a",
            Self::PutManifest { .. } => "end-7b",
            Self::Tags { window, .. } if *window == Window::default() => "end-8a",
            Self::Tags { .. } => "end-8b",
            Self::DeleteManifest { .. } => "end-9",
            Self::DeleteBlob { .. } => "end-10",
            Self::MountBlob { .. } => "end-11",
            Self::Referrers { artifact_type: None, .. } => "end-12a",
            Self::Referrers { .. } => "end-12b",
            Self::UploadStatus { .. } => "end-13",
            Self::CancelUpload { .. } => "end-14",
            Self::Catalog { .. } => "catalog",
        }
    }

    /// Returns the method that the specification names for it.
    pub fn method(&self) -> Method {
        match self {
            Self::StatBlob { .. } | Self::StatManifest { .. } => Method::Head,
            Self::StartUpload { .. } | Self::PostBlob { .. } | Self::MountBlob { .. } => {
                Method::Post
            }
            Self::SendChunk { .. } => Method::Patch,
            Self::CommitUpload { .. } | Self::PutManifest { .. } => Method::Put,
            Self::DeleteManifest { .. } | Self::DeleteBlob { .. } | Self::CancelUpload { .. } => {
                Method::Delete
            }
            _ => Method::Get,
        }
    }

    /// Tells whether this status says that the request was done. Of writes only the statuses of the
    /// specification say so: login pages and proxies answer anything with 200.
    pub fn is_done_by(&self, status: u16) -> bool {
        match self {
            Self::StartUpload { .. } | Self::PostBlob { .. } | Self::MountBlob { .. } => {
                matches!(status, 201 | 202)
            }
            // Some registries have 201 or 204 for a chunk.
            Self::SendChunk { .. } => matches!(status, 201 | 202 | 204),
            Self::CommitUpload { .. } => matches!(status, 201 | 202 | 204),
            // Registries of the first version have 200 without a body (R124).
            Self::PutManifest { .. } => matches!(status, 200..=202),
            Self::DeleteManifest { .. } | Self::DeleteBlob { .. } => {
                matches!(status, 200 | 202 | 204)
            }
            _ => (200..300).contains(&status),
        }
    }

    /// Returns the object that is missing if this endpoint answers 404.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Version | Self::Catalog { .. } => Subject::Registry,
            Self::GetBlob { .. } | Self::StatBlob { .. } | Self::DeleteBlob { .. } => Subject::Blob,
            Self::GetManifest { .. } | Self::StatManifest { .. } | Self::DeleteManifest { .. } => {
                Subject::Manifest
            }
            Self::SendChunk { .. }
            | Self::CommitUpload { .. }
            | Self::UploadStatus { .. }
            | Self::CancelUpload { .. } => Subject::Upload,
            _ => Subject::Repository,
        }
    }

    /// Returns the repository, if the request names one. Upload sessions know only their location.
    pub fn repository(&self) -> Option<&RepositoryName> {
        match self {
            Self::GetBlob { repository, .. }
            | Self::StatBlob { repository, .. }
            | Self::GetManifest { repository, .. }
            | Self::StatManifest { repository, .. }
            | Self::StartUpload { repository, .. }
            | Self::PostBlob { repository, .. }
            | Self::PutManifest { repository, .. }
            | Self::Tags { repository, .. }
            | Self::DeleteManifest { repository, .. }
            | Self::DeleteBlob { repository, .. }
            | Self::MountBlob { repository, .. }
            | Self::Referrers { repository, .. } => Some(repository),
            _ => None,
        }
    }

    /// Returns the tag or digest of a manifest that it is about.
    pub fn reference(&self) -> Option<&ManifestRef> {
        match self {
            Self::GetManifest { reference, .. }
            | Self::StatManifest { reference, .. }
            | Self::PutManifest { reference, .. }
            | Self::DeleteManifest { reference, .. } => Some(reference),
            _ => None,
        }
    }

    /// Returns the location of an upload session that it is about.
    pub fn location(&self) -> Option<&Url> {
        match self {
            Self::SendChunk { location }
            | Self::CommitUpload { location, .. }
            | Self::UploadStatus { location }
            | Self::CancelUpload { location } => Some(location),
            _ => None,
        }
    }

    /// Returns the `Accept` field, if one is needed. `preflighted` is as in [`Accept::first`].
    pub fn accept(&self, preflighted: bool) -> Option<String> {
        match self {
            Self::GetManifest { .. } | Self::StatManifest { .. } => {
                Some(Accept::first(preflighted).value().to_owned())
            }
            Self::Referrers { .. } => Some(MediaType::OCI_INDEX.as_str().to_owned()),
            _ => None,
        }
    }

    /// Returns the URL on a registry. Digests and names need no escaping, because their grammars
    /// are safe in URLs.
    pub fn url(&self, base: &BaseUrl) -> Url {
        let path =
            |repository: &RepositoryName, rest: &str| base.at(&format!("/v2/{repository}/{rest}"));
        match self {
            Self::Version => base.at("/v2/"),
            Self::Catalog { window } => window.on(base.at("/v2/_catalog")),
            Self::GetBlob { repository, digest }
            | Self::StatBlob { repository, digest }
            | Self::DeleteBlob { repository, digest } => {
                path(repository, &format!("blobs/{digest}"))
            }
            Self::GetManifest { repository, reference }
            | Self::StatManifest { repository, reference }
            | Self::DeleteManifest { repository, reference } => {
                path(repository, &format!("manifests/{reference}"))
            }
            Self::PutManifest { repository, reference, tags } => {
                let url = path(repository, &format!("manifests/{reference}"));
                tags.iter().fold(url, |url, tag| url.with_parameter("tag", tag.as_str()))
            }
            Self::Tags { repository, window } => window.on(path(repository, "tags/list")),
            Self::Referrers { repository, digest, artifact_type } => {
                let url = path(repository, &format!("referrers/{digest}"));
                artifact_type
                    .iter()
                    .fold(url, |url, artifact| url.with_parameter("artifactType", artifact))
            }
            Self::StartUpload { repository, algorithm } => {
                let url = path(repository, "blobs/uploads/");
                algorithm
                    .iter()
                    .fold(url, |url, name| url.with_parameter("digest-algorithm", name.name()))
            }
            Self::PostBlob { repository, digest } => {
                path(repository, "blobs/uploads/").with_parameter("digest", digest.as_str())
            }
            Self::MountBlob { repository, digest, from } => path(repository, "blobs/uploads/")
                .with_parameter("mount", digest.as_str())
                .with_parameter("from", from.as_str()),
            Self::CommitUpload { location, digest } => {
                location.with_parameter("digest", digest.as_str())
            }
            Self::SendChunk { location }
            | Self::UploadStatus { location }
            | Self::CancelUpload { location } => location.clone(),
        }
    }
}

impl Window {
    /// Returns the URL with the part of the list. An `n` of 0 is left out (R96).
    fn on(&self, url: Url) -> Url {
        let url = match self.n {
            Some(n) if n > 0 => url.with_parameter("n", &n.to_string()),
            _ => url,
        };
        match &self.last {
            Some(last) => url.with_parameter("last", last),
            None => url,
        }
    }
}

#[cfg(test)]
mod tests;
