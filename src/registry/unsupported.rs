//! The answer of a source that cannot do something.

use crate::{
    error::{Error, ErrorKind, Result},
    oci::RepositoryName,
};

/// Returns the error of an operation that a source does not have. The operation is to be read after
/// “could not”.
pub(super) fn unsupported<T>(operation: &str, repository: &RepositoryName) -> Result<T> {
    refuse("this source cannot do this", operation, repository)
}

/// Returns the error of an operation that would change a source that can only be read.
pub(super) fn read_only<T>(operation: &str, repository: &RepositoryName) -> Result<T> {
    refuse("this source is read-only", operation, repository)
}

fn refuse<T>(why: &str, operation: &str, repository: &RepositoryName) -> Result<T> {
    let mut error = Error::new(ErrorKind::Unsupported(why.to_owned()));
    error.context.operation = operation.to_owned();
    error.context.repository = Some(repository.clone());
    Err(error)
}
