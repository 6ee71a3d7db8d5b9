//! Compressed streams as bombs: ratios, windows, members, frames, headers, and streams without an end.

use crate::{
    Bomb,
    feed::{Feed, again, member},
};

/// A layer without entries.
const fn bomb(name: &'static str, make: fn(&mut Feed<'_>), told: &'static str) -> Bomb {
    Bomb { name, limit: 64, make, entries: 0, told }
}

const MIB: &[u8] = &[0; 1 << 20];

/// Returns a gzip header with these flags.
const fn head(flags: u8) -> [u8; 10] {
    [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]
}

pub(crate) const GZIP: &[Bomb] = &[
    bomb("gzip: zeros, 1,000 to 1", |f| f.gzip(|out| again(out, MIB, 80)), "more than 67108864"),
    bomb(
        "gzip: zeros in a gzip",
        |f| {
            let inner = member(&MIB.repeat(16));
            f.gzip(|out| again(out, &inner, 1));
        },
        "NotAnArchive",
    ),
    bomb(
        "gzip: gzip in gzip in gzip",
        |f| {
            let three = (0..3).fold(vec![0; 1 << 20], |inner, _| member(&inner));
            f.raw(&three);
        },
        "NotAnArchive",
    ),
    // Nothing at all is an empty archive.
    bomb("gzip: half a million empty members", |f| f.repeat(&member(b""), 500_000), "Whole"),
    bomb("gzip: 300,000 members of a byte", |f| f.repeat(&member(b"a"), 300_000), "NotAnArchive"),
    bomb("gzip: 100 members of zeros", |f| f.repeat(&member(MIB), 100), "more than 67108864"),
    bomb(
        "gzip: a name that does not end",
        |f| {
            f.raw(&head(8));
            f.repeat(b"a", 50 << 20);
        },
        "ends in the middle",
    ),
    bomb(
        "gzip: a comment that does not end",
        |f| {
            f.raw(&head(16));
            f.repeat(b"a", 50 << 20);
        },
        "ends in the middle",
    ),
    bomb(
        "gzip: members with fields of 64 KiB",
        |f| {
            let field =
                [&head(4)[..], &[0xff, 0xff], &[b'x'; 65_535], &[3, 0, 0, 0, 0, 0, 0, 0, 0, 0]];
            f.repeat(&field.concat(), 1_000);
        },
        "Whole",
    ),
    bomb(
        "gzip: three million empty blocks",
        |f| {
            f.raw(&head(0));
            f.repeat(&[0, 0, 0, 0xff, 0xff], 3_000_000);
        },
        "ends in the middle",
    ),
    bomb(
        "gzip: stored blocks without end",
        |f| {
            f.raw(&head(0));
            let block = [&[0, 0xff, 0xff, 0, 0][..], &[b'a'; 65_535]].concat();
            f.repeat(&block, 2_000);
        },
        "more than 67108864",
    ),
    bomb(
        "gzip: zeros behind the end",
        |f| {
            f.raw(&member(b"a"));
            f.repeat(&[0], 100 << 20);
        },
        "NotAnArchive",
    ),
    bomb(
        "gzip: something behind the end",
        |f| {
            f.raw(&member(b"a"));
            f.repeat(b"a", 10 << 20);
        },
        "data behind the last member",
    ),
    bomb("gzip: half of a header", |f| f.raw(&head(0)), "ends in the middle"),
    bomb(
        "gzip: a block of a kind that is not",
        |f| {
            f.raw(&head(0));
            f.repeat(&[7], 1 << 20);
        },
        "is broken",
    ),
    bomb(
        "gzip: a match before the beginning",
        |f| {
            f.raw(&head(0));
            f.raw(&[3 | 0x80, 0x83, 0x3f, 0xff, 0xff, 0xff]);
            f.repeat(&[0xff], 1 << 20);
        },
        "is broken",
    ),
    bomb(
        "gzip: a wrong checksum",
        |f| {
            let mut whole = member(&MIB[..1_000]);
            let at = whole.len() - 8;
            whole[at] ^= 1;
            f.raw(&whole);
        },
        "is broken",
    ),
    bomb(
        "gzip: cut at the last byte",
        |f| {
            let whole = member(MIB);
            f.raw(&whole[..whole.len() - 1]);
        },
        "ends in the middle",
    ),
];

