"""Writes generated tar archives, and what Python's tarfile reads in each of them.

usage: generate_archives.py FOLDER COUNT SEED

FOLDER/N.tar is an archive, and line N of FOLDER/listing.jsonl a list of its entries. Bytes of names
are written as hexadecimal, for they need not be UTF-8.
"""

import io
import json
import random
import sys
import tarfile

TYPES = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.LNKTYPE: "hardlink",
    tarfile.SYMTYPE: "symlink",
    tarfile.CHRTYPE: "char",
    tarfile.BLKTYPE: "block",
    tarfile.DIRTYPE: "dir",
    tarfile.FIFOTYPE: "fifo",
}
FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
ALPHABET = "abcXYZ019._- +=,é日\udcff\udcfe"


def name(dice, longest):
    parts = dice.randint(1, 6)
    length = dice.choice([3, 12, longest])
    return "/".join(
        "".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, max(1, length // parts)))).strip("/")
        for _ in range(parts)
    )


def member(dice, form):
    info = tarfile.TarInfo(name(dice, 80 if form == tarfile.USTAR_FORMAT else 400))
    info.type = dice.choice(list(TYPES))
    # Python decides by the name in the header whether a file of flag NUL is a directory; where that
    # name is cut short behind a slash it takes a file for one. GNU tar, Go and we go by the whole name.
    if info.type == tarfile.AREGTYPE and len(info.name.encode("utf-8", "surrogateescape")) > 90:
        info.type = tarfile.REGTYPE
    info.mode = dice.randint(0, 0o7777)
    wide = form != tarfile.USTAR_FORMAT and dice.random() < 0.2
    info.uid, info.gid = (dice.randint(0, 1 << (31 if wide else 20)) for _ in range(2))
    info.mtime = dice.randint(0, (1 << 33) - 1)
    info.uname, info.gname = dice.choice(["", "root", "büro"]), dice.choice(["", "wheel"])
    if info.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        info.linkname = name(dice, 60 if form == tarfile.USTAR_FORMAT else 300)
    if info.type in (tarfile.CHRTYPE, tarfile.BLKTYPE):
        info.devmajor, info.devminor = dice.randint(0, 255), dice.randint(0, 255)
    if form == tarfile.PAX_FORMAT and dice.random() < 0.2:
        info.pax_headers = {"SCHILY.xattr.user.note": "x" * dice.randint(0, 700)}
    data = b""
    if info.type in (tarfile.REGTYPE, tarfile.AREGTYPE):
        data = bytes(dice.getrandbits(8) for _ in range(dice.choice([0, 1, 511, 512, 513, 1500])))
    info.size = len(data)
    return info, data


def archive(dice):
    buffer = io.BytesIO()
    form = dice.choice(FORMATS)
    with tarfile.open(fileobj=buffer, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as tar:
        for _ in range(dice.randint(0, 5)):
            info, data = member(dice, form)
            try:
                tar.addfile(info, io.BytesIO(data))
            except ValueError:
                pass  # a name too long for ustar
    return buffer.getvalue()


def listing(data):
    raw = lambda text: text.encode("utf-8", "surrogateescape").hex()
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as tar:
        return [
            {
                "path": raw(info.name),
                "type": TYPES[info.type],
                "mode": info.mode,
                "uid": info.uid,
                "gid": info.gid,
                "mtime": int(info.mtime),
                "size": info.size,
                "link": raw(info.linkname),
                "user": raw(info.uname),
                "offset": info.offset_data,
            }
            for info in tar
        ]


def main():
    folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    dice = random.Random(seed)
    with open(f"{folder}/listing.jsonl", "w") as lines:
        for number in range(count):
            data = archive(dice)
            with open(f"{folder}/{number}.tar", "wb") as file:
                file.write(data)
            lines.write(json.dumps(listing(data)) + "\n")


main()
