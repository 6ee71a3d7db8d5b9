//! The ways of looking at a reference, and their names in addresses. Pure.

/// One way of looking at a reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Index, platforms, manifest, config, layers, referrers.
    #[default]
    Tree,
    /// The exact bytes.
    Json,
    /// The image configuration.
    Config,
    /// How the image was built.
    History,
    /// The layers.
    Layers,
    /// Files inside the layers.
    Files,
    /// What refers to it.
    Referrers,
    /// Checking every byte.
    Verify,
    /// Differences from another image.
    Compare,
    /// The same on a command line.
    Commands,
}

impl View {
    /// Every view, in the order of the tabs.
    pub const ALL: [Self; 10] = [
        Self::Tree,
        Self::Json,
        Self::Config,
        Self::History,
        Self::Layers,
        Self::Files,
        Self::Referrers,
        Self::Verify,
        Self::Compare,
        Self::Commands,
    ];

    /// The name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Json => "json",
            Self::Config => "config",
            Self::History => "history",
            Self::Layers => "layers",
            Self::Files => "files",
            Self::Referrers => "referrers",
            Self::Verify => "verify",
            Self::Compare => "compare",
            Self::Commands => "commands",
        }
    }

    /// The view of a name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }
}

/// A list in the view of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileList {
    /// The tree of directories.
    #[default]
    Tree,
    /// Files, largest first.
    Largest,
    /// Content that no container sees.
    Wasted,
    /// The packages that the image says it has.
    Packages,
}

impl FileList {
    /// Every list, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Tree, Self::Largest, Self::Wasted, Self::Packages];

    /// The name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Largest => "largest",
            Self::Wasted => "wasted",
            Self::Packages => "packages",
        }
    }

    /// The list of a name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }
}
