//! Questions that the protocol does not have (R102, R134). Each has a function, so that a caller gets
//! an error with the reason, and not an empty list.

use crate::{
    error::{Error, ErrorKind, Limitation, Operation, Result},
    oci::{Digest, RepositoryName},
};

/// Lists all manifests of a repository, tagged or not.
///
/// # Errors
/// Always `Unsupported`: only tags can be listed.
pub fn manifests(repository: &RepositoryName) -> Result<Vec<Digest>> {
    unsupported(repository, Operation::ListManifests, Limitation::NoListOfManifests)
}

/// Lists all blobs of a repository.
///
/// # Errors
/// Always `Unsupported`.
pub fn blobs(repository: &RepositoryName) -> Result<Vec<Digest>> {
    unsupported(repository, Operation::ListBlobs, Limitation::NoListOfBlobs)
}

/// Removes a repository with everything in it.
///
/// # Errors
/// Always `Unsupported`: manifests and tags are deleted one by one.
pub fn remove_repository(repository: &RepositoryName) -> Result<()> {
    unsupported(repository, Operation::RemoveRepository, Limitation::NoRemoval)
}

fn unsupported<T>(
    repository: &RepositoryName,
    operation: Operation,
    limitation: Limitation,
) -> Result<T> {
    Err(Error::new(ErrorKind::Unsupported(limitation)).during(operation, repository))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    fn check<T: std::fmt::Debug>(result: Result<T>) {
        assert!(matches!(result.unwrap_err().kind, ErrorKind::Unsupported(_)));
    }

    #[test]
    fn r102_enumerating_is_unsupported_and_says_so() {
        let place = "a/b".parse().unwrap();
        check(manifests(&place));
        check(blobs(&place));
    }

    #[test]
    fn r134_removing_a_repository_is_unsupported_and_says_so() {
        check(remove_repository(&"a/b".parse().unwrap()));
    }
}
