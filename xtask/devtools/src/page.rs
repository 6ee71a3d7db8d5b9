//! `devtools page`: the last step of building the page. Puts parts, names and digests into the page that
//! Trunk wrote, and writes the files that hosts read beside it.

use std::path::Path;

use xtask::{
    args::{Args, Command, Opt},
    failure::{OrFail, Result},
    steps::root,
};

use crate::{engine, html, page_parts, parts, policy};

pub(crate) const COMMAND: Command = Command {
    name: "page",
    about: "Finishes the page that Trunk wrote into a folder.",
    argument: Some("DIR"),
    options: &[
        Opt { name: "--release", value: None, about: "the page was built as published" },
        Opt { name: "--connect", value: Some("SOURCES"), about: "the hosts it may reach" },
    ],
    own_options: None,
    run: finish,
};

fn finish(args: &Args) -> Result<()> {
    let dist = root().join(args.argument().unwrap_or("dist"));
    if args.has("--release") {
        page_parts::install(&parts::part("porthole", "release")?, &dist)?;
        engine::install(&parts::part("engine", "engine")?, &dist)?;
    }
    engine::name_files(&dist)?;
    write_policy(&dist, args.get("--connect").unwrap_or(policy::CONNECT))
}

/// Writes the policy into the built page and the host files beside it.
fn write_policy(dist: &Path, connect: &str) -> Result<()> {
    let next = "check that the folder can be written";
    if connect != policy::CONNECT {
        let file = dist.join("index.html");
        let html = std::fs::read_to_string(&file).or_fail(file.display(), next)?;
        let html = html.replace(&policy::meta(policy::CONNECT), &policy::meta(connect));
        std::fs::write(&file, html).or_fail(file.display(), next)?;
    }
    for host in policy::host_files(connect) {
        let file = dist.join(host.path);
        let folder = file.parent().unwrap_or(dist);
        std::fs::create_dir_all(folder).or_fail(folder.display(), next)?;
        std::fs::write(&file, host.text).or_fail(file.display(), next)?;
    }
    Ok(())
}

/// The policy in a page's meta tag.
pub(crate) fn policy_of(html: &str) -> Option<String> {
    let tags = html::start_tags(html);
    let tag = tags.iter().find(|tag| {
        tag.name == "meta" && tag.get("http-equiv") == Some("Content-Security-Policy")
    })?;
    tag.get("content").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_page_carries_the_policy_word_for_word() {
        let html = std::fs::read_to_string(root().join("index.html")).unwrap();
        assert_eq!(policy_of(&html).unwrap(), policy::meta(policy::CONNECT));
    }
}
