//! Finding what a reference stands for (R77 to R79).
//!
//! Absence is a value with its reason: a page must say whether an object is missing or not allowed.

use crate::{
    content::verify::verify,
    error::{Error, ErrorKind, InputFault, Missing, Operation, Result},
    oci::{Descriptor, Digest, Reference, Tag},
    registry::{BlobStream, Manifest, ManifestRef, Read, Verification},
};

/// The part of a reference with tag and digest that counts. R77 and R79 differ on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// Ask by digest and leave the tag aside; without either, ask for `latest` (R77).
    #[default]
    Digest,
    /// Ask by tag and verify by digest, so that a pull-through cache learns the tag; without
    /// either there is nothing to ask (R79).
    TagVerifiedByDigest,
}

/// The result of a lookup.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup<T> {
    /// The object, or its descriptor.
    Found(T),
    /// Nothing, as far as this user may know.
    Absent(Absence),
}

/// An absence with its reason (R78).
#[derive(Clone, Debug, PartialEq)]
pub struct Absence {
    /// Tells if the repository, the manifest or the blob is missing.
    pub reason: Reason,
    /// The answer, with the registry's own words.
    pub error: Error,
}

/// The reasons for absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The registry does not have it.
    NotFound,
    /// The registry wants credentials before it says.
    Unauthorized,
    /// The registry does not let this user see it.
    Denied,
}

impl<T> Lookup<T> {
    /// Returns the object that was found.
    pub fn found(self) -> Option<T> {
        match self {
            Self::Found(found) => Some(found),
            Self::Absent(_) => None,
        }
    }

    /// Returns the object that was found, or absence as an error.
    ///
    /// # Errors
    /// The answer of the source that gives the reason of the absence.
    pub fn required(self) -> Result<T> {
        match self {
            Self::Found(found) => Ok(found),
            Self::Absent(Absence { error, .. }) => Err(error),
        }
    }

    fn of(result: Result<T>) -> Result<Self> {
        let error = match result {
            Ok(found) => return Ok(Self::Found(found)),
            Err(error) => error,
        };
        let reason = match error.kind {
            ErrorKind::NotFound(_) | ErrorKind::BlobUnknown(_) => Reason::NotFound,
            ErrorKind::Unauthorized => Reason::Unauthorized,
            ErrorKind::Denied => Reason::Denied,
            _ => return Err(error),
        };
        Ok(Self::Absent(Absence { reason, error }))
    }
}

/// Reads the manifest that a reference stands for.
///
/// # Errors
/// Everything but absence; `DigestMismatch` if the tag does not lead to the digest.
pub async fn manifest(
    source: &dyn Read,
    reference: &Reference,
    prefer: Prefer,
) -> Result<Lookup<Manifest>> {
    let asked = asked(reference, prefer)?;
    let got = source.manifest(&reference.repository, &asked).await;
    let got = got.and_then(|manifest| match (&asked, &reference.digest) {
        (ManifestRef::Tag(_), Some(digest)) => bind(manifest, digest),
        _ => Ok(manifest),
    });
    Lookup::of(named(got, reference, || Operation::ReadManifest(asked)))
}

/// Finds the descriptor that a reference stands for, without the bytes if the source can.
///
/// # Errors
/// As for [`manifest`].
pub async fn descriptor(
    source: &dyn Read,
    reference: &Reference,
    prefer: Prefer,
) -> Result<Lookup<Descriptor>> {
    let asked = asked(reference, prefer)?;
    let found = source.resolve(&reference.repository, &asked).await;
    let found = match Lookup::of(named(found, reference, || Operation::FindManifest(asked)))? {
        Lookup::Found(found) => found,
        absent @ Lookup::Absent(_) => return Ok(absent),
    };
    match &reference.digest {
        Some(digest) if *digest == found.digest => Ok(Lookup::Found(found)),
        // Another algorithm may name the same bytes: they decide.
        Some(_) => Ok(match manifest(source, reference, prefer).await? {
            Lookup::Found(manifest) => Lookup::Found(manifest.descriptor),
            Lookup::Absent(absence) => Lookup::Absent(absence),
        }),
        None => Ok(Lookup::Found(found)),
    }
}

