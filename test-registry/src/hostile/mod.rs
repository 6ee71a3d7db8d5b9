//! The hostile gallery: repositories `hostile/NAME` whose answers are small on the network and large in a client.
//!
//! Each row is one attack. Its content is made when the repository is first asked for. Documents are kept as gzip
//! and sent with `Content-Encoding: gzip`, which browsers unpack; so 16 MiB of JSON cost a few kilobytes.

mod archives;
mod configs;
mod indexes;
mod lists;
mod manifests;
mod packed;
mod pages;
mod shelf;
mod strange;
mod text;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};

use crate::store::Store;

pub(crate) use shelf::Shelf;

/// The namespace of the gallery.
pub(crate) const NAMESPACE: &str = "hostile/";

/// The table of the rows: name, what it shows, and the function that makes it.
macro_rules! rows {
    ($with:ident) => {
        $with! {
            "long-paths" "60 paths of 1 MB with a common beginning, in a layer of 62 kB" archives::long_paths;
            "long-links" "60 links whose targets have 1 MB" archives::long_links;
            "entries" "a layer of 1,000,000 files" archives::entries;
            "gzip-12gib" "a layer of 12 GiB of zeros in 12.5 MB of gzip" archives::gzip_bomb;
            "zstd-12gib" "a layer of 12 GiB of zeros in 400 kB of zstd" archives::zstd_bomb;
            "picture" "a PNG of 23,000 x 23,000 pixels in a layer of some hundred bytes" archives::picture;
            "inner-gzip" "a file.gz of 64 MiB of zeros in a layer" archives::inner_gzip;
            "made-up-tables" "24 layers of 8 MiB whose annotations claim tables of contents" archives::made_up_tables;
            "understated" "a layer that states 100 bytes and sends 300 MiB" archives::understated;
            "history" "180,000 history steps" configs::history;
            "environment" "900,000 environment entries" configs::environment;
            "labels" "380,000 labels" configs::labels;
            "volumes" "190,000 ports and as many volumes and arguments" configs::volumes;
            "large-config" "a configuration of 8 MiB in one text" configs::large;
            "layers-and-history" "2,000 layers and 180,000 history steps" configs::layers_and_history;
            "annotations" "380,000 annotations of a manifest" manifests::annotations;
            "layers-70000" "70,000 layers without digests" manifests::layers_70000;
            "layers-20000" "20,000 layers" manifests::layers_20000;
            "layers-ones" "layers [1,1,...] of 4 MB: a finding for each" manifests::layers_ones;
            "layer-type" "a layer whose media type has 4 MB" manifests::layer_type;
            "contradiction" "a mediaType of 3 MB that contradicts the header" manifests::contradiction;
            "attestations" "an index with 11,000 attestations" indexes::attestations;
            "platforms" "an index with 19,000 platforms" indexes::platforms;
            "platform-tags" "30 tags whose indexes have 19,000 platforms" indexes::platform_tags;
            "large-children" "40 manifests of 4 MB below an index" indexes::large_children;
            "deep" "an index in an index, 200 levels deep" indexes::deep;
            "referrers" "60,000 referrers" lists::referrers;
            "referrers-endless" "referrers on pages without end" lists::referrers_endless;
            "tags-1000000" "1,000,000 tags in one answer" lists::tags;
            "tags-ones" "tags [1,1,...] of 16 MiB: a finding for each" lists::tags_ones;
            "tags-endless" "tags on pages without end, each with new names" lists::tags_endless;
            "tags-empty-pages" "pages without end and without a tag" lists::tags_empty;
            "challenge-parameters" "WWW-Authenticate with 30,000 parameters" strange::parameters;
            "challenge-scopes" "WWW-Authenticate with 52,000 scopes" strange::scopes;
            "direction" "direction-changing characters in errors, annotations, types and tags" strange::direction;
            "catalog-1000000" "a catalog of 1,000,000 names (only by this name)" lists::catalog_1000000;
            "catalog-100000" "a catalog of 100,000 names (only by this name)" lists::catalog_100000;
            "catalog-endless" "a catalog on pages without end (only by this name)" lists::catalog_endless;
        }
    };
}

macro_rules! define_rows {
    ($($name:literal $shows:literal $make:path;)*) => {
        /// The rows of the gallery, with what each shows.
        pub const ROWS: &[(&str, &str)] = &[$(($name, $shows)),*];

        fn make(row: &str, shelf: &mut Shelf) {
            match row {
                $($name => $make(shelf),)*
                _ => {}
            }
        }
    };
}
rows!(define_rows);

/// The rows as lines of a help text.
macro_rules! rows_as_help {
    ($($name:literal $shows:literal $make:path;)*) => {
        concat!($("      ", $name, ": ", $shows, "\n"),*)
    };
}
pub(crate) use {rows, rows_as_help};

/// Adds the rows that a word of the command line names: one row, or `all`.
pub(crate) fn choose(chosen: &mut Vec<&'static str>, word: &str) -> Result<(), String> {
    let before = chosen.len();
    let fits = |name: &str| name == word || word == "all" && !name.starts_with("catalog-");
    chosen.extend(ROWS.iter().map(|(name, _)| *name).filter(|name| fits(name)));
    if chosen.len() == before { Err("no such row; see --help".into()) } else { Ok(()) }
}

/// Returns the references of the chosen rows, with what each shows.
#[must_use]
pub fn references(chosen: &[&'static str]) -> Vec<(String, &'static str)> {
    let rows = ROWS.iter().filter(|(name, _)| chosen.contains(name));
    let reference = |name: &str| match name {
        _ if name.starts_with("catalog-") => String::new(),
        _ if name.starts_with("tags-") || name == "platform-tags" => format!("{NAMESPACE}{name}"),
        _ => format!("{NAMESPACE}{name}:x"),
    };
    rows.map(|(name, shows)| (reference(name), *shows)).collect()
}

/// The shelves that were made so far.
#[derive(Default)]
pub(crate) struct Gallery(Mutex<BTreeMap<&'static str, Arc<Shelf>>>);

impl Gallery {
    /// Returns the content of a row. The first call makes it, and puts its layers into the store.
    pub(crate) fn shelf(&self, store: &Store, row: &'static str) -> Arc<Shelf> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = || {
            let mut shelf = Shelf::default();
            make(row, &mut shelf);
            shelf.stock(store, &format!("{NAMESPACE}{row}"));
            Arc::new(shelf)
        };
        Arc::clone(made.entry(row).or_insert_with(begin))
    }
}

/// Returns true if a client takes gzip.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|value| value.contains("gzip"))
}

#[cfg(test)]
mod tests;
