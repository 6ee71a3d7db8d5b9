//! The same view on a command line: the commands of crane, regctl, oras, skopeo, docker and curl. A
//! table of templates. Each part of a command fits a grammar and is quoted.

use crate::{
    app::{Place, Scheme, View},
    oci::{Digest, Reference, Tag},
};

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

/// The subject of the commands.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject<'a> {
    /// The address of the view.
    pub place: &'a Place,
    /// Digest of the manifest or index that it shows, if it was read.
    pub digest: Option<&'a Digest>,
    /// Digest of the configuration that it shows.
    pub config: Option<&'a Digest>,
    /// Digest of the layer that is chosen, or of the first.
    pub layer: Option<&'a Digest>,
}

/// The command of a tool for a view; `None` if the tool has none.
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

/// Returns the command that must run first, for tools that take a setting only from their
/// configuration.
pub fn preparation(tool: Tool, subject: &Subject<'_>) -> Option<String> {
    let Place { registry, .. } = subject.place;
    // Docker itself reaches registries on the same machine over plain http, and no others.
    (tool == Tool::Docker && registry.is_exposed())
        .then(|| format!(r#"{{ "insecure-registries": ["{}"] }}"#, registry.host))
}

fn chosen_layer<'a>(subject: &Subject<'a>) -> Option<&'a Digest> {
    subject.place.layer.as_ref().map(|layer| &layer.digest).or(subject.layer)
}

/// Parts of commands, each quoted if a shell would read more into it.
struct Parts {
    /// `host/repository`.
    repository: String,
    /// The name in the address; without the tag if it has a digest.
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
            // No tool chooses by what else tells two images of a platform apart.
            reference: quote(&pinned(reference, chosen.filter(|_| platform.is_none())).canonical()),
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
            layer: chosen_layer(subject).map(Digest::to_string),
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

/// Returns the text behind `manifests/`.
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
        _ => return None,
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
        _ => return None,
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
        _ => return None,
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
        _ => return None,
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
        _ => return None,
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
        _ => return None,
    };
    Some(p.token() + &line)
}

impl Parts {
    /// Docker Hub answers only with a token, and gives an anonymous one to everyone.
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
mod tests;
