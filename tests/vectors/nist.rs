//! Checks the verifier against NIST's vectors for SHA-2 (CAVP). The native tests and those in the browser
//! share this code, and each takes the files from another place.

use porthole::{
    content::{
        sha256_lanes::HashBatch,
        verify::{Hasher, Verdict, Verifier, digest_with},
    },
    oci::{Algorithm, Digest},
};

/// The files, each with its algorithm.
pub(crate) const FILES: [(Algorithm, &str); 6] = [
    (Algorithm::Sha256, "SHA256ShortMsg.rsp"),
    (Algorithm::Sha256, "SHA256LongMsg.rsp"),
    (Algorithm::Sha256, "SHA256Monte.rsp"),
    (Algorithm::Sha512, "SHA512ShortMsg.rsp"),
    (Algorithm::Sha512, "SHA512LongMsg.rsp"),
    (Algorithm::Sha512, "SHA512Monte.rsp"),
];

/// The lengths of slices. They cross the borders of the blocks of both algorithms.
const SLICES: [usize; 8] = [1, 7, 63, 64, 65, 111, 129, 1000];

/// Checks a file, and returns the number of its vectors.
pub(crate) fn check(algorithm: &Algorithm, name: &str, text: &str) -> usize {
    // The head of a section looks like a field: `[L = 32]`.
    let lines = text.lines().filter(|line| !line.starts_with('['));
    let pairs = lines.filter_map(|line| line.split_once(" = "));
    let fields: Vec<_> = pairs.map(|(key, value)| (key.trim(), value.trim())).collect();
    match name.contains("Monte") {
        true => check_monte_carlo(algorithm, &fields),
        false => check_messages(algorithm, name, &fields),
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(byte).collect()
}

fn check_messages(algorithm: &Algorithm, name: &str, fields: &[(&str, &str)]) -> usize {
    let mut count = 0;
    for case in fields.chunks(3).filter(|case| case.len() == 3 && case[0].0 == "Len") {
        let length = case[0].1.parse::<usize>().unwrap() / 8;
        let message = &bytes(case[1].1)[..length];
        let expected = Digest::new(algorithm, case[2].1).unwrap();
        assert_eq!(digest_with(algorithm, message), Some(expected.clone()), "{name} {length}");
        for slice in SLICES {
            in_slices(message, &expected, slice, &format!("{name} {length} by {slice}"));
        }
        count += 1;
    }
    count
}

/// Hashes a message alone, and beside three others in the lanes of one register.
fn in_slices(message: &[u8], expected: &Digest, slice: usize, what: &str) {
    let new = || Verifier::new(expected, Some(message.len() as u64));
    let gang = HashBatch::default();
    let mut verifiers = vec![new()];
    verifiers.extend((0..4).map(|_| new().together(&gang)));
    for chunk in message.chunks(slice) {
        verifiers.iter_mut().for_each(|verifier| verifier.update(chunk).unwrap());
    }
    for verifier in verifiers {
        assert_eq!(verifier.finish(), Verdict::Verified, "{what}");
    }
}

/// Runs the Monte Carlo test, in which each checkpoint is a thousand hashes after the last one.
fn check_monte_carlo(algorithm: &Algorithm, fields: &[(&str, &str)]) -> usize {
    let Some((_, seed)) = fields.iter().find(|(key, _)| *key == "Seed") else { return 0 };
    let mut seed = bytes(seed);
    let expected: Vec<_> = fields.iter().filter(|(key, _)| *key == "MD").collect();
    for (_, expected) in &expected {
        let mut last = [seed.clone(), seed.clone(), seed];
        for _ in 0..1000 {
            let mut hasher = Hasher::new(algorithm).unwrap();
            last.iter().for_each(|digest| hasher.update(digest));
            last = [last[1].clone(), last[2].clone(), bytes(hasher.finish().encoded())];
        }
        seed = last[2].clone();
        assert_eq!(seed, bytes(expected), "{expected}");
    }
    expected.len()
}
