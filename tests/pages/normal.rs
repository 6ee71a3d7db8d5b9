//! Normalises HTML for comparison: one tag on each line, attributes sorted by name. Yew writes them in an
//! order of its own.

/// Returns HTML with one tag or text on each line.
pub(crate) fn normal(html: &str) -> String {
    let mut lines = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        if !text.trim().is_empty() {
            lines.push(text.trim().to_owned());
        }
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        lines.push(sorted(&tag[..end]));
        rest = &tag[end..];
    }
    lines.push(rest.trim().to_owned());
    lines.join("\n").trim_end().to_owned() + "\n"
}

/// Returns a tag with its attributes sorted. A value never has `>` or `"`, because Yew escapes both.
fn sorted(tag: &str) -> String {
    let inner = tag.trim_start_matches('<').trim_end_matches('>');
    let (name, attributes) = inner.split_once(' ').unwrap_or((inner, ""));
    let mut found = Vec::new();
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let end = match rest.find("=\"") {
            Some(start) => rest[start + 2..].find('"').map_or(rest.len(), |end| start + 3 + end),
            None => rest.len(),
        };
        found.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    found.sort();
    found.insert(0, name.to_owned());
    format!("<{}>", found.join(" "))
}
