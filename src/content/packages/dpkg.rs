//! dpkg's `status`, and the parts that distroless images have in `status.d`.

use super::{DatabaseFault, Inventory, Package, fields, number};

/// Returns `true` if a path is that of a part. Checksums stand beside the parts.
pub(super) fn is_part(path: &[u8]) -> bool {
    path.strip_prefix(b"var/lib/dpkg/status.d/").is_some_and(|name| {
        !name.is_empty() && !name.contains(&b'/') && !name.ends_with(b".md5sums")
    })
}

/// Reads all paragraphs.
pub(super) fn read(bytes: &[u8], inventory: &mut Inventory) {
    for paragraph in fields::paragraphs(bytes) {
        if !paragraph.get("Status").is_none_or(is_installed) {
            continue;
        }
        let name = paragraph.text("Package");
        if name.is_empty() {
            inventory.problem(DatabaseFault::UnnamedParagraph(paragraph.line as u64));
            continue;
        }
        let package = Package {
            name,
            version: paragraph.text("Version"),
            arch: paragraph.text("Architecture"),
            source: paragraph.text("Source"),
            licence: String::new(),
            // dpkg counts in KiB (deb-substvars(5)).
            size: paragraph
                .get("Installed-Size")
                .and_then(number)
                .map(|kib| kib.saturating_mul(1_024)),
        };
        if !inventory.push(package) {
            return;
        }
    }
}

/// Returns `true` if the third word says so. A removed package may leave its configuration behind.
fn is_installed(status: &[u8]) -> bool {
    let third = status.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(2);
    !matches!(third, Some(b"not-installed" | b"config-files"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_installed() {
        let status = b"Package: libc6\nStatus: install ok installed\nInstalled-Size: 12986\n\
            Architecture: amd64\nMulti-Arch: same\nSource: glibc\nVersion: 2.36-9+deb12u9\n\
            Description: GNU C Library\n Package: not-this\n .\n more\n\n\n\
            Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n\
            Version: 3\n\npackage: base-files\nVersion: 12.4\n";
        let mut found = Inventory::default();
        read(status, &mut found);
        let libc = Package {
            name: "libc6".into(),
            version: "2.36-9+deb12u9".into(),
            arch: "amd64".into(),
            source: "glibc".into(),
            size: Some(12_986 << 10),
            ..Package::default()
        };
        let base =
            Package { name: "base-files".into(), version: "12.4".into(), ..Package::default() };
        assert_eq!(found.packages, [libc, base]);
        assert_eq!(found.problems, [DatabaseFault::UnnamedParagraph(18)]);
    }
}
