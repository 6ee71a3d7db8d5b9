//! Operations in words, to be read after “Could not”.

use crate::error::{Context, Operation};

/// Returns the operation of an error, with its object: `read the manifest library/alpine:3.20`.
pub fn operation(context: &Context) -> String {
    let Some(operation) = &context.operation else { return "complete the action".to_owned() };
    let mut text = action(operation).to_owned();
    let object = operation.object(context.repository.as_ref());
    if !object.is_empty() {
        text.push(' ');
        text.push_str(&object);
    }
    text
}

/// The page never writes to a registry, and opens no archive: those operations share their words.
fn action(operation: &Operation) -> &'static str {
    match operation {
        Operation::ReachRegistry => "reach the registry",
        Operation::ListRepositories => "list the repositories",
        Operation::ListTags => "list the tags of",
        Operation::ListReferrers(_) => "list the referrers of",
        Operation::ReadManifest(_) => "read the manifest",
        Operation::FindManifest(_) => "find the manifest",
        Operation::ReadBlob(_) => "read the blob",
        Operation::ReadBlobPart(_) => "read part of the blob",
        Operation::FindBlob(_) => "find the blob",
        _ => "complete the action on",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_operation_names_its_object() {
        let digest: crate::oci::Digest = format!("sha256:{}", "0".repeat(64)).parse().unwrap();
        let check = |operation_of: Option<Operation>, repository: Option<&str>, expected: &str| {
            let repository = repository.map(|name| name.parse().unwrap());
            let context = Context { operation: operation_of, repository, ..Context::default() };
            assert_eq!(operation(&context), expected);
        };
        check(None, None, "complete the action");
        check(Some(Operation::ReachRegistry), None, "reach the registry");
        check(Some(Operation::ListTags), Some("a/b"), "list the tags of a/b");
        let manifest = Operation::ReadManifest("1.0".parse().unwrap());
        check(Some(manifest), Some("a/b"), "read the manifest a/b:1.0");
        let blob = format!("read the blob a/b@{digest}");
        check(Some(Operation::ReadBlob(digest)), Some("a/b"), &blob);
        check(Some(Operation::RemoveRepository), Some("a/b"), "complete the action on a/b");
    }
}
