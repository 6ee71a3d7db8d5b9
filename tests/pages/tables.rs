//! Golden pages of files for layers with a table of contents, and for layers that are not opened.

use std::rc::Rc;

use async_trait::async_trait;
use porthole::{
    app::{
        Connection, Route,
        session::layers::{OneFile, Opener, SharedOpener},
    },
    error::Result,
    layers::{
        index::{Answer, Question, ReadState, TocState},
        ranges::Basis,
    },
    oci::{Descriptor, RepositoryName},
    ui::{pages::reference, views::Scene},
};
use serde_json::{Value, json};

use crate::{
    golden::{check, compare, rendered},
    images::{MANIFEST, Shelf, with},
    tar::{entry, layer},
};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Opens layers as usual, but gives the first one this state of its table.
struct WithTable(SharedOpener, TocState);

#[async_trait(?Send)]
impl Opener for WithTable {
    async fn open(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        file: Option<OneFile>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        self.0.open(repository, layer, file, progress).await
    }

    async fn ask(&self, question: &Question) -> Result<Answer> {
        Ok(match self.0.ask(question).await? {
            Answer::Summary(mut summary) => {
                let first = &mut summary.layers[0];
                first.table.clone_from(&self.1);
                if matches!(&self.1, TocState::Refused { is_wrong: false, .. }) {
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
    let layers = Rc::new(WithTable(Rc::clone(&local.layers), table));
    let scene = Scene { place: Rc::new(*place), connection: Connection { layers, ..local } };
    compare(name, rendered(Rc::new(move || reference(scene.clone()))));
}

#[test]
fn what_became_of_a_table_is_said_beside_the_files() {
    let told = |problems: &[&str]| TocState::Listed {
        format: "eStargz".to_owned(),
        problems: problems.iter().map(|&problem| problem.to_owned()).collect(),
    };
    let refused =
        |reason: &str, is_wrong| TocState::Refused { reason: reason.to_owned(), is_wrong };
    with_table("files-told", "", told(&["chunks of “a” overlap or leave a gap"]));
    with_table("files-told-text", "&path=etc/os-release", told(&[]));
    with_table("files-table-refused", "", refused("the table has another digest", true));
    with_table("files-table-unread", "", refused("the server sends the whole layer", false));
    with_table("files-table-agrees", "", TocState::Compared(Vec::new()));
    let differs = "“etc/os-release” has mode 755 in the table and 644 in the archive".to_owned();
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
