//! `cargo xtask size`: what the built page weighs, against its budgets. Weighs files gzipped at
//! level 9, as a careful host sends them; a kilobyte is 1000 bytes.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use xtask::{
    args::{Args, Command, Opt},
    failure::{Failure, OrFail, Result},
    steps::root,
};

use crate::html::start_tags;

pub(crate) const COMMAND: Command = Command {
    name: "size",
    about: "Prints the sizes of the built page against its budgets; fails when one is over.",
    argument: None,
    options: &[Opt { name: "--dist", value: Some("DIR"), about: "the built page [dist]" }],
    own_options: None,
    run: |args: &Args| size(&root().join(args.get("--dist").unwrap_or("dist"))),
};

/// The most that some files may weigh, in bytes gzipped.
struct Budget {
    what: &'static str,
    most: usize,
    counts: fn(&File) -> bool,
}

/// The budget of the part that explores registries: its weight, rounded up. The design has no budget for
/// it. See `DESIGN.md`, “What does the page weigh?”.
const EXPLORER: usize = 484_000;

/// The budget of the part that opens layers: its weight, rounded up. The design has no budget for it.
const OPENING: usize = 157_000;

/// DESIGN section 8. The first load is everything that the page asks for before a person does
/// anything: the explorer and the engine are not among it.
const BUDGETS: [Budget; 6] = [
    Budget {
        what: "page wasm",
        most: 150_000,
        counts: |f| f.is("wasm") && !f.is_engine() && f.first,
    },
    Budget {
        what: "explorer",
        most: EXPLORER,
        counts: |f| f.is("wasm") && !f.is_engine() && !f.first,
    },
    Budget { what: "engine", most: 110_000, counts: |f| f.is_engine() && !f.opens_layers() },
    Budget { what: "opening", most: OPENING, counts: File::opens_layers },
    Budget { what: "styles", most: 10_000, counts: |f| f.is("css") },
    Budget { what: "first load", most: 175_000, counts: |f| f.first },
];

/// A file of the built page.
struct File {
    name: String,
    zipped: usize,
    /// True if the page loads it at once.
    first: bool,
}

impl File {
    fn is(&self, extension: &str) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, end)| end == extension)
    }

    fn is_engine(&self) -> bool {
        self.name.contains("engine")
    }

    /// The engine's part for looking into layers, loaded when the first one is opened.
    fn opens_layers(&self) -> bool {
        self.name.starts_with("engine-files")
    }
}

/// Weighs a built page.
///
/// # Errors
/// When it is not built, or over a budget.
pub(crate) fn size(dist: &Path) -> Result<()> {
    let files = files(dist)?;
    for file in &files {
        let first = if file.first { "first load" } else { "" };
        println!("{:>9}  {:<52} {first}", file.zipped, file.name);
    }
    println!();
    let over = judge(&files);
    match over.len() {
        0 => Ok(()),
        _ => Err(Failure::new(
            format!("over budget: {}", over.join(", ")),
            "find what grew: twiggy, or cargo tree --target wasm32-unknown-unknown --features app",
        )),
    }
}

/// Prints each budget, and returns those that are exceeded.
fn judge(files: &[File]) -> Vec<&'static str> {
    let mut over = Vec::new();
    for budget in &BUDGETS {
        let counted = files.iter().filter(|file| (budget.counts)(file));
        let weight: usize = counted.map(|file| file.zipped).sum();
        let state = if weight > budget.most { "OVER" } else { "ok" };
        println!("{:<11} {weight:>8} of {:>7} bytes gzipped  {state}", budget.what, budget.most);
        if weight > budget.most {
            over.push(budget.what);
        }
    }
    over
}

fn files(dist: &Path) -> Result<Vec<File>> {
    let next = "build the page first: cargo xtask dist";
    let index = dist.join("index.html");
    let html = std::fs::read_to_string(&index).or_fail(index.display(), next)?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(dist).or_fail(dist.display(), next)? {
        paths.push(entry.or_fail(dist.display(), next)?.path());
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths.iter().filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).or_fail(path.display(), next)?;
        let first = name == "index.html" || loads(&html, &name);
        files.push(File { name, zipped: zipped(&bytes)?, first });
    }
    Ok(files)
}

/// Returns true if the page itself asks for a file.
fn loads(html: &str, name: &str) -> bool {
    start_tags(html).iter().any(|tag| {
        let address = tag.get("src").or_else(|| tag.get("href"));
        address.is_some_and(|address| address.trim_start_matches("./") == name)
    })
}

fn zipped(bytes: &[u8]) -> Result<usize> {
    let next = "this is a fault of xtask itself";
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).or_fail("gzip", next)?;
    Ok(encoder.finish().or_fail("gzip", next)?.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn file(name: &str, zipped: usize, first: bool) -> File {
        File { name: name.into(), zipped, first }
    }

    #[test]
    fn each_budget_counts_its_own_files() {
        let fits = [
            file("porthole-1_bg.wasm", 150_000, true),
            file("porthole-explorer-1.wasm", EXPLORER, false),
            file("engine-1_bg.wasm", 110_000, false),
            file("engine-files-1.wasm", OPENING, false),
            file("style-1.css", 10_000, true),
            file("index.html", 15_000, true),
        ];
        assert_eq!(judge(&fits), [""; 0]);
        let each = ["page wasm", "explorer", "engine", "opening", "styles", "first load"];
        for (at, over) in each.into_iter().enumerate() {
            let mut files =
                fits.iter().map(|f| file(&f.name, f.zipped, f.first)).collect::<Vec<_>>();
            files[at].zipped += 1;
            assert!(judge(&files).contains(&over), "{over}");
        }
    }

    #[test]
    fn the_first_load_is_what_the_page_asks_for() {
        let html = "<script src=./boot-1.js></script><link rel=preload href=\"./a_bg.wasm\">";
        assert!(loads(html, "boot-1.js") && loads(html, "a_bg.wasm"));
        assert!(!loads(html, "engine_bg.wasm"));
    }

    #[test]
    fn weighing_is_gzip() {
        assert!(zipped(&[0; 100_000]).unwrap() < 200);
        assert!(zipped(b"abc").unwrap() > 3);
    }
}
