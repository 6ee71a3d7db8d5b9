//! Finds by its descriptor that a layer cannot be opened, before a byte of it is asked for.

use crate::oci::Descriptor;

/// The reason why a layer cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Its bytes are encrypted (ocicrypt); they can be verified, and not read. With the schemes under
    /// which its key is wrapped, such as `jwe`, `pgp` or `pkcs7`.
    Encrypted(Vec<String>),
    /// The registry need not have it. These addresses have it, or no address is known. Sometimes
    /// the registry has it nevertheless.
    Foreign(Vec<String>),
    /// It is no layer of a file system, by its media type.
    NotALayer(String),
}

/// The annotations that hold wrapped keys (ocicrypt, docs of the image-spec's encryption proposal).
const KEYS: &str = "org.opencontainers.image.enc.keys.";

impl Obstacle {
    /// Returns the reason why this layer cannot be opened; `None` if none is known.
    pub fn of(layer: &Descriptor) -> Option<Self> {
        let schemes: Vec<String> = layer
            .annotations
            .iter()
            .filter_map(|(name, _)| name.strip_prefix(KEYS).map(str::to_owned))
            .collect();
        if layer.media_type.is_encrypted() || !schemes.is_empty() {
            return Some(Self::Encrypted(schemes));
        }
        if layer.media_type.is_foreign() || !layer.urls.is_empty() {
            return Some(Self::Foreign(layer.urls.clone()));
        }
        let media_type = layer.media_type.as_str();
        // A layer without a media type may be anything, and charts are archives too: the bytes will
        // show.
        let is_packed = layer.media_type.compression().is_some();
        let may_be = layer.media_type.is_layer() || is_packed || matches!(media_type, "" | OCTETS);
        (!may_be).then(|| Self::NotALayer(media_type.to_owned()))
    }
}

/// The media type of content that has none.
const OCTETS: &str = "application/octet-stream";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{content::verify::digest_of, oci::MediaType};

    #[test]
    fn what_is_in_the_way_is_known_before_anything_is_read() {
        let check = |media_type: &str, annotation: &str, url: &str, expected: Option<Obstacle>| {
            let media_type = MediaType::new(media_type.to_owned());
            let mut layer = Descriptor::new(media_type, digest_of(b""), 0);
            if !annotation.is_empty() {
                layer.annotations.push((annotation.to_owned(), "x".to_owned()));
            }
            layer.urls.extend((!url.is_empty()).then(|| url.to_owned()));
            assert_eq!(Obstacle::of(&layer), expected, "{layer:?}");
        };
        let layer = "application/vnd.oci.image.layer.v1.tar+gzip";
        let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
        let jwe = "org.opencontainers.image.enc.keys.jwe";
        let url = "https://a.example/x";
        check(layer, "", "", None);
        check("", "", "", None);
        let encrypted = format!("{layer}+encrypted");
        check(&encrypted, "", "", Some(Obstacle::Encrypted(vec![])));
        check(layer, jwe, "", Some(Obstacle::Encrypted(vec!["jwe".to_owned()])));
        check(layer, "", url, Some(Obstacle::Foreign(vec![url.to_owned()])));
        check(foreign, "", "", Some(Obstacle::Foreign(vec![])));
        check("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "", "", None);
        check("text/plain", "", "", Some(Obstacle::NotALayer("text/plain".to_owned())));
    }
}
