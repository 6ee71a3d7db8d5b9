//! Platforms, their order, and the choice of an image of an index.

use porthole::oci::{
    Compression, Document, MediaType, Platform, chain_ids, index_sort, parse_document, stacked,
};
use serde_json::Value;

use crate::{
    differences::check,
    fixtures::{of_kind, text, vector},
};

/// Reads a platform from JSON with the field names of Go.
fn platform(value: &Value) -> Platform {
    let features = value["OSFeatures"].as_array().cloned().unwrap_or_default();
    Platform {
        os_version: value["OSVersion"].as_str().map(str::to_owned),
        os_features: features.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect(),
        ..Platform::new(&text(value, "OS"), &text(value, "Architecture"), &text(value, "Variant"))
    }
}

fn parse(text: &str) -> Platform {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn r148_selectors_are_read_as_containerd_and_regclient_do() {
    for case in vector("platform-parse") {
        let input = text(&case, "input");
        let expected = Platform::new(
            &text(&case, "os"),
            &text(&case, "architecture"),
            &text(&case, "variant"),
        );
        check("platform-parse", &input, parse(&input), expected);
        check("platform-parse", &input, parse(&input).to_string(), text(&case, "formatted"));
    }
    for case in vector("platform-parse-regclient") {
        let input = text(&case, "input");
        let theirs = (case["error"] == false).then(|| platform(&case["platform"]));
        check("platform-parse-regclient", &input, input.parse().ok(), theirs);
    }
    for case in vector("platform-parse-invalid") {
        let input = text(&case, "input");
        check("platform-parse-invalid", &input, input.parse::<Platform>().is_ok(), false);
    }
    for case in vector("platform-string-ggcr") {
        let input = text(&case, "string");
        check("platform-string-ggcr", &input, parse(&input), platform(&case["platform"]));
    }
}

#[test]
fn images_run_on_a_host_as_containerd_says() {
    let list = |case: &Value, field: &str| -> Vec<String> {
        let items = case[field].as_array().expect("a list");
        items.iter().map(|item| item.as_str().expect("a text").to_owned()).collect()
    };
    for case in vector("platform-only") {
        let host = parse(&text(&case, "platform"));
        for image in list(&case, "ordered") {
            assert!(parse(&image).fit(&host).is_some(), "{image} on {host}");
        }
        for image in list(&case, "notMatching") {
            assert!(parse(&image).fit(&host).is_none(), "{image} on {host}");
        }
    }
    for case in vector("platform-only-strict") {
        let host = parse(&text(&case, "platform"));
        let exact = |image: &str| parse(image).fit(&host).is_some_and(|fit| fit.is_exact());
        for image in list(&case, "ordered") {
            assert!(exact(&image), "{image} on {host}");
        }
        for image in list(&case, "notMatching") {
            assert!(!exact(&image), "{image} on {host}");
        }
    }
}

#[test]
fn images_are_compared_as_regclient_does() {
    for case in vector("platform-compare-regclient") {
        let name = text(&case, "name");
        let (host, target) = (platform(&case["host"]), platform(&case["target"]));
        let fit = target.fit(&host);
        let previous = platform(&case["prev"]).fit(&host);
        let exact = fit.as_ref().is_some_and(porthole::oci::Fit::is_exact);
        let better = fit.is_some() && previous.is_none_or(|previous| fit < Some(previous));
        let vector = "platform-compare-regclient";
        check(vector, &name, exact, case["expectMatch"] == true);
        check(&format!("{vector} compatible"), &name, fit.is_some(), case["expectCompat"] == true);
        check(vector, &name, better, case["expectBetter"] == true);
    }
}

#[test]
fn platforms_satisfy_requirements_as_in_ggcr() {
    for case in vector("platform-satisfies-ggcr") {
        let (have, spec) = (platform(&case["have"]), platform(&case["spec"]));
        let input = case.to_string();
        check("platform-satisfies-ggcr", &input, have.satisfies(&spec), case["sat"] == true);
    }
}

#[test]
fn the_image_for_a_platform_is_chosen_as_podman_does() {
    for name in ["choose-instance", "choose-instance-compression"] {
        for case in vector(name) {
            check_choices(name, &case);
        }
    }
}

fn check_choices(name: &str, case: &Value) {
    let document = parse_document(text(case, "document").into(), Some(&MediaType::OCI_INDEX));
    let Document::Index(index) = &document.value else { panic!("{name}: no index") };
    let choose = |architecture: &str, variant: &str, gzip: bool| {
        let preferred = if gzip { Compression::Gzip } else { Compression::Zstd };
        let chosen = index.choose(&Platform::new("linux", architecture, variant), preferred);
        chosen.map(|entry| entry.digest.to_string())
    };
    for wanted in case["matches"].as_array().expect("matches") {
        let (architecture, variant) = (text(wanted, "arch"), text(wanted, "variant"));
        let ours = choose(&architecture, &variant, wanted["preferGzip"] == true);
        let input = format!("{architecture}/{variant}");
        check(name, &input, ours, Some(text(wanted, "instanceDigest")));
    }
    for architecture in case["noMatch"].as_array().expect("noMatch") {
        let ours = choose(architecture.as_str().expect("a text"), "", false);
        assert_eq!(ours, None, "{name}: {architecture}");
    }
}

#[test]
fn platforms_of_an_index_are_sorted_as_official_images_are() {
    for fixture in of_kind("index-sort") {
        let expected: Value = serde_json::from_slice(&fixture.read("")).expect("JSON");
        let entries = expected.as_array().or(expected["manifests"].as_array()).expect("a list");
        // They are platforms, or descriptors of manifests with one; an attestation has its place by its image.
        if entries.iter().any(|entry| entry["digest"].is_string()) {
            check_sorted_entries(entries);
            continue;
        }
        let expected: Vec<Platform> = entries.iter().map(as_written).collect();
        if let Some(count) = fixture.expected["count"].as_u64() {
            assert_eq!(expected.len() as u64, count);
        }
        let mut shuffled: Vec<Platform> = expected.iter().rev().cloned().collect();
        shuffled.sort_by_key(|platform| platform.to_string().len() * 31 % 17);
        index_sort::sort_platforms(&mut shuffled);
        assert_eq!(shuffled, expected);
    }
}

fn check_sorted_entries(entries: &[Value]) {
    let index = serde_json::json!({ "schemaVersion": 2, "manifests": entries }).to_string();
    let parsed = parse_document(index.into(), Some(&MediaType::OCI_INDEX));
    let Document::Index(index) = parsed.value else { panic!("no index") };
    let mut shuffled = index.manifests.clone();
    shuffled.reverse();
    index_sort::sort(&mut shuffled);
    assert_eq!(shuffled, index.manifests);
}

/// Reads a platform from JSON with the names of the image specification.
fn as_written(value: &Value) -> Platform {
    let os_version = value["os.version"].as_str().map(str::to_owned);
    let named =
        Platform::new(&text(value, "os"), &text(value, "architecture"), &text(value, "variant"));
    Platform { os_version, ..named }
}

#[test]
fn chain_ids_are_those_of_the_specification() {
    for case in vector("chain-id") {
        let texts = |field: &str| -> Vec<String> {
            let items = case[field].as_array().expect("a list");
            items.iter().map(|item| item.as_str().expect("a text").to_owned()).collect()
        };
        // Its diff IDs are no digests, so only the step from one to the next can be checked.
        let (diff_ids, expected) = (texts("diffIds"), texts("chainIds"));
        let steps = expected.iter().zip(diff_ids.iter().skip(1));
        let chain: Vec<String> = diff_ids
            .iter()
            .take(1)
            .cloned()
            .chain(steps.map(|(below, diff_id)| stacked(below, diff_id).to_string()))
            .collect();
        assert_eq!(chain, expected);
    }
    assert_eq!(chain_ids(&[]), []);
}
