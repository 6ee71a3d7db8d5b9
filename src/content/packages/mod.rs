//! Packages that an image says it has: the databases of dpkg, apk and rpm, what Python and npm
//! write down beside each package, and `os-release`.
//!
//! While a layer is listed, [`wanted`] says which files to keep; [`read`] reads one of them. The result
//! is what the files claim: nothing here checks that the files of a package are there. Licences of
//! Debian packages (they stand in prose), Go and Rust programs, jars, and a write-ahead log beside an
//! rpm database are not read.

mod apk;
mod dpkg;
mod fault;
mod fields;
mod npm;
pub mod os_release;
mod python;
mod rpm;

use serde::{Deserialize, Serialize};

use crate::caps;
pub use fault::DatabaseFault;
pub use os_release::OsRelease;

/// The kind of a database of packages, or of a file about the operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatabaseKind {
    /// `os-release`, in any of its three places: `/etc/os-release` wins over `/usr/lib/os-release`,
    /// and that over `/etc/initrd-release`.
    OsRelease,
    /// dpkg's database of all packages.
    Dpkg,
    /// dpkg's record of one package, as in distroless images.
    DpkgPart,
    /// apk's database.
    Apk,
    /// rpm's database as SQLite keeps it.
    RpmSqlite,
    /// rpm's database in its own format, as SUSE has it.
    RpmNdb,
    /// rpm's database as Berkeley DB keeps it, up to RHEL 8.
    RpmBerkeley,
    /// The metadata that Python's installers write about one package.
    Python,
    /// `package.json` of one package in `node_modules`.
    Npm,
}

impl DatabaseKind {
    /// Returns the name of the program that writes the file, or of the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::OsRelease => "os-release",
            Self::Dpkg | Self::DpkgPart => "dpkg",
            Self::Apk => "apk",
            Self::RpmSqlite | Self::RpmNdb | Self::RpmBerkeley => "rpm",
            Self::Python => "Python",
            Self::Npm => "npm",
        }
    }

    /// Files of more bytes than this need not be kept: nothing real is that large.
    pub fn size_max(self) -> u64 {
        match self {
            Self::OsRelease => caps::RELEASE_BYTES,
            Self::DpkgPart | Self::Python | Self::Npm => caps::PACKAGE_BYTES,
            Self::Dpkg | Self::Apk => caps::DATABASE_TEXT_BYTES,
            Self::RpmSqlite | Self::RpmNdb | Self::RpmBerkeley => caps::DATABASE_BYTES,
        }
    }
}

/// One installed package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The name, as its database writes it.
    pub name: String,
    /// Its version as the package manager writes it: with epoch and release if there are any.
    pub version: String,
    /// The architecture it was built for; empty if the file does not say.
    pub arch: String,
    /// The source package that it was built from, as written; empty if it is the same or unknown.
    pub source: String,
    /// Its licence as written; empty if the file does not say.
    pub licence: String,
    /// Bytes that it takes when installed, as it says itself.
    pub size: Option<u64>,
}

/// The content of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The operating system, if the file is `os-release`.
    pub release: Option<OsRelease>,
    /// The packages in the order of the file.
    pub packages: Vec<Package>,
    /// The faults of the file.
    pub problems: Vec<DatabaseFault>,
}

impl Inventory {
    /// Adds a package; `false` once there are too many.
    fn push(&mut self, package: Package) -> bool {
        if self.packages.len() < caps::PACKAGES {
            self.packages.push(package);
            return true;
        }
        self.problem(DatabaseFault::TooManyPackages(caps::PACKAGES as u64));
        false
    }

    fn problem(&mut self, problem: DatabaseFault) {
        if self.problems.len() < caps::DATABASE_FAULTS {
            self.problems.push(problem);
        } else if self.problems.len() == caps::DATABASE_FAULTS {
            self.problems.push(DatabaseFault::MoreFaults);
        }
    }
}

/// The paths of files of which an image has one each.
pub const FIXED: [&[u8]; 15] = [
    b"etc/os-release",
    b"usr/lib/os-release",
    b"etc/initrd-release",
    b"var/lib/dpkg/status",
    b"lib/apk/db/installed",
    b"usr/lib/apk/db/installed",
    b"var/lib/rpm/rpmdb.sqlite",
    b"var/lib/rpm/Packages.db",
    b"var/lib/rpm/Packages",
    b"usr/lib/sysimage/rpm/rpmdb.sqlite",
    b"usr/lib/sysimage/rpm/Packages.db",
    b"usr/lib/sysimage/rpm/Packages",
    b"usr/share/rpm/rpmdb.sqlite",
    b"usr/share/rpm/Packages.db",
    b"usr/share/rpm/Packages",
];

/// The directory of dpkg's records of one package each, as in distroless images.
pub const DPKG_PARTS: &[u8] = b"var/lib/dpkg/status.d";

