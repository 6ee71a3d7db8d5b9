//! The operating system and the packages that an image says it has, from the files that were kept with
//! the listings.

use super::{DatabaseProblem, LayerIndex, Packages, RowRange, Scope, slice};
use crate::{
    content::{
        glob::lower,
        packages::{self, DatabaseKind, Inventory, Package},
        tar::EntryKind,
    },
    layers::tree::NodeId,
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
            found.extend(packages.into_iter().map(named));
            let with_path = |fault| (path.clone(), DatabaseProblem::Fault(fault));
            all.problems.extend(problems.into_iter().map(with_path));
        }
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

    /// Returns the databases of packages that a container sees.
    fn databases(&mut self, scope: &Scope) -> Vec<(DatabaseKind, Vec<u8>, NodeId)> {
        let tree = self.tree(scope);
        tree.visit(tree.tree.len());
        let database = |id: NodeId| {
            let node = tree.tree.node(id)?;
            let is_file = node.visible && node.kind == EntryKind::File;
            // Paths are made only for what may be one.
            let path = is_file.then(|| tree.tree.path(id))?;
            Some((packages::wanted(&path)?, path, id))
        };
        tree.tree.ids().filter_map(database).collect()
    }

    /// Returns `true` if the file's layer was only listed from its table of contents.
    fn is_unread(&mut self, scope: &Scope, id: NodeId) -> bool {
        let layer = self.tree(scope).tree.node(id).map(|node| usize::from(node.layer));
        let digest = layer.and_then(|layer| scope.layers.get(layer));
        digest.is_some_and(|digest| self.is_listed_from_toc(digest))
    }

    fn content_of(&mut self, scope: &Scope, id: NodeId) -> Option<Vec<u8>> {
        let node = self.tree(scope).tree.node(id)?;
        let (layer, offset, size) = (node.layer, node.offset, node.stored);
        if size == 0 {
            return Some(Vec::new());
        }
        self.listing(scope, layer)?.kept(offset).map(<[u8]>::to_vec)
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
