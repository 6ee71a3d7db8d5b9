//! The answers of each origin. The repository's name holds the number of a scenario, and the registry
//! behaves as that scenario says.

use axum::{
    body::Body,
    http::{
        HeaderValue, Method, StatusCode,
        header::{ALLOW, CONTENT_TYPE, LINK, LOCATION, WWW_AUTHENTICATE},
        request::Parts,
    },
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Attack, PASSWORD, Places, TOKEN, USER,
    scenario::{self, Scenario},
};

/// Answers one request at one origin.
pub(super) fn answer(origin: usize, places: &Places, parts: &Parts, body: &[u8]) -> Response {
    if parts.method == Method::OPTIONS {
        return finish(reply(204));
    }
    finish(match origin {
        0 => registry(places, parts),
        1 => token_server(places, parts, &String::from_utf8_lossy(body)),
        _ => elsewhere(places, parts),
    })
}

/// Allows every origin and exposes every header, so that CORS alone prevents no leak.
fn finish(mut response: Response) -> Response {
    let fields = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE"),
        (
            "access-control-allow-headers",
            "authorization, content-type, content-range, accept, range",
        ),
        (
            "access-control-expose-headers",
            "www-authenticate, location, link, range, docker-content-digest, docker-upload-uuid",
        ),
    ];
    for (name, value) in fields {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn reply(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response
}

/// Sets a header if HTTP allows its value. Some hostile values cannot be sent at all.
fn with(
    mut response: Response,
    name: impl axum::http::header::IntoHeaderName,
    value: &str,
) -> Response {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        response.headers_mut().insert(name, value);
    }
    response
}

fn json(status: u16, media_type: &str, text: String) -> Response {
    let mut response = with(reply(status), CONTENT_TYPE, media_type);
    *response.body_mut() = Body::from(text);
    response
}

/// Returns the scenario whose number stands in `/v2/c/<number>/…`.
fn scenario_of(places: &Places, path: &str) -> Option<Scenario> {
    let number = path.strip_prefix("/v2/c/")?.split('/').next()?;
    scenario::all(places).into_iter().nth(number.parse().ok()?)
}

fn authorization(parts: &Parts) -> &str {
    parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn registry(places: &Places, parts: &Parts) -> Response {
    let Some(scenario) = scenario_of(places, parts.uri.path()) else { return reply(200) };
    let shown = authorization(parts);
    let basic = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
    let bearer = format!("Bearer {TOKEN}");
    let honest = format!("Bearer realm=\"http://{}/token\",service=\"canary\"", places.tokens);
    let unauthorized = |challenge: &str| with(reply(401), WWW_AUTHENTICATE, challenge);
    match &scenario.attack {
        Attack::Realm(realm) => unauthorized(&format!("Bearer realm=\"{}\"", escape(realm))),
        Attack::TwoChallenges(realm) if shown != basic => {
            unauthorized(&format!("Basic realm=\"x\", Bearer realm=\"{realm}\""))
        }
        Attack::MoreScope(realm) if shown == bearer => unauthorized(&format!(
            "Bearer realm=\"{realm}\",error=\"insufficient_scope\",scope=\"repository:c/x:pull,push\""
        )),
        Attack::TwoChallenges(_) => manifest(places),
        // Half of the other scenarios use Basic and half a token, so that both kinds are tested.
        _ if scenario.name.len() % 2 == 0 && shown != basic => unauthorized("Basic realm=\"x\""),
        _ if scenario.name.len() % 2 == 1 && shown != bearer => unauthorized(&honest),
        _ => attack(&scenario, places, parts),
    }
}

fn attack(scenario: &Scenario, places: &Places, parts: &Parts) -> Response {
    let [_, _, c, d] = places.others;
    let uploading = parts.uri.path().contains("/blobs/uploads/");
    let own = "/v2/c/0/blobs/uploads/1?state=x";
    match &scenario.attack {
        Attack::Redirect(status) => {
            with(reply(*status), LOCATION, &format!("http://127.0.0.1:{c}{}", parts.uri.path()))
        }
        Attack::RedirectToChallenge(_) => {
            let target = format!("http://127.0.0.1:{d}{}", parts.uri.path());
            with(reply(307), LOCATION, &target)
        }
        Attack::StartLocation(there) if uploading => with(reply(202), LOCATION, there),
        Attack::ChunkLocation(there) if parts.method == Method::PATCH => {
            with(with(reply(202), LOCATION, there), "range", "0-4095")
        }
        // The path keeps the number of the scenario, so that the next chunk gets the same attack.
        Attack::ChunkLocation(_) if uploading => {
            let path = parts.uri.path().trim_end_matches('/');
            with(reply(202), LOCATION, &format!("{path}/1?state=x"))
        }
        Attack::Link(next) => {
            with(list(scenario.operation), LINK, &format!("<{next}>; rel=\"next\""))
        }
        Attack::ForeignLayer(there) => foreign(there),
        _ if uploading => with(reply(202), LOCATION, own),
        _ => manifest(places),
    }
}

/// Escapes the two characters that a quoted string of HTTP may not hold as they are.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn manifest(_: &Places) -> Response {
    json(200, MANIFEST, document("application/vnd.oci.image.layer.v1.tar", ""))
}

