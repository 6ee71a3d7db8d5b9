//! The memory of the tab while it works: what its process holds, as Linux counts it, and the heap of
//! the page's own scripts, as Chromium does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use xtask::failure::Result;

use super::goals::Measured;
use crate::browser::Page;

/// The memory that is in use at one moment, in bytes.
#[derive(Clone, Copy, Default)]
struct Sample {
    /// The process of the tab: page, engines, buffers of streams. `None` where this is no Linux.
    tab: Option<u64>,
    /// The page's JavaScript heap, without workers.
    heap: Option<u64>,
}

/// Looks again and again: a state that begins with `resting` is what the next one is held against.
pub(super) struct Watch {
    state: String,
    before: Sample,
    most: Sample,
    grown: Vec<Measured>,
}

impl Watch {
    /// Nothing seen yet.
    ///
    /// # Errors
    /// When the browser does not measure itself.
    pub(super) async fn start(page: &Page) -> Result<Self> {
        page.cdp("Performance.enable", json!({})).await?;
        let (before, most) = (Sample::default(), Sample::default());
        Ok(Self { state: String::new(), before, most, grown: Vec::new() })
    }

    /// Looks, while the page is in a state.
    ///
    /// # Errors
    /// When the browser is gone.
    pub(super) async fn look(&mut self, page: &Page, state: &str) -> Result<()> {
        let resting = |state: &str| state.starts_with("resting");
        if state != self.state {
            if resting(&self.state) {
                self.before = self.most;
            } else {
                self.end();
            }
            self.most = Sample::default();
            state.clone_into(&mut self.state);
        }
        let now = Sample { tab: of_tab(), heap: of_page(page).await? };
        // At rest the last look counts, at work the most that was seen.
        self.most = match resting(state) {
            true => now,
            false => Sample { tab: now.tab.max(self.most.tab), heap: now.heap.max(self.most.heap) },
        };
        Ok(())
    }

    fn end(&mut self) {
        let pairs =
            [("tab", self.before.tab, self.most.tab), ("heap", self.before.heap, self.most.heap)];
        for (group, before, most) in pairs {
            if let (Some(before), Some(most)) = (before, most) {
                let grown = most.saturating_sub(before) as f64;
                self.grown.push(Measured::new(group, &self.state, grown));
            }
        }
        self.before = Sample::default();
    }

    /// By how much each state grew what was there at rest, in bytes.
    pub(super) fn grown(mut self) -> Vec<Measured> {
        self.end();
        self.grown
    }
}

/// The page's JavaScript heap.
async fn of_page(page: &Page) -> Result<Option<u64>> {
    let answer = page.cdp("Performance.getMetrics", json!({})).await?;
    let mut metrics = answer.get("metrics").and_then(Value::as_array).into_iter().flatten();
    let is_heap = |metric: &&Value| metric.get("name").is_some_and(|name| name == "JSHeapUsedSize");
    Ok(metrics.find(is_heap).and_then(|heap| heap.get("value")?.as_u64()))
}

/// The largest process of ours that draws a page: what is its own and what it shares, without files.
fn of_tab() -> Option<u64> {
    let processes = fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.path());
    processes.filter(|process| is_tab(process)).filter_map(|process| held(&process)).max()
}

fn is_tab(process: &Path) -> bool {
    let read = |path: &Path| fs::read(path.join("cmdline")).unwrap_or_default();
    let arguments = String::from_utf8_lossy(&read(process)).into_owned();
    arguments.contains("--type=renderer") && is_ours(process)
}

/// Returns true if this program started the process, or started one of its parents.
fn is_ours(process: &Path) -> bool {
    let mut process = process.to_path_buf();
    // Generations, and enough of them.
    for _ in 0..16 {
        match field(&process, "PPid:") {
            Some(parent) if parent == u64::from(std::process::id()) => return true,
            Some(parent) if parent > 1 => process = PathBuf::from(format!("/proc/{parent}")),
            _ => return false,
        }
    }
    false
}

fn held(process: &Path) -> Option<u64> {
    let kilobytes = field(process, "RssAnon:")? + field(process, "RssShmem:")?;
    Some(kilobytes * 1024)
}

/// A number of a process's status.
fn field(process: &Path, name: &str) -> Option<u64> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn processes_are_read_where_there_is_linux() {
        let own = PathBuf::from("/proc/self");
        if own.exists() {
            assert!(held(&own).unwrap() > 100_000);
            assert!(!is_tab(&own));
        }
    }
}
