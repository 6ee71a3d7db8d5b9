//! `WWW-Authenticate`: a registry's request for credentials (RFC 9110 section 11, R63).
//!
//! A field may hold any number of challenges, and fetch joins repeated fields with `, `. So only
//! the text after a comma shows if it separates challenges or parameters.

use crate::{caps, wire::field_cursor::FieldCursor};

/// One way in which a registry accepts credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme in lower case: `bearer`, `basic`.
    pub scheme: String,
    /// The value of a challenge that has no parameters.
    pub token68: Option<String>,
    /// The parameters in order, with names in lower case. No name repeats.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// Returns the value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the registry's complaint about the token that was sent (R25).
    pub fn error(&self) -> Option<ChallengeError> {
        match self.parameter("error")? {
            "invalid_token" => Some(ChallengeError::InvalidToken),
            "insufficient_scope" => Some(ChallengeError::InsufficientScope),
            other => Some(ChallengeError::Other(other.to_owned())),
        }
    }
}

/// The `error` parameter of a Bearer challenge (RFC 6750 section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChallengeError {
    /// The token has expired or is wrong, so the user is not authorised.
    InvalidToken,
    /// The token is valid and does not allow this, so access is denied.
    InsufficientScope,
    /// Any other word.
    Other(String),
}

impl ChallengeError {
    /// Returns the word in the field.
    pub fn as_str(&self) -> &str {
        match self {
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::Other(word) => word,
        }
    }
}

/// The challenge that the client answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A token from a token server.
    Bearer {
        /// The address of the token server. It is not checked yet (R71).
        realm: String,
        /// The name by which the token server knows the registry.
        service: Option<String>,
        /// The scopes that the request needs.
        scope: Option<String>,
        /// The complaint about the token that was sent.
        error: Option<ChallengeError>,
    },
    /// User name and password.
    Basic {
        /// The purpose of the password, for display.
        realm: Option<String>,
    },
}

/// A field that cannot be read. None of its challenges is used then (R63).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A challenge does not begin with a scheme.
    Scheme,
    /// A parameter has no value, or its value does not fit the grammar.
    Parameter,
    /// A quoted string does not end.
    OpenQuote,
    /// A parameter stands twice in one challenge.
    Duplicate,
    /// Something stands where a comma should.
    Separator,
    /// There are more bytes, challenges or parameters than are read
    /// ([`caps::CHALLENGE_BYTES`], [`caps::CHALLENGES`], [`caps::CHALLENGE_PARAMETERS`]).
    TooMuch,
}

/// Reads every challenge of all `WWW-Authenticate` fields.
///
/// # Errors
/// A field does not fit the grammar, a parameter repeats, or there is more than is read.
pub fn parse<'a>(fields: impl IntoIterator<Item = &'a str>) -> Result<Vec<Challenge>, Malformed> {
    let mut challenges = Vec::new();
    let mut room = caps::CHALLENGE_BYTES;
    for field in fields {
        room = room.checked_sub(field.len()).ok_or(Malformed::TooMuch)?;
        read_field(&mut FieldCursor::new(field), &mut challenges)?;
    }
    Ok(challenges)
}

/// Chooses the challenge to answer: the first Bearer with a realm, else the first Basic (R63).
pub fn choose(challenges: &[Challenge]) -> Option<Demand> {
    challenges.iter().find_map(bearer).or_else(|| challenges.iter().find_map(basic))
}

fn bearer(challenge: &Challenge) -> Option<Demand> {
    let realm = challenge.parameter("realm").filter(|realm| !realm.is_empty())?.to_owned();
    let text = |name| challenge.parameter(name).filter(|v| !v.is_empty()).map(str::to_owned);
    (challenge.scheme == "bearer").then(|| Demand::Bearer {
        realm,
        service: text("service"),
        scope: text("scope"),
        error: challenge.error(),
    })
}

fn basic(challenge: &Challenge) -> Option<Demand> {
    let realm = challenge.parameter("realm").map(str::to_owned);
    (challenge.scheme == "basic").then_some(Demand::Basic { realm })
}

