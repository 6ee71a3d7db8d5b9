//! Checks the wire protocol against the tables of other clients: challenges, scopes, links, errors. Each
//! intended difference stands here with its reason.

use std::collections::BTreeMap;

use porthole::{
    oci::Host,
    wire::{
        Action, ErrorDocument, ScopeSet, Url, base,
        challenge::{self, Challenge},
        host,
        link::{self, NextLink},
    },
};
use serde_json::Value;

use crate::fixtures::cases;

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

type Plain = Vec<(String, BTreeMap<String, String>)>;

fn plain(challenges: &[Challenge]) -> Plain {
    let one = |challenge: &Challenge| {
        (challenge.scheme.clone(), challenge.parameters.iter().cloned().collect())
    };
    challenges.iter().map(one).collect()
}

fn expected(case: &Value) -> Plain {
    let one = |challenge: &Value| {
        let parameters = challenge["params"].as_object().expect("params is an object");
        let parameters = parameters
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        (text(challenge, "scheme").to_owned(), parameters.collect())
    };
    case["challenges"].as_array().expect("challenges is a list").iter().map(one).collect()
}

/// The challenges that we read otherwise than the client of the table, with the reasons.
const OTHER_CHALLENGES: [(&str, &str); 4] = [
    ("foo bar", "we name the scheme; oras-go calls all it does not know “unknown”"),
    (
        "Bearer realm=\"https://auth.example.io/token\",service",
        "a word alone begins a challenge (RFC 9110, 11.3); oras-go drops it",
    ),
    (
        "Bearer realm=\"https://auth.example.io/token\",service=",
        "a parameter without a value breaks the grammar: nothing is used (R63); oras-go drops it",
    ),
    (
        "Bearer realm=\"https://auth.example.io/token\",service= ",
        "a parameter without a value breaks the grammar: nothing is used (R63); oras-go drops it",
    ),
];

#[test]
fn r063_challenges_of_other_clients() {
    let tables = ["containerd", "containers-image", "distribution", "oras", "regclient"];
    let mut different = 0;
    for case in tables.iter().flat_map(|table| cases(&format!("vector/challenge-{table}.json"))) {
        let header = text(&case, "header");
        let found = challenge::parse([header]);
        if let Some((_, reason)) = OTHER_CHALLENGES.iter().find(|(known, _)| *known == header) {
            println!("differs on purpose: {header:?}: {reason}");
            assert_ne!(found.map(|list| plain(&list)), Ok(expected(&case)), "{header:?}");
            different += 1;
        } else if case["error"] == true {
            assert!(found.is_err(), "{header:?}");
        } else {
            assert_eq!(found.map(|list| plain(&list)), Ok(expected(&case)), "{header:?}");
        }
    }
    println!("{different} deliberate differences");
}

#[test]
fn r069_scopes_of_oras() {
    for case in cases("vector/scope-clean.json") {
        let set: ScopeSet = texts(&case["scopes"]).into_iter().collect();
        assert_eq!(set.to_texts(), texts(&case["want"]), "{}", text(&case, "name"));
    }
    for case in cases("vector/scope-repository.json") {
        let action = |name: &&str| match *name {
            "push" => Action::Push,
            _ => Action::Pull,
        };
        let actions: Vec<Action> = texts(&case["actions"]).iter().map(action).collect();
        // A repository must have a name, so there is no scope without one.
        let set =
            text(&case, "repository").parse().map(|name| ScopeSet::repository(&name, &actions));
        assert_eq!(set.map(|set| set.to_string()).unwrap_or_default(), text(&case, "want"));
    }
}

