//! Pages: one for each kind of address.

mod home;
mod not_found;
mod reference;
mod registry;
mod repository;
mod settings;

pub use home::Home;
pub use not_found::NotFound;
pub use reference::ReferencePage;
pub use registry::RegistryPage;
pub use repository::RepositoryPage;
pub use settings::SettingsPage;
