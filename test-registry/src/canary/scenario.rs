//! The attacks by which a hostile registry tries to have a credential sent elsewhere. They are the cases
//! of published advisories, as data.

/// The addresses of the registry, of the token server that the user approved, and of the other origins.
#[derive(Clone, Debug)]
pub struct Places {
    /// The registry, as `127.0.0.1:port`.
    pub registry: String,
    /// The approved token server, as `127.0.0.1:port`.
    pub tokens: String,
    /// The ports of the four origins that must never see a credential.
    pub others: [u16; 4],
}

/// The kind of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A user name and a password.
    Basic,
    /// An identity token, sent in the body of a POST.
    Identity,
}

impl Credential {
    /// The name of the kind, for the driver of the tests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Identity => "identity",
        }
    }
}

/// The behaviour of the registry that tries to move the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attack {
    /// Names this realm in its challenge.
    Realm(String),
    /// Sends an honest Basic challenge together with a Bearer challenge that names this realm.
    TwoChallenges(String),
    /// Names the approved token server, which redirects with this status.
    TokenRedirect(u16),
    /// Accepts the token, then wants another scope from this realm.
    MoreScope(String),
    /// Redirects the authorised request with this status.
    Redirect(u16),
    /// Answers the start of an upload with this location.
    StartLocation(String),
    /// Answers a chunk with this location.
    ChunkLocation(String),
    /// Says that the next page of a list is at this URL.
    Link(String),
    /// Redirects to an origin that asks for credentials with this challenge.
    RedirectToChallenge(String),
    /// Answers with a manifest whose `urls` say that a layer is at this URL.
    ForeignLayer(String),
}

/// One attack on one operation of the client.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name for the report.
    pub name: String,
    /// The operation of the client: `manifest`, `blob`, `tags`, `referrers`, `push-blob`, `push-chunks`,
    /// `push-manifest`, `delete` or `foreign`.
    pub operation: &'static str,
    /// The kind of credential that the client holds.
    pub credential: Credential,
    /// The behaviour of the registry.
    pub attack: Attack,
}

/// Returns all scenarios, in an order that never changes.
pub(super) fn all(places: &Places) -> Vec<Scenario> {
    let mut all = Vec::new();
    realms(places, &mut all);
    redirects(&mut all);
    locations(places, &mut all);
    links(places, &mut all);
    challenges_elsewhere(places, &mut all);
    all
}

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Returns a URL on the first of the other origins in every spelling that parsers read differently.
fn spellings(places: &Places, path: &str) -> Vec<String> {
    let [a, ..] = places.others;
    let registry = &places.registry;
    vec![
        format!("http://127.0.0.1:{a}{path}"),
        format!("HTTP://127.0.0.1:{a}{path}"),
        format!("http://localhost:{a}{path}"),
        format!("http://LOCALHOST:{a}{path}"),
        format!("http://localhost.:{a}{path}"),
        format!("http://127.0.0.1.:{a}{path}"),
        format!("http://2130706433:{a}{path}"),
        format!("http://0x7f.0.0.1:{a}{path}"),
        format!("http://0177.0.0.1:{a}{path}"),
        format!("http://127.1:{a}{path}"),
        format!("http://0.0.0.0:{a}{path}"),
        format!("http://[::1]:{a}{path}"),
        format!("http://[::ffff:127.0.0.1]:{a}{path}"),
        format!("http://{registry}@127.0.0.1:{a}{path}"),
        format!("http://{registry}\\@127.0.0.1:{a}{path}"),
        format!("http:\\\\127.0.0.1:{a}{path}"),
        format!("//127.0.0.1:{a}{path}"),
        format!("\\\\127.0.0.1:{a}{path}"),
        format!("/\\127.0.0.1:{a}{path}"),
        format!("http:127.0.0.1:{a}{path}"),
        format!("http:/127.0.0.1:{a}{path}"),
        format!(" http://127.0.0.1:{a}{path}"),
        format!("http://127.0.0.1:{a}#@{registry}{path}"),
        format!("http://127.0.0.1:{a}?@{registry}{path}"),
        format!("http://127.0.0.1:{a}/{registry}{path}"),
        format!("ht\ttp://127.0.0.1:{a}{path}"),
    ]
}

fn realms(places: &Places, all: &mut Vec<Scenario>) {
    let mut add = |credential, attack: Attack| {
        let name = format!("{attack:?} with {}", Credential::name(credential));
        all.push(Scenario { name, operation: "manifest", credential, attack });
    };
    for credential in [Credential::Basic, Credential::Identity] {
        for realm in spellings(places, "/token") {
            add(credential, Attack::Realm(realm));
        }
        for status in STATUSES {
            add(credential, Attack::TokenRedirect(status));
        }
        let [_, b, ..] = places.others;
        let elsewhere = format!("http://127.0.0.1:{b}/token");
        add(credential, Attack::TwoChallenges(elsewhere.clone()));
        add(credential, Attack::MoreScope(elsewhere));
        for realm in ["ftp://127.0.0.1/token", "javascript:alert(1)", "data:text/plain,x", ""] {
            add(credential, Attack::Realm(realm.to_owned()));
        }
    }
}

fn redirects(all: &mut Vec<Scenario>) {
    let operations = ["manifest", "blob", "tags", "push-blob", "push-manifest", "delete"];
    for operation in operations {
        for status in STATUSES {
            let name = format!("redirect {status} of {operation}");
            let attack = Attack::Redirect(status);
            all.push(Scenario { name, operation, credential: Credential::Basic, attack });
        }
    }
}

fn locations(places: &Places, all: &mut Vec<Scenario>) {
    for location in spellings(places, "/upload/1") {
        let attacks = [
            ("push-blob", Attack::StartLocation(location.clone())),
            ("push-chunks", Attack::ChunkLocation(location)),
        ];
        for (operation, attack) in attacks {
            let name = format!("{attack:?} for {operation}");
            all.push(Scenario { name, operation, credential: Credential::Basic, attack });
        }
    }
}

fn links(places: &Places, all: &mut Vec<Scenario>) {
    for link in spellings(places, "/v2/next") {
        for operation in ["tags", "referrers"] {
            let attack = Attack::Link(link.clone());
            let name = format!("{attack:?} of {operation}");
            all.push(Scenario { name, operation, credential: Credential::Basic, attack });
        }
    }
}

fn challenges_elsewhere(places: &Places, all: &mut Vec<Scenario>) {
    let [_, b, c, d] = places.others;
    let bearer = format!("Bearer realm=\"http://127.0.0.1:{c}/token\",service=\"x\"");
    for operation in ["manifest", "blob"] {
        for challenge in ["Basic realm=\"x\"", &bearer] {
            let attack = Attack::RedirectToChallenge(challenge.to_owned());
            let name = format!("{attack:?} of {operation}");
            all.push(Scenario { name, operation, credential: Credential::Basic, attack });
        }
    }
    for port in [b, d] {
        let attack = Attack::ForeignLayer(format!("http://127.0.0.1:{port}/layer"));
        let name = format!("{attack:?}");
        let credential = Credential::Basic;
        all.push(Scenario { name, operation: "foreign", credential, attack });
    }
}
