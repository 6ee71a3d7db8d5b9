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
    /// preferred one. An image without a variant is the last choice for any variant of its
    /// architecture.
    pub fn choose(&self, wanted: &Platform, preferred: Compression) -> Option<&Descriptor> {
        let images = self.manifests.iter().filter(|entry| entry.is_choice());
        let ranked = images.filter_map(|entry| Some((rank(entry, wanted, preferred)?, entry)));
        ranked.min_by(|(left, _), (right, _)| left.cmp(right)).map(|(_, entry)| entry)
    }
}

/// The rank of a choice: 0 for the platform as typed, 1 for one that also runs, 2 for the last
/// choice. Then the distance, and true for another compression.
type Rank = (u8, Option<Fit>, bool);

fn rank(entry: &Descriptor, wanted: &Platform, preferred: Compression) -> Option<Rank> {
    let platform = entry.platform.as_ref()?;
    let zstd = entry.annotation(Descriptor::ZSTD) == Some("true");
    let packed_otherwise = zstd != (preferred == Compression::Zstd);
    let fit = platform.fit(wanted);
    let same_words = platform.variant == wanted.variant && fit.as_ref().is_some_and(Fit::is_exact);
    let class = match &fit {
        Some(_) if same_words => 0,
        Some(_) => 1,
        None if is_last_resort(platform, wanted) => 2,
        None => return None,
    };
    Some((class, fit, packed_otherwise))
}

fn is_last_resort(platform: &Platform, wanted: &Platform) -> bool {
    let (image, host) = (platform.normalized(), wanted.normalized());
    platform.variant.is_none()
        && image.os == host.os
        && image.architecture == host.architecture
        && same_build(&image, &host)
}
