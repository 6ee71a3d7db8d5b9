//! The engine's files in the built page: Trunk neither renames them nor writes their digests, as it
//! does for the page's own. A name that changes with the bytes, and digests for `static/boot.js`.

use std::path::Path;

use xtask::failure::{OrFail, Result};

use crate::{
    digest::{integrity, short},
    html::start_tags,
    parts::Parts,
};

/// The names that Trunk writes. `index.html` has the same, for a build with Trunk alone.
const FILES: [&str; 2] = ["engine.js", "engine_bg.wasm"];

/// Puts the engine's parts in the place of the one module that Trunk wrote.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn install(parts: &Parts, dist: &Path) -> Result<()> {
    let [script, module] = FILES;
    let later = parts.later.iter().map(|part| (part.file.as_str(), part.bytes.as_slice()));
    let whole = [(script, parts.script.as_bytes()), (module, parts.module.as_slice())];
    for (name, bytes) in whole.into_iter().chain(later) {
        let path = dist.join(name);
        std::fs::write(&path, bytes).or_fail(path.display(), "check that it can be written")?;
    }
    Ok(())
}

/// Renames the engine's files in a built page, and tells the page their names and digests.
///
/// # Errors
/// When they are not there or cannot be renamed.
pub(crate) fn name_files(dist: &Path) -> Result<()> {
    let next = "build the page again; index.html has a link to the engine";
    let mut names = Vec::new();
    let mut digests = Vec::new();
    for file in FILES {
        let path = dist.join(file);
        let bytes = std::fs::read(&path).or_fail(path.display(), next)?;
        let name = named(file, &bytes);
        std::fs::rename(&path, dist.join(&name)).or_fail(path.display(), next)?;
        digests.push(integrity(&bytes));
        names.push(name);
    }
    let index = dist.join("index.html");
    let html = std::fs::read_to_string(&index).or_fail(index.display(), next)?;
    let plain = FILES.join(" ");
    html.contains(&plain).then_some(()).or_fail("index.html does not name the engine", next)?;
    names.extend(digests);
    std::fs::write(&index, html.replace(&plain, &names.join(" "))).or_fail(index.display(), next)
}

/// Lists the faults of the engine in a built page: its files must be those whose digests the page
/// names.
pub(crate) fn faults(dist: &Path, html: &str) -> Vec<String> {
    let tags = start_tags(html);
    let named = tags.iter().find(|tag| tag.name == "meta" && tag.get("name") == Some("engine"));
    let words: Vec<&str> =
        named.and_then(|tag| tag.get("content")).unwrap_or_default().split(' ').collect();
    let [script, module, script_digest, module_digest] = words[..] else {
        return vec!["the page does not name the engine's files and digests".to_owned()];
    };
    let pairs = [(script, script_digest), (module, module_digest)];
    let wrong = pairs.into_iter().filter(|(file, digest)| {
        std::fs::read(dist.join(file)).map_or(true, |bytes| integrity(&bytes) != *digest)
    });
    wrong.map(|(file, _)| format!("{file} is not the engine that the page names")).collect()
}

/// The version and the beginning of the digest in front of the rest of the name: a cache that keeps
/// a file for ever keeps that file.
fn named(file: &str, bytes: &[u8]) -> String {
    let tagged = format!("engine-{}-{}", env!("CARGO_PKG_VERSION"), short(bytes));
    file.replacen("engine", &tagged, 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use xtask::steps::root;

    #[test]
    fn names_change_with_the_bytes_and_the_page_knows_them() {
        let dist = std::env::temp_dir().join(format!("porthole-engine-{}", std::process::id()));
        std::fs::create_dir_all(&dist).unwrap();
        for file in FILES {
            std::fs::write(dist.join(file), file).unwrap();
        }
        std::fs::copy(root().join("index.html"), dist.join("index.html")).unwrap();
        name_files(&dist).unwrap();
        let html = std::fs::read_to_string(dist.join("index.html")).unwrap();
        let words = html.split_once("name=\"engine\" content=\"").unwrap().1;
        let words: Vec<&str> = words.split_once('"').unwrap().0.split(' ').collect();
        assert_eq!(words.len(), 4);
        assert!(words[0].ends_with(".js") && words[1].ends_with("_bg.wasm"), "{words:?}");
        for name in &words[..2] {
            assert!(dist.join(name).is_file(), "{name}");
        }
        assert_eq!(faults(&dist, &html), [""; 0]);
        std::fs::write(dist.join(words[1]), "changed").unwrap();
        assert_eq!(faults(&dist, &html).len(), 1);
        assert_eq!(faults(&dist, "<meta name=engine content='engine.js engine_bg.wasm'>").len(), 1);
        assert_ne!(named("engine.js", b"a"), named("engine.js", b"b"));
        let _ = std::fs::remove_dir_all(&dist);
    }
}
