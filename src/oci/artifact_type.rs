//! The true type of a manifest. An artifact states its type in one of three places, or nowhere.

use super::{ImageManifest, Index, MediaType};

impl ImageManifest {
    /// Returns the type that a list of referrers shows for this manifest: `artifactType`, else the
    /// media type of the configuration (distribution-spec, listing referrers).
    pub fn referrer_type(&self) -> Option<&str> {
        let config = || self.config.as_ref().map(|config| config.media_type.as_str());
        stated(self.artifact_type.as_deref()).or_else(config)
    }

    /// Returns the type that names the content. If a tool wrote an image configuration, or an empty
    /// one, and layers that are no file systems, this is the type of the layers. It separates
    /// cosign signatures and BuildKit attestations from images. `None` for an image.
    pub fn true_type(&self) -> Option<&str> {
        let config = self.config.as_ref().map(|config| &config.media_type);
        let config_says = |media_type: &&MediaType| {
            !media_type.is_image_config() && **media_type != MediaType::OCI_EMPTY
        };
        stated(self.artifact_type.as_deref())
            .or_else(|| stated(config.filter(config_says).map(MediaType::as_str)))
            .or_else(|| self.layers_type())
    }

    /// Returns true for an image that can run, false for an artifact.
    pub fn is_image(&self) -> bool {
        self.true_type().is_none()
            && self.config.as_ref().is_some_and(|config| config.media_type.is_image_config())
    }

    /// Returns the type of the first layer if no layer is a file system.
    fn layers_type(&self) -> Option<&str> {
        let any_layer = self.layers.iter().any(|layer| layer.media_type.is_layer());
        let first = self.layers.first().filter(|_| !any_layer)?;
        stated(Some(first.media_type.as_str()))
    }
}

impl Index {
    /// Returns the type that the index states.
    pub fn true_type(&self) -> Option<&str> {
        stated(self.artifact_type.as_deref())
    }
}

fn stated(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::oci::Descriptor;

    #[test]
    fn the_type_is_found_where_it_stands() {
        let check = |stated: &str,
                     config: &str,
                     layer: &str,
                     referrer: Option<&str>,
                     truth: Option<&str>| {
            let digest: crate::oci::Digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
            let descriptor = |text: &str| Descriptor::new(MediaType::new(text), digest.clone(), 1);
            let descriptor = |text: &str| Some(text).filter(|t| !t.is_empty()).map(&descriptor);
            let manifest = ImageManifest {
                artifact_type: Some(stated.to_owned()),
                config: descriptor(config),
                layers: descriptor(layer).into_iter().collect(),
                ..ImageManifest::default()
            };
            assert_eq!(manifest.referrer_type(), referrer);
            assert_eq!(manifest.true_type(), truth);
        };
        let image = "application/vnd.oci.image.config.v1+json";
        let empty = "application/vnd.oci.empty.v1+json";
        let tar = "application/vnd.oci.image.layer.v1.tar+gzip";
        check("", image, tar, Some(image), None);
        check("", image, "", Some(image), None);
        check("a/b", image, tar, Some("a/b"), Some("a/b"));
        check("", "a/config", tar, Some("a/config"), Some("a/config"));
        check("", empty, "a/layer", Some(empty), Some("a/layer"));
        check(
            "",
            image,
            "application/vnd.in-toto+json",
            Some(image),
            Some("application/vnd.in-toto+json"),
        );
        check("", "", "", None, None);
    }
}
