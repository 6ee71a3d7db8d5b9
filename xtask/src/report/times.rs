//! The times that steps took on this machine, kept from run to run.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

/// The number of times that are kept of a step.
const KEPT: usize = 5;

/// The times of all steps.
pub(super) struct Times {
    file: PathBuf,
    /// The last times of each step in milliseconds, the newest at the end.
    steps: BTreeMap<String, Vec<u64>>,
}

impl Times {
    /// Reads the times; none where there is no file.
    pub(super) fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let steps = text.lines().filter_map(|line| {
            let (name, times) = line.split_once('\t')?;
            Some((name.to_owned(), times.split(' ').filter_map(|t| t.parse().ok()).collect()))
        });
        Self { file: file.to_owned(), steps: steps.collect() }
    }

    /// The time that a step usually takes: the median of the last ones.
    pub(super) fn usual(&self, name: &str) -> Option<Duration> {
        let mut times = self.steps.get(name)?.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().map(Duration::from_millis)
    }

    /// Adds a time, and writes the file. A file that cannot be written costs only the next estimate.
    pub(super) fn add(&mut self, name: &str, time: Duration) {
        let times = self.steps.entry(name.to_owned()).or_default();
        times.push(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        if times.len() > KEPT {
            times.remove(0);
        }
        let lines = self.steps.iter().map(|(name, times)| {
            let times: Vec<String> = times.iter().map(u64::to_string).collect();
            format!("{name}\t{}\n", times.join(" "))
        });
        let _ = std::fs::write(&self.file, lines.collect::<String>());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_median_of_the_last_times_is_kept() {
        let file = std::env::temp_dir().join(format!("xtask-times-{}", std::process::id()));
        let _ = std::fs::remove_file(&file);
        let mut times = Times::read(&file);
        assert_eq!(times.usual("compile"), None);
        for millis in [90_000, 1_000, 2_000, 9_000, 4_000, 3_000] {
            times.add("compile", Duration::from_millis(millis));
        }
        let read = Times::read(&file);
        assert_eq!(read.usual("compile"), Some(Duration::from_secs(3)), "without the oldest");
        assert_eq!(read.usual("other"), None);
        std::fs::remove_file(&file).unwrap();
    }
}
