//! A file of the operating system that is read in parts.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;

use crate::{
    error::{Error, ErrorKind, Operation, Result},
    registry::BlobSource,
};

/// A file that is open for reading. Each read waits for the disk on the caller's thread.
pub struct NativeFile {
    file: File,
    size: u64,
}

impl NativeFile {
    /// Opens a file.
    ///
    /// # Errors
    /// `FileUnreadable` if it cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        Self::at(path).map_err(|mut error| {
            error.context.operation = Some(Operation::OpenArchive);
            error.on(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
        })
    }

    /// Opens a file of a place that names itself in errors.
    pub(super) fn at(path: &Path) -> Result<Self> {
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (size, file) = opened.map_err(|why| failed(&why))?;
        Ok(Self { file, size })
    }

    fn read(&self, start: u64, length: u64) -> io::Result<Bytes> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }
}

impl BlobSource for NativeFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn slice(&self, start: u64, length: u64) -> LocalBoxFuture<'_, Result<Bytes>> {
        Box::pin(async move { self.read(start, length).map_err(|why| failed(&why)) })
    }
}

fn failed(why: &io::Error) -> Error {
    ErrorKind::FileUnreadable(why.to_string()).into()
}
