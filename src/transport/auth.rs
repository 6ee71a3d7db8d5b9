//! Authentication: no credential is sent before the registry asks, and then only to the registry and to
//! a token server that belongs to it (R60 to R72).

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use async_trait::async_trait;

use super::{
    Approvals, Credential, Credentials, ERROR_BODY, Request, Response, SharedClock,
    SharedTransport, Transport,
    tokens::{TokenServer, Tokens, Wanted},
};
use crate::{
    error::{ErrorKind, RefusedAddress, Result},
    wire::{
        Origin, ScopeSet, Secret, Url,
        challenge::{self, ChallengeError, Demand},
        headers::name,
        realm::{self, Decision},
        secret,
        token::{KnownRealm, known_realm},
    },
};

/// An origin that is authenticated to, and the key of its credentials.
#[derive(Clone, Debug)]
pub struct Account {
    /// The origin of the registry. Credentials go to no other origin.
    pub origin: Origin,
    /// The key of its credentials: scheme, host and port.
    pub key: String,
    /// The token server to use if the challenge of the registry cannot be read.
    pub token_server: Option<KnownRealm>,
}

/// The layer that answers challenges.
pub struct Auth {
    inner: SharedTransport,
    credentials: Rc<Credentials>,
    approvals: Rc<Approvals>,
    logins: Vec<Login>,
}

impl Auth {
    /// Authenticates to these origins; requests to any other carry no credential.
    pub fn new(
        inner: SharedTransport,
        clock: &SharedClock,
        credentials: Rc<Credentials>,
        approvals: Rc<Approvals>,
        accounts: Vec<Account>,
    ) -> Self {
        let login = |account| Login::new(account, Rc::clone(&inner), Rc::clone(clock));
        let logins = accounts.into_iter().map(login).collect();
        Self { inner, credentials, approvals, logins }
    }

    /// Returns true if a request to this origin would carry `Authorization` from the start, and so
    /// be preflighted (R164).
    pub fn would_authorize(&self, origin: &Origin) -> bool {
        self.login(origin).is_some_and(|login| login.known.borrow().is_some())
    }

    /// Counts up with each change of a credential. What a registry refused before may be allowed now.
    pub fn credential_changes(&self) -> u64 {
        self.credentials.changes()
    }

    fn login(&self, origin: &Origin) -> Option<&Login> {
        self.logins.iter().find(|login| login.account.origin == *origin)
    }

    /// Answers a challenge once (R61). Without an answer the refusal itself is the outcome (R62).
    async fn answer(
        &self,
        login: &Login,
        request: Request,
        sent: Option<Shown>,
        refusal: Response,
    ) -> Result<Response> {
        let credential = self.credentials.get(&login.account.key);
        let Some(demand) = login.demand(&refusal, credential.as_ref()) else {
            return Ok(refusal.asked(credential.is_none(), false));
        };
        let answer = match &demand {
            Demand::Basic { .. } => answer_basic(credential.as_ref(), sent.as_ref()),
            Demand::Bearer { .. } => {
                self.answer_bearer(login, &request, &demand, sent.as_ref()).await?
            }
        };
        let shown = match answer {
            ChallengeReply::Show(shown) => shown,
            ChallengeReply::Nothing => return Ok(refusal.asked(credential.is_none(), false)),
            ChallengeReply::Late => return Ok(refusal.late().asked(credential.is_none(), true)),
        };
        let is_token = matches!(demand, Demand::Bearer { .. });
        login.known.replace(Some(demand));
        let response = self.inner.send(shown.on(request)).await?;
        let response = if response.status == 401 && is_token { response.late() } else { response };
        Ok(response.asked(credential.is_none(), is_token))
    }

    /// Sends a token: the one that the user gave, else one that is asked for now.
    async fn answer_bearer(
        &self,
        login: &Login,
        request: &Request,
        demand: &Demand,
        sent: Option<&Shown>,
    ) -> Result<ChallengeReply> {
        let Demand::Bearer { realm, service, scope, error } = demand else {
            return Ok(ChallengeReply::Nothing);
        };
        let credential = self.credentials.get(&login.account.key);
        if let Some(Credential::Registry(token)) = &credential {
            let answer = if sent.is_some() {
                ChallengeReply::Late
            } else {
                ChallengeReply::show_token(token)
            };
            return Ok(answer);
        }
        // Another token would be no better than one that was fetched for this very request (R26), unless the
        // registry says which scope it lacks (R70).
        let lacks_scope = *error == Some(ChallengeError::InsufficientScope) && scope.is_some();
        if sent.is_some_and(|sent| sent.is_fresh) && !lacks_scope {
            return Ok(ChallengeReply::Late);
        }
        if let Some(token) = sent.and_then(|sent| sent.token.as_ref()) {
            login.tokens.refuse(token);
        }
        let server = self.approved(login, realm, service.clone())?;
        let challenged: ScopeSet = scope.iter().map(String::as_str).collect();
        match self.token(login, server, &request.scopes, &challenged).await {
            Ok(token) => Ok(ChallengeReply::show_token(&token)),
            // No account is logged in, and without one there is no token.
            Err(error) if credential.is_none() && !error.is_retryable() => {
                Ok(ChallengeReply::Nothing)
            }
            Err(error) => Err(error),
        }
    }

