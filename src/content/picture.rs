//! The dimensions of a picture, read from its header before anything draws it: a browser keeps four bytes
//! for each pixel, and a PNG of a few hundred bytes can state half a billion of them.

use crate::caps;

/// The reason why a picture is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFault {
    /// The file is larger than [`caps::PICTURE_BYTES`].
    Bytes,
    /// Its sides in pixels; one is longer than [`caps::PICTURE_SIDE`], or both make more than
    /// [`caps::PICTURE_PIXELS`].
    Pixels(u64, u64),
    /// Its header does not say how large it is.
    Unknown,
}

/// Checks that a picture can be drawn in little memory.
///
/// # Errors
/// The reason why it is not drawn.
pub fn check(bytes: &[u8]) -> Result<(), PictureFault> {
    if bytes.len() > caps::PICTURE_BYTES {
        return Err(PictureFault::Bytes);
    }
    let (width, height) = dimensions(bytes).ok_or(PictureFault::Unknown)?;
    let side = u64::from(caps::PICTURE_SIDE);
    let is_small = width.saturating_mul(height) <= caps::PICTURE_PIXELS;
    match width <= side && height <= side && is_small {
        true => Ok(()),
        false => Err(PictureFault::Pixels(width, height)),
    }
}

/// Returns width and height in pixels.
fn dimensions(bytes: &[u8]) -> Option<(u64, u64)> {
    match bytes {
        [b'G', b'I', b'F', ..] => gif(bytes),
        [0, 0, 1, 0, ..] => icon(bytes),
        _ => stated(bytes),
    }
}

/// The dimensions that the header of any other format states.
fn stated(bytes: &[u8]) -> Option<(u64, u64)> {
    let size = imagesize::blob_size(bytes).ok()?;
    Some((size.width as u64, size.height as u64))
}

/// The screen of a GIF, made larger by frames that reach beyond it: browsers draw those too.
fn gif(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut screen = (half(bytes, 6)?, half(bytes, 8)?);
    let mut at = 13 + color_table(*bytes.get(10)?);
    // The trailer, or the end of a file that is cut short.
    while let Some(&kind) = bytes.get(at) {
        match kind {
            b'!' => at = after_blocks(bytes, at + 2),
            b',' => {
                let reach = |from, size| Some(half(bytes, at + from)? + half(bytes, at + size)?);
                let (Some(right), Some(bottom)) = (reach(1, 5), reach(3, 7)) else { break };
                screen = (screen.0.max(right), screen.1.max(bottom));
                let Some(&flags) = bytes.get(at + 9) else { break };
                at = after_blocks(bytes, at + 11 + color_table(flags));
            }
            _ => break,
        }
    }
    Some(screen)
}

/// Bytes of the colour table that these flags announce.
fn color_table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 6 << (flags & 7) }
}

/// The place behind the blocks of data that begin here; the last one is empty.
fn after_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&length) = bytes.get(at) {
        at += 1 + usize::from(length);
        if length == 0 {
            break;
        }
    }
    at
}

/// The largest picture of an icon. The directory has room for 256 pixels a side, while a PNG or bitmap in
/// the file states its own.
fn icon(bytes: &[u8]) -> Option<(u64, u64)> {
    let entries = (0..half(bytes, 4)? as usize).map(|entry| 6 + 16 * entry);
    let mut largest = None;
    for at in entries {
        let offset = usize::try_from(word(bytes, at + 12)?).ok()?;
        let inner = bytes.get(offset..)?;
        let (width, height) = match inner {
            [0x89, b'P', b'N', b'G', ..] => stated(inner)?,
            _ => (word(inner, 4)?, word(inner, 8)?),
        };
        let known: (u64, u64) = largest.unwrap_or_default();
        largest = Some((known.0.max(width), known.1.max(height)));
    }
    largest
}

fn half(bytes: &[u8], at: usize) -> Option<u64> {
    let pair = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(u16::from_le_bytes(pair).into())
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_le_bytes(four).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &size, &[8, 6, 0, 0, 0]].concat()
    }

    /// A GIF whose screen and only frame have these sides.
    fn gif(screen: (u16, u16), frame: (u16, u16)) -> Vec<u8> {
        let sides =
            |(width, height): (u16, u16)| [width.to_le_bytes(), height.to_le_bytes()].concat();
        [
            b"GIF89a".as_slice(),
            &sides(screen),
            &[0, 0, 0],
            b"!\xf9\x04\0\0\0\0\0,\0\0\0\0",
            &sides(frame),
            &[0, 2, 0, 59],
        ]
        .concat()
    }

    fn icon(inner: &[u8]) -> Vec<u8> {
        [&[0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 1, 0, 0, 0, 22, 0, 0, 0], inner].concat()
    }

    fn bitmap(width: u32, height: u32) -> Vec<u8> {
        [[40, 0, 0, 0], width.to_le_bytes(), height.to_le_bytes()].concat()
    }

    fn draws(bytes: &[u8], expected: Result<(), PictureFault>) {
        assert_eq!(check(bytes), expected, "{:?}", bytes.get(..40).unwrap_or(bytes));
    }

    #[test]
    fn cap_picture_side_holds_for_each_side_in_every_format() {
        let (most, over) = (caps::PICTURE_SIDE, caps::PICTURE_SIDE + 1);
        let too_wide = Err(PictureFault::Pixels(over.into(), 1));
        draws(&png(most, 1), Ok(()));
        draws(&png(over, 1), too_wide);
        draws(&png(1, over), Err(PictureFault::Pixels(1, over.into())));
        draws(&icon(&png(most, 1)), Ok(()));
        draws(&icon(&png(over, 1)), too_wide);
        draws(&icon(&bitmap(most, 1)), Ok(()));
        draws(&icon(&bitmap(over, 1)), too_wide);
        let short = |side: u32| u16::try_from(side).unwrap_or(u16::MAX);
        draws(&gif((short(most), 1), (1, 1)), Ok(()));
        draws(&gif((short(over), 1), (1, 1)), too_wide);
        draws(&gif((1, 1), (short(over), 1)), too_wide);
    }

    #[test]
    fn cap_picture_pixels_counts_both_sides_together() {
        let width = 8_000;
        let height = u32::try_from(caps::PICTURE_PIXELS / 8_000).unwrap_or_default();
        draws(&png(width, height), Ok(()));
        draws(&png(width, height + 1), Err(PictureFault::Pixels(8_000, u64::from(height) + 1)));
    }

    #[test]
    fn cap_picture_bytes_is_looked_at_first() {
        let mut bytes = png(1, 1);
        bytes.resize(caps::PICTURE_BYTES, 0);
        draws(&bytes, Ok(()));
        bytes.push(0);
        draws(&bytes, Err(PictureFault::Bytes));
    }

    #[test]
    fn a_picture_without_dimensions_is_not_drawn() {
        for bytes in [
            b"\x89PNG\r\n\x1a\n".as_slice(),
            b"GIF89a",
            b"\xff\xd8\xff",
            b"\0\0\x01\0\x01\0",
            b"BM",
            b"",
        ] {
            draws(bytes, Err(PictureFault::Unknown));
        }
    }
}
