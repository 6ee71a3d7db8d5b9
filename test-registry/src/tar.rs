//! Writes tar archives without a library, because libraries refuse some of them: names that are not UTF-8,
//! both forms of long names, device nodes, an odd order.

const BLOCK: usize = 512;
/// The time of every entry, 2026-01-02 03:04:05 UTC. Layers must not depend on the day they are built.
const MTIME: u64 = 1_767_323_045;

/// An archive under construction.
#[derive(Debug, Default)]
pub(crate) struct Tar(Vec<u8>);

/// The kind of an entry, with its content or target.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'a> {
    File(&'a [u8]),
    Directory,
    Symlink(&'a str),
    HardLink(&'a str),
    /// A character device with its major and minor number.
    Device(u32, u32),
    Fifo,
}

impl Tar {
    /// Adds a file of root with mode 0644.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry(name.as_bytes(), 0o644, (0, 0), Kind::File(content.as_ref()))
    }

    /// Adds an executable of root with mode 0755.
    pub(crate) fn program(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry(name.as_bytes(), 0o755, (0, 0), Kind::File(content.as_ref()))
    }

    /// Adds a directory of root with mode 0755.
    pub(crate) fn directory(self, name: &str) -> Self {
        self.entry(name.as_bytes(), 0o755, (0, 0), Kind::Directory)
    }

    /// Adds a symbolic link.
    pub(crate) fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(name.as_bytes(), 0o777, (0, 0), Kind::Symlink(target))
    }

    /// Adds a hard link to an earlier entry.
    pub(crate) fn hard_link(self, name: &str, target: &str) -> Self {
        self.entry(name.as_bytes(), 0o644, (0, 0), Kind::HardLink(target))
    }

    /// Adds a whiteout, which removes a path of the lower layers.
    pub(crate) fn whiteout(self, directory: &str, name: &str) -> Self {
        self.file(&format!("{directory}.wh.{name}"), b"")
    }

    /// Adds an opaque whiteout, which removes everything that the lower layers have in a directory.
    pub(crate) fn opaque(self, directory: &str) -> Self {
        self.file(&format!("{directory}.wh..wh..opq"), b"")
    }

    /// Adds any entry. A name over 100 bytes is written in the GNU form.
    pub(crate) fn entry(
        mut self,
        name: &[u8],
        mode: u32,
        owner: (u32, u32),
        kind: Kind<'_>,
    ) -> Self {
        if name.len() > 100 {
            self.header(b"././@LongLink", 0o644, (0, 0), b'L', name.len() + 1, b"", (0, 0));
            self.content(&[name, b"\0"].concat());
        }
        let (flag, link, content, device): (u8, &str, &[u8], _) = match kind {
            Kind::File(content) => (b'0', "", content, (0, 0)),
            Kind::HardLink(target) => (b'1', target, b"", (0, 0)),
            Kind::Symlink(target) => (b'2', target, b"", (0, 0)),
            Kind::Device(major, minor) => (b'3', "", b"", (major, minor)),
            Kind::Directory => (b'5', "", b"", (0, 0)),
            Kind::Fifo => (b'6', "", b"", (0, 0)),
        };
        self.header(name, mode, owner, flag, content.len(), link.as_bytes(), device);
        self.content(content);
        self
    }

    /// Adds a file whose name, times and extended attributes are PAX records.
    pub(crate) fn pax(mut self, records: &[(&str, &str)], name: &str, content: &[u8]) -> Self {
        let body: String = records.iter().map(|(key, value)| pax_record(key, value)).collect();
        self.header(b"PaxHeaders/0", 0o644, (0, 0), b'x', body.len(), b"", (0, 0));
        self.content(body.as_bytes());
        self.header(name.as_bytes(), 0o644, (0, 0), b'0', content.len(), b"", (0, 0));
        self.content(content);
        self
    }

    /// Adds a symbolic link whose path and target are PAX records.
    pub(crate) fn pax_symlink(mut self, records: &[(&str, &str)], name: &str) -> Self {
        let body: String = records.iter().map(|(key, value)| pax_record(key, value)).collect();
        self.header(b"PaxHeaders/0", 0o644, (0, 0), b'x', body.len(), b"", (0, 0));
        self.content(body.as_bytes());
        self.symlink(name, "t")
    }

    /// Adds the header of a file of this size, whose content the caller writes.
    pub(crate) fn sized(mut self, name: &str, size: usize) -> Self {
        self.header(name.as_bytes(), 0o644, (0, 0), b'0', size, b"", (0, 0));
        self
    }

    /// Returns the archive so far, without its end.
    pub(crate) fn open_ended(self) -> Vec<u8> {
        self.0
    }

    /// Returns the finished archive.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.0.extend([0; 2 * BLOCK]);
        self.0
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a tar header")]
    fn header(
        &mut self,
        name: &[u8],
        mode: u32,
        owner: (u32, u32),
        flag: u8,
        size: usize,
        link: &[u8],
        device: (u32, u32),
    ) {
        let mut block = [0_u8; BLOCK];
        put(&mut block, 0, name.get(..100).unwrap_or(name));
        put(&mut block, 100, format!("{mode:07o}").as_bytes());
        put(&mut block, 108, format!("{:07o}", owner.0).as_bytes());
        put(&mut block, 116, format!("{:07o}", owner.1).as_bytes());
        put(&mut block, 124, &size_field(size));
        put(&mut block, 136, format!("{MTIME:011o}").as_bytes());
        put(&mut block, 148, b"        ");
        put(&mut block, 156, &[flag]);
        put(&mut block, 157, link.get(..100).unwrap_or(link));
        put(&mut block, 257, b"ustar\x0000");
        put(&mut block, 265, if owner.0 == 0 { b"root" } else { b"app\0" });
        put(&mut block, 297, if owner.1 == 0 { b"root" } else { b"app\0" });
        put(&mut block, 329, format!("{:07o}", device.0).as_bytes());
        put(&mut block, 337, format!("{:07o}", device.1).as_bytes());
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        put(&mut block, 148, format!("{sum:06o}\0 ").as_bytes());
        self.0.extend(block);
    }

    fn content(&mut self, content: &[u8]) {
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(BLOCK), 0);
    }
}

