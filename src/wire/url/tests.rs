#![allow(clippy::unwrap_used)]

use super::*;

fn join(base: &str, reference: &str) -> Result<String, UrlError> {
    Url::parse(base).unwrap().join(reference).map(|url| url.to_string())
}

#[test]
fn references_resolve_as_in_rfc_3986_section_5_4() {
    let check = |reference: &str, expected: &str| {
        assert_eq!(join("http://a/b/c/d;p?q", reference).as_deref(), Ok(expected), "{reference}");
    };
    check("g", "http://a/b/c/g");
    check("./g", "http://a/b/c/g");
    check("g/", "http://a/b/c/g/");
    check("/g", "http://a/g");
    check("//g", "http://g/");
    check("?y", "http://a/b/c/d;p?y");
    check("g?y", "http://a/b/c/g?y");
    check("#s", "http://a/b/c/d;p?q");
    check("g#s", "http://a/b/c/g");
    check(";x", "http://a/b/c/;x");
    check("g;x?y#s", "http://a/b/c/g;x?y");
    check("", "http://a/b/c/d;p?q");
    check(".", "http://a/b/c/");
    check("..", "http://a/b/");
    check("../g", "http://a/b/g");
    check("../..", "http://a/");
    check("../../g", "http://a/g");
    check("../../../g", "http://a/g");
    check("/./g", "http://a/g");
    check("/../g", "http://a/g");
    check("g.", "http://a/b/c/g.");
    check("..g", "http://a/b/c/..g");
    check("./../g", "http://a/b/g");
    check("./g/.", "http://a/b/c/g/");
    check("g/./h", "http://a/b/c/g/h");
    check("g/../h", "http://a/b/c/h");
    check("g;x=1/../y", "http://a/b/c/y");
    check("g?y/../x", "http://a/b/c/g?y/../x");
    check("%2e%2E/g", "http://a/b/g");
}

#[test]
fn urls_are_spelled_as_a_browser_spells_them() {
    let check = |text: &str, expected: &str| {
        assert_eq!(Url::parse(text).map(|url| url.to_string()).as_deref(), Ok(expected), "{text}");
    };
    check("HTTPS://R.Example", "https://r.example/");
    check("https://r.example:/x", "https://r.example/x");
    check("https://r.example:443/x", "https://r.example:443/x");
    check("https://r.example?q", "https://r.example/?q");
    check("https://r.example#f", "https://r.example/");
    check(" https://r.example/a b ", "https://r.example/a%20b");
    check("https://r.example/é?é", "https://r.example/%C3%A9?%C3%A9");
    check("https://r.example/\"<>?\"<>'", "https://r.example/%22%3C%3E?%22%3C%3E%27");
    check("https://r.example/%zz?a=%zz", "https://r.example/%zz?a=%zz");
    check("http://0x7f.1:5000/", "http://127.0.0.1:5000/");
    check("http://[::1]:5000/", "http://[::1]:5000/");
    check("https://r.example//a//b", "https://r.example//a//b");
}

#[test]
fn texts_that_a_browser_could_read_differently_are_refused() {
    let check = |text: &str, expected: UrlError| {
        assert_eq!(Url::parse(text), Err(expected), "{text}");
        // The same must hold where a relative reference was expected.
        let joined = join("https://r.example/v2/", text);
        assert!(joined.is_err() || joined.is_ok_and(|url| url.starts_with("https://r.example/")));
    };
    check("", UrlError::NotHttp);
    check("r.example", UrlError::NotHttp);
    check("/v2/", UrlError::NotHttp);
    check("//r.example/", UrlError::NotHttp);
    check("ftp://r.example/", UrlError::NotHttp);
    check("javascript:alert(1)", UrlError::NotHttp);
    check("data:text/html,x", UrlError::NotHttp);
    check("blob:https://r.example/x", UrlError::NotHttp);
    check("https:r.example", UrlError::NotHttp);
    check("https:/r.example", UrlError::NotHttp);
    check("https:///r.example", UrlError::Host);
    check("https://", UrlError::Host);
    check("https://:443/", UrlError::Host);
    check("https://user@r.example/", UrlError::UserInfo);
    check("https://user:pass@r.example/", UrlError::UserInfo);
    check("https://r.example%40evil.example/", UrlError::Host);
    check("https://r.example\\@evil.example/", UrlError::Ambiguous);
    check("https:\\\\evil.example/", UrlError::Ambiguous);
    check("https://r.example\t.evil.example/", UrlError::Ambiguous);
    check("https://r.exa\nmple/", UrlError::Ambiguous);
    check("https://r.example\0/", UrlError::Ambiguous);
    check("https://r.example:0/", UrlError::Port);
    check("https://r.example:65536/", UrlError::Port);
    check("https://r.example:+80/", UrlError::Port);
    check("https://r.example:80:80/", UrlError::Port);
    check("https://[::1/", UrlError::Host);
    check("https://[::1]x/", UrlError::Host);
    check("https://r_.example|/", UrlError::Host);
    check("https://r．example/", UrlError::Host);
    check("https://1.2.3.4.5/", UrlError::Host);
}

