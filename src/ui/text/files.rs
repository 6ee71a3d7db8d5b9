//! Sentences of the view of files.

use super::{
    file_types::change_kind,
    numbers::{counted, grouped, human_bytes},
};
use crate::{
    app::{FileList, views::files::form::Form},
    layers::{obstacle::Obstacle, ranges::Basis, tree::ChangeKind},
};

/// The label of the tab.
pub const LABEL: &str = "Files";
/// Names a fact: what a path is.
pub const WHAT_IT_IS: &str = "What";
/// Names a fact: the target of a link.
pub const POINTS_AT: &str = "Points at";
/// Names a fact: what each layer did to a path.
pub const BY_LAYER: &str = "Layers";
/// Introduces the file that a link leads to.
pub const WHICH_IS: &str = ", which is ";
/// Introduces that a link leads nowhere.
pub const WHICH: &str = ", which ";
/// There is no such layer.
pub const NO_SUCH_LAYER: &str =
    "This image has no layer of that digest. It may belong to another platform.";
/// The link to all layers.
pub const MERGED: &str = "All layers merged";
/// Explains the choice “merged” beside it.
pub const MERGED_MEANS: &str = "what a container sees";
/// Heading of the list of layers.
pub const LAYERS: &str = "Layers";
/// Name of the tabs.
pub const LISTS: &str = "Lists of files";
/// Said when all layers were read.
pub const READ: &str = "The layers were read.";
/// Ends reading.
pub const CANCEL: &str = "Cancel";
/// The reason for reading layers at all.
pub const WHY: &str = "To list files, layers are read, counted and hashed here, off the page's \
    thread. Nothing is stored, and nothing in them is run.";
/// The layers below are not here.
pub const BELOW: &str = "Read the layers below to see what this layer adds and what it changes.";
/// The box that finds.
pub const FIND: &str = "Find by name, or by a glob such as /etc/**/*.conf";
/// The box that finds packages.
pub const FIND_PACKAGE: &str = "Find a package";
/// The box that finds in a file.
pub const FIND_TEXT: &str = "Find in this file";
/// The choice of the order.
pub const SORT: &str = "Order";
/// An order.
pub const BY_NAME: &str = "by name";
/// An order.
pub const BY_SIZE: &str = "largest first";
/// Shows what was removed.
pub const WITH_REMOVED: &str = "Show removed files";
/// Name of the links to the directories above.
pub const TRAIL: &str = "Path";
/// The root directory.
pub const ROOT: &str = "/";
/// Column.
pub const NAME: &str = "Name";
/// Column.
pub const SIZE: &str = "Size";
/// Column.
pub const WHAT: &str = "What";
/// Column.
pub const MODE: &str = "Mode";
/// Column.
pub const OWNER: &str = "Owner";
/// Column.
pub const TIME: &str = "Modified";
/// Column.
pub const LAYER: &str = "Layer";
/// Column.
pub const CHANGE: &str = "Change";
/// Column.
pub const WASTED: &str = "Wasted";
/// Column.
pub const WHAT_HAPPENED: &str = "What happened";
/// Column.
pub const PACKAGE: &str = "Package";
/// Column.
pub const VERSION: &str = "Version";
/// Column.
pub const ARCH: &str = "Architecture";
/// Column.
pub const LICENCE: &str = "Licence";
/// Column.
pub const SOURCE: &str = "From";
/// A path that a container does not see.
pub const REMOVED: &str = "removed";
/// A row that is not here yet.
pub const LOADING_ROW: &str = "…";
/// Something is odd about an entry.
pub const ODD: &str = "odd";
/// Nothing was found.
pub const NOTHING_FOUND: &str = "Nothing matches.";
/// A directory without anything in it.
pub const EMPTY_DIRECTORY: &str = "No layer that was read has anything in this directory.";
/// A layer that was read and has no entries.
pub const EMPTY_LAYER: &str = "empty layer";
/// Stands for the empty list of wasted bytes.
pub const NOTHING_WASTED: &str =
    "Nothing is wasted: no layer brings content that a later one replaces or removes.";
/// Stands for the empty list of packages.
pub const NO_PACKAGES: &str = "No database of packages was found: none of dpkg, apk or rpm, and \
    nothing that Python or npm write down.";
/// There is no such path.
pub const NO_SUCH_PATH: &str = "There is no such path in what was read so far.";
/// The file was removed.
pub const WAS_REMOVED: &str = "A later layer removed this, so a container does not see it. Its content is still in the image.";
/// The remark on an opaque directory (image-spec, whiteouts).
pub const OPAQUE: &str = "This layer hides all that layers below have in this directory.";
/// The remark on a sparse file, whose size is larger than the bytes stored.
pub const SPARSE: &str = "stored without its holes";
/// A link that leads nowhere.
pub const DANGLING: &str = "leads nowhere in this image";
/// A hard link whose first name has another file now, or none.
pub const FIRST_NAME_GONE: &str = ", which was replaced or removed later. The file stays: this is another \
    name of it.";