    /// The token server, if credentials may go there (R71).
    fn approved(&self, login: &Login, realm: &str, service: Option<String>) -> Result<TokenServer> {
        match realm::decide(&login.account.origin, realm, &self.approvals.pairs()) {
            Decision::Allowed(realm) => Ok(TokenServer { realm, service }),
            Decision::Ask { pair, .. } => Err(ErrorKind::ApproveTokenServer {
                registry: pair.registry.to_string(),
                token_server: pair.token_server.to_string(),
            }
            .into()),
            Decision::Refused(refusal) => {
                Err(ErrorKind::Refused(RefusedAddress::TokenServer(refusal)).into())
            }
        }
    }

    /// A token for what is needed and what the registry asked for; where the server gives none for
    /// both, for the latter alone (R69).
    async fn token(
        &self,
        login: &Login,
        server: TokenServer,
        needed: &ScopeSet,
        challenged: &ScopeSet,
    ) -> Result<Secret> {
        let credential = self.credentials.get(&login.account.key);
        let both = needed.union(challenged);
        let wanted = |scopes: &ScopeSet| Wanted {
            server: server.clone(),
            credential: credential.clone(),
            scopes: scopes.clone(),
        };
        let outcome = match login.tokens.fetch(wanted(&both)).await {
            Err(error)
                if !error.is_retryable() && !challenged.is_empty() && both != *challenged =>
            {
                login.tokens.fetch(wanted(challenged)).await
            }
            outcome => outcome,
        };
        let token = outcome?;
        if let Some(refresh) = token.refresh_token {
            self.credentials.renew(&login.account.key, refresh);
        }
        Ok(token.token)
    }

    /// Returns the credential to send before the registry asks: the one that it asked for before
    /// (R60, R64).
    async fn beforehand(&self, login: &Login, request: &Request) -> Result<Option<Shown>> {
        login.forget_after_change(self.credentials.changes());
        let known = login.known.borrow().clone();
        let credential = self.credentials.get(&login.account.key);
        match (known, credential) {
            (Some(Demand::Basic { .. }), Some(Credential::Basic { user, password })) => {
                Ok(secret::basic(&user, &password).map(Shown::basic))
            }
            (Some(Demand::Bearer { .. }), Some(Credential::Registry(token))) => {
                Ok(Some(Shown::token(token, false)))
            }
            (Some(Demand::Bearer { realm, service, .. }), _) => {
                self.token_beforehand(login, request, &realm, service).await
            }
            _ => Ok(None),
        }
    }

