//! Errors in words: what was tried, what came back, what the person can do.

use super::{operations::operation, short, urls};
use crate::error::{
    AnswerFault, Error, ErrorKind, InputFault, Limitation, Missing, RefusedAddress,
};

/// Names the text of an answer that was no error document.
pub const BODY: &str = "What the registry answered";

/// `Could not read the manifest on ghcr.io`.
pub fn title(error: &Error) -> String {
    let context = &error.context;
    let is_other =
        matches!(error.kind, ErrorKind::DigestMismatch { .. } | ErrorKind::SizeMismatch { .. });
    if context.operation.is_none() && is_other {
        return "These are not the bytes that were asked for".to_owned();
    }
    let mut text = ["Could not ", &operation(context)].concat();
    if !context.registry.is_empty() {
        text += " on ";
        text += &context.registry;
    }
    text
}

/// Returns what came back, as a sentence.
pub fn what_came_back(error: &Error) -> String {
    super::sentence(&reason_with_status(error))
}

/// Returns what came back, to be read inside a sentence: no capital and no full stop.
pub(super) fn reason_with_status(error: &Error) -> String {
    let mut text = reason(&error.kind);
    let status = error.context.status.filter(|_| !matches!(error.kind, ErrorKind::Status(_)));
    if let Some(status) = status {
        text += " (HTTP ";
        text += &status.to_string();
        text.push(')');
    }
    text
}

/// Returns what came back, without its status: no capital and no full stop.
pub(super) fn reason(kind: &ErrorKind) -> String {
    let fixed = match kind {
        ErrorKind::NotFound(Missing::Repository) => "there is no such repository",
        ErrorKind::NotFound(Missing::Tag(_) | Missing::Revision(_) | Missing::Manifest) => {
            "there is no such manifest or tag"
        }
        ErrorKind::NotFound(Missing::Blob) => "there is no such blob",
        ErrorKind::NotFound(Missing::Unknown) => "it is not there",
        ErrorKind::Unauthorized => "the registry asks for credentials",
        ErrorKind::Denied => "the registry denies access",
        ErrorKind::RateLimited(None) => "too many requests",
        ErrorKind::Unavailable => "the registry failed",
        ErrorKind::CatalogUnavailable => "the registry does not list its repositories",
        ErrorKind::DeleteDisabled => "deleting is switched off on this registry",
        ErrorKind::InvalidRange { .. } => "the registry refuses the range of bytes",
        ErrorKind::UploadUnknown { .. } => "the registry knows no such upload session",
        ErrorKind::AlreadyClosed => "the upload has ended",
        ErrorKind::BlobUnknown(None) => "it points at content that is missing",
        ErrorKind::Rejected(_) | ErrorKind::Unverified(_) => "the registry refused the content",
        ErrorKind::NotModified => "it has not changed",
        _ => return reason_with_facts(kind),
    };
    fixed.to_owned()
}

fn reason_with_facts(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::RateLimited(Some(wait)) => {
            format!("too many requests, try again in {} s", wait.as_secs())
        }
        ErrorKind::DigestMismatch { expected, actual } => {
            format!("the bytes have digest {actual}, not {expected}")
        }
        ErrorKind::SizeMismatch { expected, actual, .. } => {
            format!("{actual} bytes came where {expected} were announced")
        }
        ErrorKind::WrongSize { stated, actual, .. } => super::sizes::wrong(*stated, *actual),
        ErrorKind::TooLarge { limit } => format!("the answer is larger than {limit} bytes"),
        ErrorKind::UnsupportedDigest(digest) => {
            format!("{} cannot be computed here", digest.algorithm().name())
        }
        ErrorKind::HiddenHeader(name) => format!("the response header {name} cannot be read"),
        ErrorKind::Network { detail, .. } => {
            let colon = if detail.is_empty() { "" } else { ": " };
            ["no answer could be read", colon, detail].concat()
        }
        ErrorKind::Timeout(after) => format!("nothing came for {} s", after.as_secs()),
        ErrorKind::BadAnswer(fault) => answer(fault),
        ErrorKind::InvalidInput(fault) => input(fault),
        ErrorKind::Unsupported(limitation) => limited(limitation).to_owned(),
        ErrorKind::BlobUnknown(Some(digest)) => format!("it points at {digest}, which is missing"),
        ErrorKind::ApproveTokenServer { registry, token_server } => {
            format!("{registry} wants to check credentials at {token_server}")
        }
        ErrorKind::Refused(reason) => refused(reason),
        ErrorKind::Status(status) => format!("unexpected status {status}"),
        ErrorKind::Engine(fault) => super::engine::fault(fault),
        ErrorKind::Layout(fault) => super::layouts::fault(fault),
        ErrorKind::FileUnreadable(why) => format!("the file could not be read: {why}"),
        // Those without facts are worded above; a new kind has to be put in one of the two places.
        ErrorKind::NotFound(_)
        | ErrorKind::Unauthorized
        | ErrorKind::Denied
        | ErrorKind::RateLimited(None)
        | ErrorKind::Unavailable
        | ErrorKind::CatalogUnavailable
        | ErrorKind::DeleteDisabled
        | ErrorKind::InvalidRange { .. }
        | ErrorKind::UploadUnknown { .. }
        | ErrorKind::AlreadyClosed
        | ErrorKind::BlobUnknown(None)
        | ErrorKind::Rejected(_)
        | ErrorKind::Unverified(_)
        | ErrorKind::NotModified => "it failed".to_owned(),
    }
}

