//! Blobs that another transport reads: the request is prepared here and passes through all layers,
//! and the transport at its end does with the answer what it was made for.

use std::{rc::Rc, time::Duration};

use futures_util::StreamExt;

use super::{RemoteRegistry, download::blob_call};
use crate::{
    error::Result,
    oci::{Descriptor, RepositoryName},
    transport::{BodyStream, RetryPolicy, SharedTransport},
};

/// The time without a sign of life after which the other side counts as dead. An engine watches its own
/// connection, and waits before it resumes a broken one: it says nothing for minutes while it works.
const PATIENCE: Duration = Duration::from_secs(600);

impl RemoteRegistry {
    /// Has a blob fetched by another transport than the network, such as one that hands the request to
    /// an engine, and gives the body of its answer. Dropping the body ends the exchange.
    ///
    /// # Errors
    /// As for [`Read::blob`](crate::registry::Read::blob), but nothing is verified here.
    pub async fn blob_via(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        via: SharedTransport,
    ) -> Result<BodyStream> {
        let core = Rc::clone(&self.core);
        let call = blob_call(repository, blob);
        let mut request = core.request(&call);
        request.read_up_to = None;
        request.deadlines.idle = PATIENCE;
        request.via = Some(via);
        let answer = core.expect(&call, request).await?;
        let body = answer.response.body;
        Ok(body
            .map(move |part| part.map_err(|error| core.explain_blob(&call, error)))
            .boxed_local())
    }

    /// The policy by which this client tries again; `None` never does.
    pub fn retry(&self) -> Option<&RetryPolicy> {
        self.core.retry.as_ref()
    }
}
