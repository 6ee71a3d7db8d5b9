//! `Link`: the address of the next page of a list (RFC 8288, R98).

use super::url::{Url, UrlError};
use crate::{
    caps,
    wire::field_cursor::{FieldCursor, is_token},
};

/// One link of a `Link` field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The target as written, absolute or relative.
    pub target: String,
    /// The parameters in order, with names in lower case.
    pub parameters: Vec<(String, String)>,
}

impl Link {
    /// Returns the value of a parameter. If it repeats, the first one counts (RFC 8288 section 3.3
    /// for `rel`).
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns true if the link leads to the next page. A link without any `rel` counts as one:
    /// some registries send only the URL.
    fn is_next(&self) -> bool {
        match self.parameter("rel") {
            None => true,
            Some(rel) => rel.split_whitespace().any(|word| word.eq_ignore_ascii_case("next")),
        }
    }
}

/// The reason why a `Link` field cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// All fields together are longer than [`caps::LINK_FIELDS`].
    TooLong,
    /// The target of the next page is empty.
    NoTarget,
    /// A target does not end.
    OpenTarget,
    /// A parameter's name or value does not fit the grammar.
    Parameter,
    /// Something stands where a comma or semicolon should.
    Separator,
    /// The target of the next page is no URL that can be requested.
    Target(UrlError),
}

/// The next page, as the `Link` fields of an answer give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextLink {
    /// There is no link to a next page, or the header is hidden.
    None,
    /// The next page has this URL, on the same origin.
    Next(Url),
    /// The next page is on another origin. The client does not go there (GHSA-h7vf-4x9w-h99v).
    OtherOrigin(Url),
    /// The field cannot be read.
    Broken(LinkError),
}

/// Finds the next page in the `Link` fields of an answer to `request`.
pub fn next<'a>(request: &Url, fields: impl IntoIterator<Item = &'a str>) -> NextLink {
    let links = match parse(fields) {
        Ok(links) => links,
        Err(error) => return NextLink::Broken(error),
    };
    let marked = links.iter().find(|link| link.parameter("rel").is_some() && link.is_next());
    let Some(link) = marked.or_else(|| links.iter().find(|link| link.is_next())) else {
        return NextLink::None;
    };
    match request.join(&link.target) {
        _ if link.target.is_empty() => NextLink::Broken(LinkError::NoTarget),
        Ok(url) if url.is_same_origin(request) => NextLink::Next(url),
        Ok(url) => NextLink::OtherOrigin(url),
        Err(error) => NextLink::Broken(LinkError::Target(error)),
    }
}

/// Reads every link of all `Link` fields.
///
/// # Errors
/// A field does not fit the grammar. A URL without `<>` is accepted.
pub fn parse<'a>(fields: impl IntoIterator<Item = &'a str>) -> Result<Vec<Link>, LinkError> {
    let (mut links, mut left) = (Vec::new(), caps::LINK_FIELDS);
    for field in fields {
        left = left.checked_sub(field.len()).ok_or(LinkError::TooLong)?;
        read_field(&mut FieldCursor::new(field), &mut links)?;
    }
    Ok(links)
}

fn read_field(cursor: &mut FieldCursor<'_>, links: &mut Vec<Link>) -> Result<(), LinkError> {
    loop {
        cursor.take_while(|c| matches!(c, ' ' | '\t' | ','));
        if cursor.is_empty() {
            return Ok(());
        }
        let target = read_target(cursor)?;
        links.push(Link { target, parameters: read_parameters(cursor)? });
    }
}

fn read_target(cursor: &mut FieldCursor<'_>) -> Result<String, LinkError> {
    if cursor.eat('<') {
        let target = cursor.take_while(|c| c != '>').trim().to_owned();
        return if cursor.eat('>') { Ok(target) } else { Err(LinkError::OpenTarget) };
    }
    // cloudflare/serverless-registry sends the URL bare.
    let bare = cursor.take_while(|c| !matches!(c, ' ' | '\t' | ',' | ';' | '<' | '>' | '"' | '\\'));
    match cursor.peek() {
        None | Some(' ' | '\t' | ',' | ';') if !bare.is_empty() => Ok(bare.to_owned()),
        _ => Err(LinkError::OpenTarget),
    }
}

fn read_parameters(cursor: &mut FieldCursor<'_>) -> Result<Vec<(String, String)>, LinkError> {
    let mut parameters = Vec::new();
    loop {
        cursor.skip_blanks();
        match cursor.peek() {
            None | Some(',') => return Ok(parameters),
            _ if cursor.eat(';') => parameters.extend(read_parameter(cursor)?),
            _ => return Err(LinkError::Separator),
        }
    }
}

