//! Reads zip archives of every form that Python writes.

use std::{fs, path::PathBuf, process::Command};

use porthole::content::zip;

/// The Python program that writes archives: plain, streamed (sizes after the data), Zip64, and appended to a
/// program.
const SCRIPT: &str = "
import sys, zipfile
folder = sys.argv[1]
class Pipe:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): pass
def fill(archive, wide):
    for number in range(300):
        method = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
        info = zipfile.ZipInfo(f'lib/größe-{number}.class')
        info.compress_type = method
        with archive.open(info, 'w', force_zip64=wide) as member:
            member.write(f'{number} '.encode() * number)
for name in ('plain', 'streamed', 'wide', 'behind'):
    with open(f'{folder}/{name}.zip', 'wb') as file:
        if name == 'behind': file.write(b'#!/bin/sh\\nexit 0\\n')
        with zipfile.ZipFile(Pipe(file) if name == 'streamed' else file, 'w') as archive:
            fill(archive, name == 'wide')
            archive.comment = b'a comment'
";

#[test]
fn archives_written_by_python_are_read() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("zip");
    fs::create_dir_all(&folder).unwrap();
    let status = Command::new("python3").args(["-c", SCRIPT]).arg(&folder).status();
    assert!(status.expect("python3 writes the archives (Debian package python3)").success());
    for name in ["plain", "streamed", "wide", "behind"] {
        let archive = fs::read(folder.join(format!("{name}.zip"))).unwrap();
        let listing = zip::list(&archive).unwrap();
        assert_eq!(listing.problems, [], "{name}");
        assert_eq!(listing.members.len(), 300, "{name}");
        for (number, member) in listing.members.iter().enumerate() {
            let written = String::from_utf8(member.name.clone()).unwrap();
            assert_eq!(written, format!("lib/größe-{number}.class"), "{name}");
            let content = listing.read(&archive, member, 1 << 20);
            let expected = format!("{number} ").repeat(number).into_bytes();
            assert_eq!(content, Ok(expected), "{name}: {written}");
        }
    }
    fs::remove_dir_all(folder).unwrap();
}
