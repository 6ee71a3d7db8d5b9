//! Layers that bring a table of contents, as stargz-snapshotter (docs/estargz.md) and containers/storage
//! (pkg/chunked) write them: each file compressed by itself, so that it can be read by a range.

use super::config::Config;
use super::json::{Json, list, object, text, texts};
use super::layers::{self, GZIP, Layer, ZSTD, gzip, zstd};
use super::repository::{Descriptor, OCI_CONFIG, Shelf};
use super::tar::Tar;
use crate::digest::digest_of;
use crate::store::Store;

const BLOCK: usize = 512;
/// A file is compressed in pieces of so many bytes.
const CHUNK: usize = 128 << 10;

/// The annotation of eStargz.
const STARGZ_DIGEST: &str = "containerd.io/snapshot/stargz/toc.digest";
/// The annotations of zstd:chunked.
const CHUNKED_POSITION: &str = "io.github.containers.zstd-chunked.manifest-position";
const CHUNKED_CHECKSUM: &str = "io.github.containers.zstd-chunked.manifest-checksum";

/// What is wrong with a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lie {
    No,
    /// It leaves a file out and gives another a mode that it does not have.
    Listing,
    /// The annotation gives the digest of another table.
    Digest,
    /// The digest of one file is another.
    Content,
}

pub(super) async fn load(store: &Store) {
    let shelf = Shelf { store, repository: "demo/tables" };
    image(&shelf, "estargz", estargz(&shelf, Lie::No)).await;
    image(&shelf, "zstd-chunked", chunked(&shelf)).await;
    let shelf = Shelf { store, repository: "broken/tables" };
    image(&shelf, "lying", estargz(&shelf, Lie::Listing)).await;
    image(&shelf, "wrong-digest", estargz(&shelf, Lie::Digest)).await;
    image(&shelf, "wrong-content", estargz(&shelf, Lie::Content)).await;
}

/// An image of two layers: one with a table, and above it an ordinary one that changes it.
async fn image(shelf: &Shelf<'_>, tag: &str, base: Layer) {
    let changes = Tar::default()
        .directory("etc/")
        .file("etc/motd", "Read by its table of contents.\n")
        .whiteout("etc/", "hosts")
        .finish();
    let layers = [base, layers::put(shelf, GZIP, &changes)];
    let config = Config {
        architecture: "amd64",
        variant: None,
        os: "linux",
        diff_ids: layers.iter().map(|layer| layer.diff_id.clone()).collect(),
        history: vec![("ADD rootfs.tar /", false), ("COPY motd /etc/motd", false)],
        labels: Vec::new(),
    };
    let config = shelf.blob(OCI_CONFIG, config.write());
    shelf.image(&[tag], &config, &layers.map(|layer| layer.descriptor)).await;
}

/// What the layer holds: path, mode and content; directories have a slash at the end.
fn files() -> Vec<(&'static str, u32, Vec<u8>)> {
    let release = "PRETTY_NAME=\"Harbour Linux 3.1\"\nNAME=\"Harbour Linux\"\nID=harbour\n";
    let number = |n: u32| n.wrapping_mul(2_654_435_761).rotate_left(13).to_le_bytes();
    vec![
        ("etc/", 0o755, Vec::new()),
        ("etc/os-release", 0o644, release.into()),
        ("etc/hosts", 0o644, b"127.0.0.1 localhost\n".to_vec()),
        ("usr/", 0o755, Vec::new()),
        ("usr/lib/", 0o755, Vec::new()),
        // Hardly to be compressed, so that a part of the layer is much less than the layer.
        ("usr/lib/charts.bin", 0o644, (0..75_000).flat_map(number).collect()),
        ("usr/lib/empty", 0o644, Vec::new()),
    ]
}

/// An entry of an archive: its header, its content, and what fills the last block.
fn pieces(path: &str, mode: u32, content: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let tar = match path.strip_suffix('/') {
        Some(_) => Tar::default().directory(path),
        None if mode == 0o755 => Tar::default().program(path, content),
        None => Tar::default().file(path, content),
    };
    let mut header = tar.open_ended();
    let rest = header.split_off(BLOCK);
    (header, rest.get(content.len()..).unwrap_or_default().to_vec())
}

/// A layer that grows, with its table.
#[derive(Default)]
struct Growing {
    blob: Vec<u8>,
    /// What it decompresses to.
    tar: Vec<u8>,
    /// What stands before the next content and is not written yet.
    before: Vec<u8>,
    entries: Vec<Json>,
}

impl Growing {
    fn write(&mut self, compress: fn(&[u8]) -> Vec<u8>, plain: &[u8]) {
        self.blob.extend(compress(plain));
        self.tar.extend(plain);
    }

