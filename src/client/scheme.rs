//! Finding out whether a host answers on https or on http, by asking (R13, R54). Not for pages: they may not ask
//! an http host from https, and choose by the host's name.

use futures_util::future::join;

use super::Clients;
use crate::{
    error::{Error, ErrorKind, Result},
    oci::Host,
    transport::Request,
    wire::{BaseUrl, Method, Scheme},
};

impl Clients {
    /// Asks `/v2/` on both schemes at the same time, once and without credentials. A registry answers 200 or
    /// 401; https wins.
    ///
    /// # Errors
    /// The error of https if neither answers so.
    pub async fn detect_scheme(&self, host: &Host) -> Result<Scheme> {
        match join(self.probe(host, Scheme::Https), self.probe(host, Scheme::Http)).await {
            (Ok(()), _) => Ok(Scheme::Https),
            (_, Ok(())) => Ok(Scheme::Http),
            (Err(error), _) => Err(error),
        }
    }

    async fn probe(&self, host: &Host, scheme: Scheme) -> Result<()> {
        let base = BaseUrl::with_scheme(host, scheme)
            .map_err(|error| super::connection::unusable(host, error))?;
        let request =
            Request::new(Method::Get, base.at("/v2/")).read_up_to(super::exchange::LIST_LIMIT);
        let named = |error: Error| error.reaching(host);
        let response =
            self.stack().clone().with_retry(None).layers().send(request).await.map_err(named)?;
        match response.status {
            200 | 401 => Ok(()),
            status => Err(named(ErrorKind::Status(status).into())),
        }
    }
}