/// Returns the start of a zstd frame without content size. Its window is 2 to the power of `exponent`.
fn frame(exponent: u8) -> Vec<u8> {
    vec![0x28, 0xb5, 0x2f, 0xfd, 0, (exponent - 10) << 3]
}

/// Returns the header of a block.
fn block(last: bool, kind: u32, size: u32) -> Vec<u8> {
    (size << 3 | kind << 1 | u32::from(last)).to_le_bytes()[..3].to_vec()
}

/// Returns a block of four bytes that decompresses to 128 KiB.
fn same(last: bool) -> Vec<u8> {
    [block(last, 1, 128 << 10), vec![0]].concat()
}

pub(crate) const ZSTD: &[Bomb] = &[
    bomb(
        "zstd: 32,768 to 1",
        |f| {
            f.raw(&frame(20));
            f.repeat(&same(false), 60_000);
        },
        "more than 67108864",
    ),
    bomb(
        "zstd: the largest window, filled",
        |f| {
            f.raw(&frame(27));
            f.repeat(&same(false), 60_000);
        },
        "more than 67108864",
    ),
    bomb(
        "zstd: a window over the cap",
        |f| {
            f.raw(&frame(28));
            f.repeat(&same(false), 1_000);
        },
        "needs a window of 268435456 bytes",
    ),
    bomb(
        "zstd: a window of 2 TiB",
        |f| {
            f.raw(&frame(41));
            f.repeat(&same(false), 1_000);
        },
        "needs a window of 2199023255552 bytes",
    ),
    bomb(
        "zstd: a thousand frames with the largest window",
        |f| {
            f.repeat(&[frame(27), same(true)].concat(), 1_000);
        },
        "more than 67108864",
    ),
    bomb(
        "zstd: a segment of 2 GiB",
        |f| {
            f.raw(&[0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x80]);
            f.repeat(&same(false), 1_000);
        },
        "needs a window of 2147483648 bytes",
    ),
    bomb(
        "zstd: a segment of 8 EiB",
        |f| {
            f.raw(&[0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80]);
            f.repeat(&same(false), 1_000);
        },
        "needs a window",
    ),
    bomb(
        "zstd: half a million empty frames",
        |f| {
            f.repeat(&[frame(10), block(true, 0, 0)].concat(), 500_000);
        },
        "Whole",
    ),
    bomb(
        "zstd: three million empty blocks",
        |f| {
            f.raw(&frame(10));
            f.repeat(&block(false, 0, 0), 3_000_000);
        },
        "ends in the middle",
    ),
    bomb(
        "zstd: a skippable frame of 4 GiB",
        |f| {
            f.raw(&[0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff]);
            f.repeat(&[0], 100 << 20);
        },
        "ends in the middle",
    ),
    bomb(
        "zstd: a million skippable frames",
        |f| {
            f.repeat(&[0x5f, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9], 1_000_000);
        },
        "Whole",
    ),
    bomb(
        "zstd: a block over 128 KiB",
        |f| {
            f.raw(&frame(27));
            f.raw(&block(false, 0, (2 << 20) - 1));
            f.repeat(b"a", 4 << 20);
        },
        "block too large",
    ),
    bomb(
        "zstd: a repeated block over 128 KiB",
        |f| {
            f.raw(&frame(27));
            f.repeat(&[block(false, 1, (2 << 20) - 1), vec![0]].concat(), 100);
        },
        "block too large",
    ),
    bomb(
        "zstd: a block of a kind that is not",
        |f| {
            f.raw(&frame(20));
            f.raw(&block(false, 3, 4));
            f.raw(&[0; 100]);
        },
        "is broken",
    ),
    bomb(
        "zstd: blocks of rubbish",
        |f| {
            f.raw(&frame(20));
            f.repeat(&[block(false, 2, 1_000), vec![0xa5; 1_000]].concat(), 100);
        },
        "is broken",
    ),
    bomb(
        "zstd: something behind the end",
        |f| {
            f.raw(&[frame(10), same(true)].concat());
            f.repeat(b"a", 10 << 20);
        },
        "is broken",
    ),
    bomb(
        "zstd: a header that does not end",
        |f| f.raw(&[0x28, 0xb5, 0x2f, 0xfd]),
        "ends in the middle",
    ),
    bomb(
        "zstd: a dictionary that nobody has",
        |f| {
            f.raw(&[0x28, 0xb5, 0x2f, 0xfd, 3, 0x50, 1, 2, 3, 4]);
            f.repeat(&same(false), 100);
        },
        "is broken",
    ),
];