    /// Adds a file: its header with what is before, then each piece of its content by itself.
    fn add(&mut self, compress: fn(&[u8]) -> Vec<u8>, path: &str, mode: u32, content: &[u8]) {
        let (header, padding) = pieces(path, mode, content);
        self.before.extend(header);
        let name = path.trim_end_matches('/');
        let kind = if name == path { "reg" } else { "dir" };
        let mut entry = named(kind, path)
            .with("modtime", text("2026-01-02T03:04:05Z"))
            .with("mode", Json::Number(mode.into()))
            .with("userName", text("root"))
            .with("groupName", text("root"));
        if !content.is_empty() {
            let before = std::mem::take(&mut self.before);
            self.write(compress, &before);
            entry =
                entry.with("size", number(content.len())).with("digest", text(digest_of(content)));
        }
        for (at, chunk) in content.chunks(CHUNK).enumerate() {
            if at > 0 {
                entry = named("chunk", path).with("chunkOffset", number(at * CHUNK));
            }
            entry = entry
                .with("offset", number(self.blob.len()))
                .with("chunkSize", number(chunk.len()))
                .with("chunkDigest", text(digest_of(chunk)));
            self.write(compress, chunk);
            self.entries.push(entry.clone());
        }
        if content.is_empty() {
            self.entries.push(entry);
        }
        self.before.extend(padding);
    }

    fn table(&mut self) -> String {
        let entries = std::mem::take(&mut self.entries);
        object([("version", Json::Number(1)), ("entries", list(entries))]).to_string()
    }
}

fn named(kind: &str, path: &str) -> Json {
    object([("name", text(path)), ("type", text(kind))])
}

fn number(size: usize) -> Json {
    Json::Number(i64::try_from(size).unwrap_or(i64::MAX))
}

fn grown(compress: fn(&[u8]) -> Vec<u8>) -> Growing {
    let mut growing = Growing::default();
    for (path, mode, content) in files() {
        growing.add(compress, path, mode, &content);
    }
    growing
}

/// gzip, a member for each piece; the table is the last file of the archive, and a member with nothing in
/// it says where that begins.
fn estargz(shelf: &Shelf<'_>, lie: Lie) -> Layer {
    let mut growing = grown(gzip);
    let mut table = growing.table();
    match lie {
        Lie::No | Lie::Digest => {}
        Lie::Listing => {
            table = table
                .replacen("\"mode\":420", "\"mode\":2541", 1)
                .replace("etc/hosts", "etc/guests");
        }
        Lie::Content => {
            let release = files().into_iter().nth(1).map(|(_, _, content)| digest_of(&content));
            table = table.replace(&release.unwrap_or_default(), &digest_of(b"other"));
        }
    }
    let digest = if lie == Lie::Digest { digest_of(b"other") } else { digest_of(table.as_bytes()) };
    let before = std::mem::take(&mut growing.before);
    growing.write(gzip, &before);
    let start = growing.blob.len();
    growing.write(gzip, &Tar::default().file("stargz.index.json", &table).finish());
    growing.blob.extend(footer(start));
    let layer =
        shelf.blob(GZIP, growing.blob).with("annotations", texts(&[(STARGZ_DIGEST, &digest)]));
    Layer { descriptor: layer, diff_id: digest_of(&growing.tar) }
}

/// An empty gzip member whose extra field names the place of the table.
fn footer(start: usize) -> Vec<u8> {
    let mut footer = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 26, 0, b'S', b'G', 22, 0];
    footer.extend(format!("{start:016x}STARGZ").into_bytes());
    footer.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    footer
}

/// zstd, a frame for each piece; the table stands behind the archive in a frame that decoders skip.
fn chunked(shelf: &Shelf<'_>) -> Layer {
    let mut growing = grown(zstd);
    let last = [std::mem::take(&mut growing.before), vec![0; 2 * BLOCK]].concat();
    growing.write(zstd, &last);
    let plain = growing.table();
    let table = zstd(plain.as_bytes());
    let start = growing.blob.len() + SKIPPED_HEADER;
    let place = [start, table.len(), plain.len(), 1];
    growing.blob.extend(skipped(&table));
    growing.blob.extend(skipped(&chunked_footer(&place)));
    let position = place.map(|number| number.to_string()).join(":");
    let annotations = [(CHUNKED_CHECKSUM, &*digest_of(&table)), (CHUNKED_POSITION, &position)];
    let layer: Descriptor = shelf.blob(ZSTD, growing.blob).with("annotations", texts(&annotations));
    Layer { descriptor: layer, diff_id: digest_of(&growing.tar) }
}

/// Magic number and length of a frame that decoders skip.
const SKIPPED_HEADER: usize = 8;

fn skipped(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    [&0x184d_2a50_u32.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
}

/// The same place once more, for readers without annotations; then that of a part that is not there.
fn chunked_footer(place: &[usize; 4]) -> Vec<u8> {
    let numbers = place.iter().chain(&[0; 3]);
    let mut footer: Vec<u8> = numbers.flat_map(|number| (*number as u64).to_le_bytes()).collect();
    footer.extend(b"GNUlInUx");
    footer
}
