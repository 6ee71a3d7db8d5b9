//! The content security policy and the other headers of the page: one text, from which the meta
//! tag and every host's file are written and checked. Reads and writes no files.

/// The hosts to which the page may connect, if the build does not narrow them.
///
/// A registry explorer must reach any registry, also one that speaks plain http in its own network. A
/// page that came over https may not ask plain http in any case: the browser forbids it. What leaves the
/// page is limited by the one function that calls fetch. `cargo xtask dist --connect` writes a narrower
/// list.
pub(crate) const CONNECT: &str = "https: http:";

/// The source of workers: a blob that `static/boot.js` makes of a file whose digest it knows. A worker
/// from a blob runs under this very policy on every host. One from a file would run under the headers of
/// that file, and some hosts send none.
const WORKER: &str = "worker-src blob:";

/// `new Worker` takes nothing but a `TrustedScriptURL`, so there is one policy. A second one of the
/// same name is refused, and the one is made by `static/boot.js`, for that one address.
const TRUSTED_TYPES: &str = "trusted-types porthole-worker";

/// The directives that both the header and the meta tag carry.
fn directives(connect: &str) -> Vec<String> {
    let connect = format!("connect-src 'self' {connect}");
    let mut all: Vec<String> = [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        WORKER,
        "style-src 'self'",
        "img-src 'self' blob:",
        connect.trim_end(),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    .map(str::to_owned)
    .into();
    all.extend(["require-trusted-types-for 'script'", TRUSTED_TYPES].map(str::to_owned));
    all
}

/// The policy of the meta tag. `frame-ancestors` does not work there: `static/before-paint.js`
/// marks a framed page and `static/boot.js` does not start in it.
pub(crate) fn meta(connect: &str) -> String {
    directives(connect).join("; ")
}

/// The policy of the header.
pub(crate) fn header(connect: &str) -> String {
    let mut all = directives(connect);
    let frame = all.len().saturating_sub(2);
    all.insert(frame, "frame-ancestors 'none'".to_owned());
    all.join("; ")
}

/// All headers of the page, by name.
pub(crate) fn headers(connect: &str) -> Vec<(&'static str, String)> {
    let fixed = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=()"),
        ("Integrity-Policy", "blocked-destinations=(script)"),
    ];
    let mut all = vec![("Content-Security-Policy", header(connect))];
    all.extend(fixed.map(|(name, value)| (name, value.to_owned())));
    all
}

/// A file that gives a host the headers.
pub(crate) struct HostFile {
    /// Its path inside the bundle.
    pub path: &'static str,
    /// The file's content, with the policy in it.
    pub text: String,
}

/// The files for all hosts that we know how to configure.
pub(crate) fn host_files(connect: &str) -> Vec<HostFile> {
    let headers = headers(connect);
    vec![
        HostFile { path: "_headers", text: netlify(&headers) },
        HostFile { path: "hosting/nginx.conf", text: nginx(&headers) },
        HostFile { path: "hosting/Caddyfile", text: caddy(&headers) },
        HostFile { path: "hosting/apache.conf", text: apache(&headers) },
    ]
}

type Headers = [(&'static str, String)];

/// Netlify and Cloudflare Pages read this file from the root of the site.
fn netlify(headers: &Headers) -> String {
    let mut text = String::from("/*\n");
    for (name, value) in headers {
        text.push_str(&format!("  {name}: {value}\n"));
    }
    text.push_str("  Cache-Control: no-cache\n");
    text
}

fn nginx(headers: &Headers) -> String {
    let mut text = String::from(
        "# For a `server` or `location` block. A block inside it that has its own add_header lines\n\
         # must repeat these: nginx does not inherit them then.\n",
    );
    for (name, value) in headers {
        text.push_str(&format!("add_header {name} \"{value}\" always;\n"));
    }
    text.push_str("add_header Cache-Control no-cache always;\n");
    text
}

fn caddy(headers: &Headers) -> String {
    let mut text = String::from("# For a site block.\nheader {\n");
    for (name, value) in headers {
        text.push_str(&format!("\t{name} \"{value}\"\n"));
    }
    text.push_str("\tCache-Control no-cache\n}\n");
    text
}

fn apache(headers: &Headers) -> String {
    let mut text = String::from("# Needs mod_headers; for a <Directory> block or .htaccess.\n");
    for (name, value) in headers {
        text.push_str(&format!("Header always set {name} \"{value}\"\n"));
    }
    text.push_str("Header always set Cache-Control no-cache\n");
    text
}

/// Reads the headers that a `_headers` file gives to every path.
pub(crate) fn parse_headers_file(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().skip_while(|line| line.trim() != "/*").skip(1);
    lines
        .take_while(|line| line.starts_with(char::is_whitespace))
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_header_is_the_policy_we_promise() {
        assert_eq!(
            header(CONNECT),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; \
             style-src 'self'; img-src 'self' blob:; connect-src 'self' https: http:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'; trusted-types porthole-worker"
        );
    }

    #[test]
    fn the_meta_tag_differs_only_in_the_framing_rule() {
        assert_eq!(meta(CONNECT), header(CONNECT).replace("frame-ancestors 'none'; ", ""));
    }

    #[test]
    fn a_narrow_list_replaces_all_of_https() {
        let narrow = header("https://registry.example");
        assert!(narrow.contains("connect-src 'self' https://registry.example; "), "{narrow}");
        assert!(header("").contains("connect-src 'self'; "));
    }

    #[test]
    fn every_host_file_carries_every_header() {
        for file in host_files(CONNECT) {
            for (name, value) in headers(CONNECT) {
                let found = file.text.lines().any(|l| l.contains(name) && l.contains(&value));
                assert!(found, "{} lacks {name}", file.path);
            }
        }
    }

    #[test]
    fn the_headers_file_reads_back() {
        let read = parse_headers_file(&host_files(CONNECT)[0].text);
        assert_eq!(read.len(), headers(CONNECT).len() + 1);
        assert_eq!(read[0], ("Content-Security-Policy".to_owned(), header(CONNECT)));
    }
}
