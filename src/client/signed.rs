//! Signed schema 1 manifests go by the digest of their payload: registries serve them with signatures
//! that the digest does not cover, and sign them anew as they like.

use bytes::Bytes;

use crate::{
    content::verify::{self, Verdict},
    oci::{Digest, json, signed_payload},
};

/// Tells whether these bytes are the payload of this digest and, beyond it, nothing but signatures.
/// The digest then covers everything that is read from them. A document that hides other members
/// between payload and signatures, or has fewer than its payload, is refused.
pub(super) fn is_payload(raw: &Bytes, expected: &Digest) -> bool {
    signed_payload(raw).is_some_and(|payload| {
        verify::verify(&payload, expected, None) == Verdict::Verified
            && differs_by_signatures(raw, &payload)
    })
}

fn differs_by_signatures(raw: &[u8], payload: &[u8]) -> bool {
    let common = raw.iter().zip(payload).take_while(|(a, b)| a == b).count();
    let (Some(rest), Some(end)) = (raw.get(common..), payload.get(common..)) else { return false };
    let Some(added) = rest.trim_ascii().strip_prefix(b",") else { return false };
    let added = json::parse([b"{", added].concat().into());
    let names = added.value.members().iter().map(|(name, _)| name.as_str());
    end.trim_ascii() == b"}" && added.is_sound() && names.eq(["signatures"])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    const PAYLOAD: &str = "{\"schemaVersion\": 1,\n \"fsLayers\": []\n}";

    /// The payload with something between it and its signatures.
    fn signed(between: &str) -> Bytes {
        let length = PAYLOAD.len() - 2;
        let tail = URL_SAFE_NO_PAD.encode("\n}");
        let protected = format!("{{\"formatLength\":{length},\"formatTail\":\"{tail}\"}}");
        let protected = URL_SAFE_NO_PAD.encode(protected);
        let signatures = format!("\"signatures\": [{{\"protected\": \"{protected}\"}}]");
        format!("{},\n{between} {signatures}\n}}", &PAYLOAD[..length]).into()
    }

    #[test]
    fn r081_signed_schema_1_goes_by_the_digest_of_its_payload() {
        let digest = verify::digest_of(PAYLOAD.as_bytes());
        assert!(is_payload(&signed(""), &digest));
        assert!(!is_payload(&signed(""), &verify::digest_of(b"other")));
        assert!(!is_payload(&signed("\"fsLayers\": [1],"), &digest), "a hidden member");
        assert!(!is_payload(&signed("\"signatures\": [],"), &digest), "a second list");
        assert!(!is_payload(&Bytes::from_static(PAYLOAD.as_bytes()), &digest), "not signed");
    }
}
