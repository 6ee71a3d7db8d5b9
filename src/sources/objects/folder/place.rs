//! The files of the folder: their paths, and writing them so that a crash leaves the old or the new.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::super::{Result, StoreError};
use crate::oci::{self, Digest, LAYOUT_VERSION};

/// The largest `oci-layout` that is read, in bytes.
const VERSION_FILE_MAX: u64 = 64 << 10;

/// A folder with a layout in it.
pub(super) struct FolderPlace {
    root: PathBuf,
    name: String,
}

impl FolderPlace {
    /// Opens or makes the layout.
    pub(super) fn open(root: PathBuf) -> Result<Self> {
        let name = root.file_name().unwrap_or(root.as_os_str()).to_string_lossy().into_owned();
        let place = Self { root, name };
        for folder in ["blobs", "ingest"] {
            fs::create_dir_all(place.root.join(folder)).map_err(failed)?;
        }
        let path = place.root.join("oci-layout");
        match place.read(&path, VERSION_FILE_MAX)? {
            None => {
                let text = format!("{{\"imageLayoutVersion\":\"{LAYOUT_VERSION}\"}}");
                place.write(&path, text.as_bytes())?;
            }
            Some(raw) => check_version(raw)?,
        }
        Ok(place)
    }

    /// Returns the name of the folder.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the path of a whole blob.
    pub(super) fn blob(&self, digest: &Digest) -> PathBuf {
        self.root.join("blobs").join(digest.algorithm().name()).join(digest.encoded())
    }

    /// Returns the path of a blob that is being written.
    pub(super) fn part(&self, digest: &Digest) -> PathBuf {
        let name = format!("{}-{}", digest.algorithm().name(), digest.encoded());
        self.root.join("ingest").join(name)
    }

    /// Returns the path of the index.
    pub(super) fn index(&self) -> PathBuf {
        self.root.join("index.json")
    }

    /// Waits for the lock of the index, which the file holds until it is dropped. Others hold it for one
    /// change of the index only.
    pub(super) fn lock_index(&self) -> Result<File> {
        let path = self.root.join("ingest").join("index.lock");
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    /// Reads a file of at most `limit` bytes; `None` if it is not there or larger.
    pub(super) fn read(&self, path: &Path, limit: u64) -> Result<Option<Bytes>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(failed(why)),
        };
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(Bytes::from(bytes)).filter(|bytes| bytes.len() as u64 <= limit))
    }

    /// Writes a file whole: to the disk first, and then under its name.
    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let (mut file, new) = self.new_file()?;
        let written = file.write_all(bytes).and_then(|()| publish(&file, &new, path));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written.map_err(failed)
    }

    /// Makes a file under a name that no other program uses: a crash may have left some.
    fn new_file(&self) -> Result<(File, PathBuf)> {
        for number in 0..u32::MAX {
            let path = self.root.join("ingest").join(format!("new-{number}"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, path)),
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
                Err(why) => return Err(failed(why)),
            }
        }
        Err(failed(io::ErrorKind::AlreadyExists.into()))
    }
}

fn check_version(raw: Bytes) -> Result<()> {
    match oci::parse_layout(raw).value.version.as_deref() {
        Some(LAYOUT_VERSION) => Ok(()),
        _ => Err(StoreError::UnknownVersion),
    }
}

/// Gives a finished file its name. The disk has the bytes before the name, and the name before this returns.
pub(super) fn publish(file: &File, from: &Path, to: &Path) -> io::Result<()> {
    file.sync_all()?;
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    fs::rename(from, to)?;
    sync_folder(folder)
}

/// Writes the names in a folder to the disk. Other systems do so by themselves, or cannot be asked to.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}

/// Returns the error of the store for one of the system.
#[allow(clippy::needless_pass_by_value)] // For `map_err`.
pub(super) fn failed(why: io::Error) -> StoreError {
    StoreError::Failed(why.to_string())
}