fn foreign(there: &str) -> Response {
    let layer = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    json(200, MANIFEST, document(layer, &format!(",\"urls\":[\"{there}\"]")))
}

fn document(layer: &str, urls: &str) -> String {
    format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{MANIFEST}\",\"config\":{{\"mediaType\":\
         \"application/vnd.oci.image.config.v1+json\",\"digest\":\"{DIGEST}\",\"size\":0}},\
         \"layers\":[{{\"mediaType\":\"{layer}\",\"digest\":\"{DIGEST}\",\"size\":0{urls}}}]}}"
    )
}

fn list(operation: &str) -> Response {
    if operation == "referrers" {
        let index = "application/vnd.oci.image.index.v1+json";
        let text = format!("{{\"schemaVersion\":2,\"mediaType\":\"{index}\",\"manifests\":[]}}");
        return json(200, index, text);
    }
    json(200, "application/json", "{\"name\":\"c/x\",\"tags\":[\"a\",\"b\"]}".to_owned())
}

/// Issues a token. Redirects instead if the scope names a scenario with a token redirect.
fn token_server(places: &Places, parts: &Parts, body: &str) -> Response {
    let asked = format!("{} {body}", parts.uri.query().unwrap_or_default()).replace("%2F", "/");
    let [a, ..] = places.others;
    match redirect_of(places, &asked) {
        Some(status) => with(reply(status), LOCATION, &format!("http://127.0.0.1:{a}/token")),
        None => {
            let text = format!(
                "{{\"token\":\"{TOKEN}\",\"access_token\":\"{TOKEN}\",\"expires_in\":300}}"
            );
            json(200, "application/json", text)
        }
    }
}

fn redirect_of(places: &Places, asked: &str) -> Option<u16> {
    let number = asked.split("c/").nth(1)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    match scenario::all(places).into_iter().nth(digits.parse().ok()?)?.attack {
        Attack::TokenRedirect(status) => Some(status),
        _ => None,
    }
}

/// Answers as an origin that must never see a credential. Each answer invites the client to go on.
fn elsewhere(places: &Places, parts: &Parts) -> Response {
    let challenge =
        scenario_of(places, parts.uri.path()).and_then(|scenario| match scenario.attack {
            Attack::RedirectToChallenge(challenge) => Some(challenge),
            _ => None,
        });
    match challenge {
        Some(challenge) => with(reply(401), WWW_AUTHENTICATE, &challenge),
        None if parts.uri.path().starts_with("/token") => {
            json(200, "application/json", "{\"token\":\"of-another-origin\"}".to_owned())
        }
        None if matches!(parts.method, Method::PATCH | Method::POST) => {
            with(with(reply(202), LOCATION, "/upload/2"), ALLOW, "PUT")
        }
        None => reply(401),
    }
}
