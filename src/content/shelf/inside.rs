//! What is in an archive that is a file of a layer: one level, nothing is unpacked to be read further.

use std::ops::ControlFlow;

use super::{Answer, Part, Shelf, slice};
use crate::{
    content::{
        decode::{DecodeError, Limits, decode_all},
        sniff::{FileType, file_type},
        tar::{EntryKind, Event, Reader},
        zip,
    },
    oci::Digest,
};

/// Bytes that may come out of a compressed file.
const UNPACKED_MAX: u64 = 64 << 20;

/// Members that are listed of a tar archive.
const MEMBERS_MAX: usize = 100_000;

/// One member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name as written; bytes, which need not be UTF-8.
    pub name: Vec<u8>,
    /// Its size in bytes.
    pub size: u64,
    /// What it is.
    pub kind: EntryKind,
}

/// What is in an archive, or in a compressed file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// Members in all.
    pub total: u64,
    /// The members that were asked for, in the order of the archive.
    pub members: Vec<Member>,
    /// What is odd or could not be read, each a sentence without a full stop.
    pub problems: Vec<String>,
    /// What came out of a compressed file that is no archive.
    pub unpacked: Vec<u8>,
}

impl Shelf {
    /// What is in a file whose content is at hand.
    pub(super) fn inside(&self, layer: &Digest, offset: u64, part: Part) -> Answer {
        let Answer::Content(content, _) = self.content(layer, offset) else {
            return Answer::Nothing;
        };
        let (all, problems, unpacked) = open(&content);
        let members = slice(&all, part).to_vec();
        Answer::Inside(Inside { total: all.len() as u64, members, problems, unpacked })
    }
}

type Opened = (Vec<Member>, Vec<String>, Vec<u8>);

fn open(content: &[u8]) -> Opened {
    match file_type(content) {
        FileType::Zip => of_zip(content),
        FileType::Tar => of_tar(content),
        FileType::Compressed(_) => {
            let limits = Limits { output: UNPACKED_MAX, ..Limits::default() };
            match decode_all(content, limits) {
                Ok(plain) if file_type(&plain) == FileType::Tar => of_tar(&plain),
                Ok(plain) => (Vec::new(), Vec::new(), plain),
                Err(error) => failed(&error),
            }
        }
        _ => (Vec::new(), vec!["this is no archive".to_owned()], Vec::new()),
    }
}

fn failed(error: &DecodeError) -> Opened {
    (Vec::new(), vec![error.to_string()], Vec::new())
}

fn of_zip(content: &[u8]) -> Opened {
    match zip::list(content) {
        Ok(listing) => {
            let member = |member: zip::Member| Member {
                kind: if member.is_directory() { EntryKind::Directory } else { EntryKind::File },
                name: member.name,
                size: member.size,
            };
            (listing.members.into_iter().map(member).collect(), listing.problems, Vec::new())
        }
        Err(error) => (Vec::new(), vec![error.to_string()], Vec::new()),
    }
}

fn of_tar(content: &[u8]) -> Opened {
    let (mut members, mut problems) = (Vec::new(), Vec::new());
    let mut visit = |event: Event<'_>| {
        match event {
            Event::Entry(_) if members.len() == MEMBERS_MAX => {
                problems.push(format!("members beyond {MEMBERS_MAX} were not read"));
                return ControlFlow::Break(());
            }
            Event::Entry(entry) => {
                members.push(Member { name: entry.path, size: entry.size, kind: entry.kind });
            }
            Event::Odd(warning) => problems.push(warning.to_string()),
            Event::Content(_) | Event::End => {}
        }
        ControlFlow::Continue(())
    };
    let mut reader = Reader::new();
    if reader.push(content, &mut visit).is_continue() {
        let _ = reader.finish(&mut visit);
    }
    (members, problems, Vec::new())
}
