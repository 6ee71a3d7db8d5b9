//! The names of the faults.

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// One fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault { $($(#[$doc])* $variant,)* }

        impl Fault {
            /// Every fault, the 32 of the table first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

faults! {
    /// Nobody listens at the port (an address of its own: [`crate::TestRegistry::url_under`]).
    Refused = "refused",
    /// The name does not resolve (an address of its own).
    NoSuchName = "dns",
    /// `https` to a server without TLS (an address of its own).
    NoTls = "tls",
    /// The reply comes late (5 s unless the rule says otherwise).
    Latency = "latency",
    /// The reply comes late, each time by another random part of the delay.
    Jitter = "jitter",
    /// 8 KB per second.
    Throttle = "throttle",
    /// Nothing comes, not even headers.
    StallHeaders = "stall-headers",
    /// Half of the body comes, then nothing.
    StallBody = "stall-body",
    /// Half of the body comes, then a TCP reset.
    ResetBody = "reset-body",
    /// The whole body comes without a length, and the connection stays open for a while.
    SlowClose = "slow-close",
    /// The body comes byte by byte.
    ByteSlices = "byte-slices",
    /// `Content-Length` promises more than comes.
    LengthTooLong = "length-too-long",
    /// `Content-Length` cuts the body.
    LengthTooShort = "length-too-short",
    /// Half of the body comes without any length, then a proper close: HTTP/1.0 cannot tell.
    NoLengthEarlyClose = "no-length-early-close",
    /// Half of a chunked body comes, without its last chunk.
    ChunkedCut = "chunked-cut",
    /// `Content-Type: text/plain`.
    WrongContentType = "wrong-content-type",
    /// The HTML login page of a proxy, with status 200.
    HtmlLogin = "html-login",
    /// The body is gzipped on the way, and says so.
    GzipEncoded = "gzip-encoded",
    /// `Content-Encoding: gzip` on a body that is not.
    BrokenGzip = "broken-gzip",
    /// `Content-Encoding: gzip` of 64 MiB of zeros.
    EncodingBomb = "encoding-bomb",
    /// 401 with a challenge, whatever token comes.
    UnauthorizedLoop = "401-loop",
    /// 403.
    Forbidden = "403",
    /// 404 once, then all is well: a registry that replicates.
    NotFoundOnce = "404-once",
    /// 408.
    RequestTimeout = "408",
    /// 429 with `Retry-After` in seconds.
    TooManySeconds = "429-seconds",
    /// 429 with `Retry-After` as a date.
    TooManyDate = "429-date",
    /// 429 without `Retry-After` (or one that CORS hides).
    TooManyHidden = "429-hidden",
    /// 500.
    ServerError = "500",
    /// 502 with an HTML body.
    BadGateway = "502",
    /// 503 on every third request.
    Flapping = "503-flapping",
    /// 206 with another range than was asked for.
    WrongRange = "wrong-range",
    /// 200 and the whole body to a range request.
    RangeIgnored = "range-ignored",
    /// One byte in the middle is another one.
    WrongBytes = "wrong-bytes",
    /// `Docker-Content-Digest` names other content.
    WrongDigest = "wrong-digest",
    /// Bytes follow after the promised end of the content (the length says so too).
    LongerBody = "longer-body",
    /// 200 and nothing.
    EmptyBody = "empty-body",
    /// A JSON body of 10 MB.
    HugeBody = "huge-body",
    /// 100,000 levels of JSON arrays.
    DeepJson = "deep-json",
    /// The 503, the redirect, the token and the truncation of R162, one after the other on every path.
    Gauntlet = "gauntlet",
}

impl Fault {
    /// The 32 faults of the table.
    #[must_use]
    pub fn table() -> &'static [Self] {
        Self::ALL.get(..32).unwrap_or(Self::ALL)
    }

    /// The fault of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }

    /// Whether the fault comes before HTTP, so it needs an address of its own.
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
