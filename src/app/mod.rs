//! State of the page, without its looks: addresses, connections, settings, and the questions that
//! views ask of a registry. No DOM; the browser appears only in `browser_storage.rs`.

pub mod age;
pub mod browser_storage;
pub mod environment;
pub mod loadable;
pub mod namespace;
pub mod queries;
pub mod reference_input;
mod registry_url;
pub mod route;
pub mod session;
pub mod settings;
pub mod slices;
pub mod tasks;
pub mod view;
pub mod views;

mod address_fault;
mod layer_address;
mod query_string;
mod web_page;

pub use address_fault::AddressFault;
pub use environment::Environment;
pub use layer_address::LayerAddress;
pub use loadable::Loadable;
pub use namespace::{GrowNamespaces, Namespace};
pub use route::{Place, RegistryAddress, Route, Scheme};
pub use session::accounts::{Accounts, CredentialKind};
#[cfg(target_arch = "wasm32")]
pub use session::in_a_browser;
#[cfg(not(target_arch = "wasm32"))]
pub use session::remote_in_thread;
pub use session::{Connection, Connections, Connector, remote};
pub use settings::{Settings, SettingsStore, Theme};
pub use view::{FileList, ReadDepth, View};
