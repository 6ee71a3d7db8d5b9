//! OCI image layouts: folders and archives with `index.json` and `blobs/`.

pub mod tar;