/// Finds the blob that a reference names by digest; a tag names no blob (R77).
///
/// # Errors
/// `InvalidInput` without a digest, and everything but absence.
pub async fn blob_descriptor(
    source: &dyn Read,
    reference: &Reference,
) -> Result<Lookup<Descriptor>> {
    let Some(digest) = &reference.digest else {
        return Err(unusable(reference, InputFault::NoDigest));
    };
    let found = source.stat_blob(&reference.repository, digest).await;
    let missing = || Error::new(ErrorKind::NotFound(Missing::Blob));
    let found = found.and_then(|found| found.ok_or_else(missing));
    Lookup::of(named(found, reference, || Operation::FindBlob(digest.clone())))
}

/// Opens the blob that a reference names by digest.
///
/// # Errors
/// As for [`blob_descriptor`].
pub async fn blob(
    source: &dyn Read,
    reference: &Reference,
) -> Result<Lookup<(Descriptor, BlobStream)>> {
    match blob_descriptor(source, reference).await? {
        Lookup::Absent(absence) => Ok(Lookup::Absent(absence)),
        Lookup::Found(found) => {
            let opened = source.blob(&reference.repository, &found).await;
            let operation = || Operation::ReadBlob(found.digest.clone());
            let opened = named(opened, reference, operation);
            Lookup::of(opened.map(|stream| (found, stream)))
        }
    }
}

/// The tag or digest that is asked for.
fn asked(reference: &Reference, prefer: Prefer) -> Result<ManifestRef> {
    let tag = reference.tag.clone().map(ManifestRef::Tag);
    let digest = reference.digest.clone().map(ManifestRef::Digest);
    match prefer {
        Prefer::Digest => Ok(digest.or(tag).unwrap_or_else(|| ManifestRef::Tag(Tag::latest()))),
        Prefer::TagVerifiedByDigest => {
            tag.or(digest).ok_or_else(|| unusable(reference, InputFault::NoTagOrDigest))
        }
    }
}

/// Names the registry, the repository and the operation in an error, unless the source did.
fn named<T>(
    result: Result<T>,
    reference: &Reference,
    operation: impl FnOnce() -> Operation,
) -> Result<T> {
    result.map_err(|error| {
        error.during(operation(), &reference.repository).on(reference.host.as_str())
    })
}

fn unusable(reference: &Reference, fault: InputFault) -> Error {
    let operation = Operation::LookUp(reference.tag.clone().map(ManifestRef::Tag));
    let error = Error::new(ErrorKind::InvalidInput(fault));
    error.during(operation, &reference.repository).on(reference.host.as_str())
}