/// Returns how many directories below one of this name and place may stand between it and a file that is
/// [`wanted`], if it were a link to a directory elsewhere. `parent` is the name above it.
pub fn depth_below(parent: &[u8], name: &[u8]) -> Option<usize> {
    if name == b"node_modules" {
        return Some(2);
    }
    if name.ends_with(b".dist-info") || name.ends_with(b".egg-info") {
        return Some(0);
    }
    let is_scope = name.starts_with(b"@");
    let is_inside = parent == b"node_modules" || parent.starts_with(b"@");
    is_inside.then_some(usize::from(is_scope))
}

/// Returns the kind of database that content seems to be, by its first bytes: files in a store of objects,
/// to which links lead, have no names that tell. `package.json` looks like any other JSON.
pub fn sniff(start: &[u8]) -> Option<DatabaseKind> {
    let begins = |words: &[&[u8]]| words.iter().any(|word| start.starts_with(word));
    if begins(&[b"SQLite format 3\0"]) {
        return Some(DatabaseKind::RpmSqlite);
    }
    if begins(&[b"RpmP"]) {
        return Some(DatabaseKind::RpmNdb);
    }
    // The number of Berkeley DB's hash, in either order of bytes.
    if matches!(start.get(12..16), Some([0x61, 0x15, 6, 0] | [0, 6, 0x15, 0x61])) {
        return Some(DatabaseKind::RpmBerkeley);
    }
    if begins(&[b"Package: "]) {
        return Some(DatabaseKind::Dpkg);
    }
    if begins(&[b"C:Q", b"P:"]) {
        return Some(DatabaseKind::Apk);
    }
    if begins(&[b"Metadata-Version"]) {
        return Some(DatabaseKind::Python);
    }
    begins(&[b"NAME=", b"PRETTY_NAME=", b"ID=", b"VERSION="]).then_some(DatabaseKind::OsRelease)
}

/// Bytes that [`sniff`] looks at.
pub const SNIFFED: usize = 16;

/// Returns the kind of database that stands at a path, if any. The path may begin with `/` or `./`.
pub fn wanted(path: &[u8]) -> Option<DatabaseKind> {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.strip_prefix(b"/").unwrap_or(path);
    match path {
        b"etc/os-release" | b"usr/lib/os-release" | b"etc/initrd-release" => {
            Some(DatabaseKind::OsRelease)
        }
        b"var/lib/dpkg/status" => Some(DatabaseKind::Dpkg),
        b"lib/apk/db/installed" | b"usr/lib/apk/db/installed" => Some(DatabaseKind::Apk),
        _ => rpm::wanted(path)
            .or_else(|| dpkg::is_part(path).then_some(DatabaseKind::DpkgPart))
            .or_else(|| python::is_metadata(path).then_some(DatabaseKind::Python))
            .or_else(|| npm::is_package(path).then_some(DatabaseKind::Npm)),
    }
}

/// Reads a file that was [`wanted`]. Never fails: faults stand in `problems`.
pub fn read(kind: DatabaseKind, bytes: &[u8]) -> Inventory {
    let mut inventory = Inventory::default();
    if bytes.len() as u64 > kind.size_max() {
        inventory.problem(DatabaseFault::TooLarge(kind.size_max()));
        return inventory;
    }
    match kind {
        DatabaseKind::OsRelease => inventory.release = Some(os_release::read(bytes)),
        DatabaseKind::Dpkg | DatabaseKind::DpkgPart => dpkg::read(bytes, &mut inventory),
        DatabaseKind::Apk => apk::read(bytes, &mut inventory),
        DatabaseKind::RpmSqlite | DatabaseKind::RpmNdb | DatabaseKind::RpmBerkeley => {
            rpm::read(kind, bytes, &mut inventory);
        }
        DatabaseKind::Python => python::read(bytes, &mut inventory),
        DatabaseKind::Npm => npm::read(bytes, &mut inventory),
    }
    inventory
}

/// Bytes of a file as text that is not too long; what is no UTF-8 is replaced.
fn text(bytes: &[u8]) -> String {
    let mut text =
        String::from_utf8_lossy(bytes.get(..caps::PACKAGE_TEXT).unwrap_or(bytes)).into_owned();
    if bytes.len() > caps::PACKAGE_TEXT {
        text.push('…');
    }
    text
}

