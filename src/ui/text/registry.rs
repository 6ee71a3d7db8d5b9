//! The page of a registry.

/// Heading of the list.
pub const REPOSITORIES: &str = "Repositories";
/// Column of the list.
pub const REPOSITORY: &str = "Repository";
/// Said where there are none.
pub const EMPTY: &str = "The registry holds no repository, or shows you none.";
/// Names the choice between tree and list.
pub const SHOW_AS: &str = "Show as";
/// The choice to show the repositories by the parts of their names.
pub const AS_TREE: &str = "Tree";
/// The choice to show the repositories by their whole names.
pub const AS_LIST: &str = "List";
/// Label of the box for a name.
pub const TYPE_NAME: &str = "Repository";
/// Said where the registry asks who wants to see the list.
pub const CATALOG_ASKS: &str = "This registry does not list its repositories to everybody. Type the name of one, or sign in: \
     some then show the list.";
/// Said where the registry does not list its repositories.
pub const NO_CATALOG: &str = "This registry does not list its repositories: many public ones, and most that serve several \
     customers, do not. Type the name of one; its tags can still be listed.";
