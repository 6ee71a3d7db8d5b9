//! `package.json` of what npm and its like installed.

use bytes::Bytes;

use super::{DatabaseFault, Inventory, Package, text};
use crate::oci::json::{self, Node};

/// Returns `true` if a path is `node_modules/NAME/package.json`, with or without a scope before the
/// name.
pub(super) fn is_package(path: &[u8]) -> bool {
    let Some(folder) = path.strip_suffix(b"/package.json") else { return false };
    let mut parts = folder.rsplit(|&byte| byte == b'/');
    let _name = parts.next();
    match parts.next() {
        Some(b"node_modules") => true,
        Some(scope) => scope.starts_with(b"@") && parts.next() == Some(b"node_modules"),
        None => false,
    }
}

/// Reads name, version and licence.
pub(super) fn read(bytes: &[u8], inventory: &mut Inventory) {
    let read = json::parse(Bytes::copy_from_slice(bytes)).value;
    let member = |name| read.get(name).and_then(Node::as_str).map(|value| text(value.as_bytes()));
    let Some(name) = member("name") else {
        return inventory.problem(DatabaseFault::Unnamed);
    };
    let version = member("version").unwrap_or_default();
    inventory.push(Package { name, version, licence: licence(&read), ..Package::default() });
}

/// Returns the licence. Today it is a text; in old packages it is an object with a type, or a list of
/// such objects.
fn licence(package: &Node) -> String {
    let one = |node: &Node| {
        let written = node.as_str().or_else(|| node.get("type")?.as_str());
        written.map(|value| text(value.as_bytes()))
    };
    let many = package.get("licenses").map_or(&[][..], Node::items);
    match package.get("license").and_then(one) {
        Some(licence) => licence,
        None => text(many.iter().filter_map(one).collect::<Vec<_>>().join(" or ").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_licences_of_all_times() {
        let check = |document: &str, expected: Option<(&str, &str, &str)>| {
            let mut found = Inventory::default();
            read(document.as_bytes(), &mut found);
            let read = found.packages.first();
            let read = read.map(|p| (p.name.as_str(), p.version.as_str(), p.licence.as_str()));
            assert_eq!(read, expected, "{document}");
        };
        let old = r#"{"name":"a","licenses":[{"type":"MIT"},{"type":"BSD"}]}"#;
        check(
            r#"{"name":"@x/a","version":"1.0.0","license":"ISC"}"#,
            Some(("@x/a", "1.0.0", "ISC")),
        );
        check(r#"{"name":"a","version":"1","license":{"type":"MIT"}}"#, Some(("a", "1", "MIT")));
        check(old, Some(("a", "", "MIT or BSD")));
        check(r#"{"name":"a","version":2"#, Some(("a", "", "")));
        check(r#"{"type":"module"}"#, None);
        check("", None);
    }
}
