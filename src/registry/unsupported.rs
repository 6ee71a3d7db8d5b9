//! The answer of a source that cannot do something.

use crate::{
    error::{Error, ErrorKind, Limitation, Operation, Result},
    oci::RepositoryName,
};

/// Returns the error of an operation that a source does not have.
pub(super) fn unsupported<T>(
    source: &str,
    operation: Operation,
    repository: &RepositoryName,
) -> Result<T> {
    refuse(Limitation::Source, source, operation, repository)
}

/// Returns the error of an operation that would change a source that can only be read.
pub(super) fn read_only<T>(
    source: &str,
    operation: Operation,
    repository: &RepositoryName,
) -> Result<T> {
    refuse(Limitation::ReadOnly, source, operation, repository)
}

fn refuse<T>(
    limitation: Limitation,
    source: &str,
    operation: Operation,
    repository: &RepositoryName,
) -> Result<T> {
    Err(Error::new(ErrorKind::Unsupported(limitation)).during(operation, repository).on(source))
}
