//! Archives as bombs: wrong sizes, endless names and extensions, and links that lead elsewhere.

use std::io::Write;

use porthole::caps;

use crate::{
    Bomb,
    feed::{Feed, again},
};

/// Returns a header with a name, a flag, a size and the target of a link.
fn header(name: &str, flag: u8, size: u64, link: &str) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
    block[100..107].copy_from_slice(b"0000644");
    let octal = format!("{size:011o}");
    if octal.len() == 11 {
        block[124..135].copy_from_slice(octal.as_bytes());
    } else {
        block[124] = 0x80;
        block[128..136].copy_from_slice(&size.to_be_bytes());
    }
    block[156] = flag;
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..265].copy_from_slice(b"ustar\x0000");
    sealed(block)
}

fn sealed(mut block: Vec<u8>) -> Vec<u8> {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

fn padded(content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    content.resize(content.len().next_multiple_of(512), 0);
    content
}

/// Returns an entry with its content.
fn entry(name: &str, flag: u8, content: &[u8]) -> Vec<u8> {
    [header(name, flag, content.len() as u64, ""), padded(content)].concat()
}

/// Returns a PAX record. Its length includes its own digits.
fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let length = (1..20).map(|digits| rest + digits).find(|n| n.to_string().len() + rest == *n);
    [format!("{} {key}=", length.unwrap()).as_bytes(), value, b"\n"].concat()
}

/// Returns a file with a name of any length.
fn named(path: &[u8]) -> Vec<u8> {
    [entry("pax", b'x', &record("path", path)), header("a", b'0', 0, "")].concat()
}

const END: &[u8] = &[0; 1_024];

