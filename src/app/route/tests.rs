#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::oci::{DigestError, NameFault, ReferenceError};

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn kind(route: &Route) -> &'static str {
    match route {
        Route::Home => "home",
        Route::Settings => "settings",
        Route::Doctor(_) => "doctor",
        Route::Registry(_) => "registry",
        Route::Repository { .. } => "repository",
        Route::Reference(_) => "reference",
        Route::NotFound { .. } => "not found",
    }
}

/// Checks the kind of an address, and its printed form.
fn check(fragment: &str, expected_kind: &str, printed: &str) {
    let route = Route::parse(fragment);
    assert_eq!(kind(&route), expected_kind, "{fragment} gives {route:?}");
    assert_eq!(route.href(), printed, "{fragment}");
    assert_eq!(Route::parse(&route.href()), route, "{fragment}");
}

#[test]
fn reads_every_kind_of_address() {
    check("", "home", "#/");
    check("#/", "home", "#/");
    check("#/settings", "settings", "#/settings");
    check("#/doctor/ghcr.io", "doctor", "#/doctor/ghcr.io");
    check("#/doctor/http://reg:5000", "doctor", "#/doctor/http://reg:5000");
    check("#/ghcr.io", "registry", "#/ghcr.io");
    check("#/ghcr.io/", "registry", "#/ghcr.io");
    check("#/localhost:5000", "registry", "#/localhost:5000");
    check("#/127.0.0.1:5000", "registry", "#/127.0.0.1:5000");
    check("#/[::1]:5000", "registry", "#/[::1]:5000");
    check("#/archive.localhost/app:1", "reference", "#/archive.localhost/app:1");
    check("#/ghcr.io/org/app", "repository", "#/ghcr.io/org/app");
    check("#/ghcr.io/org/app:1.0", "reference", "#/ghcr.io/org/app:1.0");
}

#[test]
fn r004_first_component_is_a_host_only_by_the_rule() {
    check("#/alpine", "repository", "#/alpine");
    check("#/docker.io/library/alpine", "repository", "#/alpine");
    check("#/alpine:3", "reference", "#/alpine:3");
    check("#/alpine:5000", "reference", "#/alpine:5000");
    check("#/localhost", "repository", "#/localhost");
    check("#/localhost/app:1", "reference", "#/localhost/app:1");
    check("#/registry:5000/", "registry", "#/registry:5000/");
    check("#/registry:5000/app", "repository", "#/registry:5000/app");
    check("#/docker.io/library/settings", "repository", "#/docker.io/library/settings");
    check("#/docker.io/doctor/x:1", "reference", "#/docker.io/doctor/x:1");
    check("#/docker.io/foo.bar/app:1", "reference", "#/docker.io/foo.bar/app:1");
    check("#/docker.io/library/foo.bar:1", "reference", "#/docker.io/library/foo.bar:1");
}

#[test]
fn r013_scheme_is_written_only_where_the_rule_would_choose_another() {
    check("#/http://localhost:5000/app", "repository", "#/localhost:5000/app");
    check("#/https://localhost:5000/app", "repository", "#/https://localhost:5000/app");
    check("#/http://reg.example/app:1", "reference", "#/http://reg.example/app:1");
    check("#/http://10.0.0.1/app:1", "reference", "#/10.0.0.1/app:1");
    check("#/https://ghcr.io", "registry", "#/ghcr.io");
    check("#/http://registry", "registry", "#/http://registry");
    check("#/http://registry/app:1", "reference", "#/http://registry/app:1");
    check("#/http://localhost/app:1", "reference", "#/http://localhost/app:1");
}

