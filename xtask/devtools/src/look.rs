//! The look of a browser window: its width and height, and the theme.

/// The look of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// The colour scheme that the system prefers.
    pub theme: Theme,
}

impl Default for Look {
    fn default() -> Self {
        Self { width: 1280, height: 900, theme: Theme::Light }
    }
}

/// A preferred colour scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
}

impl Theme {
    /// The name that CSS has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
