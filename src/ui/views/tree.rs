//! The tree view: what a reference leads to.

use yew::prelude::*;

use super::ViewProps;
use crate::{
    oci::ManifestRef,
    ui::{
        components::{ByteSize, DigestCode, MediaTypeWords, VerificationMark, loaded},
        hooks::use_query,
    },
};

/// What a reference leads to.
#[component]
pub fn View(props: &ViewProps) -> Html {
    let connection = props.connection.clone();
    let query = use_query(props.place.reference.clone(), move |reference| {
        let (registry, reference) = (connection.registry.clone(), reference.clone());
        async move {
            let wanted = match (&reference.digest, &reference.tag) {
                (Some(digest), _) => ManifestRef::Digest(digest.clone()),
                (None, Some(tag)) => ManifestRef::Tag(tag.clone()),
                (None, None) => ManifestRef::Tag(crate::oci::Tag::latest()),
            };
            registry.manifest(&reference.repository, &wanted).await
        }
    });
    loaded(&query, |manifest| {
        let descriptor = &manifest.descriptor;
        html! {
            <p>
                <MediaTypeWords media_type={descriptor.media_type.clone()} />
                <DigestCode digest={descriptor.digest.clone()} />
                <ByteSize bytes={descriptor.size} />
                <VerificationMark state={manifest.verification.clone()} />
            </p>
        }
    })
}
