//! The hostile gallery in Chromium: each row of the test registry is opened in a tab of its own, in the views that
//! it is made for. The page says what it left out, answers a key, and has few elements and requests. Times and
//! memory are printed; counts that do not depend on the machine are asserted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use devtools::browser::{LongTasks, Look};
use test_registry::{Switches, TestRegistry, hostile};
use tokio::time::timeout;

use crate::stage::Stage;

/// The most elements of a page that shows the beginning of a long list.
const ELEMENTS: usize = 20_000;

/// The most memory of a tab, workers included: 400 MB.
const MEMORY: u64 = 400_000_000;

/// The bytes that a link may read of layers, with those that were under way between registry and page by then.
const BYTES: u64 = 80 << 20;

/// The time after which a page is taken for dead.
const PATIENCE: Duration = Duration::from_secs(90);

/// The said words of a document that has more values than are read.
const VALUES: &str = "has more than 100,000 values; the rest was not read";

/// A way to look at one row.
struct Exhibit {
    row: &'static str,
    /// The rest of the address behind `hostile/ROW`.
    view: &'static str,
    /// The words on the button that is pressed, if one is.
    press: &'static str,
    /// The words that the page then shows.
    says: &'static str,
    /// The most requests to the registry.
    requests: usize,
    /// The time for which the page may go on asking before its requests are counted.
    rest: Duration,
    /// The reason why the memory is printed and not asserted, if there is one.
    memory: Option<&'static str>,
}

const fn exhibit(row: &'static str, view: &'static str, says: &'static str) -> Exhibit {
    Exhibit { row, view, press: "", says, requests: 20, rest: Duration::ZERO, memory: None }
}

impl Exhibit {
    const fn pressing(self, press: &'static str) -> Self {
        Self { press, ..self }
    }

    const fn requests(self, requests: usize) -> Self {
        Self { requests, ..self }
    }

    const fn resting(self, seconds: u64) -> Self {
        Self { rest: Duration::from_secs(seconds), ..self }
    }

    const fn unsteady(self, why: &'static str) -> Self {
        Self { memory: Some(why), ..self }
    }
}

const EXHIBITS: &[Exhibit] = &[
    exhibit("long-paths", ":x?view=files", "was left out; Linux allows"),
    exhibit("long-links", ":x?view=files", "was left out; Linux allows"),
    exhibit("entries", ":x?view=files", " added"),
    exhibit("gzip-12gib", ":x?view=files", "a second"),
    exhibit("zstd-12gib", ":x?view=files", "1 added"),
    exhibit(
        "picture",
        ":x?view=files&path=picture.png",
        "is not drawn: it would take too much memory",
    ),
    exhibit("inner-gzip", ":x?view=files&path=zeros.gz", "zeros.gz"),
    exhibit("made-up-tables", ":x?view=files", "Layer 24").requests(100).resting(3),
    exhibit("understated", ":x?view=files", "Layer 1").resting(12),
    exhibit("history", ":x?view=history", "Show more ("),
    exhibit("history", ":x?view=json", "schemaVersion"),
    exhibit("environment", ":x?view=config", "Show more ("),
    exhibit("labels", ":x?view=config", "Show more ("),
    exhibit("labels", ":x?view=config", VALUES),
    exhibit("volumes", ":x?view=config", "Show more ("),
    exhibit("large-config", ":x?view=config", "bytes more)"),
    exhibit("layers-and-history", ":x?view=layers", "Show more ("),
    exhibit("layers-and-history", ":x?view=history", "Show more ("),
    exhibit("annotations", ":x", VALUES),
    exhibit("layers-70000", ":x", VALUES),
    exhibit("layers-20000", ":x?view=layers", "Show more ("),
    exhibit("layers-20000", ":x", "The tree is too large to be shown whole."),
    exhibit("layers-20000", ":x?view=verify", "Verify every byte"),
    exhibit("layers-20000", ":x?view=commands", "regctl"),
    exhibit("layers-ones", ":x", VALUES),
    exhibit("layer-type", ":x", "is longer than 255 bytes"),
    exhibit("contradiction", ":x", "is longer than 255 bytes"),
    exhibit("attestations", ":x", "The tree is too large to be shown whole."),
    exhibit("platforms", ":x", "The tree is too large to be shown whole.").requests(80),
    exhibit("platforms", ":x?view=config", "linux/00000"),
    exhibit("platform-tags", "", "v29")
        .requests(100)
        .unsteady("558 MB: the tab keeps 30 indexes of 3.6 MB, and their values"),
    exhibit("large-children", ":x", "linux/a0")
        .requests(60)
        .unsteady("598 MB: the tab keeps 40 manifests of 4 MB, and their values"),
    exhibit("deep", ":x", "OCI index").requests(60),
    exhibit("referrers", ":x?view=referrers", "This list may be incomplete"),
    exhibit("referrers", ":x", "This list may be incomplete"),
    exhibit("referrers-endless", ":x?view=referrers", "This list may be incomplete").requests(120),
    exhibit("tags-1000000", "", "more than 100,000 names at once").requests(60),
    exhibit("tags-ones", "", "more than 100,000 names at once"),
    exhibit("tags-endless", "", "The list has more than 200,000 names")
        .pressing("Read all")
        .requests(300),
    exhibit("tags-empty-pages", "", "Reading it was ended.").pressing("Read all").requests(1_010),
    exhibit("challenge-parameters", ":x", "The registry asks for credentials"),
    exhibit("challenge-scopes", ":x", "The registry asks for credentials"),
    exhibit("direction", "", "\u{27e8}U+202E\u{27e9}"),
    exhibit("direction", ":x?view=referrers", "\u{27e8}U+202E\u{27e9}"),
    exhibit("direction", ":x", "\u{27e8}U+202E\u{27e9}"),
    exhibit("direction", ":none", "\u{27e8}U+202E\u{27e9}"),
    exhibit("catalog-1000000", "", "more than 100,000 names at once"),
    exhibit("catalog-100000", "", "100,000"),
    exhibit("catalog-endless", "", "Reading it was ended.").pressing("Read all").requests(1_100),
];

