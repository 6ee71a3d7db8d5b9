//! The total size of an image.

use crate::app::views::image::Image;

/// Returns the bytes of all layers, compressed; `None` for a document that is no image.
pub fn total(image: &Image) -> Option<u64> {
    let layers = &image.image_manifest()?.layers;
    Some(layers.iter().map(|layer| layer.size).fold(0, u64::saturating_add))
}
