//! Tokens of one registry: asked for once, kept until they expire, sent to no other registry.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use litemap::LiteMap;

use bytes::Bytes;
use futures_util::FutureExt;

use super::{Body, Cache, Credential, Redirect, Replay, Request, SharedClock, SharedTransport};
use crate::{
    caps,
    error::{AnswerFault, Error, ErrorKind, Result, ServerMessage},
    sync::SingleFlight,
    wire::{
        Method, ScopeSet, Secret, Url,
        error_document::ErrorDocument,
        headers::name,
        secret,
        token::{self, Grant, Token},
    },
};

/// A token server, as a challenge names it, after it was found to be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenServer {
    pub(super) realm: Url,
    pub(super) service: Option<String>,
}

/// The credential and the purpose of a token request.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) server: TokenServer,
    pub(super) credential: Option<Credential>,
    pub(super) scopes: ScopeSet,
}

/// The tokens of one registry, by clean scope set (R68).
pub(super) struct Tokens {
    transport: SharedTransport,
    clock: SharedClock,
    kept: RefCell<LiteMap<ScopeSet, Token>>,
    flights: SingleFlight<ScopeSet, Result<Token>>,
    /// Grows with each [`Tokens::clear`].
    generation: Cell<u64>,
}

impl Tokens {
    pub(super) fn new(transport: SharedTransport, clock: SharedClock) -> Self {
        Self {
            transport,
            clock,
            kept: RefCell::default(),
            flights: SingleFlight::default(),
            generation: Cell::default(),
        }
    }

    /// A token that is still good and was asked for with all of these scopes.
    pub(super) fn kept(&self, scopes: &ScopeSet) -> Option<Secret> {
        let now = self.clock.now().as_secs();
        let mut kept = self.kept.borrow_mut();
        kept.retain(|_, token| token.is_valid_at(now));
        let exact = kept.get(scopes);
        let wider =
            || kept.iter().find(|(asked, _)| asked.contains(scopes)).map(|(_, token)| token);
        exact.or_else(wider).map(|token| token.token.clone())
    }

    /// Forgets every token, also those that are being asked for.
    pub(super) fn clear(&self) {
        self.kept.borrow_mut().clear();
        self.flights.forget_all();
        self.generation.set(self.generation.get() + 1);
    }

    /// Forgets a token that the registry did not take.
    pub(super) fn refuse(&self, refused: &Secret) {
        self.kept.borrow_mut().retain(|_, token| token.token != *refused);
    }

    /// Asks for a token and keeps it. Callers that ask for the same at the same time share one request.
    pub(super) async fn fetch(&self, wanted: Wanted) -> Result<Token> {
        let (scopes, generation) = (wanted.scopes.clone(), self.generation.get());
        let start = || {
            let (transport, clock) = (Rc::clone(&self.transport), Rc::clone(&self.clock));
            ask(transport, clock, wanted).boxed_local()
        };
        let outcome = self.flights.join(scopes.clone(), start).await;
        if let Ok(token) = &outcome
            && generation == self.generation.get()
        {
            self.kept.borrow_mut().insert(scopes, token.clone());
        }
        outcome
    }
}

/// Asks by POST if there is a token to be exchanged, else by GET; and by GET if the server
/// knows nothing else (R65, R66).
async fn ask(transport: SharedTransport, clock: SharedClock, wanted: Wanted) -> Result<Token> {
    let grant = match &wanted.credential {
        Some(Credential::Identity(identity)) => Some(Grant::RefreshToken(identity.clone())),
        Some(Credential::Password { user, password }) => {
            Some(Grant::Password { user: user.clone(), password: password.clone() })
        }
        _ => None,
    };
    if let Some(grant) = grant {
        match send(&transport, &clock, post(&wanted, &grant)).await {
            Err(error) if error.context.status.is_some_and(token::must_use_get) => {}
            outcome => return outcome,
        }
    }
    send(&transport, &clock, get(&wanted)).await
}

