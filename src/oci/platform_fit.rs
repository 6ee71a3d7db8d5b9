//! The fit of an image to a host: the images of an index that run there, and the best of them.

use std::cmp::Reverse;

use super::{Compression, Descriptor, Index, Platform};

/// The distance between the platforms of an image and of a host. A smaller one is better.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    /// The steps down from the host's own kind: 0 for the same, then older variants and kinds.
    distance: usize,
    /// The version of Windows. The later one is better.
    version: Reverse<Vec<u64>>,
}

impl Fit {
    /// Returns true if the image was made for exactly this kind of host.
    pub fn is_exact(&self) -> bool {
        self.distance == 0
    }
}

impl Platform {
    /// Rates an image of this platform on a host by containerd's rules: older variants run on later
    /// processors, 386 on amd64, arm on arm64. Windows needs the same build (the first three
    /// numbers of its version). `None` if the image does not run there.
    pub fn fit(&self, host: &Self) -> Option<Fit> {
        let (image, host) = (self.normalized(), host.normalized());
        if image.os != host.os || !same_build(&image, &host) {
            return None;
        }
        let machine = (image.architecture, image.variant.unwrap_or_default());
        let distance = machines(&host).into_iter().position(|candidate| candidate == machine)?;
        let version = Reverse(numbers(image.os_version.as_deref().unwrap_or_default()));
        Some(Fit { distance, version })
    }
}

/// Returns the architectures and variants that a host runs, the best first.
fn machines(host: &Platform) -> Vec<(String, String)> {
    let variant = host.variant.clone().unwrap_or_default();
    let number = variant.strip_prefix('v').and_then(|text| text.parse::<u8>().ok());
    let mut list = vec![(host.architecture.clone(), variant)];
    let mut older = |architecture: &str, from: u8, to: u8| {
        for variant in (to..=from).rev() {
            let variant = if (architecture, variant) == ("amd64", 1) {
                String::new()
            } else {
                format!("v{variant}")
            };
            list.push((architecture.to_owned(), variant));
        }
    };
    match (host.architecture.as_str(), number) {
        ("amd64", number) => {
            older("amd64", number.unwrap_or(1).saturating_sub(1), 1);
            list.push(("386".to_owned(), String::new()));
        }
        ("arm", Some(number)) => older("arm", number.saturating_sub(1), 5),
        ("arm64", Some(number)) => {
            older("arm64", number.saturating_sub(1), 8);
            older("arm", 8, 5);
        }
        _ => {}
    }
    list
}

/// Compares builds of Windows: a container needs the build of its host. If one of them names no
/// build, the image is accepted.
fn same_build(image: &Platform, host: &Platform) -> bool {
    let build = |version: &str| numbers(version).into_iter().take(3).collect::<Vec<_>>();
    match (&image.os_version, &host.os_version) {
        (Some(image_version), Some(host_version)) if host.os == "windows" => {
            build(image_version) == build(host_version)
        }
        _ => true,
    }
}

fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

impl Index {
    /// Returns the image for a platform. If images differ only in their compression, it is the
    /// preferred one. An image has all features that are wanted, and as few others as possible. As in
    /// containers/image, an image without a variant is the last choice for a variant of its
    /// architecture, and an entry without a platform the last of all.
    pub fn choose(&self, wanted: &Platform, preferred: Compression) -> Option<&Descriptor> {
        let images = self.manifests.iter().filter(|entry| entry.is_choice());
        let ranked = images.filter_map(|entry| Some((rank(entry, wanted, preferred)?, entry)));
        ranked.min_by(|(left, _), (right, _)| left.cmp(right)).map(|(_, entry)| entry)
    }
}

/// The rank of a choice: 0 for the platform as typed, 1 for one that also runs, 2 for one that does not
/// say enough, 3 for none. Then the distance, the features that are not wanted, and true for another
/// compression.
type Rank = (u8, Option<Fit>, usize, bool);

fn rank(entry: &Descriptor, wanted: &Platform, preferred: Compression) -> Option<Rank> {
    let zstd = entry.annotation(Descriptor::ZSTD) == Some("true");
    let packed_otherwise = zstd != (preferred == Compression::Zstd);
    let Some(platform) = &entry.platform else { return Some((3, None, 0, packed_otherwise)) };
    if !wanted.os_features.iter().all(|feature| platform.os_features.contains(feature)) {
        return None;
    }
    let unwanted = platform.os_features.len().saturating_sub(wanted.os_features.len());
    let fit = platform.fit(wanted);
    let same_words = platform.variant == wanted.variant && fit.as_ref().is_some_and(Fit::is_exact);
    let class = match &fit {
        Some(_) if same_words => 0,
        Some(_) if is_unstated_arm(platform) => 2,
        Some(_) => 1,
        None if is_last_resort(platform, wanted) => 2,
        None => return None,
    };
    Some((class, fit, unwanted, packed_otherwise))
}

