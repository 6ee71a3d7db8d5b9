//! Basic and Bearer authentication, and the token endpoint of distribution's token and OAuth2 specifications.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::instance::Instance;
use crate::reply;
use crate::switches::{Auth, Realm, Scheme};

/// Lets a request in or answers it with a challenge.
pub(crate) async fn layer(
    State(instance): State<Arc<Instance>>,
    request: Request,
    next: Next,
) -> Response {
    let endpoint = Endpoint::of(request.uri().path());
    let auth = instance.switches().auth.clone();
    if endpoint == Endpoint::Other || auth.scheme == Scheme::Open {
        return next.run(request).await;
    }
    match refusal(&instance, &auth, &endpoint, &request) {
        None => next.run(request).await,
        Some(reason) => {
            challenge(&instance, &auth, &needed_scopes(&endpoint, &request), &request, reason)
        }
    }
}

/// Returns the reason to refuse a request, or `None` to let it in. An empty reason means "no credential".
fn refusal(
    instance: &Instance,
    auth: &Auth,
    endpoint: &Endpoint,
    request: &Request,
) -> Option<&'static str> {
    let credential = text(request.headers(), "authorization");
    match auth.scheme {
        Scheme::Open => None,
        Scheme::Basic => {
            let pulls = matches!(*request.method(), Method::GET | Method::HEAD);
            let free = auth.anonymous_pull && pulls && credential.is_empty();
            (!free && !is_user(auth, credential)).then_some("")
        }
        Scheme::Bearer => {
            let token = credential.strip_prefix("Bearer ").unwrap_or_default();
            instance.tokens.refusal(token, &needed_scopes(endpoint, request))
        }
    }
}

/// Returns the scopes that a request needs. A mount also pulls from the other repository.
fn needed_scopes(endpoint: &Endpoint, request: &Request) -> Vec<String> {
    let from = match endpoint {
        Endpoint::Upload { .. } => {
            reply::query(request.uri(), "from").map(|from| format!("repository:{from}:pull"))
        }
        _ => None,
    };
    endpoint.scope(request.method()).into_iter().chain(from).collect()
}

fn challenge(
    instance: &Instance,
    auth: &Auth,
    scopes: &[String],
    request: &Request,
    reason: &str,
) -> Response {
    let mut reply =
        reply::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required");
    let value = match auth.scheme {
        Scheme::Bearer => {
            let host = text(request.headers(), "host");
            let realm = realm(instance, auth, host);
            let scope = if scopes.is_empty() {
                String::new()
            } else {
                format!(",scope=\"{}\"", scopes.join(" "))
            };
            let error =
                if reason.is_empty() { String::new() } else { format!(",error=\"{reason}\"") };
            format!("Bearer realm=\"{realm}\",service=\"{}\"{scope}{error}", auth.service)
        }
        _ => format!("Basic realm=\"{}\"", auth.service),
    };
    reply::set(&mut reply, header::WWW_AUTHENTICATE, &value);
    reply
}

fn realm(instance: &Instance, auth: &Auth, host: &str) -> String {
    match &auth.realm {
        Realm::SameOrigin => format!("http://{host}/token"),
        Realm::OtherOrigin => format!("http://{}/token", instance.companion),
        Realm::Url(url) => url.clone(),
    }
}

/// Returns the route `/token`, which the registry and the companion both have.
pub(crate) fn token_routes(instance: &Arc<Instance>) -> Router {
    Router::new().route("/token", get(by_get).post(by_post)).with_state(Arc::clone(instance))
}

/// Answers a GET of the token specification: `service`, `scope`s and optional Basic credentials.
async fn by_get(State(instance): State<Arc<Instance>>, uri: Uri, headers: HeaderMap) -> Response {
    let auth = instance.switches().auth.clone();
    let credential = text(&headers, "authorization");
    let known = is_user(&auth, credential);
    if !credential.is_empty() && !known {
        return bad_credentials();
    }
    let asked = reply::all_in_query(&uri, "scope").join(" ");
    let offline = reply::query(&uri, "offline_token").is_some_and(|text| text == "true");
    grant(&instance, &auth, &asked, known, offline && known)
}

/// Answers a POST of the OAuth2 specification, which carries a form.
async fn by_post(State(instance): State<Arc<Instance>>, body: String) -> Response {
    let auth = instance.switches().auth.clone();
    if !auth.oauth2 {
        return reply::error(StatusCode::NOT_FOUND, "UNSUPPORTED", "not found");
    }
    let form: BTreeMap<String, String> = reply::pairs(&body).into_iter().collect();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let known = match field("grant_type") {
        "password" => field("username") == auth.user && field("password") == auth.password,
        "refresh_token" => instance.tokens.is_refresh(field("refresh_token")),
        _ => return oauth_error("unsupported_grant_type"),
    };
    if !known {
        return oauth_error("invalid_grant");
    }
    grant(&instance, &auth, field("scope"), true, field("access_type") == "offline")
}

fn grant(instance: &Instance, auth: &Auth, asked: &str, known: bool, offline: bool) -> Response {
    let scopes: Vec<String> =
        asked.split(' ').filter_map(|scope| granted_scope(auth, scope, known)).collect();
    if !known && !auth.anonymous_pull {
        return bad_credentials();
    }
    let token = instance.tokens.issue(scopes.clone(), auth.expires_in);
    let mut answer = json!({
        "token": token, "access_token": token, "expires_in": auth.expires_in,
        "scope": scopes.join(" "), "issued_at": "2026-01-01T00:00:00Z",
    });
    if let (true, true, Some(object)) = (auth.refresh, offline, answer.as_object_mut()) {
        object.insert("refresh_token".into(), Value::String(instance.tokens.issue_refresh()));
    }
    reply::with_type(StatusCode::OK, "application/json", answer.to_string())
}

/// Returns the part of a scope that is granted: all of it to the user, only `pull` to others.
fn granted_scope(auth: &Auth, scope: &str, known: bool) -> Option<String> {
    let (resource, actions) = scope.rsplit_once(':')?;
    if known {
        return Some(scope.to_owned());
    }
    let pulls =
        resource.starts_with("repository:") && actions.split(',').any(|action| action == "pull");
    (auth.anonymous_pull && pulls).then(|| format!("{resource}:pull"))
}

fn bad_credentials() -> Response {
    let body = json!({ "details": "incorrect username or password" });
    reply::with_type(StatusCode::UNAUTHORIZED, "application/json", body.to_string())
}

fn oauth_error(error: &str) -> Response {
    reply::with_type(
        StatusCode::BAD_REQUEST,
        "application/json",
        json!({ "error": error }).to_string(),
    )
}

fn is_user(auth: &Auth, credential: &str) -> bool {
    let expected = STANDARD.encode(format!("{}:{}", auth.user, auth.password));
    credential.strip_prefix("Basic ") == Some(expected.as_str())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
