//! The caps on what is read from strangers, in one table. `cargo xtask caps` prints it, and
//! `SECURITY.md` shows it.
//!
//! Code that reads names a cap of this table and holds no figure of its own. Each cap has a test at
//! its value and one above, whose name begins with `cap_` and the name of the cap.

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// The name of the constant.
    pub name: &'static str,
    /// The most that is taken.
    pub most: u64,
    /// The unit of the figure: `bytes`, `entries`, …
    pub unit: &'static str,
    /// The thing that is capped, and the outcome beyond the cap.
    pub about: &'static str,
    /// The part of the program that obeys it.
    pub part: &'static str,
}

/// Defines the constants and the table of them. The documentation of a constant is its line.
macro_rules! caps {
    ($($part:literal { $($(#[doc = $about:literal])+ $name:ident: $kind:ty = $most:expr, $unit:literal;)+ })+) => {
        $($(
            $(#[doc = $about])+
            pub const $name: $kind = $most;
        )+)+

        /// All caps, in the order of the parts.
        pub const TABLE: &[Cap] = &[$($(Cap {
            name: stringify!($name),
            most: $name as u64,
            unit: $unit,
            about: concat!($($about),+),
            part: $part,
        },)+)+];
    };
}

caps! {
    "answers of a registry" {
        /// A list of tags, repositories or referrers. A longer one is refused.
        LIST_BYTES: usize = 16 << 20, "bytes";
        /// A name in a list. A longer one has no address, and is cut.
        NAME_BYTES: usize = 1_024, "bytes";
        /// The pages of one list. Reading stops there and says so: some lists have no end.
        LIST_PAGES: usize = 1_000, "pages";
        /// The names of one list on the page, over all its pages. Reading stops there and says so.
        LIST_NAMES: usize = 200_000, "names";
        /// The items of a list that a program reads to its end. Reading stops there and says so.
        LIST_ITEMS: usize = 500_000, "items";
        /// The referrers of one digest that are listed. The list says that it is not whole.
        REFERRERS: usize = 10_000, "referrers";
        /// All `WWW-Authenticate` fields together. Longer ones are not read.
        CHALLENGE_BYTES: usize = 16 << 10, "bytes";
        /// The challenges of an answer. An answer with more is not read.
        CHALLENGES: usize = 16, "challenges";
        /// The parameters of one challenge. A field with more is not read.
        CHALLENGE_PARAMETERS: usize = 64, "parameters";
        /// All `Link` fields of an answer. Longer ones are not read, and the list says so.
        LINK_FIELDS: usize = 16 << 10, "bytes";
        /// The resources and actions of a set of scopes. Others are not asked for.
        SCOPES: usize = 64, "scopes";
        /// The answer of a token server. A longer one is refused (R51).
        TOKEN_BYTES: usize = 128 << 10, "bytes";
        /// The body of an error that is read for its entries. Of a longer one the status is told.
        ERROR_BYTES: usize = 64 << 10, "bytes";
        /// The body of an error that is kept as it came (R16).
        ERROR_KEPT: usize = 2 << 10, "bytes";
        /// The start of other content than was asked for, which an error keeps.
        BODY_KEPT: usize = 16 << 10, "bytes";
        /// The entries of an error that are kept.
        ERROR_ENTRIES: usize = 20, "entries";
        /// A code, message or detail of an error. A longer one is cut.
        ERROR_TEXT: usize = 1_024, "bytes";
        /// All `Warning` fields of an answer (distribution-spec "Warnings").
        WARNING_BYTES: usize = 4 << 10, "bytes";
        /// The different warnings of one registry that are kept.
        WARNINGS: usize = 100, "warnings";
        /// An address. A longer one is refused, as servers do.
        URL_BYTES: usize = 8 << 10, "bytes";
    }
    "documents" {
        /// A manifest or index. A longer one is not read (R51).
        MANIFEST_BYTES: u64 = 4 << 20, "bytes";
        /// The configuration of an image. A longer one is not read.
        CONFIG_BYTES: u64 = 8 << 20, "bytes";
        /// The values of one JSON document or list. Reading stops there and says so.
        DOCUMENT_VALUES: usize = 100_000, "values";
        /// The faults of a document that are kept. The others are counted.
        DOCUMENT_FAULTS: usize = 200, "faults";
        /// The faults of a list that are kept. The others are counted.
        LIST_FAULTS: usize = 20, "faults";
        /// A text of a document that a fault quotes. A longer one is cut.
        FAULT_TEXT: usize = 1_024, "bytes";
        /// A digest. A longer text is none.
        DIGEST_BYTES: usize = 1_024, "bytes";
        /// A media type or artifact type (RFC 6838: twice 127 and a slash). A longer one is cut.
        MEDIA_TYPE: usize = 255, "bytes";
        /// A part of a platform. A longer one is cut.
        PLATFORM_TEXT: usize = 255, "bytes";
        /// The name of an annotation or label. An entry with a longer one is left out.
        ANNOTATION_NAME: usize = 1_024, "bytes";
        /// The steps from the root of an image to a manifest.
        IMAGE_DEPTH: usize = 32, "steps";
        /// The objects of one image that a job visits, each mention counted.
        IMAGE_OBJECTS: usize = 10_000, "objects";
        /// The manifests of one image that a job holds.
        IMAGE_BYTES: u64 = 64 << 20, "bytes";
    }
    "layers and archives" {
        /// The plain bytes of a layer. Reading stops there and says so.
        LAYER_BYTES: u64 = 16 << 30, "bytes";
        /// A blob whose descriptor states a wrong size; beyond every layer that registries take.
        MISSTATED_BYTES: u64 = 64 << 30, "bytes";
        /// A block of zstd (RFC 8878 3.1.1.2.4). A frame with a larger one is refused.
        ZSTD_BLOCK: usize = 128 << 10, "bytes";
        /// The window of zstd. A frame that wants more is refused.
        ZSTD_WINDOW: u64 = 128 << 20, "bytes";
        /// The extensions of one entry of tar, and the global ones. Larger ones are passed over.
        TAR_EXTENSIONS: u64 = 1 << 20, "bytes";
        /// The pieces of a sparse file. A map with more does not fit its file.
        SPARSE_PIECES: usize = 1 << 16, "pieces";
        /// The path of an entry (PATH_MAX of Linux). An entry with a longer one is left out.
        PATH_BYTES: usize = 4_096, "bytes";
        /// The target of a link (PATH_MAX of Linux). An entry with a longer one is left out.
        LINK_BYTES: usize = 4_096, "bytes";
        /// The name of an owner or group. A longer one is cut.
        OWNER_BYTES: usize = 255, "bytes";
        /// The extended attributes of one entry (64 KiB each in Linux). Others are left out.
        XATTR_BYTES: usize = 1 << 20, "bytes";
        /// The entries of a layer. Reading stops there and says so.
        LAYER_ENTRIES: u64 = 1_000_000, "entries";
        /// The entries of a layer as they are kept. Reading stops there and says so.
        LISTING_BYTES: usize = 48 << 20, "bytes";
        /// The faults of a layer that are kept.
        LAYER_FAULTS: usize = 1_000, "faults";
        /// The components of a path. A deeper entry is left out.
        PATH_DEPTH: usize = 1_024, "components";
        /// The links that lead from one path to another, as in Linux.
        LINKS_FOLLOWED: usize = 40, "links";
        /// The paths of a tree of files. Others are left out and counted.
        TREE_PATHS: usize = 1_250_000, "paths";
        /// The names, links, owners and attributes in a tree of files. Others are left out and counted.
        TREE_BYTES: usize = 80 << 20, "bytes";
        /// The steps from component to component while a tree of files is made. Later entries are left out and counted.
        TREE_STEPS: u64 = 64_000_000, "steps";
        /// A table of contents as it is stored. A larger one is not read.
        TOC_PACKED: u64 = 32 << 20, "bytes";
        /// A table of contents. A larger one is not read.
        TOC_BYTES: u64 = 64 << 20, "bytes";
        /// The entries of a table of contents, chunks counted.
        TOC_ENTRIES: usize = 1_000_000, "entries";
        /// The faults of a table of contents that are kept, and its differences from the layer.
        TOC_FAULTS: usize = 20, "faults";
        /// The windows kept for opening files of one layer.
        CHECKPOINTS: usize = 256, "windows";
        /// The midstates of the hash kept for one layer.
        MIDSTATES: usize = 4_096, "midstates";
        /// Everything that is kept for opening files, of all layers together.
        CHECKPOINT_BYTES: usize = 32 << 20, "bytes";
        /// The layers of one image that can be opened together.
        IMAGE_LAYERS: usize = 1_024, "layers";
        /// The changes of one path, layer by layer, in an answer of the engine. Later ones are left out.
        PATH_CHANGES: usize = 256, "changes";
        /// The rows of one answer of the engine. The others come with the next question.
        ANSWER_ROWS: u32 = 200, "rows";
        /// One answer of the engine, but for the content of a file. A longer one is refused.
        ANSWER_BYTES: usize = 4 << 20, "bytes";
        /// The bytes, packed and plain, that the engine works on before it looks for messages.
        ENGINE_SLICE: u64 = 4 << 20, "bytes";
        /// The plain bytes of a compressed file inside a layer. A larger one is not opened.
        INNER_BYTES: u64 = 64 << 20, "bytes";
        /// The faults of an archive inside a layer that are kept, and those of a layer in an overview.
        FAULTS_SHOWN: usize = 20, "faults";
        /// The members of an archive inside a layer. Reading stops there and says so.
        INNER_MEMBERS: usize = 100_000, "members";
        /// The entries of an archive in which images are. One with more is not read.
        ARCHIVE_ENTRIES: usize = 100_000, "entries";
        /// The paths and links of an archive in which images are. One with more is not read.
        ARCHIVE_NAMES: usize = 32 << 20, "bytes";
        /// The listings of all opened layers of a registry, with the files kept beside them. The files are let go first;
        /// then a layer has no list of its files, and says so.
        OPENED_BYTES: usize = 256 << 20, "bytes";
        /// A file that is kept with the listing of its layer, so that opening it costs no request.
        KEPT_FILE: u64 = 64 << 10, "bytes";
        /// All such files of one layer. The others are read when they are opened.
        KEPT_FILES: u64 = 16 << 20, "bytes";
        /// The databases of packages that are kept of one layer. Of others the packages are not listed.
        KEPT_DATABASES: u64 = 48 << 20, "bytes";
        /// The names of a zip archive together. A directory with more is not read.
        ZIP_NAMES: usize = 32 << 20, "bytes";
        /// A file of a layer, or a member of an archive in it, that is shown.
        FILE_SHOWN: u64 = 8 << 20, "bytes";
        /// A database of packages. A larger one is not read.
        DATABASE_BYTES: u64 = 96 << 20, "bytes";
        /// A database of dpkg or apk. A larger one is not read.
        DATABASE_TEXT_BYTES: u64 = 64 << 20, "bytes";
        /// The record of one package: of dpkg, Python or npm. A larger one is not read.
        PACKAGE_BYTES: u64 = 1 << 20, "bytes";
        /// The fields of one paragraph of a database. Later ones are not read.
        PACKAGE_FIELDS: usize = 512, "fields";
        /// A file `os-release`. A larger one is not read.
        RELEASE_BYTES: u64 = 64 << 10, "bytes";
        /// The assignments of `os-release`. Later ones are not read.
        RELEASE_LINES: usize = 256, "lines";
        /// The packages of a database, and of all of an image. Reading stops there and says so.
        PACKAGES: usize = 100_000, "packages";
        /// The faults of a database of packages that are kept. It is said that there are more.
        DATABASE_FAULTS: usize = 20, "faults";
        /// A text of a database of packages. A longer one is cut.
        PACKAGE_TEXT: usize = 1_024, "bytes";
    }
    "the page" {
        /// Bytes that a link reads of layers without being asked, of all layers together.
        LINK_READS: u64 = 64 << 20, "bytes";
        /// The part of these that is left for the file that a link leads to.
        LINK_FILE: u64 = 16 << 20, "bytes";
        /// A picture that is drawn. A larger one can be saved.
        PICTURE_BYTES: usize = 8 << 20, "bytes";
        /// Each side of a picture that is drawn.
        PICTURE_SIDE: u32 = 16_384, "pixels";
        /// All pixels of a picture that is drawn.
        PICTURE_PIXELS: u64 = 40_000_000, "pixels";
        /// A text of a stranger where it stands. A longer one is cut on the screen; copying gives all.
        TEXT_SHOWN: usize = 4_096, "bytes";
        /// The items of a list that are drawn at once. The others come when asked for, or by scrolling.
        ITEMS_DRAWN: usize = 50, "items";
        /// The tokens of a document that the JSON view lays out. A longer document is shown raw.
        JSON_TOKENS: usize = 400_000, "tokens";
        /// The registries that are remembered.
        REGISTRIES_KEPT: usize = 12, "registries";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_sentence_with_a_figure() {
        for cap in TABLE {
            assert!(cap.most > 0, "{}", cap.name);
            assert!(cap.about.ends_with('.') && cap.about.starts_with(' '), "{}", cap.name);
        }
    }

    #[test]
    fn no_name_stands_twice() {
        let names: std::collections::BTreeSet<_> = TABLE.iter().map(|cap| cap.name).collect();
        assert_eq!(names.len(), TABLE.len());
    }
}
