//! Words about signing in.

use crate::app::CredentialKind;

/// Labels the choice of what is shown to the registry.
pub const WITH: &str = "With";
/// Labels the user's name.
pub const USER: &str = "User name";
/// The button of the sign-in form.
pub const SIGN_IN: &str = "Sign in";
/// The button beside the name of who is signed in.
pub const SIGN_OUT: &str = "Sign out";
/// Said where the registry asks again.
pub const REFUSED: &str = "You signed in, and the registry still asks: it may not know this user name, password or \
     token. Try again.";
/// The use of the typed text.
pub const MEMORY_ONLY: &str =
    "Kept in memory until this tab is closed, and sent to this registry only.";
/// Warns of plain http.
pub const EXPOSED: &str =
    "This registry is reached over plain http: everyone on the way can read what you type.";
/// Labels the registry of a pair.
pub const REGISTRY: &str = "Registry";
/// Labels the token server of a pair.
pub const TOKEN_SERVER: &str = "Token server";
/// Approves a pair.
pub const APPROVE: &str = "Approve this pair";
/// The meaning of an approval.
pub const APPROVE_NOTE: &str = "The token server may then be asked for tokens for this registry, and \
                                sees what you sign in with. Until this tab is closed.";
/// Heads the list of accounts. A registry that was not asked yet may refuse what is kept.
pub const ACCOUNTS: &str = "Accounts in this tab";
/// The sentence while no account is signed in.
pub const NO_ACCOUNTS: &str =
    "Not signed in to any registry. If a registry asks for it, a form appears.";

/// Warns of a registry or token server whose name only resembles a well-known one.
pub fn resembles(known: &str) -> String {
    format!(
        "This is not {known}, although its name is nearly the same. Type nothing here that is meant for {known}."
    )
}

/// Heads the form.
pub fn sign_in_to(registry: &str) -> String {
    format!("Sign in to {registry}")
}

/// Names a kind of credential.
pub fn kind(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Password => "User name and password or access token",
        CredentialKind::Identity => "Identity token",
        CredentialKind::Registry => "Registry token",
    }
}

/// Labels the field of the secret.
pub fn secret(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Password => "Password or access token",
        CredentialKind::Identity | CredentialKind::Registry => "Token",
    }
}
