//! Permissions as people read them.

use crate::content::tar::EntryKind;

/// `-rwxr-xr-x`, as `ls` shows it.
pub fn letters(kind: EntryKind, mode: u32) -> String {
    let mut text = String::with_capacity(10);
    text.push(match kind {
        EntryKind::File | EntryKind::HardLink => '-',
        EntryKind::Directory => 'd',
        EntryKind::Symlink => 'l',
        EntryKind::CharDevice => 'c',
        EntryKind::BlockDevice => 'b',
        EntryKind::Fifo => 'p',
        EntryKind::Other(_) => '?',
    });
    // For each three letters: the shift, the bit that changes the last one, and the letter that it becomes.
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (mode & special != 0, bits & 1 != 0) {
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_written_as_ls_does() {
        let check = |kind, mode, expected: &str| assert_eq!(letters(kind, mode), expected);
        check(EntryKind::File, 0o644, "-rw-r--r--");
        check(EntryKind::Directory, 0o1777, "drwxrwxrwt");
        check(EntryKind::File, 0o4755, "-rwsr-xr-x");
        check(EntryKind::File, 0o6644, "-rwSr-Sr--");
        check(EntryKind::Symlink, 0o777, "lrwxrwxrwx");
        check(EntryKind::CharDevice, 0, "c---------");
        check(EntryKind::File, 0o1000, "---------T");
    }
}
