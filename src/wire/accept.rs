//! The manifest types that a request accepts. A page may send at most 128 bytes of `Accept` to
//! another origin without a preflight (Fetch). The four types take 193 bytes, so the client asks
//! for two at a time (R34, R164).

use crate::oci::MediaType;

/// OCI index and OCI manifest: 82 bytes.
const OCI: &str =
    "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json";

/// Docker manifest list and schema 2: 110 bytes. They stay together: asked for schema 2 alone,
/// distribution answers a list with its linux/amd64 image.
const DOCKER: &str = "application/vnd.docker.distribution.manifest.list.v2+json,\
    application/vnd.docker.distribution.manifest.v2+json";

/// All four types: 193 bytes. They are sent only if the request needs a preflight anyway.
const ALL: &str = "application/vnd.oci.image.index.v1+json,\
    application/vnd.oci.image.manifest.v1+json,\
    application/vnd.docker.distribution.manifest.list.v2+json,\
    application/vnd.docker.distribution.manifest.v2+json";

/// The manifest types that one request accepts.
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
    /// Returns the types of the first request. A request that needs a preflight anyway (it carries
    /// `Authorization`), or that no page sends, accepts all types. Others accept the OCI pair.
    pub fn first(preflighted: bool) -> Self {
        if preflighted { Self::All } else { Self::Oci }
    }

    /// Returns the other pair, or `None` after all four.
    pub fn other(self) -> Option<Self> {
        match self {
            Self::Oci => Some(Self::Docker),
            Self::Docker => Some(Self::Oci),
            Self::All => None,
        }
    }

    /// Returns the value of the field.
    pub fn value(self) -> &'static str {
        match self {
            Self::Oci => OCI,
            Self::Docker => DOCKER,
            Self::All => ALL,
        }
    }

    /// Returns the types of the next request after this answer, if there are more. A missing
    /// manifest may be of the other pair: for such a one distribution answers 404 or 400, others
    /// 406. distribution may also convert an image of another type to schema 1. distribution 3
    /// answers with the linux/amd64 image if the tag is a Docker list and only the OCI pair was
    /// accepted.
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
