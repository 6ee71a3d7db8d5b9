//! How an answer passes between threads.

use super::answer::{
    Answer, Details, LayerSummary, OnShelf, Packages, Row, Rows, Stored, Summary, Wasted,
    WastedPath,
};
use super::{
    by_table::Table,
    inside::{Inside, Member},
};
use crate::{
    content::{
        pack::{Packer, Unpacker},
        packages::Package,
    },
    layers::{
        listing::{flag_of, kind_of},
        ranges::Basis,
        tree::{ChangeKind, Usage},
    },
};

impl Answer {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Packer::new();
        match self {
            Self::Unknown => out.number(0),
            Self::Nothing => out.number(1),
            Self::Rows(Rows { total, rows }) => out.number(2).number(*total).list(rows, write_row),
            Self::Wasted(Wasted { usage, total, paths }) => {
                let out = write_usage(out.number(3), *usage).number(*total);
                out.list(paths, |out, path| {
                    write_changes(out.bytes(&path.path).number(path.bytes), &path.changes)
                })
            }
            Self::Summary(summary) => {
                let out = out.number(4).list(&summary.layers, write_layer);
                write_usage(out, summary.usage).number(summary.visible).number(summary.left_out)
            }
            Self::Details(details) => write_details(out.number(5), details),
            Self::Packages(packages) => write_packages(out.number(6), packages),
            Self::Content(bytes, basis) => out.number(7).bytes(bytes).number(*basis as u64),
            Self::Failed(reason) => out.number(8).text(reason),
            Self::Inside(inside) => {
                out.number(9).number(inside.total).list(&inside.members, |out, member| {
                    let out = out.bytes(&member.name).number(member.size);
                    out.number(flag_of(member.kind).into())
                });
                out.list(&inside.problems, |out, text| out.text(text)).bytes(&inside.unpacked)
            }
        };
        out.finish()
    }

    /// Reads what [`Answer::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let from = &mut Unpacker::new(bytes);
        Some(match from.number()? {
            0 => Self::Unknown,
            1 => Self::Nothing,
            2 => Self::Rows(Rows { total: from.number()?, rows: from.list(read_row)? }),
            3 => Self::Wasted(Wasted {
                usage: read_usage(from)?,
                total: from.number()?,
                paths: from.list(read_wasted)?,
            }),
            4 => Self::Summary(Summary {
                layers: from.list(read_layer)?,
                usage: read_usage(from)?,
                visible: from.number()?,
                left_out: from.number()?,
            }),
            5 => Self::Details(Box::new(read_details(from)?)),
            6 => Self::Packages(read_packages(from)?),
            7 => Self::Content(from.owned()?, read_basis(from)?),
            8 => Self::Failed(from.string()?),
            9 => Self::Inside(Inside {
                total: from.number()?,
                members: from.list(|from| {
                    let (name, size) = (from.owned()?, from.number()?);
                    Some(Member { name, size, kind: kind_of(from.small()?) })
                })?,
                problems: from.list(Unpacker::string)?,
                unpacked: from.owned()?,
            }),
            _ => return None,
        })
    }
}

fn read_basis(from: &mut Unpacker<'_>) -> Option<Basis> {
    use Basis::{FirstPass, LooseToc, NoDigest, Toc, Unhashed};
    let number = from.number()?;
    [FirstPass, Toc, NoDigest, LooseToc, Unhashed].into_iter().find(|b| *b as u64 == number)
}

fn write_usage(out: &mut Packer, usage: Usage) -> &mut Packer {
    out.number(usage.total).number(usage.visible)
}

fn read_usage(from: &mut Unpacker<'_>) -> Option<Usage> {
    Some(Usage { total: from.number()?, visible: from.number()? })
}

/// 0 for nothing, else the kind.
fn write_change(out: &mut Packer, change: Option<ChangeKind>) -> &mut Packer {
    out.number(match change {
        None => 0,
        Some(ChangeKind::Added) => 1,
        Some(ChangeKind::Changed) => 2,
        Some(ChangeKind::Removed) => 3,
    })
}

fn read_change(from: &mut Unpacker<'_>) -> Option<Option<ChangeKind>> {
    Some(match from.number()? {
        0 => None,
        1 => Some(ChangeKind::Added),
        2 => Some(ChangeKind::Changed),
        3 => Some(ChangeKind::Removed),
        _ => return None,
    })
}

type Changes = [(u16, ChangeKind, u64)];

fn write_changes<'p>(out: &'p mut Packer, changes: &Changes) -> &'p mut Packer {
    out.list(changes, |out, &(layer, kind, size)| {
        write_change(out.number(layer.into()), Some(kind));
        out.number(size)
    })
}

fn read_changes(from: &mut Unpacker<'_>) -> Option<Vec<(u16, ChangeKind, u64)>> {
    from.list(|from| Some((from.small()?, read_change(from)??, from.number()?)))
}

