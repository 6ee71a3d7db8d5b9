//! The memory of this process, as Linux reports it.

use std::fs;

/// Resets the peak (proc(5), `clear_refs`).
pub(crate) fn reset() {
    fs::write("/proc/self/clear_refs", "5").expect("Linux forgets the peak");
}

/// Returns the peak since the reset, in MiB.
pub(crate) fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.expect("a number of KiB") >> 10
}
