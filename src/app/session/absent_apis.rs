//! Registries that are known to give a page no referrers API, kept for the tab, so that a reload does not
//! ask them again (R107). Only origins are kept, and no names of repositories.

use std::rc::Rc;

use crate::{
    app::{RegistryAddress, settings::SharedSettingsStore},
    client::RemoteRegistry,
    registry::ReferrersApi,
};

const NAME: &str = "porthole.without-referrers";

/// The number of registries that are kept.
const MOST: usize = 64;

/// Lets a client know what the tab knows of its registry, and keeps what it learns.
pub fn remember(client: &RemoteRegistry, address: &RegistryAddress, store: &SharedSettingsStore) {
    let origin = address.credential_key();
    let lines = store.get(NAME).unwrap_or_default();
    let kept = lines.lines().find_map(|line| api_of(line.strip_prefix(&origin)?));
    let store = Rc::clone(store);
    client.recall_referrers_api(
        kept,
        Rc::new(move |api| {
            let known = store.get(NAME).unwrap_or_default();
            let after = with(&known, &origin, api);
            if after != known {
                store.set(NAME, Some(&after).filter(|text| !text.is_empty()).map(String::as_str));
            }
        }),
    );
}

/// Returns the lines with what was learnt of a registry, the latest first.
fn with(lines: &str, origin: &str, api: &ReferrersApi) -> String {
    let is_another = |line: &&str| line.strip_prefix(origin).and_then(api_of).is_none();
    let learnt = mark(api).map(|mark| [origin, mark].concat());
    let others = lines.lines().filter(is_another).map(str::to_owned);
    learnt.into_iter().chain(others).take(MOST).collect::<Vec<_>>().join("\n")
}

/// Returns the word behind the origin; a refusal and an API that lists are not kept.
fn mark(api: &ReferrersApi) -> Option<&'static str> {
    match api {
        ReferrersApi::Absent => Some(" absent"),
        ReferrersApi::Unreadable => Some(" unreadable"),
        ReferrersApi::Listed | ReferrersApi::Refused(_) => None,
    }
}

fn api_of(text: &str) -> Option<ReferrersApi> {
    [ReferrersApi::Absent, ReferrersApi::Unreadable].into_iter().find(|api| mark(api) == Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r107_what_is_kept_is_a_line_for_each_origin() {
        let check = |lines: &str, origin: &str, api: ReferrersApi, expected: &str| {
            assert_eq!(with(lines, origin, &api), expected, "{lines:?} {origin}");
        };
        let (absent, unreadable) = (ReferrersApi::Absent, ReferrersApi::Unreadable);
        check("", "https://a.example", absent.clone(), "https://a.example absent");
        check(
            "https://a.example absent",
            "http://a.example",
            unreadable.clone(),
            "http://a.example unreadable\nhttps://a.example absent",
        );
        check(
            "https://a.example absent\nhttps://a.example:5000 absent",
            "https://a.example",
            unreadable,
            "https://a.example unreadable\nhttps://a.example:5000 absent",
        );
        check("https://a.example absent", "https://a.example", ReferrersApi::Listed, "");
        let many: Vec<String> = (0..100).map(|n| format!("https://{n}.example absent")).collect();
        let kept = with(&many.join("\n"), "https://a.example", &absent);
        assert_eq!(kept.lines().count(), MOST);
        assert!(kept.starts_with("https://a.example absent\nhttps://0.example absent\n"));
    }

    #[test]
    fn what_is_broken_says_nothing() {
        for text in ["", " ", " Absent", "absent", " absent ", ":5000 absent", ".evil absent"] {
            assert_eq!(api_of(text), None, "{text:?}");
        }
        assert_eq!(api_of(" absent"), Some(ReferrersApi::Absent));
        assert_eq!(api_of(" unreadable"), Some(ReferrersApi::Unreadable));
    }
}