/// A fault of an answer. The page makes no indexes and no copies, so it meets no fault of those.
fn answer(fault: &AnswerFault) -> String {
    let fixed = match fault {
        AnswerFault::Empty => "the answer is empty",
        AnswerFault::HtmlPage => "the answer is an HTML page, as login pages and proxies send it",
        AnswerFault::NotAList => "the answer is no list",
        AnswerFault::OtherPart => "another part of the blob came than was asked for",
        AnswerFault::NoToken(_) => "the token server answered without a token that can be used",
        AnswerFault::TypesDiffer { header, stated } => {
            return format!(
                "the header names the type {}, and the document {}",
                short(header.as_str()),
                short(stated.as_str())
            );
        }
        _ => "the answer cannot be used",
    };
    fixed.to_owned()
}

/// A fault of what was typed or set. The page pushes nothing, so it meets no fault of that.
fn input(fault: &InputFault) -> String {
    match fault {
        InputFault::Host { host, error } => {
            ["a browser cannot reach ", host, ": ", urls::url(*error)].concat()
        }
        InputFault::Address(error) => urls::url(*error).to_owned(),
        InputFault::Other(words) => words.clone(),
        _ => "the request cannot be sent".to_owned(),
    }
}

fn limited(limitation: &Limitation) -> &str {
    match limitation {
        Limitation::Registry => "the registry does not support this",
        Limitation::DeletingTags => {
            "the registry does not delete this tag; it deletes by digest, or not at all"
        }
        Limitation::NoDoctor => "this page cannot examine connections",
        Limitation::Other(words) => words,
        _ => "this is not supported here",
    }
}

fn refused(reason: &RefusedAddress) -> String {
    match reason {
        RefusedAddress::OtherOrigin => "the next page of the list is on another origin".to_owned(),
        RefusedAddress::TokenServer(refusal) => urls::refusal(*refusal),
        RefusedAddress::OwnPolicy(origin) => [
            "this copy of Porthole may not reach ",
            origin,
            ": its own policy (connect-src) does not name it",
        ]
        .concat(),
        RefusedAddress::OwnPolicyRedirect(origin) => [
            "this copy of Porthole may not follow a redirect of ",
            origin,
            ": its own policy (connect-src) does not name the host that it leads to",
        ]
        .concat(),
        _ => "the registry names an address that is not used".to_owned(),
    }
}

/// Returns what the reader can do.
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
        ErrorKind::Denied if error.context.is_anonymous => {
            "Sign in if you have an account there, or ask the people who run the registry for access."
        }
        ErrorKind::Denied => "Ask the people who run the registry for access.",
        ErrorKind::RateLimited(_) => "Wait, then try again.",
        ErrorKind::Unavailable => "The fault is on the registry's side. Try again later.",
        ErrorKind::DigestMismatch { .. } | ErrorKind::SizeMismatch { .. } => {
            "The registry, or something between it and this page, changed the bytes. Nothing is \
             made of them. Tell the people who run it."
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
            "Nothing was sent. Approve the pair only if you know both."
        }
        ErrorKind::Refused(RefusedAddress::OwnPolicy(_) | RefusedAddress::OwnPolicyRedirect(_)) => {
            "Nothing was sent there, and the registry is not at fault: this copy was built, or is hosted, for \
             certain hosts only. Use one that is not limited, or build one that names that host: cargo \
             xtask dist --connect 'HOST …'."
        }
        ErrorKind::Refused(_) => "Nothing was sent there.",
        _ => "Try again, or use another client.",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{
        error::{Operation, Refusal, TokenError, UrlError},
        oci::MediaType,
    };

    #[test]
    fn every_reason_that_the_page_can_meet_has_its_words() {
        let check = |kind: ErrorKind, expected: &str| {
            assert_eq!(what_came_back(&kind.into()), expected);
        };
        let answer = ErrorKind::BadAnswer;
        check(answer(AnswerFault::Empty), "The answer is empty.");
        check(answer(AnswerFault::NotAList), "The answer is no list.");
        check(answer(AnswerFault::OtherPart), "Another part of the blob came than was asked for.");
        check(
            answer(AnswerFault::NoToken(TokenError::NotJson)),
            "The token server answered without a token that can be used.",
        );
        let (header, stated) = (MediaType::new("a/b"), MediaType::new("c/d"));
        check(
            answer(AnswerFault::TypesDiffer { header, stated }),
            "The header names the type a/b, and the document c/d.",
        );
        let host = InputFault::Host { host: "a:0".to_owned(), error: UrlError::Port };
        check(
            ErrorKind::InvalidInput(host),
            "A browser cannot reach a:0: its port is not a number from 1 to 65535.",
        );
        check(
            ErrorKind::Refused(RefusedAddress::TokenServer(Refusal::PlainHttp)),
            "The registry names a token server that is not used: it is plain http.",
        );
        check(
            ErrorKind::Refused(RefusedAddress::OwnPolicy("http://10.0.0.5:5000".to_owned())),
            "This copy of Porthole may not reach http://10.0.0.5:5000: its own policy (connect-src) does not name it.",
        );
        check(
            ErrorKind::Refused(RefusedAddress::OtherOrigin),
            "The next page of the list is on another origin.",
        );
        check(ErrorKind::Unsupported(Limitation::Registry), "The registry does not support this.");
        let network = |detail: &str| ErrorKind::Network {
            had_authorization: false,
            detail: detail.to_owned(),
        };
        check(network(""), "No answer could be read.");
        check(network("Failed to fetch"), "No answer could be read: Failed to fetch.");
    }

    #[test]
    fn a_title_names_the_operation_and_the_registry() {
        let mut error = Error::new(ErrorKind::Denied);
        assert_eq!(title(&error), "Could not complete the action");
        error.context.operation = Some(Operation::ReadManifest("1.0".parse().unwrap()));
        error.context.repository = Some("a/b".parse().unwrap());
        error.context.registry = "ghcr.io".to_owned();
        assert_eq!(title(&error), "Could not read the manifest a/b:1.0 on ghcr.io");
    }
}
