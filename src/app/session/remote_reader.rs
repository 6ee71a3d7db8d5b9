//! Blobs of a registry, read by an engine: the registry's client prepares the requests, and the layers
//! never enter the page.

use std::{cell::RefCell, rc::Rc};

use async_trait::async_trait;
use litemap::LiteMap;

use crate::{
    client::RemoteRegistry,
    engine::{Engine, Job},
    error::{ErrorKind, Result},
    layers::{
        file_location::FileLocation,
        findings::Findings,
        index::{Answer, Question},
    },
    oci::{Algorithm, Descriptor, Digest, RepositoryName},
    ops::blob_reader::{BlobReader, TableReading, reject_mismatch},
    wire::backoff::Policy,
};

/// Reads the blobs of a registry in an engine, and keeps their layers there as one set.
pub struct RemoteReader {
    client: RemoteRegistry,
    engine: Rc<Engine>,
    /// The number of the set.
    set: u64,
    /// The diff IDs that the configuration states, by layer.
    diff_ids: RefCell<LiteMap<Digest, Digest>>,
}

impl RemoteReader {
    /// A reader that has opened no layer.
    pub fn new(client: RemoteRegistry, engine: Rc<Engine>) -> Self {
        let set = engine.new_set();
        Self { client, engine, set, diff_ids: RefCell::default() }
    }

    /// Has a job done with a blob. `progress` receives the bytes read so far; dropping the future ends
    /// it.
    async fn run(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        job: &Job,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        let retry = self.client.retry();
        let policy = retry.map_or_else(Policy::never, |retry| retry.backoff.clone());
        let mut tries = 1;
        loop {
            let (via, reports) = self.engine.transport(job.clone(), policy.clone());
            let body = self.client.blob_via(repository, blob, via).await?;
            match reports.follow(body, progress).await {
                // A token ran out between the beginning and the rest. An engine has only the token of
                // its request; from the beginning a fresh one goes along.
                Err(error) if error.kind == ErrorKind::Status(401) && tries < policy.tries => {
                    tries += 1;
                }
                end => return end,
            }
        }
    }

    async fn retain(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        job: &Job,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let stated = self.diff_ids.borrow().get(&layer.digest).cloned();
        let job = Job { stated, ..job.clone() };
        let findings = self.run(repository, layer, &job, progress).await?;
        reject_mismatch(&findings, layer, job.stated.as_ref())
    }
}

impl Drop for RemoteReader {
    fn drop(&mut self) {
        self.engine.forget(self.set);
    }
}

#[async_trait(?Send)]
impl BlobReader for RemoteReader {
    async fn inspect(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        diff_id: Option<Algorithm>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        let job = Job { diff_id, ..Job::verify(blob) };
        self.run(repository, blob, &job, progress).await
    }

    async fn open(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        file: Option<FileLocation>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let job = match file {
            None => Job::verify(layer).retaining(self.set),
            Some(file) => Job::verify(layer).retaining_file(self.set, file),
        };
        self.retain(repository, layer, &job, progress).await
    }

    async fn list_by_toc(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        table: TableReading,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let job = Job::verify(layer).retaining(self.set).by_toc(layer, table.most, table.or_whole);
        self.retain(repository, layer, &job, progress).await
    }

    fn state_diff_id(&self, layer: &Digest, diff_id: &Digest) {
        self.diff_ids.borrow_mut().insert(layer.clone(), diff_id.clone());
    }

