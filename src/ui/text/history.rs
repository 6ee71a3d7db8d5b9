//! The history of an image, in words.

use super::numbers::counted;
use crate::app::views::history::{History, Instruction};

/// The label of the tab.
pub const LABEL: &str = "History";
/// Stands for an absent or empty `history`.
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
        "The history has {} with a layer, and the image has {}. So it is a guess which step made \
         which layer.",
        counted(steps, "step", "steps"),
        counted(layers, "layer", "layers")
    )
}

/// An instruction, to be shown.
pub fn instruction(instruction: &Instruction) -> &str {
    match instruction.text.as_str() {
        "" => "# nothing recorded",
        text => text,
    }
}

/// The whole reading as a Dockerfile to copy. A base image that is known comes first.
pub fn dockerfile(history: &History, base: Option<&str>) -> String {
    let mut out =
        String::from("# Read from the image’s history; not the file it was built from.\n");
    out.push_str(&match base {
        Some(base) => {
            format!("# The base image is named by an annotation of the image.\nFROM {base}\n")
        }
        None => "# The history does not say where the base image ends.\n".to_owned(),
    });
    for step in &history.steps {
        let Instruction { arguments, .. } = &step.instruction;
        if !arguments.is_empty() {
            out.push_str(&format!("# {WITH_ARGUMENTS}{arguments}\n"));
        }
        out.push_str(instruction(&step.instruction));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::views::history::of_image,
        oci::{HistoryEntry, ImageConfig},
    };

    #[test]
    fn a_dockerfile_names_the_base_where_it_is_known() {
        let entry = |created_by: &str| HistoryEntry {
            created_by: Some(created_by.to_owned()),
            empty_layer: true,
            ..HistoryEntry::default()
        };
        let entries = vec![entry("RUN |1 A=1 /bin/sh -c x # buildkit"), entry("")];
        let config = ImageConfig { history: entries, ..ImageConfig::default() };
        let history = of_image(&config, &[]);
        let known = dockerfile(&history, Some("alpine:3"));
        assert!(known.ends_with("\nFROM alpine:3\n# with A=1\nRUN x\n# nothing recorded\n"));
        assert!(!dockerfile(&history, None).contains("FROM"));
    }
}