const fn bomb(
    name: &'static str,
    entries: u64,
    make: fn(&mut Feed<'_>),
    told: &'static str,
) -> Bomb {
    Bomb { name, limit: 320, make, entries, told }
}

/// Writes a compressed archive and its end.
fn archive(feed: &mut Feed<'_>, write: impl FnOnce(&mut dyn Write)) {
    feed.gzip(|out| {
        write(out);
        again(out, END, 1);
    });
}

/// Writes an archive that has the same entries many times.
fn many(feed: &mut Feed<'_>, entries: &[u8], times: usize) {
    archive(feed, |out| again(out, entries, times));
}

pub(crate) const ARCHIVES: &[Bomb] = &[
    bomb("tar: a file of 8 EiB", 1, |f| many(f, &header("a", b'0', 1 << 62, ""), 1), "Truncated"),
    bomb("tar: a file of 2^64 - 1", 0, |f| many(f, &header("a", b'0', u64::MAX, ""), 1), "BadSize"),
    bomb(
        "tar: a negative size",
        0,
        |f| {
            let mut block = header("a", b'0', 0, "");
            block[124..136].fill(0xff);
            many(f, &sealed(block), 1);
        },
        "BadSize",
    ),
    bomb(
        "tar: PAX says more than the header",
        1,
        |f| {
            let size = entry("pax", b'x', &record("size", b"9000000000000000000"));
            many(f, &[size, header("a", b'0', 5, "")].concat(), 1);
        },
        "SizeOverridden",
    ),
    bomb(
        "tar: an extension of 4 GiB",
        0,
        |f| many(f, &header("a", b'x', 4 << 30, ""), 1),
        "ExtensionTooLarge",
    ),
    bomb(
        "tar: a long name of 8 GiB",
        0,
        |f| many(f, &header("a", b'L', 8 << 30, ""), 1),
        "ExtensionTooLarge",
    ),
    bomb(
        "tar: 300 extensions for one entry",
        1,
        |f| {
            let attribute = entry("pax", b'x', &record("SCHILY.xattr.user.a", &[b'x'; 1_000_000]));
            archive(f, |out| {
                again(out, &attribute, 300);
                again(out, &header("a", b'0', 0, ""), 1);
            });
        },
        "ExtensionTooLarge",
    ),
    bomb(
        "tar: 300 global extensions",
        1,
        |f| {
            let attribute = entry("pax", b'g', &record("SCHILY.xattr.user.a", &[b'x'; 1_000_000]));
            archive(f, |out| {
                again(out, &attribute, 300);
                again(out, &header("a", b'0', 0, ""), 1);
            });
        },
        "ExtensionTooLarge",
    ),
    bomb(
        "tar: 300 attributes of 1 MB",
        caps::LISTING_BYTES as u64 / 1_000_000 + 1,
        |f| {
            let attribute = entry("pax", b'x', &record("SCHILY.xattr.user.a", &[b'x'; 1_000_000]));
            many(f, &[attribute, header("a", b'0', 0, "")].concat(), 300);
        },
        "TooManyEntries",
    ),
    bomb(
        "tar: names of 1 MB, all different",
        0,
        |f| {
            archive(f, |out| {
                for number in 0..300 {
                    let mut name = format!("{number:03}").into_bytes();
                    name.resize(1_000_000, b'n');
                    again(out, &named(&name), 1);
                }
            });
        },
        "PathTooLong",
    ),
    bomb(
        "tar: names of 4,096 bytes that differ at their ends",
        12_000,
        |f| {
            archive(f, |out| {
                for number in 0..12_000 {
                    let mut name = vec![b'n'; caps::PATH_BYTES - 5];
                    name.extend_from_slice(format!("{number:05}").as_bytes());
                    again(out, &named(&name), 1);
                }
            });
        },
        "Whole",
    ),
    bomb(
        "tar: a name of 2,000 components",
        1,
        |f| many(f, &named(&b"a/".repeat(2_000)), 1),
        "Whole",
    ),
    bomb(
        "tar: a name of 100,000 components",
        0,
        |f| many(f, &named(&b"a/".repeat(100_000)), 1),
        "PathTooLong",
    ),
    bomb(
        "tar: a name of 1,000 times ..",
        1,
        |f| many(f, &named(&b"../".repeat(1_000)), 1),
        "EscapingPath",
    ),
    bomb("tar: an absolute name", 1, |f| many(f, &named(b"/etc/shadow"), 1), "Whole"),
    bomb("tar: an absolute name with ..", 1, |f| many(f, &named(b"/../a"), 1), "EscapingPath"),
    bomb(
        "tar: hard links to themselves, to each other and to nothing",
        4,
        |f| {
            let all = [("a", "a"), ("b", "c"), ("c", "b"), ("d", "none")];
            let all = all.map(|(name, link)| header(name, b'1', 0, link));
            many(f, &all.concat(), 1);
        },
        "Whole",
    ),
    bomb(
        "tar: a file with 300,000 names",
        300_001,
        |f| {
            archive(f, |out| {
                again(out, &entry("a", b'0', &[7; 512]), 1);
                (0..300_000).for_each(|n| again(out, &header(&format!("d{n}"), b'1', 0, "a"), 1));
            });
        },
        "Whole",
    ),
    bomb("tar: a name with NUL", 1, |f| many(f, &named(b"etc/passwd\0.png"), 1), "NulInPath"),
    bomb(
        "tar: a name that runs backwards",
        1,
        |f| many(f, &named("a\u{202e}gnp.exe".as_bytes()), 1),
        "Whole",
    ),
    bomb("tar: a link to itself", 1, |f| many(f, &header("a", b'2', 0, "a"), 1), "Whole"),
    bomb(
        "tar: links in a circle, and a file behind them",
        3,
        |f| {
            let all =
                [header("a", b'2', 0, "b"), header("b", b'2', 0, "a"), header("a/x", b'0', 0, "")];
            many(f, &all.concat(), 1);
        },
        "Whole",
    ),
    bomb(
        "tar: a link that leads out, and a file behind it",
        2,
        |f| {
            let all = [header("a", b'2', 0, "../../../etc"), header("a/shadow", b'0', 0, "")];
            many(f, &all.concat(), 1);
        },
        "Whole",
    ),
    bomb(
        "tar: 20,000 hard links in a chain",
        20_000,
        |f| {
            archive(f, |out| {
                for number in 0..20_000 {
                    let (name, link) = (format!("{number}"), format!("{}", number + 1));
                    again(out, &header(&name, b'1', 0, &link), 1);
                }
            });
        },
        "Whole",
    ),
    bomb(
        "tar: content behind links",
        50_000,
        |f| many(f, &header("a", b'2', 512, "b"), 50_000),
        "ContentBehindLink",
    ),
    bomb(
        "tar: a sparse map without end",
        0,
        |f| {
            let mut block = header("a", b'S', 512, "");
            block[482] = 1;
            let mut map = vec![b'0'; 512];
            map[504] = 1;
            archive(f, |out| {
                again(out, &sealed(block), 1);
                again(out, &map, 100_000);
            });
        },
        "BadSparseMap",
    ),
    bomb(
        "tar: a sparse map of PAX without end",
        1,
        |f| {
            let major = entry("pax", b'x', &record("GNU.sparse.major", b"1"));
            archive(f, |out| {
                again(out, &[major, header("a", b'0', 1 << 40, "")].concat(), 1);
                again(out, b"65536\n", 1);
                again(out, &b"00000000000000000001\n".repeat(1 << 12), 100);
            });
        },
        "BadSparseMap",
    ),
    bomb(
        "tar: a sparse file of 8 EiB with nothing in it",
        1,
        |f| {
            let size = record("GNU.sparse.size", b"9000000000000000000");
            let map = record("GNU.sparse.map", b"0,0");
            many(
                f,
                &[entry("pax", b'x', &[size, map].concat()), header("a", b'0', 0, "")].concat(),
                1,
            );
        },
        "Whole",
    ),
    bomb(
        "tar: 100,000 broken records",
        1,
        |f| {
            let records = record("size", b"x").repeat(100_000);
            many(f, &[entry("pax", b'x', &records), header("a", b'0', 0, "")].concat(), 1);
        },
        "BadPaxRecord",
    ),
    bomb(
        "tar: 50,000 extensions and no entry",
        0,
        |f| {
            many(f, &header("a", b'x', 0, ""), 50_000);
        },
        "DanglingExtension",
    ),
    bomb(
        "tar: rubbish behind the first entry",
        1,
        |f| {
            archive(f, |out| {
                again(out, &header("a", b'0', 0, ""), 1);
                again(out, &[b'x'; 1 << 20], 100);
            });
        },
        "BadHeader",
    ),
    bomb(
        "tar: data behind the end",
        1,
        |f| {
            archive(f, |out| {
                again(out, &[&header("a", b'0', 0, ""), END].concat(), 1);
                again(out, &header("b", b'0', 0, ""), 100_000);
            });
        },
        "DataBehindEnd",
    ),
    bomb(
        "tar: zeros without end",
        0,
        |f| f.gzip(|out| again(out, &[0; 1 << 20], 330)),
        "more than 335544320",
    ),
    bomb("no archive at all", 0, |f| f.repeat(b"not an archive ", 1 << 20), "NotAnArchive"),
];
