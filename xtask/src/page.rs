//! Building the page with Trunk, and writing the files that hosts read beside it.

use std::path::Path;

use crate::{
    engine,
    failure::{OrFail, Result},
    html, page_parts, parts, policy,
    steps::{run, step},
    tools::{self, Toolbox},
};

/// The way in which the page is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build, slow to load.
    Dev,
    /// As it is published.
    Release,
}

/// Builds the page into a folder, with the files for hosts.
///
/// # Errors
/// When Trunk fails or the folder cannot be written.
pub(crate) fn build(tools: &Toolbox, profile: Profile, dist: &Path, connect: &str) -> Result<()> {
    step("downloading the crates of the page", tools::fetch_crates)?;
    let what = match profile {
        Profile::Dev => "building the page (dev profile)",
        Profile::Release => "building the page (release profile; a few minutes)",
    };
    step(what, || {
        let mut trunk = tools.command("trunk");
        trunk.args(["build", "--dist"]).arg(dist).env_remove("NO_COLOR");
        if profile == Profile::Release {
            trunk.arg("--release").env("CARGO_ENCODED_RUSTFLAGS", parts::flags());
            // Names and relocations tell what uses what; they are gone when the parts are written.
            trunk.env("CARGO_PROFILE_RELEASE_STRIP", "none");
        }
        run(&mut trunk, "the compiler's message above names the fault; mend it and run this again")
    })?;
    if profile == Profile::Release {
        page_parts::install(&parts::part(tools, "porthole", "release")?, dist)?;
        engine::install(&parts::part(tools, "worker", "worker")?, dist)?;
    }
    engine::name_files(dist)?;
    write_policy(dist, connect)
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
    use crate::steps::root;

    #[test]
    fn the_page_carries_the_policy_word_for_word() {
        let html = std::fs::read_to_string(root().join("index.html")).unwrap();
        assert_eq!(policy_of(&html).unwrap(), policy::meta(policy::CONNECT));
    }
}
