//! One header: an index of tags, each with a type and a place in the data behind the index.

use super::{HEADER_MAX, Package, be32};
use crate::content::packages::text;

/// Tags of an index; real ones have about 100.
const TAGS_MAX: u32 = 65_535;

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const SIZE: u32 = 1009;
const LICENCE: u32 = 1014;
const ARCH: u32 = 1022;
const SOURCE: u32 = 1044;
const LONG_SIZE: u32 = 5009;

/// Reads a header as databases keep it: without the magic number that one in a file has.
pub(super) fn read(blob: &[u8]) -> Option<Package> {
    let tags = be32(blob, 0).filter(|&tags| tags <= TAGS_MAX)?;
    let length = be32(blob, 4).map(|length| length as usize).filter(|&l| l <= HEADER_MAX)?;
    let data_at = 8 + tags as usize * 16;
    let header = Header {
        index: blob.get(8..data_at)?,
        data: blob.get(data_at..data_at.checked_add(length)?)?,
    };
    let name = header.text(NAME).filter(|name| !name.is_empty())?;
    Some(Package {
        name,
        version: header.version(),
        arch: header.text(ARCH).unwrap_or_default(),
        source: header.text(SOURCE).unwrap_or_default(),
        licence: header.text(LICENCE).unwrap_or_default(),
        size: header.long(LONG_SIZE).or_else(|| header.int(SIZE).map(u64::from)),
    })
}

struct Header<'a> {
    index: &'a [u8],
    data: &'a [u8],
}

impl Header<'_> {
    /// `epoch:version-release`, the epoch only if there is one.
    fn version(&self) -> String {
        let part = |tag| self.text(tag).unwrap_or_default();
        let (version, release) = (part(VERSION), part(RELEASE));
        let epoch = self.int(EPOCH).map(|epoch| format!("{epoch}:")).unwrap_or_default();
        let dash = if release.is_empty() { "" } else { "-" };
        format!("{epoch}{version}{dash}{release}")
    }

    /// The data of a tag, if it is of one of these types.
    fn find(&self, wanted: u32, kinds: &[u32]) -> Option<&[u8]> {
        let entry = self.index.chunks_exact(16).find(|entry| be32(entry, 0) == Some(wanted))?;
        let kind = be32(entry, 4)?;
        let offset = be32(entry, 8)?;
        if !kinds.contains(&kind) {
            return None;
        }
        self.data.get(offset as usize..)
    }

    /// A string, the first of a list, or the untranslated one; ended by NUL.
    fn text(&self, tag: u32) -> Option<String> {
        let data = self.find(tag, &[6, 8, 9])?;
        Some(text(crate::content::tar::header::until_nul(data)))
    }

    fn int(&self, tag: u32) -> Option<u32> {
        be32(self.find(tag, &[4])?, 0)
    }

    fn long(&self, tag: u32) -> Option<u64> {
        Some(u64::from_be_bytes(self.find(tag, &[5])?.get(..8)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A header of tags with their type and data.
    fn header(tags: &[(u32, u32, &[u8])]) -> Vec<u8> {
        let (mut index, mut data) = (Vec::new(), Vec::new());
        for (tag, kind, bytes) in tags {
            for number in [*tag, *kind, data.len() as u32, 1] {
                index.extend(number.to_be_bytes());
            }
            data.extend_from_slice(bytes);
        }
        let mut blob = (tags.len() as u32).to_be_bytes().to_vec();
        blob.extend((data.len() as u32).to_be_bytes());
        [blob, index, data].concat()
    }

    #[test]
    fn reads_tags_of_the_right_type() {
        let all: &[(u32, u32, &[u8])] = &[
            (SIZE, 4, &[0, 0, 1, 0]),
            (NAME, 6, b"bash\0"),
            (VERSION, 6, b"5.2.26\0"),
            (RELEASE, 6, b"3.el9\0"),
            (EPOCH, 4, &[0, 0, 0, 1]),
            (ARCH, 6, b"x86_64\0"),
            (LICENCE, 6, b"GPL-3.0-or-later\0"),
            (SOURCE, 6, b"bash-5.2.26-3.el9.src.rpm\0"),
        ];
        let read_one = read(&header(all)).unwrap();
        assert_eq!(read_one.version, "1:5.2.26-3.el9");
        assert_eq!((read_one.size, read_one.arch.as_str()), (Some(256), "x86_64"));
        let key: &[(u32, u32, &[u8])] = &[(NAME, 6, b"gpg-pubkey\0"), (EPOCH, 6, b"x\0")];
        assert_eq!(read(&header(key)).unwrap().version, "");
        let long: &[(u32, u32, &[u8])] =
            &[(NAME, 6, b"a\0"), (LONG_SIZE, 5, &[0, 0, 0, 1, 0, 0, 0, 0])];
        assert_eq!(read(&header(long)).unwrap().size, Some(1 << 32));
    }

    #[test]
    fn no_part_of_a_header_is_read_as_one() {
        let whole = header(&[(NAME, 6, b"bash\0"), (VERSION, 6, b"5\0")]);
        assert!(read(&whole).is_some());
        for end in 0..whole.len() {
            assert_eq!(read(whole.get(..end).unwrap()), None, "{end}");
        }
        assert_eq!(read(&[0xff; 64]), None);
        assert_eq!(read(&header(&[(VERSION, 6, b"5\0")])), None);
    }
}
