//! The engine: takes jobs and questions, and does all of them side by side. Runs in a worker, in the
//! page if no worker starts, and natively.

use std::{collections::BTreeMap, future::poll_fn, rc::Rc, task::Poll};

use futures_channel::mpsc::UnboundedReceiver;
use futures_core::future::LocalBoxFuture;
use futures_util::{
    FutureExt, StreamExt,
    future::{AbortHandle, abortable},
    stream::FuturesUnordered,
};

use super::{fetcher::Fetcher, runner::Runner};
use crate::{
    engine::message::{ReplySender, ToEngine},
    transport::{Deadline, SharedClock, SharedTransport},
};

/// Serves until the inbox is closed. Messages arrive there, and answers leave by `outbox`.
///
/// `network` sends requests; the deadlines of each request are put around it here.
pub(in crate::engine) async fn serve(
    network: SharedTransport,
    clock: SharedClock,
    mut inbox: UnboundedReceiver<ToEngine>,
    outbox: ReplySender,
) {
    let transport = Rc::new(Deadline::new(network, Rc::clone(&clock)));
    let runner = Rc::new(Runner::new(Fetcher { transport, clock }, outbox));
    let mut running = Running::default();
    poll_fn(move |context| {
        while let Poll::Ready(message) = inbox.poll_next_unpin(context) {
            let Some(message) = message else { return Poll::Ready(()) };
            running.take(&runner, message);
        }
        running.poll(context);
        Poll::Pending
    })
    .await;
}

/// The exchanges that are under way.
#[derive(Default)]
struct Running {
    jobs: FuturesUnordered<LocalBoxFuture<'static, u64>>,
    handles: BTreeMap<u64, AbortHandle>,
}

impl Running {
    fn take(&mut self, runner: &Rc<Runner>, message: ToEngine) {
        let runner = Rc::clone(runner);
        match message {
            ToEngine::Run { id, origin, job, policy } => {
                self.begin(id, runner.run(id, origin, *job, policy).boxed_local());
            }
            ToEngine::Ask { id, set, question } => {
                self.begin(id, runner.answer(id, set, question).boxed_local());
            }
            ToEngine::Cancel { id } => {
                // Aborting has the future polled once more, which drops it.
                if let Some(handle) = self.handles.remove(&id) {
                    handle.abort();
                }
            }
            ToEngine::Forget { set } => runner.forget(set),
        }
    }

    fn begin(&mut self, id: u64, work: LocalBoxFuture<'static, ()>) {
        let (work, handle) = abortable(work);
        self.handles.insert(id, handle);
        self.jobs.push(work.map(move |_| id).boxed_local());
    }

    fn poll(&mut self, context: &mut std::task::Context<'_>) {
        while let Poll::Ready(Some(id)) = self.jobs.poll_next_unpin(context) {
            self.handles.remove(&id);
        }
    }
}
