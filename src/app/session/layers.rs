//! Opening layers and asking about them: in an engine off the page's thread, or natively in this one.

#[cfg(not(target_arch = "wasm32"))]
use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;

use crate::app::Inspector;
pub use crate::engine::OneFile;
use crate::{
    engine::Job,
    error::{ErrorKind, Result},
    layers::index::{Answer, Question},
    oci::{Descriptor, RepositoryName},
    registry::SharedSource,
};

/// Opens layers, keeps what it found, and answers questions about it.
#[async_trait(?Send)]
pub trait Opener {
    /// Reads a layer to its end and keeps its listing, or the content of one file. What was read of
    /// a layer that breaks off is kept too.
    ///
    /// # Errors
    /// As for [`Read::blob`](crate::registry::Read::blob); `DigestMismatch` and `SizeMismatch` where
    /// the bytes are not those of the descriptor.
    async fn open(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        file: Option<OneFile>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()>;

    /// Lists a layer by its table of contents, without reading it. What became of that is in the answer
    /// to [`Question::Summary`]. Where the table cannot be used, the layer is read if `or_whole` says
    /// so. What has no ranges to ask for reads it in any case.
    ///
    /// # Errors
    /// As for [`Opener::open`].
    async fn list_by_table(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        or_whole: bool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let _ = or_whole;
        self.open(repository, layer, None, progress).await
    }

    /// Asks about what was opened.
    ///
    /// # Errors
    /// `Unsupported` where no engine starts.
    async fn ask(&self, question: &Question) -> Result<Answer>;
}

/// What opens layers, as it is handed around.
pub type SharedOpener = Rc<dyn Opener>;

/// Opens layers of a registry in an engine.
pub(super) fn in_engine(inspector: Inspector) -> SharedOpener {
    let set = inspector.engine().new_set();
    Rc::new(InEngine { inspector, set })
}

/// Opens layers of any source in this thread.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn here(source: &SharedSource) -> SharedOpener {
    Rc::new(InThread { source: Rc::clone(source), shelf: RefCell::default() })
}

/// The page has no code that looks into layers: that is loaded with the engine.
#[cfg(target_arch = "wasm32")]
pub(super) fn here(_: &SharedSource) -> SharedOpener {
    Rc::new(Nowhere)
}

#[cfg(target_arch = "wasm32")]
struct Nowhere;

#[cfg(target_arch = "wasm32")]
#[async_trait(?Send)]
impl Opener for Nowhere {
    async fn open(
        &self,
        _: &RepositoryName,
        _: &Descriptor,
        _: Option<OneFile>,
        _: &mut dyn FnMut(u64),
    ) -> Result<()> {
        Err(ErrorKind::Unsupported("there is no engine here".to_owned()).into())
    }

    async fn ask(&self, _: &Question) -> Result<Answer> {
        Err(ErrorKind::Unsupported("there is no engine here".to_owned()).into())
    }
}

struct InEngine {
    inspector: Inspector,
    /// The layers that are kept together.
    set: u64,
}

impl Drop for InEngine {
    fn drop(&mut self) {
        self.inspector.engine().forget(self.set);
    }
}

impl InEngine {
    async fn run(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        job: &Job,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let findings = self.inspector.run(repository, layer, job, progress).await?;
        // Bytes that are not those of the descriptor are an error: nothing of them is shown.
        findings.verdict.reject_mismatch().map_err(|kind| kind.about(&layer.digest).into())
    }
}

#[async_trait(?Send)]
impl Opener for InEngine {
    async fn open(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        file: Option<OneFile>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let job = Job::verify(layer);
        let job = match file {
            None => job.keeping(self.set),
            Some(file) => job.keeping_file(self.set, file),
        };
        self.run(repository, layer, &job, progress).await
    }

    async fn list_by_table(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        or_whole: bool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let job = Job::verify(layer).keeping(self.set).by_table(layer, or_whole);
        self.run(repository, layer, &job, progress).await
    }