fn get(wanted: &Wanted) -> Request {
    let TokenServer { realm, service } = &wanted.server;
    let (account, authorization) = match &wanted.credential {
        Some(Credential::Basic { user, password } | Credential::Password { user, password }) => {
            (Some(user.as_str()), secret::basic(user, password))
        }
        _ => (None, None),
    };
    // As the POST before it asked for one.
    let wants_refresh = matches!(wanted.credential, Some(Credential::Password { .. }));
    let url = token::get_url(realm, service.as_deref(), &wanted.scopes, account, wants_refresh);
    let request = guarded(Request::new(Method::Get, url));
    match authorization {
        Some(value) => request.header(name::AUTHORIZATION, value.expose()),
        None => request,
    }
}

fn post(wanted: &Wanted, grant: &Grant) -> Request {
    let TokenServer { realm, service } = &wanted.server;
    let form = token::post_form(grant, service.as_deref(), &wanted.scopes);
    let mut request = guarded(Request::new(Method::Post, realm.clone()));
    request.body = Body::Bytes(Bytes::copy_from_slice(form.expose().as_bytes()));
    // The server may have changed the refresh token already.
    request.replay = Replay::IfRefused;
    request.header(name::CONTENT_TYPE, token::FORM)
}

/// Applies the rules of every token request: no redirect, no cache, a small answer (R51).
fn guarded(mut request: Request) -> Request {
    request.redirect = Redirect::Error;
    request.cache = Cache::Off;
    request.read_up_to(caps::TOKEN_BYTES as u64)
}

async fn send(transport: &SharedTransport, clock: &SharedClock, request: Request) -> Result<Token> {
    let redacted = request.redacted();
    let named = |mut error: Error| {
        error.context.request.get_or_insert(redacted.clone());
        error
    };
    let response = transport.send(request).await.map_err(named)?;
    let status = response.status;
    let is_success = response.is_success();
    let body = response.bytes(caps::TOKEN_BYTES as u64).await.map_err(named)?;
    if !is_success {
        return Err(named(refusal(status, &body)));
    }
    token::read(&body, clock.now().as_secs()).map_err(|error| {
        let mut error = Error::new(ErrorKind::BadAnswer(AnswerFault::NoToken(error)));
        error.context.status = Some(status);
        named(error)
    })
}

/// Returns the meaning of a token server's refusal for the user.
fn refusal(status: u16, body: &[u8]) -> Error {
    let document = ErrorDocument::read(status, body);
    let mut error = Error::new(match status {
        400 | 401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Denied,
        429 => ErrorKind::RateLimited(None),
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Status(status),
    });
    error.context.status = Some(status);
    error.context.messages = document.entries.iter().map(ServerMessage::from).collect();
    error.context.body = document.body.filter(|_| document.entries.is_empty());
    error
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::testing::{Reply, Scripted, VirtualClock};

    #[test]
    fn r068_a_token_that_is_asked_for_while_all_are_forgotten_is_not_kept() {
        let clock = VirtualClock::default();
        let shared: Rc<RefCell<Option<Rc<Tokens>>>> = Rc::default();
        let script = Scripted::answering(clock.shared(), {
            let shared = Rc::clone(&shared);
            move |_, request| {
                if request == 0 {
                    shared.borrow().as_ref().unwrap().clear();
                }
                Reply::ok(format!(r#"{{"token":"t{request}","expires_in":300}}"#))
            }
        });
        let tokens = Rc::new(Tokens::new(script, clock.shared()));
        shared.replace(Some(Rc::clone(&tokens)));
        let realm = Url::parse("https://auth.example/token").unwrap();
        let server = TokenServer { realm, service: None };
        let scopes: ScopeSet = "repository:a:pull".parse().unwrap();
        let wanted = Wanted { server, credential: None, scopes: scopes.clone() };
        for kept in [None, Some("t1")] {
            assert!(clock.run(tokens.fetch(wanted.clone())).unwrap().is_ok());
            assert_eq!(tokens.kept(&scopes).as_ref().map(Secret::expose), kept);
        }
    }
}
