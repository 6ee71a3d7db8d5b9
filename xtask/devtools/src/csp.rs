//! `cargo xtask csp`: prints the headers of the page, or checks a built page against its policy.

use std::path::{Path, PathBuf};

use xtask::{
    args::{Args, Command, Opt},
    failure::{Failure, OrFail, Result},
    steps::root,
};

use crate::{
    engine,
    html::{StartTag, start_tags},
    page::policy_of,
    page_parts, policy,
};

pub(crate) const COMMAND: Command = Command {
    name: "csp",
    about: "Prints the headers that a host should send, or checks a built page.",
    argument: None,
    options: &[Opt { name: "--check", value: Some("DIR"), about: "check this built page" }],
    own_options: None,
    run: csp,
};

fn csp(args: &Args) -> Result<()> {
    match args.get("--check") {
        Some(folder) => check(&PathBuf::from(folder)),
        None => {
            for (name, value) in policy::headers(policy::CONNECT) {
                println!("{name}: {value}");
            }
            println!("\nReady-made files for hosts are written by cargo xtask dist.");
            Ok(())
        }
    }
}

/// Checks that a built page is what its policy says.
///
/// # Errors
/// When it is not; every fault is printed.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let dist = root().join(dist);
    let html = read(&dist.join("index.html"))?;
    let mut faults = page_faults(&html);
    faults.extend(engine::faults(&dist, &html));
    faults.extend(page_parts::faults(&dist, &html));
    let connect = policy_of(&html).as_deref().map(connect_of).unwrap_or_default();
    for host in policy::host_files(&connect) {
        if read(&dist.join(host.path))? != host.text {
            faults.push(format!("{} differs from the policy in the page", host.path));
        }
    }
    for file in scripts(&dist)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        faults.extend(script_faults(&name, &read(&file)?));
    }
    for fault in &faults {
        println!("{}: {fault}", dist.display());
    }
    match faults.len() {
        0 => Ok(()),
        many => Err(Failure::new(format!("{many} faults in the built page"), "build it again")),
    }
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).or_fail(file.display(), "build the page first: cargo xtask dist")
}

fn scripts(dist: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dist).or_fail(dist.display(), "build it: cargo xtask dist")?;
    let files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    Ok(files.filter(|file| file.extension().is_some_and(|e| e == "js")).collect())
}

/// The sources that `connect-src` allows beside the page's own origin.
fn connect_of(policy: &str) -> String {
    let directive = policy.split("; ").find_map(|d| d.strip_prefix("connect-src 'self'"));
    directive.unwrap_or_default().trim().to_owned()
}

/// Everything in the page that its policy would refuse, or that would break it in a sub-folder.
fn page_faults(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    match policy_of(html) {
        None => faults.push("no policy in a meta tag".to_owned()),
        Some(found) if found != policy::meta(&connect_of(&found)) => {
            faults.push(format!("the meta tag's policy is not ours: {found}"));
        }
        Some(_) => {}
    }
    for tag in start_tags(html) {
        faults.extend(tag_fault(&tag).map(|fault| format!("<{}>: {fault}", tag.name)));
    }
    faults
}

fn tag_fault(tag: &StartTag) -> Option<&'static str> {
    let loads = match tag.name.as_str() {
        "script" => tag.get("src"),
        "link" => tag.get("href"),
        _ => None,
    };
    let checked = matches!(tag.get("rel"), Some("stylesheet" | "modulepreload" | "preload"));
    if tag.name == "script" && loads.is_none() {
        return Some("inline script");
    }
    if tag.name == "style" || tag.get("style").is_some() {
        return Some("inline style");
    }
    if tag.attributes.iter().any(|(name, _)| name.starts_with("on")) {
        return Some("inline event handler");
    }
    if tag.attributes.iter().any(|(_, value)| value.trim_start().starts_with("javascript:")) {
        return Some("javascript: address");
    }
    if (tag.name == "script" || checked) && tag.get("integrity").is_none_or(str::is_empty) {
        return Some("loaded without integrity");
    }
    let classic = tag.name == "script" && tag.get("type") != Some("module");
    if classic && tag.get("crossorigin").is_none() {
        return Some("without crossorigin, so that Integrity-Policy blocks it");
    }
    let relative = |address: &str| !address.starts_with('/') && !address.contains("://");
    if !loads.is_none_or(relative) || tag.name == "base" {
        return Some("not relative to the page, so it breaks in a sub-folder");
    }
    None
}

/// Code from text in a script. Yew's glue has one setter of `innerHTML`, for raw nodes, which tidy
/// bans and the policy's `trusted-types 'none'` refuses.
fn script_faults(name: &str, script: &str) -> Vec<String> {
    let banned = ["eval(", "new Function", "document.write"];
    let found = banned.iter().filter(|word| script.contains(**word));
    found.map(|word| format!("{name} contains {word}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn page(inside: &str) -> String {
        let policy = policy::meta(policy::CONNECT);
        format!("<meta http-equiv=Content-Security-Policy content=\"{policy}\">{inside}")
    }

    #[test]
    fn a_page_as_we_build_it_has_no_fault() {
        let inside = "<script src=./boot.js integrity=sha384-x type=module></script>\
                      <link rel=stylesheet href=./a.css integrity=sha384-y>\
                      <link rel=icon href=favicon.svg><a href='#/settings'>x</a>";
        assert_eq!(page_faults(&page(inside)), [""; 0]);
    }

    #[test]
    fn each_fault_is_found() {
        for (inside, fault) in [
            ("<script>start()</script>", "<script>: inline script"),
            ("<style>p {}</style>", "<style>: inline style"),
            ("<p style='color: red'>", "<p>: inline style"),
            ("<p onclick='x()'>", "<p>: inline event handler"),
            ("<a href='javascript:x()'>", "<a>: javascript: address"),
            ("<script src=a.js></script>", "<script>: loaded without integrity"),
            (
                "<script src=a.js integrity=x></script>",
                "<script>: without crossorigin, so that Integrity-Policy blocks it",
            ),
            ("<link rel=stylesheet href=a.css>", "<link>: loaded without integrity"),
            (
                "<link rel=icon href=/favicon.svg>",
                "<link>: not relative to the page, so it breaks in a sub-folder",
            ),
            (
                "<script src=https://cdn.example/a.js integrity=x crossorigin></script>",
                "<script>: not relative to the page, so it breaks in a sub-folder",
            ),
        ] {
            assert_eq!(page_faults(&page(inside)), [fault], "{inside}");
        }
    }

    #[test]
    fn a_weaker_policy_is_found() {
        let weak = page("").replace("script-src 'self'", "script-src 'self' 'unsafe-inline'");
        assert_eq!(page_faults(&weak).len(), 1);
        assert_eq!(page_faults("<p>"), ["no policy in a meta tag"]);
    }

    #[test]
    fn a_narrower_list_of_registries_is_not_a_fault() {
        let policy = policy::meta("https://registry.example");
        let narrow = format!("<meta http-equiv=Content-Security-Policy content=\"{policy}\">");
        assert_eq!(connect_of(&policy), "https://registry.example");
        assert!(page_faults(&narrow).is_empty());
    }

    #[test]
    fn code_from_text_in_a_script_is_found() {
        assert_eq!(script_faults("a.js", "new Function('x')"), ["a.js contains new Function"]);
        assert!(script_faults("a.js", "export function evaluate() {}").is_empty());
    }
}
