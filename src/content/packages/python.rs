//! Reads the metadata that installers of Python packages write: `METADATA` (PEP 566, wheels) or
//! `PKG-INFO` (eggs).

use super::{DatabaseFault, Inventory, Package, fields};

/// Returns `true` if a path is that of metadata. An egg may be one file.
pub(super) fn is_metadata(path: &[u8]) -> bool {
    path.ends_with(b".dist-info/METADATA")
        || path.ends_with(b".egg-info/PKG-INFO")
        || path.ends_with(b".egg-info")
}

/// Reads the first paragraph; the description follows it.
pub(super) fn read(bytes: &[u8], inventory: &mut Inventory) {
    let head = fields::paragraphs(bytes).next();
    let Some(head) = head.filter(|head| head.get("Name").is_some()) else {
        return inventory.problem(DatabaseFault::Unnamed);
    };
    let licence = head.get("License-Expression").or_else(|| head.get("License"));
    inventory.push(Package {
        name: head.text("Name"),
        version: head.text("Version"),
        // setuptools writes UNKNOWN for a field that has no value.
        licence: licence.filter(|text| *text != b"UNKNOWN").map(super::text).unwrap_or_default(),
        ..Package::default()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_head() {
        let check = |text: &str, expected: Option<(&str, &str, &str)>| {
            let mut found = Inventory::default();
            read(text.as_bytes(), &mut found);
            let read = found.packages.first();
            let read = read.map(|p| (p.name.as_str(), p.version.as_str(), p.licence.as_str()));
            assert_eq!(read, expected, "{text}");
            assert_eq!(found.problems.is_empty(), expected.is_some());
        };
        check(
            "Metadata-Version: 2.4\nName: requests\nVersion: 2.32.3\nLicense-Expression: Apache-2.0\n\
             License: long\n more\n\nName: not this\n",
            Some(("requests", "2.32.3", "Apache-2.0")),
        );
        check("Name: six\r\nVersion: 1\r\nLicense: UNKNOWN\r\n\r\nx", Some(("six", "1", "")));
        check("", None);
        check("Version: 1\n", None);
    }
}
