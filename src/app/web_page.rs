//! Pages of the web sites of registries, read as the images that they are about. Pure.

use super::{AddressFault, query_string};

/// Sites that are no registries, or whose pages have addresses that no image has, each with the way in which
/// an image of it is written.
const SITES: [(&str, &str); 7] = [
    ("hub.docker.com", "alpine:3.20"),
    ("github.com", "ghcr.io/org/app:1.0"),
    ("gallery.ecr.aws", "public.ecr.aws/alias/app:1.0"),
    ("console.cloud.google.com", "us-docker.pkg.dev/project/repository/app:1.0"),
    ("gitlab.com", "registry.gitlab.com/group/project:1.0"),
    ("artifacthub.io", "ghcr.io/org/chart:1.0"),
    ("catalog.redhat.com", "registry.access.redhat.com/ubi9:latest"),
];

/// The first part of the address of a page of quay.io. No organisation has one of these names.
const QUAY: [&str; 4] = ["repository", "organization", "user", "search"];

/// Returns the image that a web page is about, as a reference; `None` for a text that is no address of a
/// site that is known here. The scheme may be missing.
///
/// # Errors
/// The page is about no image that its address tells for sure.
pub(super) fn as_reference(text: &str) -> Result<Option<String>, AddressFault> {
    let address = text.strip_prefix("https://").or(text.strip_prefix("http://")).unwrap_or(text);
    let path = address.split(['?', '#', ';']).next().unwrap_or(address);
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let host = parts.next().unwrap_or_default().to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let parts: Vec<&str> = parts.collect();
    let site = SITES.iter().find(|(site, _)| *site == host);
    let example = match (site, parts.first()) {
        (Some((_, example)), _) => example,
        (None, Some(first)) if host == "quay.io" && QUAY.contains(first) => "quay.io/org/app:1.0",
        _ => return Ok(None),
    };
    let fault = || AddressFault::WebPage(host.to_owned(), example);
    let tag = text.split(['?', '&']).find_map(|part| part.strip_prefix("tag="));
    let named = image(host, &parts, tag).ok_or_else(fault)?;
    Ok(Some(query_string::decode(&named)?))
}