fn write_row<'p>(out: &'p mut Packer, row: &Row) -> &'p mut Packer {
    out.bytes(&row.path).number(row.depth.into()).number(flag_of(row.kind).into());
    out.number(row.mode.into()).number(row.uid).number(row.gid).signed(row.mtime);
    out.number(row.size).number(row.layer.into());
    write_change(out, row.change);
    out.flag(row.removed).number(row.children).flag(row.open).bytes(&row.link).flag(row.odd)
}

fn read_row(from: &mut Unpacker<'_>) -> Option<Row> {
    Some(Row {
        path: from.owned()?,
        depth: from.small()?,
        kind: kind_of(from.small()?),
        mode: from.small()?,
        uid: from.number()?,
        gid: from.number()?,
        mtime: from.signed()?,
        size: from.number()?,
        layer: from.small()?,
        change: read_change(from)?,
        removed: from.flag()?,
        children: from.number()?,
        open: from.flag()?,
        link: from.owned()?,
        odd: from.flag()?,
    })
}

fn read_wasted(from: &mut Unpacker<'_>) -> Option<WastedPath> {
    let (path, bytes) = (from.owned()?, from.number()?);
    Some(WastedPath { path, bytes, changes: read_changes(from)? })
}

fn write_layer<'p>(out: &'p mut Packer, layer: &LayerSummary) -> &'p mut Packer {
    match &layer.on_shelf {
        OnShelf::No => out.number(0),
        OnShelf::Whole => out.number(1),
        OnShelf::Part(reason) => out.number(2).text(reason),
    };
    write_table(out, &layer.table);
    out.text(&layer.compression).number(layer.plain_size).number(layer.entries);
    out.list(layer.changes.as_slice(), |out, [added, changed, removed]| {
        out.number(*added).number(*changed).number(*removed)
    });
    out.list(&layer.odd, |out, text| out.text(text))
}

fn write_table<'p>(out: &'p mut Packer, table: &Table) -> &'p mut Packer {
    match table {
        Table::None => out.number(0),
        Table::Told { format, problems } => {
            out.number(1).text(format).list(problems, |out, text| out.text(text))
        }
        Table::Refused { reason, is_wrong } => out.number(2).text(reason).flag(*is_wrong),
        Table::Compared(differences) => out.number(3).list(differences, |out, text| out.text(text)),
    }
}

fn read_table(from: &mut Unpacker<'_>) -> Option<Table> {
    Some(match from.number()? {
        0 => Table::None,
        1 => Table::Told { format: from.string()?, problems: from.list(Unpacker::string)? },
        2 => Table::Refused { reason: from.string()?, is_wrong: from.flag()? },
        3 => Table::Compared(from.list(Unpacker::string)?),
        _ => return None,
    })
}

fn read_layer(from: &mut Unpacker<'_>) -> Option<LayerSummary> {
    let on_shelf = match from.number()? {
        0 => OnShelf::No,
        1 => OnShelf::Whole,
        2 => OnShelf::Part(from.string()?),
        _ => return None,
    };
    let table = read_table(from)?;
    let changes = |from: &mut Unpacker<'_>| Some([from.number()?, from.number()?, from.number()?]);
    Some(LayerSummary {
        on_shelf,
        table,
        compression: from.string()?,
        plain_size: from.number()?,
        entries: from.number()?,
        changes: from.list(changes)?.pop(),
        odd: from.list(Unpacker::string)?,
    })
}

fn write_details<'p>(out: &'p mut Packer, details: &Details) -> &'p mut Packer {
    write_row(out, &details.row);
    out.bytes(&details.user).bytes(&details.group);
    out.number(details.device.0.into()).number(details.device.1.into());
    out.flag(details.sparse).flag(details.opaque);
    out.list(&details.xattrs, |out, (name, value)| out.text(name).bytes(value));
    out.list(&details.odd, |out, text| out.text(text));
    write_changes(out, &details.changes);
    out.list(details.target.as_slice(), |out, path| out.bytes(path));
    out.list(details.stored.as_slice(), |out, stored| {
        out.number(stored.layer.into()).number(stored.offset);
        let out = out.number(stored.stored).number(stored.size);
        out.list(stored.part.as_slice(), |out, part| out.number(*part))
    })
}

fn read_details(from: &mut Unpacker<'_>) -> Option<Details> {
    let stored = |from: &mut Unpacker<'_>| {
        let (layer, offset) = (from.small()?, from.number()?);
        let (stored, size) = (from.number()?, from.number()?);
        Some(Stored { layer, offset, stored, size, part: from.list(Unpacker::number)?.pop() })
    };
    Some(Details {
        row: read_row(from)?,
        user: from.owned()?,
        group: from.owned()?,
        device: (from.small()?, from.small()?),
        sparse: from.flag()?,
        opaque: from.flag()?,
        xattrs: from.list(|from| Some((from.string()?, from.owned()?)))?,
        odd: from.list(Unpacker::string)?,
        changes: read_changes(from)?,
        target: from.list(Unpacker::owned)?.pop(),
        stored: from.list(stored)?.pop(),
    })
}

