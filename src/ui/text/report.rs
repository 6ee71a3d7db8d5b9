//! The report of a verification as Markdown, for a ticket or a review.

use super::{
    numbers::counted,
    ops::outcome,
    verify::{about, role},
};
use crate::{
    app::views::verify::{Check, Checked, Outcome, Report, ReportContext, Totals, Unchecked},
    app::views::visible_text::visible,
    oci::Platform,
};

/// Returns the report: the objects, the comparisons, and the limits of a verification.
pub fn markdown(report: &Report, context: &ReportContext) -> String {
    let mut text = format!("# Verification of {}\n\n", cell(&context.reference));
    let root = report.root.as_ref().map_or("nothing", |root| root.digest.as_str());
    let platform = context.platform.as_deref().unwrap_or("all");
    for (name, value) in [
        ("Registry", context.registry.as_str()),
        ("Digest", root),
        ("Platforms", platform),
        ("Checked at", &context.checked_at),
    ] {
        text += &format!("- {name}: {}\n", cell(value));
    }
    text += &format!("- Objects: {}\n", sum(&report.totals()));
    text += &format!("- Chain: {}\n", sum(&report.chain_totals()));
    if report.cut {
        text += "- Incomplete: part of the image was left out\n";
    }
    text += "\n| object | digest | bytes | state |\n|---|---|---|---|\n";
    report.objects.iter().for_each(|object| text += &row(object));
    text += "\n| compared | object | state |\n|---|---|---|\n";
    report.checks.iter().for_each(|check| text += &compared(check));
    text += "\nNot checked:\n\n";
    for unchecked in Unchecked::ALL {
        text += &format!("- {}\n", limit(unchecked));
    }
    text
}

/// A fact that no verification checks.
fn limit(unchecked: Unchecked) -> &'static str {
    match unchecked {
        Unchecked::CurrentTag => {
            "The tag was read once, at the beginning. It may stand for another digest by now."
        }
        Unchecked::Maker => {
            "The maker of the image is not known. Signatures and attestations were read as objects \
             like others."
        }
    }
}

fn sum(totals: &Totals) -> String {
    let Totals { verified, mismatched, not_verified, .. } = totals;
    format!(
        "{verified} verified, {}, {not_verified} not verified",
        counted(*mismatched, "mismatch", "mismatches")
    )
}

fn row(object: &Checked) -> String {
    let platforms: Vec<String> = object.platforms.iter().map(Platform::to_string).collect();
    let what = format!("{} {}", role(object.role), cell(&platforms.join(", ")));
    let (digest, size) = (&object.descriptor.digest, object.descriptor.size);
    let digest = cell(digest.as_str());
    format!("| {} | {digest} | {size} | {} |\n", what.trim_end(), state(object.worst()))
}

fn compared(check: &Check) -> String {
    format!(
        "| {} | {} | {} |\n",
        about(check.about),
        cell(check.subject.as_str()),
        state(&check.outcome)
    )
}

fn state(of: &Outcome) -> String {
    let (state, reason) = outcome(of);
    let colon = if reason.is_empty() { "" } else { ": " };
    [state, colon, &cell(&reason)].concat()
}

/// Escapes foreign text for a cell: nothing begins a cell, a line, a link, a mention or a tag, and
/// deceptive characters are shown by their numbers. A zero-width space stands where no escape helps.
fn cell(text: &str) -> String {
    let line = text.replace(char::is_control, " ");
    let line = visible(&line).replace("://", ":\u{200b}//");
    let mut out = String::new();
    let mut in_word = false;
    for c in line.chars().take(500) {
        match c {
            '|' | '<' | '[' | ']' | '`' | '\\' | '*' | '_' | '~' => out.extend(['\\', c]),
            '@' if !in_word => out.push_str("@\u{200b}"),
            c => out.push(c),
        }
        in_word = c.is_alphanumeric();
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{
        app::views::verify::{About, Mismatch, Role, UnverifiedReason},
        oci::{Descriptor, Digest, MediaType},
    };

    fn object(digest: &Digest, role: Role, outcome: Outcome) -> Checked {
        Checked {
            descriptor: Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), 7),
            role,
            platforms: vec!["linux/amd64".parse().unwrap()],
            received: 7,
            outcome,
            embedded: None,
            findings: None,
        }
    }

    fn claim() -> Outcome {
        Outcome::Mismatch(Mismatch::Claim { expected: "gzip".to_owned(), actual: "a|b".to_owned() })
    }

    #[test]
    fn the_report_states_objects_comparisons_and_limits() {
        let digest: Digest = format!("sha256:{}", "0".repeat(64)).parse().unwrap();
        let foreign = Outcome::NotVerified(UnverifiedReason::Foreign);
        let report = Report {
            root: Some(Descriptor::new(MediaType::OCI_MANIFEST, digest.clone(), 7)),
            objects: vec![
                object(&digest, Role::Root, Outcome::Verified),
                object(&digest, Role::Layer, foreign),
            ],
            checks: vec![
                Check { subject: digest.clone(), about: About::DiffId, outcome: Outcome::Verified },
                Check { subject: digest.clone(), about: About::Compression, outcome: claim() },
            ],
            cut: true,
        };
        let context = ReportContext {
            reference: "registry.example/a_b:1".to_owned(),
            registry: "registry.example".to_owned(),
            platform: None,
            checked_at: "2026-01-02T03:04:05Z".to_owned(),
            milliseconds: 12,
        };
        let expected = format!(
            "# Verification of registry.example/a\\_b:1\n\n\
             - Registry: registry.example\n\
             - Digest: {digest}\n\
             - Platforms: all\n\
             - Checked at: 2026-01-02T03:04:05Z\n\
             - Objects: 1 verified, 0 mismatches, 1 not verified\n\
             - Chain: 1 verified, 1 mismatch, 0 not verified\n\
             - Incomplete: part of the image was left out\n\n\
             | object | digest | bytes | state |\n|---|---|---|---|\n\
             | reference linux/amd64 | {digest} | 7 | verified |\n\
             | layer linux/amd64 | {digest} | 7 | not verified: a foreign layer: this registry does \
             not hold it |\n\n\
             | compared | object | state |\n|---|---|---|\n\
             | diff ID with the uncompressed layer | {digest} | verified |\n\
             | media type with the layer's bytes | {digest} | mismatch: a\\|b, not gzip |\n\n\
             Not checked:\n\n- {}\n- {}\n",
            limit(Unchecked::CurrentTag),
            limit(Unchecked::Maker),
        );
        assert_eq!(markdown(&report, &context), expected);
    }

    #[test]
    fn foreign_text_makes_no_markup() {
        let check = |text: &str, expected: &str| assert_eq!(cell(text), expected);
        check("a|b <c> [d](e) `f` ~g~", "a\\|b \\<c> \\[d\\](e) \\`f\\` \\~g\\~");
        check("@octocat app@sha256:1", "@\u{200b}octocat app@sha256:1");
        check("http://evil.example", "http:\u{200b}//evil.example");
        check("a\nb\u{7}", "a b ");
        assert!(!cell("a\u{202e}b").contains('\u{202e}'));
        assert_eq!(cell(&"x".repeat(9_000)).len(), 500);
    }
}
