//! Sentences about the engine that reads blobs. No full stop.

use crate::error::EngineFault;

/// Returns the reason why the engine failed.
pub(super) fn fault(fault: &EngineFault) -> String {
    let (words, cause) = match fault {
        EngineFault::Ended(why) => ("the engine that reads blobs ended: ", why.as_str()),
        EngineFault::NotLoaded(why) => {
            ("the code that opens layers was not loaded: ", why.as_str())
        }
        EngineFault::UnexpectedMessage => ("the engine that reads blobs was not understood", ""),
        EngineFault::Other => ("the engine that reads blobs failed", ""),
    };
    [words, cause].concat()
}