    async fn token_beforehand(
        &self,
        login: &Login,
        request: &Request,
        realm: &str,
        service: Option<String>,
    ) -> Result<Option<Shown>> {
        if let Some(token) = login.tokens.kept(&request.scopes) {
            return Ok(Some(Shown::token(token, false)));
        }
        let server = self.approved(login, realm, service)?;
        match self.token(login, server, &request.scopes, &ScopeSet::new()).await {
            Ok(token) => Ok(Some(Shown::token(token, true))),
            // Perhaps this request needs no token: the answer of the registry shows it.
            Err(error) if !error.is_retryable() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait(?Send)]
impl Transport for Auth {
    async fn send(&self, mut request: Request) -> Result<Response> {
        request.headers.remove(name::AUTHORIZATION);
        let login = self.login(request.url.origin()).filter(|_| !request.anonymous);
        let Some(login) = login else { return self.inner.send(request).await };
        let is_anonymous = self.credentials.get(&login.account.key).is_none();
        let shown = self.beforehand(login, &request).await?;
        let with_token = shown.is_some();
        let first = match &shown {
            Some(shown) => shown.on(request.clone()),
            None => request.clone(),
        };
        let response = self.inner.send(first).await?;
        // Some registries refuse a stranger with 403 and no challenge: who signed in is shown once.
        let is_unseen = response.status == 403 && !with_token && !is_anonymous;
        if response.status != 401 && !is_unseen {
            return Ok(response.asked(is_anonymous, with_token));
        }
        // Read to its end first: a body that is left open keeps its slot at the host, and as many
        // refusals as there are slots would wait for each other.
        let refusal = response.read_whole(ERROR_BODY).await?;
        self.answer(login, request, shown, refusal).await
    }
}

/// The answer to a challenge.
enum ChallengeReply {
    /// With this.
    Show(Shown),
    /// Not at all: there is no credential.
    Nothing,
    /// Not again: no better credential is left.
    Late,
}

impl ChallengeReply {
    fn show_token(token: &Secret) -> Self {
        match secret::bearer(token) {
            Some(_) => Self::Show(Shown::token(token.clone(), true)),
            None => Self::Nothing,
        }
    }
}

/// Name and password, if they are there and were not refused already (R64).
fn answer_basic(credential: Option<&Credential>, sent: Option<&Shown>) -> ChallengeReply {
    match (credential, sent) {
        (Some(Credential::Basic { user, password }), None) => match secret::basic(user, password) {
            Some(value) => ChallengeReply::Show(Shown::basic(value)),
            None => ChallengeReply::Nothing,
        },
        _ => ChallengeReply::Nothing,
    }
}

/// The credential that went out with a request.
struct Shown {
    authorization: Option<Secret>,
    token: Option<Secret>,
    /// Fetched, or first shown, for this very request.
    is_fresh: bool,
}

impl Shown {
    fn basic(authorization: Secret) -> Self {
        Self { authorization: Some(authorization), token: None, is_fresh: false }
    }

    fn token(token: Secret, is_fresh: bool) -> Self {
        Self { authorization: secret::bearer(&token), token: Some(token), is_fresh }
    }

    fn on(&self, mut request: Request) -> Request {
        if let Some(value) = &self.authorization {
            request.headers.set(name::AUTHORIZATION, value.expose());
        }
        request
    }
}

/// The state of logging in to one origin.
struct Login {
    account: Account,
    tokens: Tokens,
    /// The last demand of the registry.
    known: RefCell<Option<Demand>>,
    changes: Cell<u64>,
}

impl Login {
    fn new(account: Account, inner: SharedTransport, clock: SharedClock) -> Self {
        let tokens = Tokens::new(inner, clock);
        Self { account, tokens, known: RefCell::default(), changes: Cell::new(0) }
    }

    /// Returns the demand of the registry: in its words, else the last one that it made. If its words
    /// are hidden and it made none, this is the configured token server, or a known one, or else Basic,
    /// which goes only to the registry itself.
    fn demand(&self, refusal: &Response, credential: Option<&Credential>) -> Option<Demand> {
        // Docker Hub and others answer 401 without a challenge once a token has died before its time.
        let before = self.known.borrow().as_ref().map(without_complaint);
        // A refusal at the end of a redirect is in the words of another server.
        let is_own = refusal.url.as_deref().is_none_or(|url| self.is_own(url));
        let is_asked = is_own && refusal.headers.contains(name::WWW_AUTHENTICATE);
        if is_asked {
            let challenges = challenge::parse(refusal.headers.all(name::WWW_AUTHENTICATE));
            let known = challenges.ok().as_deref().and_then(challenge::choose).or(before);
            // A person who signed in all the same is shown to a registry that asks in a way of its own
            // (Bearer without a realm, Digest, what is no challenge).
            if known.is_some() || credential.is_none() {
                return known;
            }
        } else if !is_own || before.is_some() {
            return before;
        }
        let configured = self.account.token_server.clone();
        let server = configured.or_else(|| known_realm(self.account.origin.host()));
        match (server, credential) {
            (Some(KnownRealm { realm, service }), _) => {
                Some(Demand::Bearer { realm, service: Some(service), scope: None, error: None })
            }
            (None, Some(Credential::Basic { .. })) => Some(Demand::Basic { realm: None }),
            (None, Some(Credential::Registry(_))) => Some(Demand::Bearer {
                realm: String::new(),
                service: None,
                scope: None,
                error: None,
            }),
            (None, _) => None,
        }
    }

    fn is_own(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| *url.origin() == self.account.origin)
    }

    /// Forgets tokens after a logout or a change of account: they are not sent again.
    fn forget_after_change(&self, changes: u64) {
        if self.changes.replace(changes) != changes {
            self.tokens.clear();
            self.known.replace(None);
        }
    }
}

/// The demand without what it said of one request.
fn without_complaint(demand: &Demand) -> Demand {
    match demand {
        Demand::Bearer { realm, service, .. } => Demand::Bearer {
            realm: realm.clone(),
            service: service.clone(),
            scope: None,
            error: None,
        },
        basic => basic.clone(),
    }
}

#[cfg(test)]
mod tests;
