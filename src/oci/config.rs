//! Image configurations (image-spec config.md): the settings of an image and its build steps.

use bytes::Bytes;

use super::{
    Digest, DocumentFault, Issues, JsonCursor, Parsed, Platform, Severity, Timestamp, json,
};

/// An image configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// The platform that the image runs on.
    pub platform: Platform,
    /// The time of the build.
    pub created: Option<Timestamp>,
    /// The author, as free text.
    pub author: Option<String>,
    /// The settings of a container that runs the image.
    pub run: RunConfig,
    /// Digests of the uncompressed layers, lowest first.
    pub diff_ids: Vec<Digest>,
    /// The build steps, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// The `config` part: the settings that a container of this image starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunConfig {
    /// The user. A group may follow after a colon.
    pub user: Option<String>,
    /// Ports, as `80/tcp`.
    pub exposed_ports: Vec<String>,
    /// Environment, as `NAME=value`.
    pub env: Vec<String>,
    /// The program that is started, with its first arguments.
    pub entrypoint: Vec<String>,
    /// The arguments of the entry point, or the whole command if there is no entry point.
    pub cmd: Vec<String>,
    /// Directories that are kept outside the container's file system.
    pub volumes: Vec<String>,
    /// Working directory.
    pub working_dir: Option<String>,
    /// Labels, in document order.
    pub labels: Vec<(String, String)>,
    /// The signal that stops the container.
    pub stop_signal: Option<String>,
    /// The command that checks the container's health (Docker's extension).
    pub healthcheck: Option<Healthcheck>,
    /// The steps that a build on top of this image runs first (Docker's extension).
    pub on_build: Vec<String>,
    /// Shell of the `RUN`, `CMD` and `ENTRYPOINT` lines in shell form (Docker's extension).
    pub shell: Vec<String>,
}

/// Docker's health check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healthcheck {
    /// `NONE`, or `CMD` or `CMD-SHELL` with the command.
    pub test: Vec<String>,
    /// Nanoseconds between checks.
    pub interval: Option<i64>,
    /// Nanoseconds that one check may take.
    pub timeout: Option<i64>,
    /// Nanoseconds at the start in which a failure does not count.
    pub start_period: Option<i64>,
    /// Nanoseconds between checks in that period.
    pub start_interval: Option<i64>,
    /// The number of failures in a row that make the container unhealthy.
    pub retries: Option<i64>,
}

/// One step of an image's history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The time of the step.
    pub created: Option<Timestamp>,
    /// The command.
    pub created_by: Option<String>,
    /// The author of the step.
    pub author: Option<String>,
    /// A comment, often the name of the builder.
    pub comment: Option<String>,
    /// True if the step made no layer.
    pub empty_layer: bool,
}

const KNOWN: [&str; 10] = [
    "created",
    "author",
    "architecture",
    "os",
    "os.version",
    "os.features",
    "variant",
    "config",
    "rootfs",
    "history",
];
const RUN_KNOWN: [&str; 13] = [
    "User",
    "ExposedPorts",
    "Env",
    "Entrypoint",
    "Cmd",
    "Volumes",
    "WorkingDir",
    "Labels",
    "StopSignal",
    "Healthcheck",
    "OnBuild",
    "Shell",
    "ArgsEscaped",
];

/// Reads a configuration. Any JSON gives a value. The issues name the missing parts.
pub fn parse_config(raw: Bytes) -> Parsed<ImageConfig> {
    let Parsed { value, raw, issues: found } = json::parse(raw);
    let mut issues = Issues::default();
    issues.extend(found);
    let cursor = JsonCursor::root(&value);
    let config = if cursor.is_object(&mut issues) {
        read(&cursor, &mut issues)
    } else {
        ImageConfig::default()
    };
    Parsed { value: config, raw, issues: issues.into_vec() }
}

impl ImageConfig {
    /// Returns, for each history entry, the index of the layer that it made. `None` if it made no
    /// layer, or if the history has more steps with a layer than there are layers.
    pub fn layer_of_history(&self, layers: usize) -> Vec<Option<usize>> {
        let mut next = 0;
        let layer_of = |entry: &HistoryEntry| {
            let made = !entry.empty_layer && next < layers;
            next += usize::from(made);
            made.then(|| next - 1)
        };
        self.history.iter().map(layer_of).collect()
    }
}

