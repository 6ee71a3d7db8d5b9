//! Words for the kinds of entries in an archive, and for the changes of layers.

use crate::{content::tar::EntryKind, layers::tree::ChangeKind};

/// Returns the kind of an entry in one or two words.
pub fn entry_kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::HardLink => "hard link",
        EntryKind::Symlink => "symlink",
        EntryKind::CharDevice => "character device",
        EntryKind::BlockDevice => "block device",
        EntryKind::Directory => "directory",
        EntryKind::Fifo => "named pipe",
        EntryKind::Other(_) => "unknown entry",
    }
}

/// Returns the kind of a change in one word.
pub fn change_kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Changed => "changed",
        ChangeKind::Removed => "removed",
    }
}
