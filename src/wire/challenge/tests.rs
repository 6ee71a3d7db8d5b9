#![allow(clippy::unwrap_used)]

use super::*;

/// Challenges as one line each: `scheme name=value name=value` or `scheme ~token68`.
fn show(fields: &[&str]) -> Result<Vec<String>, Malformed> {
    let challenges = parse(fields.iter().copied())?;
    Ok(challenges
        .iter()
        .map(|challenge| {
            let mut words = vec![challenge.scheme.clone()];
            words.extend(challenge.token68.iter().map(|token| format!("~{token}")));
            words
                .extend(challenge.parameters.iter().map(|(name, value)| format!("{name}={value}")));
            words.join(" ")
        })
        .collect())
}

fn check(field: &str, expected: &[&str]) {
    let expected = expected.iter().map(|line| (*line).to_owned()).collect();
    assert_eq!(show(&[field]), Ok(expected), "{field}");
}

fn fails(field: &str, expected: Malformed) {
    assert_eq!(show(&[field]), Err(expected), "{field}");
}

#[test]
fn r063_the_grammar_of_rfc_9110() {
    check("", &[]);
    check(" , ,, ", &[]);
    check("Basic", &["basic"]);
    check("Basic realm=x", &["basic realm=x"]);
    check("BEARER Realm=\"a\"", &["bearer realm=a"]);
    check("Basic realm=/", &["basic realm=/"]);
    check("Basic realm=/, charset=UTF-8", &["basic realm=/ charset=UTF-8"]);
    check(
        "Bearer realm=https://a.example/t?x=1,service=s:5000",
        &["bearer realm=https://a.example/t?x=1 service=s:5000"],
    );
    check("Basic realm=(none), Bearer realm=[x]", &["basic realm=(none)", "bearer realm=[x]"]);
    check("Bearer realm = \"a\" , service\t=\tb", &["bearer realm=a service=b"]);
    check("Bearer realm=\"a, b\",scope=\"x y\"", &["bearer realm=a, b scope=x y"]);
    check(r#"Bearer realm="a\"\\b""#, &[r#"bearer realm=a"\b"#]);
}

#[test]
fn r063_token68() {
    check("Negotiate", &["negotiate"]);
    check("Negotiate YWJj", &["negotiate ~YWJj"]);
    check("Negotiate YWI=", &["negotiate ~YWI="]);
    check("Negotiate YQ==, Basic realm=x", &["negotiate ~YQ==", "basic realm=x"]);
    check("Negotiate a.b-c_d~e+f/g", &["negotiate ~a.b-c_d~e+f/g"]);
    check("Basic realm=x, Negotiate YQ==", &["basic realm=x", "negotiate ~YQ=="]);
}

#[test]
fn r063_several_challenges_in_one_field() {
    check(
        "Bearer realm=\"a\",service=\"s\", Basic realm=\"b\"",
        &["bearer realm=a service=s", "basic realm=b"],
    );
    check("Basic, Bearer realm=a", &["basic", "bearer realm=a"]);
    check("Basic realm=a, , Digest nonce=b", &["basic realm=a", "digest nonce=b"]);
    check(
        "Newauth realm=\"apps\", type=1, title=\"L\\\"a\\\"\", Basic realm=\"simple\"",
        &["newauth realm=apps type=1 title=L\"a\"", "basic realm=simple"],
    );
}

#[test]
fn d06_every_field_is_looked_at() {
    let fields = ["Basic realm=\"b\"", "Negotiate", "Bearer realm=\"https://a.example/t\""];
    assert_eq!(show(&fields).unwrap().len(), 3);
    let challenges = parse(fields).unwrap();
    assert!(matches!(choose(&challenges), Some(Demand::Bearer { .. })));
}

#[test]
fn r063_fields_joined_by_fetch_read_as_if_apart() {
    let fields =
        ["Basic realm=\"a, b\"", "Bearer realm=\"https://a.example/t\",scope=\"x\"", "Negotiate"];
    assert_eq!(show(&[&fields.join(", ")]), show(&fields));
}

#[test]
fn r063_malformed_fields_are_rejected_whole() {
    fails("Bearer realm=a,realm=b", Malformed::Duplicate);
    fails("Basic realm=x, Bearer realm=a,REALM=b", Malformed::Duplicate);
    fails("Bearer realm=\"a", Malformed::OpenQuote);
    fails("Bearer realm=\"a\\", Malformed::OpenQuote);
    fails("Bearer realm=", Malformed::Parameter);
    fails("Bearer realm= , service=x", Malformed::Parameter);
    fails("Bearer realm=\"a\" service=\"b\"", Malformed::Separator);
    fails("Bearer realm=\"a\"x", Malformed::Separator);
    fails("=x", Malformed::Scheme);
    fails("\"Bearer\"", Malformed::Scheme);
    fails("Bearer =x", Malformed::Parameter);
    fails("Bearer a b", Malformed::Parameter);
}

#[test]
fn r063_bearer_is_preferred_then_basic_and_others_are_ignored() {
    let demand = |field: &str| choose(&parse([field]).unwrap());
    let bearer = demand("Basic realm=b, Bearer realm=\"https://a.example\",service=s");
    let expected = Demand::Bearer {
        realm: "https://a.example".to_owned(),
        service: Some("s".to_owned()),
        scope: None,
        error: None,
    };
    assert_eq!(bearer, Some(expected));
    let basic = Some(Demand::Basic { realm: Some("b".to_owned()) });
    assert_eq!(demand("Negotiate, Basic realm=b"), basic);
    assert_eq!(demand("Bearer, Basic realm=b"), basic);
    assert_eq!(demand("Bearer realm=\"\", Basic realm=b"), basic);
    assert_eq!(demand("Negotiate"), None);
    assert_eq!(demand(""), None);
}

#[test]
fn r025_the_challenges_error_is_read() {
    let error = |field: &str| parse([field]).unwrap().first().unwrap().error();
    assert_eq!(error("Bearer error=\"invalid_token\""), Some(ChallengeError::InvalidToken));
    let scope = Some(ChallengeError::InsufficientScope);
    assert_eq!(error("Bearer error=insufficient_scope"), scope);
    let other = Some(ChallengeError::Other("x".to_owned()));
    assert_eq!(error("Bearer error=x"), other);
    assert_eq!(error("Bearer realm=x"), None);
}

#[test]
fn r063_printing_and_parsing_are_inverse() {
    let texts = ["a", "a b", "a,b", "a\"b", "a\\b", "é", "", "=", "https://x/?a=b&c"];
    for first in texts {
        for second in texts {
            let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
            let field = format!("Bearer realm=\"{}\" , scope=\"{}\",", quote(first), quote(second));
            let challenge = parse([field.as_str()]).unwrap().remove(0);
            assert_eq!(challenge.parameter("realm"), Some(first));
            assert_eq!(challenge.parameter("scope"), Some(second));
        }
    }
}

#[test]
fn cap_challenge_parameters_refuses_a_field_with_more() {
    let field = |count: usize| {
        let parameters: Vec<_> = (0..count).map(|at| format!("p{at}=x")).collect();
        ["Bearer ", &parameters.join(",")].concat()
    };
    assert_eq!(show(&[&field(caps::CHALLENGE_PARAMETERS)]).map(|lines| lines.len()), Ok(1));
    fails(&field(caps::CHALLENGE_PARAMETERS + 1), Malformed::TooMuch);
}

#[test]
fn cap_challenges_refuses_an_answer_with_more() {
    let field = |count: usize| vec!["Basic realm=x"; count].join(", ");
    assert_eq!(show(&[&field(caps::CHALLENGES)]).map(|lines| lines.len()), Ok(caps::CHALLENGES));
    fails(&field(caps::CHALLENGES + 1), Malformed::TooMuch);
    let fields = vec!["Basic"; caps::CHALLENGES + 1];
    assert_eq!(show(&fields), Err(Malformed::TooMuch));
}

#[test]
fn cap_challenge_bytes_counts_all_fields_of_an_answer() {
    let field = |length: usize| format!("{:<length$}", "Basic");
    let half = caps::CHALLENGE_BYTES / 2;
    assert!(show(&[&field(half), &field(half)]).is_ok());
    assert_eq!(show(&[&field(half), &field(half + 1)]), Err(Malformed::TooMuch));
}
