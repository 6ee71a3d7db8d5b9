//! The manifest types to ask for. A page may send at most 128 bytes of `Accept` to another origin
//! without a preflight (Fetch). The four types take 193 bytes, so the client asks for two at a time
//! (R34, R164).

use crate::oci::MediaType;

/// OCI index and OCI manifest: 82 bytes.
const OCI: &str =
    "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json";

/// Docker manifest list and schema 2: 110 bytes. Never schema 2 alone: distribution would then
/// answer a list with its linux/amd64 image.
const DOCKER: &str = "application/vnd.docker.distribution.manifest.list.v2+json,\
    application/vnd.docker.distribution.manifest.v2+json";

/// All four: 193 bytes, so only where the request is preflighted anyway.
const ALL: &str = "application/vnd.oci.image.index.v1+json,\
    application/vnd.oci.image.manifest.v1+json,\
    application/vnd.docker.distribution.manifest.list.v2+json,\
    application/vnd.docker.distribution.manifest.v2+json";

/// The manifest types asked for in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accept {
    /// OCI index and manifest.
    Oci,
    /// Docker manifest list and schema 2 manifest.
    Docker,
    /// All four types.
    All,
}

impl Accept {
    /// Returns the types of the first request. A request that is preflighted anyway (it carries
    /// `Authorization`, or no page sends it) asks for all; otherwise for the OCI pair.
    pub fn first(preflighted: bool) -> Self {
        if preflighted { Self::All } else { Self::Oci }
    }

    /// The other pair; `None` after all four.
    pub fn other(self) -> Option<Self> {
        match self {
            Self::Oci => Some(Self::Docker),
            Self::Docker => Some(Self::Oci),
            Self::All => None,
        }
    }

    /// The field's value.
    pub fn value(self) -> &'static str {
        match self {
            Self::Oci => OCI,
            Self::Docker => DOCKER,
            Self::All => ALL,
        }
    }

    /// Returns the types to ask for after this answer, if some were not asked for yet. An unknown
    /// manifest may be of the other pair's type: distribution answers 404 or 400, others 406.
    /// distribution also makes a schema 1 answer of an image whose type was not asked for.
    /// distribution 3 answers a tag of a Docker list that was not asked for with the image for
    /// linux/amd64.
    pub fn second(
        self,
        status: u16,
        content_type: Option<&MediaType>,
        by_tag: bool,
    ) -> Option<Self> {
        let refused = matches!(status, 400 | 404 | 406);
        let picked = by_tag && self == Self::Oci;
        let rewritten = status == 200
            && content_type
                .is_some_and(|t| t.is_schema1() || (picked && *t == MediaType::DOCKER_MANIFEST));
        if refused || rewritten { self.other() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r164_pairs_fit_into_128_bytes() {
        let length = |accept: Accept| accept.value().len();
        assert_eq!([Accept::Oci, Accept::Docker, Accept::All].map(length), [82, 110, 193]);
    }

    #[test]
    fn r034_all_four_types_are_asked_for() {
        let types = [
            MediaType::OCI_INDEX,
            MediaType::OCI_MANIFEST,
            MediaType::DOCKER_LIST,
            MediaType::DOCKER_MANIFEST,
        ];
        let expected: Vec<&str> = types.iter().map(MediaType::as_str).collect();
        assert_eq!(Accept::All.value().split(',').collect::<Vec<_>>(), expected);
        let halves = format!("{},{}", Accept::Oci.value(), Accept::Docker.value());
        assert_eq!(halves, Accept::All.value());
    }

    #[test]
    fn r164_second_step_follows_a_refusal_or_a_schema1_answer() {
        let check = |first: Accept, status, content_type: Option<MediaType>, expected| {
            let second = first.second(status, content_type.as_ref(), true);
            assert_eq!(second, expected, "{first:?} {status}");
        };
        check(Accept::Oci, 404, None, Some(Accept::Docker));
        check(Accept::Oci, 400, None, Some(Accept::Docker));
        check(Accept::Oci, 406, None, Some(Accept::Docker));
        check(Accept::Docker, 404, None, Some(Accept::Oci));
        check(Accept::Oci, 200, Some(MediaType::DOCKER_V1_SIGNED), Some(Accept::Docker));
        check(Accept::Oci, 200, Some(MediaType::DOCKER_MANIFEST), Some(Accept::Docker));
        check(Accept::Docker, 200, Some(MediaType::DOCKER_MANIFEST), None);
        assert_eq!(Accept::Oci.second(200, Some(&MediaType::DOCKER_MANIFEST), false), None);
        check(Accept::Oci, 200, Some(MediaType::OCI_INDEX), None);
        check(Accept::Oci, 200, None, None);
        check(Accept::Oci, 401, None, None);
        check(Accept::Oci, 500, None, None);
        check(Accept::All, 404, None, None);
    }
}
