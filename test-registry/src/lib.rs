//! A container registry for tests and demos, with a switch for every variant and every fault.
//!
//! `ferro-oci-server` answers the distribution protocol. The layers here add the differences between real
//! registries: CORS, authentication (Basic, Bearer), the paging of lists, byte ranges of blobs, the
//! variants of uploads, and the faults of networks. Nothing here uses the porthole library, because a
//! mistake that both sides shared would stay unseen.
//!
//! ```no_run
//! use test_registry::{Cors, Switches, TestRegistry};
//! let registry = TestRegistry::start(Switches::default().cors(Cors::Hidden))?;
//! println!("{}", registry.url());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! For tests of one's own, [`TestRegistry::add_ref`] adds an image or index with all its children by one call;
//! `Switches::default()` seeds nothing and takes a free port.
//!
//! The layers change or add this around ferro 1.0, each in the module named:
//!
//! | ferro 1.0 | here |
//! |---|---|
//! | a blob is readable from every repository | `layers::membership`: only from those that it was put into |
//! | the tags of an unknown repository are an empty list | `layers::membership`: 404 `NAME_UNKNOWN` |
//! | no cross-repository mount | `layers::uploads` |
//! | no `Content-Range` check on the closing PUT | `layers::uploads` |
//! | no multi-tag push (`tag=`, `OCI-Tag`) | `layers::manifests` |
//! | a manifest pushed twice is listed twice as referrer | `layers::referrers` |
//! | no paging of referrers, no cap on a page | `layers::referrers`, `layers::paging` |
//! | no ranges of blobs | `layers::ranges` |
//! | manifests digested by sha256 only | not changed |

pub mod faults;
pub mod hostile;
pub mod seed;

mod auth;
pub mod canary;
mod companion;
mod connection;
mod digest;
mod endpoint;
mod instance;
mod layers;
mod log;
mod manifest;
mod object;
mod options;
mod pattern;
mod random;
mod reply;
mod server;
mod store;
mod switchboard;
mod switches;
mod tar;
mod tokens;

pub use digest::digest_of;
pub use log::{Entry, Log, Origin};
pub use object::Object;
pub use options::{HELP, parse_options};
pub use pattern::Pattern;
pub use server::TestRegistry;
pub use switchboard::Switchboard;
pub use switches::{
    Auth, BlobDelivery, Catalog, Cors, LinkHeader, Paging, Realm, Referrers, Scheme, Seed,
    Switches, Uploads,
};
