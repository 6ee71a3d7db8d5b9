//! The `manifest.json` of a `docker save` archive: the images in it, and their names.
//!
//! Podman, skopeo, kaniko and Bazel write it too. Docker writes it since 1.10; since 25 an OCI
//! layout lies in the same archive.

use bytes::Bytes;

use super::names::{ImageName, ImageNames};
use crate::oci::{
    Tag,
    json::{self, Node},
};

/// An image, as `manifest.json` lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SavedImage {
    /// The path of its configuration.
    pub(super) config: String,
    /// The paths of its layers, lowest first.
    pub(super) layers: Vec<String>,
}

/// All images of an archive.
#[derive(Debug, Default)]
pub(super) struct SavedImages {
    /// The images, in order.
    pub(super) images: Vec<SavedImage>,
    pub(super) names: ImageNames,
}

impl SavedImages {
    /// Reads a `manifest.json`. `None` if it is no list of images.
    pub(super) fn read(raw: Bytes) -> Option<Self> {
        let Node::Array(items) = json::parse(raw).value else { return None };
        let mut saved = Self::default();
        for item in &items {
            let at = saved.images.len();
            saved.images.push(image(item)?);
            for name in item.get("RepoTags").map_or(&[][..], Node::items) {
                let name = name.as_str();
                let name = name.and_then(|n| ImageName::of_reference(n, Some(Tag::latest())));
                saved.names.add(name, at);
            }
        }
        saved.names.name_the_only_one(items.len());
        Some(saved)
    }

    /// The names of the images that have this configuration.
    pub(super) fn names_of(&self, config: &str) -> Vec<ImageName> {
        let images = self.images.iter().enumerate().filter(|(_, image)| image.config == config);
        images.flat_map(|(at, _)| self.names.of(at)).cloned().collect()
    }
}

fn image(item: &Node) -> Option<SavedImage> {
    let path = |node: &Node| node.as_str().map(str::to_owned);
    let config = path(item.get("Config")?)?;
    let layers = item.get("Layers").map_or(&[][..], Node::items);
    let layers = layers.iter().map(path).collect::<Option<_>>()?;
    Some(SavedImage { config, layers })
}

/// Returns true for a path that stays where it belongs, in an archive and below a URL: the tools
/// that write archives use no other characters, and no step upwards.
pub(super) fn is_plain(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+:@".contains(&byte);
    path.split('/').all(|part| {
        !matches!(part, "" | "." | "..") && part.bytes().all(is_plain) && part.len() <= 255
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn r158_images_and_their_names_come_from_manifest_json() {
        for (text, images, tags) in [
            (
                r#"[{"Config":"c","RepoTags":["a/b:1","c"],"Layers":["l"]}]"#,
                1,
                &["1", "latest"][..],
            ),
            (r#"[{"Config":"c","RepoTags":null,"Layers":[]}]"#, 1, &["latest"]),
            (r#"[{"Config":"c"},{"Config":"d"}]"#, 2, &[]),
            ("[]", 0, &[]),
        ] {
            let saved = SavedImages::read(text.into()).unwrap();
            assert_eq!(saved.images.len(), images, "{text}");
            let found = saved.names.tags(&|_| true);
            assert_eq!(found.iter().map(Tag::as_str).collect::<Vec<_>>(), tags, "{text}");
        }
        for broken in ["", "{}", "<html>", "[7]", r#"[{"Config":"c","Layers":[7]}]"#] {
            assert!(SavedImages::read(broken.into()).is_none(), "{broken}");
        }
    }

    #[test]
    fn r158_paths_do_not_lead_out_of_an_archive() {
        for good in ["a.json", "0a/layer.tar", "sha256:0a", "blobs/sha256/0a", "l.tar.gz"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", "/a", "a/", "../a", "a/../b", "./a", "a?b", "a#b", "a%2e", "a b", "a\\b"] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
