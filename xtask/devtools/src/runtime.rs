//! The runtime of commands that wait: for a browser, for servers, for the user.

use xtask::failure::{OrFail, Result};

/// Runs asynchronous work to its end.
///
/// # Errors
/// Those of the work.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.enable_all().build();
    runtime.or_fail("the runtime did not start", "free some memory and try again")?.block_on(work)
}

/// Waits for Ctrl-C.
///
/// # Errors
/// When the system does not let it.
pub(crate) async fn interrupt() -> Result<()> {
    let interrupted = tokio::signal::ctrl_c().await;
    interrupted.or_fail("waiting for Ctrl-C", "stop the process in another way")
}
