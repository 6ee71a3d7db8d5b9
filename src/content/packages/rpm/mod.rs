//! rpm's database: a header for each package, kept in one of three ways.

mod berkeley;
mod header;
mod ndb;
mod sqlite;

use super::{DatabaseFault, DatabaseKind, Inventory, Package};

/// Bytes of one header; glibc's with all translations has about 1 MiB.
const HEADER_MAX: usize = 32 << 20;

/// Receives the headers of a database one by one; `false` ends reading.
type Receive<'a> = &'a mut dyn FnMut(&[u8]) -> bool;

/// Returns the kind of database at a path. Since Fedora 36 and in SUSE, rpm keeps its database
/// under `usr/lib/sysimage`; images of ostree keep it under `usr/share`.
pub(super) fn wanted(path: &[u8]) -> Option<DatabaseKind> {
    let places: [&[u8]; 3] = [b"var/lib/rpm/", b"usr/lib/sysimage/rpm/", b"usr/share/rpm/"];
    match places.into_iter().find_map(|place| path.strip_prefix(place))? {
        b"rpmdb.sqlite" => Some(DatabaseKind::RpmSqlite),
        b"Packages.db" => Some(DatabaseKind::RpmNdb),
        b"Packages" => Some(DatabaseKind::RpmBerkeley),
        _ => None,
    }
}

/// Reads all headers of a database.
pub(super) fn read(kind: DatabaseKind, bytes: &[u8], inventory: &mut Inventory) {
    let mut left = bytes.len();
    let mut receive = |blob: &[u8]| {
        // Headers that share their bytes would make more of the file than it holds.
        let fits = left.checked_sub(blob.len());
        left = fits.unwrap_or(0);
        match header::read(blob) {
            _ if fits.is_none() => inventory.problem(DatabaseFault::Overlap),
            Some(package) => return inventory.push(package),
            None => inventory.problem(DatabaseFault::BadRecord),
        }
        fits.is_some()
    };
    let outcome = match kind {
        DatabaseKind::RpmSqlite => sqlite::blobs(bytes, "Packages", 1, &mut receive),
        DatabaseKind::RpmNdb => ndb::blobs(bytes, &mut receive),
        _ => berkeley::blobs(bytes, &mut receive),
    };
    if let Err(fault) = outcome {
        inventory.problem(fault);
    }
}

/// Numbers as they stand in files; `None` behind the end.
fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(usize::from(u16::from_be_bytes(field)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
