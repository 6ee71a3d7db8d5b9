//! Puts a header and the extensions before it together into one entry.

use super::{
    entry::{Entry, EntryKind, Warning},
    header::Header,
    pax::Extensions,
};
use crate::caps;

/// Puts header and extensions together, and says how many bytes of content follow.
pub(super) fn compose(
    header: &Header,
    local: Extensions,
    global: &Extensions,
    size: u64,
    end: u64,
) -> (Entry, u64) {
    let stored = local.size.or(global.size).unwrap_or(size);
    let mut warnings = local.warnings;
    if stored != size && size != 0 {
        warnings.push(Warning::SizeOverridden { header: size, pax: stored });
    }
    let sparse_name = local.sparse.name;
    let path =
        sparse_name.or(local.path).or_else(|| global.path.clone()).unwrap_or_else(|| header.path());
    let kind = kind_of(header, &path);
    let left = content_behind(kind, stored, &mut warnings);
    check_path(&path, kind, &mut warnings);
    let xattrs = few_xattrs(local.xattrs.into_iter(), &mut warnings);
    let sparse = sparse_map_of(&local.sparse.numbers, local.sparse.major, kind);
    let real = local.sparse.real_size.filter(|_| sparse.is_some());
    let entry = Entry {
        path,
        kind,
        link: local.link.or_else(|| global.link.clone()).unwrap_or_else(|| header.link()),
        mode: header.mode(),
        uid: local.uid.or(global.uid).unwrap_or_else(|| header.uid()),
        gid: local.gid.or(global.gid).unwrap_or_else(|| header.gid()),
        user: short_owner(
            local.user.or_else(|| global.user.clone()).unwrap_or_else(|| header.user()),
        ),
        group: short_owner(
            local.group.or_else(|| global.group.clone()).unwrap_or_else(|| header.group()),
        ),
        mtime: local.mtime.or(global.mtime).unwrap_or_else(|| header.mtime()),
        size: real.unwrap_or(left),
        stored: left,
        offset: end,
        device: header.device(),
        sparse,
        xattrs,
        warnings,
    };
    (entry, left)
}

/// Before POSIX a directory was a file whose name ends in a slash. Like Go's reader, only the flag of
/// that time counts, and the name with its extensions.
fn kind_of(header: &Header, path: &[u8]) -> EntryKind {
    match header.kind() {
        EntryKind::File if header.flag() == 0 && path.ends_with(b"/") => EntryKind::Directory,
        kind => kind,
    }
}

/// Returns the bytes of content. Directories, links and devices have none, whatever their size
/// says. Hard links of PAX may carry some: as in Go's reader, their size counts only if content is
/// stored.
fn content_behind(kind: EntryKind, stored: u64, warnings: &mut Vec<Warning>) -> u64 {
    match kind {
        EntryKind::File | EntryKind::Other(_) => stored,
        _ if stored == 0 => 0,
        // Go's archive/tar reads no content behind these (isHeaderOnlyType).
        _ => {
            warnings.push(Warning::ContentBehindLink);
            0
        }
    }
}

/// Adds a warning for each fault of a path.
pub(crate) fn check_path(path: &[u8], kind: EntryKind, warnings: &mut Vec<Warning>) {
    if path.is_empty() {
        warnings.push(Warning::EmptyPath);
    }
    if path.contains(&0) {
        warnings.push(Warning::NulInPath);
    }
    if leads_out(path) {
        warnings.push(Warning::EscapingPath);
    }
    if let EntryKind::Other(flag) = kind {
        warnings.push(Warning::UnknownKind(flag));
    }
}

/// Returns the reason why an entry is left out: no Linux makes such a path or link, and a shorter one
/// would be another.
pub(crate) fn too_long(entry: &Entry) -> Option<Warning> {
    match (entry.path.len(), entry.link.len()) {
        (path, _) if path > caps::PATH_BYTES => Some(Warning::PathTooLong(path as u64)),
        (_, link) if link > caps::LINK_BYTES => Some(Warning::LinkTooLong(link as u64)),
        _ => None,
    }
}

/// Cuts the name of an owner or group, which is only shown.
pub(crate) fn short_owner(mut name: Vec<u8>) -> Vec<u8> {
    name.truncate(caps::OWNER_BYTES);
    name
}

/// Keeps the first extended attributes, as many as fit, and warns of others.
pub(crate) fn few_xattrs(
    xattrs: impl Iterator<Item = (String, Vec<u8>)>,
    warnings: &mut Vec<Warning>,
) -> Vec<(String, Vec<u8>)> {
    let (mut kept, mut left) = (Vec::new(), caps::XATTR_BYTES);
    for (name, value) in xattrs {
        let Some(rest) = left.checked_sub(name.len() + value.len()) else {
            warnings.push(Warning::XattrsTooLong);
            break;
        };
        left = rest;
        kept.push((name, value));
    }
    kept
}

/// Returns `true` if `..` leads out of the archive somewhere. A name that begins with a slash is rooted in
/// the archive: distroless images are full of them.
fn leads_out(path: &[u8]) -> bool {
    let mut depth = 0_u32;
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return true,
            },
            _ => depth += 1,
        }
    }
    false
}

/// The map of PAX versions 0.0 and 0.1; an empty one if version 1.0 keeps it in the content.
pub(super) fn sparse_map_of(
    numbers: &[u64],
    major: Option<u64>,
    kind: EntryKind,
) -> Option<Vec<(u64, u64)>> {
    let is_sparse = kind == EntryKind::File && (major == Some(1) || !numbers.is_empty());
    is_sparse.then(|| {
        numbers
            .chunks_exact(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
            .take(caps::SPARSE_PIECES)
            .collect()
    })
}