#[test]
fn r098_next_links_of_other_clients() {
    let tables = ["vector/link-next-ggcr.json", "vector/link-next-oras.json"];
    for case in tables.iter().flat_map(|table| cases(table)) {
        let request = Url::parse(text(&case, "requestUrl")).unwrap();
        let field = text(&case, "link");
        match (link::next(&request, [field]), case["next"].as_str()) {
            (NextLink::Next(url), Some(next)) => assert_eq!(url.to_string(), next),
            // oras-go follows it, and a credential would follow too (GHSA-h7vf-4x9w-h99v).
            (NextLink::OtherOrigin(url), Some(next)) => {
                assert_eq!(text(&case, "name"), "other domain");
                assert_eq!(url.to_string(), next);
            }
            (NextLink::None | NextLink::Broken(_), None) => {}
            (found, next) => panic!("{field:?}: {found:?} where {next:?} is wanted"),
        }
    }
}

#[test]
fn r098_link_grammar_of_regclient() {
    for case in cases("vector/link-parse-regclient.json") {
        let name = text(&case, "name");
        let links = link::parse(texts(&case["headers"]));
        match name {
            // A token may contain `&` (RFC 9110, 5.6.2), so the name of a parameter may too.
            "invalid parm" => assert!(links.is_ok()),
            _ if case["error"] == true => assert!(links.is_err(), "{name}"),
            _ => {
                let (param, value) = (text(&case, "param"), text(&case, "value"));
                let links = links.expect("the field can be read");
                let found = links.iter().find(|link| link.parameter(param) == Some(value));
                assert_eq!(found.map(|link| link.target.as_str()), case["uri"].as_str(), "{name}");
            }
        }
    }
}

#[test]
fn r017_error_texts_of_other_clients() {
    for case in cases("vector/registry-error-oras.json") {
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let shown = ErrorDocument::read(status, text(&case, "body").as_bytes()).to_string();
        for mention in texts(&case["mustMention"]) {
            assert!(shown.contains(mention), "{shown}");
        }
    }
    for case in cases("vector/registry-error-unknown.json") {
        let status = u16::try_from(case["code"].as_u64().unwrap()).unwrap();
        let body = text(&case, "errorBody");
        let shown = ErrorDocument::read(status, body.as_bytes()).to_string();
        // Our texts begin with the status, and quote a body that is no error document.
        let theirs = text(&case, "msg").replacen("unexpected status code 400 ", "", 1);
        let theirs = match theirs.split_once(": ") {
            Some(("Bad Request", raw)) => format!("Bad Request: {raw:?}"),
            _ => theirs,
        };
        assert_eq!(shown, format!("HTTP {status} {theirs}"));
    }
}

#[test]
fn r045_codes_that_ggcr_retries() {
    use porthole::wire::{Code, backoff};
    for case in cases("vector/registry-error-temporary.json") {
        let codes: Vec<Code> = case["error"]["Errors"]
            .as_array()
            .map(|list| list.iter().map(|entry| Code::parse(text(entry, "Code"))).collect())
            .unwrap_or_default();
        // We use the status with which distribution sends the code (errcode/register.go).
        let status = |code: &Code| match code {
            Code::Unavailable => 503,
            Code::TooManyRequests => 429,
            Code::Denied => 403,
            _ => 400,
        };
        let outcome = |code: &Code| backoff::Outcome::Status(status(code));
        let retried =
            !codes.is_empty() && codes.iter().all(|code| backoff::may_pass(outcome(code)));
        assert_eq!(retried, case["retry"].as_bool().unwrap(), "{codes:?}");
    }
}

#[test]
fn r013_schemes_and_private_addresses_of_ggcr() {
    for case in cases("vector/ggcr-registry-scheme.json") {
        let host: Host = text(&case, "domain").parse().unwrap();
        assert_eq!(base::default_scheme(&host).as_str(), text(&case, "scheme"), "{host}");
    }
    for case in cases("vector/ggcr-registry-private-address.json") {
        let name = text(&case, "registry").split(':').next().unwrap_or_default();
        let reach = host::canonical(name).map(|host| host::reach(&host));
        let private = reach == Some(host::Reach::Local);
        assert_eq!(private, case["private"].as_bool().unwrap(), "{name}");
    }
}