#[test]
fn reads_the_parts_of_a_view() {
    let digest = format!("#/ghcr.io/a/b@{DIGEST}");
    check(&digest, "reference", &digest);
    let both = format!("#/ghcr.io/a/b:1@{DIGEST}?view=json");
    check(&both, "reference", &both);
    let platform = "#/ghcr.io/a/b:1?view=config&platform=linux/arm64/v8";
    check(platform, "reference", platform);
    check("#/ghcr.io/a/b:1?view=tree", "reference", "#/ghcr.io/a/b:1");
    let file = format!("#/ghcr.io/a/b:1?view=files&layer={DIGEST}&path=/etc/a%20%26%25%2Bb");
    check(&file, "reference", &file);
    let member = "#/ghcr.io/a/b:1?view=files&path=/app.jar&member=META-INF/MANIFEST.MF";
    check(member, "reference", member);
    check(
        "#/ghcr.io/a/b:1?with=docker.io/library/alpine:3&view=compare",
        "reference",
        "#/ghcr.io/a/b:1?view=compare&with=alpine:3",
    );
    check("#/ghcr.io/a/b%3A1%40sha256%3A00", "not found", "#/ghcr.io/a/b%3A1%40sha256%3A00");
    check("#/ghcr.io%2Fa%2Fb%3A1", "reference", "#/ghcr.io/a/b:1");
}

#[test]
fn an_unknown_address_says_what_is_wrong() {
    let check = |fragment: &str, expected: AddressFault| match Route::parse(fragment) {
        Route::NotFound { reason, address } => {
            assert_eq!(reason, expected, "{fragment}");
            assert_eq!(format!("#/{address}"), fragment);
        }
        other => panic!("{fragment} gives {other:?}"),
    };
    let text = str::to_owned;
    let name = |name: &str, fault| ReferenceError::Repository { name: text(name), fault }.into();
    check("#/ghcr.io/Org/app", name("Org/app", NameFault::UpperCase));
    check("#/ghcr.io//app", name("/app", NameFault::EmptyComponent));
    check("#/ghcr.io/app:1?view=magic", AddressFault::NoSuchView(text("magic")));
    check("#/ghcr.io/app:1?list=magic", AddressFault::NoSuchList(text("magic")));
    check("#/ghcr.io/app:1?colour=red", AddressFault::UnknownPart(text("colour")));
    check("#/ghcr.io/app:1?view=json&view=tree", AddressFault::Repeated(text("view")));
    check("#/ghcr.io/app:1?view", AddressFault::NoValue(text("view")));
    let short = DigestError::Length { digest: text("sha256:00"), expected: 64, actual: 2 };
    check("#/ghcr.io/app@sha256:00", short.into());
    check("#/ghcr.io/app:1?layer=x", DigestError::Malformed(text("x")).into());
    check("#/settings?x=1", AddressFault::UnknownPart(text("x")));
    check("#/%ff", AddressFault::NotUtf8);
    check("#/doctor/", AddressFault::NoHost);
    check("#/foo.bar:99999999", ReferenceError::Host(text("foo.bar:99999999")).into());
}

/// A generator of its own: equal numbers on each run, no dependency.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.next(from.len())]
    }
}

const PIECES: [&str; 34] = [
    "a",
    "b.c",
    "localhost",
    "registry",
    ":",
    ":5000",
    "/",
    "//",
    "@",
    DIGEST,
    "http://",
    "https://",
    "?",
    "&",
    "=",
    "view=",
    "json",
    "files",
    "platform=",
    "layer=",
    "path=",
    "with=",
    "linux/arm64",
    "%",
    "%20",
    "%2F",
    "#",
    "ü",
    "+",
    "[::1]",
    "docker.io/",
    "library/",
    "settings",
    "doctor/",
];

#[test]
fn printing_is_the_inverse_of_parsing_for_any_text() {
    let mut numbers = Numbers(7);
    let mut found = 0;
    for _ in 0..200_000 {
        let length = numbers.next(9);
        let text: String = (0..length).map(|_| numbers.pick(&PIECES)).collect();
        let route = Route::parse(&text);
        if !matches!(route, Route::NotFound { .. }) {
            found += 1;
            assert_eq!(Route::parse(&route.href()), route, "{text}");
        }
    }
    assert!(found > 5_000, "only {found} of the texts meant something");
}

