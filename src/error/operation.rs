//! The operations that an error can be about.

use std::fmt;

use crate::oci::{Digest, ManifestRef, RepositoryName};

/// An operation on a registry or another source. The context of the error names the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Asking if the registry is there.
    ReachRegistry,
    /// Listing the repositories of a registry.
    ListRepositories,
    /// Listing the tags of a repository.
    ListTags,
    /// Listing the referrers of a digest.
    ListReferrers(Digest),
    /// Listing all manifests of a repository.
    ListManifests,
    /// Listing all blobs of a repository.
    ListBlobs,
    /// Finding what a reference stands for, before it is known what to ask for.
    LookUp(Option<ManifestRef>),
    /// Reading the bytes of a manifest.
    ReadManifest(ManifestRef),
    /// Finding out the digest of a manifest, without its bytes.
    FindManifest(ManifestRef),
    /// Reading the bytes of a blob.
    ReadBlob(Digest),
    /// Reading part of a blob.
    ReadBlobPart(Digest),
    /// Finding out the size of a blob, without its bytes.
    FindBlob(Digest),
    /// Pushing a manifest; without a name, one under no tag.
    PushManifest(Option<ManifestRef>),
    /// Pushing a blob; without a digest, one whose digest is stated at its end.
    PushBlob(Option<Digest>),
    /// Taking up an upload again.
    ResumeUpload,
    /// Mounting a blob from another repository of the same registry.
    MountBlob {
        /// The blob.
        digest: Digest,
        /// The repository that has it.
        from: RepositoryName,
    },
    /// Deleting a manifest or a tag.
    DeleteManifest(ManifestRef),
    /// Deleting a blob.
    DeleteBlob(Digest),
    /// Removing a repository with everything in it.
    RemoveRepository,
    /// Finding the files of a tar archive.
    OpenArchive,
    /// Reading an OCI layout.
    ReadLayout,
    /// Listing the OCI layouts of a source.
    ListLayouts,
}

impl Operation {
    /// Tells whether it changes something.
    pub fn is_write(&self) -> bool {
        matches!(
            self,
            Self::PushManifest(_)
                | Self::PushBlob(_)
                | Self::ResumeUpload
                | Self::MountBlob { .. }
                | Self::DeleteManifest(_)
                | Self::DeleteBlob(_)
                | Self::RemoveRepository
        )
    }

    /// Returns the name of the object: `library/alpine`, `library/alpine:3.20` or
    /// `library/alpine@sha256:…`. It is empty for an operation on the whole source.
    pub fn object(&self, repository: Option<&RepositoryName>) -> String {
        let mut name = repository.map(RepositoryName::to_string).unwrap_or_default();
        let digest = match self {
            Self::ReadManifest(reference)
            | Self::LookUp(Some(reference))
            | Self::FindManifest(reference)
            | Self::PushManifest(Some(reference))
            | Self::DeleteManifest(reference) => match reference {
                ManifestRef::Tag(tag) => {
                    name.push(':');
                    name.push_str(tag.as_str());
                    return name;
                }
                ManifestRef::Digest(digest) => Some(digest),
            },
            Self::ListReferrers(digest)
            | Self::ReadBlob(digest)
            | Self::ReadBlobPart(digest)
            | Self::FindBlob(digest)
            | Self::MountBlob { digest, .. }
            | Self::DeleteBlob(digest) => Some(digest),
            Self::PushBlob(digest) => digest.as_ref(),
            _ => None,
        };
        if let Some(digest) = digest {
            name.push('@');
            name.push_str(digest.as_str());
        }
        name
    }
}

/// The action in a few words, to be read before its object, for users of the library.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReachRegistry => "reach the registry",
            Self::ListRepositories => "list the repositories",
            Self::ListTags => "list tags of",
            Self::ListReferrers(_) => "list referrers of",
            Self::ListManifests => "list all manifests of",
            Self::ListBlobs => "list all blobs of",
            Self::LookUp(_) => "look up",
            Self::ReadManifest(_) => "read manifest",
            Self::FindManifest(_) => "find manifest",
            Self::ReadBlob(_) => "read blob",
            Self::ReadBlobPart(_) => "read part of blob",
            Self::FindBlob(_) => "find blob",
            Self::PushManifest(_) => "push manifest",
            Self::PushBlob(_) => "push blob",
            Self::ResumeUpload => "resume upload to",
            Self::MountBlob { .. } => "mount blob",
            Self::DeleteManifest(_) => "delete manifest",
            Self::DeleteBlob(_) => "delete blob",
            Self::RemoveRepository => "remove repository",
            Self::OpenArchive => "open the archive",
            Self::ReadLayout => "read layout",
            Self::ListLayouts => "list the layouts",
        })
    }
}
