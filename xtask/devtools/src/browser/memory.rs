//! The memory of the processes in which a browser draws pages, as Linux counts it.

use std::{collections::BTreeMap, fs};

/// The argument of a process that draws pages.
const RENDERER: &str = "--type=renderer";

/// Returns the most memory in bytes that a process below this one held which draws pages, workers included.
/// `None` where the system does not tell.
pub(super) fn renderer_peak(root: u32) -> Option<u64> {
    let processes = processes();
    let is_below = |mut id: u32| {
        while id != root {
            match processes.get(&id) {
                Some(parent) => id = *parent,
                None => return false,
            }
        }
        true
    };
    let below = processes.keys().copied().filter(|id| is_below(*id));
    below.filter(|id| draws_pages(*id)).filter_map(peak).max()
}

/// Returns the running processes with their parents.
fn processes() -> BTreeMap<u32, u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter_map(|id| Some((id, status(id, "PPid:")?.try_into().ok()?))).collect()
}

fn draws_pages(id: u32) -> bool {
    // Chromium writes the words of such a process again, with spaces between them.
    let words = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    words.windows(RENDERER.len()).any(|word| word == RENDERER.as_bytes())
}

fn peak(id: u32) -> Option<u64> {
    Some(status(id, "VmHWM:")? * 1024)
}

/// Returns a number of a process's status.
fn status(id: u32, field: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_this_process_is_told_and_it_draws_no_pages() {
        let id = std::process::id();
        assert!(peak(id).is_some_and(|bytes| bytes > 1 << 20));
        assert!(processes().contains_key(&id) && !draws_pages(id));
        assert_eq!(renderer_peak(id), None);
    }
}
