//! Extensions that stand before an entry: PAX records (POSIX.1-2001) and GNU long names.

use super::entry::Warning;
use crate::caps;

/// The values that extensions give for the next entry; `None` for those they do not give.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    /// The record `path`, in place of the name in the header.
    pub path: Option<Vec<u8>>,
    /// The target of a link.
    pub link: Option<Vec<u8>>,
    /// Bytes stored.
    pub size: Option<u64>,
    /// Seconds since 1970.
    pub mtime: Option<i64>,
    /// The owner's number.
    pub uid: Option<u64>,
    /// The group's number.
    pub gid: Option<u64>,
    /// The owner's name.
    pub user: Option<Vec<u8>>,
    /// The group's name.
    pub group: Option<Vec<u8>>,
    /// Extended attributes.
    pub xattrs: Vec<(String, Vec<u8>)>,
    /// GNU's sparse files inside PAX.
    pub sparse: PaxSparse,
    /// The faults of the extensions.
    pub warnings: Vec<Warning>,
}

/// GNU sparse files in PAX records, in their three versions.
#[derive(Clone, Debug, Default)]
pub struct PaxSparse {
    /// `GNU.sparse.major`; 1 means that the map stands at the head of the content.
    pub major: Option<u64>,
    /// The size with holes.
    pub real_size: Option<u64>,
    /// The true name: the header's is made up.
    pub name: Option<Vec<u8>>,
    /// Numbers of the map in versions 0.0 and 0.1: offset, length, offset, …
    pub numbers: Vec<u64>,
}

impl Extensions {
    /// Reads the content of a PAX header. Later records win over earlier ones, as POSIX says.
    pub fn read_pax(&mut self, mut content: &[u8]) {
        while !content.is_empty() {
            match split_record(content) {
                Some((key, value, rest)) => {
                    self.record(key, value);
                    content = rest;
                }
                None => {
                    self.warnings.push(Warning::BadPaxRecord);
                    return;
                }
            }
        }
    }

    /// Cuts the texts that each later entry takes over: to more than an entry may have, so that it is still
    /// left out. A megabyte would be copied a million times.
    pub(super) fn shorten(&mut self) {
        let most = [caps::PATH_BYTES, caps::LINK_BYTES, caps::OWNER_BYTES, caps::OWNER_BYTES];
        let texts = [&mut self.path, &mut self.link, &mut self.user, &mut self.group];
        for (text, most) in texts.into_iter().zip(most) {
            if let Some(text) = text {
                text.truncate(most + 1);
                text.shrink_to_fit();
            }
        }
    }

    fn record(&mut self, key: &[u8], value: &[u8]) {
        let text = || Some(value.to_vec());
        match key {
            b"path" => self.path = text(),
            b"linkpath" => self.link = text(),
            b"uname" => self.user = text(),
            b"gname" => self.group = text(),
            b"size" => self.size = self.decimal(value),
            b"uid" => self.uid = self.decimal(value),
            b"gid" => self.gid = self.decimal(value),
            b"mtime" => self.mtime = seconds(value),
            _ => self.vendor_record(key, value),
        }
    }

    fn vendor_record(&mut self, key: &[u8], value: &[u8]) {
        match key {
            b"GNU.sparse.major" => self.sparse.major = self.decimal(value),
            b"GNU.sparse.realsize" | b"GNU.sparse.size" => {
                self.sparse.real_size = self.decimal(value);
            }
            b"GNU.sparse.name" => self.sparse.name = Some(value.to_vec()),
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
                let number = self.decimal(value);
                self.sparse.numbers.extend(number);
            }
            b"GNU.sparse.map" => {
                self.sparse.numbers =
                    value.split(|&byte| byte == b',').filter_map(decimal).collect();
            }
            _ => {
                if let Some(name) = key.strip_prefix(b"SCHILY.xattr.") {
                    let name = String::from_utf8_lossy(name).into_owned();
                    self.xattrs.push((name, value.to_vec()));
                }
            }
        }
    }

    fn decimal(&mut self, value: &[u8]) -> Option<u64> {
        let number = decimal(value);
        if number.is_none() {
            self.warnings.push(Warning::BadPaxRecord);
        }
        number
    }
}

/// Splits `length key=value\n` off the front.
fn split_record(content: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = content.iter().take(20).position(|&byte| byte == b' ')?;
    let length = usize::try_from(decimal(content.get(..space)?)?).ok()?;
    let record = content.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|&byte| byte == b'=')?;
    let key = record.get(..equals).filter(|key| !key.is_empty())?;
    Some((key, record.get(equals + 1..)?, content.get(length..)?))
}

/// A number without a sign.
pub fn decimal(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(text).ok()?.parse().ok())?
}

/// Whole seconds of a PAX time, which may have a sign and a fraction.
fn seconds(text: &[u8]) -> Option<i64> {
    let whole = text.split(|&byte| byte == b'.').next()?;
    std::str::from_utf8(whole).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn reads_records_and_says_which_are_broken() {
        let check = |content: &[u8], path: Option<&[u8]>, broken: bool| {
            let mut read = Extensions::default();
            read.read_pax(content);
            assert_eq!(read.path.as_deref(), path);
            assert_eq!(!read.warnings.is_empty(), broken);
        };
        check(b"12 path=a/b\n", Some(b"a/b"), false);
        check(b"12 path=a/b\n11 path=cd\n", Some(b"cd"), false);
        check(b"13 path=a=b\n\n", Some(b"a=b\n"), false);
        check(b"13 path=a/b\n", None, true);
        check(b"12 path=a/bX", None, true);
        check(b"6 =ab\n", None, true);
        check(b"99999999999999999999999 path=a\n", None, true);
        check(b"3", None, true);
        check(b"", None, false);
    }

    #[test]
    fn reads_attributes_times_and_sparse_maps() {
        let mut read = Extensions::default();
        read.read_pax(b"20 mtime=12345.6789\n");
        read.read_pax(b"27 SCHILY.xattr.user.a=\x00\x01\x02\n");
        read.read_pax(b"29 GNU.sparse.map=0,5,100,2,\n");
        assert_eq!(read.mtime, Some(12345));
        assert_eq!(read.xattrs, [("user.a".to_owned(), vec![0, 1, 2])]);
        assert_eq!(read.sparse.numbers, [0, 5, 100, 2]);
    }
}