/// Returns true for arm without a variant: it may be any of them, and runs then not on all.
fn is_unstated_arm(platform: &Platform) -> bool {
    platform.variant.is_none() && platform.architecture.eq_ignore_ascii_case("arm")
}

fn is_last_resort(platform: &Platform, wanted: &Platform) -> bool {
    let (image, host) = (platform.normalized(), wanted.normalized());
    platform.variant.is_none()
        && image.os == host.os
        && image.architecture == host.architecture
        && same_build(&image, &host)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::oci::{Digest, MediaType};

    /// The platform of the chosen entry; empty for one without a platform.
    fn chosen(entries: &[&str], wanted: &str) -> Option<String> {
        let entry = |(n, text): (usize, &&str)| {
            let digest: Digest = format!("sha256:{n:064x}").parse().unwrap();
            let platform = Some(*text).filter(|text| !text.is_empty());
            let platform = platform.map(|text| text.parse().unwrap());
            Descriptor { platform, ..Descriptor::new(MediaType::OCI_MANIFEST, digest, 1) }
        };
        let manifests = entries.iter().enumerate().map(entry).collect();
        let index = Index { manifests, ..Index::default() };
        let found = index.choose(&wanted.parse().unwrap(), Compression::Gzip)?;
        let features = found.platform.iter().flat_map(|platform| &platform.os_features);
        let features: String = features.map(|feature| format!("+{feature}")).collect();
        Some(found.platform.as_ref().map(ToString::to_string).unwrap_or_default() + &features)
    }

    #[test]
    fn what_states_too_little_is_a_last_resort_as_in_podman() {
        let check = |entries: &[&str], wanted: &str, expected: Option<&str>| {
            assert_eq!(chosen(entries, wanted).as_deref(), expected, "{wanted} of {entries:?}");
        };
        check(&["linux/arm/v6", "linux/arm"], "linux/arm/v7", Some("linux/arm/v6"));
        check(&["linux/arm", "linux/arm/v5"], "linux/arm/v7", Some("linux/arm/v5"));
        check(&["linux/arm", "linux/arm/v7"], "linux/arm/v7", Some("linux/arm/v7"));
        check(&["linux/arm", "linux/arm/v8"], "linux/arm/v7", Some("linux/arm"));
        check(&["linux/arm/v7", "linux/arm"], "linux/arm/v6", Some("linux/arm"));
        check(&["linux/arm/v6", "linux/arm"], "linux/arm", Some("linux/arm"));
        check(&["linux/arm", "linux/arm/v6"], "linux/arm64", Some("linux/arm/v6"));
        check(&["linux/386", "linux/amd64"], "linux/amd64/v3", Some("linux/amd64"));
        check(&["linux/arm64", "linux/arm/v7"], "linux/arm64/v9", Some("linux/arm64"));
        check(&["", "linux/amd64"], "linux/amd64", Some("linux/amd64"));
        check(&["", "linux/386"], "linux/amd64", Some("linux/386"));
        check(&["", "linux/arm"], "linux/arm/v5", Some("linux/arm"));
        check(&["linux/s390x", ""], "linux/amd64", Some(""));
        check(&["linux/s390x"], "linux/amd64", None);
    }

    #[test]
    fn versions_and_features_choose_among_images_of_one_machine() {
        let windows = ["windows/amd64:10.0.17763.1", "windows/amd64:10.0.20348.5"];
        let check = |entries: &[&str], wanted: &str, expected: Option<&str>| {
            assert_eq!(chosen(entries, wanted).as_deref(), expected, "{wanted} of {entries:?}");
        };
        check(&windows, "windows/amd64,osver=10.0.17763.9", Some("windows/amd64 (10.0.17763.1)"));
        check(&windows, "windows(10.0.20348)/amd64", Some("windows/amd64 (10.0.20348.5)"));
        check(&windows, "windows/amd64:10.0.14393.1", None);
        let nydus = ["linux(+nydus)/amd64", "linux/amd64"];
        check(&nydus, "linux/amd64", Some("linux/amd64"));
        check(&nydus, "linux/amd64,features=nydus", Some("linux/amd64+nydus"));
        check(&nydus[..1], "linux/amd64", Some("linux/amd64+nydus"));
        check(&nydus[1..], "linux(+nydus)/amd64", None);
    }
}
