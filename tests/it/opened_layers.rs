//! Layers of an image that a native engine opens, from a server that counts requests and bytes.

use std::rc::Rc;

use futures_util::future::{Either, select};
use porthole::{
    app::{Connection, RegistryAddress, remote, settings::NoStore},
    engine::Engine,
    layers::{
        file_location::FileLocation,
        index::{Answer, Details, LayerSummary, Question, Row, RowRange, Scope},
    },
    oci::{Descriptor, Document, ManifestRef, RepositoryName, parse_document},
    ops::blob_reader::TableReading,
    transport::{Credential, Native, Stack, SystemClock},
    wire::Secret,
};
use test_registry::{Entry, TestRegistry};

use crate::reader::{block_on, hasty};

/// An image whose layers an engine opens.
pub struct Bench<'a> {
    /// The server that counts.
    pub registry: &'a TestRegistry,
    /// The connection to the layers through the engine.
    pub connection: Connection,
    /// The repository of the image.
    pub repository: RepositoryName,
    /// The descriptors of the layers.
    pub layers: Vec<Descriptor>,
}

/// Runs a test on the layers of an image, while the engine serves.
pub fn with_image<T>(
    registry: &TestRegistry,
    name: &str,
    tag: &str,
    task: impl AsyncFnOnce(Bench<'_>) -> T,
) -> T {
    block_on(async {
        let (network, clock) = (Rc::new(Native::new().unwrap()), Rc::new(SystemClock));
        let (engine, serving) = Engine::local(Rc::clone(&network) as _, Rc::clone(&clock) as _);
        let stack = Stack::over(network, clock).with_retry(Some(hasty()));
        let (user, password) = ("tester".to_owned(), Secret::new("s3cret-canary"));
        stack.credentials().set(&registry.host(), Credential::Basic { user, password });
        let connect = remote(stack, engine, Rc::new(NoStore));
        let connection = connect(&RegistryAddress::new(registry.host().parse().unwrap())).unwrap();
        let task = async {
            let repository: RepositoryName = name.parse().unwrap();
            let layers = match tag {
                "" => Vec::new(),
                tag => layers_of_image(&connection, &repository, tag).await,
            };
            registry.log().clear();
            task(Bench { registry, connection, repository, layers }).await
        };
        match select(Box::pin(task), serving).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => panic!("the engine ended"),
        }
    })
}

async fn layers_of_image(
    connection: &Connection,
    repository: &RepositoryName,
    tag: &str,
) -> Vec<Descriptor> {
    let reference: ManifestRef = tag.parse().unwrap();
    let manifest = connection.registry.manifest(repository, &reference).await.unwrap();
    match parse_document(manifest.bytes, manifest.content_type.as_ref()).value {
        Document::Image(manifest) => manifest.layers,
        other => panic!("{other:?}"),
    }
}

impl Bench<'_> {
    /// Lists a layer by its table of contents.
    pub async fn by_table(&self, layer: &Descriptor, or_whole: bool) {
        let blobs = &self.connection.blobs;
        let table = TableReading { most: u64::MAX, or_whole };
        blobs.list_by_toc(&self.repository, layer, table, &mut |_| {}).await.unwrap();
    }

    /// Reads a layer from end to end.
    pub async fn whole(&self, layer: &Descriptor) {
        self.connection.blobs.open(&self.repository, layer, None, &mut |_| {}).await.unwrap();
    }

    /// Asks a question about the opened layers.
    pub async fn ask(&self, question: Question) -> Answer {
        self.connection.blobs.ask(&question).await.unwrap()
    }

    /// Returns the summary of a layer.
    pub async fn summary(&self, layer: &Descriptor) -> LayerSummary {
        let scope = Scope { layers: vec![layer.digest.clone()], ..Scope::default() };
        let Answer::Summary(summary) = self.ask(Question::Summary(scope)).await else {
            panic!("a summary")
        };
        summary.layers.into_iter().next().unwrap()
    }

    /// Returns the scope of all layers of the image.
    pub fn merged(&self) -> Scope {
        let layers = self.layers.iter().map(|layer| layer.digest.clone()).collect();
        Scope { layers, ..Scope::default() }
    }

    /// Returns all rows, sorted by path.
    pub async fn rows(&self, scope: Scope) -> Vec<Row> {
        let part = RowRange { offset: 0, count: 1_000 };
        let find = Question::Find { scope, pattern: "**".to_owned(), part };
        match self.ask(find).await {
            Answer::Rows(mut rows) => {
                rows.rows.sort_by(|a, b| a.path.cmp(&b.path));
                rows.rows
            }
            other => panic!("{other:?}"),
        }
    }

    /// Returns the paths of all rows.
    pub async fn paths(&self, scope: Scope) -> Vec<String> {
        let path = |row: Row| String::from_utf8(row.path).unwrap();
        self.rows(scope).await.into_iter().map(path).collect()
    }

    /// Returns the details of a path in one layer.
    pub async fn details(&self, layer: &Descriptor, path: &[u8]) -> Details {
        let scope = Scope { layers: vec![layer.digest.clone()], ..Scope::default() };
        match self.ask(Question::Details { scope, path: path.to_vec() }).await {
            Answer::Details(details) => *details,
            other => panic!("{other:?}"),
        }
    }

    /// Reads one file as the page does.
    pub async fn file(&self, layer: &Descriptor, path: &[u8]) -> Answer {
        let stored = self.details(layer, path).await.stored.unwrap();
        let file = FileLocation { offset: stored.offset, cap: 8 << 20 };
        let blobs = &self.connection.blobs;
        blobs.open(&self.repository, layer, Some(file), &mut |_| {}).await.unwrap();
        self.ask(Question::Content { layer: layer.digest.clone(), offset: stored.offset }).await
    }

    /// Returns the requests for blobs since the last call, and the number of bytes that were sent.
    pub fn asked(&self) -> (Vec<Entry>, u64) {
        let asked = self.registry.log().matching("/blobs/");
        self.registry.log().clear();
        let bytes = asked.iter().map(|entry| entry.sent).sum();
        (asked, bytes)
    }
}
