//! The contents of layers, and the three ways of compressing them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::repository::{Descriptor, Repository};
use crate::digest::digest_of;
use crate::tar::{Kind, Tar};

pub(super) const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub(super) const ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
pub(super) const PLAIN: &str = "application/vnd.oci.image.layer.v1.tar";

/// A layer in a repository, with the digest of its tar.
pub(super) struct Layer {
    pub(super) descriptor: Descriptor,
    pub(super) diff_id: String,
}

/// Compresses a tar as its media type says, and puts it into a repository.
pub(super) fn put(repository: &Repository<'_>, media_type: &str, tar: &[u8]) -> Layer {
    let bytes = match media_type {
        ZSTD => zstd(tar),
        PLAIN => tar.to_vec(),
        _ => gzip(tar),
    };
    Layer { descriptor: repository.blob(media_type, bytes), diff_id: digest_of(tar) }
}

pub(super) fn gzip(tar: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(tar);
    encoder.finish().unwrap_or_default()
}

pub(super) fn zstd(tar: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(tar, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Returns a small root file system. It holds the name of the architecture, so it differs between platforms.
pub(super) fn base(architecture: &str) -> Vec<u8> {
    let release = "PRETTY_NAME=\"Harbour Linux 3.1\"\nNAME=\"Harbour Linux\"\nID=harbour\nID_LIKE=debian\n\
        VERSION_ID=\"3.1\"\nVERSION_CODENAME=lighthouse\nHOME_URL=\"https://harbour.example/\"\n";
    let licence = "Permission is granted to look at every byte of this file.\n".repeat(2000);
    Tar::default()
        .directory("bin/")
        .program("bin/sh", format!("#!{architecture}\n{}", "\0ELF".repeat(400)))
        .hard_link("bin/ash", "bin/sh")
        .symlink("bin/true", "../bin/sh")
        .directory("etc/")
        .file("etc/os-release", release)
        .symlink("etc/mtab", "/proc/mounts")
        .file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/srv:/bin/false\n")
        .file("etc/hosts", "127.0.0.1 localhost\n")
        .directory("usr/")
        .directory("usr/share/")
        .file("usr/share/licence.txt", licence)
        .directory("var/")
        .directory("var/lib/")
        .directory("var/lib/dpkg/")
        .file("var/lib/dpkg/status", dpkg_status(architecture))
        .directory("var/cache/")
        .file("var/cache/one.idx", "first\n")
        .file("var/cache/two.idx", "second\n")
        .directory("srv/")
        .entry(
            b"srv/readme.md",
            0o640,
            (1000, 1000),
            Kind::File(b"# Harbour\n\nLooks after ships.\n"),
        )
        .directory("tmp/")
        .finish()
}

/// Returns the package database of dpkg.
fn dpkg_status(architecture: &str) -> String {
    let package = |(name, version, about): &(&str, &str, &str)| {
        format!(
            "Package: {name}\nStatus: install ok installed\nMaintainer: Harbour <post@harbour.example>\n\
             Architecture: {architecture}\nVersion: {version}\nDescription: {about}\n\n"
        )
    };
    let packages = [
        ("base-files", "3.1", "what every system has"),
        ("dash", "0.5.12-12", "the shell"),
        ("libc6", "2.41-12", "the C library"),
        ("libtide1", "1:4.0.2~rc1-1", "when the water comes and goes"),
    ];
    packages.iter().map(package).collect()
}

/// Returns a layer that removes files of the base, one by one and a whole directory.
pub(super) fn whiteouts() -> Vec<u8> {
    Tar::default()
        .directory("etc/")
        .whiteout("etc/", "hosts")
        .directory("var/cache/")
        .opaque("var/cache/")
        .file("var/cache/three.idx", "third\n")
        .directory("tmp/")
        .whiteout("", "srv")
        .finish()
}

/// Returns a layer of a program and its large, repetitive data.
pub(super) fn program(architecture: &str) -> Vec<u8> {
    let data: String = (0..60_000)
        .map(|line| format!("{line:08} the tide comes in, the tide goes out\n"))
        .collect();
    Tar::default()
        .directory("usr/bin/")
        .program("usr/bin/harbour", format!("\x7fELF {architecture}\n{}", "harbour ".repeat(3000)))
        .directory("var/lib/harbour/")
        .file("var/lib/harbour/tides.txt", data)
        .file("var/lib/harbour/empty", "")
        .directory("usr/lib/python3/dist-packages/almanac-2.0.1.dist-info/")
        .file(
            "usr/lib/python3/dist-packages/almanac-2.0.1.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: almanac\nVersion: 2.0.1\nSummary: Moon and tides\n",
        )
        .finish()
}

/// Returns a layer of names and kinds of entries that are hard to show.
pub(super) fn odd_names() -> Vec<u8> {
    let deep = format!("odd/{}/end.txt", "a-long-directory-name/".repeat(8).trim_end_matches('/'));
    let pax_name = format!("odd/{}.txt", "pax-name-of-more-than-one-hundred-bytes-".repeat(5));
    Tar::default()
        .directory("odd/")
        .file(&deep, "the GNU way\n")
        .pax(
            &[
                ("path", &pax_name),
                ("mtime", "1767323045.123456789"),
                ("SCHILY.xattr.user.mood", "calm"),
            ],
            "odd/short",
            b"the PAX way\n",
        )
        .entry(b"odd/latin-1-\xe9t\xe9.txt", 0o644, (0, 0), Kind::File(b"not UTF-8\n"))
        .entry(b"odd/\xff\xfe", 0o600, (0, 0), Kind::File(b"not text at all\n"))
        .file("odd/日本語.txt", "こんにちは\n")
        .file("odd/with space and 'quotes'\".txt", "quoted\n")
        .file("odd/new\nline", "two lines\n")
        .entry(b"odd/setuid", 0o4755, (0, 0), Kind::File(b"#!/bin/sh\n"))
        .entry(b"odd/sticky/", 0o1777, (0, 0), Kind::Directory)
        .entry(b"odd/null", 0o666, (0, 0), Kind::Device(1, 3))
        .entry(b"odd/pipe", 0o644, (0, 0), Kind::Fifo)
        .symlink("odd/loop", "loop")
        .symlink("odd/outside", "../../../../etc/shadow")
        .hard_link("odd/same", "odd/日本語.txt")
        .file("odd/again", "first\n")
        .file("odd/again", "second entry of the same name\n")
        .finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::process::{Command, Stdio};

    use super::*;

    /// Runs a program of the system on some bytes, and returns its output.
    fn through(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| {
                panic!("{program} is needed for this test (apt install {program}): {why}")
            });
        let mut pipe = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeder = std::thread::spawn(move || pipe.write_all(&input));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap().unwrap();
        assert!(output.status.success(), "{program} failed");
        output.stdout
    }

    #[test]
    fn other_programs_can_decompress_the_layers() {
        let tar = program("amd64");
        assert_eq!(through("gzip", &["-dc"], &gzip(&tar)), tar);
        assert_eq!(through("zstd", &["-dc"], &zstd(&tar)), tar);
    }

    #[test]
    fn gnu_tar_lists_the_odd_names() {
        let listed = through("tar", &["-tf", "-", "--quoting-style=escape"], &odd_names());
        let listed = String::from_utf8(listed).unwrap();
        assert_eq!(listed.lines().count(), 17, "{listed}");
        assert!(listed.contains("latin-1-\\351t\\351.txt"), "{listed}");
        assert!(listed.contains(&"pax-name-of-more-than-one-hundred-bytes-".repeat(5)), "{listed}");
        assert!(listed.contains("new\\nline"), "{listed}");
    }
}
