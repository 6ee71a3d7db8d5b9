//! Messages as bytes, for the way to another thread and back.

use super::{
    message::{FromEngine, ToEngine},
    origin::{Origin, SharedFile},
};
use crate::content::codec;

/// A message as it crosses: bytes, and the handle of a file, which no bytes can stand for.
pub(super) struct Message {
    pub(super) bytes: Vec<u8>,
    pub(super) file: Option<SharedFile>,
}

impl ToEngine {
    /// Writes it as bytes; the handle of a file stays beside them.
    pub(super) fn pack(self) -> Message {
        let bytes = codec::to_bytes(&self);
        let file = match self {
            Self::Run { origin: Origin::Slice(slice), .. } => Some(slice.file),
            _ => None,
        };
        Message { bytes, file }
    }

    /// Reads it from bytes; `None` where they are something else, or name a file that is not there.
    pub(super) fn unpack(message: Message) -> Option<Self> {
        let mut unpacked = codec::from_bytes(&message.bytes)?;
        if let Self::Run { origin: Origin::Slice(slice), .. } = &mut unpacked {
            slice.file = message.file?;
        }
        Some(unpacked)
    }
}

impl FromEngine {
    /// Writes it as bytes, with the number of its exchange.
    pub(super) fn pack(&self, id: u64) -> Vec<u8> {
        codec::to_bytes(&(id, self))
    }