/// Stands before the name that a hard link was made to. That name may have another file since.
pub const HARD_LINK_TO: &str = ", hard link made to ";
/// Heading of what is odd.
pub const WHAT_IS_ODD: &str = "Odd about this entry";
/// Heading of attributes.
pub const XATTRS: &str = "Extended attributes";
/// There is nothing in a file.
pub const EMPTY_FILE: &str = "The file is empty.";
/// Copies a file's text.
pub const COPY: &str = "Copy the text";
/// Saves a file.
pub const SAVE: &str = "Save this file";
/// Name of the choice of forms.
pub const SHOWN_AS: &str = "Shown as";
/// The lines of a file.
pub const LINES: &str = "Lines of the file";
/// The heading of an archive's members.
pub const INSIDE: &str = "In this archive";
/// The worth of a listing by a table of contents.
pub const LISTED_BY_TABLE_MEANS: &str = "— checked against the digest in the manifest's annotation; the layer \
    itself was not read. Each file is checked against the table when it is opened.";
/// Beside a layer that a table lists.
pub const LISTED_BY_TABLE: &str = "listed from its table of contents";
/// Beside a layer whose table is of no use.
pub const TABLE_NOT_USED: &str = "its table of contents is not used";
/// Beside a layer that was read after its table.
pub const TABLE_AGREES: &str = "its table of contents agrees";
/// A layer that is not what its table tells.
pub const TABLE_DIFFERS: &str = "its table of contents does not match the layer";
/// A table that is odd.
pub const TABLE_IS_ODD: &str = "its table of contents is odd";
/// Encrypted or foreign layers are read all the same.
pub const TRY: &str = "Try to read it";

/// The label of a list's tab.
pub fn list(list: FileList) -> &'static str {
    match list {
        FileList::Tree => "Files",
        FileList::Largest => "Largest",
        FileList::Wasted => "Wasted",
        FileList::Packages => "Packages",
    }
}

/// The consequence of an obstacle to reading a layer.
pub fn closed(obstacle: &Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Encrypted(_) => {
            "Its files cannot be read without the key. Its bytes can be verified."
        }
        Obstacle::Foreign(_) => "Porthole asks for it only if you click.",
        Obstacle::NotALayer(_) => "So it has no files to list.",
    }
}

/// The layers that are listed by their tables of contents: the first, their number, and the number
/// of all.
pub fn listed_by_table(first: u16, count: usize, of: usize, format: &str) -> String {
    match (count, of) {
        (1, 1) => format!("Listed from the table of contents ({format})"),
        (1, _) => format!("{} is listed from its table of contents ({format})", layer(first)),
        _ if count == of => "All layers are listed from their tables of contents".to_owned(),
        _ => format!("{count} of {of} layers are listed from their tables of contents"),
    }
}

/// The button that reads what a table told of.
pub fn read_and_check(layers: usize, bytes: u64) -> String {
    match layers {
        1 => format!("Read and check the whole layer ({})", human_bytes(bytes)),
        _ => format!("Read and check {layers} whole layers ({})", human_bytes(bytes)),
    }
}

/// The work that is done without a table of contents.
pub fn table_refused(is_missing: bool) -> &'static str {
    if is_missing {
        "So its table of contents is not used, and the layer has to be read to list it."
    } else {
        "So its table of contents is not used; the layer was read as a whole."
    }
}

/// The basis on which content was checked.
pub fn checked(basis: Basis) -> &'static str {
    match basis {
        Basis::FirstPass => "These bytes are from a layer that was read whole and hashed here.",
        Basis::Toc => {
            "Verified: these bytes have the digest that the layer's table of contents \
            gives, and the table has the one that the manifest gives. The rest of the layer was \
            not read."
        }
        Basis::NoDigest => {
            "Not verified: the layer's table of contents has no digest of this file."
        }
        Basis::LooseToc => "Not verified: nothing vouches for the layer's table of contents.",
        Basis::Unhashed => "Not verified: the layer could not be compared with its digest.",
    }
}

/// The button that reads layers.
pub fn start(layers: usize, bytes: u64) -> String {
    match layers {
        1 => format!("Read the layer ({})", human_bytes(bytes)),
        _ => format!("Read {layers} layers ({})", human_bytes(bytes)),
    }
}

/// A layer is being read.
pub fn reading(done: u64, size: u64) -> String {
    format!("reading: {} of {}", human_bytes(done), human_bytes(size))
}

