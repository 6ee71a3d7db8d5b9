//! The switches as options of a command line. `cargo xtask registry` takes the same options.

use crate::faults::{Fault, Rule};
use crate::hostile::{self, rows_as_help};
use crate::switches::{
    Auth, BlobDelivery, Catalog, Cors, LinkHeader, Realm, Referrers, Scheme, Seed, Switches,
};

/// The help text of all options.
pub const HELP: &str = concat!(
    "\
  --port N             listen on 127.0.0.1:N (default 0: any free port)
  --seed WHAT          full (default), images, empty
  --cors MODE          exposed (default), hidden, none, preflight-denied, no-blobs, bare-401, zot, doubled,
                       bare-errors
  --auth SCHEME        open (default), basic, bearer; user tester, password s3cret-canary
  --anonymous-pull     pulling needs no password
  --realm WHERE        same (default), other, or a URL
  --expires-in S       life of a token in seconds (default 300)
  --no-oauth2          the token endpoint knows only GET
  --ranges on|off      byte ranges on blobs (default on)
  --blobs HOW          direct (default), redirect, redirect-no-cors
  --link HOW           shown (default), hidden, absent
  --page-cap N         entries per page at most
  --refuse-above N     400 to requests for more than N entries
  --last-ignored       `last` is not looked at
  --endless            the list of tags never ends
  --unsorted           tags in no order
  --catalog HOW        open (default), denied, absent, not-allowed
  --referrers HOW      api (default), absent, not-acceptable, redirected, unfiltered, paged
  --chunk-minimum N    OCI-Chunk-Min-Length
  --no-chunked         only monolithic uploads
  --no-mount           mounts are not honoured
  --no-delete          deleting is refused
  --read-only          only GET and HEAD; 405 to everything else
  --no-digest-header   no Docker-Content-Digest
  --warning TEXT       a Warning header on every reply
  --cache-control TEXT   a Cache-Control header on every reply, such as max-age=31536000
  --fault NAME[:PATTERN[:TIMES]]   a fault on requests whose `METHOD /path` matches; may be repeated
  --probability P      the last --fault is applied with this probability
  --random-seed N      seed of the random numbers (default 1)
  --hostile ROW        serve a row of the hostile gallery as hostile/ROW, or all; may be repeated:
",
    hostile::rows!(rows_as_help)
);

/// Reads options into switches. Starts from the switches of the demo.
///
/// # Errors
/// Names the option or value that is not known.
pub fn parse_options(arguments: impl IntoIterator<Item = String>) -> Result<Switches, String> {
    let mut switches = Switches::demo();
    let mut arguments = arguments.into_iter();
    while let Some(option) = arguments.next() {
        if !flag(&mut switches, &option) {
            let value = arguments
                .next()
                .ok_or_else(|| format!("{option} is not known, or lacks its value"))?;
            valued(&mut switches, &option, &value)
                .map_err(|why| format!("{option} {value}: {why}"))?;
        }
    }
    Ok(switches)
}

fn flag(switches: &mut Switches, option: &str) -> bool {
    match option {
        "--anonymous-pull" => switches.auth.anonymous_pull = true,
        "--no-oauth2" => switches.auth.oauth2 = false,
        "--last-ignored" => switches.paging.last_ignored = true,
        "--endless" => switches.paging.endless = true,
        "--unsorted" => switches.paging.unsorted = true,
        "--no-chunked" => switches.uploads.chunked = false,
        "--no-mount" => switches.uploads.mount = false,
        "--no-delete" => switches.delete = false,
        "--read-only" => switches.read_only = true,
        "--no-digest-header" => switches.digest_header = false,
        _ => return false,
    }
    true
}

fn valued(switches: &mut Switches, option: &str, value: &str) -> Result<(), String> {
    match option {
        "--port" => switches.port = number(value)?,
        "--random-seed" => switches.random_seed = number(value)?,
        "--expires-in" => switches.auth.expires_in = number(value)?,
        "--page-cap" => switches.paging.cap = Some(number(value)?),
        "--refuse-above" => switches.paging.refuse_above = Some(number(value)?),
        "--chunk-minimum" => switches.uploads.chunk_minimum = Some(number(value)?),
        "--hostile" => hostile::choose(&mut switches.hostile, value)?,
        "--cache-control" => switches.cache_control = Some(value.into()),
        "--warning" => switches.warning = Some(value.into()),
        "--seed" => switches.seed = choose(value, SEEDS)?,
        "--cors" => switches.cors = choose(value, CORS)?,
        "--ranges" => switches.ranges = choose(value, &[("on", true), ("off", false)])?,
        "--blobs" => switches.blobs = choose(value, BLOBS)?,
        "--link" => switches.paging.link = choose(value, LINKS)?,
        "--catalog" => switches.catalog = choose(value, CATALOGS)?,
        "--referrers" => switches.referrers = choose(value, REFERRERS)?,
        "--auth" => switches.auth.scheme = scheme(value)?,
        "--realm" => switches.auth.realm = realm(value),
        "--fault" => switches.faults.push(Rule::parse(value).map_err(|why| with_names(&why))?),
        "--probability" => set_probability(switches, number(value)?)?,
        _ => return Err("no such option".into()),
    }
    Ok(())
}

