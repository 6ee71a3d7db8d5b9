//! Layers with a table of contents, as stargz-snapshotter (docs/estargz.md) and containers/storage
//! (pkg/chunked) write them. Each file is compressed by itself, so that it can be read by a range.

use super::config::Config;
use super::json::{Json, list, object, text, texts};
use super::layers::{self, GZIP, Layer, ZSTD, gzip, zstd};
use super::repository::{Descriptor, OCI_CONFIG, Repository};
use crate::digest::digest_of;
use crate::store::Store;
use crate::tar::Tar;

const BLOCK: usize = 512;
/// The size of the pieces in which a file is compressed, in bytes.
const CHUNK: usize = 128 << 10;

/// The annotation of eStargz.
const STARGZ_DIGEST: &str = "containerd.io/snapshot/stargz/toc.digest";
/// The annotations of zstd:chunked.
const CHUNKED_POSITION: &str = "io.github.containers.zstd-chunked.manifest-position";
const CHUNKED_CHECKSUM: &str = "io.github.containers.zstd-chunked.manifest-checksum";

/// The fault of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TableFault {
    None,
    /// The table lacks a file and gives another file a wrong mode.
    Listing,
    /// The annotation has the digest of another table.
    Digest,
    /// The digest of one file is wrong.
    Content,
}

pub(super) async fn load(store: &Store) {
    let repository = Repository { store, name: "demo/tables" };
    image(&repository, "estargz", estargz(&repository, TableFault::None)).await;
    image(&repository, "zstd-chunked", chunked(&repository)).await;
    let repository = Repository { store, name: "broken/tables" };
    image(&repository, "lying", estargz(&repository, TableFault::Listing)).await;
    image(&repository, "wrong-digest", estargz(&repository, TableFault::Digest)).await;
    image(&repository, "wrong-content", estargz(&repository, TableFault::Content)).await;
}

/// Puts an image of two layers: one with a table, and above it an ordinary one that changes it.
async fn image(repository: &Repository<'_>, tag: &str, base: Layer) {
    let changes = Tar::default()
        .directory("etc/")
        .file("etc/motd", "Read by its table of contents.\n")
        .whiteout("etc/", "hosts")
        .finish();
    let layers = [base, layers::put(repository, GZIP, &changes)];
    let config = Config {
        architecture: "amd64",
        variant: None,
        os: "linux",
        diff_ids: layers.iter().map(|layer| layer.diff_id.clone()).collect(),
        history: vec![("ADD rootfs.tar /", false), ("COPY motd /etc/motd", false)],
        labels: Vec::new(),
    };
    let config = repository.blob(OCI_CONFIG, config.write());
    repository.image(&[tag], &config, &layers.map(|layer| layer.descriptor)).await;
}

/// Returns the files of the layer: path, mode and content. Directories have a slash at the end.
fn files() -> Vec<(&'static str, u32, Vec<u8>)> {
    let release = "PRETTY_NAME=\"Harbour Linux 3.1\"\nNAME=\"Harbour Linux\"\nID=harbour\n";
    let number = |n: u32| n.wrapping_mul(2_654_435_761).rotate_left(13).to_le_bytes();
    vec![
        ("etc/", 0o755, Vec::new()),
        ("etc/os-release", 0o644, release.into()),
        ("etc/hosts", 0o644, b"127.0.0.1 localhost\n".to_vec()),
        ("usr/", 0o755, Vec::new()),
        ("usr/lib/", 0o755, Vec::new()),
        // These bytes compress badly, so that a range is much smaller than the layer.
        ("usr/lib/charts.bin", 0o644, (0..75_000).flat_map(number).collect()),
        ("usr/lib/empty", 0o644, Vec::new()),
    ]
}

/// Returns the header of an archive entry, and the padding after its content.
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

/// A layer under construction, with its table.
#[derive(Default)]
struct LayerBuilder {
    blob: Vec<u8>,
    /// The archive that the blob decompresses to.
    tar: Vec<u8>,
    /// The bytes before the next content that are not written yet.
    before: Vec<u8>,
    entries: Vec<Json>,
}

impl LayerBuilder {
    fn write(&mut self, compress: fn(&[u8]) -> Vec<u8>, plain: &[u8]) {
        self.blob.extend(compress(plain));
        self.tar.extend(plain);
    }

