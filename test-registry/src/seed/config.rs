//! Image configurations as builders write them: history with empty layers, labels, environment.

use super::json::{Json, list, object, text, texts};

/// The fields of a configuration that differ between images. The others are the same for all.
pub(super) struct Config<'a> {
    pub(super) architecture: &'a str,
    pub(super) variant: Option<&'a str>,
    pub(super) os: &'a str,
    /// The digests of the uncompressed layers.
    pub(super) diff_ids: Vec<String>,
    /// `created_by` of each entry, with true if the entry made no layer.
    pub(super) history: Vec<(&'a str, bool)>,
    pub(super) labels: Vec<(&'a str, &'a str)>,
}

const CREATED: &str = "2026-01-02T03:04:05Z";

impl Config<'_> {
    /// Returns the configuration as JSON text.
    pub(super) fn write(&self) -> String {
        let mut json =
            object([("created", text(CREATED)), ("architecture", text(self.architecture))]);
        if let Some(variant) = self.variant {
            json = json.with("variant", text(variant));
        }
        json.with("os", text(self.os))
            .with("config", self.runtime())
            .with("rootfs", self.rootfs())
            .with(
                "history",
                list(self.history.iter().map(|(command, empty)| entry(command, *empty))),
            )
            .to_string()
    }

    fn runtime(&self) -> Json {
        let environment =
            ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HARBOUR_MODE=quiet"];
        object([
            ("User", text("app:app")),
            (
                "ExposedPorts",
                object([("8080/tcp", object::<&str>([])), ("9090/udp", object::<&str>([]))]),
            ),
            ("Env", list(environment.map(text))),
            ("Entrypoint", list(["/usr/bin/harbour"].map(text))),
            ("Cmd", list(["serve", "--port", "8080"].map(text))),
            ("Volumes", object([("/var/lib/harbour", object::<&str>([]))])),
            ("WorkingDir", text("/srv")),
            ("Labels", texts(&self.labels)),
            ("StopSignal", text("SIGTERM")),
        ])
    }

    fn rootfs(&self) -> Json {
        object([("type", text("layers")), ("diff_ids", list(self.diff_ids.iter().map(text)))])
    }
}

fn entry(command: &str, empty: bool) -> Json {
    let entry = object([
        ("created", text(CREATED)),
        ("created_by", text(command)),
        ("comment", text("buildkit.dockerfile.v0")),
    ]);
    if empty { entry.with("empty_layer", Json::Bool(true)) } else { entry }
}
