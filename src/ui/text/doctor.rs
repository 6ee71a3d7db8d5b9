//! The connection doctor in words.

use super::{error, urls};
use crate::app::session::doctor::{DoctorStep, Fault, Finding};

/// Heading of the page.
pub const HEADING: &str = "Connection to";
/// The link from an error.
pub const LINK: &str = "Find out why";
/// The purpose of the page.
pub const WHAT: &str = "Each step is a request that this page makes. None of them writes anything.";
/// Heading of the configurations.
pub const RECIPES: &str = "What mends it";
/// All is well.
pub const ALL_GOOD: &str = "Nothing stands in the way.";
/// The button that starts again.
pub const AGAIN: &str = "Examine again";
/// The button beside a configuration.
pub const COPY: &str = "Copy the configuration";

/// The question of a step.
pub fn step(step: DoctorStep) -> &'static str {
    match step {
        DoctorStep::Address => "May a page reach this address?",
        DoctorStep::Policy => "Does the policy of this copy of Porthole let it ask there?",
        DoctorStep::Answer => "Does it answer, and may the answer be read?",
        DoctorStep::SignIn => "May a credential be sent?",
        DoctorStep::LongAccept => "May all manifest types be asked for at once?",
        DoctorStep::Headers => "Can the headers be read?",
        DoctorStep::Blob => "Can a blob be read?",
        DoctorStep::TokenServer => "Does its token server answer?",
    }
}

/// The end of a step, in one word.
pub fn finding(finding: &Finding) -> &'static str {
    match finding {
        Finding::Good => "yes",
        Finding::Untried => "not tried",
        Finding::Limited(_) => "with limits",
        Finding::Failed(_) => "no",
    }
}

/// A fault, and its meaning.
pub fn fault(fault: &Fault) -> String {
    let fixed = match fault {
        Fault::MixedContent => {
            "A page opened over https may not read plain http. Open Porthole over http, or put TLS \
             before the registry."
        }
        Fault::OwnPolicy => {
            "This copy was built, or is hosted, for certain hosts: connect-src in its own policy does not \
             name this one. Use a copy that is not limited, or build one: cargo xtask dist --connect \
             'HOST …'."
        }
        Fault::SomeBrowsers => {
            "Chrome and Firefox let an https page read plain http of this machine, others do not."
        }
        Fault::Prompt => {
            "The browser may ask whether this page may reach your local network. A refusal looks \
             like a network error."
        }
        Fault::NoAllowOrigin => {
            "Something answers, but without an Access-Control-Allow-Origin that fits, or with two of \
             them. Some send it on successes only and leave it out of a 401 (nginx without \
             “always”, zot)."
        }
        Fault::PreflightRefused => {
            "The browser first asks for permission, by OPTIONS and without a password. The registry does \
             not answer with 2xx and Access-Control-Allow-Headers. distribution with authentication \
             answers 401."
        }
        Fault::Unreachable(kind) => return with("Nothing answers there: ", &error::reason(kind)),
        Fault::NotARegistry(status) => {
            return with("What answers is no registry: HTTP ", &status.to_string());
        }
        Fault::NotAllowed(header) => {
            return with("Access-Control-Allow-Headers does not name ", header);
        }
        Fault::Hidden(names) => return names.iter().map(|name| hidden(name)).collect(),
        Fault::BlobUnreadable(kind) => {
            return with(
                "Blobs, or the storage that they are redirected to, do not let pages read: ",
                &error::reason(kind),
            );
        }
        Fault::TokenServerUnreadable(server) => {
            return with("It sends no CORS headers, or does not run: ", server);
        }
        Fault::TokenServerNotApproved(server) => {
            return with("Not asked, for you have not approved it yet: ", server);
        }
        Fault::TokenServerRefused(refusal) => return super::sentence(&urls::refusal(*refusal)),
    };
    fixed.to_owned()
}

/// A hidden header, and the cost of that. Only headers that every answer of a kind must have are
/// known to be hidden.
fn hidden(name: &str) -> String {
    let cost = match name {
        "Location" => "Then nothing can be pushed. ",
        "WWW-Authenticate" => "Then the page tries a token server that it knows, or Basic. ",
        "Docker-Content-Digest" => {
            "Then a manifest is read and hashed to find the digest of its tag. "
        }
        _ => "",
    };
    ["Access-Control-Expose-Headers does not name ", name, ". ", cost].concat()
}

fn with(text: &str, more: &str) -> String {
    [text, more, "."].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r165_a_hidden_header_is_named_with_its_cost() {
        let fault = fault(&Fault::Hidden(vec!["WWW-Authenticate", "Docker-Content-Digest"]));
        let expected = "Access-Control-Expose-Headers does not name WWW-Authenticate. Then the page \
                        tries a token server that it knows, or Basic. Access-Control-Expose-Headers \
                        does not name Docker-Content-Digest. Then a manifest is read and hashed to \
                        find the digest of its tag. ";
        assert_eq!(fault, expected);
        assert!(hidden("Location").ends_with("Then nothing can be pushed. "));
    }
}
