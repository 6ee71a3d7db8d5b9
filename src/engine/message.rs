//! What page and engine say to each other, as bytes.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    content::pack::{Packer, Unpacker},
    error::ErrorKind,
    transport::{Cache, Redirect, Request},
    wire::{Headers, Method, Url},
};

/// From the page to an engine. The numbers are the page's, one for each exchange.
pub(in crate::engine) enum ToEngine {
    /// Send this and do the job with what comes. Of the request only what a reading one has goes
    /// along.
    Run { id: u64, request: Box<Request>, job: Bytes },
    /// Ask what is kept of a set of layers.
    Ask { id: u64, set: u64, question: Vec<u8> },
    /// Nobody wants the answer any more.
    Cancel { id: u64 },
    /// Nobody will ask about these layers any more.
    Forget { set: u64 },
}

impl ToEngine {
    pub(in crate::engine) fn pack(&self) -> Vec<u8> {
        let mut packer = Packer::new();
        match self {
            Self::Run { id, request, job } => {
                packer.byte(0).number(*id).bytes(job);
                packer.text(&request.url.to_string());
                packer.byte(u8::from(request.redirect == Redirect::Error));
                packer.byte(match request.cache {
                    Cache::Default => 0,
                    Cache::Revalidate => 1,
                    Cache::Reload => 2,
                    Cache::Off => 3,
                });
                pack_headers(&mut packer, &request.headers);
            }
            Self::Ask { id, set, question } => {
                packer.byte(1).number(*id).number(*set).bytes(question);
            }
            Self::Cancel { id } => {
                packer.byte(2).number(*id);
            }
            Self::Forget { set } => {
                packer.byte(3).number(*set);
            }
        }
        packer.finish()
    }

    pub(in crate::engine) fn unpack(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Unpacker::new(bytes);
        let (tag, number) = (bytes.byte()?, bytes.number()?);
        Some(match tag {
            0 => {
                let job = Bytes::copy_from_slice(bytes.bytes()?);
                let request = Box::new(unpack_request(&mut bytes)?);
                Self::Run { id: number, request, job }
            }
            1 => {
                let set = bytes.number()?;
                Self::Ask { id: number, set, question: bytes.bytes()?.to_vec() }
            }
            2 => Self::Cancel { id: number },
            3 => Self::Forget { set: number },
            _ => return None,
        })
    }
}

fn unpack_request(bytes: &mut Unpacker<'_>) -> Option<Request> {
    let url = Url::parse(bytes.text()?).ok()?;
    let mut request = Request::new(Method::Get, url);
    if bytes.byte()? == 1 {
        request.redirect = Redirect::Error;
    }
    request.cache = match bytes.byte()? {
        0 => Cache::Default,
        1 => Cache::Revalidate,
        2 => Cache::Reload,
        _ => Cache::Off,
    };
    request.headers = unpack_headers(bytes)?;
    Some(request)
}

fn pack_headers(packer: &mut Packer, headers: &Headers) {
    packer.number(headers.iter().count() as u64);
    for (name, value) in headers.iter() {
        packer.text(name).text(value);
    }
}

fn unpack_headers(bytes: &mut Unpacker<'_>) -> Option<Headers> {
    let mut headers = Headers::new();
    for _ in 0..bytes.number()? {
        headers.append(bytes.text()?, bytes.text()?);
    }
    Some(headers)
}

/// From an engine to the page.
#[derive(Debug, PartialEq)]
pub(in crate::engine) enum Said {
    /// An answer came; with its body where it is no success.
    Head { status: u16, url: Option<String>, headers: Headers, body: Bytes },
    /// So many bytes were read.
    Progress(u64),
    /// It is done: findings, or the answer to a question.
    Done(Bytes),
    /// It cannot be done.
    Failed(ErrorKind),
}

impl Said {
    pub(in crate::engine) fn pack(&self, id: u64) -> Vec<u8> {
        let mut packer = Packer::new();
        packer.number(id);
        match self {
            Self::Head { status, url, headers, body } => {
                packer.byte(0).number(u64::from(*status)).optional(url.as_deref()).bytes(body);
                pack_headers(&mut packer, headers);
            }
            Self::Progress(bytes) => {
                packer.byte(1).number(*bytes);
            }
            Self::Done(bytes) => {
                packer.byte(2).bytes(bytes);
            }
            Self::Failed(kind) => pack_failure(packer.byte(3), kind),
        }
        packer.finish()
    }

