//! Blobs that the engine reads: a prepared request goes to the engine with a job, through all
//! layers, and messages come back in place of the bytes.

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use futures_util::StreamExt;

use super::{RemoteRegistry, download::blob_call};
use crate::{
    error::Result,
    oci::{Descriptor, RepositoryName},
    transport::BodyStream,
};

/// The engine watches its own connection, and waits before it takes a broken one up again: only an
/// engine that is dead says nothing for this long.
const PATIENCE: Duration = Duration::from_secs(600);

impl RemoteRegistry {
    /// Has a blob fetched where the door hands jobs to (`engine::Door`), and a job done with it. What
    /// comes is messages: `engine::outcome` reads them. Dropping it ends the job.
    ///
    /// # Errors
    /// As for [`Read::blob`](crate::registry::Read::blob), but that nothing is verified here;
    /// `Unsupported` where the door knows no jobs.
    pub async fn hand_off(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        job: Bytes,
    ) -> Result<BodyStream> {
        let core = Rc::clone(&self.core);
        let call = blob_call(repository, blob);
        let mut request = core.request(&call);
        request.read_up_to = None;
        request.deadlines.idle = PATIENCE;
        request.job = Some(job);
        let answer = core.expect(&call, request).await?;
        let explained =
            move |part: Result<Bytes>| part.map_err(|error| core.explain_blob(&call, error));
        Ok(answer.response.body.map(explained).boxed_local())
    }
}