#[test]
fn origins_compare_by_scheme_host_and_port() {
    let check = |left: &str, right: &str, expected: bool| {
        let (left, right) = (Url::parse(left).unwrap(), Url::parse(right).unwrap());
        assert_eq!(left.is_same_origin(&right), expected, "{left} {right}");
    };
    check("https://r.example/a", "https://R.EXAMPLE:443/b?c", true);
    check("http://r.example", "http://r.example:80", true);
    check("https://r.example", "http://r.example", false);
    check("https://r.example", "https://r.example:8443", false);
    check("https://r.example", "https://r.example.", false);
    check("https://r.example", "https://x.r.example", false);
    check("http://127.0.0.1", "http://0x7f000001", true);
    check("http://127.0.0.1", "http://localhost", false);
    let origin = Origin::new(Scheme::Https, "R.example:443").unwrap();
    assert_eq!(origin.to_string(), "https://r.example");
    assert!(Origin::new(Scheme::Https, "a/b").is_err());
}

#[test]
fn parameters_are_added_escaped_and_read_decoded() {
    let url = Url::parse("https://r.example/x?a=1&b=%26+%20c&d").unwrap();
    let url = url.with_parameter("last", "ü&=+%/: ").with_parameter("digest", "sha256:ab");
    assert_eq!(url.query(), Some("a=1&b=%26+%20c&d&last=%C3%BC%26%3D%2B%25/:%20&digest=sha256:ab"));
    let last = url.parameters().nth(3).unwrap();
    assert_eq!(last, ("last".to_owned(), "ü&=+%/: ".to_owned()));
    assert_eq!(url.parameters().nth(1).unwrap().1, "&  c");
    let empty = Url::parse("https://r.example/x?").unwrap().with_parameter("a", "");
    assert_eq!(empty.query(), Some("a="));
}

#[test]
fn printing_and_parsing_are_inverse() {
    for text in ["https://r.example/", "http://[::1]:5000/v2/?a=b&c", "https://a:443/%41?x#y"] {
        let url = Url::parse(text).unwrap();
        assert_eq!(Url::parse(&url.to_string()), Ok(url));
    }
}

#[test]
fn r018_urls_print_redacted_where_they_are_debugged() {
    let url = Url::parse("https://r.example/u?_state=secret").unwrap();
    assert_eq!(format!("{url:?}"), "Url(https://r.example/u?_state=redacted)");
}

#[test]
fn cap_url_bytes_counts_the_text_as_it_came_and_as_it_is_sent() {
    let parse = |length: usize| Url::parse(&format!("{:a<length$}", "https://r.example/"));
    assert_eq!(parse(caps::URL_BYTES).map(|url| url.to_string().len()), Ok(caps::URL_BYTES));
    assert_eq!(parse(caps::URL_BYTES + 1), Err(UrlError::TooLong));
    // An escaped byte is three.
    let blanks = "\u{e9}".repeat(caps::URL_BYTES / 3);
    assert_eq!(Url::parse(&format!("https://r.example/{blanks}")), Err(UrlError::TooLong));
    assert_eq!(Url::parse(&format!("https://r.example/?{blanks}")), Err(UrlError::TooLong));
}

#[test]
fn cap_url_bytes_holds_for_references_that_make_each_page_longer() {
    let mut url = Url::parse("https://r.example/").unwrap();
    let step = "a".repeat(99) + "/";
    let joins = std::iter::from_fn(|| {
        url = url.join(&step).ok()?;
        Some(())
    });
    assert_eq!(
        joins.take(caps::URL_BYTES).count(),
        (caps::URL_BYTES - "https://r.example/".len()) / 100
    );
}
