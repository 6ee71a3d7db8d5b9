//! Puts the page's parts in the place of the one module that Trunk wrote, and tells `index.html` their
//! names and digests.

use std::path::Path;

use xtask::failure::{OrFail, Result};

use crate::{
    digest::{integrity, short},
    html::{StartTag, start_tags},
    parts::Parts,
};

const NEXT: &str = "build the page again; index.html has a link to the page's own program";

/// Writes the parts into a built page.
///
/// # Errors
/// When the page does not name what Trunk wrote, or a file cannot be written.
pub(crate) fn install(parts: &Parts, dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut html = std::fs::read_to_string(&index).or_fail(index.display(), NEXT)?;
    let written =
        [("modulepreload", ".js", parts.script.as_bytes()), ("preload", "_bg.wasm", &parts.module)];
    for (rel, end, bytes) in written {
        let name = format!("porthole-{}{end}", short(bytes));
        html = replace_file(&html, rel, &name, bytes, dist)?;
        write(dist, &name, bytes)?;
    }
    let mut names = Vec::new();
    for part in &parts.later {
        write(dist, &part.file, &part.bytes)?;
        names.push(format!("{} {}", part.file, integrity(&part.bytes)));
    }
    html.contains(PLAIN).then_some(()).or_fail("index.html has no place for parts", NEXT)?;
    html = html.replace(PLAIN, &names.join(" "));
    std::fs::write(&index, html).or_fail(index.display(), NEXT)
}

/// The text of `index.html` for a page without parts: two words, so that it stays in quotes.
const PLAIN: &str = "none later";

/// Lists the faults in the parts of a built page: each part that it names must be there with its digest.
pub(crate) fn faults(dist: &Path, html: &str) -> Vec<String> {
    let tags = start_tags(html);
    let named = tags.iter().find(|tag| tag.name == "meta" && tag.get("name") == Some("parts"));
    let content = named.and_then(|tag| tag.get("content")).unwrap_or_default();
    if content == PLAIN {
        return Vec::new();
    }
    let words: Vec<&str> = content.split(' ').collect();
    let is_wrong = |pair: &&[&str]| match pair {
        [file, digest] => {
            std::fs::read(dist.join(file)).map_or(true, |bytes| integrity(&bytes) != *digest)
        }
        _ => true,
    };
    let wrong = words.chunks(2).filter(is_wrong);
    wrong.map(|pair| format!("{} is no part that the page names", pair.join(" "))).collect()
}

/// The page with another file in the place of the one that it loads by this kind of link.
fn replace_file(html: &str, rel: &str, name: &str, bytes: &[u8], dist: &Path) -> Result<String> {
    let tags = start_tags(html);
    let link =
        tags.iter().find(|tag| tag.get("rel") == Some(rel)).or_fail(format!("no {rel}"), NEXT)?;
    let old = of(link, "href")?.trim_start_matches("./");
    std::fs::remove_file(dist.join(old)).or_fail(old, NEXT)?;
    Ok(html.replace(old, name).replace(of(link, "integrity")?, &integrity(bytes)))
}

fn of<'a>(link: &'a StartTag, attribute: &str) -> Result<&'a str> {
    link.get(attribute).or_fail(format!("a link without {attribute}"), NEXT)
}

fn write(dist: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = dist.join(name);
    std::fs::write(&path, bytes).or_fail(path.display(), NEXT)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::parts::Part;

    /// The output of Trunk, as far as it matters here.
    const BUILT: &str = "<meta content=\"none later\" name=parts>\
        <link href=./porthole-1.js integrity=sha384-old-script rel=modulepreload>\
        <link as=fetch href=./porthole-1_bg.wasm integrity=sha384-old-module rel=preload>";

    #[test]
    fn the_page_names_its_parts_and_nothing_else() {
        let dist = std::env::temp_dir().join(format!("porthole-parts-{}", std::process::id()));
        std::fs::create_dir_all(&dist).unwrap();
        for (file, text) in
            [("index.html", BUILT), ("porthole-1.js", "old"), ("porthole-1_bg.wasm", "old")]
        {
            std::fs::write(dist.join(file), text).unwrap();
        }
        let later = vec![Part { file: "porthole-explorer-1.wasm".into(), bytes: b"later".into() }];
        let parts = Parts { script: "new script".into(), module: b"new module".into(), later };
        install(&parts, &dist).unwrap();
        let html = std::fs::read_to_string(dist.join("index.html")).unwrap();
        assert!(!html.contains("old") && !html.contains(PLAIN), "{html}");
        for (bytes, end) in [(&b"new script"[..], ".js"), (b"new module", "_bg.wasm")] {
            let name = format!("porthole-{}{end}", short(bytes));
            assert_eq!(std::fs::read(dist.join(&name)).unwrap(), bytes);
            assert!(html.contains(&name) && html.contains(&integrity(bytes)), "{html}");
        }
        assert!(!dist.join("porthole-1.js").exists(), "the page does not load what Trunk wrote");
        assert_eq!(faults(&dist, &html), [""; 0]);
        std::fs::write(dist.join("porthole-explorer-1.wasm"), "changed").unwrap();
        assert_eq!(faults(&dist, &html).len(), 1);
        assert_eq!(faults(&dist, BUILT), [""; 0]);
        let _ = std::fs::remove_dir_all(&dist);
    }
}