fn write_packages<'p>(out: &'p mut Packer, packages: &Packages) -> &'p mut Packer {
    out.text(&packages.system);
    out.list(&packages.facts, |out, (name, value)| out.text(name).text(value));
    out.flag(packages.found).number(packages.known).number(packages.total);
    out.list(&packages.packages, |out, (kind, path, package)| {
        out.text(kind).bytes(path);
        out.text(&package.name).text(&package.version).text(&package.arch);
        out.text(&package.source).text(&package.licence);
        out.list(package.size.as_slice(), |out, size| out.number(*size))
    });
    out.list(&packages.problems, |out, text| out.text(text))
}

fn read_packages(from: &mut Unpacker<'_>) -> Option<Packages> {
    let package = |from: &mut Unpacker<'_>| {
        Some(Package {
            name: from.string()?,
            version: from.string()?,
            arch: from.string()?,
            source: from.string()?,
            licence: from.string()?,
            size: from.list(Unpacker::number)?.pop(),
        })
    };
    Some(Packages {
        system: from.string()?,
        facts: from.list(|from| Some((from.string()?, from.string()?)))?,
        found: from.flag()?,
        known: from.number()?,
        total: from.number()?,
        packages: from.list(|from| Some((from.string()?, from.owned()?, package(from)?)))?,
        problems: from.list(Unpacker::string)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::content::tar::EntryKind;

    fn row() -> Row {
        Row {
            path: b"a/\xff".to_vec(),
            depth: 3,
            kind: EntryKind::Other(b'w'),
            mode: 0o7777,
            uid: u64::MAX,
            gid: 2,
            mtime: -5,
            size: 1 << 40,
            layer: 7,
            change: Some(ChangeKind::Removed),
            removed: true,
            children: 9,
            open: true,
            link: b"x".to_vec(),
            odd: true,
        }
    }

    fn with_table(table: Table) -> LayerSummary {
        LayerSummary { table, ..LayerSummary::default() }
    }

    fn samples() -> Vec<Answer> {
        let usage = Usage { total: 10, visible: 4 };
        let changes = vec![(0, ChangeKind::Added, 10), (3, ChangeKind::Changed, 4)];
        let details = Details {
            row: row(),
            user: b"u".to_vec(),
            group: b"g".to_vec(),
            device: (1, 2),
            sparse: true,
            opaque: false,
            xattrs: vec![("user.x".to_owned(), vec![1, 2])],
            odd: vec!["odd".to_owned()],
            changes: changes.clone(),
            target: Some(b"t".to_vec()),
            stored: Some(Stored { layer: 1, offset: 2, stored: 3, size: 4, part: Some(5) }),
        };
        let bare = Details { target: None, stored: None, ..details.clone() };
        let package = Package { name: "zlib".to_owned(), size: Some(7), ..Package::default() };
        let layers = vec![
            LayerSummary { changes: Some([1, 2, 3]), entries: 5, ..LayerSummary::default() },
            LayerSummary { on_shelf: OnShelf::Part("cut".to_owned()), ..LayerSummary::default() },
            LayerSummary { on_shelf: OnShelf::Whole, ..LayerSummary::default() },
            with_table(Table::Told { format: "x".to_owned(), problems: vec!["p".to_owned()] }),
            with_table(Table::Refused { reason: "r".to_owned(), is_wrong: true }),
            with_table(Table::Compared(vec!["d".to_owned()])),
        ];
        let path = WastedPath { path: b"p".to_vec(), bytes: 6, changes };
        vec![
            Answer::Unknown,
            Answer::Nothing,
            Answer::Rows(Rows { total: 5, rows: vec![row(), Row { change: None, ..row() }] }),
            Answer::Wasted(Wasted { usage, total: 1, paths: vec![path] }),
            Answer::Summary(Summary { layers, usage, visible: 8, left_out: 9 }),
            Answer::Details(Box::new(details)),
            Answer::Details(Box::new(bare)),
            Answer::Packages(Packages {
                system: "Debian".to_owned(),
                facts: vec![("ID".to_owned(), "debian".to_owned())],
                found: true,
                known: 2,
                total: 1,
                packages: vec![("dpkg".to_owned(), b"var".to_vec(), package)],
                problems: vec!["p".to_owned()],
            }),
            Answer::Content(vec![0, 255], Basis::FirstPass),
            Answer::Content(vec![], Basis::LooseToc),
            Answer::Content(vec![1], Basis::Unhashed),
            Answer::Failed("cut".to_owned()),
            Answer::Inside(Inside {
                total: 3,
                members: vec![Member { name: b"m".to_vec(), size: 4, kind: EntryKind::Symlink }],
                problems: vec!["odd".to_owned()],
                unpacked: vec![1],
            }),
        ]
    }

    #[test]
    fn answers_come_back_as_they_were_given() {
        for answer in samples() {
            let bytes = answer.to_bytes();
            assert_eq!(Answer::from_bytes(&bytes).unwrap(), answer);
            for end in 0..bytes.len() {
                assert_eq!(Answer::from_bytes(bytes.get(..end).unwrap()), None, "{answer:?}");
            }
        }
    }
}
