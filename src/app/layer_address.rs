//! A layer in an address: its digest, and its number where the digest alone is not enough.

use std::{collections::BTreeSet, fmt, str::FromStr};

use crate::oci::{Digest, DigestError};

/// The name of a layer in an address: `sha256:…`, or `sha256:…@3` where a manifest lists the digest twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerAddress {
    /// The digest or the diff ID.
    pub digest: Digest,
    /// The place of the layer, counted from 1 at the base.
    pub number: Option<usize>,
}

impl LayerAddress {
    /// Returns the names of layers with these digests, from the base.
    pub fn of_all(digests: Vec<Digest>) -> Vec<Self> {
        let (mut seen, mut twins) = (BTreeSet::new(), BTreeSet::new());
        for digest in &digests {
            if !seen.insert(digest.clone()) {
                twins.insert(digest.clone());
            }
        }
        let mut names: Vec<Self> = digests.into_iter().map(Self::from).collect();
        for (at, name) in names.iter_mut().enumerate() {
            name.number = twins.contains(&name.digest).then_some(at + 1);
        }
        names
    }

    /// Returns the place from the base of the layer that is meant, among layers that `is_it` compares with a
    /// digest. A number that does not fit is passed over, as in an old address.
    pub fn find(&self, layers: usize, is_it: impl Fn(usize, &Digest) -> bool) -> Option<usize> {
        let is_it = |at: &usize| is_it(*at, &self.digest);
        let numbered = self.number.and_then(|number| number.checked_sub(1));
        numbered.filter(|at| *at < layers && is_it(at)).or_else(|| (0..layers).find(is_it))
    }
}

impl From<Digest> for LayerAddress {
    fn from(digest: Digest) -> Self {
        Self { digest, number: None }
    }
}

impl fmt::Display for LayerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "{}@{number}", self.digest),
            None => self.digest.fmt(f),
        }
    }
}

impl FromStr for LayerAddress {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let split = text.rsplit_once('@').and_then(|(digest, number)| {
            let number = number.parse().ok().filter(|number| *number > 0)?;
            Some((digest, number))
        });
        match split {
            Some((digest, number)) => Ok(Self { digest: digest.parse()?, number: Some(number) }),
            None => text.parse::<Digest>().map(Self::from),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::content::verify::digest_of;

    #[test]
    fn only_a_digest_that_stands_twice_has_a_number() {
        let digests = ["a", "b", "a", "c", "a"].map(|text| digest_of(text.as_bytes()));
        let names = LayerAddress::of_all(digests.to_vec());
        let numbers: Vec<_> = names.iter().map(|name| name.number).collect();
        assert_eq!(numbers, [Some(1), None, Some(3), None, Some(5)]);
        for (at, name) in names.iter().enumerate() {
            assert_eq!(name.digest, digests[at]);
            let found = name.find(digests.len(), |at, digest| digests[at] == *digest);
            assert_eq!(found, Some(at));
            assert_eq!(name.to_string().parse(), Ok(name.clone()));
        }
    }

    #[test]
    fn an_address_without_a_number_or_with_a_wrong_one_finds_the_first() {
        let digests = ["a", "b", "b"].map(|text| digest_of(text.as_bytes()));
        for (suffix, expected) in [("", 1), ("@1", 1), ("@2", 1), ("@3", 2), ("@4", 1)] {
            let name: LayerAddress = [digests[1].as_str(), suffix].concat().parse().unwrap();
            let found = name.find(digests.len(), |at, digest| digests[at] == *digest);
            assert_eq!(found, Some(expected), "{suffix}");
        }
        for suffix in ["@", "@0", "@x", "@1@2", "@-1"] {
            assert!([digests[1].as_str(), suffix].concat().parse::<LayerAddress>().is_err());
        }
    }
}
