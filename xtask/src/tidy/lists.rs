//! Lists on the page: a document can make any list as long as it likes, so that views draw none of their own
//! but by the two parts that draw what is in sight.

use super::{Violation, source::Source};

/// The files that draw lists: a window onto rows, the first items of a list, and names that are cut before.
const DRAWERS: [&str; 4] = [
    "src/ui/components/list_head.rs",
    "src/ui/components/long_list.rs",
    "src/ui/components/windowed_list.rs",
    // The lines of a document, which are a window above a stated number.
    "src/ui/views/json.rs",
];

/// The ways in which Yew draws a list.
const WAYS: [&str; 3] = ["{ for ", "collect::<Html>", "VList"];

/// Finds lists that a file draws by itself.
pub(crate) fn check(source: &Source) -> Vec<Violation> {
    let is_page = source.path.starts_with("src/ui/") && source.path != "src/ui/stateful.rs";
    if !is_page || DRAWERS.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let lines = source.lines().filter(|(_, code)| WAYS.iter().any(|way| code.contains(way)));
    lines
        .map(|(line, _)| {
            let next =
                "draw it by DrawnLists, WindowedList or short_list: a document can make it long";
            Violation::new(source, line, next.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Source::new(path, text)).len()
    }

    #[test]
    fn a_list_of_a_view_s_own_is_found() {
        let text = "fn f() -> Html {\n    html! { <ul>{ for items.iter().map(item) }</ul> }\n}";
        assert_eq!(count("src/ui/views/history.rs", text), 1);
        assert_eq!(
            count("src/ui/pages/home.rs", "let all = items.map(item).collect::<Html>();"),
            1
        );
        assert_eq!(count("src/ui/components/tabs.rs", "VList::with_children(items, None)"), 1);
    }

    #[test]
    fn loops_and_the_parts_that_draw_lists_are_none() {
        assert_eq!(
            count("src/ui/views/history.rs", "fn f() {\n    for item in items {\n    }\n}"),
            0
        );
        assert_eq!(count("src/ui/components/windowed_list.rs", "{ for drawn.map(row) }"), 0);
        assert_eq!(count("src/app/views/tree.rs", "items.collect::<Html>()"), 0);
    }
}
