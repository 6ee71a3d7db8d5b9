//! How much memory this process takes, as Linux tells it.

use std::fs;

/// Forgets the peak so far (proc(5), `clear_refs`).
pub(crate) fn reset() {
    fs::write("/proc/self/clear_refs", "5").expect("Linux forgets the peak");
}

/// The peak since then, in MiB.
pub(crate) fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.expect("a number of KiB") >> 10
}
