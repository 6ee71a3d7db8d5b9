//! The endpoints of the distribution API, read from the path of a request.

use axum::http::Method;

/// An endpoint of the API, with the names that its path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `/v2/`
    Base,
    /// `/v2/_catalog`
    Catalog,
    /// `/v2/<name>/tags/list`
    Tags { name: String },
    /// `/v2/<name>/manifests/<reference>`
    Manifest { name: String, reference: String },
    /// `/v2/<name>/blobs/<digest>`
    Blob { name: String, digest: String },
    /// `/v2/<name>/blobs/uploads/` and the sessions below it
    Upload { name: String, session: Option<String> },
    /// `/v2/<name>/referrers/<digest>`
    Referrers { name: String, digest: String },
    /// Any other path.
    Other,
}

impl Endpoint {
    /// Reads a path that has no query.
    pub(crate) fn of(path: &str) -> Self {
        let Some(rest) = path.strip_prefix("/v2") else { return Self::Other };
        match rest.trim_start_matches('/') {
            "" => Self::Base,
            "_catalog" => Self::Catalog,
            rest => Self::in_repository(rest),
        }
    }

    fn in_repository(rest: &str) -> Self {
        if let Some(name) = rest.strip_suffix("/tags/list") {
            return Self::Tags { name: name.into() };
        }
        if let Some((name, session)) = rest.rsplit_once("/blobs/uploads/") {
            let session = Some(session).filter(|s| !s.is_empty()).map(Into::into);
            return Self::Upload { name: name.into(), session };
        }
        if let Some(name) = rest.strip_suffix("/blobs/uploads") {
            return Self::Upload { name: name.into(), session: None };
        }
        if let Some((name, digest)) = rest.rsplit_once("/blobs/") {
            return Self::Blob { name: name.into(), digest: digest.into() };
        }
        if let Some((name, reference)) = rest.rsplit_once("/manifests/") {
            return Self::Manifest { name: name.into(), reference: reference.into() };
        }
        if let Some((name, digest)) = rest.rsplit_once("/referrers/") {
            return Self::Referrers { name: name.into(), digest: digest.into() };
        }
        Self::Other
    }

    /// Returns the repository, if the endpoint has one.
    pub(crate) fn repository(&self) -> Option<&str> {
        match self {
            Self::Tags { name }
            | Self::Manifest { name, .. }
            | Self::Blob { name, .. }
            | Self::Upload { name, .. }
            | Self::Referrers { name, .. } => Some(name),
            Self::Base | Self::Catalog | Self::Other => None,
        }
    }

    /// Returns the scope that a token needs, as the token specification writes it. `/v2/` needs none.
    pub(crate) fn scope(&self, method: &Method) -> Option<String> {
        if *self == Self::Catalog {
            return Some("registry:catalog:*".into());
        }
        let actions = match method.as_str() {
            "GET" | "HEAD" => "pull",
            "DELETE" => "delete",
            _ => "pull,push",
        };
        self.repository().map(|name| format!("repository:{name}:{actions}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read() {
        let digest = "sha256:00";
        assert_eq!(Endpoint::of("/v2/"), Endpoint::Base);
        assert_eq!(Endpoint::of("/v2"), Endpoint::Base);
        assert_eq!(Endpoint::of("/token"), Endpoint::Other);
        assert_eq!(Endpoint::of("/v2/a/b/tags/list"), Endpoint::Tags { name: "a/b".into() });
        assert_eq!(
            Endpoint::of("/v2/a/blobs/uploads/"),
            Endpoint::Upload { name: "a".into(), session: None }
        );
        assert_eq!(
            Endpoint::of("/v2/a/blobs/uploads/7"),
            Endpoint::Upload { name: "a".into(), session: Some("7".into()) }
        );
        assert_eq!(
            Endpoint::of("/v2/a/blobs/sha256:00"),
            Endpoint::Blob { name: "a".into(), digest: digest.into() }
        );
    }

    #[test]
    fn scopes_name_the_action() {
        let tags = Endpoint::of("/v2/a/b/tags/list");
        assert_eq!(tags.scope(&Method::GET).as_deref(), Some("repository:a/b:pull"));
        let manifest = Endpoint::of("/v2/a/manifests/x");
        assert_eq!(manifest.scope(&Method::PUT).as_deref(), Some("repository:a:pull,push"));
        assert_eq!(manifest.scope(&Method::DELETE).as_deref(), Some("repository:a:delete"));
        assert_eq!(Endpoint::Base.scope(&Method::GET), None);
    }
}
