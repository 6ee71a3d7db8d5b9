//! The files in a folder of the operating system, as `skopeo copy … oci:FOLDER` and `buildctl` write them.

use std::{io, ops::Range, path::PathBuf, rc::Rc};

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    archive::chunks,
    files::{Chunks, FilePath, Files},
    native_file::NativeFile,
    source::{Arrangement, Layout},
};
use crate::{
    error::{Error, ErrorKind, Missing, Result},
    oci::RepositoryName,
    registry::BlobSource,
};

/// An OCI layout in a folder, or an unpacked archive of `docker save`. Each read waits for the disk on
/// the caller's thread.
pub type Folder = Layout<FolderFiles>;

impl Folder {
    /// The layout in a folder. Errors call it `name`. Images that the layout gives no repository belong
    /// to `repository`. Nothing is read yet.
    pub fn new(name: &str, root: impl Into<PathBuf>, repository: RepositoryName) -> Self {
        Self::of(FolderFiles::new(name, root), Arrangement::One(repository))
    }
}

/// The files below a folder.
pub struct FolderFiles {
    name: String,
    root: PathBuf,
}

impl FolderFiles {
    /// The files below a folder. Links are followed: builders such as Bazel link the blobs.
    pub fn new(name: &str, root: impl Into<PathBuf>) -> Self {
        Self { name: name.to_owned(), root: root.into() }
    }

    /// The error about a root that is no folder, in the words of the system.
    fn unreadable(&self) -> Error {
        let why = std::fs::read_dir(&self.root).err().map(|why| why.to_string());
        ErrorKind::FileUnreadable(why.unwrap_or_default()).into()
    }

    fn open_file(&self, path: &FilePath) -> Result<NativeFile> {
        let parts = path.as_str().split('/');
        let inside = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']);
        if !parts.clone().all(inside) {
            return Err(ErrorKind::NotFound(Missing::Unknown).into());
        }
        let path = self.root.join(parts.collect::<PathBuf>());
        match path.metadata() {
            Ok(_) => NativeFile::at(&path),
            Err(why) if why.kind() == io::ErrorKind::PermissionDenied => {
                Err(ErrorKind::Denied.into())
            }
            Err(_) if self.root.is_dir() => Err(ErrorKind::NotFound(Missing::Unknown).into()),
            // Without the folder nothing is missing in it.
            Err(_) => Err(self.unreadable()),
        }
    }
}

#[async_trait(?Send)]
impl Files for FolderFiles {
    fn name(&self) -> &str {
        &self.name
    }

    async fn read(&self, path: &FilePath, limit: u64) -> Result<Bytes> {
        let file = self.open_file(path)?;
        match file.size() {
            size if size > limit => Err(ErrorKind::TooLarge { limit }.into()),
            size => file.slice(0, size).await,
        }
    }

    async fn open_range(&self, path: &FilePath, size: u64, range: Range<u64>) -> Result<Chunks> {
        let file = self.open_file(path)?;
        let whole = 0..file.size();
        chunks(Rc::new(file), &whole, size, &range)
    }

    async fn size(&self, path: &FilePath) -> Result<u64> {
        Ok(self.open_file(path)?.size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_folder() {
        let root = std::env::temp_dir().join(format!("porthole-folder-{}", std::process::id()));
        std::fs::create_dir_all(root.join("inside/blobs")).unwrap();
        std::fs::write(root.join("outside"), b"x").unwrap();
        std::fs::write(root.join("inside/blobs/a"), b"a").unwrap();
        let files = FolderFiles::new("folder", root.join("inside"));
        let outside = root.join("outside");
        let absolute = outside.to_str().unwrap();
        for (path, is_read) in [
            ("blobs/a", true),
            ("blobs/b", false),
            ("../outside", false),
            ("blobs/../../outside", false),
            ("./blobs/a", false),
            ("blobs//a", false),
            ("C:\\a", false),
            ("", false),
            (absolute, false),
        ] {
            let opened = files.open_file(&FilePath::changing(path));
            assert_eq!(opened.is_ok(), is_read, "{path:?}");
        }
        for root in [root.join("nowhere"), root.join("outside")] {
            let opened = FolderFiles::new("folder", root).open_file(&FilePath::changing("a"));
            let kind = opened.err().map(|error| error.kind);
            assert!(matches!(kind, Some(ErrorKind::FileUnreadable(_))), "{kind:?}");
        }
        std::fs::remove_dir_all(root).unwrap();
    }
}
