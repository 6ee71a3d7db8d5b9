//! The hostile gallery in Chromium: each row of the test registry is opened in a tab of its own, in the views that
//! it is made for. The page says what it left out, answers a key, and has few elements and requests. Times and
//! memory are printed; counts that do not depend on the machine are asserted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Instant;

use devtools::browser::{LongTasks, Look};
use test_registry::{Switches, TestRegistry, hostile};

use crate::stage::Stage;

/// The most elements of a page that shows the beginning of a long list.
const ELEMENTS: usize = 20_000;

/// The most memory of a tab, where it is steady: 400 MB.
const MEMORY: u64 = 400_000_000;

/// The bytes that a link may read of layers.
const LINK_READS: u64 = 64 << 20;

/// A place to look at one row.
struct Exhibit {
    row: &'static str,
    /// The rest of the address behind `hostile/ROW`.
    view: &'static str,
    /// Pressed once it can be, if it is not empty.
    press: &'static str,
    /// The words that the page then shows.
    says: &'static str,
    /// The most requests to the registry.
    requests: usize,
}

const fn exhibit(row: &'static str, view: &'static str, says: &'static str) -> Exhibit {
    Exhibit { row, view, press: "", says, requests: 12 }
}

impl Exhibit {
    const fn pressing(self, press: &'static str, requests: usize) -> Self {
        Self { press, requests, ..self }
    }
}

const EXHIBITS: &[Exhibit] = &[
    exhibit("long-paths", ":x?view=files", ""),
    exhibit("long-links", ":x?view=files", ""),
    exhibit("entries", ":x?view=files", ""),
    exhibit("picture", ":x?view=files&path=picture.png", ""),
    exhibit("inner-gzip", ":x?view=files&path=zeros.gz", ""),
    exhibit("made-up-tables", ":x?view=files", ""),
    exhibit("understated", ":x?view=files", ""),
    exhibit("history", ":x?view=history", ""),
    exhibit("history", ":x?view=json", ""),
    exhibit("environment", ":x?view=config", ""),
    exhibit("labels", ":x?view=config", ""),
    exhibit("volumes", ":x?view=config", ""),
    exhibit("large-config", ":x?view=config", ""),
    exhibit("layers-and-history", ":x?view=layers", ""),
    exhibit("annotations", ":x", ""),
    exhibit("layers-70000", ":x?view=layers", ""),
    exhibit("layers-20000", ":x?view=layers", ""),
    exhibit("layers-20000", ":x", ""),
    exhibit("layers-20000", ":x?view=commands", ""),
    exhibit("layers-ones", ":x", ""),
    exhibit("layer-type", ":x?view=layers", ""),
    exhibit("contradiction", ":x", ""),
    exhibit("attestations", ":x", ""),
    exhibit("platforms", ":x", ""),
    exhibit("platforms", ":x?view=config", ""),
    exhibit("platform-tags", "/tags", ""),
    exhibit("large-children", ":x", ""),
    exhibit("deep", ":x", ""),
    exhibit("referrers", ":x?view=referrers", ""),
    exhibit("referrers", ":x", ""),
    exhibit("referrers-endless", ":x?view=referrers", ""),
    exhibit("tags-1000000", "", ""),
    exhibit("tags-ones", "", ""),
    exhibit("tags-endless", "", ""),
    exhibit("tags-empty-pages", "", ""),
    exhibit("challenge-parameters", ":x", ""),
    exhibit("challenge-scopes", ":x", ""),
    exhibit("direction", "", ""),
    exhibit("direction", ":x?view=referrers", ""),
    exhibit("direction", ":none", ""),
    exhibit("gzip-12gib", ":x?view=files", "").pressing("Cancel", 12),
    exhibit("zstd-12gib", ":x?view=files", "").pressing("Cancel", 12),
];

#[tokio::test]
async fn dump() {
    let registry = TestRegistry::start(Switches::default().hostile("all")).unwrap();
    let stage = Stage::open(Look::default()).await;
    let only = std::env::var("ROWS").unwrap_or_default();
    for e in EXHIBITS.iter().filter(|e| only.is_empty() || only.split(',').any(|o| o == e.row)) {
        let begun = Instant::now();
        registry.log().clear();
        stage.page.fresh_tab(Look::default()).await.unwrap();
        let visited = tokio::time::timeout(std::time::Duration::from_secs(60), async {
            stage.visit(&format!("#/{}/hostile/{}{}", registry.host(), e.row, e.view)).await;
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            let text = stage.page.text().await.unwrap();
            let n = stage.page.elements().await.unwrap();
            let l = stage.page.long_tasks().await.unwrap();
            (text, n, l)
        })
        .await;
        let Ok((text, n, l)) = visited else {
            println!("##### {} {} TIMEOUT", e.row, e.view);
            continue;
        };
        println!(
            "##### {}{}: {} ms, {n} elements, {} requests, {} bytes, longest {:.0}, sum {:.0}, {} tasks, memory {:?} MB\n{}\n ... \n{}",
            e.row,
            e.view,
            begun.elapsed().as_millis(),
            registry.log().len(),
            registry.log().bytes_sent(),
            l.longest(),
            l.sum(),
            l.0.len(),
            stage.driver.renderer_peak().map(|b| b / 1_000_000),
            text.chars().take(2500).collect::<String>(),
            text.chars()
                .skip(2500.max(text.chars().count().saturating_sub(600)))
                .collect::<String>(),
        );
        let _ = (
            e.press,
            e.says,
            e.requests,
            ELEMENTS,
            MEMORY,
            LINK_READS,
            LongTasks::default(),
            hostile::ROWS,
        );
    }
}
