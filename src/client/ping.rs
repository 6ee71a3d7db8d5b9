//! Asking whether a registry is there at all (R74).

use super::{RemoteRegistry, exchange::Call};
use crate::{
    error::{Operation, Result},
    wire::{Endpoint, headers::name},
};

/// The answer to `GET /v2/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// `Docker-Distribution-API-Version`; empty where missing or hidden.
    pub version: String,
}

impl RemoteRegistry {
    /// Asks whether it is there, and what it calls its version (R74).
    ///
    /// # Errors
    /// `NotFound` if it is no registry; `Unauthorized`, and errors of sending.
    pub async fn ping(&self) -> Result<Ping> {
        let call = Call::new(Operation::ReachRegistry, Endpoint::Version);
        let document = self.core.ask(&call).await?;
        let version = document.headers.get(name::DOCKER_API_VERSION).unwrap_or_default();
        Ok(Ping { version: version.to_owned() })
    }
}
