//! Lists: repositories and tags, page by page.

use super::*;
use crate::registry::ListFault;

#[test]
fn r094_a_refused_catalog_is_a_state_and_not_a_failure() {
    for status in [401, 403, 404, 405] {
        let bench = Bench::in_order([Reply::status(status)]);
        let error = bench.clock.run(bench.registry.repositories(None)).unwrap().unwrap_err();
        assert_eq!(error.kind, ErrorKind::CatalogUnavailable, "{status}");
    }
}

fn all_tags(bench: &Bench) -> Vec<String> {
    bench
        .clock
        .run(async {
            let (mut tags, mut from) = (Vec::new(), None);
            loop {
                let page = bench.registry.tags(&repository(), from.as_deref()).await.unwrap();
                tags.extend(page.items.iter().map(Tag::to_string));
                match page.next {
                    Some(next) => from = Some(next),
                    None => return tags,
                }
            }
        })
        .unwrap()
}

pub(super) fn tag_list(tags: &[String]) -> Reply {
    let quoted: Vec<String> = tags.iter().map(|tag| format!("\"{tag}\"")).collect();
    Reply::ok(format!(r#"{{"name":"a/b","tags":[{}]}}"#, quoted.join(",")))
}

/// A registry with many tags that pages by `n` and `last`, up to `cap` at a time.
fn paging_registry(count: usize, cap: usize, with_link: bool) -> Bench {
    let all: Vec<String> = (0..count).map(|n| format!("t{n:05}")).collect();
    Bench::answering(move |request, _| {
        let parameter = |name| request.url.parameters().find(|(key, _)| key == name);
        let n: usize = parameter("n").map_or(cap, |(_, n)| n.parse().unwrap());
        if n > cap && !with_link {
            return Reply::status(400).body(r#"{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}"#);
        }
        let last = parameter("last").map(|(_, last)| last).unwrap_or_default();
        let start = all.partition_point(|tag| *tag <= last);
        let page = &all[start..(start + n.min(cap)).min(all.len())];
        let reply = tag_list(page);
        match page.last().filter(|_| with_link && start + page.len() < all.len()) {
            Some(last) => {
                reply.header("Link", &format!("</v2/a/b/tags/list?last={last}>; rel=\"next\""))
            }
            None => reply,
        }
    })
}

#[test]
fn r099_every_tag_is_listed_once_though_no_link_can_be_read() {
    let bench = paging_registry(2500, 1000, false);
    let tags = all_tags(&bench);
    assert_eq!(tags.len(), 2500);
    assert!(tags.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn r100_a_page_size_that_is_refused_is_tried_once_smaller() {
    let bench = paging_registry(250, 100, false);
    assert_eq!(all_tags(&bench).len(), 250);
}

#[test]
fn r099_r100_a_cap_that_nobody_mentions_is_found_by_asking_once_more() {
    let listed = |count: usize, cap: usize| {
        let all: Vec<String> = (0..count).map(|n| format!("t{n:05}")).collect();
        let bench = Bench::answering(move |request, _| {
            let last = request.url.parameters().find(|(key, _)| key == "last");
            let last = last.map(|(_, last)| last).unwrap_or_default();
            let start = all.partition_point(|tag| *tag <= last);
            tag_list(&all[start..(start + cap).min(all.len())])
        });
        (all_tags(&bench).len(), bench.script.sent().len())
    };
    assert_eq!(listed(240, 100), (240, 3));
    assert_eq!(listed(100, 100), (100, 2), "nothing after the hundredth");
    assert_eq!(listed(99, 100), (99, 1));
    assert_eq!(listed(1300, 500), (1300, 3));
    let hundred: Vec<String> = (0..100).map(|n| format!("t{n:05}")).collect();
    let deaf = Bench::answering(move |_, _| tag_list(&hundred));
    let repository = deaf.registry.repository(repository());
    let (tags, incomplete) = deaf.clock.run(repository.tags().all()).unwrap().unwrap();
    assert_eq!((tags.len(), incomplete, deaf.script.sent().len()), (100, false, 2));
}

#[test]
fn r098_links_lead_on_from_pages_that_are_shorter_than_asked_for() {
    let bench = paging_registry(2500, 70, true);
    assert_eq!(all_tags(&bench).len(), 2500);
}

#[test]
fn r098_a_link_to_another_origin_is_not_followed_and_shows() {
    let reply = tag_list(&["a".to_owned()]).header("Link", "<https://evil.example/x>; rel=next");
    let bench = Bench::in_order([reply]);
    let page = bench.clock.run(bench.registry.tags(&repository(), None)).unwrap().unwrap();
    assert_eq!((page.next.as_deref(), page.may_be_incomplete), (Some("after:a"), true));
}

#[test]
fn r095_null_is_an_empty_list_and_a_page_is_no_list() {
    let bench = Bench::in_order([Reply::ok(r#"{"name":"a/b","tags":null}"#)]);
    assert_eq!(all_tags(&bench), Vec::<String>::new());
    for answer in [r#"{"tags":{}}"#, r#"{"tags":["a","#, "{}"] {
        let bench = Bench::in_order([Reply::ok(answer)]);
        let page = bench.clock.run(bench.registry.tags(&repository(), None)).unwrap().unwrap();
        assert!(page.may_be_incomplete, "{answer}");
    }
    for answer in ["<html>", "", "[]"] {
        let bench = Bench::in_order([Reply::ok(answer)]);
        let error = bench.clock.run(bench.registry.tags(&repository(), None)).unwrap().unwrap_err();
        assert!(matches!(error.kind, ErrorKind::BadAnswer(_)), "{answer}: {error}");
    }
}

#[test]
fn names_outside_the_grammar_are_kept_apart_and_end_no_list_in_doubt() {
    let catalog = r#"{"repositories":["a","Test/Some","b/c","--x"]}"#;
    let bench = Bench::in_order([Reply::ok(catalog)]);
    let page = bench.clock.run(bench.registry.repositories(None)).unwrap().unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.unaddressable, ["Test/Some", "--x"]);
    assert_eq!((page.may_be_incomplete, page.fault), (false, None));
    let bench = Bench::in_order([tag_list(&["v1".to_owned(), "has+plus".to_owned()])]);
    let page = bench.clock.run(bench.registry.tags(&repository(), None)).unwrap().unwrap();
    assert_eq!(page.unaddressable, ["has+plus"]);
    assert!(!page.may_be_incomplete);
}

#[test]
fn r098_a_link_that_is_not_served_is_named_and_the_list_goes_on_after_its_last_item() {
    for refusal in [
        Reply::status(400).body("<html>"),
        Reply::status(404),
        Reply::ok("<html></html>"),
        Reply::network_failure(),
    ] {
        let all: Vec<String> = (0..5).map(|n| format!("t{n}")).collect();
        let bench = Bench::answering(move |request, _| {
            if !request.url.path().starts_with("/v2/") {
                return refusal.clone();
            }
            let last =
                request.url.parameters().find(|(key, _)| key == "last").map(|(_, last)| last);
            let start = all.partition_point(|tag| last.as_ref().is_some_and(|last| tag <= last));
            let page = &all[start..(start + 2).min(all.len())];
            let link = "</repository/docker/v2/a/b/tags/list?n=2&last=x>; rel=\"next\"";
            match start + page.len() < all.len() {
                true => tag_list(page).header("Link", link),
                false => tag_list(page),
            }
        });
        let (mut tags, mut from, mut faults) = (Vec::new(), None, Vec::new());
        loop {
            let place = repository();
            let asked = bench.registry.tags(&place, from.as_deref());
            let page = bench.clock.run(asked).unwrap().unwrap();
            tags.extend(page.items.iter().map(Tag::to_string));
            faults.extend(page.fault);
            match page.next {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        assert_eq!(tags, ["t0", "t1", "t2", "t3", "t4"]);
        let [ListFault::WrongLink(url)] = &faults[..] else { panic!("{faults:?}") };
        assert!(url.contains("/repository/docker/v2/"), "{url}");
        let wrong =
            bench.script.lines().iter().filter(|line| line.contains("/repository/")).count();
        assert!(wrong >= 1 && bench.script.lines().iter().all(|line| !line.contains("evil")));
    }
}

#[test]
fn r099_a_hidden_link_with_a_cursor_of_its_own_is_named() {
    let all: Vec<String> = (0..1000).map(|n| format!("t{n:05}")).collect();
    let bench = Bench::answering(move |request, _| match request.url.query() {
        Some(query) if query.contains("last=") => Reply::status(405),
        _ => tag_list(&all),
    });
    let first = bench.clock.run(bench.registry.tags(&repository(), None)).unwrap().unwrap();
    assert_eq!(first.items.len(), 1000);
    let place = repository();
    let second = bench.registry.tags(&place, first.next.as_deref());
    let error = bench.clock.run(second).unwrap().unwrap_err();
    assert_eq!(error.kind, ErrorKind::HiddenHeader("Link"));
    assert_eq!(error.context.status, Some(405));
}

#[test]
fn r098_after_a_link_that_leads_nowhere_the_list_goes_on_after_its_last_item() {
    for link in [
        "<>; rel=next",
        "<<<>>",
        "<javascript:alert(1)>; rel=next",
        "<https://u:p@registry.example/v2/a/b/tags/list?last=b>; rel=next",
        "<https://other.example/v2/a/b/tags/list?last=b>; rel=next",
        "<?n=1000>; rel=next",
        "</v2/a/b/tags/list>; rel=next",
        "</v2/a/b/tags/list?page=1>; rel=next",
        "</v2/other/tags/list?last=b>; rel=next",
        "</v2/x/a/b2/tags/list?last=b>; rel=next",
        "</v2/nothing/tags/list>; rel=next",
    ] {
        for ignores_last in [false, true] {
            let bench = Bench::answering(move |request, _| {
                let is_second = request.url.to_string().contains("last=b") && !ignores_last;
                let tags = if is_second { r#""c""# } else { r#""a","b""# };
                let reply = Reply::ok(format!(r#"{{"tags":[{tags}]}}"#));
                if is_second { reply } else { reply.header("Link", link) }
            });
            let tags = |from: Option<&str>| {
                bench.clock.run(bench.registry.tags(&repository(), from)).unwrap().unwrap()
            };
            let first = tags(None);
            assert_eq!(first.items.len(), 2, "{link}");
            let second = tags(Some(first.next.as_deref().unwrap()));
            let names: Vec<&str> = second.items.iter().map(Tag::as_str).collect();
            assert_eq!(names, if ignores_last { vec!["a"] } else { vec!["c"] }, "{link}");
            assert_eq!(second.next, None, "{link}: no endless list");
        }
    }
}

#[test]
fn r097_names_outside_the_grammar_are_given_to_callers_too() {
    let odd = |names: &str| Reply::ok(names.to_owned());
    let next = r#"</v2/a/b/tags/list?n=2&last=b>; rel="next""#;
    let bench = Bench::in_order([
        odd(r#"{"name":"a/b","tags":["a","has+plus"]}"#).header("Link", next),
        odd(r#"{"name":"a/b","tags":["i","-dash","has+plus"]}"#),
    ]);
    let mut pages = bench.registry.repository(repository()).tags().pages();
    let mut tags = Vec::new();
    while let Some(page) = bench.clock.run(pages.next()).unwrap().unwrap() {
        tags.extend(page.iter().map(Tag::to_string));
    }
    assert_eq!(tags, ["a", "i"]);
    assert_eq!(pages.unaddressable().collect::<Vec<_>>(), ["-dash", "has+plus"]);

    let catalog = || odd(r#"{"repositories":["Test/Some","a/b"]}"#);
    let bench = Bench::in_order([catalog(), catalog()]);
    let mut pages = bench.registry.repository_pages();
    assert_eq!(bench.clock.run(pages.next()).unwrap().unwrap().unwrap().len(), 1);
    assert_eq!(pages.unaddressable().collect::<Vec<_>>(), ["Test/Some"]);
    let slice = bench.clock.run(bench.registry.names_after(None, 9)).unwrap().unwrap();
    assert_eq!((slice.names.len(), &*slice.unaddressable), (1, &["Test/Some".to_owned()][..]));
}

#[test]
fn r103_entries_of_referrers_with_a_digest_outside_the_grammar_are_told() {
    let entry = |digest: &str| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":2}}"#
        )
    };
    let (good, bad) = (entry(digest_of(b"x").as_str()), entry("sha256:short"));
    let list = format!(r#"{{"schemaVersion":2,"manifests":[{good},{bad}]}}"#);
    let bench = Bench::answering(move |request, _| match request.url.to_string() {
        url if url.contains("/referrers/") => Reply::ok(list.clone())
            .header("Content-Type", "application/vnd.oci.image.index.v1+json"),
        _ => Reply::status(404),
    });
    let (place, subject) = (repository(), digest_of(b"subject"));
    let found = bench.clock.run(bench.registry.referrers(&place, &subject, None)).unwrap().unwrap();
    assert_eq!(found.items.len(), 1);
    assert_eq!(found.unaddressable, ["sha256:short"]);
    assert!(found.may_be_incomplete);
}