/// A layer was read.
pub fn entries(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "entry", "entries")
}

/// The owner of a file and its group, each by name or number.
pub fn owner(user: &str, group: &str) -> String {
    [user, ", group ", group].concat()
}

/// Entries that the tree has no place for.
pub fn left_out(count: u64) -> String {
    format!(
        "{} not in the tree: a path is too deep, a path leads through a link to itself or to a file, or \
         the tree is full.",
        entries(count)
    )
}

/// The changes of a layer, counted.
pub fn changes([added, changed, removed]: [u64; 3]) -> String {
    let mut parts = Vec::new();
    for (count, word) in [(added, "added"), (changed, "changed"), (removed, "removed")] {
        if count > 0 {
            parts.push(format!("{} {word}", grouped(count)));
        }
    }
    if parts.is_empty() { "no changes".to_owned() } else { parts.join(", ") }
}

/// The changes of a layer are counted against layers of which some could not be read whole.
pub fn unknown_below(layers: u16) -> String {
    let which = counted(layers.into(), "layer", "layers");
    ["as far as is known: ", &which, " below could not be read whole"].concat()
}

/// A layer was read in part.
pub fn in_part(reason: &str) -> String {
    format!("not whole: {reason}")
}

/// The number of rows.
pub fn count(list: FileList, is_filtered: bool, total: u64) -> String {
    let things = match (list, total) {
        (FileList::Tree, 1) if !is_filtered => "row",
        (FileList::Tree, _) if !is_filtered => "rows",
        (FileList::Packages, 1) => "package",
        (FileList::Packages, _) => "packages",
        (FileList::Wasted | FileList::Tree, 1) => "path",
        (FileList::Wasted | FileList::Tree, _) => "paths",
        (FileList::Largest, 1) => "file",
        (FileList::Largest, _) => "files",
    };
    format!("{} {things}", grouped(total))
}

/// The share of the layers' content that a container sees.
pub fn efficiency(visible: u64, total: u64, wasted: u64, thousandths: u32) -> String {
    format!(
        "{}.{} % efficient: of {} that layers bring, a container sees {}. {} wasted.",
        thousandths / 10,
        thousandths % 10,
        human_bytes(total),
        human_bytes(visible),
        human_bytes(wasted)
    )
}

/// A layer by its place from the base.
pub fn layer(number: u16) -> String {
    format!("Layer {}", u32::from(number) + 1)
}

/// The change that a layer made to a path.
pub fn change(layer_number: u16, kind: ChangeKind, size: u64) -> String {
    let text = format!("{} by layer {}", change_kind(kind), u32::from(layer_number) + 1);
    if size > 0 { format!("{text} ({})", human_bytes(size)) } else { text }
}

/// The button of a directory.
pub fn fold(name: &str, open: bool) -> String {
    format!("{} {name}", if open { "Close" } else { "Open" })
}

/// A file that is too large to be shown.
pub fn too_large(size: u64, limit: u64) -> String {
    format!(
        "The file has {}, more than the {} that are shown here. It can be saved.",
        human_bytes(size),
        human_bytes(limit)
    )
}

/// A file that is too large for a page.
pub fn far_too_large(limit: u64) -> String {
    format!("Files of more than {} cannot be saved from a page.", human_bytes(limit))
}

/// The content is not at hand.
pub fn read_again(size: u64) -> String {
    format!("Read the layer again for this file ({})", human_bytes(size))
}

/// The content is not at hand, but can be had by a part of the layer.
pub fn read_part(part: u64) -> String {
    format!("Read this file ({} of the layer)", human_bytes(part))
}

/// The same for a file that is only saved.
pub fn save_part(part: u64) -> String {
    format!("Read this file ({} of the layer) and save it", human_bytes(part))
}

/// The button that saves a file without showing it.
pub fn save_large(layer: u64) -> String {
    format!("Read the layer again ({}) and save this file", human_bytes(layer))
}

/// The size of a compressed file's content.
pub fn unpacked(size: u64) -> String {
    format!("Compressed; unpacked it has {}.", human_bytes(size))
}

/// A form of a file's content.
pub fn form(form: Form) -> &'static str {
    match form {
        Form::Picture(_) => "Picture",
        Form::Json => "JSON",
        Form::Archive => "Contents",
        Form::Text => "Text",
        Form::Hex => "Bytes",
    }
}

/// Counts the lines in which the search text was found.
pub fn matching(lines: usize) -> String {
    match lines {
        0 => "No line matches.".to_owned(),
        1 => "1 line matches.".to_owned(),
        _ => format!("{lines} lines match; only they are shown."),
    }
}
