//! The references worth opening, and what each shows.

/// Reference (without host) and what it shows, in the order of a tour.
pub const CATALOGUE: &[(&str, &str)] = &[
    (
        "library/harbour:1.4.2",
        "OCI index: five platforms with variants, attestations, referrers, cosign tags",
    ),
    ("library/harbour:1.4.2-amd64", "one OCI image: config, history, layers, referrers of its own"),
    ("library/harbour", "one image at several tags"),
    ("demo/nested:latest", "an index in an index in an index"),
    ("demo/layers:latest", "gzip, zstd and plain layers; whiteouts, links, odd names, large files"),
    (
        "docker/classic:latest",
        "Docker manifest list with schema 2 children, one of them Windows with a foreign layer",
    ),
    ("docker/classic:schema1", "Docker schema 1, signed"),
    ("demo/artifact:v1", "artifact with a type, an empty config and titled files"),
    ("demo/artifact:withdrawn", "the artifact manifest that image-spec 1.1 took back"),
    ("charts/harbour:0.4.1", "Helm chart"),
    (
        "demo/fallback:latest",
        "referrers known by the fallback tag alone, with a circle (seen with --referrers absent)",
    ),
    ("demo/many-tags", "5,000 tags"),
    ("broken/content:wrong-layer", "a layer whose bytes do not match its digest"),
    ("broken/content:wrong-size", "a layer that is larger than its descriptor says"),
    ("broken/content:wrong-diff-id", "a layer that is not what the config promises"),
    ("broken/content:wrong-manifest", "a manifest whose bytes do not match its digest"),
    ("broken/content:missing-child", "an index with a child that is not there"),
    ("broken/content:missing-layer", "an image with a layer that is not there"),
    ("broken/content:missing-config", "an image without its config"),
    ("broken/content:not-json", "a manifest that is not JSON"),
    ("broken/content:empty-document", "a manifest of no bytes"),
    ("broken/content:deep", "100,000 levels of JSON"),
    ("broken/content:unknown-type", "a media type that nobody knows"),
    ("broken/content:duplicate-keys", "a JSON object with the same key twice"),
    ("broken/content:ambiguous", "an image that is also an index"),
    ("broken/content:type-confused", "an image that says it is an index"),
    ("broken/content:config-not-json", "a config that is not JSON"),
    ("broken/content:many-children", "an index of 3,000 children"),
    ("broken/hostile:latest", "hostile annotations, labels, history and file names"),
    ("broken/hostile:index", "hostile platforms"),
];
