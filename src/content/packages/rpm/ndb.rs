//! rpm's own database `Packages.db` (lib/backend/ndb/rpmpkg.c): pages of slots, then blobs.

use super::{DatabaseFault, HEADER_MAX, Receive, le32};

const PAGE: usize = 4_096;
const SLOT: usize = 16;
/// Blobs stand at multiples of this.
const BLOCK: usize = 16;

/// Pages of slots; 255 packages fit each.
const PAGES_MAX: usize = 4_096;

/// Hands over the blob of each slot that is in use.
pub(super) fn blobs(file: &[u8], receive: Receive<'_>) -> Result<(), DatabaseFault> {
    if file.get(..4) != Some(b"RpmP") {
        return Err(DatabaseFault::OtherFormat);
    }
    if le32(file, 4) != Some(0) {
        return Err(DatabaseFault::UnknownVersion);
    }
    let pages = le32(file, 12).map_or(0, |pages| pages as usize).min(PAGES_MAX);
    let slots = file.get(..pages * PAGE).ok_or(DatabaseFault::CutShort)?;
    let mut broken = false;
    // The header takes the room of two slots.
    for slot in slots.chunks_exact(SLOT).skip(2) {
        match slot_blob(file, slot) {
            Slot::Free => {}
            Slot::Broken => broken = true,
            Slot::Blob(blob) => {
                if !receive(blob) {
                    return Ok(());
                }
            }
        }
    }
    if broken { Err(DatabaseFault::Broken) } else { Ok(()) }
}

enum Slot<'a> {
    Free,
    Broken,
    Blob(&'a [u8]),
}

fn slot_blob<'a>(file: &'a [u8], slot: &[u8]) -> Slot<'a> {
    if slot.get(..4) != Some(b"Slot") {
        return Slot::Broken;
    }
    match (le32(slot, 4), le32(slot, 8)) {
        (Some(0), _) => Slot::Free,
        (Some(package), Some(block)) => {
            blob(file, package, block as usize).map_or(Slot::Broken, Slot::Blob)
        }
        _ => Slot::Broken,
    }
}

/// The blob of a package: its head repeats the package's number.
fn blob(file: &[u8], package: u32, block: usize) -> Option<&[u8]> {
    let at = block.checked_mul(BLOCK)?;
    let head = file.get(at..at.checked_add(16)?)?;
    let length = le32(head, 12)? as usize;
    let fits = head.get(..4) == Some(b"BlbS") && le32(head, 4) == Some(package);
    if !fits || length > HEADER_MAX {
        return None;
    }
    file.get(at + 16..(at + 16).checked_add(length)?)
}
