//! The ways of looking at a reference, and their names in addresses. Pure.

/// The table of the views, a line each, in the order of the tabs:
///
/// `Variant = name (what is read first, whether it has a tab);`, under a doc comment with its content.
///
/// The name is the one in addresses and that of the view's files: `ui/views/NAME.rs` draws it, in words
/// of `ui/text/NAME.rs`, from data of `app/views/NAME.rs`.
macro_rules! views {
    ($with:ident) => {
        $with! {
            /// Index, platforms, manifest, configuration, layers, referrers.
            Tree = tree (Root, Tab);
            /// The exact bytes.
            Json = json (Manifest, Tab);
            /// The image configuration.
            Config = config (Config, Tab);
            /// The steps that built the image.
            History = history (Config, Tab);
            /// The layers with their sizes and the steps that made them.
            Layers = layers (Config, Tab);
            /// The files inside the layers.
            Files = files (Config, Tab);
            /// The documents that refer to it.
            Referrers = referrers (Manifest, Tab);
            /// Checking every byte.
            Verify = verify (Manifest, Tab);
            /// Differences from another image.
            Compare = compare (Root, Hidden);
            /// The same on a command line.
            Commands = commands (Manifest, Tab);
        }
    };
}
pub(crate) use views;

macro_rules! define_views {
    ($($(#[$doc:meta])* $view:ident = $name:ident ($depth:ident, $listing:ident);)*) => {
        /// One way of looking at a reference.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum View {
            $($(#[$doc])* $view,)*
        }

        impl View {
            /// Every view, in the order of the tabs.
            pub const ALL: &[Self] = &[$(Self::$view),*];

            /// Returns the name in an address.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$view => stringify!($name),)*
                }
            }

            /// Returns what is read before the view is drawn.
            pub fn depth(self) -> ReadDepth {
                match self {
                    $(Self::$view => ReadDepth::$depth,)*
                }
            }

            /// Returns true if the view has a tab.
            pub fn has_tab(self) -> bool {
                match self {
                    $(Self::$view => matches!(Listing::$listing, Listing::Tab),)*
                }
            }
        }
    };
}
views!(define_views);

/// The documents that are read before a view is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadDepth {
    /// The document that the address names.
    Root,
    /// The manifest of the chosen platform, too.
    Manifest,
    /// The configuration, too.
    Config,
}

/// The condition on which a view is offered.
enum Listing {
    Tab,
    /// It has an address only.
    Hidden,
}

impl Default for View {
    fn default() -> Self {
        Self::Tree
    }
}

impl View {
    /// Returns the view of a name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|view| view.name() == name)
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
