//! Digests against NIST's vectors (CAVP), which the Python package `cryptography-vectors` carries.
//!
//! `pip install --target target/vectors cryptography-vectors`, or name the folder that holds
//! `cryptography_vectors` in `PORTHOLE_VECTORS`. Where it is missing, a line says so.

use std::{env, fs, path::PathBuf};

use porthole::{
    content::verify::{Hasher, Verdict, Verifier, digest_with},
    oci::{Algorithm, Digest},
};

fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/target/vectors");
    let folder = env::var_os("PORTHOLE_VECTORS").map_or_else(|| beside.into(), PathBuf::from);
    let folder = folder.join("cryptography_vectors/hashes/SHA2");
    folder.is_dir().then_some(folder)
}

/// The fields of a file, in order: `Len = 8` and so on.
fn fields(name: &str) -> Vec<(String, String)> {
    let Some(folder) = folder() else {
        println!("skipped: {name}, for the vectors are missing");
        return Vec::new();
    };
    let text = fs::read_to_string(folder.join(name)).unwrap();
    let pairs = text.lines().filter_map(|line| line.split_once(" = "));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(byte).collect()
}

/// Lengths of slices that straddle the blocks of both algorithms.
const SLICES: [usize; 8] = [1, 7, 63, 64, 65, 111, 129, 1000];

fn check_messages(algorithm: &Algorithm, name: &str) -> usize {
    let fields = fields(name);
    for case in fields.chunks(3).filter(|case| case.len() == 3 && case[0].0 == "Len") {
        let length = case[0].1.parse::<usize>().unwrap() / 8;
        let message = &bytes(&case[1].1)[..length];
        let expected = Digest::new(algorithm, &case[2].1).unwrap();
        assert_eq!(digest_with(algorithm, message), Some(expected.clone()), "{name} {length}");
        for slice in SLICES {
            let mut verifier = Verifier::new(&expected, Some(length as u64));
            message.chunks(slice).for_each(|chunk| verifier.update(chunk).unwrap());
            assert_eq!(verifier.finish(), Verdict::Verified, "{name} {length} by {slice}");
        }
    }
    fields.iter().filter(|(key, _)| key == "Msg").count()
}

/// The Monte Carlo test: each checkpoint is a thousand hashes after the last one.
fn check_monte_carlo(algorithm: &Algorithm, name: &str) -> usize {
    let fields = fields(name);
    let Some((_, seed)) = fields.iter().find(|(key, _)| key == "Seed") else { return 0 };
    let mut seed = bytes(seed);
    let expected: Vec<_> = fields.iter().filter(|(key, _)| key == "MD").collect();
    for (_, expected) in &expected {
        let mut last = [seed.clone(), seed.clone(), seed];
        for _ in 0..1000 {
            let mut hasher = Hasher::new(algorithm).unwrap();
            last.iter().for_each(|digest| hasher.update(digest));
            last = [last[1].clone(), last[2].clone(), bytes(hasher.finish().encoded())];
        }
        seed = last[2].clone();
        assert_eq!(seed, bytes(expected), "{name}");
    }
    expected.len()
}

#[test]
fn r081_sha2_agrees_with_nist_whole_and_in_slices() {
    let mut checked = 0;
    for (algorithm, prefix) in [(Algorithm::Sha256, "SHA256"), (Algorithm::Sha512, "SHA512")] {
        checked += check_messages(&algorithm, &format!("{prefix}ShortMsg.rsp"));
        checked += check_messages(&algorithm, &format!("{prefix}LongMsg.rsp"));
        checked += check_monte_carlo(&algorithm, &format!("{prefix}Monte.rsp"));
    }
    println!("{checked} vectors of NIST checked");
    assert!(folder().is_none() || checked > 500, "{checked} vectors are too few");
}
