//! Finding out by asking whether a registry speaks https or plain http (R13). Not for pages: those never try
//! http by themselves.

use futures_util::{
    future::{Either, select},
    pin_mut,
};

use super::{Clients, RemoteRegistry};
use crate::{
    error::{Error, ErrorKind, InputFault, Operation, Result},
    oci::Host,
    transport::{Replay, Request},
    wire::{BaseUrl, Method, Scheme},
};

/// The largest answer to the question that is read, in bytes. Its content does not matter.
const ANSWER: u64 = 64 << 10;

impl Clients {
    /// Returns the client for a host of which the scheme is not known: https and http are asked at one time,
    /// once and without credentials, and https counts first. A registry that asks for a password is there too.
    ///
    /// An attacker on the way can keep https from answering, so this is for hosts in one's own network. Credentials are kept by scheme: those for https never go over http.
    ///
    /// ```
    /// use porthole::{
    ///     client::Clients,
    ///     testing::{Reply, Scripted, VirtualClock},
    ///     transport::Stack,
    ///     wire::Scheme,
    /// };
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // Stands for the network: `Stack::native()` asks a real registry.
    /// let script = Scripted::answering(VirtualClock::default().shared(), |request, _| {
    ///     match request.url.origin().scheme() {
    ///         Scheme::Http => Reply::status(401),
    ///         Scheme::Https => Reply::network_failure(),
    ///     }
    /// });
    /// let clients = Clients::new(Stack::over(script, VirtualClock::default().shared()));
    /// let registry = clients.detected(&"10.0.0.5:5000".parse()?).await?;
    /// assert_eq!(registry.connection().base.origin().scheme(), Scheme::Http);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The error of https if neither answers as a registry.
    pub async fn detected(&self, host: &Host) -> Result<RemoteRegistry> {
        let scheme = self.detect_scheme(host).await?;
        self.get(host, Some(scheme))
    }

    /// Asks both, and returns as soon as https is there.
    async fn detect_scheme(&self, host: &Host) -> Result<Scheme> {
        let (https, http) = (self.is_there(host, Scheme::Https), self.is_there(host, Scheme::Http));
        pin_mut!(https, http);
        let (https, http) = match select(https, http).await {
            Either::Left((Ok(()), _)) => return Ok(Scheme::Https),
            Either::Left((https, http)) => (https, http.await),
            Either::Right((http, https)) => (https.await, http),
        };
        match (https, http) {
            (Ok(()), _) => Ok(Scheme::Https),
            (Err(_), Ok(())) => Ok(Scheme::Http),
            (Err(error), Err(_)) => Err(error),
        }
    }

    async fn is_there(&self, host: &Host, scheme: Scheme) -> Result<()> {
        let unusable = |error| InputFault::Host { host: host.to_string(), error };
        let base = BaseUrl::with_scheme(host, scheme);
        let base = base.map_err(|error| Error::new(ErrorKind::InvalidInput(unusable(error))))?;
        let mut request = Request::new(Method::Get, base.at("/v2/"));
        request.replay = Replay::Never;
        request.anonymous = true;
        request.read_up_to = Some(ANSWER);
        let name = request.redacted();
        let explain = |mut error: Error, status| {
            host.as_str().clone_into(&mut error.context.registry);
            error.context.operation = Some(Operation::ReachRegistry);
            error.context.request = Some(name.clone());
            error.context.status = status;
            error
        };
        match self.stack().layers().send(request).await {
            Ok(answer) if answer.is_success() || answer.status == 401 => Ok(()),
            Ok(answer) => {
                Err(explain(ErrorKind::Status(answer.status).into(), Some(answer.status)))
            }
            Err(error) => Err(explain(error, None)),
        }
    }
}
