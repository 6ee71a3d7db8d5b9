//! The faults and their names.

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// One fault of a connection, a reply or its content.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault { $($(#[$doc])* $variant,)* }

        impl Fault {
            /// All faults. The 32 of the table stand first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

faults! {
    /// No server listens at the port. The fault has its own address: [`crate::TestRegistry::url_under`].
    Refused = "refused",
    /// The name does not resolve. The fault has its own address.
    NoSuchName = "dns",
    /// `https` to a server without TLS. The fault has its own address.
    NoTls = "tls",
    /// The reply comes late, after 5 s unless the rule sets another delay.
    Latency = "latency",
    /// The reply comes late, each time after a random part of the delay.
    Jitter = "jitter",
    /// The body comes at 8 KB per second.
    Throttle = "throttle",
    /// No reply comes, not even its headers.
    StallHeaders = "stall-headers",
    /// Half of the body comes, then nothing.
    StallBody = "stall-body",
    /// Half of the body comes, then a TCP reset.
    ResetBody = "reset-body",
    /// The whole body comes without a length, and the connection stays open for a while.
    SlowClose = "slow-close",
    /// The body comes byte by byte.
    ByteSlices = "byte-slices",
    /// `Content-Length` is larger than the body.
    LengthTooLong = "length-too-long",
    /// `Content-Length` is smaller than the body.
    LengthTooShort = "length-too-short",
    /// Half of the body comes without any length, then a proper close. In HTTP/1.0 this looks complete.
    NoLengthEarlyClose = "no-length-early-close",
    /// Half of a chunked body comes, without its last chunk.
    ChunkedCut = "chunked-cut",
    /// The reply has `Content-Type: text/plain`.
    WrongContentType = "wrong-content-type",
    /// The HTML login page of a proxy comes, with status 200.
    HtmlLogin = "html-login",
    /// The body is gzipped on the way, with the right `Content-Encoding`.
    GzipEncoded = "gzip-encoded",
    /// The body is not gzip, but has `Content-Encoding: gzip`.
    BrokenGzip = "broken-gzip",
    /// The body is 64 MiB of zeros, with `Content-Encoding: gzip`.
    EncodingBomb = "encoding-bomb",
    /// Status 401 with a challenge, for every token.
    UnauthorizedLoop = "401-loop",
    /// Status 403.
    Forbidden = "403",
    /// Status 404 once, then the right reply, as from a registry that replicates.
    NotFoundOnce = "404-once",
    /// Status 408.
    RequestTimeout = "408",
    /// Status 429 with `Retry-After` in seconds.
    TooManySeconds = "429-seconds",
    /// Status 429 with `Retry-After` as a date.
    TooManyDate = "429-date",
    /// Status 429 without `Retry-After`, or with one that CORS hides.
    TooManyHidden = "429-hidden",
    /// Status 500.
    ServerError = "500",
    /// Status 502 with an HTML body.
    BadGateway = "502",
    /// Status 503 on every third request.
    Flapping = "503-flapping",
    /// Status 206 with another range than was requested.
    WrongRange = "wrong-range",
    /// Status 200 and the whole body for a range request.
    RangeIgnored = "range-ignored",
    /// One byte in the middle of the body is changed.
    WrongBytes = "wrong-bytes",
    /// `Docker-Content-Digest` is the digest of other content.
    WrongDigest = "wrong-digest",
    /// Further bytes follow the content, and the length counts them too.
    LongerBody = "longer-body",
    /// Status 200 with an empty body.
    EmptyBody = "empty-body",
    /// The body is 10 MB of JSON.
    HugeBody = "huge-body",
    /// The body is 100,000 levels of JSON arrays.
    DeepJson = "deep-json",
    /// The sequence of R162 on every path: a 503, a redirect, a demand for a token, and truncated blobs.
    Gauntlet = "gauntlet",
}

impl Fault {
    /// Returns the 32 faults of the table.
    #[must_use]
    pub fn table() -> &'static [Self] {
        Self::ALL.get(..32).unwrap_or(Self::ALL)
    }

    /// Returns the fault of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }

    /// Returns true if the fault comes before HTTP, so that it needs its own address.
    #[must_use]
    pub const fn is_of_address(self) -> bool {
        matches!(self, Self::Refused | Self::NoSuchName | Self::NoTls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_32_faults_with_names_of_their_own() {
        assert_eq!(Fault::table().len(), 32);
        assert_eq!(Fault::table().last(), Some(&Fault::RangeIgnored));
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Some(*fault));
        }
    }
}
