//! The same on a command line: what crane, regctl, oras, skopeo, docker and curl are told to see
//! what a view shows. A table of templates; every part of them fits a grammar and is quoted.

use super::{Place, RegistryAddress, Scheme, View};
use crate::oci::{Digest, Reference, Tag};

/// A program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// google/go-containerregistry.
    Crane,
    /// regclient/regclient.
    Regctl,
    /// oras-project/oras.
    Oras,
    /// containers/skopeo.
    Skopeo,
    /// Docker, with buildx.
    Docker,
    /// curl, with jq or sha256sum where they are needed.
    Curl,
}

impl Tool {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Crane, Self::Regctl, Self::Oras, Self::Skopeo, Self::Docker, Self::Curl];

    /// The name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crane => "crane",
            Self::Regctl => "regctl",
            Self::Oras => "oras",
            Self::Skopeo => "skopeo",
            Self::Docker => "docker",
            Self::Curl => "curl",
        }
    }
}

/// What the commands are about.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject<'a> {
    /// The address of the view.
    pub place: &'a Place,
    /// Digest of the manifest or index that it shows, where it was read.
    pub digest: Option<&'a Digest>,
    /// Digest of the configuration that it shows.
    pub config: Option<&'a Digest>,
    /// Digest of the layer that is chosen, or of the first.
    pub layer: Option<&'a Digest>,
}

/// The command of a tool for a view; `None` where the tool has none.
pub fn command(tool: Tool, view: View, subject: &Subject<'_>) -> Option<String> {
    let parts = Parts::new(subject);
    match tool {
        Tool::Crane => crane(view, &parts),
        Tool::Regctl => regctl(view, &parts),
        Tool::Oras => oras(view, &parts),
        Tool::Skopeo => skopeo(view, &parts),
        Tool::Docker => docker(view, &parts),
        Tool::Curl => curl(view, &parts),
    }
}

/// The views that have commands, in the order of the tabs.
pub const VIEWS: [View; 7] = [
    View::Tree,
    View::Json,
    View::Config,
    View::History,
    View::Layers,
    View::Referrers,
    View::Verify,
];