/// Skips empty elements of the list, which are allowed anywhere (RFC 9110 section 5.6.1.2).
fn skip_separators(cursor: &mut FieldCursor<'_>) -> bool {
    let mut comma = false;
    loop {
        cursor.skip_blanks();
        if !cursor.eat(',') {
            return comma;
        }
        comma = true;
    }
}

fn read_field(
    cursor: &mut FieldCursor<'_>,
    challenges: &mut Vec<Challenge>,
) -> Result<(), Malformed> {
    skip_separators(cursor);
    while !cursor.is_empty() {
        let challenge = read_challenge(cursor)?;
        if challenges.len() == caps::CHALLENGES {
            return Err(Malformed::TooMuch);
        }
        challenges.push(challenge);
        if !skip_separators(cursor) && !cursor.is_empty() {
            return Err(Malformed::Separator);
        }
    }
    Ok(())
}

fn read_challenge(cursor: &mut FieldCursor<'_>) -> Result<Challenge, Malformed> {
    let scheme = cursor.token().to_ascii_lowercase();
    if scheme.is_empty() {
        return Err(Malformed::Scheme);
    }
    let mut challenge = Challenge { scheme, ..Challenge::default() };
    if !cursor.skip_blanks() {
        return Ok(challenge);
    }
    if let Some(token) = read_token68(cursor) {
        challenge.token68 = Some(token);
        return Ok(challenge);
    }
    while let Some((name, value)) = read_parameter(cursor)? {
        if challenge.parameter(&name).is_some() {
            return Err(Malformed::Duplicate);
        }
        if challenge.parameters.len() == caps::CHALLENGE_PARAMETERS {
            return Err(Malformed::TooMuch);
        }
        challenge.parameters.push((name, value));
        if !next_is_parameter(cursor) {
            break;
        }
    }
    Ok(challenge)
}

/// Takes a token68, if there is one. Only its end shows it: a single `=` with a value behind it
/// makes a parameter.
fn read_token68(cursor: &mut FieldCursor<'_>) -> Option<String> {
    let mut ahead = cursor.clone();
    let body = ahead.take_while(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
    let padding = ahead.take_while(|c| c == '=');
    let token = format!("{body}{padding}");
    ahead.skip_blanks();
    let ends = matches!(ahead.peek(), None | Some(','));
    // `realm=` at the end is a parameter without a value rather than padded base64.
    let is_name = padding.len() == 1 && !(body.len() + 1).is_multiple_of(4);
    if body.is_empty() || !ends || is_name {
        return None;
    }
    *cursor = ahead;
    Some(token)
}

/// Takes `name = value`. Returns `None` if there is nothing: blanks alone may follow a scheme.
fn read_parameter(cursor: &mut FieldCursor<'_>) -> Result<Option<(String, String)>, Malformed> {
    if matches!(cursor.peek(), None | Some(',')) {
        return Ok(None);
    }
    let name = cursor.token().to_ascii_lowercase();
    cursor.skip_blanks();
    if name.is_empty() || !cursor.eat('=') {
        return Err(Malformed::Parameter);
    }
    cursor.skip_blanks();
    let value = match cursor.peek() {
        Some('"') => cursor.quoted().ok_or(Malformed::OpenQuote)?,
        // Some registries leave the quotes out: `Basic realm=/`, `Bearer realm=https://a.example/t`.
        _ => {
            let bare = cursor.take_while(|c| c.is_ascii_graphic() && !matches!(c, ',' | '"'));
            Some(bare).filter(|text| !text.is_empty()).ok_or(Malformed::Parameter)?.to_owned()
        }
    };
    Ok(Some((name, value)))
}

/// Returns true if a comma and another parameter of this challenge follow, and takes the comma. A
/// token without `=` behind it begins the next challenge.
fn next_is_parameter(cursor: &mut FieldCursor<'_>) -> bool {
    let mut ahead = cursor.clone();
    if !skip_separators(&mut ahead) {
        return false;
    }
    let start = ahead.clone();
    let named = !ahead.token().is_empty();
    ahead.skip_blanks();
    if named && ahead.eat('=') {
        *cursor = start;
        return true;
    }
    false
}

#[cfg(test)]
mod tests;
