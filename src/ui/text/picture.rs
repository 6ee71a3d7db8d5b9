//! Sentences about pictures in layers.

use super::numbers::{grouped, human_bytes};
use crate::{caps, content::picture::PictureFault};

/// An image could not be drawn.
pub const PICTURE: &str = "The picture in this file";

/// Says why a picture is not drawn.
pub fn not_drawn(fault: PictureFault) -> String {
    match fault {
        PictureFault::Bytes => {
            let most = human_bytes(caps::PICTURE_BYTES as u64);
            format!(
                "This picture is not drawn: the file is larger than {most}. Save it to look at it."
            )
        }
        PictureFault::Pixels(width, height) => format!(
            "This picture of {} × {} pixels is not drawn: it would take too much memory. Save it to look at it.",
            grouped(width),
            grouped(height)
        ),
        PictureFault::Unknown => {
            "This picture is not drawn: its header does not say how large it is.".to_owned()
        }
    }
}
