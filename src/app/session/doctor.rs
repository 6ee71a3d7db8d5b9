//! Asking the connection doctor: no page sends requests of its own.

use std::rc::Rc;

use futures_core::future::LocalBoxFuture;

use crate::app::RegistryAddress;
use crate::{
    client::Connection,
    error::Result,
    ops::diagnose::{self, Diagnosis, diagnose},
    transport::Stack,
    wire::{Origin, Url},
};

pub use crate::ops::diagnose::{DoctorStep, Fault, Finding, RegistryKind};

/// The result of one examination.
pub type Examination = LocalBoxFuture<'static, Result<Diagnosis>>;

/// Examines the way to a registry. Tests hand in one that knows the answer.
pub type Doctor = Rc<dyn Fn(&RegistryAddress) -> Examination>;

/// Examines over this stack, for a page at this address.
pub fn doctor(stack: Stack, page: &str) -> Doctor {
    let page: Option<Origin> = Url::parse(page).ok().map(|url| url.origin().clone());
    Rc::new(move |address| {
        let connection = Connection::with_scheme(&address.host, address.scheme);
        let (stack, page) = (stack.clone(), page.clone());
        Box::pin(async move { Ok(diagnose(connection?, &stack, page.as_ref()).await) })
    })
}

/// Returns the configuration that lets any page read a registry of this kind. Any page, because after a
/// redirect a browser may send `Origin: null` (Fetch).
pub fn configuration(kind: RegistryKind) -> String {
    diagnose::recipe(kind, "*")
}
