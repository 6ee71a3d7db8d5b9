//! The operating system and the packages that an image says it has, from the files that were kept with
//! the listings.

use std::collections::BTreeSet;

use super::{DatabaseProblem, LayerIndex, Packages, RowRange, Scope, slice};
use crate::{
    caps,
    content::{
        glob::lower,
        packages::{self, DatabaseFault, DatabaseKind, Inventory, Package},
        tar::EntryKind,
    },
    layers::tree::{FileKey, FileNode, FileTree, NodeId},
};

/// One package: the word of its kind, the path of its database, and itself.
type PackageRow = (String, Vec<u8>, Package);

impl LayerIndex {
    pub(super) fn packages(&mut self, scope: &Scope, filter: &str, part: RowRange) -> Packages {
        let mut all = Packages::default();
        let mut found: Vec<PackageRow> = Vec::new();
        let mut release = None;
        for (kind, path, id) in self.databases(scope) {
            let Some(bytes) = self.content_of(scope, id) else {
                let problem = match self.is_unread(scope, id) {
                    true => DatabaseProblem::OnlyListed,
                    false => DatabaseProblem::NotKept,
                };
                all.problems.push((path, problem));
                continue;
            };
            let Inventory { release: system, packages, problems } = packages::read(kind, &bytes);
            if let Some(system) =
                system.filter(|_| rank(&path) > release.as_ref().map_or(0, |(rank, _)| *rank))
            {
                release = Some((rank(&path), system));
            }
            all.found |= kind != DatabaseKind::OsRelease;
            let named = |package| (kind.word().to_owned(), path.clone(), package);
            let room = caps::PACKAGES.saturating_sub(found.len());
            let too_many = DatabaseFault::TooManyPackages(caps::PACKAGES as u64);
            let is_full = packages.len() > room;
            found.extend(packages.into_iter().take(room).map(named));
            let problems = problems.into_iter().chain(is_full.then_some(too_many));
            let with_path = |fault| (path.clone(), DatabaseProblem::Fault(fault));
            all.problems.extend(problems.map(with_path));
            if is_full {
                break;
            }
        }
        shorten(&mut all.problems);
        if let Some((_, release)) = release {
            all.system = release.title();
            all.facts = release.fields;
        }
        found.sort_by(|a, b| (&a.2.name, &a.0, &a.2.version).cmp(&(&b.2.name, &b.0, &b.2.version)));
        all.known = found.len() as u64;
        let filter = lower(filter.trim());
        found.retain(|(_, _, package)| lower(&package.name).contains(&filter));
        all.total = found.len() as u64;
        all.packages = slice(&found, part).to_vec();
        all
    }

    /// Returns the databases of packages that a container sees: it follows links, so they are followed
    /// here.
    fn databases(&mut self, scope: &Scope) -> Vec<DatabaseFile> {
        let tree = self.tree(scope);
        tree.visit(tree.tree.len());
        let mut search = DatabaseSearch::new(&tree.tree);
        search.files();
        search.known_places();
        search.links();
        search.found
    }

    /// Returns `true` if the file's layer was only listed from its table of contents.
    fn is_unread(&mut self, scope: &Scope, id: NodeId) -> bool {
        let layer = self.tree(scope).tree.node(id).map(|n| usize::from(n.content_layer()));
        let digest = layer.and_then(|layer| scope.layers.get(layer));
        digest.is_some_and(|digest| self.is_listed_from_toc(digest))
    }

    fn content_of(&mut self, scope: &Scope, id: NodeId) -> Option<Vec<u8>> {
        let node = self.tree(scope).tree.node(id)?;
        let (layer, offset, size) = (node.content_layer(), node.offset, node.stored);
        if size == 0 {
            return Some(Vec::new());
        }
        self.listing(scope, layer)?.kept(offset).map(<[u8]>::to_vec)
    }
}

/// A database, the path by which a container finds it, and the file.
type DatabaseFile = (DatabaseKind, Vec<u8>, NodeId);

