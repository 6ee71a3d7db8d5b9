//! The shell and its pages in their states. The real client runs over scripted answers, so the golden pages
//! show the messages of all layers.

use std::rc::Rc;

use porthole::{
    app::{
        Accounts, Environment, Route,
        settings::{NoStore, SettingsStore, SharedSettingsStore},
    },
    testing::Reply,
    ui::{
        browser::EarlyInput,
        explorer::{SharedExplorer, ShellInputs},
        shell,
    },
};

use crate::{
    golden::{compare, rendered},
    script::Script,
};

/// A fixed present: 2025-01-01T00:00:00Z.
fn now() -> i64 {
    1_735_689_600
}

/// Renders the page of an address once.
fn render(address: &str, script: &Script, settings: SharedSettingsStore) -> String {
    let connections = Rc::new(script.connections());
    let environment = Environment { connections, accounts: Accounts::default(), now };
    let inputs = ShellInputs { explorer: SharedExplorer::new(environment), settings };
    let route = Route::parse(address);
    rendered(Rc::new(move || shell(route.clone(), inputs.clone(), EarlyInput::default())))
}

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const JSON: &str = "application/json";

fn check(name: &str, address: &str, script: &Script) {
    compare(name, render(address, script, Rc::new(NoStore)));
}

/// Settings that a user has changed.
struct Visited;

impl SettingsStore for Visited {
    fn get(&self, name: &str) -> Option<String> {
        match name {
            "porthole.registries" => Some("ghcr.io\nhttp://reg:5000\n<b>x</b>".to_owned()),
            "porthole.plain-http" => Some("reg:5000".to_owned()),
            "porthole.theme" => Some("dark".to_owned()),
            _ => None,
        }
    }

    fn set(&self, _name: &str, _value: Option<&str>) -> bool {
        true
    }
}

#[test]
fn home() {
    check("home", "#/", &Script::default());
    compare("home-visited", render("#/", &Script::default(), Rc::new(Visited)));
}

#[test]
fn settings() {
    check("settings", "#/settings", &Script::default());
    compare("settings-chosen", render("#/settings", &Script::default(), Rc::new(Visited)));
}

#[test]
fn not_found() {
    check("not-found", "#/ghcr.io/Org/app", &Script::default());
    check("not-found-hostile", "#/<script>alert(1)</script>\u{202e}", &Script::default());
}

#[test]
fn registry() {
    let names = r#"{"repositories":["zlib","library/alpine","library/alpine/edge","a.b/c"]}"#;
    check("registry", "#/reg.example", &Script::default().json("/v2/_catalog", JSON, names));
    let none = Script::default().json("/v2/_catalog", JSON, r#"{"repositories":[]}"#);
    check("registry-empty", "#/reg.example", &none);
    let hangs = Script::default().on("/v2/_catalog", Reply::hang());
    check("registry-loading", "#/reg.example", &hangs);
    let denied = Script::default().json("/v2/_catalog", JSON, r#"{"repositories":null}"#);
    check("registry-null", "#/reg.example", &denied);
}

#[test]
fn each_name_is_shown_and_counted_once() {
    let link = r#"</v2/_catalog?page=1>; rel="next""#;
    let names = r#"{"repositories":["a","a/b","a","Odd","Odd"]}"#;
    let reply = || Reply::ok(names).header("content-type", JSON);
    let twice = Script::default().on("/v2/_catalog", reply());
    check("registry-twice", "#/reg.example", &twice);
    let repeats = Script::default().on("/v2/_catalog", reply().header("link", link));
    check("registry-repeats", "#/reg.example", &repeats);
}

#[test]
fn r094_a_registry_that_does_not_list_is_no_dead_end() {
    check("registry-no-catalog", "#/reg.example", &Script::default());
    let asks = Script::default().on("/v2/_catalog", Reply::status(401).body("{}"));
    check("registry-asks-who", "#/reg.example", &asks);
}

#[test]
fn registry_failures() {
    let check = |name: &str, reply: Reply| {
        check(name, "#/reg.example", &Script::default().on("/v2/_catalog", reply));
    };
    check("registry-network", Reply::network_failure());
    let login = "<!doctype html><title>Log in</title><script>alert(1)</script>";
    check("registry-html", Reply::ok(login).header("content-type", "text/html"));
    check("registry-broken", Reply::status(503).body("out of order"));
    let deceptive =
        "{\"errors\":[{\"code\":\"UNA\u{202e}VAILABLE\",\"message\":\"wait\u{200b}ing\"}]}";
    check("registry-deceptive", Reply::status(503).body(deceptive));
}

fn repository() -> Script {
    let tags = r#"{"name":"app","tags":["1.0","1.10","1.9","latest","broken","1.10-rc.1"]}"#;
    let config = r#"{"architecture":"arm64","os":"linux","variant":"v8","created":"2024-12-30T12:00:00Z","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let config_digest = digest(config);
    let image = format!(
        r#"{{"schemaVersion":2,"mediaType":"{OCI_MANIFEST}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config_digest}","size":{}}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":1234567}}]}}"#,
        config.len()
    );
    let entry = |arch: &str, digit: char| {
        let digest = digit.to_string().repeat(64);
        format!(
            r#"{{"mediaType":"{OCI_MANIFEST}","digest":"sha256:{digest}","size":500,"platform":{{"os":"linux","architecture":"{arch}"}}}}"#
        )
    };
    let entries =
        [entry("amd64", '1'), entry("arm64", '2'), entry("s390x", '3'), entry("<b>", '4')];
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"{OCI_INDEX}","manifests":[{}]}}"#,
        entries.join(",")
    );
    Script::default()
        .json("/v2/app/tags/list", JSON, tags)
        .json("/v2/app/manifests/1.0", OCI_MANIFEST, &image)
        .json("/v2/app/manifests/1.10", OCI_INDEX, &index)
        .json("/v2/app/manifests/1.9", OCI_MANIFEST, &image)
        .json("/v2/app/manifests/latest", OCI_INDEX, &index)
        .json("/v2/app/manifests/1.10-rc.1", OCI_MANIFEST, "{\"schemaVersion\":2")
        .json(&format!("/v2/app/blobs/{config_digest}"), "application/octet-stream", config)
}

fn digest(text: &str) -> String {
    porthole::content::verify::digest_of(text.as_bytes()).to_string()
}

#[test]
fn repository_states() {
    check("repository", "#/reg.example/app", &repository());
    check("repository-missing", "#/reg.example/other", &repository());
    let empty = Script::default().json("/v2/app/tags/list", JSON, r#"{"name":"app","tags":null}"#);
    check("repository-empty", "#/reg.example/app", &empty);
    let hangs = Script::default().on("/v2/app/tags/list", Reply::hang());
    check("repository-loading", "#/reg.example/app", &hangs);
}

#[test]
fn r167_the_doctor_names_the_step_and_what_mends_it() {
    let down = Script::default().on("/v2/", Reply::network_failure());
    check("doctor-unreachable", "#/doctor/reg.example", &down);
    let refusal = Reply::status(401).body("{}");
    check(
        "doctor-hidden-challenge",
        "#/doctor/reg.example",
        &Script::default().on("/v2/", refusal),
    );
    let body = Reply::ok("{}");
    check("doctor-good", "#/doctor/reg.example", &Script::default().on("/v2/", body));
}

#[test]
fn reference_states() {
    let hangs = Script::default().on("/v2/app/manifests/1.0", Reply::hang());
    check("reference-loading", "#/reg.example/app:1.0", &hangs);
    check("reference-missing", "#/reg.example/app:2.0", &repository());
}
