//! Long lists: 5,000 tags of one repository, 2,500 repositories in nested namespaces.

use super::images;
use super::repository::Repository;
use crate::manifest::Manifest;
use crate::store::Store;

const TAGS: usize = 5000;
const REPOSITORIES: usize = 2500;

const TEAMS: &[&str] = &[
    "billing", "checkout", "data", "edge", "fleet", "identity", "media", "search", "storage", "web",
];
const AREAS: &[&str] = &["apps", "jobs", "libs", "tools", "infra/base", "infra/build", "sandbox"];
const NOUNS: &[&str] =
    &["gateway", "worker", "cache", "indexer", "sync", "proxy", "scheduler", "agent", "ledger"];

pub(super) async fn load(store: &Store) {
    many_tags(store).await;
    many_repositories(store).await;
}

/// Puts tags whose byte order is not their natural order. They point at several images.
async fn many_tags(store: &Store) {
    let repository = Repository { store, name: "demo/many-tags" };
    let mut images = Vec::new();
    for architecture in ["amd64", "arm64", "riscv64"] {
        images.push(images::platform_image(&repository, &[], architecture, None).await);
    }
    for number in 0..TAGS {
        let Some(image) = images.get(number % images.len().max(1)) else { return };
        point(&repository, &tag(number), &image.digest).await;
    }
}

/// Returns the name of one tag: `1.10.3`, `v0.9.12-rc.1`, `nightly-20260117`, `latest` or a commit.
fn tag(number: usize) -> String {
    let (major, minor, patch) = (number / 900, number / 30 % 30, number % 30);
    match number {
        0 => "latest".into(),
        1 => "edge".into(),
        2 => "Stable".into(),
        _ if number % 50 == 7 => {
            format!("nightly-2026{:02}{:02}-{number}", number / 28 % 12 + 1, number % 28 + 1)
        }
        _ if number % 50 == 13 => {
            format!("sha-{:08x}", number.wrapping_mul(2_654_435_761) & 0xffff_ffff)
        }
        _ if number % 10 == 9 => format!("v{major}.{minor}.{patch}-rc.{}", number % 7),
        _ if number % 10 == 8 => format!("{major}.{minor}.{patch}_debug"),
        _ => format!("{major}.{minor}.{patch}"),
    }
}

async fn many_repositories(store: &Store) {
    let image = images::platform_image(
        &Repository { store, name: "library/small" },
        &["latest"],
        "amd64",
        None,
    )
    .await;
    let Ok(digest) = image.digest.parse() else { return };
    let reference = ferro_oci_server::Reference::Digest(digest);
    let found =
        ferro_oci_server::RegistryMeta::get_manifest(&*store.meta, "library/small", &reference)
            .await;
    let Ok(Some((_, media_type, bytes))) = found else { return };
    let manifest = Manifest::new(&media_type, bytes.clone());
    let parts = blobs_of(&bytes);
    for number in 0..REPOSITORIES {
        let name = repository(number);
        store.put_manifest(&name, &["latest"], &manifest).await;
        parts.iter().for_each(|digest| store.link(&name, digest));
    }
}

/// Returns the name of one repository, two to five levels deep.
fn repository(number: usize) -> String {
    let pick =
        |words: &[&'static str], at: usize| words.get(at % words.len()).copied().unwrap_or("x");
    let (team, area, noun) =
        (pick(TEAMS, number), pick(AREAS, number / 7), pick(NOUNS, number / 3));
    match number % 5 {
        0 => format!("{team}/{noun}-{number}"),
        1 | 2 => format!("{team}/{area}/{noun}-{number}"),
        3 => format!("mirror/{team}.example/{area}/{noun}_{number}"),
        _ => format!("{team}/{area}/{noun}/v{}/{number}", number % 3),
    }
}

/// Returns the digests of the config and the layers of an image manifest.
fn blobs_of(manifest: &[u8]) -> Vec<String> {
    let manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap_or_default();
    let layers = manifest.get("layers").and_then(|layers| layers.as_array()).into_iter().flatten();
    let descriptors = manifest.get("config").into_iter().chain(layers);
    descriptors
        .filter_map(|descriptor| descriptor.get("digest")?.as_str())
        .map(Into::into)
        .collect()
}

/// Points a tag at a manifest of the same repository.
async fn point(repository: &Repository<'_>, tag: &str, digest: &str) {
    use ferro_oci_server::{Reference, RegistryMeta};
    let Ok(digest) = digest.parse() else { return };
    let found =
        repository.store.meta.get_manifest(repository.name, &Reference::Digest(digest)).await;
    if let Ok(Some((_, media_type, bytes))) = found {
        let mut manifest = Manifest::new(&media_type, bytes);
        manifest.referrer = None;
        repository.store.put_manifest(repository.name, &[tag], &manifest).await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_many_and_valid() {
        let tags: BTreeSet<String> = (0..TAGS).map(tag).collect();
        assert_eq!(tags.len(), TAGS);
        let repositories: BTreeSet<String> = (0..REPOSITORIES).map(repository).collect();
        assert_eq!(repositories.len(), REPOSITORIES);
        for name in &repositories {
            assert!(ferro_oci_server::validate_name(name).is_ok(), "{name}");
        }
    }
}
