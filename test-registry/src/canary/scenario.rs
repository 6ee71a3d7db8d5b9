//! What a hostile registry does to be sent a credential elsewhere: the rows of advisories, as data.

/// Where things are: the registry, the token server that the user approved, and others.
#[derive(Clone, Debug)]
pub struct Places {
    /// `127.0.0.1:port` of the registry.
    pub registry: String,
    /// `127.0.0.1:port` of the approved token server.
    pub tokens: String,
    /// Ports of the four origins that must never see a credential.
    pub others: [u16; 4],
}

/// What the credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// User name and password.
    Basic,
    /// An identity token, sent in the body of a POST.
    Identity,
}

impl Credential {
    /// The name by which the driver is told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Identity => "identity",
        }
    }
}

/// What the registry does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attack {
    /// Names this realm in its challenge.
    Realm(String),
    /// Sends both an honest Basic challenge and a Bearer one with this realm.
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
    /// Says that the next page is there.
    Link(String),
    /// Redirects to an origin that itself asks for credentials, with this challenge.
    RedirectToChallenge(String),
    /// Gives a manifest whose layer is said to lie there.
    ForeignLayer(String),
}

/// One scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// A name for the report.
    pub name: String,
    /// What the client does: `manifest`, `blob`, `tags`, `referrers`, `push-blob`, `push-chunks`,
    /// `push-manifest`, `delete`, `foreign`.
    pub operation: &'static str,
    /// What it could lose.
    pub credential: Credential,
    /// What the registry does.
    pub attack: Attack,
}

/// All scenarios, in an order that never changes.
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

/// A URL on the first of the other origins, and every way to write it that parsers read differently.
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
