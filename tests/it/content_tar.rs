//! Compares our reader of tar with Python's `tarfile` and GNU tar, on generated archives.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use porthole::content::tar::{ArchiveEvent, Entry, EntryKind, Reader};
use serde_json::Value;

/// The number of archives. `PORTHOLE_ARCHIVES` changes it.
const COUNT: usize = 10_000;

const SEED: &str = "20261121";

#[test]
fn listings_agree_with_python_and_gnu_tar() {
    let count = std::env::var("PORTHOLE_ARCHIVES").map_or(COUNT, |text| text.parse().unwrap());
    let folder = generate(count);
    let listing = fs::read_to_string(folder.join("listing.jsonl")).unwrap();
    let expected: Vec<Vec<Value>> =
        listing.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(expected.len(), count);
    thread::scope(|scope| {
        for part in 0..2 {
            let (folder, expected) = (&folder, &expected);
            scope.spawn(move || {
                (part..count).step_by(2).for_each(|n| compare(folder, n, &expected[n]));
            });
        }
    });
    fs::remove_dir_all(folder).unwrap();
}

fn generate(count: usize) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("archives");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/generate_archives.py");
    let status = Command::new("python3")
        .args([script, folder.to_str().unwrap(), &count.to_string(), SEED])
        .status()
        .expect("python3 generates the archives (Debian package python3)");
    assert!(status.success());
    folder
}

fn compare(folder: &Path, number: usize, expected: &[Value]) {
    let path = folder.join(format!("{number}.tar"));
    let entries = entries(number, &fs::read(&path).unwrap());
    assert_eq!(entries.len(), expected.len(), "archive {number}");
    for (entry, expected) in entries.iter().zip(expected) {
        let described = describe(entry);
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&described[key], value, "archive {number}: {key} of {expected}");
        }
    }
    assert_eq!(names(&entries), names_of_gnu_tar(&path), "archive {number}, by GNU tar");
}

fn entries(number: usize, archive: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut visit = |event: ArchiveEvent<'_>| {
        match event {
            ArchiveEvent::Entry(entry) => entries.push(*entry),
            ArchiveEvent::Odd(warning) => panic!("archive {number}: {warning}"),
            ArchiveEvent::Content(_) | ArchiveEvent::End => {}
        }
        ControlFlow::Continue(())
    };
    let mut reader = Reader::new();
    assert!(reader.push(archive, &mut visit).is_continue());
    assert!(reader.finish(&mut visit).is_continue());
    entries
}

fn describe(entry: &Entry) -> Value {
    // Python leaves out the slash at the end of a directory's name.
    let path = match entry.kind {
        EntryKind::Directory => entry.path.strip_suffix(b"/").unwrap_or(&entry.path),
        _ => &entry.path,
    };
    serde_json::json!({
        "path": hex(path),
        "type": kind(entry.kind),
        "mode": entry.mode,
        "uid": entry.uid,
        "gid": entry.gid,
        "mtime": entry.mtime,
        "size": entry.size,
        "link": hex(&entry.link),
        "user": hex(&entry.user),
        "offset": entry.offset,
    })
}

fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::HardLink => "hardlink",
        EntryKind::Symlink => "symlink",
        EntryKind::CharDevice => "char",
        EntryKind::BlockDevice => "block",
        EntryKind::Directory => "dir",
        EntryKind::Fifo => "fifo",
        EntryKind::Other(_) => "other",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn names(entries: &[Entry]) -> Vec<u8> {
    let mut names = Vec::new();
    for entry in entries {
        names.extend_from_slice(&entry.path);
        names.push(b'\n');
    }
    names
}

fn names_of_gnu_tar(path: &Path) -> Vec<u8> {
    let output = Command::new("tar")
        .args(["--quoting-style=literal", "-P", "-tf"])
        .arg(path)
        .output()
        .expect("GNU tar lists the archive (Debian package tar)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