/// Looks for the databases in a tree.
struct DatabaseSearch<'a> {
    tree: &'a FileTree,
    found: Vec<DatabaseFile>,
    /// A database with two names counts once.
    seen: BTreeSet<(DatabaseKind, FileKey)>,
    /// Paths that may still be looked at behind links to directories: any number of links can lead to one.
    room: usize,
}

impl<'a> DatabaseSearch<'a> {
    fn new(tree: &'a FileTree) -> Self {
        let room = tree.len().saturating_mul(4).saturating_add(1_000);
        Self { tree, found: Vec::new(), seen: BTreeSet::new(), room }
    }

    /// Takes a path if it is that of a database and leads to a file.
    fn take(&mut self, path: Vec<u8>, id: NodeId) {
        let Some(kind) = packages::wanted(&path) else { return };
        let Some(end) = self.tree.follow(id) else { return };
        let Some(node) = self.tree.node(end) else { return };
        if !node.visible || node.file_kind() != EntryKind::File {
            return;
        }
        let is_new = match kind {
            // Of several files about the system the path decides, so all are taken.
            DatabaseKind::OsRelease => self.found.iter().all(|(_, known, _)| *known != path),
            _ => self.seen.insert((kind, node.key(end))),
        };
        if is_new {
            self.found.push((kind, path, end));
        }
    }

    fn visible(&self, kind: impl Fn(EntryKind) -> bool) -> Vec<NodeId> {
        let fits = |id: &NodeId| {
            self.tree.node(*id).is_some_and(|node| node.visible && kind(node.file_kind()))
        };
        self.tree.ids().filter(fits).collect()
    }

    /// Takes what stands at a path itself: files and hard links.
    fn files(&mut self) {
        for id in self.visible(|kind| kind == EntryKind::File) {
            self.take(self.tree.path(id), id);
        }
    }

    /// Takes what a container finds at the paths that it knows.
    fn known_places(&mut self) {
        for path in packages::FIXED {
            if let Some(id) = self.tree.find(path) {
                self.take(path.to_vec(), id);
            }
        }
        if let Some(parts) = self.tree.find(packages::DPKG_PARTS) {
            self.below(packages::DPKG_PARTS.to_vec(), parts, 0);
        }
    }

    /// Takes what symbolic links lead to, to files and to directories with files in them.
    fn links(&mut self) {
        for id in self.visible(|kind| kind == EntryKind::Symlink) {
            let path = self.tree.path(id);
            let name = |id| self.tree.node(id).map(FileNode::name).unwrap_or_default();
            match packages::depth_below(name(self.tree.parent(id)), name(id)) {
                Some(depth) => self.below(path, id, depth),
                None => self.take(path, id),
            }
        }
    }

    /// Takes the databases in a directory and in so many levels of directories below it.
    fn below(&mut self, path: Vec<u8>, id: NodeId, depth: usize) {
        let mut open = vec![(path, id, depth)];
        while let Some((path, id, depth)) = open.pop() {
            let Some(directory) = self.tree.follow(id) else { continue };
            for child in self.tree.children(directory) {
                let Some(room) = self.room.checked_sub(1) else { return };
                self.room = room;
                let Some(node) = self.tree.node(child).filter(|node| node.visible) else {
                    continue;
                };
                let path = [path.as_slice(), node.name()].join(&b'/');
                if depth > 0 && node.file_kind() != EntryKind::File {
                    open.push((path, child, depth - 1));
                } else {
                    self.take(path, child);
                }
            }
        }
    }
}

/// Keeps the first problems, and counts the others at the place of the next.
fn shorten(problems: &mut Vec<(Vec<u8>, DatabaseProblem)>) {
    let more = problems.len().saturating_sub(caps::FAULTS_SHOWN);
    problems.truncate(caps::FAULTS_SHOWN + 1);
    if let Some((_, problem)) = problems.get_mut(caps::FAULTS_SHOWN) {
        *problem = DatabaseProblem::More(more as u64);
    }
}

/// The rank of an `os-release` file: of several, the highest counts.
fn rank(path: &[u8]) -> u8 {
    match path {
        b"etc/os-release" => 3,
        b"usr/lib/os-release" => 2,
        _ => 1,
    }
}
