//! A verification as rows and counts.

mod run;

pub use run::{Counts, Row, Run, State};

pub use crate::ops::{
    progress::{JobEvent, Mismatch, Outcome, Role, UnverifiedReason},
    verify::{About, Check, Checked, Report, ReportContext, Totals, Unchecked},
};

#[cfg(test)]
mod tests;