    async fn ask(&self, question: &Question) -> Result<Answer> {
        self.engine.ask(self.set, question).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use futures_util::future::{self, Either};

    use super::*;
    use crate::{
        client::Connection,
        content::{
            tar::{self, Warning},
            verify::digest_of,
        },
        layers::index::{Incomplete, ReadState, Scope},
        oci::MediaType,
        testing::{Reply, Scripted, VirtualClock},
        transport::{RetryPolicy, Stack},
    };

    const BYTES: &[u8] = b"0123456789";

    fn blob() -> Descriptor {
        Descriptor::new(MediaType::OCTET_STREAM, digest_of(BYTES), 10)
    }

    /// Reads a blob of a script, and counts the requests.
    fn read<T>(
        policy: Option<RetryPolicy>,
        replies: impl Fn(bool, usize) -> Reply + 'static,
        task: impl AsyncFnOnce(RemoteReader) -> T,
    ) -> (T, usize) {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), move |request, before| {
            replies(request.headers.contains("range"), before)
        });
        let (engine, serving) = Engine::local(Rc::clone(&script) as _, clock.shared());
        let stack = Stack::over(Rc::clone(&script) as _, clock.shared()).with_retry(policy);
        let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
        let reader = RemoteReader::new(RemoteRegistry::new(connection, &stack), engine);
        let task = Box::pin(task(reader));
        let Some(Either::Left((outcome, _))) = clock.run(future::select(task, serving)) else {
            panic!("the engine ended")
        };
        (outcome, script.sent().len())
    }

    async fn inspect(reader: RemoteReader) -> Result<Findings> {
        reader.inspect(&"a/b".parse().unwrap(), &blob(), None, &mut |_| ()).await
    }

    async fn open(reader: RemoteReader) -> Result<()> {
        reader.open(&"a/b".parse().unwrap(), &blob(), None, &mut |_| ()).await
    }

    #[test]
    fn r084_a_rest_that_wants_another_token_is_read_from_the_beginning() {
        let replies = |ranged, before| match (before, ranged) {
            (0 | 2, false) => Reply::ok("0123").broken_off(),
            (1 | 3, true) => Reply::status(401),
            (4, false) => Reply::ok(BYTES),
            _ => panic!("unexpected"),
        };
        let (found, sent) = read(Some(RetryPolicy::default()), replies, inspect);
        assert!(found.unwrap().verdict.is_verified());
        assert_eq!(sent, 5);
    }

    #[test]
    fn r084_a_layer_whose_rest_wants_another_token_is_opened_from_the_beginning() {
        let replies = |ranged, before| match (before, ranged) {
            (0, false) => Reply::ok("0123").broken_off(),
            (1, true) => Reply::status(401),
            (2, false) => Reply::ok(BYTES),
            _ => panic!("unexpected"),
        };
        let (opened, sent) = read(Some(RetryPolicy::default()), replies, open);
        opened.unwrap();
        assert_eq!(sent, 3);
    }

    #[test]
    fn a_layer_that_comes_unpacked_is_shown_if_it_has_the_stated_diff_id() {
        let archive = [tar::tests::plain(b"a", b'0', 0), vec![0; 1_024]].concat();
        // The packed layer, of which only the digest is known here.
        let layer = Descriptor::new(MediaType::OCTET_STREAM, digest_of(b"packed"), 90);
        let open = |stated: Option<Digest>, length: &'static str| {
            let (layer, body) = (layer.clone(), archive.clone());
            let replies = move |_, _| match length {
                "" => Reply::ok(body.clone()),
                length => Reply::ok(body.clone()).header("content-length", length),
            };
            let task = async |reader: RemoteReader| {
                if let Some(stated) = &stated {
                    reader.state_diff_id(&layer.digest, stated);
                }
                let opened = reader.open(&"a/b".parse().unwrap(), &layer, None, &mut |_| ()).await;
                let scope = Scope { layers: vec![layer.digest.clone()], ..Scope::default() };
                let answer = reader.ask(&Question::Summary(scope)).await.unwrap();
                let Answer::Summary(summary) = answer else { panic!("{answer:?}") };
                let told = summary.layers[0].clone();
                (opened.is_ok(), told.read_state, told.entries, told.odd)
            };
            read(None, replies, task).0
        };
        let right = Some(digest_of(&archive));
        let shown = (true, ReadState::Complete, 1, vec![Warning::UnpackedOnTheWay]);
        // With and without a sign of the encoding.
        assert_eq!(open(right.clone(), "90"), shown);
        assert_eq!(open(right, ""), shown);
        let hidden = |why| (why == Incomplete::Encoded, ReadState::Partial(why), 0, vec![]);
        for stated in [None, Some(digest_of(b"other"))] {
            assert_eq!(open(stated.clone(), "90"), hidden(Incomplete::Encoded));
            assert_eq!(open(stated, ""), hidden(Incomplete::WrongBytes));
        }
    }

    #[test]
    fn r045_an_engine_tries_as_often_as_the_stack_that_it_was_given() {
        let policy = |tries| RetryPolicy {
            backoff: Policy { tries, tries_after_failure: tries, ..Policy::default() },
            ..RetryPolicy::default()
        };
        for (policy, expected) in [(None, 1), (Some(policy(1)), 1), (Some(policy(3)), 3)] {
            let breaking = |_, before| match before {
                0 => Reply::ok("0123").broken_off(),
                _ => Reply::network_failure(),
            };
            let (found, sent) = read(policy.clone(), breaking, inspect);
            assert!(found.is_err());
            assert_eq!(sent, expected, "a body that breaks off: {policy:?}");
            let (found, sent) = read(policy.clone(), |_, _| Reply::status(503), inspect);
            assert!(found.is_err());
            assert_eq!(sent, expected, "a refusal: {policy:?}");
            let expired = |ranged, _| match ranged {
                false => Reply::ok("0123").broken_off(),
                true => Reply::status(401),
            };
            let (found, sent) = read(policy.clone(), expired, inspect);
            assert!(found.is_err());
            let requests = if expected == 1 { 1 } else { 2 * expected };
            assert_eq!(sent, requests, "a token that ran out: {policy:?}");
        }
    }
}