/// What must be set up before, where the tool cannot be told in the command.
pub fn preparation(tool: Tool, subject: &Subject<'_>) -> Option<String> {
    let Place { registry, .. } = subject.place;
    // Docker itself reaches registries on the same machine over plain http.
    let needs = tool == Tool::Docker && registry.scheme == Scheme::Http;
    (needs && RegistryAddress::new(registry.host.clone()).scheme == Scheme::Https)
        .then(|| format!(r#"{{ "insecure-registries": ["{}"] }}"#, registry.host))
}

/// Parts of commands, each quoted where a shell would read more into it.
struct Parts {
    /// `host/repository`.
    repository: String,
    /// As the address names it; where it has a digest, without the tag.
    reference: String,
    /// The same at the digest of the chosen platform, for tools that cannot choose one.
    exact: String,
    /// A name for a folder.
    folder: String,
    /// ` --platform os/arch`, or nothing.
    platform: String,
    /// The platform for skopeo: ` --override-os … --override-arch …`.
    overrides: String,
    plain_http: bool,
    host: String,
    /// `https://host/v2/repository`.
    base: String,
    manifest: String,
    digest: Option<String>,
    config: Option<String>,
    layer: Option<String>,
    is_hub: bool,
    path: String,
}

impl Parts {
    fn new(subject: &Subject<'_>) -> Self {
        let place = subject.place;
        let reference = &place.reference;
        let host = &place.registry.host;
        let platform = place.platform.as_deref().filter(|text| is_platform(text));
        let digest = subject.digest.or(reference.digest.as_ref());
        let chosen = subject.digest.filter(|_| place.platform.is_some());
        let endpoint = if host.is_docker_hub() { "registry-1.docker.io" } else { host.as_str() };
        let scheme = if place.registry.scheme == Scheme::Http { "http" } else { "https" };
        let path = reference.repository.as_str().to_owned();
        Self {
            repository: quote(&bare(reference).canonical()),
            reference: quote(&pinned(reference, None).canonical()),
            exact: quote(&pinned(reference, chosen).canonical()),
            folder: quote(path.rsplit('/').next().unwrap_or("image")),
            platform: platform.map_or(String::new(), |p| format!(" --platform {}", quote(p))),
            overrides: platform.map_or(String::new(), overrides),
            plain_http: place.registry.scheme == Scheme::Http,
            host: quote(host.as_str()),
            base: format!("{scheme}://{endpoint}/v2/{path}"),
            manifest: chosen.map_or_else(|| named(reference), Digest::to_string),
            digest: digest.map(Digest::to_string),
            config: subject.config.map(Digest::to_string),
            layer: place.layer.as_ref().or(subject.layer).map(Digest::to_string),
            is_hub: host.is_docker_hub(),
            path,
        }
    }

    fn when_plain(&self, flag: &str) -> String {
        if self.plain_http { format!(" {flag}") } else { String::new() }
    }

    /// `repository@digest` of a blob.
    fn blob(&self, digest: &str) -> String {
        format!("{}@{digest}", self.repository)
    }
}

fn bare(reference: &Reference) -> Reference {
    Reference::repository(reference.host.clone(), reference.repository.clone())
}

/// With a digest and without a tag: not every tool takes both.
fn pinned(reference: &Reference, digest: Option<&Digest>) -> Reference {
    match digest.or(reference.digest.as_ref()) {
        Some(digest) => reference.at_digest(digest.clone()),
        None => reference.clone(),
    }
}

/// What stands behind `manifests/`.
fn named(reference: &Reference) -> String {
    match (&reference.digest, &reference.tag) {
        (Some(digest), _) => digest.to_string(),
        (None, Some(tag)) => tag.to_string(),
        (None, None) => Tag::latest().to_string(),
    }
}

/// `os/architecture[/variant]` of plain words.
fn is_platform(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    (2..=3).contains(&text.split('/').count()) && text.split('/').all(word)
}

fn overrides(platform: &str) -> String {
    let names = ["--override-os", "--override-arch", "--override-variant"];
    let pair = |(name, value): (&str, &str)| format!(" {name} {}", quote(value));
    names.into_iter().zip(platform.split('/')).map(pair).collect()
}

/// One word of a shell command.
pub fn quote(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@=+,%".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn crane(view: View, p: &Parts) -> Option<String> {
    let Parts { reference, platform, .. } = p;
    let flags = p.when_plain("--insecure");
    Some(match view {
        View::Tree => format!("crane manifest{flags}{platform} {reference} | jq ."),
        View::Json => format!("crane manifest{flags}{platform} {reference}"),
        View::Config => format!("crane config{flags}{platform} {reference} | jq .config"),
        View::History => format!("crane config{flags}{platform} {reference} | jq .history"),
        View::Layers => match &p.layer {
            Some(layer) => format!("crane blob{flags} {} > layer", p.blob(layer)),
            None => format!("crane manifest{flags}{platform} {reference} | jq .layers"),
        },
        View::Verify => format!("crane validate{flags}{platform} --remote {reference}"),
        View::Referrers | View::Files | View::Compare | View::Commands => return None,
    })
}

fn regctl(view: View, p: &Parts) -> Option<String> {
    let Parts { reference, platform, .. } = p;
    let host =
        if p.plain_http { format!(" --host reg={},tls=disabled", p.host) } else { String::new() };
    Some(match view {
        View::Tree => format!("regctl{host} artifact tree --digest-tags {reference}"),
        View::Json => format!("regctl{host} manifest get{platform} --format raw-body {reference}"),
        View::Config => format!("regctl{host} image config{platform} {reference} | jq .config"),
        View::History => format!("regctl{host} image config{platform} {reference} | jq .history"),
        View::Layers => match &p.layer {
            Some(layer) => format!("regctl{host} blob get {} {layer} > layer", p.repository),
            None => {
                format!(
                    "regctl{host} manifest get{platform} --format raw-body {reference} | jq .layers"
                )
            }
        },
        View::Referrers => {
            format!("regctl{host} artifact list --digest-tags{platform} {reference}")
        }
        View::Verify => {
            format!(
                "regctl{host} image copy{platform} --referrers {reference} ocidir://{}",
                p.folder
            )
        }
        View::Files | View::Compare | View::Commands => return None,
    })
}

fn oras(view: View, p: &Parts) -> Option<String> {
    let Parts { reference, platform, .. } = p;
    let flags = p.when_plain("--plain-http");
    Some(match view {
        View::Tree => format!("oras discover{flags}{platform} --format tree {reference}"),
        View::Json => format!("oras manifest fetch{flags}{platform} {reference}"),
        View::Config => {
            format!("oras manifest fetch-config{flags}{platform} {reference} | jq .config")
        }
        View::History => {
            format!("oras manifest fetch-config{flags}{platform} {reference} | jq .history")
        }
        View::Layers => match &p.layer {
            Some(layer) => format!("oras blob fetch{flags} --output layer {}", p.blob(layer)),
            None => format!("oras manifest fetch{flags}{platform} {reference} | jq .layers"),
        },
        View::Referrers => format!("oras discover{flags}{platform} --format json {reference}"),
        View::Verify => {
            let from = p.when_plain("--from-plain-http");
            format!("oras copy{from}{platform} --to-oci-layout {reference} {}:checked", p.folder)
        }
        View::Files | View::Compare | View::Commands => return None,
    })
}

fn skopeo(view: View, p: &Parts) -> Option<String> {
    let Parts { reference, exact, overrides, .. } = p;
    let flags = p.when_plain("--tls-verify=false");
    let inspect = format!("skopeo{overrides} inspect{flags}");
    Some(match view {
        View::Tree => format!("{inspect} docker://{reference}"),
        View::Json => format!("skopeo inspect{flags} --raw docker://{exact}"),
        View::Config => format!("{inspect} --config docker://{reference} | jq .config"),
        View::History => format!("{inspect} --config docker://{reference} | jq .history"),
        View::Layers => format!("{inspect} docker://{reference} | jq .LayersData"),
        View::Verify => {
            let from = p.when_plain("--src-tls-verify=false");
            let all = if overrides.is_empty() { " --all" } else { "" };
            format!(
                "skopeo{overrides} copy{all}{from} docker://{reference} oci:{}:checked",
                p.folder
            )
        }
        View::Referrers | View::Files | View::Compare | View::Commands => return None,
    })
}

fn docker(view: View, p: &Parts) -> Option<String> {
    let Parts { reference, exact, platform, .. } = p;
    let inspect = "docker buildx imagetools inspect";
    Some(match view {
        View::Tree => format!("{inspect} {exact}"),
        View::Json => format!("{inspect} --raw {exact}"),
        View::Config => format!("{inspect} --format '{{{{json .Image}}}}' {exact}"),
        View::History => {
            format!("docker pull{platform} {reference} && docker history --no-trunc {reference}")
        }
        View::Layers => format!("{inspect} --raw {exact} | jq .layers"),
        View::Referrers => format!("{inspect} --format '{{{{json .Provenance}}}}' {reference}"),
        View::Verify => format!("docker pull{platform} {reference}"),
        View::Files | View::Compare | View::Commands => return None,
    })
}

/// Every manifest type, so that no registry converts what it sends.
const ACCEPT: &str = "-H 'Accept: application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json'";

fn curl(view: View, p: &Parts) -> Option<String> {
    let Parts { base, manifest, .. } = p;
    let manifest = quote(&format!("{base}/manifests/{manifest}"));
    let manifests = format!("curl -fsSL{} {ACCEPT} {manifest}", p.authorization());
    let blob = |digest: &String| {
        format!("curl -fsSL{} {}", p.authorization(), quote(&format!("{base}/blobs/{digest}")))
    };
    let line = match view {
        View::Tree => format!("{manifests} | jq ."),
        View::Json => manifests,
        View::Config => format!("{} | jq .config", blob(p.config.as_ref()?)),
        View::History => format!("{} | jq .history", blob(p.config.as_ref()?)),
        View::Layers => match &p.layer {
            Some(layer) => format!("{} -o layer", blob(layer)),
            None => format!("{manifests} | jq .layers"),
        },
        View::Referrers => {
            let digest = p.digest.as_ref()?;
            let url = quote(&format!("{base}/referrers/{digest}"));
            format!("curl -fsSL{} {url} | jq .manifests", p.authorization())
        }
        View::Verify => match &p.layer {
            Some(layer) => format!("{} | sha256sum", blob(layer)),
            None => format!("{manifests} | sha256sum"),
        },
        View::Files | View::Compare | View::Commands => return None,
    };
    Some(p.token() + &line)
}

impl Parts {
    /// Docker Hub answers nobody without a token, which it gives to anybody.
    fn token(&self) -> String {
        if !self.is_hub {
            return String::new();
        }
        format!(
            "TOKEN=$(curl -fsSL 'https://auth.docker.io/token?service=registry.docker.io&scope=repository:{}:pull' | jq -r .token)\n",
            self.path
        )
    }

    fn authorization(&self) -> &'static str {
        if self.is_hub { r#" -H "Authorization: Bearer $TOKEN""# } else { "" }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::app::Route;

    const D: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn place(address: &str) -> Place {
        match Route::parse(address) {
            Route::Reference(place) => *place,
            other => panic!("{address} is {other:?}"),
        }
    }

    fn text(tool: Tool, view: View, address: &str, known: bool) -> String {
        let (place, digest) = (place(address), D.parse().unwrap());
        let known = known.then_some(&digest);
        let subject = Subject { place: &place, digest: known, config: known, layer: known };
        command(tool, view, &subject).unwrap_or_default().replace(D, "DIGEST")
    }

    #[test]
    fn every_view_and_tool_over_https() {
        let check = |tool, view, expected: &str| {
            let address = "#/ghcr.io/a/b:1?platform=linux/arm64/v8";
            assert_eq!(text(tool, view, address, false), expected, "{tool:?} {view:?}");
        };
        use Tool::*;
        check(Crane, View::Tree, "crane manifest --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .");
        check(Crane, View::Json, "crane manifest --platform linux/arm64/v8 ghcr.io/a/b:1");
        check(
            Crane,
            View::Config,
            "crane config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .config",
        );
        check(
            Crane,
            View::History,
            "crane config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .history",
        );
        check(
            Crane,
            View::Layers,
            "crane manifest --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .layers",
        );
        check(Crane, View::Referrers, "");
        check(
            Crane,
            View::Verify,
            "crane validate --platform linux/arm64/v8 --remote ghcr.io/a/b:1",
        );
        check(Regctl, View::Tree, "regctl artifact tree --digest-tags ghcr.io/a/b:1");
        check(
            Regctl,
            View::Json,
            "regctl manifest get --platform linux/arm64/v8 --format raw-body ghcr.io/a/b:1",
        );
        check(
            Regctl,
            View::Config,
            "regctl image config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .config",
        );
        check(
            Regctl,
            View::History,
            "regctl image config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .history",
        );
        check(
            Regctl,
            View::Layers,
            "regctl manifest get --platform linux/arm64/v8 --format raw-body ghcr.io/a/b:1 | jq .layers",
        );
        check(
            Regctl,
            View::Referrers,
            "regctl artifact list --digest-tags --platform linux/arm64/v8 ghcr.io/a/b:1",
        );
        check(
            Regctl,
            View::Verify,
            "regctl image copy --platform linux/arm64/v8 --referrers ghcr.io/a/b:1 ocidir://b",
        );
        check(
            Oras,
            View::Tree,
            "oras discover --platform linux/arm64/v8 --format tree ghcr.io/a/b:1",
        );
        check(Oras, View::Json, "oras manifest fetch --platform linux/arm64/v8 ghcr.io/a/b:1");
        check(
            Oras,
            View::Config,
            "oras manifest fetch-config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .config",
        );
        check(
            Oras,
            View::History,
            "oras manifest fetch-config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .history",
        );
        check(
            Oras,
            View::Layers,
            "oras manifest fetch --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .layers",
        );
        check(
            Oras,
            View::Referrers,
            "oras discover --platform linux/arm64/v8 --format json ghcr.io/a/b:1",
        );
        check(
            Oras,
            View::Verify,
            "oras copy --platform linux/arm64/v8 --to-oci-layout ghcr.io/a/b:1 b:checked",
        );
        let skopeo = "skopeo --override-os linux --override-arch arm64 --override-variant v8";
        check(Skopeo, View::Tree, &format!("{skopeo} inspect docker://ghcr.io/a/b:1"));
        check(Skopeo, View::Json, "skopeo inspect --raw docker://ghcr.io/a/b:1");
        check(
            Skopeo,
            View::Config,
            &format!("{skopeo} inspect --config docker://ghcr.io/a/b:1 | jq .config"),
        );
        check(
            Skopeo,
            View::History,
            &format!("{skopeo} inspect --config docker://ghcr.io/a/b:1 | jq .history"),
        );
        check(
            Skopeo,
            View::Layers,
            &format!("{skopeo} inspect docker://ghcr.io/a/b:1 | jq .LayersData"),
        );
        check(Skopeo, View::Referrers, "");
        check(Skopeo, View::Verify, &format!("{skopeo} copy docker://ghcr.io/a/b:1 oci:b:checked"));
        check(Docker, View::Tree, "docker buildx imagetools inspect ghcr.io/a/b:1");
        check(Docker, View::Json, "docker buildx imagetools inspect --raw ghcr.io/a/b:1");
        check(
            Docker,
            View::Config,
            "docker buildx imagetools inspect --format '{{json .Image}}' ghcr.io/a/b:1",
        );
        check(
            Docker,
            View::History,
            "docker pull --platform linux/arm64/v8 ghcr.io/a/b:1 && docker history --no-trunc ghcr.io/a/b:1",
        );
        check(
            Docker,
            View::Layers,
            "docker buildx imagetools inspect --raw ghcr.io/a/b:1 | jq .layers",
        );
        check(
            Docker,
            View::Referrers,
            "docker buildx imagetools inspect --format '{{json .Provenance}}' ghcr.io/a/b:1",
        );
        check(Docker, View::Verify, "docker pull --platform linux/arm64/v8 ghcr.io/a/b:1");
    }

    #[test]
    fn plain_http_is_said_to_each_tool_in_its_own_words() {
        let check = |tool, view, expected: &str| {
            assert_eq!(text(tool, view, "#/http://reg.local:5000/b:1", true), expected);
        };
        check(Tool::Crane, View::Json, "crane manifest --insecure reg.local:5000/b:1");
        check(
            Tool::Regctl,
            View::Layers,
            "regctl --host reg=reg.local:5000,tls=disabled blob get reg.local:5000/b DIGEST > layer",
        );
        check(
            Tool::Oras,
            View::Verify,
            "oras copy --from-plain-http --to-oci-layout reg.local:5000/b:1 b:checked",
        );
        check(
            Tool::Skopeo,
            View::Verify,
            "skopeo copy --all --src-tls-verify=false docker://reg.local:5000/b:1 oci:b:checked",
        );
        check(
            Tool::Curl,
            View::Config,
            "curl -fsSL http://reg.local:5000/v2/b/blobs/DIGEST | jq .config",
        );
        check(
            Tool::Curl,
            View::Referrers,
            "curl -fsSL http://reg.local:5000/v2/b/referrers/DIGEST | jq .manifests",
        );
        check(
            Tool::Curl,
            View::Verify,
            "curl -fsSL http://reg.local:5000/v2/b/blobs/DIGEST | sha256sum",
        );
        let place = place("#/http://reg.local:5000/b:1");
        let subject = Subject { place: &place, digest: None, config: None, layer: None };
        assert_eq!(
            preparation(Tool::Docker, &subject).as_deref(),
            Some(r#"{ "insecure-registries": ["reg.local:5000"] }"#)
        );
        assert_eq!(preparation(Tool::Crane, &subject), None);
    }

    #[test]
    fn docker_hub_needs_its_endpoint_and_a_token() {
        let line = text(Tool::Curl, View::Json, "#/alpine:3", false);
        assert!(line.starts_with("TOKEN=$(curl -fsSL 'https://auth.docker.io/token?service=registry.docker.io&scope=repository:library/alpine:pull'"));
        assert!(line.ends_with(" https://registry-1.docker.io/v2/library/alpine/manifests/3"));
        assert_eq!(
            text(Tool::Crane, View::Json, "#/alpine:3", false),
            "crane manifest docker.io/library/alpine:3"
        );
    }

    #[test]
    fn only_what_fits_a_grammar_gets_into_a_command() {
        let address = "#/ghcr.io/a/b:1?platform=linux/$(reboot)";
        assert_eq!(text(Tool::Crane, View::Json, address, false), "crane manifest ghcr.io/a/b:1");
        let address = "#/ghcr.io/a/b:1?platform=--output/x";
        assert_eq!(text(Tool::Crane, View::Json, address, false), "crane manifest ghcr.io/a/b:1");
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("a'b$(c)"), r"'a'\''b$(c)'");
        assert_eq!(quote(""), "''");
        let address = "#/[::1]:5000/a:1";
        assert_eq!(
            text(Tool::Crane, View::Verify, address, false),
            "crane validate --insecure --remote '[::1]:5000/a:1'"
        );
        assert!(
            text(Tool::Curl, View::Json, address, false)
                .ends_with(" 'http://[::1]:5000/v2/a/manifests/1'")
        );
    }

    #[test]
    fn a_tool_that_cannot_choose_a_platform_gets_its_digest() {
        let address = "#/ghcr.io/a/b:1?platform=linux/arm64";
        let line = |tool, view| text(tool, view, address, true);
        assert_eq!(
            line(Tool::Skopeo, View::Json),
            "skopeo inspect --raw docker://ghcr.io/a/b@DIGEST"
        );
        assert!(line(Tool::Docker, View::Tree).ends_with(" ghcr.io/a/b@DIGEST"));
        assert!(line(Tool::Curl, View::Json).ends_with("/v2/a/b/manifests/DIGEST"));
        assert!(line(Tool::Crane, View::Json).ends_with(" --platform linux/arm64 ghcr.io/a/b:1"));
    }

    #[test]
    fn a_tag_gives_way_to_a_digest() {
        let address = format!("#/ghcr.io/a/b:1@{D}");
        for tool in Tool::ALL {
            let line = text(tool, View::Json, &address, false);
            assert!(line.contains("DIGEST") && !line.contains("b:1"), "{line}");
        }
    }
}
