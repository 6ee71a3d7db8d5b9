//! The engine as a registry uses it: requests are prepared by the registry's client, layers are read
//! elsewhere.

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{
    client::RemoteRegistry,
    content::findings::Findings,
    oci::{Algorithm, Descriptor, RepositoryName},
    ops::inspect::Inspect,
    registry::Result,
    worker::{Engine, Job, outcome},
};

/// Has an engine read the blobs of a registry.
#[derive(Clone)]
pub struct Inspector {
    client: RemoteRegistry,
    engine: Rc<Engine>,
}

impl Inspector {
    /// The client must send through the engine's [`Door`](crate::worker::Door).
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
        let body = self.client.hand_off(repository, blob, job).await?;
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