/// Returns the field of a size: octal digits, or above 8 GiB a binary number as GNU tar writes it.
fn size_field(size: usize) -> Vec<u8> {
    let octal = format!("{size:011o}");
    match octal.len() {
        11 => octal.into_bytes(),
        _ => [&[0x80, 0, 0, 0][..], &(size as u64).to_be_bytes()].concat(),
    }
}

fn put(block: &mut [u8; BLOCK], at: usize, value: &[u8]) {
    if let Some(field) = block.get_mut(at..at + value.len()) {
        field.copy_from_slice(value);
    }
}

/// Returns a PAX record, `length key=value\n`. The length includes its own digits.
fn pax_record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let length =
        (1..).map(|digits| rest + digits).find(|total| total.to_string().len() + rest == *total);
    format!("{} {key}={value}\n", length.unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_records_count_themselves() {
        for length in [1, 90, 94, 95, 96, 97, 993] {
            let record = pax_record("path", &"x".repeat(length));
            let named = record.split(' ').next().and_then(|number| number.parse().ok());
            assert_eq!(named, Some(record.len()), "{length}");
        }
    }

    #[test]
    fn checksums_and_sizes_fit() {
        let bytes = Tar::default().file("a", "hello").directory("d/").finish();
        assert_eq!(bytes.len(), 5 * BLOCK);
        let header: Vec<u8> = bytes.iter().copied().take(BLOCK).collect();
        let sum: u32 = header
            .iter()
            .enumerate()
            .map(|(at, b)| if (148..156).contains(&at) { 32 } else { u32::from(*b) })
            .sum();
        assert_eq!(header.get(148..154), Some(format!("{sum:06o}").as_bytes()));
    }
}
