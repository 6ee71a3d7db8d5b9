//! The history of an image, in words.

/// The label of the tab.
pub const LABEL: &str = "History";
/// No history.
pub const NO_HISTORY: &str = "The image does not say how it was built.";
/// The Dockerfile-like reading.
pub const DOCKERFILE: &str = "Read as a Dockerfile";
/// Copies it.
pub const COPY_DOCKERFILE: &str = "Copy the Dockerfile";
/// Copies one step.
pub const COPY_STEP: &str = "Copy the step as recorded";
/// Build arguments of a step.
pub const WITH_ARGUMENTS: &str = "with ";
/// A step that made no layer.
pub const NO_LAYER: &str = "no layer";
/// A step that says it made a layer where none is left.
pub const LAYER_MISSING: &str = "its layer is missing";

/// History and layers do not fit together.
pub fn history_mismatch(steps: usize, layers: usize) -> String {
    format!(
        "Steps that say they made a layer: {steps}. Layers: {layers}. Which step made which layer \
         is a guess."
    )
}
