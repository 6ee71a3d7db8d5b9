//! Errors in words: what was tried, what came back, what the person can do.

use crate::error::{Error, ErrorKind, Missing};

/// Names the text of an answer that was no error document.
pub const BODY: &str = "What the registry answered";

/// `Could not read the manifest on ghcr.io`.
pub fn title(error: &Error) -> String {
    let context = &error.context;
    let is_other =
        matches!(error.kind, ErrorKind::DigestMismatch { .. } | ErrorKind::SizeMismatch { .. });
    if context.operation.is_empty() && is_other {
        return "These are not the bytes that were asked for".to_owned();
    }
    let mut text = String::from("Could not ");
    text += if context.operation.is_empty() { "do it" } else { &context.operation };
    if !context.registry.is_empty() {
        text += " on ";
        text += &context.registry;
    }
    text
}

/// What came back, as a sentence.
pub fn what_came_back(error: &Error) -> String {
    let mut text = error.kind.to_string();
    if let Some(status) = error.context.status {
        text += " (HTTP ";
        text += &status.to_string();
        text.push(')');
    }
    super::sentence(&text)
}

/// What the person can do.
pub fn advice(error: &Error) -> &'static str {
    match &error.kind {
        ErrorKind::NotFound(Missing::Repository) => {
            "Check the spelling. A registry may also say this of a repository that you may not see."
        }
        ErrorKind::NotFound(Missing::Blob) => {
            "Something refers to this blob, but the blob is missing: it was deleted, or never pushed."
        }
        ErrorKind::NotFound(_) => "Check the spelling, or look at the repository's tags.",
        ErrorKind::Unauthorized => "The registry wants to know who is asking: sign in to it first.",
        ErrorKind::Denied => "Ask whoever runs the registry for access.",
        ErrorKind::RateLimited(_) => "Wait, then try again.",
        ErrorKind::Unavailable => "The fault is on the registry's side. Try again later.",
        ErrorKind::DigestMismatch { .. } | ErrorKind::SizeMismatch { .. } => {
            "The registry, or something between it and this page, changed the bytes. They are not \
             shown. Tell whoever runs it."
        }
        ErrorKind::TooLarge { .. } => "Use a command-line client for this one.",
        ErrorKind::UnsupportedDigest(_) => "Porthole can show it but cannot verify it.",
        ErrorKind::BadAnswer(_) | ErrorKind::Status(_) => {
            "The server may not be a registry, or a proxy in front of it answered."
        }
        ErrorKind::HiddenHeader(_) => {
            "The registry must name this header in Access-Control-Expose-Headers."
        }
        ErrorKind::Network { .. } => {
            "The browser does not say why. Mostly: the registry does not run at this address, its \
             certificate is not trusted, or it does not allow this page by CORS headers \
             (Access-Control-Allow-Origin)."
        }
        ErrorKind::Timeout(_) => "The registry or the way to it is slow. Try again.",
        ErrorKind::CatalogUnavailable => "Type the name of a repository instead.",
        ErrorKind::ApproveTokenServer { .. } => {
            "Nothing was sent. ApprovalForm the pair only if you know both."
        }
        ErrorKind::Refused(_) => "Nothing was sent there.",
        _ => "Try again, or use another client.",
    }
}
