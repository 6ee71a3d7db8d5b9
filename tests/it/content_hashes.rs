//! Checks digests against NIST's vectors (CAVP), which the Python package `cryptography-vectors` contains.
//!
//! Install it by `pip install --target target/vectors cryptography-vectors`, or set `PORTHOLE_VECTORS` to the
//! folder of `cryptography_vectors`. Without it the test prints a line and checks nothing.

use std::{env, fs, path::PathBuf};

#[path = "../vectors/nist.rs"]
mod nist;

fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/target/vectors");
    let folder = env::var_os("PORTHOLE_VECTORS").map_or_else(|| beside.into(), PathBuf::from);
    let folder = folder.join("cryptography_vectors/hashes/SHA2");
    folder.is_dir().then_some(folder)
}

#[test]
fn r081_sha2_agrees_with_nist_whole_and_in_slices() {
    let Some(folder) = folder() else {
        println!("skipped: the vectors of NIST are missing");
        return;
    };
    let mut checked = 0;
    for (algorithm, name) in &nist::FILES {
        checked += nist::check(algorithm, name, &fs::read_to_string(folder.join(name)).unwrap());
    }
    println!("{checked} vectors of NIST checked");
    assert!(checked > 500, "{checked} vectors are too few");
}