/// The image of a page by the parts of its path.
fn image(host: &str, parts: &[&str], tag: Option<&str>) -> Option<String> {
    Some(match (host, parts) {
        ("hub.docker.com", ["_", name, ..]) => format!("docker.io/library/{name}"),
        (
            "hub.docker.com",
            ["r", space, name, ..]
            | ["repository", "docker", space, name, ..]
            | ["v2", "repositories", space, name, ..],
        ) => format!("docker.io/{space}/{name}"),
        // Older pages have the name in front, too.
        (
            "hub.docker.com",
            ["layers", space, name, tag, "images", digest, ..]
            | ["layers", _, space, name, tag, "images", digest, ..],
        ) => format!("docker.io/{space}/{name}:{tag}@{}", digest.replacen('-', ":", 1)),
        ("quay.io", ["repository", name @ .., "tag", tag]) if name.len() > 1 => {
            format!("quay.io/{}:{tag}", name.join("/"))
        }
        ("quay.io", ["repository", name @ .., "manifest", digest]) if name.len() > 1 => {
            format!("quay.io/{}@{digest}", name.join("/"))
        }
        ("quay.io", ["repository", name @ ..]) if name.len() > 1 => {
            format!("quay.io/{}", name.join("/"))
        }
        (
            "github.com",
            [owner, _, "pkgs", "container", name, ..]
            | ["orgs" | "users", owner, "packages", "container", "package", name, ..]
            | ["orgs" | "users", owner, "packages", "container", name, ..],
        ) => {
            // GitHub ignores the case of names, and its registry has them in lower case.
            let name = format!("ghcr.io/{owner}/{}", query_string::decode(name).ok()?);
            let tag = tag.map(|tag| [":", tag].concat()).unwrap_or_default();
            name.to_ascii_lowercase() + &tag
        }
        ("gallery.ecr.aws", [_, _, ..]) => format!("public.ecr.aws/{}", parts.join("/")),
        (
            "console.cloud.google.com",
            ["artifacts", "docker", project, place, repository, name, rest @ ..],
        ) if !project.contains([':', '%']) => {
            let digest = rest.first().filter(|part| part.starts_with("sha256"));
            let digest = digest.map(|digest| ["@", digest].concat()).unwrap_or_default();
            format!("{place}-docker.pkg.dev/{project}/{repository}/{name}{digest}")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_about_an_image_is_read_as_the_image() {
        let check = |address: &str, expected: &str| {
            for text in [format!("https://{address}"), address.to_owned()] {
                let read = as_reference(&text);
                assert_eq!(read.as_ref().map(Option::as_deref), Ok(Some(expected)), "{text}");
            }
        };
        let hex = "0a".repeat(32);
        check("hub.docker.com/_/alpine", "docker.io/library/alpine");
        check("hub.docker.com/_/alpine/tags?page=2", "docker.io/library/alpine");
        check("hub.docker.com/r/library/alpine", "docker.io/library/alpine");
        check("hub.docker.com/r/grafana/grafana/", "docker.io/grafana/grafana");
        check("hub.docker.com/r/grafana/grafana/tags", "docker.io/grafana/grafana");
        check("hub.docker.com/r/grafana/grafana#readme", "docker.io/grafana/grafana");
        check("hub.docker.com/repository/docker/me/app/general", "docker.io/me/app");
        check("hub.docker.com/v2/repositories/library/alpine/tags", "docker.io/library/alpine");
        let layers = format!("library/alpine/3.20/images/sha256-{hex}?context=explore");
        let image = format!("docker.io/library/alpine:3.20@sha256:{hex}");
        check(&format!("hub.docker.com/layers/{layers}"), &image);
        check(&format!("hub.docker.com/layers/alpine/{layers}"), &image);
        check("quay.io/repository/prometheus/prometheus?tab=tags", "quay.io/prometheus/prometheus");
        check("quay.io/repository/a/b/c", "quay.io/a/b/c");
        check("quay.io/repository/a/b/tag/v1", "quay.io/a/b:v1");
        let manifest = format!("quay.io/repository/a/b/manifest/sha256:{hex}");
        check(&manifest, &format!("quay.io/a/b@sha256:{hex}"));
        check("github.com/Org/Repo/pkgs/container/App", "ghcr.io/org/app");
        check("www.github.com/org/repo/pkgs/container/app/123456?tag=V1", "ghcr.io/org/app:V1");
        check("github.com/org/repo/pkgs/container/repo%2Fapp", "ghcr.io/org/repo/app");
        check("github.com/orgs/org/packages/container/package/app", "ghcr.io/org/app");
        check("github.com/users/Ann/packages/container/app/versions", "ghcr.io/ann/app");
        check("gallery.ecr.aws/docker/library/alpine", "public.ecr.aws/docker/library/alpine");
        check("gallery.ecr.aws/bitnami/redis", "public.ecr.aws/bitnami/redis");
        check(
            &format!(
                "console.cloud.google.com/artifacts/docker/p/us-central1/r/app/sha256:{hex};tab=manifest?project=p"
            ),
            &format!("us-central1-docker.pkg.dev/p/r/app@sha256:{hex}"),
        );
        check(
            "console.cloud.google.com/artifacts/docker/p/europe/r/a%2Fb?project=p",
            "europe-docker.pkg.dev/p/r/a/b",
        );
    }

    #[test]
    fn a_page_about_no_image_is_refused() {
        for (address, site) in [
            ("hub.docker.com", "hub.docker.com"),
            ("hub.docker.com/u/grafana", "hub.docker.com"),
            ("hub.docker.com/r/grafana", "hub.docker.com"),
            ("hub.docker.com/search?q=alpine", "hub.docker.com"),
            ("hub.docker.com/layers/a/b", "hub.docker.com"),
            ("quay.io/organization/prometheus", "quay.io"),
            ("quay.io/repository/", "quay.io"),
            ("quay.io/repository/a", "quay.io"),
            ("github.com/org/repo", "github.com"),
            ("github.com/org?tab=packages", "github.com"),
            ("WWW.GitHub.com/org/repo/releases/tag/v1", "github.com"),
            ("gallery.ecr.aws/bitnami", "gallery.ecr.aws"),
            ("gallery.ecr.aws/?searchTerm=a", "gallery.ecr.aws"),
            ("console.cloud.google.com/gcr/images/p/global/a", "console.cloud.google.com"),
            ("console.cloud.google.com/artifacts/docker/p/us/r?x=1", "console.cloud.google.com"),
            (
                "console.cloud.google.com/artifacts/docker/example.com:p/us/r/a",
                "console.cloud.google.com",
            ),
            ("gitlab.com/group/project/container_registry/1", "gitlab.com"),
            ("artifacthub.io/packages/helm/a/b", "artifacthub.io"),
        ] {
            let read = as_reference(&["https://", address].concat());
            let is_refused = matches!(&read, Err(AddressFault::WebPage(host, _)) if host == site);
            assert!(is_refused, "{address}: {read:?}");
        }
    }

    #[test]
    fn what_is_no_such_page_is_left_alone() {
        for text in [
            "alpine",
            "https://gcr.io/distroless/static",
            "gcr.io/distroless/static:latest",
            "quay.io/prometheus/prometheus:v3",
            "https://quay.io/a/repository",
            "https://ghcr.io/org/app",
            "hub.docker.company/_/alpine",
            "",
        ] {
            assert_eq!(as_reference(text), Ok(None), "{text}");
        }
    }
}
