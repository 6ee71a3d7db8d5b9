"""Makes a database of packages in the formats that rpm has or had: sqlite by rpm itself, Berkeley DB by
its own loader from the headers that rpm wrote, and ndb, which Debian's rpm cannot write, by hand as
lib/backend/ndb/rpmpkg.c has it. Usage: generate_rpm_databases.py FOLDER
Prints what `rpm -qa` says of the packages, a line of JSON texts for each."""

import os, sqlite3, struct, subprocess, sys, zlib

folder = sys.argv[1]
COUNT = 120


def run(*words, **more):
    return subprocess.run(words, check=True, text=True, capture_output=True, **more).stdout


def spec():
    # Long descriptions put headers on overflow pages of every length.
    head = "Name: porthole-base\nVersion: 1.2\nRelease: 3.fc40\nEpoch: 2\nSummary: s\nLicense: MIT AND BSD-2-Clause\n"
    head += "BuildArch: noarch\n%description\nbase\n%files\n"
    for n in range(COUNT):
        head += f"%package p{n}\nSummary: sub\nVersion: {n}.0~rc1\nEpoch: {n % 3}\nLicense: Apache-2.0\n"
        head += f"%description p{n}\n" + "".join(f"{n} line {m}\n" for m in range(n * n // 4)) + f"%files p{n}\n"
    return head


def build():
    path = os.path.join(folder, "test.spec")
    with open(path, "w") as file:
        file.write(spec())
    define = ["--define", f"_topdir {folder}/build", "--define", "_binary_payload w0.gzdio"]
    run("rpmbuild", "-bb", "--nodeps", *define, path)
    found = os.path.join(folder, "build/RPMS/noarch")
    return sorted(os.path.join(found, name) for name in os.listdir(found))


def install(packages):
    place = os.path.join(folder, "sqlite")
    os.makedirs(place)
    rpm = ["rpm", "--dbpath", place, "--define", "_db_backend sqlite"]
    run(*rpm, "--initdb")
    run(*rpm, "-i", "--justdb", "--nodeps", "--ignorearch", "--nosignature", *packages)
    # Removed rows leave free pages behind.
    run(*rpm, "-e", "--justdb", "--nodeps", "porthole-base-p7", "porthole-base-p100")
    return rpm


def headers():
    database = sqlite3.connect(os.path.join(folder, "sqlite/rpmdb.sqlite"))
    return database.execute("select hnum, blob from Packages order by hnum").fetchall()


def berkeley(rows, order, number):
    place = os.path.join(folder, "bdb-" + order)
    os.makedirs(place)
    text = f"VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\ndb_lorder={number}\nHEADER=END\n"
    text += " 00000000\n 80000000\n"
    text += "".join(f" {n.to_bytes(4, 'little').hex()}\n {blob.hex()}\n" for n, blob in rows)
    run("db5.3_load", os.path.join(place, "Packages"), input=text + "DATA=END\n")


def ndb(rows):
    slots, blobs = [], b""
    for n, blob in rows:
        at = 4096 + len(blobs)
        head = struct.pack("<4sIII", b"BlbS", n, 1, len(blob))
        padding = b"\0" * (-(len(head) + len(blob) + 12) % 16)
        checksum = zlib.adler32(head + blob + padding)
        whole = head + blob + padding + struct.pack("<II4s", checksum, len(blob), b"BlbE")
        slots += [(b"Slot", n, at // 16, len(whole) // 16), (b"Slot", 0, 0, 0)]
        blobs += whole
    slots += [(b"Slot", 0, 0, 0)] * (4096 // 16 - 2 - len(slots))
    page = struct.pack("<4sIII16x", b"RpmP", 0, 7, 1)
    page += b"".join(struct.pack("<4sIII", *slot) for slot in slots)
    place = os.path.join(folder, "ndb")
    os.makedirs(place)
    with open(os.path.join(place, "Packages.db"), "wb") as file:
        file.write(page + blobs)


query = '"%{NAME}","%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}","%{ARCH}","%{LICENSE}","%{SOURCERPM}",%{SIZE}\n'
rpm = install(build())
print(run(*rpm, "-qa", "--qf", query), end="")
berkeley(headers(), "little", 1234)
berkeley(headers(), "big", 4321)
ndb(headers())
