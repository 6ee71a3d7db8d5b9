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

/// Returns the rule by which we read a challenge otherwise than the client of the table.
fn other_reading(header: &str, theirs: &Plain) -> Option<&'static str> {
    let (bare, is_closed) = without_quoted(header);
    let parts = || bare.split(',').map(str::trim);
    let has_no_value = |part: &str| part.ends_with('=');
    let is_lone_word = |part: &str| !part.is_empty() && !part.contains(['=', ' ']);
    match () {
        () if !is_closed => Some("an open quote breaks the grammar: nothing is used (R63)"),
        () if parts().any(has_no_value) => {
            Some("a parameter without a value breaks the grammar: nothing is used (R63)")
        }
        () if parts().skip(1).any(is_lone_word) => {
            Some("a word alone begins a challenge (RFC 9110, 11.3)")
        }
        () if theirs.iter().any(|(scheme, _)| scheme == "unknown") => {
            Some("we name the scheme; oras-go calls all that it does not know “unknown”")
        }
        () => None,
    }
}

/// Returns a field with `""` for each quoted text, and true if every quote is closed.
fn without_quoted(header: &str) -> (String, bool) {
    let (mut bare, mut is_quoted, mut characters) = (String::new(), false, header.chars());
    while let Some(character) = characters.next() {
        match character {
            '\\' if is_quoted => drop(characters.next()),
            '"' => {
                is_quoted = !is_quoted;
                bare.push('"');
            }
            _ if is_quoted => {}
            other => bare.push(other),
        }
    }
    (bare, !is_quoted)
}

#[test]
fn each_other_reading_of_a_challenge_has_its_rule() {
    let unknown = vec![("unknown".to_owned(), BTreeMap::new())];
    for (header, theirs, rule) in [
        ("Bearer realm=\"https://a.example/token\",service=\"b", Vec::new(), Some("an open")),
        ("Bearer realm=\"https://a.example/token\",service=", Vec::new(), Some("a parameter")),
        (
            "Bearer realm=\"https://a.example/token\",service= , a=b",
            Vec::new(),
            Some("a parameter"),
        ),
        ("Bearer realm=\"https://a.example/token\",service", Vec::new(), Some("a word")),
        ("foo bar", unknown, Some("we name")),
        ("Bearer realm=\"https://a.example/to,ken=\",service=\"a\\\"b=\"", Vec::new(), None),
        ("Bearer realm=\"\",scope=\"a b\", Basic realm=c", Vec::new(), None),
        ("Negotiate", Vec::new(), None),
    ] {
        let found = other_reading(header, &theirs);
        assert!(
            rule.map_or(found.is_none(), |rule| found.is_some_and(|f| f.starts_with(rule))),
            "{header}"
        );
    }
}

#[test]
fn r063_challenges_of_other_clients() {
    let tables = ["containerd", "containers-image", "distribution", "oras", "regclient"];
    let mut different = 0;
    for case in tables.iter().flat_map(|table| cases(&format!("vector/challenge-{table}.json"))) {
        let header = text(&case, "header");
        let found = challenge::parse([header]);
        let theirs = if case["error"] == true { None } else { Some(expected(&case)) };
        let ours = found.ok().map(|list| plain(&list));
        let rule = other_reading(header, theirs.as_ref().unwrap_or(&Vec::new()));
        match rule.filter(|_| ours != theirs) {
            Some(rule) => {
                println!("differs on purpose: {header:?}: {rule}");
                different += 1;
            }
            None => assert_eq!(ours, theirs, "{header:?}"),
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
                assert_ne!(url.origin(), request.origin(), "{field}");
                assert_eq!(url.to_string(), next);
            }
            (NextLink::None | NextLink::Broken(_), None) => {}
            (found, next) => panic!("{field:?}: {found:?} where {next:?} is wanted"),
        }
    }
}

/// Returns true if the name of a parameter is a token with a character that regclient does not take.
fn has_odd_parameter(field: &str) -> bool {
    let names = field
        .split(';')
        .skip(1)
        .filter_map(|part| part.split_once('='))
        .map(|(name, _)| name.trim());
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.*".contains(c);
    let mut tokens = names.filter(|name| !name.is_empty() && name.chars().all(is_token));
    tokens.any(|name| !name.chars().all(is_plain))
}

#[test]
fn r098_link_grammar_of_regclient() {
    for case in cases("vector/link-parse-regclient.json") {
        let name = text(&case, "name");
        let links = link::parse(texts(&case["headers"]));
        // A token may contain `&` and its like (RFC 9110, 5.6.2), so the name of a parameter may too.
        let has_odd_name = texts(&case["headers"]).iter().any(|field| has_odd_parameter(field));
        match case["error"] == true {
            true if has_odd_name => assert!(links.is_ok(), "{name}"),
            true => assert!(links.is_err(), "{name}"),
            false => {
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
        let unexpected = format!("unexpected status code {status} ");
        let theirs = match text(&case, "msg").strip_prefix(&unexpected) {
            Some(words) => match words.split_once(": ") {
                Some((reason, raw)) => format!("{reason}: {raw:?}"),
                None => words.to_owned(),
            },
            None => text(&case, "msg").to_owned(),
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