const SEEDS: &[(&str, Seed)] =
    &[("full", Seed::Full), ("images", Seed::Images), ("empty", Seed::Empty)];
const CORS: &[(&str, Cors)] = &[
    ("exposed", Cors::Exposed),
    ("hidden", Cors::Hidden),
    ("none", Cors::None),
    ("preflight-denied", Cors::PreflightDenied),
    ("no-blobs", Cors::NoBlobs),
    ("bare-401", Cors::BareUnauthorized),
    ("zot", Cors::Zot),
    ("doubled", Cors::Doubled),
    ("bare-errors", Cors::BareErrors),
];
const BLOBS: &[(&str, BlobDelivery)] = &[
    ("direct", BlobDelivery::Direct),
    ("redirect", BlobDelivery::Redirect),
    ("redirect-no-cors", BlobDelivery::RedirectWithoutCors),
];
const LINKS: &[(&str, LinkHeader)] =
    &[("shown", LinkHeader::Shown), ("hidden", LinkHeader::Hidden), ("absent", LinkHeader::Absent)];
const CATALOGS: &[(&str, Catalog)] = &[
    ("open", Catalog::Open),
    ("denied", Catalog::Denied),
    ("absent", Catalog::Absent),
    ("not-allowed", Catalog::NotAllowed),
];
const REFERRERS: &[(&str, Referrers)] = &[
    ("api", Referrers::Api),
    ("absent", Referrers::Absent),
    ("not-acceptable", Referrers::NotAcceptable),
    ("redirected", Referrers::Redirected),
    ("unfiltered", Referrers::Unfiltered),
    ("paged", Referrers::Paged),
];

fn scheme(value: &str) -> Result<Scheme, String> {
    let schemes = [("open", Auth::default()), ("basic", Auth::basic()), ("bearer", Auth::bearer())];
    choose(value, &schemes).map(|auth| auth.scheme)
}

fn realm(value: &str) -> Realm {
    match value {
        "same" => Realm::SameOrigin,
        "other" => Realm::OtherOrigin,
        url => Realm::Url(url.into()),
    }
}

fn set_probability(switches: &mut Switches, probability: f64) -> Result<(), String> {
    let rule = switches.faults.pop().ok_or("there is no --fault before it")?;
    switches.faults.push(rule.probability(probability));
    Ok(())
}

fn with_names(why: &str) -> String {
    let names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    format!("{why}; the faults are {}", names.join(", "))
}

fn choose<T: Clone>(value: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| *name == value).map(|(_, choice)| choice.clone());
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    found.ok_or_else(|| format!("choose one of {}", names.join(", ")))
}

fn number<T: std::str::FromStr>(value: &str) -> Result<T, String> {
    value.parse().map_err(|_| "not a number that fits".into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(line: &str) -> Result<Switches, String> {
        parse_options(line.split_whitespace().map(Into::into))
    }

    #[test]
    fn options_turn_switches() {
        let switches =
            parse("--port 5055 --cors hidden --auth bearer --anonymous-pull --page-cap 400")
                .unwrap();
        assert_eq!((switches.port, switches.cors), (5055, Cors::Hidden));
        assert_eq!(switches.auth.scheme, Scheme::Bearer);
        assert!(switches.auth.anonymous_pull);
        assert_eq!(switches.paging.cap, Some(400));
        let switches = parse("--fault 500:/blobs/:2 --probability 0.5 --link absent").unwrap();
        assert_eq!(switches.faults.len(), 1);
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert!(parse("--cors sometimes").unwrap_err().contains("choose one of exposed"));
        assert!(parse("--fault nonsense").unwrap_err().contains("stall-headers"));
        assert!(parse("--port").unwrap_err().contains("--port"));
        assert!(parse("--nonsense 1").unwrap_err().contains("no such option"));
    }

    #[test]
    fn every_option_of_the_help_is_known() {
        let options = HELP
            .lines()
            .filter_map(|line| line.trim().split(' ').next())
            .filter(|word| word.starts_with("--"));
        for option in options {
            let line = if flag(&mut Switches::demo(), option) {
                option.to_owned()
            } else {
                format!("{option} \u{1}")
            };
            let told = parse(&line).err().unwrap_or_default();
            assert!(!told.contains("no such option"), "{told}");
        }
    }
}
