//! OCI image layouts and `docker save` archives: folders and tars with `index.json`,
//! `manifest.json` and `blobs/`.
//!
//! [`Layout`] reads them through the same interface as a registry, wherever their files lie: it asks
//! for them through the one trait [`Files`]. [`StaticLayouts`] are those of a web server,
//! [`Archive`] is one in a tar, and `Folder` is one on disk.
//!
//! ```no_run
//! use std::rc::Rc;
//!
//! use porthole::{
//!     registry::List,
//!     sources::layout::{Archive, NativeFile},
//! };
//!
//! /// The tags of everything in an archive.
//! async fn tags(path: &str) -> Result<(), Box<dyn std::error::Error>> {
//!     let file = Rc::new(NativeFile::open(path.as_ref())?);
//!     let archive = Archive::open(path, file, "archive".parse()?).await?;
//!     for repository in archive.repositories(None).await?.items {
//!         println!("{repository}: {:?}", archive.tags(&repository, None).await?.items);
//!     }
//!     Ok(())
//! }
//! ```

mod archive;
mod archive_index;
mod blobs;
mod files;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
mod http;
mod index;
mod list;
mod made;
mod make;
mod names;
#[cfg(not(target_arch = "wasm32"))]
mod native_file;
mod read;
mod saved;
mod source;
pub mod tar;

pub use archive::{Archive, TarFiles};
pub use files::{Chunks, FilePath, Files};
#[cfg(not(target_arch = "wasm32"))]
pub use folder::{Folder, FolderFiles};
pub use http::{HttpFiles, StaticLayouts};
#[cfg(not(target_arch = "wasm32"))]
pub(in crate::sources) use index::{IMAGE_NAME, REF_NAME};
#[cfg(not(target_arch = "wasm32"))]
pub use native_file::NativeFile;
pub use source::{Arrangement, Layout};

#[cfg(test)]
mod tests;