/// A whole number; `None` if there is none.
fn number(bytes: &[u8]) -> Option<u64> {
    super::tar::pax::decimal(bytes.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_tell_of_packages_are_known_by_their_path() {
        let check = |path: &str, expected| assert_eq!(wanted(path.as_bytes()), expected, "{path}");
        check("etc/os-release", Some(DatabaseKind::OsRelease));
        check("./usr/lib/os-release", Some(DatabaseKind::OsRelease));
        check("/etc/initrd-release", Some(DatabaseKind::OsRelease));
        check("home/etc/os-release", None);
        check("var/lib/dpkg/status", Some(DatabaseKind::Dpkg));
        check("var/lib/dpkg/status-old", None);
        check("var/lib/dpkg/status.d/base-files", Some(DatabaseKind::DpkgPart));
        check("var/lib/dpkg/status.d/base-files.md5sums", None);
        check("var/lib/dpkg/status.d/", None);
        check("lib/apk/db/installed", Some(DatabaseKind::Apk));
        check("usr/lib/apk/db/installed", Some(DatabaseKind::Apk));
        check("var/lib/rpm/rpmdb.sqlite", Some(DatabaseKind::RpmSqlite));
        check("usr/lib/sysimage/rpm/Packages.db", Some(DatabaseKind::RpmNdb));
        check("usr/share/rpm/Packages", Some(DatabaseKind::RpmBerkeley));
        check("var/lib/rpm/Name", None);
        check("usr/lib/python3/dist-packages/x-1.dist-info/METADATA", Some(DatabaseKind::Python));
        check("opt/v/lib/x.egg-info/PKG-INFO", Some(DatabaseKind::Python));
        check("usr/lib/python3/dist-packages/x-1.egg-info", Some(DatabaseKind::Python));
        check("x/METADATA", None);
        check("app/node_modules/left-pad/package.json", Some(DatabaseKind::Npm));
        check("app/node_modules/@types/node/package.json", Some(DatabaseKind::Npm));
        check("app/node_modules/a/node_modules/b/package.json", Some(DatabaseKind::Npm));
        check("app/node_modules/a/lib/package.json", None);
        check("app/package.json", None);
        check("node_modules/a/package.json", Some(DatabaseKind::Npm));
    }

    #[test]
    fn cap_release_bytes_cap_package_bytes_and_cap_database_text_bytes_leave_a_file_unread() {
        let check = |kind: DatabaseKind, text: &str, most: u64| {
            for (length, is_read) in [(most, true), (most + 1, false)] {
                let mut file = text.as_bytes().to_vec();
                file.resize(length as usize, b'\n');
                let found = read(kind, &file);
                let faults = Vec::from_iter((!is_read).then_some(DatabaseFault::TooLarge(most)));
                let count = found.packages.len() + found.release.map_or(0, |it| it.fields.len());
                assert_eq!((count, found.problems), (usize::from(is_read), faults), "{kind:?}");
            }
        };
        check(DatabaseKind::OsRelease, "ID=a", caps::RELEASE_BYTES);
        check(DatabaseKind::DpkgPart, "Package: a", caps::PACKAGE_BYTES);
        check(DatabaseKind::Python, "Name: a", caps::PACKAGE_BYTES);
        check(DatabaseKind::Npm, r#"{"name":"a"}"#, caps::PACKAGE_BYTES);
        check(DatabaseKind::Dpkg, "Package: a", caps::DATABASE_TEXT_BYTES);
        check(DatabaseKind::Apk, "P:a", caps::DATABASE_TEXT_BYTES);
    }

    #[test]
    fn cap_database_bytes_leaves_a_larger_file_unread() {
        let database = DatabaseKind::RpmNdb;
        assert_eq!(database.size_max(), caps::DATABASE_BYTES);
        let check = |length: u64, is_read: bool| {
            let found = read(database, &vec![0; length as usize]);
            let too_large = DatabaseFault::TooLarge(caps::DATABASE_BYTES);
            assert_eq!(found.problems.contains(&too_large), !is_read, "{length}");
            assert!(!found.problems.is_empty(), "zeros are no database");
        };
        check(caps::DATABASE_BYTES, true);
        check(caps::DATABASE_BYTES + 1, false);
    }

    #[test]
    fn cap_packages_ends_the_reading_and_says_so() {
        let check = |count: usize, problems: &[DatabaseFault]| {
            let many = "Package: a\nVersion: 1\n\n".repeat(count);
            let found = read(DatabaseKind::Dpkg, many.as_bytes());
            assert_eq!(
                (found.packages.len(), found.problems.as_slice()),
                (caps::PACKAGES, problems)
            );
        };
        check(caps::PACKAGES, &[]);
        check(caps::PACKAGES + 1, &[DatabaseFault::TooManyPackages(caps::PACKAGES as u64)]);
        check(caps::PACKAGES + 70_000, &[DatabaseFault::TooManyPackages(caps::PACKAGES as u64)]);
    }

    #[test]
    fn cap_database_faults_keeps_the_first_and_says_that_there_are_more() {
        let faults = |count: usize| {
            read(DatabaseKind::Dpkg, "Version: 1\n\n".repeat(count).as_bytes()).problems
        };
        let most = faults(caps::DATABASE_FAULTS);
        assert_eq!((most.len(), most.last() == Some(&DatabaseFault::MoreFaults)), (20, false));
        let above = faults(caps::DATABASE_FAULTS + 1);
        assert_eq!(above.last(), Some(&DatabaseFault::MoreFaults));
        assert_eq!(faults(1_000), above);
    }

    #[test]
    fn cap_package_text_cuts_each_field() {
        let check = |length: usize, end: &str| {
            let database = format!("Package: {}\nVersion: 1\n\n", "n".repeat(length));
            let found = read(DatabaseKind::Dpkg, database.as_bytes());
            let expected = "n".repeat(caps::PACKAGE_TEXT) + end;
            assert_eq!(found.packages.first().map(|package| &package.name), Some(&expected));
        };
        check(caps::PACKAGE_TEXT, "");
        check(caps::PACKAGE_TEXT + 1, "…");
    }
}
