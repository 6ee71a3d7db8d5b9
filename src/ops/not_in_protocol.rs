//! Questions that the protocol does not have (R102, R134). Each has a function, so that a caller gets
//! an error with the reason, and not an empty list.

use crate::{
    error::{Error, ErrorKind, Limitation, Operation, Result},
    oci::Digest,
    ops::repository_ref::RepositoryRef,
};

/// Lists all manifests of a repository, tagged or not.
///
/// # Errors
/// Always `Unsupported`: only tags can be listed.
pub fn manifests(repository: &RepositoryRef) -> Result<Vec<Digest>> {
    unsupported(repository, Operation::ListManifests, Limitation::NoListOfManifests)
}

/// Lists all blobs of a repository.
///
/// # Errors
/// Always `Unsupported`.
pub fn blobs(repository: &RepositoryRef) -> Result<Vec<Digest>> {
    unsupported(repository, Operation::ListBlobs, Limitation::NoListOfBlobs)
}

/// Removes a repository with everything in it.
///
/// # Errors
/// Always `Unsupported`: manifests and tags are deleted one by one.
pub fn remove_repository(repository: &RepositoryRef) -> Result<()> {
    unsupported(repository, Operation::RemoveRepository, Limitation::NoRemoval)
}

fn unsupported<T>(
    repository: &RepositoryRef,
    operation: Operation,
    limitation: Limitation,
) -> Result<T> {
    Err(repository.named(Error::new(ErrorKind::Unsupported(limitation)), operation))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::{fmt::Debug, rc::Rc};

    use super::*;
    use crate::{
        sources::memory::MemoryRegistry,
        testing::recorder::{Recorder, run},
    };

    /// Asks about a repository with a manifest and a blob, and expects these words and no request.
    fn check<T: Debug>(ask: fn(&RepositoryRef) -> Result<T>, kind: Limitation, words: &str) {
        let memory = MemoryRegistry::new("registry.example");
        let repository = "a/b".parse().unwrap();
        memory.add_blob(&repository, crate::oci::MediaType::OCTET_STREAM, "blob");
        let registry = Rc::new(Recorder::new(Rc::new(memory)));
        let host = "registry.example".parse().unwrap();
        let place = RepositoryRef { host, registry: registry.clone(), repository };
        let error = run(async { ask(&place) }).unwrap_err();
        assert_eq!(error.to_string(), words);
        assert_eq!(error.kind, ErrorKind::Unsupported(kind));
        assert_eq!(error.context.repository, Some(place.repository));
        assert!(registry.take().is_empty(), "there is nothing to ask");
    }

    #[test]
    fn r102_enumerating_is_unsupported_and_says_so() {
        let why = "not supported: the protocol lists only tags and referrers";
        let words = format!("could not list all manifests of a/b on registry.example: {why}");
        check(manifests, Limitation::NoListOfManifests, &words);
        let why = "not supported: the protocol finds blobs through manifests only";
        let words = format!("could not list all blobs of a/b on registry.example: {why}");
        check(blobs, Limitation::NoListOfBlobs, &words);
    }

    #[test]
    fn r134_removing_a_repository_is_unsupported_and_says_so() {
        let why = "not supported: the protocol deletes only manifests and tags";
        let words = format!("could not remove repository a/b on registry.example: {why}");
        check(remove_repository, Limitation::NoRemoval, &words);
    }
}
