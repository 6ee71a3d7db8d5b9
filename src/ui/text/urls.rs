//! Faults of URLs that a registry names, in words. No full stop.

use crate::error::{Refusal, UrlError};

/// The reason why a text is no URL that may be requested.
pub fn url(error: UrlError) -> &'static str {
    match error {
        UrlError::NotHttp => "it is not an http or https URL",
        UrlError::UserInfo => "it holds a user name",
        UrlError::Ambiguous => "it holds a control character or a backslash",
        UrlError::Host => "its host is not valid",
        UrlError::Port => "its port is not a number from 1 to 65535",
        UrlError::TooLong => "it is longer than 8 KiB",
    }
}

/// The reason why a token server is not used.
pub fn refusal(refusal: Refusal) -> String {
    let reason = match refusal {
        Refusal::Url(error) => url(error),
        Refusal::PlainHttp => "it is plain http",
        Refusal::PrivateAddress => "it is on a private network",
    };
    ["the registry names a token server that is not used: ", reason].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_words() {
        let check = |of: Refusal, reason: &str| {
            let expected = format!("the registry names a token server that is not used: {reason}");
            assert_eq!(refusal(of), expected);
        };
        check(Refusal::PlainHttp, "it is plain http");
        check(Refusal::PrivateAddress, "it is on a private network");
        check(Refusal::Url(UrlError::NotHttp), "it is not an http or https URL");
        check(Refusal::Url(UrlError::UserInfo), "it holds a user name");
        check(Refusal::Url(UrlError::Ambiguous), "it holds a control character or a backslash");
        check(Refusal::Url(UrlError::Host), "its host is not valid");
        check(Refusal::Url(UrlError::Port), "its port is not a number from 1 to 65535");
        check(Refusal::Url(UrlError::TooLong), "it is longer than 8 KiB");
    }
}
