//! URLs and texts without their secrets, for errors, logs and copying (R18).

/// The text in the place of a removed value.
const PLACEHOLDER: &str = "redacted";
/// Parameters of the distribution specification and of token requests whose values are no secrets:
/// scopes, positions in lists, sources of mounts.
const PLAIN: [&str; 8] =
    ["scope", "service", "n", "last", "artifactType", "digest", "mount", "from"];

/// Returns a URL without user-info and without the values of its query. Only the values of known
/// parameters without secrets stay: targets of redirects carry signatures, and locations of uploads
/// carry sessions. The text need not be a URL.
pub fn url(text: &str) -> String {
    let (text, fragment) = match text.split_once('#') {
        Some((text, _)) => (text, "#…"),
        None => (text, ""),
    };
    let (base, query) = match text.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (text, None),
    };
    let base = without_user_info(base);
    match query {
        Some(query) => format!("{base}?{}{fragment}", redacted_query(query)),
        None => format!("{base}{fragment}"),
    }
}

/// Drops the text between `//` and the last `@` of the authority.
fn without_user_info(base: &str) -> String {
    let Some((scheme, rest)) = base.split_once("//") else { return base.to_owned() };
    let end = rest.find(['/', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}//{host}{path}")
}

fn redacted_query(query: &str) -> String {
    let pairs: Vec<String> = query.split('&').map(redacted_pair).collect();
    pairs.join("&")
}

fn redacted_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if PLAIN.contains(&name) => pair.to_owned(),
        Some((name, _)) => format!("{name}={PLACEHOLDER}"),
        // A parameter without `=` counts as a value.
        None if pair.is_empty() => String::new(),
        None => PLACEHOLDER.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r018_user_info_and_query_values_are_removed() {
        let check = |text: &str, expected: &str| assert_eq!(url(text), expected);
        check("https://a.example/v2/", "https://a.example/v2/");
        check("https://user:pass@a.example/v2/", "https://a.example/v2/");
        check("https://u:p@ss@a.example/x@y", "https://a.example/x@y");
        check(
            "https://auth.example/token?service=s&scope=repository:a:pull&account=me",
            "https://auth.example/token?service=s&scope=repository:a:pull&account=redacted",
        );
        check(
            "https://s3.example/b?X-Sig=abc&Expires=1#frag",
            "https://s3.example/b?X-Sig=redacted&Expires=redacted#…",
        );
        check("/v2/x?_state=secret", "/v2/x?_state=redacted");
        check("/v2/_catalog?n=100&last=a", "/v2/_catalog?n=100&last=a");
        check(
            "/v2/x/blobs/uploads/?mount=sha256:0&from=y",
            "/v2/x/blobs/uploads/?mount=sha256:0&from=y",
        );
        check("https://a.example/?secret", "https://a.example/?redacted");
        check("", "");
    }
}
