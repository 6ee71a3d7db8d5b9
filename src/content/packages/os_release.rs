//! `os-release`: assignments as a shell would read them (os-release(5)).

use super::text;
use crate::caps;

/// The name and version of an operating system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OsRelease {
    /// All assignments in the order of the file; of a name that repeats the last counts.
    pub fields: Vec<(String, String)>,
}

impl OsRelease {
    /// The value of an assignment, without its quotes.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The name to show: `PRETTY_NAME`, else `NAME` with `VERSION` (or `VERSION_ID`), else `Linux`
    /// as os-release(5) says.
    pub fn title(&self) -> String {
        if let Some(pretty) = self.get("PRETTY_NAME").filter(|name| !name.is_empty()) {
            return pretty.to_owned();
        }
        let name = self.get("NAME").unwrap_or("Linux");
        match self.get("VERSION").or_else(|| self.get("VERSION_ID")) {
            Some(version) => format!("{name} {version}"),
            None => name.to_owned(),
        }
    }
}

/// Reads a file; lines that assign nothing are passed over, as by a shell.
pub fn read(bytes: &[u8]) -> OsRelease {
    let lines = bytes.split(|&byte| byte == b'\n');
    OsRelease { fields: lines.filter_map(assignment).take(caps::RELEASE_LINES).collect() }
}

fn assignment(line: &[u8]) -> Option<(String, String)> {
    let line = line.trim_ascii();
    let equals = line.iter().position(|&byte| byte == b'=')?;
    let (name, value) = (line.get(..equals)?, line.get(equals + 1..)?);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_name = !name.is_empty() && name.iter().all(plain);
    is_name.then(|| (text(name), unquote(&text(value))))
}

/// Takes quotes and backslashes away. Nothing is expanded: variables are not allowed in values.
fn unquote(value: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            // Inside single quotes a backslash is itself; inside double ones only before these four.
            (Some('"'), '\\') if !chars.peek().is_some_and(|c| "$\"\\`".contains(*c)) => {
                out.push(c)
            }
            (None | Some('"'), '\\') => out.extend(chars.next()),
            // A value ends where a shell would begin the next word or a comment.
            (None, c) if c.is_ascii_whitespace() => break,
            (_, c) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_read_as_a_shell_reads_them() {
        let check = |value: &str, expected: &str| {
            let file = format!("NAME={value}\n");
            assert_eq!(read(file.as_bytes()).get("NAME"), Some(expected), "{value}");
        };
        check("Alpine", "Alpine");
        check("\"Debian GNU/Linux\"", "Debian GNU/Linux");
        check("'single $x \\n'", "single $x \\n");
        check("\"a \\\"b\\\" \\$c \\d\"", "a \"b\" $c \\d");
        check("a\\ b", "a b");
        check("\"a\"'b'c", "abc");
        check("a # comment", "a");
        check("", "");
        check("\"open", "open");
        check("\\", "");
    }

    #[test]
    fn names_what_runs() {
        let check = |file: &str, expected| assert_eq!(read(file.as_bytes()).title(), expected);
        check(
            "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
            "Debian GNU/Linux 12 (bookworm)",
        );
        check("# comment\n\nNAME=Fedora\r\nVERSION_ID=40", "Fedora 40");
        check("NAME=x\nNAME=y\n", "y");
        check("a-b=c\n=d\nno assignment\n", "Linux");
    }

    #[test]
    fn cap_release_lines_leaves_the_later_ones_out() {
        let read = |count: usize| read("A=1\n".repeat(count).as_bytes()).fields.len();
        assert_eq!(read(caps::RELEASE_LINES), caps::RELEASE_LINES);
        assert_eq!(read(caps::RELEASE_LINES + 1), caps::RELEASE_LINES);
    }
}
