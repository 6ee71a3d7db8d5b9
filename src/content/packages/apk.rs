//! apk's `installed`: paragraphs of lines that begin with one letter, whose case counts.

use super::{DatabaseFault, Inventory, Package, number, text};

/// Reads all paragraphs. A paragraph without a name is left out and noted as a problem.
pub(super) fn read(bytes: &[u8], inventory: &mut Inventory) {
    let mut package = Package::default();
    let mut begun = None;
    // The empty line behind the last paragraph may be missing.
    let lines = bytes.split(|&byte| byte == b'\n').chain([&b""[..]]).enumerate();
    for (at, line) in lines {
        if !line.is_empty() {
            begun.get_or_insert(at + 1);
            take(&mut package, line);
            continue;
        }
        let Some(line) = begun.take() else { continue };
        let package = std::mem::take(&mut package);
        if package.name.is_empty() {
            inventory.problem(DatabaseFault::UnnamedParagraph(line as u64));
        } else if !inventory.push(package) {
            return;
        }
    }
}

/// Takes a line of a paragraph. `F`, `R`, `Z` and others are about files, and are many.
fn take(package: &mut Package, line: &[u8]) {
    let [field, b':', value @ ..] = line else { return };
    match field {
        b'P' => package.name = text(value),
        b'V' => package.version = text(value),
        b'A' => package.arch = text(value),
        b'L' => package.licence = text(value),
        b'o' => package.source = text(value),
        b'I' => package.size = number(value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_paragraphs() {
        let installed = b"C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:407278\nI:667648\n\
            T:the musl c library (libc) implementation\nL:MIT\no:musl\np:so:libc.musl=1\n\
            F:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\n\n\nV:1\n\nP:zlib\nV:1.3";
        let mut found = Inventory::default();
        read(installed, &mut found);
        let musl = Package {
            name: "musl".into(),
            version: "1.2.5-r0".into(),
            arch: "x86_64".into(),
            source: "musl".into(),
            licence: "MIT".into(),
            size: Some(667_648),
        };
        let zlib = Package { name: "zlib".into(), version: "1.3".into(), ..Package::default() };
        assert_eq!(found.packages, [musl, zlib]);
        assert_eq!(found.problems, [DatabaseFault::UnnamedParagraph(17)]);
    }
}
