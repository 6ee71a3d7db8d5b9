//! The ways on that each view offers when the registry refuses a part of an image: a form where it asks for
//! sign-in, and always a button that tries again.

use std::rc::Rc;

use async_trait::async_trait;
use porthole::{
    app::Scheme,
    error::{Error, ErrorKind, Result},
    oci::{Descriptor, ManifestRef, RepositoryName},
    registry::{BlobStream, List, Manifest, Read},
    sources::memory::MemoryRegistry,
};
use serde_json::json;

use crate::{
    golden::page_of,
    images::{INDEX, Shelf, platform},
};

/// A registry that gives manifests of tags and refuses all else.
struct Refusing {
    registry: MemoryRegistry,
    kind: ErrorKind,
    is_anonymous: bool,
}

impl Refusing {
    fn refuse<T>(&self) -> Result<T> {
        let mut error = Error::new(self.kind.clone());
        error.context.registry = "reg.test".to_owned();
        error.context.scheme = Some(Scheme::Http);
        error.context.is_anonymous = self.is_anonymous;
        error.context.request = Some("GET http://reg.test/v2/demo/app/blobs/x".to_owned());
        Err(error)
    }
}

#[async_trait(?Send)]
impl Read for Refusing {
    async fn manifest(&self, place: &RepositoryName, wanted: &ManifestRef) -> Result<Manifest> {
        match wanted {
            ManifestRef::Tag(_) => self.registry.manifest(place, wanted).await,
            ManifestRef::Digest(_) => self.refuse(),
        }
    }

    async fn blob(&self, _: &RepositoryName, _: &Descriptor) -> Result<BlobStream> {
        self.refuse()
    }
}

impl List for Refusing {}

fn pages(kind: ErrorKind, is_anonymous: bool) -> impl Iterator<Item = (&'static str, String)> {
    let shelf = Shelf::new();
    let image = shelf.image("amd64", Some("image"));
    let index =
        json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [platform(image, "amd64")] });
    shelf.manifest(INDEX, &index, Some("index"));
    let views = [
        ("image", "config"),
        ("image", "history"),
        ("image", "layers"),
        ("image", "files"),
        ("index", "tree"),
        ("index", "config"),
        ("index", "json"),
        ("index", "layers"),
        ("index", "commands"),
    ];
    views.into_iter().map(move |(tag, view)| {
        let (registry, kind) = (shelf.registry.clone(), kind.clone());
        let registry = Refusing { registry, kind, is_anonymous };
        let address = shelf.address(tag, &format!("?view={view}&platform=linux/amd64"));
        let address =
            if tag == "image" { shelf.address(tag, &format!("?view={view}")) } else { address };
        (view, page_of(Rc::new(registry), &address))
    })
}

/// moby/moby#24129: everybody may read manifests, and blobs ask for sign-in.
#[test]
fn each_view_that_is_asked_for_sign_in_has_the_form() {
    for (view, html) in pages(ErrorKind::Unauthorized, true) {
        assert!(html.contains("Sign in to http://reg.test"), "{view}: {html}");
        assert!(html.contains("Try again"), "{view}");
        assert!(html.contains("over plain http"), "{view} warns of the network");
    }
}

#[test]
fn each_view_that_failed_can_be_tried_again() {
    for kind in [ErrorKind::Unavailable, ErrorKind::Denied, ErrorKind::Status(418)] {
        for (view, html) in pages(kind.clone(), false) {
            assert!(html.contains("Try again"), "{view} after {kind:?}: {html}");
            assert!(!html.contains("Sign in to"), "{view} after {kind:?}");
        }
    }
}

/// A registry that refuses without a challenge may still have accounts.
#[test]
fn a_denial_of_a_person_without_an_account_has_the_form_beside_its_words() {
    for (view, html) in pages(ErrorKind::Denied, true) {
        assert!(html.contains("Sign in to http://reg.test"), "{view}: {html}");
    }
}