/// Compares a manifest that was asked for by tag with a digest.
fn bind(manifest: Manifest, digest: &Digest) -> Result<Manifest> {
    verify(&manifest.bytes, digest, None).require_verified()?;
    let descriptor = Descriptor { digest: digest.clone(), ..manifest.descriptor };
    Ok(Manifest { descriptor, verification: Verification::Verified, ..manifest })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::rc::Rc;

    use super::*;
    use crate::{
        content::verify::{digest_of, digest_with},
        oci::{Algorithm, MediaType, RepositoryName},
        sources::memory::MemoryRegistry,
        testing::recorder::{Recorder, run},
    };

    struct Bench {
        recorder: Recorder,
        old: Descriptor,
    }

    /// `latest` and `v2` are new; the old manifest has only its digest.
    fn bench() -> Bench {
        let memory = MemoryRegistry::new("memory");
        let place: RepositoryName = "a/b".parse().unwrap();
        let add = |text: &'static str, tag: Option<&str>| {
            let tag = tag.map(|tag| tag.parse().unwrap());
            memory.add_manifest(&place, MediaType::OCI_MANIFEST, text, tag.as_ref())
        };
        let old = add("{\"old\":1}", None);
        add("{\"new\":1}", Some("v2"));
        add("{\"new\":1}", Some("latest"));
        memory.add_blob(&place, MediaType::OCTET_STREAM, "blob");
        Bench { recorder: Recorder::new(Rc::new(memory)), old }
    }

    fn reference(suffix: &str) -> Reference {
        format!("r.example/a/b{suffix}").parse().unwrap()
    }

    impl Bench {
        fn get(&self, suffix: &str, prefer: Prefer) -> Result<Lookup<Manifest>> {
            run(manifest(&self.recorder, &reference(suffix), prefer))
        }

        fn text(&self, suffix: &str, prefer: Prefer) -> String {
            let manifest = self.get(suffix, prefer).unwrap().found().unwrap();
            String::from_utf8(manifest.bytes.to_vec()).unwrap()
        }
    }

    #[test]
    fn r077_lookup_digest_wins_over_tag() {
        let bench = bench();
        let old = format!("@{}", bench.old.digest);
        let both = format!(":v2{old}");
        assert_eq!(bench.text(":v2", Prefer::Digest), "{\"new\":1}");
        assert_eq!(bench.text(&old, Prefer::Digest), "{\"old\":1}");
        assert_eq!(bench.text(&both, Prefer::Digest), "{\"old\":1}");
        assert_eq!(bench.text("", Prefer::Digest), "{\"new\":1}");
        let asked = bench.recorder.take();
        assert_eq!(asked.last().unwrap(), "manifest a/b latest", "without either, the tag latest");
    }

    #[test]
    fn r077_looking_up_without_the_bytes_reads_no_bytes() {
        let bench = bench();
        let found = run(descriptor(&bench.recorder, &reference(":v2"), Prefer::Digest)).unwrap();
        assert_eq!(found.found().unwrap().digest, digest_of(b"{\"new\":1}"));
        assert_eq!(bench.recorder.take(), ["resolve a/b v2"]);
    }

    #[test]
    fn r077_a_blob_is_looked_up_by_digest() {
        let bench = bench();
        let named = reference(&format!("@{}", digest_of(b"blob")));
        let found = run(blob_descriptor(&bench.recorder, &named)).unwrap().found().unwrap();
        assert_eq!(found.size, 4);
        let (_, stream) = run(blob(&bench.recorder, &named)).unwrap().found().unwrap();
        assert_eq!(stream.size, Some(4));
        let error = run(blob_descriptor(&bench.recorder, &reference(":v2"))).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::InvalidInput(_)));
        let other = reference(&format!("@{}", digest_of(b"other")));
        let absent = run(blob_descriptor(&bench.recorder, &other)).unwrap();
        assert!(matches!(absent, Lookup::Absent(Absence { reason: Reason::NotFound, .. })));
    }

    #[test]
    fn r078_absence_has_its_reason() {
        let check = |kind: ErrorKind, expected: Option<Reason>| {
            let bench = bench();
            bench.recorder.fail_next("manifest", kind.clone());
            match (bench.get(":v2", Prefer::Digest), expected) {
                (Ok(Lookup::Absent(absence)), Some(expected)) => {
                    assert_eq!((absence.reason, absence.error.kind), (expected, kind));
                }
                (Err(error), None) => assert_eq!(error.kind, kind),
                (other, _) => panic!("{kind:?} gave {other:?}"),
            }
        };
        check(ErrorKind::NotFound(Missing::Manifest), Some(Reason::NotFound));
        check(ErrorKind::NotFound(Missing::Repository), Some(Reason::NotFound));
        check(ErrorKind::NotFound(Missing::Blob), Some(Reason::NotFound));
        check(ErrorKind::BlobUnknown(None), Some(Reason::NotFound));
        check(ErrorKind::Unauthorized, Some(Reason::Unauthorized));
        check(ErrorKind::Denied, Some(Reason::Denied));
        check(ErrorKind::Unavailable, None);
        check(ErrorKind::RateLimited(None), None);
        check(ErrorKind::Network { had_authorization: false, detail: "x".to_owned() }, None);
    }

    #[test]
    fn r079_tag_and_digest_ask_by_tag_and_verify_by_digest() {
        let bench = bench();
        let prefer = Prefer::TagVerifiedByDigest;
        for digest in
            [digest_of(b"{\"new\":1}"), digest_with(&Algorithm::Sha512, b"{\"new\":1}").unwrap()]
        {
            let suffix = format!(":v2@{digest}");
            let found = bench.get(&suffix, prefer).unwrap().found().unwrap();
            assert_eq!(found.verification, Verification::Verified);
            assert_eq!(found.descriptor.digest, digest);
            assert_eq!(bench.recorder.take(), ["manifest a/b v2"]);
            let found = run(descriptor(&bench.recorder, &reference(&suffix), prefer)).unwrap();
            assert_eq!(found.found().unwrap().digest, digest);
            bench.recorder.take();
        }
    }

    #[test]
    fn r079_a_tag_that_moved_away_from_the_digest_is_a_mismatch() {
        let bench = bench();
        let suffix = format!(":v2@{}", bench.old.digest);
        let error = bench.get(&suffix, Prefer::TagVerifiedByDigest).unwrap_err();
        let expected = bench.old.digest.clone();
        let actual = digest_of(b"{\"new\":1}");
        assert_eq!(error.kind, ErrorKind::DigestMismatch { expected, actual });
        let head =
            run(descriptor(&bench.recorder, &reference(&suffix), Prefer::TagVerifiedByDigest));
        assert!(matches!(head.unwrap_err().kind, ErrorKind::DigestMismatch { .. }));
    }

    #[test]
    fn r017_every_error_of_a_lookup_names_registry_repository_and_reference() {
        let tagged_old = |bench: &Bench| format!(":v2@{}", bench.old.digest);
        let check = |error: Error, words: &str| {
            let context = &error.context;
            assert_eq!(context.registry, "r.example", "{error}");
            assert_eq!(context.repository, Some("a/b".parse().unwrap()), "{error}");
            assert!(error.to_string().starts_with(words), "{error}");
        };
        let failing = |call: &str| {
            let bench = bench();
            bench.recorder.fail_next(call, ErrorKind::Unavailable);
            bench
        };
        let (blob_digest, v2) = (digest_of(b"blob"), reference(":v2"));
        let of_blob = reference(&format!("@{blob_digest}"));
        let verified = Prefer::TagVerifiedByDigest;

        let error = failing("manifest").get(":v2", Prefer::Digest).unwrap_err();
        check(error, "could not read manifest a/b:v2 on r.example: ");
        let moved = bench();
        let error = moved.get(&tagged_old(&moved), verified).unwrap_err();
        check(error, "could not read manifest a/b:v2 on r.example: the bytes have digest");
        let error = run(descriptor(&failing("resolve").recorder, &v2, Prefer::Digest));
        check(error.unwrap_err(), "could not find manifest a/b:v2 on r.example: ");
        let error = run(blob_descriptor(&failing("stat_blob").recorder, &of_blob)).unwrap_err();
        check(error, &format!("could not find blob a/b@{blob_digest} on r.example: "));
        let error = run(blob(&failing("blob").recorder, &of_blob)).err().unwrap();
        check(error, &format!("could not read blob a/b@{blob_digest} on r.example: "));
        let error = run(blob_descriptor(&bench().recorder, &v2)).unwrap_err();
        check(error, "could not look up a/b:v2 on r.example: ");
        check(bench().get("", verified).unwrap_err(), "could not look up a/b on r.example: ");
        let other = digest_of(b"other");
        let absent = run(blob_descriptor(&bench().recorder, &reference(&format!("@{other}"))));
        let error = absent.unwrap().required().unwrap_err();
        check(error, &format!("could not find blob a/b@{other} on r.example: "));
    }

    #[test]
    fn r079_one_of_tag_and_digest_is_needed() {
        let bench = bench();
        let error = bench.get("", Prefer::TagVerifiedByDigest).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::InvalidInput(_)));
        assert!(bench.recorder.take().is_empty(), "nothing was asked");
        let only = format!("@{}", bench.old.digest);
        assert_eq!(bench.text(&only, Prefer::TagVerifiedByDigest), "{\"old\":1}");
    }
}