#[test]
fn parsing_is_the_inverse_of_printing_for_any_place() {
    let mut numbers = Numbers(11);
    let hosts = ["docker.io", "ghcr.io", "localhost", "localhost:5000", "registry:80", "[::1]:1"];
    let names = ["alpine", "library/alpine", "foo.bar/baz", "foo.bar", "a/b/c__d", "localhost/x"];
    let paths = ["/etc/passwd", "/a b&c=d?e#f%g+h", "/ü\u{202e}/\u{0}", "", "?view=json"];
    for _ in 0..20_000 {
        let host: Host = numbers.pick(&hosts).parse().unwrap();
        let scheme = if numbers.next(2) == 0 { Scheme::Http } else { Scheme::Https };
        let name = numbers.pick(&names);
        let official = host.is_docker_hub() && !name.contains('/');
        let name = if official { format!("library/{name}") } else { name.to_owned() };
        let mut reference = Reference::repository(host.clone(), name.parse().unwrap());
        let pinned = numbers.next(3);
        reference.tag = (pinned != 1).then(|| "3.20".parse().unwrap());
        reference.digest = (pinned != 0).then(|| DIGEST.parse().unwrap());
        let mut place = Place::new(RegistryAddress { scheme, host }, reference.clone());
        place.view = View::ALL[numbers.next(View::ALL.len())];
        place.path = (numbers.next(2) == 0).then(|| numbers.pick(&paths).to_owned());
        place.list = FileList::ALL[numbers.next(FileList::ALL.len())];
        place.member = (numbers.next(2) == 0).then(|| numbers.pick(&paths).to_owned());
        place.find = (numbers.next(2) == 0).then(|| numbers.pick(&paths).to_owned());
        place.platform = (numbers.next(2) == 0).then(|| "windows/amd64 (10.0.1)".to_owned());
        let layers = [DIGEST.to_owned(), format!("{DIGEST}@3")];
        place.layer = (numbers.next(2) == 0).then(|| layers[numbers.next(2)].parse().unwrap());
        // “localhost” without a port is no host in a reference (R4), only behind a scheme.
        let can_stand_alone = reference.host.as_str() != "localhost";
        place.with = (can_stand_alone && numbers.next(2) == 0).then(|| reference.clone());
        let route = Route::from(place);
        assert_eq!(Route::parse(&route.href()), route);
    }
}

#[test]
fn only_places_of_the_files_of_one_image_are_beside_each_other() {
    let check = |a: &str, b: &str, expected: bool| {
        let [a, b] = [a, b].map(|rest| match Route::parse(&format!("#/reg.example/app{rest}")) {
            Route::Reference(place) => place,
            other => panic!("{other:?}"),
        });
        assert_eq!(a.is_beside(&b), expected, "{a:?} {b:?}");
    };
    check(":1?view=files", ":1?view=files&path=etc", true);
    check(":1?view=files&path=etc", ":1?view=files&find=x", true);
    check(":1?view=files", ":2?view=files", false);
    check(":1?view=files", ":1?view=files&platform=linux/arm64", false);
    check(":1?view=files", ":1?view=json", false);
    check(":1?view=json", ":1?view=json", false);
}

#[test]
fn a_registry_that_only_resembles_a_known_one_is_told() {
    let check = |text: &str, expected: Option<&str>| {
        let Route::Registry(address) = Route::parse(text) else { panic!("{text}") };
        assert_eq!(address.resembles(), expected, "{text}");
    };
    check("#/ghrc.io", Some("ghcr.io"));
    check("#/http://ghrc.io:5000", Some("ghcr.io"));
    check("#/quay.io", None);
    check("#/registry.example", None);
    check("#/lgcr.io", None);
}