    /// Adds a file: the pending bytes with its header, then each piece of its content by itself.
    fn add(&mut self, compress: fn(&[u8]) -> Vec<u8>, path: &str, mode: u32, content: &[u8]) {
        let (header, padding) = pieces(path, mode, content);
        self.before.extend(header);
        let name = path.trim_end_matches('/');
        let kind = if name == path { "reg" } else { "dir" };
        let mut entry = table_entry(kind, path)
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
                entry = table_entry("chunk", path).with("chunkOffset", number(at * CHUNK));
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

fn table_entry(kind: &str, path: &str) -> Json {
    object([("name", text(path)), ("type", text(kind))])
}

fn number(size: usize) -> Json {
    Json::Number(i64::try_from(size).unwrap_or(i64::MAX))
}

fn filled_builder(compress: fn(&[u8]) -> Vec<u8>) -> LayerBuilder {
    let mut builder = LayerBuilder::default();
    for (path, mode, content) in files() {
        builder.add(compress, path, mode, &content);
    }
    builder
}

/// Makes a layer of gzip with a member for each piece. The table is the last file of the archive. An empty
/// member at the end holds the offset of the table.
fn estargz(repository: &Repository<'_>, fault: TableFault) -> Layer {
    let mut builder = filled_builder(gzip);
    let mut table = builder.table();
    match fault {
        TableFault::None | TableFault::Digest => {}
        TableFault::Listing => {
            table = table
                .replacen("\"mode\":420", "\"mode\":2541", 1)
                .replace("etc/hosts", "etc/guests");
        }
        TableFault::Content => {
            let release = files().into_iter().nth(1).map(|(_, _, content)| digest_of(&content));
            table = table.replace(&release.unwrap_or_default(), &digest_of(b"other"));
        }
    }
    let digest =
        if fault == TableFault::Digest { digest_of(b"other") } else { digest_of(table.as_bytes()) };
    let before = std::mem::take(&mut builder.before);
    builder.write(gzip, &before);
    let start = builder.blob.len();
    builder.write(gzip, &Tar::default().file("stargz.index.json", &table).finish());
    builder.blob.extend(footer(start));
    let layer =
        repository.blob(GZIP, builder.blob).with("annotations", texts(&[(STARGZ_DIGEST, &digest)]));
    Layer { descriptor: layer, diff_id: digest_of(&builder.tar) }
}

/// Returns an empty gzip member whose extra field has the offset of the table.
fn footer(start: usize) -> Vec<u8> {
    let mut footer = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 26, 0, b'S', b'G', 22, 0];
    footer.extend(format!("{start:016x}STARGZ").into_bytes());
    footer.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    footer
}

/// Makes a layer of zstd with a frame for each piece. The table follows the archive in a skippable frame.
fn chunked(repository: &Repository<'_>) -> Layer {
    let mut builder = filled_builder(zstd);
    let last = [std::mem::take(&mut builder.before), vec![0; 2 * BLOCK]].concat();
    builder.write(zstd, &last);
    let plain = builder.table();
    let table = zstd(plain.as_bytes());
    let start = builder.blob.len() + SKIPPABLE_HEADER;
    let place = [start, table.len(), plain.len(), 1];
    builder.blob.extend(skippable_frame(&table));
    builder.blob.extend(skippable_frame(&chunked_footer(&place)));
    let position = place.map(|number| number.to_string()).join(":");
    let annotations = [(CHUNKED_CHECKSUM, &*digest_of(&table)), (CHUNKED_POSITION, &position)];
    let layer: Descriptor =
        repository.blob(ZSTD, builder.blob).with("annotations", texts(&annotations));
    Layer { descriptor: layer, diff_id: digest_of(&builder.tar) }
}

/// The size of the magic number and the length of a skippable frame.
const SKIPPABLE_HEADER: usize = 8;

fn skippable_frame(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    [&0x184d_2a50_u32.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
}

/// Returns the position of the table for readers without annotations, then that of an absent part.
fn chunked_footer(place: &[usize; 4]) -> Vec<u8> {
    let numbers = place.iter().chain(&[0; 3]);
    let mut footer: Vec<u8> = numbers.flat_map(|number| (*number as u64).to_le_bytes()).collect();
    footer.extend(b"GNUlInUx");
    footer
}
