//! A report as Markdown, for a ticket or a review.

use super::{
    Check, Checked, Report, ReportContext, Totals,
    report::{NOT_CHECKED, role},
};
use crate::{
    oci::Platform,
    ops::progress::{Mismatch, Outcome},
};

impl Report {
    /// Returns the report as Markdown: the objects, the comparisons, and what was not checked.
    pub fn to_markdown(&self, context: &ReportContext) -> String {
        let mut text = format!("# Verification of {}\n\n", cell(&context.reference));
        let root = self.root.as_ref().map_or("nothing", |root| root.digest.as_str());
        let platform = context.platform.as_deref().unwrap_or("all");
        for (name, value) in [
            ("Registry", context.registry.as_str()),
            ("Digest", root),
            ("Platforms", platform),
            ("Checked at", &context.checked_at),
        ] {
            text += &format!("- {name}: {}\n", cell(value));
        }
        text += &format!("- Objects: {}\n", sum(&self.totals()));
        text += &format!("- Chain: {}\n", sum(&self.chain_totals()));
        if self.cut {
            text += "- Incomplete: part of the image was left out\n";
        }
        text += "\n| object | digest | bytes | state |\n|---|---|---|---|\n";
        self.objects.iter().for_each(|object| text += &row(object));
        text += "\n| compared | object | state |\n|---|---|---|\n";
        self.checks.iter().for_each(|check| text += &compared(check));
        text += "\nNot checked:\n\n";
        NOT_CHECKED.iter().for_each(|what| text += &format!("- {what}\n"));
        text
    }
}

fn sum(totals: &Totals) -> String {
    let Totals { verified, mismatched, not_verified, .. } = totals;
    format!("{verified} verified, {mismatched} mismatch, {not_verified} not verified")
}

fn row(object: &Checked) -> String {
    let platforms: Vec<String> = object.platforms.iter().map(Platform::to_string).collect();
    let what = format!("{} {}", role(object.role), cell(&platforms.join(", ")));
    let (digest, size) = (&object.descriptor.digest, object.descriptor.size);
    format!("| {} | {digest} | {size} | {} |\n", what.trim_end(), state(object.worst()))
}

fn compared(check: &Check) -> String {
    format!("| {} | {} | {} |\n", check.about.name(), check.subject, state(&check.outcome))
}

fn state(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Verified => "verified".to_owned(),
        Outcome::Mismatch(Mismatch::Digest { actual, .. }) => format!("mismatch: {actual}"),
        Outcome::Mismatch(Mismatch::Size { actual, .. }) => format!("mismatch: {actual} bytes"),
        Outcome::Mismatch(Mismatch::Claim { expected, actual }) => {
            format!("mismatch: {}, not {}", cell(actual), cell(expected))
        }
        Outcome::NotVerified(why) => format!("not verified: {}", cell(&why.to_string())),
        _ => "not verified".to_owned(),
    }
}

/// Escapes foreign text for a cell: nothing begins a cell, a line, a link or a tag.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(500) {
        match c {
            '|' | '<' | '[' | ']' | '`' | '\\' | '*' | '_' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
