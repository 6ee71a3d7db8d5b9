//! The cases of faults and operations that depend on the browser: CORS hides answers, and fetch undoes
//! encodings, follows redirects and reports some failures as success. Fifteen behaviours of a registry are
//! tried with five operations. Each ends in the right result or in an error that fits.

use futures_util::StreamExt;
use porthole::{
    client::RemoteRegistry,
    content::verify::digest_of,
    error::{AnswerFault, Error, ErrorKind, Result},
    oci::{Descriptor, Document, ManifestRef, RepositoryName, parse_document},
    registry::{List, Read},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::started::{client, start};

const OPERATIONS: [&str; 5] = ["ping", "tags", "index", "config", "layer"];

/// The outcome of an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The result is right.
    Right,
    /// No answer can be read.
    Unreadable,
    /// The bytes are wrong, or the answer is unusable.
    Garbled,
    /// The registry refuses the client.
    Refused,
    /// The registry limits the rate of requests.
    Limited,
}
use End::{Garbled, Limited, Refused, Right, Unreadable};

/// Options of the registry, with the outcomes that are allowed for documents and for blobs.
const BEHAVIOURS: [(&[&str], &[End], &[End]); 15] = [
    (&["--cors", "none"], &[Unreadable], &[Unreadable]),
    (&["--cors", "doubled"], &[Unreadable], &[Unreadable]),
    (&["--cors", "hidden"], &[Right], &[Right]),
    (&["--cors", "zot"], &[Right], &[Unreadable]),
    (&["--blobs", "redirect"], &[Right], &[Right]),
    (&["--blobs", "redirect-no-cors"], &[Right], &[Unreadable]),
    (&["--cors", "hidden", "--fault", "gzip-encoded"], &[Right], &[Right, Garbled]),
    (
        &["--cors", "hidden", "--fault", "broken-gzip"],
        &[Unreadable, Garbled],
        &[Unreadable, Garbled],
    ),
    (
        &["--cors", "hidden", "--fault", "encoding-bomb"],
        &[Unreadable, Garbled],
        &[Unreadable, Garbled],
    ),
    (
        &["--cors", "hidden", "--fault", "chunked-cut"],
        &[Unreadable, Garbled],
        &[Unreadable, Garbled],
    ),
    (
        &["--cors", "hidden", "--fault", "no-length-early-close"],
        &[Unreadable, Garbled],
        &[Right, Unreadable, Garbled],
    ),
    (
        &["--cors", "hidden", "--fault", "length-too-long"],
        &[Unreadable, Garbled],
        &[Right, Unreadable, Garbled],
    ),
    (&["--cors", "hidden", "--fault", "html-login"], &[Garbled], &[Garbled]),
    (&["--cors", "hidden", "--fault", "429-hidden"], &[Limited], &[Limited]),
    (&["--cors", "hidden", "--fault", "401-loop"], &[Refused], &[Refused]),
];

fn harbour() -> RepositoryName {
    "library/harbour".parse().unwrap()
}

/// The objects of the operations, read from a registry without faults.
struct World {
    tags: usize,
    index: String,
    config: Descriptor,
    layer: Descriptor,
}

async fn world() -> World {
    let registry = client(&start(&["--seed", "images"]).await);
    let tags = registry.tags(&harbour(), None).await.unwrap().items.len();
    let read = |reference: &str| {
        let (registry, reference) = (registry.clone(), reference.parse::<ManifestRef>().unwrap());
        async move { registry.manifest(&harbour(), &reference).await.unwrap() }
    };
    let index = read("latest").await.descriptor.digest.to_string();
    let image = read("1.4.2-amd64").await;
    let document = parse_document(image.bytes, image.content_type.as_ref()).value;
    let Document::Image(image) = document else { panic!("{document:?}") };
    World { tags, index, config: image.config.unwrap(), layer: image.layers[2].clone() }
}

async fn run(operation: &str, registry: &RemoteRegistry, world: &World) -> Result<bool> {
    Ok(match operation {
        "ping" => registry.ping().await.map(|_| true)?,
        "tags" => {
            let page = registry.tags(&harbour(), None).await?;
            if page.may_be_incomplete {
                return Err(ErrorKind::BadAnswer(AnswerFault::NotAList).into());
            }
            page.items.len() == world.tags
        }
        "index" => {
            let read = registry.manifest(&harbour(), &"latest".parse().unwrap()).await?;
            if !parse_document(read.bytes, read.content_type.as_ref()).is_sound() {
                return Err(ErrorKind::BadAnswer(AnswerFault::NotAList).into());
            }
            read.descriptor.digest.as_str() == world.index
        }
        "config" => blob(registry, &world.config).await?,
        _ => blob(registry, &world.layer).await?,
    })
}

async fn blob(registry: &RemoteRegistry, blob: &Descriptor) -> Result<bool> {
    let mut stream = registry.blob(&harbour(), blob).await?;
    let mut whole = Vec::new();
    while let Some(chunk) = stream.chunks.next().await {
        whole.extend_from_slice(&chunk?);
    }
    Ok(digest_of(&whole) == blob.digest)
}

fn end_of(error: &Error) -> Option<End> {
    use ErrorKind as E;
    Some(match &error.kind {
        E::Network { .. } => Unreadable,
        E::BadAnswer(_) | E::DigestMismatch { .. } | E::SizeMismatch { .. } => Garbled,
        E::TooLarge { .. } | E::Status(200) | E::InvalidRange { .. } => Garbled,
        E::Unauthorized | E::Denied => Refused,
        E::RateLimited(_) => Limited,
        _ => return None,
    })
}

#[wasm_bindgen_test]
async fn seventy_five_cells_that_depend_on_the_browser() {
    let world = world().await;
    let mut wrong = Vec::new();
    for (options, documents, blobs) in BEHAVIOURS {
        for operation in OPERATIONS {
            let host = start(&[options, &["--seed", "images"]].concat()).await;
            let outcome = run(operation, &client(&host), &world).await;
            let allowed = if matches!(operation, "config" | "layer") { blobs } else { documents };
            let end = match &outcome {
                Ok(true) => Some(Right),
                Ok(false) => None,
                Err(error) => end_of(error),
            };
            // A ping succeeds if the registry answers at all.
            let is_alive = operation == "ping" && end == Some(Right);
            if !end.is_some_and(|end| allowed.contains(&end)) && !is_alive {
                wrong.push(format!("{options:?} × {operation}: {outcome:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}
