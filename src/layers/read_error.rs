//! Passes the errors that reading a blob gives as bytes, for `#[serde(with = "…")]`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    error::{AnswerFault, EngineFault, ErrorKind, InputFault, RefusedAddress},
    oci::Digest,
};

/// The kinds of error that reading gives. Code for all kinds would make the engine larger.
#[derive(Serialize, Deserialize)]
enum ReadError {
    Network { had_authorization: bool, detail: String },
    Timeout(Duration),
    Unavailable,
    Status(u16),
    TooLarge(u64),
    SizeMismatch(Option<Digest>, u64, u64),
    WrongSize(Option<Digest>, u64, u64),
    InvalidInput(String),
    OtherPart,
    HtmlPage,
    OwnPolicy(String),
    OwnPolicyRedirect(String),
    FileUnreadable(String),
    NotLoaded(String),
    Other,
}

/// Serialises an error. One of another kind becomes [`EngineFault::Other`].
pub(crate) fn serialize<S: Serializer>(kind: &ErrorKind, to: S) -> Result<S::Ok, S::Error> {
    // Each field is cloned by itself: cloning the kind would link code for the fields of all kinds.
    let error = match kind {
        ErrorKind::Network { had_authorization, detail } => {
            ReadError::Network { had_authorization: *had_authorization, detail: detail.clone() }
        }
        ErrorKind::Timeout(after) => ReadError::Timeout(*after),
        ErrorKind::Unavailable => ReadError::Unavailable,
        ErrorKind::Status(status) => ReadError::Status(*status),
        ErrorKind::TooLarge { limit } => ReadError::TooLarge(*limit),
        ErrorKind::SizeMismatch { digest, expected, actual } => {
            ReadError::SizeMismatch(digest.clone(), *expected, *actual)
        }
        ErrorKind::WrongSize { digest, stated, actual } => {
            ReadError::WrongSize(digest.clone(), *stated, *actual)
        }
        ErrorKind::InvalidInput(InputFault::Other(text)) => ReadError::InvalidInput(text.clone()),
        ErrorKind::BadAnswer(AnswerFault::OtherPart) => ReadError::OtherPart,
        ErrorKind::BadAnswer(AnswerFault::HtmlPage) => ReadError::HtmlPage,
        ErrorKind::Refused(RefusedAddress::OwnPolicy(origin)) => {
            ReadError::OwnPolicy(origin.clone())
        }
        ErrorKind::Refused(RefusedAddress::OwnPolicyRedirect(origin)) => {
            ReadError::OwnPolicyRedirect(origin.clone())
        }
        ErrorKind::FileUnreadable(why) => ReadError::FileUnreadable(why.clone()),
        ErrorKind::Engine(EngineFault::NotLoaded(why)) => ReadError::NotLoaded(why.clone()),
        _ => ReadError::Other,
    };
    error.serialize(to)
}

/// Reads an error that [`serialize`] wrote.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ErrorKind, D::Error> {
    Ok(match ReadError::deserialize(from)? {
        ReadError::Network { had_authorization, detail } => {
            ErrorKind::Network { had_authorization, detail }
        }
        ReadError::Timeout(after) => ErrorKind::Timeout(after),
        ReadError::Unavailable => ErrorKind::Unavailable,
        ReadError::Status(status) => ErrorKind::Status(status),
        ReadError::TooLarge(limit) => ErrorKind::TooLarge { limit },
        ReadError::SizeMismatch(digest, expected, actual) => {
            ErrorKind::SizeMismatch { digest, expected, actual }
        }
        ReadError::WrongSize(digest, stated, actual) => {
            ErrorKind::WrongSize { digest, stated, actual }
        }
        ReadError::InvalidInput(text) => ErrorKind::InvalidInput(InputFault::Other(text)),
        ReadError::OtherPart => ErrorKind::BadAnswer(AnswerFault::OtherPart),
        ReadError::HtmlPage => ErrorKind::BadAnswer(AnswerFault::HtmlPage),
        ReadError::OwnPolicy(origin) => ErrorKind::Refused(RefusedAddress::OwnPolicy(origin)),
        ReadError::OwnPolicyRedirect(origin) => {
            ErrorKind::Refused(RefusedAddress::OwnPolicyRedirect(origin))
        }
        ReadError::FileUnreadable(why) => ErrorKind::FileUnreadable(why),
        ReadError::NotLoaded(why) => ErrorKind::Engine(EngineFault::NotLoaded(why)),
        ReadError::Other => ErrorKind::Engine(EngineFault::Other),
    })
}
