//! The engine as a registry uses it: requests are prepared by the registry's client, layers are read
//! elsewhere.

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{
    client::RemoteRegistry,
    engine::{Engine, Job, outcome},
    error::{ErrorKind, Result},
    layers::findings::Findings,
    oci::{Algorithm, Descriptor, RepositoryName},
    ops::inspect::Inspect,
};

/// How often a blob is begun where its rest is refused for want of a fresh token.
const RUNS: usize = 3;

/// Has an engine read the blobs of a registry.
#[derive(Clone)]
pub struct Inspector {
    client: RemoteRegistry,
    engine: Rc<Engine>,
}

impl Inspector {
    /// The client must send through the engine's [`Door`](crate::engine::Door).
    pub fn new(client: RemoteRegistry, engine: Rc<Engine>) -> Self {
        Self { client, engine }
    }

    /// The engine: for questions about layers that it keeps.
    pub fn engine(&self) -> &Rc<Engine> {
        &self.engine
    }

    /// Has a job done with a blob. `progress` is told of bytes read so far; dropping the future ends
    /// it.
    ///
    /// # Errors
    /// As for [`Read::blob`](crate::registry::Read::blob); wrong bytes are a finding.
    pub async fn run(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        job: &Job,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        let job: Bytes = job.pack().into();
        for _ in 1..RUNS {
            match self.once(repository, blob, &job, progress).await {
                // A token ran out between the beginning and the rest. Engines have none but that of
                // their request; from the beginning a fresh one goes along.
                Err(error) if error.kind == ErrorKind::Status(401) => {}
                end => return end,
            }
        }
        self.once(repository, blob, &job, progress).await
    }

    async fn once(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        job: &Bytes,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        let body = self.client.hand_off(repository, blob, job.clone()).await?;
        outcome(body, progress).await
    }
}

#[async_trait(?Send)]
impl Inspect for Inspector {
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
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use futures_util::{FutureExt, future};

    use super::*;
    use crate::{
        client::Connection,
        content::verify::digest_of,
        engine::Door,
        oci::MediaType,
        transport::{Reply, Scripted, Stack, VirtualClock},
    };

    #[test]
    fn r084_a_rest_that_wants_another_token_is_read_from_the_beginning() {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), |request, before| {
            match (before, request.headers.contains("range")) {
                (0 | 2, false) => Reply::ok("0123").broken_off(),
                (1 | 3, true) => Reply::status(401),
                (4, false) => Reply::ok("0123456789"),
                _ => panic!("unexpected"),
            }
        });
        let (engine, serving) = Engine::local(Rc::clone(&script) as _, clock.shared());
        let door = Door::new(Rc::clone(&script) as _, Rc::clone(&engine));
        let stack = Stack::over(Rc::new(door), clock.shared());
        let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
        let inspector = Inspector::new(RemoteRegistry::new(connection, &stack), engine);
        let bytes = b"0123456789";
        let blob = Descriptor::new(MediaType::OCTET_STREAM, digest_of(bytes), 10);
        let repository = "a/b".parse().unwrap();
        let mut progress = |_| ();
        let task = inspector.inspect(&repository, &blob, None, &mut progress).boxed_local();
        let Some(future::Either::Left((found, _))) = clock.run(future::select(task, serving))
        else {
            panic!("the engine ended")
        };
        assert!(found.unwrap().verdict.is_verified());
        assert_eq!(script.sent().len(), 5);
    }
}