/// The costs of a page.
struct Cost {
    elements: usize,
    requests: usize,
    bytes: u64,
    long: LongTasks,
    memory: Option<u64>,
}

/// Opens the page of an exhibit, and has it answer a key.
async fn look_at(
    stage: &Stage,
    registry: &TestRegistry,
    exhibit: &Exhibit,
) -> Result<Cost, String> {
    let Exhibit { row, view, press, says, .. } = exhibit;
    stage.page.fresh_tab(Look::default()).await.map_err(told)?;
    // The tab before may still have asked until it was closed.
    registry.log().clear();
    let place = if row.starts_with("catalog-") { String::new() } else { format!("/hostile/{row}") };
    stage.visit(&format!("#/{}{place}{view}", registry.host())).await;
    if !press.is_empty() {
        wait_for(stage, "more to read").await?;
        let click = format!(
            "const found = [...document.querySelectorAll('main button')]\
             .find(button => button.textContent.startsWith({press:?}));\
             found?.click(); return found !== undefined"
        );
        stage.page.wait_until(&click, "the button is not there").await.map_err(told)?;
    }
    wait_for(stage, says).await?;
    tokio::time::sleep(exhibit.rest).await;
    stage.page.key("?").await.map_err(told)?;
    let open = "return document.querySelector('dialog[open]') !== null";
    stage.page.wait_until(open, "the page answers no key").await.map_err(told)?;
    let turned = "return (/.{0,80}[\\u202a-\\u202e\\u2066-\\u2069\\u200e\\u200f]/\
        .exec(document.documentElement.outerHTML) ?? [''])[0]";
    let turned: String = stage.page.script(turned).await.map_err(told)?;
    if !turned.is_empty() {
        return Err(format!("a direction-changing character is in the document: {turned:?}"));
    }
    Ok(Cost {
        elements: stage.page.elements().await.map_err(told)?,
        requests: registry.log().len(),
        bytes: registry.log().bytes_sent(),
        long: stage.page.long_tasks().await.map_err(told)?,
        memory: stage.driver.renderer_peak(),
    })
}

/// Waits for words as long as the exhibit may take: a registry without optimising makes some of them for seconds.
async fn wait_for(stage: &Stage, words: &str) -> Result<(), String> {
    for _ in 0..3 {
        if stage.page.wait_for_text(words).await.is_ok() {
            return Ok(());
        }
    }
    stage.page.wait_for_text(words).await.map_err(told)
}

fn told(failure: impl std::fmt::Display) -> String {
    failure.to_string()
}

/// Prints the costs. Returns those that are too high.
fn judge(exhibit: &Exhibit, cost: &Cost) -> Vec<String> {
    let Cost { elements, requests, bytes, long, memory } = cost;
    println!(
        "{:<40} {elements:>6} elements {requests:>5} requests {bytes:>9} bytes; {:>3} long tasks, longest {:>5.0} ms, \
         together {:>6.0} ms; {:>4} MB",
        format!("{}{}", exhibit.row, exhibit.view),
        long.0.len(),
        long.longest(),
        long.sum(),
        memory.map_or_else(|| "?".to_owned(), |bytes| (bytes / 1_000_000).to_string()),
    );
    let mut faults = Vec::new();
    let mut check = |fits: bool, what: &str| {
        if !fits {
            faults.push(format!("{}{}: {what}", exhibit.row, exhibit.view));
        }
    };
    check(*elements < ELEMENTS, &format!("{elements} elements"));
    check(*requests <= exhibit.requests, &format!("{requests} requests"));
    check(*bytes <= BYTES, &format!("{bytes} bytes"));
    let fits = memory.is_none_or(|bytes| bytes < MEMORY) || exhibit.memory.is_some();
    check(fits, &format!("{memory:?} bytes of memory"));
    faults
}

#[tokio::test]
async fn every_row_of_the_gallery_leaves_the_page_alive() {
    let gallery = TestRegistry::start(Switches::default().hostile("all")).unwrap();
    let stage = Stage::open(Look::default()).await;
    let only = std::env::var("PORTHOLE_GALLERY").unwrap_or_default();
    let mut faults = Vec::new();
    for exhibit in EXHIBITS.iter().filter(|exhibit| exhibit.row.starts_with(&only)) {
        // A registry has one catalog.
        let alone = || TestRegistry::start(Switches::default().hostile(exhibit.row)).unwrap();
        let own = exhibit.row.starts_with("catalog-").then(alone);
        let registry = own.as_ref().unwrap_or(&gallery);
        match timeout(PATIENCE, look_at(&stage, registry, exhibit)).await {
            Ok(Ok(cost)) => faults.extend(judge(exhibit, &cost)),
            Ok(Err(why)) => faults.push(format!("{}{}: {why}", exhibit.row, exhibit.view)),
            Err(_) => faults.push(format!("{}{}: dead", exhibit.row, exhibit.view)),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_row_of_the_test_registry_is_looked_at() {
    for (row, _) in hostile::ROWS {
        assert!(EXHIBITS.iter().any(|exhibit| exhibit.row == *row), "{row}");
    }
}