/// Takes `name`, `name=token` or `name="quoted"`. It may also be empty between two semicolons.
fn read_parameter(cursor: &mut FieldCursor<'_>) -> Result<Option<(String, String)>, LinkError> {
    cursor.skip_blanks();
    let name = cursor.token().to_ascii_lowercase();
    cursor.skip_blanks();
    if name.is_empty() {
        let empty = matches!(cursor.peek(), None | Some(';' | ','));
        return if empty { Ok(None) } else { Err(LinkError::Parameter) };
    }
    if !cursor.eat('=') {
        return Ok(Some((name, String::new())));
    }
    cursor.skip_blanks();
    let value = match cursor.peek() {
        Some('"') => cursor.quoted().ok_or(LinkError::Parameter)?,
        _ => cursor.take_while(|c| is_token(c) || matches!(c, ':' | '/')).to_owned(),
    };
    Ok(Some((name, value)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(field: &str, expected: &str) {
        let request = Url::parse("https://r.example/v2/a/tags/list?n=2").unwrap();
        let text = match next(&request, [field]) {
            NextLink::None => "none".to_owned(),
            NextLink::Next(url) => url.to_string().replace("https://r.example/v2/a/", ""),
            NextLink::OtherOrigin(url) => format!("other {}", url.origin()),
            NextLink::Broken(_) => "broken".to_owned(),
        };
        assert_eq!(text, expected, "{field}");
    }

    #[test]
    fn r098_next_link_in_every_spelling() {
        check(r#"</v2/a/tags/list?last=b&n=2>; rel="next""#, "tags/list?last=b&n=2");
        check("</v2/a/tags/list?last=b>; rel=next", "tags/list?last=b");
        check("<?last=b>;rel=next", "tags/list?last=b");
        check(r#"<list?last=b> ; title="a, b; c" ; REL="prev NEXT""#, "tags/list?last=b");
        check(r#"<a>; rel="prev", <list?last=b>; rel="next""#, "tags/list?last=b");
        check("</v2/a/tags/list?last=b,c>; rel=next", "tags/list?last=b,c");
        check("/v2/a/tags/list?last=b&n=2; rel=next", "tags/list?last=b&n=2");
        check("https://r.example/v2/a/tags/list?last=b", "tags/list?last=b");
        check(r#"<a>; rel="prev", <b>; rel="first""#, "none");
        check(r#"<b>; rel="nextish""#, "none");
        check("<>; rel=next", "broken");
        check("", "none");
        check(" , ,", "none");
    }

    #[test]
    fn d08_a_link_that_is_not_next_is_not_followed() {
        check(
            r#"</v2/a/tags/list?first>; rel="first", </v2/a/tags/list?b>; rel="next""#,
            "tags/list?b",
        );
        check(r#"</v2/a/tags/list?first>; rel="first""#, "none");
    }

    #[test]
    fn r098_a_link_to_another_origin_is_not_followed() {
        check("<https://evil.example/v2/>; rel=next", "other https://evil.example");
        check("<//evil.example/v2/>; rel=next", "other https://evil.example");
        check("<http://r.example/v2/a>; rel=next", "other http://r.example");
        check("<https://r.example:444/v2/a>; rel=next", "other https://r.example:444");
        check("<https://r.example:443/v2/a/x>; rel=next", "https://r.example:443/v2/a/x");
        check("<https://R.EXAMPLE/v2/a/x>; rel=next", "x");
    }

    #[test]
    fn r098_hostile_targets_are_refused() {
        check(r"<\\evil.example/v2/>; rel=next", "broken");
        check("<https://r.example@evil.example/>; rel=next", "broken");
        check("<javascript:alert(1)>; rel=next", "broken");
        check("<https:evil.example>; rel=next", "broken");
        check("<https:///evil.example>; rel=next", "broken");
        check("<a\u{1}b>; rel=next", "broken");
        check("<a", "broken");
        check(r#"<a>; rel="next"#, "broken");
    }

    #[test]
    fn cap_link_fields_counts_all_fields_of_an_answer() {
        let read = |lengths: &[usize]| {
            let fields: Vec<String> =
                lengths.iter().map(|length| format!("{:a<length$}", "</b>;")).collect();
            parse(fields.iter().map(String::as_str)).map(|links| links.len())
        };
        let most = caps::LINK_FIELDS;
        assert_eq!(read(&[most]), Ok(1));
        assert_eq!(read(&[most + 1]), Err(LinkError::TooLong));
        assert_eq!(read(&[100, most - 100]), Ok(2));
        assert_eq!(read(&[100, most - 99]), Err(LinkError::TooLong));
    }
}