    /// Reads it from bytes; `None` where they are something else.
    pub(super) fn unpack(bytes: &[u8]) -> Option<(u64, Self)> {
        codec::from_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use std::{rc::Rc, time::Duration};

    use bytes::Bytes;

    use super::*;
    use crate::{
        content::verify::{Verdict, digest_of},
        engine::{Job, Slice},
        error::{AnswerFault, EngineFault, ErrorKind, RefusedAddress},
        layers::findings::Findings,
        oci::{Descriptor, MediaType},
        transport::{Cache, Redirect, Request},
        wire::{Headers, Method, Url, backoff::Policy},
    };

    fn job() -> Job {
        Job::verify(&Descriptor::new(MediaType::OCTET_STREAM, digest_of(b"blob"), 4)).retaining(7)
    }

    #[test]
    fn requests_survive_the_way() {
        let url = Url::parse("https://registry.example/v2/a/blobs/sha256:00?x=%20").unwrap();
        let hasty = Policy { tries: 2, base: Duration::from_millis(1), ..Policy::default() };
        for (redirect, cache, policy) in [
            (Redirect::Follow, Cache::Default, Policy::default()),
            (Redirect::Error, Cache::Off, Policy::never()),
            (Redirect::Error, Cache::Reload, hasty),
        ] {
            let mut request = Request::new(Method::Get, url.clone()).header("authorization", "B x");
            (request.redirect, request.cache) = (redirect, cache);
            let origin = Origin::Request(Box::new(request));
            let sent =
                ToEngine::Run { id: 300, origin, job: Box::new(job()), policy: policy.clone() };
            let Some(ToEngine::Run { id, origin: Origin::Request(request), job: came, policy: by }) =
                ToEngine::unpack(sent.pack())
            else {
                panic!("something else came")
            };
            assert_eq!((id, *came, by), (300, job(), policy));
            assert_eq!((request.redirect, request.cache), (redirect, cache));
            assert_eq!(request.url, url);
            assert_eq!(request.headers.get("authorization"), Some("B x"));
        }
    }

    #[test]
    fn the_handle_of_a_file_crosses_beside_the_bytes() {
        let slice = Slice { file: Rc::new(Bytes::from_static(b"archive")), range: 2..5 };
        let (policy, origin) = (Policy::never(), Origin::Slice(slice));
        let message = ToEngine::Run { id: 1, origin, job: Box::new(job()), policy }.pack();
        let without = Message { bytes: message.bytes.clone(), file: None };
        assert!(ToEngine::unpack(without).is_none(), "a slice of nothing");
        let Some(ToEngine::Run { origin: Origin::Slice(slice), .. }) = ToEngine::unpack(message)
        else {
            panic!("something else came")
        };
        assert_eq!(slice.range, 2..5);
    }

    #[test]
    fn answers_survive_the_way() {
        let mut headers = Headers::new();
        headers.append("www-authenticate", "Bearer");
        let detail = "reset".to_owned();
        let findings = Findings {
            verdict: Verdict::Verified,
            size: 4,
            compression: None,
            plain_size: 0,
            diff_id: None,
            problem: None,
            encoding: Some(crate::error::TransportEncoding::Kept),
        };
        for message in [
            FromEngine::Head { status: 401, url: None, headers, body: b"{}".to_vec() },
            FromEngine::Progress(1 << 40),
            FromEngine::Found(findings),
            FromEngine::Answered(b"answer".to_vec()),
            FromEngine::Failed(ErrorKind::Network { had_authorization: true, detail }),
            FromEngine::Failed(ErrorKind::Timeout(Duration::from_secs(20))),
            FromEngine::Failed(ErrorKind::Unavailable),
            FromEngine::Failed(ErrorKind::Status(418)),
            FromEngine::Failed(ErrorKind::BadAnswer(AnswerFault::OtherPart)),
            FromEngine::Failed(ErrorKind::BadAnswer(AnswerFault::HtmlPage)),
            FromEngine::Failed(ErrorKind::Refused(RefusedAddress::OwnPolicy("a".to_owned()))),
            FromEngine::Failed(ErrorKind::Refused(RefusedAddress::OwnPolicyRedirect(
                "a".to_owned(),
            ))),
            FromEngine::Failed(ErrorKind::FileUnreadable("gone".to_owned())),
            FromEngine::Failed(ErrorKind::Engine(EngineFault::NotLoaded("404".to_owned()))),
            FromEngine::Failed(ErrorKind::Engine(EngineFault::Other)),
        ] {
            assert_eq!(FromEngine::unpack(&message.pack(7)), Some((7, message)));
        }
        assert_eq!(FromEngine::unpack(&[1, 9]), None);
    }

    /// Torn or changed on the way, a message is refused or read as something; nothing panics.
    #[test]
    fn spoilt_messages_never_panic() {
        let url = Url::parse("https://registry.example/v2/a/blobs/sha256:00").unwrap();
        let request = Box::new(Request::new(Method::Get, url).header("authorization", "B x"));
        let mut headers = Headers::new();
        headers.append("www-authenticate", "Bearer");
        let (origin, policy) = (Origin::Request(request), Policy::default());
        let messages = [
            ToEngine::Run { id: 300, origin, job: Box::new(job()), policy }.pack().bytes,
            ToEngine::Ask { id: 1, set: 2, question: vec![7; 20] }.pack().bytes,
            FromEngine::Head { status: 401, url: None, headers, body: b"{}".to_vec() }.pack(1),
            FromEngine::Failed(ErrorKind::Timeout(Duration::from_secs(20))).pack(2),
        ];
        let to_engine = |bytes: &[u8]| {
            let file: SharedFile = Rc::new(Bytes::new());
            ToEngine::unpack(Message { bytes: bytes.to_vec(), file: Some(file) })
        };
        for message in messages {
            for end in 0..message.len() {
                let _ = (to_engine(&message[..end]), FromEngine::unpack(&message[..end]));
            }
            for bit in 0..message.len() * 8 {
                let mut spoilt = message.clone();
                spoilt[bit / 8] ^= 1 << (bit % 8);
                let _ = to_engine(&spoilt);
                let Some((id, message)) = FromEngine::unpack(&spoilt) else { continue };
                assert_eq!(FromEngine::unpack(&message.pack(id)), Some((id, message)), "bit {bit}");
            }
        }
    }
}
