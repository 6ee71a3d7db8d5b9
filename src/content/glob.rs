//! Patterns for names and paths, as people type them: part of a name, or a glob with `*`, `?` and
//! `**`. Letters match in either case.
//!
//! Matching is a set of positions in the pattern, kept as the bits of one number and moved on by each
//! character: no backtracking, so no pattern makes a million names slow.

/// Characters that a pattern may have; each is a bit.
const PATTERN_MAX: usize = 120;

/// One step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PatternStep {
    /// This character, in lower case.
    One(char),
    /// `?`: any character but a slash.
    Any,
    /// `*`: any characters but slashes.
    Name,
    /// `**`: any characters.
    Path,
}

/// A pattern with `*`, `?`, `[…]` and `**`, ready to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    steps: Vec<PatternStep>,
    /// `true` if it is matched against whole paths, `false` if against names.
    of_paths: bool,
}

impl Pattern {
    /// Reads a pattern. Without `*` and `?` it is a part of a name, or of a path where it has a
    /// slash; with them it is a whole name, or the end of a path, and from `/` on a whole path.
    /// `None` if there is nothing in it. What is longer than the limit is cut.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let of_paths = text.contains('/');
        let is_glob = text.contains(['*', '?']);
        let body = text.strip_prefix('/').unwrap_or(text);
        let is_anchored = of_paths && body.len() < text.len();
        let mut steps = Vec::new();
        if is_glob && of_paths && !is_anchored {
            // The end of a path: at its start or behind a slash.
            steps.extend([PatternStep::Path, PatternStep::One('/')]);
        } else if !is_glob && !is_anchored {
            steps.push(PatternStep::Path);
        }
        let head = steps.len();
        let mut chars = body.chars().take(PATTERN_MAX).peekable();
        while let Some(c) = chars.next() {
            steps.push(match c {
                '?' => PatternStep::Any,
                '*' if chars.next_if_eq(&'*').is_some() => PatternStep::Path,
                '*' => PatternStep::Name,
                c => PatternStep::One(fold(c)),
            });
        }
        if steps.len() == head {
            return None;
        }
        if !is_glob {
            steps.push(PatternStep::Path);
        }
        Some(Self { steps, of_paths })
    }

    /// Returns `true` if it is matched against whole paths (without a slash at their front).
    pub fn is_of_paths(&self) -> bool {
        self.of_paths
    }

    /// Returns `true` if a name or path matches. Bytes that are not UTF-8 match `?` and `*`.
    pub fn matches(&self, name: &[u8]) -> bool {
        let mut at = self.close(1);
        if self.of_paths
            && matches!(self.steps.get(..2), Some([PatternStep::Path, PatternStep::One('/')]))
        {
            at |= self.close(1 << 2);
        }
        for c in String::from_utf8_lossy(name).chars() {
            at = self.step(at, fold(c));
            if at == 0 {
                return false;
            }
        }
        at & (1 << self.steps.len()) != 0
    }

    /// Adds the positions behind the stars that are reached: a star also stands for no character.
    fn close(&self, mut at: u128) -> u128 {
        for (number, step) in self.steps.iter().enumerate() {
            if matches!(step, PatternStep::Name | PatternStep::Path) {
                at |= (at & (1 << number)) << 1;
            }
        }
        at
    }

    fn step(&self, at: u128, c: char) -> u128 {
        let mut next = 0;
        let mut left = at;
        while left != 0 {
            let number = left.trailing_zeros();
            left &= left - 1;
            next |= match self.steps.get(number as usize) {
                Some(PatternStep::One(wanted)) if *wanted == c => 1 << (number + 1),
                Some(PatternStep::Any) if c != '/' => 1 << (number + 1),
                Some(PatternStep::Name) if c != '/' => 1 << number,
                Some(PatternStep::Path) => 1 << number,
                _ => 0,
            };
        }
        self.close(next)
    }
}

/// Returns a text with each character in lower case, if that is one character: the same for both sides of
/// a search. The rules for whole words, such as the final sigma, would cost the page 2 kB.
pub fn lower(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// A character in lower case, if that is one character.
fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn parts_of_names_and_globs_match_as_people_expect() {
        let check = |pattern: &str, path: &str, expected: bool| {
            let pattern = Pattern::new(pattern).unwrap();
            let name = path.rsplit('/').next().unwrap();
            let against = if pattern.is_of_paths() { path } else { name };
            assert_eq!(pattern.matches(against.as_bytes()), expected, "{pattern:?} {path}");
        };
        check("ssl", "usr/lib/libssl.so.3", true);
        check("SSL", "usr/lib/libssl.so.3", true);
        check("ssl", "usr/ssl/cert.pem", false);
        check("ssl/", "usr/ssl/cert.pem", true);
        check("/usr/ss", "usr/ssl/cert.pem", true);
        check("/ssl", "usr/ssl/cert.pem", false);
        check("*.pem", "usr/ssl/cert.pem", true);
        check("*.pem", "usr/ssl/cert.pem.old", false);
        check("c?rt.*", "usr/ssl/cert.pem", true);
        check("etc/*.conf", "etc/a.conf", true);
        check("etc/*.conf", "usr/etc/a.conf", true);
        check("etc/*.conf", "petc/a.conf", false);
        check("etc/*.conf", "etc/b/a.conf", false);
        check("/etc/*.conf", "usr/etc/a.conf", false);
        check("/etc/**.conf", "etc/b/c/a.conf", true);
        check("/etc/**/a*", "etc/b/c/a.conf", true);
        check("ÄÖ*", "x/äöü", true);
        check("a*", "x/a\u{fffd}", true);
        check("**", "a/b", true);
        check("***", "b", true);
    }

    #[test]
    fn nothing_is_no_pattern_and_bytes_that_are_no_text_match_stars() {
        assert_eq!(Pattern::new("  "), None);
        assert_eq!(Pattern::new("/"), None);
        assert!(Pattern::new("a?b").unwrap().matches(b"a\xffb"));
        assert!(Pattern::new("*b").unwrap().matches(b"\xff\xfeb"));
    }

    #[test]
    fn long_patterns_are_cut_and_many_stars_take_no_longer() {
        let long = Pattern::new(&"a".repeat(1_000)).unwrap();
        assert!(long.matches(&[b'a'; 500]));
        let stars = Pattern::new(&"*a".repeat(60)).unwrap();
        assert!(!stars.matches(&[b'b'; 10_000]));
        assert!(stars.matches(&[b'a'; 60]));
        assert!(!stars.matches(&[b'a'; 59]));
    }
}