fn read(cursor: &JsonCursor<'_>, issues: &mut Issues) -> ImageConfig {
    cursor.check_case(&KNOWN, issues);
    let config = ImageConfig {
        platform: Platform::read(cursor, issues),
        created: Timestamp::read(cursor, "created", issues),
        author: cursor.text_of("author", issues),
        run: cursor.member("config").map(|run| read_run(&run, issues)).unwrap_or_default(),
        diff_ids: read_diff_ids(cursor, issues),
        history: read_history(cursor, issues),
    };
    check_history(&config, cursor, issues);
    config
}

/// Compares the number of steps that made a layer with the number of layers (config.md,
/// `history`).
fn check_history(config: &ImageConfig, cursor: &JsonCursor<'_>, issues: &mut Issues) {
    let steps = config.history.iter().filter(|entry| !entry.empty_layer).count();
    let diff_ids = config.diff_ids.len();
    if !config.history.is_empty() && steps != diff_ids {
        cursor.report(Severity::Warning, DocumentFault::History { steps, diff_ids }, issues);
    }
}

fn read_run(cursor: &JsonCursor<'_>, issues: &mut Issues) -> RunConfig {
    if !cursor.is_object(issues) {
        return RunConfig::default();
    }
    cursor.check_case(&RUN_KNOWN, issues);
    check_env(cursor, issues);
    RunConfig {
        user: cursor.text_of("User", issues).filter(|user| !user.is_empty()),
        exposed_ports: cursor.keys_of("ExposedPorts", issues),
        env: cursor.texts_of("Env", issues),
        entrypoint: cursor.texts_of("Entrypoint", issues),
        cmd: cursor.texts_of("Cmd", issues),
        volumes: cursor.keys_of("Volumes", issues),
        working_dir: cursor.text_of("WorkingDir", issues).filter(|dir| !dir.is_empty()),
        labels: cursor.map_of("Labels", issues),
        stop_signal: cursor.text_of("StopSignal", issues),
        healthcheck: cursor.member("Healthcheck").map(|check| read_healthcheck(&check, issues)),
        on_build: cursor.texts_of("OnBuild", issues),
        shell: cursor.texts_of("Shell", issues),
    }
}

/// Reports entries that are not `NAME=value` (config.md, `Env`).
fn check_env(cursor: &JsonCursor<'_>, issues: &mut Issues) {
    let Some(list) = cursor.member("Env") else { return };
    let items: Vec<_> = list.items(&mut Issues::default()).collect();
    for item in items.iter().filter(|item| item.node().as_str().is_some_and(|v| !v.contains('='))) {
        item.report(Severity::Error, DocumentFault::NotAnAssignment, issues);
    }
}

fn read_healthcheck(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Healthcheck {
    Healthcheck {
        test: cursor.texts_of("Test", issues),
        interval: cursor.integer_of("Interval", issues),
        timeout: cursor.integer_of("Timeout", issues),
        start_period: cursor.integer_of("StartPeriod", issues),
        start_interval: cursor.integer_of("StartInterval", issues),
        retries: cursor.integer_of("Retries", issues),
    }
}

fn read_diff_ids(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Vec<Digest> {
    cursor.require(&["rootfs"], issues);
    let Some(rootfs) = cursor.member("rootfs") else { return Vec::new() };
    if rootfs.text_of("type", issues).as_deref() != Some("layers") {
        rootfs.report(Severity::Error, DocumentFault::RootFsType, issues);
    }
    rootfs.require(&["diff_ids"], issues);
    let Some(list) = rootfs.member("diff_ids") else { return Vec::new() };
    let items: Vec<_> = list.items(issues).collect();
    items.iter().filter_map(|item| item.digest(issues)).collect()
}

fn read_history(cursor: &JsonCursor<'_>, issues: &mut Issues) -> Vec<HistoryEntry> {
    let Some(list) = cursor.member("history") else { return Vec::new() };
    let items: Vec<_> = list.items(issues).collect();
    let entry = |item: &JsonCursor<'_>| item.is_object(issues).then(|| read_entry(item, issues));
    items.iter().filter_map(entry).collect()
}

fn read_entry(cursor: &JsonCursor<'_>, issues: &mut Issues) -> HistoryEntry {
    cursor.check_case(&["created", "created_by", "author", "comment", "empty_layer"], issues);
    HistoryEntry {
        created: Timestamp::read(cursor, "created", issues),
        created_by: cursor.text_of("created_by", issues),
        author: cursor.text_of("author", issues),
        comment: cursor.text_of("comment", issues),
        empty_layer: cursor.flag_of("empty_layer", issues).unwrap_or(false),
    }
}
