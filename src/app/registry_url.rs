//! Addresses of the distribution protocol, as they stand in logs and documentation, read as what they
//! name. Pure.

/// Returns the address of this page, without `#/`, for `https://HOST/v2/NAME/manifests/TAG` and its kind;
/// `None` for any other text. The scheme may be missing.
pub(super) fn as_address(text: &str) -> Option<String> {
    let (scheme, rest) = match text.find("://") {
        Some(at) => text.split_at_checked(at + 3)?,
        None => ("", text),
    };
    let (host, path) = rest.split_once('/')?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.strip_prefix("v2/").or((path == "v2").then_some(""))?;
    let registry = format!("{scheme}{host}");
    Some(match named(path.trim_end_matches('/')) {
        Named::Registry => registry,
        Named::Repository(name) => format!("{registry}/{name}"),
        Named::Manifest(name, reference) => {
            format!("{registry}/{name}{}{reference}", sign(reference))
        }
        Named::Referrers(name, digest) => format!("{registry}/{name}@{digest}?view=referrers"),
        Named::Nothing => return None,
    })
}

/// The thing that the part behind `/v2/` names.
enum Named<'a> {
    Registry,
    /// Also for a blob: it has no page of its own.
    Repository(&'a str),
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
        Some((name, "tags", "list") | (name, "blobs", _)) => Named::Repository(name),
        _ => Named::Nothing,
    }
}

/// A digest has a colon, which may be escaped, and a tag has none.
fn sign(reference: &str) -> char {
    if reference.contains([':', '%']) { '@' } else { ':' }
}