    pub(in crate::engine) fn unpack(bytes: &[u8]) -> Option<(u64, Self)> {
        let mut bytes = Unpacker::new(bytes);
        let id = bytes.number()?;
        let said = match bytes.byte()? {
            0 => {
                let status = u16::try_from(bytes.number()?).ok()?;
                let url = bytes.optional()?.map(str::to_owned);
                let body = Bytes::copy_from_slice(bytes.bytes()?);
                Self::Head { status, url, headers: unpack_headers(&mut bytes)?, body }
            }
            1 => Self::Progress(bytes.number()?),
            2 => Self::Done(Bytes::copy_from_slice(bytes.bytes()?)),
            3 => Self::Failed(unpack_failure(&mut bytes)?),
            _ => return None,
        };
        Some((id, said))
    }
}

/// The kinds that fetching a blob gives; any other goes as its words.
fn pack_failure(packer: &mut Packer, kind: &ErrorKind) {
    match kind {
        ErrorKind::Network { had_authorization, detail } => {
            packer.byte(u8::from(*had_authorization)).text(detail)
        }
        ErrorKind::Timeout(after) => packer.byte(2).number(after.as_secs()),
        ErrorKind::Unavailable => packer.byte(3),
        ErrorKind::Status(status) => packer.byte(4).number(u64::from(*status)),
        other => packer.byte(5).text(&other.to_string()),
    };
}

fn unpack_failure(bytes: &mut Unpacker<'_>) -> Option<ErrorKind> {
    Some(match bytes.byte()? {
        flag @ (0 | 1) => {
            let detail = bytes.text()?.to_owned();
            ErrorKind::Network { had_authorization: flag == 1, detail }
        }
        2 => ErrorKind::Timeout(Duration::from_secs(bytes.number()?)),
        3 => ErrorKind::Unavailable,
        4 => ErrorKind::Status(u16::try_from(bytes.number()?).ok()?),
        _ => ErrorKind::BadAnswer(bytes.text()?.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn requests_survive_the_way() {
        let url = Url::parse("https://registry.example/v2/a/blobs/sha256:00?x=%20").unwrap();
        for (redirect, cache) in [(Redirect::Follow, Cache::Default), (Redirect::Error, Cache::Off)]
        {
            let mut request = Request::new(Method::Get, url.clone()).header("authorization", "B x");
            (request.redirect, request.cache) = (redirect, cache);
            let job = Bytes::from_static(b"job");
            let sent = ToEngine::Run { id: 300, request: Box::new(request), job: job.clone() };
            let Some(ToEngine::Run { id, request, job: came }) = ToEngine::unpack(&sent.pack())
            else {
                panic!("something else came")
            };
            assert_eq!((id, came), (300, job));
            assert_eq!((request.redirect, request.cache), (redirect, cache));
            assert_eq!(request.url, url);
            assert_eq!(request.headers.get("authorization"), Some("B x"));
        }
    }

    #[test]
    fn answers_survive_the_way() {
        let mut headers = Headers::new();
        headers.append("www-authenticate", "Bearer");
        let detail = "reset".to_owned();
        for said in [
            Said::Head { status: 401, url: None, headers, body: Bytes::from_static(b"{}") },
            Said::Progress(1 << 40),
            Said::Done(Bytes::from_static(b"found")),
            Said::Failed(ErrorKind::Network { had_authorization: true, detail }),
            Said::Failed(ErrorKind::Timeout(Duration::from_secs(20))),
            Said::Failed(ErrorKind::Unavailable),
            Said::Failed(ErrorKind::Status(418)),
            Said::Failed(ErrorKind::BadAnswer("odd".to_owned())),
        ] {
            assert_eq!(Said::unpack(&said.pack(7)), Some((7, said)));
        }
        assert_eq!(Said::unpack(&[1, 9]), None);
    }

    /// Torn or changed on the way, a message is refused or read as something; nothing panics.
    #[test]
    fn spoilt_messages_never_panic() {
        let url = Url::parse("https://registry.example/v2/a/blobs/sha256:00").unwrap();
        let request = Box::new(Request::new(Method::Get, url).header("authorization", "B x"));
        let mut headers = Headers::new();
        headers.append("www-authenticate", "Bearer");
        let question = vec![7; 20];
        let messages = [
            ToEngine::Run { id: 300, request, job: Bytes::from_static(b"job") }.pack(),
            ToEngine::Ask { id: 1, set: 2, question }.pack(),
            Said::Head { status: 401, url: None, headers, body: Bytes::from_static(b"{}") }.pack(1),
            Said::Failed(ErrorKind::Timeout(Duration::from_secs(20))).pack(2),
        ];
        for message in messages {
            for end in 0..message.len() {
                let _ = (ToEngine::unpack(&message[..end]), Said::unpack(&message[..end]));
            }
            for bit in 0..message.len() * 8 {
                let mut spoilt = message.clone();
                spoilt[bit / 8] ^= 1 << (bit % 8);
                let _ = ToEngine::unpack(&spoilt);
                let Some((id, said)) = Said::unpack(&spoilt) else { continue };
                assert_eq!(Said::unpack(&said.pack(id)), Some((id, said)), "bit {bit}");
            }
        }
    }
}
