//! An exchange with an engine as a transport, so that authentication and retrying work on its answer.

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{StreamExt, stream};

use super::{
    exchange::{Exchange, misunderstood},
    pool::Engine,
};
use crate::{
    engine::{Job, Origin, message::FromEngine},
    error::Result,
    layers::findings::Findings,
    transport::{BodyStream, Request, Response, SharedTransport, Transport},
    wire::backoff::Policy,
};

/// A transport that hands its request to an engine together with a job.
///
/// Status and headers come from there. The body of a success carries no bytes of the blob: each of its
/// parts is empty and a sign of life, and it ends with the job. Findings and progress go to [`Reports`].
struct EngineTransport {
    engine: Rc<Engine>,
    job: Job,
    policy: Policy,
    reports: UnboundedSender<JobReport>,
}

enum JobReport {
    /// So many bytes were read.
    Progress(u64),
    Found(Findings),
}

impl Engine {
    /// A transport that has a job done with the answer to its request, and the reports of that. The
    /// policy says how often the engine resumes a body that breaks off.
    pub fn transport(self: &Rc<Self>, job: Job, policy: Policy) -> (SharedTransport, Reports) {
        let ((reports, received), engine) = (unbounded(), Rc::clone(self));
        (Rc::new(EngineTransport { engine, job, policy, reports }), Reports(received))
    }
}

#[async_trait(?Send)]
impl Transport for EngineTransport {
    async fn send(&self, request: Request) -> Result<Response> {
        let origin = Origin::Request(Box::new(request));
        let mut exchange = self.engine.run(origin, self.job.clone(), self.policy.clone());
        loop {
            if let FromEngine::Head { status, url, headers, body } = exchange.next().await? {
                let body = match status {
                    200..300 => signs_of_life(exchange, self.reports.clone()),
                    _ => stream::iter([Ok(body.into())]).boxed_local(),
                };
                return Ok(Response::new(status, url, headers, body));
            }
        }
    }
}

/// The body of a success: an empty part for each report, until the job is done.
fn signs_of_life(exchange: Exchange, reports: UnboundedSender<JobReport>) -> BodyStream {
    stream::unfold(Some((exchange, reports)), |running| async {
        let (mut exchange, reports) = running?;
        let report = match exchange.next().await {
            Ok(FromEngine::Progress(bytes)) => JobReport::Progress(bytes),
            Ok(FromEngine::Found(findings)) => {
                let _ = reports.unbounded_send(JobReport::Found(findings));
                return None;
            }
            Ok(_) => return Some((Err(misunderstood()), None)),
            Err(error) => return Some((Err(error), None)),
        };
        // If its receiver is gone, the body is dropped next.
        let _ = reports.unbounded_send(report);
        Some((Ok(Bytes::new()), Some((exchange, reports))))
    })
    .boxed_local()
}

/// The reports of a job: progress, and in the end the findings.
pub struct Reports(UnboundedReceiver<JobReport>);

impl Reports {
    /// Follows a job to its end, by the body that came through its transport. `progress` receives the
    /// bytes read so far.
    ///
    /// # Errors
    /// The error of the body; `Engine` if it ends without findings.
    pub async fn follow(
        mut self,
        mut body: BodyStream,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        loop {
            let part = body.next().await.transpose()?;
            while let Ok(report) = self.0.try_recv() {
                match report {
                    JobReport::Progress(bytes) => progress(bytes),
                    JobReport::Found(findings) => return Ok(findings),
                }
            }
            if part.is_none() {
                return Err(misunderstood());
            }
        }
    }
}