    async fn ask(&self, question: &Question) -> Result<Answer> {
        let answer = self.inspector.engine().ask(self.set, question.to_bytes()).await?;
        Answer::from_bytes(&answer).ok_or_else(misunderstood)
    }
}

fn misunderstood() -> crate::error::Error {
    ErrorKind::BadAnswer("the engine for byte work was not understood".to_owned()).into()
}

#[cfg(not(target_arch = "wasm32"))]
struct InThread {
    source: SharedSource,
    shelf: RefCell<crate::layers::index::Shelf>,
}

#[cfg(not(target_arch = "wasm32"))]
#[async_trait(?Send)]
impl Opener for InThread {
    async fn open(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        file: Option<OneFile>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        use crate::{
            content::{
                decode::Limits,
                tar::{self, Event},
            },
            layers::{
                findings::Findings,
                index::Taking,
                pass::{LayerReader, Wanted},
            },
        };
        use futures_util::StreamExt;

        let mut taking = file.map_or_else(Taking::listing, |f| Taking::file(f.offset, f.cap));
        let wanted = Wanted { diff_id: None, archive: Some(tar::archive) };
        let mut reader = LayerReader::new(&layer.digest, layer.size, &wanted, Limits::default());
        let mut visitor = |event: Event<'_>| taking.take(event);
        let mut chunks = self.source.blob(repository, layer).await?.chunks;
        let mut end = Ok(());
        while let Some(chunk) = chunks.next().await {
            match chunk {
                // Counted before: more than was announced does not come here.
                Ok(chunk) => drop(reader.push(&chunk, &mut visitor)),
                Err(error) => end = Err(error),
            }
            progress(reader.received());
        }
        let findings = Findings::from(reader.finish(&mut visitor));
        let is_wrong = |kind: &ErrorKind| {
            matches!(kind, ErrorKind::DigestMismatch { .. } | ErrorKind::SizeMismatch { .. })
        };
        let broke = end.as_ref().err().map(|error| &error.kind).filter(|kind| !is_wrong(kind));
        let broke = broke.map(ToString::to_string);
        self.shelf.borrow_mut().settle(&layer.digest, taking, &findings, broke);
        end
    }

    async fn ask(&self, question: &Question) -> Result<Answer> {
        // By way of bytes, as between threads.
        let answer = self.shelf.borrow_mut().ask(&question.to_bytes());
        Answer::from_bytes(&answer).ok_or_else(misunderstood)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use futures_util::future::{self, Either};

    use super::*;
    use crate::{
        client::{Connection, RemoteRegistry},
        content::verify::digest_of,
        engine::{Door, Engine},
        oci::MediaType,
        transport::{Reply, Scripted, Stack, VirtualClock},
    };

    #[test]
    fn r084_a_layer_whose_rest_wants_another_token_is_opened_from_the_beginning() {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), |request, before| {
            match (before, request.headers.contains("range")) {
                (0, false) => Reply::ok("0123").broken_off(),
                (1, true) => Reply::status(401),
                (2, false) => Reply::ok("0123456789"),
                _ => panic!("unexpected"),
            }
        });
        let (engine, serving) = Engine::local(Rc::clone(&script) as _, clock.shared());
        let door = Door::new(Rc::clone(&script) as _, Rc::clone(&engine));
        let stack = Stack::over(Rc::new(door), clock.shared());
        let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
        let opener = in_engine(Inspector::new(RemoteRegistry::new(connection, &stack), engine));
        let bytes = b"0123456789";
        let layer = Descriptor::new(MediaType::OCTET_STREAM, digest_of(bytes), 10);
        let repository = "a/b".parse().unwrap();
        let mut progress = |_| ();
        let task = opener.open(&repository, &layer, None, &mut progress);
        let Some(Either::Left((opened, _))) = clock.run(future::select(task, serving)) else {
            panic!("the engine ended")
        };
        opened.unwrap();
        assert_eq!(script.sent().len(), 3);
    }
}
