//! Addresses of the distribution protocol, as they stand in logs and documentation, read as what they
//! name. Pure.

use super::AddressFault;
use crate::oci::Digest;

/// Returns the address of this page, without `#/`, for `https://HOST/v2/NAME/manifests/TAG` and its kind;
/// `None` for any other text. The scheme may be missing.
///
/// # Errors
/// It names a blob, which has no page.
pub(super) fn as_address(text: &str) -> Result<Option<String>, AddressFault> {
    let Some((registry, path)) = split(text) else { return Ok(None) };
    Ok(Some(match named(path) {
        Named::Registry => registry,
        Named::Repository(name) => format!("{registry}/{name}"),
        Named::Blob(name, digest) => {
            let digest: Digest = digest.replace("%3A", ":").replace("%3a", ":").parse()?;
            return Err(AddressFault::Blob(digest, format!("{registry}/{name}")));
        }
        Named::Manifest(name, reference) => {
            format!("{registry}/{name}{}{reference}", sign(reference))
        }
        Named::Referrers(name, digest) => format!("{registry}/{name}@{digest}?view=referrers"),
        Named::Nothing => return Ok(None),
    }))
}

/// The registry with its scheme, and the part behind `/v2/`.
fn split(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = match text.find("://") {
        Some(at) => text.split_at_checked(at + 3)?,
        None => ("", text),
    };
    let (host, path) = rest.split_once('/')?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.strip_prefix("v2/").or((path == "v2").then_some(""))?;
    Some((format!("{scheme}{host}"), path.trim_end_matches('/')))
}

/// The thing that the part behind `/v2/` names.
enum Named<'a> {
    Registry,
    Repository(&'a str),
    Blob(&'a str, &'a str),
    Manifest(&'a str, &'a str),
    Referrers(&'a str, &'a str),
    Nothing,
}

fn named(path: &str) -> Named<'_> {
    if matches!(path, "" | "_catalog") {
        return Named::Registry;
    }
    let split = path.rsplit_once('/').and_then(|(before, last)| {
        let (name, kind) = before.rsplit_once('/')?;
        Some((name, kind, last))
    });
    match split {
        Some((name, "manifests", reference)) => Named::Manifest(name, reference),
        Some((name, "referrers", digest)) => Named::Referrers(name, digest),
        Some((name, "tags", "list") | (name, "blobs", "uploads")) => Named::Repository(name),
        Some((name, "blobs", digest)) => Named::Blob(name, digest),
        _ => Named::Nothing,
    }
}

/// A digest has a colon, which may be escaped, and a tag has none.
fn sign(reference: &str) -> char {
    if reference.contains([':', '%']) { '@' } else { ':' }
}
