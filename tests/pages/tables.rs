//! Golden pages of files for layers with a table of contents, and for layers that are not opened.

use std::rc::Rc;

use async_trait::async_trait;
use porthole::{
    app::{Connection, Route},
    content::verify::{Verdict, digest_of},
    error::Result,
    layers::{
        file_location::FileLocation,
        findings::Findings,
        index::{Answer, Question, ReadState, TocRefusal, TocState},
        ranges::{
            Basis,
            toc::{FieldDifference, Format, TocDifference, TocError, TocFault},
        },
    },
    oci::{Algorithm, Descriptor, RepositoryName},
    ops::blob_reader::{BlobReader, SharedBlobReader},
    ui::{pages::reference, views::ViewContext},
};
use serde_json::{Value, json};

use crate::{
    golden::{check, compare, rendered},
    images::{MANIFEST, Shelf, with},
    tar::{entry, layer},
};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Opens layers as usual, but gives the first one this state of its table.
struct WithTable(SharedBlobReader, TocState);

#[async_trait(?Send)]
impl BlobReader for WithTable {
    async fn inspect(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        diff_id: Option<Algorithm>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        self.0.inspect(repository, blob, diff_id, progress).await
    }

    async fn open(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        file: Option<FileLocation>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        self.0.open(repository, layer, file, progress).await
    }

    async fn ask(&self, question: &Question) -> Result<Answer> {
        Ok(match self.0.ask(question).await? {
            Answer::Summary(mut summary) => {
                let first = &mut summary.layers[0];
                first.table.clone_from(&self.1);
                if matches!(&self.1, TocState::Refused(reason) if !reason.is_wrong()) {
                    first.read_state = ReadState::Unread;
                }
                Answer::Summary(summary)
            }
            Answer::Content(bytes, _) if matches!(self.1, TocState::Listed { .. }) => {
                Answer::Content(bytes, Basis::Toc)
            }
            answer => answer,
        })
    }
}

fn image(first: &Value) -> Shelf {
    let shelf = Shelf::new();
    let base = layer(&[
        entry(b"etc/", b'5', "", b""),
        entry(b"etc/os-release", b'0', "", b"PRETTY_NAME=\"Made Up 1\"\nID=madeup\n"),
    ]);
    let second = layer(&[entry(b"etc/motd", b'0', "", b"hello\n")]);
    let layers = [with(shelf.blob(LAYER, base), first), shelf.blob(LAYER, second)];
    let config = shelf.blob("application/vnd.oci.image.config.v1+json", "{}");
    let document =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    shelf.manifest(MANIFEST, &document, Some("1"));
    shelf
}

fn with_table(name: &str, parts: &str, table: TocState) {
    let annotation = "containerd.io/snapshot/stargz/toc.digest";
    let shelf = image(&json!({ "annotations": { annotation: "sha256:00" } }));
    let Route::Reference(place) = Route::parse(&shelf.address("1", &format!("?view=files{parts}")))
    else {
        panic!("no reference")
    };
    let local = Connection::local(place.registry.clone(), Rc::new(shelf.registry));
    let blobs = Rc::new(WithTable(Rc::clone(&local.blobs), table));
    let context = ViewContext::new(Rc::new(*place), Connection { blobs, ..local });
    compare(name, rendered(Rc::new(move || reference(context.clone()))));
}

#[test]
fn what_became_of_a_table_is_said_beside_the_files() {
    let told = |faults| TocState::Listed { format: Format::Estargz, faults };
    with_table("files-told", "", told(vec![TocFault::ChunksDoNotFit("a".to_owned())]));
    with_table("files-told-text", "&path=etc/os-release", told(Vec::new()));
    let (expected, actual) = (digest_of(b"table"), digest_of(b"other"));
    let verdict = Verdict::DigestMismatch { expected: expected.clone(), actual };
    let wrong = TocRefusal::Table(TocError::Digest { expected, verdict });
    with_table("files-table-refused", "", TocState::Refused(wrong));
    with_table("files-table-unread", "", TocState::Refused(TocRefusal::NoRanges));
    with_table("files-table-agrees", "", TocState::Compared(Vec::new()));
    let mode = vec![FieldDifference::Mode(0o755, 0o644)];
    let differs = TocDifference::Entry(b"etc/os-release".to_vec(), mode);
    with_table("files-table-differs", "", TocState::Compared(vec![differs]));
}

#[test]
fn what_is_in_the_way_is_said_and_nothing_is_asked_for() {
    let urls = json!({ "urls": ["https://example.com/layer", "javascript:alert(1)"] });
    let keys = json!({ "annotations": { "org.opencontainers.image.enc.keys.jwe": "x" } });
    for (name, first) in [
        ("files-foreign", urls),
        ("files-encrypted-keys", keys),
        ("files-not-a-layer", json!({ "mediaType": "text/spdx" })),
    ] {
        let shelf = image(&first);
        check(name, &shelf.registry, &shelf.address("1", "?view=files"));
    }
}
