//! The Dockerfile-like reading of an image's history: instructions as far as builders recorded
//! them in `created_by`. A reading, not the original file.

use crate::oci::json::Node;

/// One step of a history, read as an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The text, without the builder's wrapping; a comment if it is no instruction. It is empty
    /// if the builder recorded nothing.
    pub text: String,
    /// Build arguments that were set for it.
    pub arguments: String,
}

/// Shells that run a `RUN` if no `SHELL` was recorded, as builders write them.
const DEFAULT_SHELLS: [&str; 5] =
    ["/bin/sh -c", "cmd /S /C", "cmd.exe /S /C", "powershell -Command", "powershell.exe -Command"];

const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Reads the steps of a history in order; a recorded `SHELL` is taken off the `RUN`s after it.
pub(super) fn read<'a>(created_by: impl IntoIterator<Item = &'a str>) -> Vec<Instruction> {
    let mut shell = String::new();
    let mut steps = Vec::new();
    for text in created_by {
        let step = instruction(text, &shell);
        if let Some(list) = step.text.strip_prefix("SHELL ") {
            shell = words_of_list(list).join(" ");
        }
        steps.push(step);
    }
    steps
}

/// One step. `shell` is the recorded shell with its words joined by spaces, or empty.
fn instruction(created_by: &str, shell: &str) -> Instruction {
    let text = created_by.trim();
    // Classic builder: `/bin/sh -c #(nop)  CMD ["sh"]`, on Windows behind any shell.
    if let Some((_, rest)) = text.split_once("#(nop)") {
        return plain(classic(rest.trim()));
    }
    let text = text.strip_suffix("# buildkit").map_or(text, str::trim_end);
    match text.split_once(char::is_whitespace) {
        Some(("RUN", rest)) => run(rest.trim_start(), shell),
        Some((word, rest)) if INSTRUCTIONS.contains(&word) => {
            plain(format!("{word} {}", operands(word, rest.trim_start())))
        }
        _ if text.starts_with('|') || strip_shell(text, shell).is_some() => run(text, shell),
        _ => plain(comment(text)),
    }
}

fn plain(text: String) -> Instruction {
    Instruction { text, arguments: String::new() }
}

/// Returns a step that is no instruction as a comment: builders such as jib, ko, apko and
/// debuerreotype write free text.
fn comment(text: &str) -> String {
    match text {
        "" => String::new(),
        _ if text.starts_with('#') => join_lines(text, "\n# "),
        _ => format!("# {}", join_lines(text, "\n# ")),
    }
}

fn join_lines(text: &str, with: &str) -> String {
    text.lines().collect::<Vec<_>>().join(with)
}

/// `ADD file:… in /` is the form in which the classic builder recorded what it added.
fn classic(text: &str) -> String {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    if !INSTRUCTIONS.contains(&word) {
        return comment(text);
    }
    let rest = match word {
        "ADD" | "COPY" => rest.replacen(" in ", " ", 1),
        _ => operands(word, rest),
    };
    format!("{word} {rest}")
}

/// Operands that builders print as Go values, as a Dockerfile would have them.
fn operands(word: &str, rest: &str) -> String {
    match word {
        "EXPOSE" => go_map_keys(rest).unwrap_or_else(|| one_line(rest)),
        "CMD" | "ENTRYPOINT" | "VOLUME" | "SHELL" if rest.starts_with('[') => {
            json_list(&words_of_list(rest))
        }
        "HEALTHCHECK" => healthcheck(rest).unwrap_or_else(|| one_line(rest)),
        _ => one_line(rest),
    }
}

/// A line feed inside an instruction would read as the next one; only here-documents have them.
fn one_line(text: &str) -> String {
    if text.contains("<<") { text.to_owned() } else { join_lines(text, " \\\n") }
}

/// `map[80/tcp:{} 443/tcp:{}]`
fn go_map_keys(text: &str) -> Option<String> {
    let inner = text.strip_prefix("map[")?.strip_suffix(']')?;
    let keys: Vec<&str> =
        inner.split_whitespace().map(|item| item.strip_suffix(":{}").unwrap_or(item)).collect();
    Some(keys.join(" "))
}

/// The words of `["a", "b"]`, of Go's `["a" "b"]`, or of `[a b]`.
fn words_of_list(text: &str) -> Vec<String> {
    if let Ok(words) = serde_json::from_str::<Vec<String>>(text) {
        return words;
    }
    if text.contains('"') {
        return quoted(text);
    }
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
    inner.split_whitespace().map(str::to_owned).collect()
}

fn json_list(words: &[String]) -> String {
    let quoted: Vec<String> =
        words.iter().map(|word| Node::String(word.clone()).to_string()).collect();
    format!("[{}]", quoted.join(", "))
}

/// `&{["CMD-SHELL" "curl -f http://localhost/"] "30s" "3s" "0s" "0s" '\x03'}`: test, interval,
/// time-out, start period, start interval, retries.
fn healthcheck(text: &str) -> Option<String> {
    let inner = text.strip_prefix("&{[")?.strip_suffix('}')?;
    let (test, settings) = inner.split_once("] ")?;
    let test = quoted(test);
    let names = ["--interval=", "--timeout=", "--start-period=", "--start-interval="];
    let mut out = String::new();
    for (name, value) in names.iter().zip(quoted(settings)) {
        if value != "0s" {
            out.push_str(&format!("{name}{value} "));
        }
    }
    let command = match test.split_first()? {
        (kind, _) if kind == "NONE" => "NONE".to_owned(),
        (kind, rest) if kind == "CMD-SHELL" => format!("CMD {}", rest.join(" ")),
        (kind, rest) if kind == "CMD" => format!("CMD {}", json_list(rest)),
        _ => return None,
    };
    Some(out + &command)
}

/// The double-quoted strings of a Go value, in order.
fn quoted(text: &str) -> Vec<String> {
    let (mut out, mut current, mut escaped) = (Vec::new(), None::<String>, false);
    for c in text.chars() {
        match (&mut current, c) {
            (None, '"') => current = Some(String::new()),
            (None, _) => {}
            (Some(word), _) if escaped => {
                word.push(c);
                escaped = false;
            }
            (Some(_), '\\') => escaped = true,
            (Some(_), '"') => out.extend(current.take()),
            (Some(word), _) => word.push(c),
        }
    }
    out
}

/// `|2 A=1 B=2 /bin/sh -c command`: the builder's count of build arguments, and the arguments.
fn run(text: &str, shell: &str) -> Instruction {
    let (arguments, text) = split_arguments(text, shell);
    let command = strip_shell(text, shell).unwrap_or(text).trim();
    Instruction { text: format!("RUN {}", broken(command)), arguments }
}

fn split_arguments<'a>(text: &'a str, shell: &str) -> (String, &'a str) {
    let none = (String::new(), text);
    let Some((count, rest)) = text.strip_prefix('|').and_then(|t| t.split_once(' ')) else {
        return none;
    };
    if !count.bytes().all(|b| b.is_ascii_digit()) {
        return none;
    }
    // Values may hold spaces, so the beginning of the shell says more than the count.
    let shells = std::iter::once(shell).filter(|s| !s.is_empty()).chain(DEFAULT_SHELLS);
    let start = shells.filter_map(|shell| rest.find(&format!("{shell} "))).min();
    match start.and_then(|start| rest.split_at_checked(start)) {
        Some((arguments, command)) => (join_lines(arguments.trim(), " "), command),
        None => none,
    }
}

fn strip_shell<'a>(text: &'a str, shell: &str) -> Option<&'a str> {
    let shells = std::iter::once(shell).filter(|s| !s.is_empty()).chain(DEFAULT_SHELLS);
    shells.filter_map(|shell| text.strip_prefix(shell)).find(|rest| rest.starts_with(' '))
}

/// Breaks a long command after `&&` and `;` outside of quotes, which changes nothing in a shell.
fn broken(command: &str) -> String {
    let command = one_line(command);
    if command.len() < 80 || command.contains('\n') {
        return command;
    }
    let (mut out, mut quote, mut escaped) = (String::new(), None, false);
    let mut rest = command.as_str();
    while let Some(c) = rest.chars().next() {
        let breaks = if quote.is_none() && !escaped { breaking(rest) } else { None };
        if let Some((shown, length)) = breaks {
            out.push_str(shown);
            rest = rest.get(length..).unwrap_or_default().trim_start();
            continue;
        }
        quote = match (quote, c) {
            _ if escaped => quote,
            (None, '\'' | '"') => Some(c),
            (Some(open), _) if open == c => None,
            _ => quote,
        };
        escaped = c == '\\' && !escaped && quote != Some('\'');
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

/// A place to break: the text to show there, and the number of bytes that it replaces.
fn breaking(rest: &str) -> Option<(&'static str, usize)> {
    // Two or more spaces or a tab after `;` stand for the end of the author's own line.
    let after = rest.strip_prefix(';');
    if after.is_some_and(|after| {
        after.starts_with("  ") || after.starts_with(" \t") || after.starts_with('\t')
    }) {
        return Some(("; \\\n    ", 1));
    }
    rest.starts_with(" && ").then_some((" \\\n    && ", 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(created_by: &str, expected: &str) {
        assert_eq!(instruction(created_by, "").text, expected, "{created_by}");
    }

    #[test]
    fn classic_builder() {
        check(r#"/bin/sh -c #(nop)  CMD ["bash"]"#, r#"CMD ["bash"]"#);
        check("/bin/sh -c #(nop) ADD file:4973a8e7b7ca in / ", "ADD file:4973a8e7b7ca /");
        check("/bin/sh -c #(nop) COPY multi:ab12 in /app/in ", "COPY multi:ab12 /app/in");
        check("/bin/sh -c #(nop)  EXPOSE 80/tcp", "EXPOSE 80/tcp");
        check("/bin/sh -c #(nop)  EXPOSE map[6379/tcp:{}]", "EXPOSE 6379/tcp");
        check("/bin/sh -c #(nop) VOLUME [/data]", r#"VOLUME ["/data"]"#);
        check("/bin/sh -c apt-get update", "RUN apt-get update");
        check("/bin/sh -c #(nop) nonsense", "# nonsense");
        check(r"cmd /S /C #(nop)  ENV A=b", "ENV A=b");
        check(r"cmd /S /C powershell -Command x", "RUN powershell -Command x");
        check("powershell -Command $E = 'Stop'; #(nop)  USER me", "USER me");
    }

    #[test]
    fn buildkit() {
        check("RUN /bin/sh -c make # buildkit", "RUN make");
        check("COPY . /src # buildkit", "COPY . /src");
        check(r#"CMD ["serve" "--port" "80 80"]"#, r#"CMD ["serve", "--port", "80 80"]"#);
        check("CMD serve now", "CMD serve now");
        // The list is JSON again, also for characters that Rust would write otherwise.
        check("CMD [\"e\u{301}\", \"\\u0001\"]", "CMD [\"e\u{301}\", \"\\u0001\"]");
        check("EXPOSE map[443/tcp:{} 80/tcp:{}]", "EXPOSE 443/tcp 80/tcp");
        check("SHELL [/bin/bash -o pipefail -c]", r#"SHELL ["/bin/bash", "-o", "pipefail", "-c"]"#);
        check("WORKDIR /work", "WORKDIR /work");
        check(
            r#"HEALTHCHECK &{["CMD-SHELL" "curl -f http://localhost/ || exit 1"] "30s" "0s" "0s" "0s" '\x00'}"#,
            "HEALTHCHECK --interval=30s CMD curl -f http://localhost/ || exit 1",
        );
        check(
            r#"HEALTHCHECK &{["CMD" "a" "b\"c"] "0s" "3s" "0s" "0s" '\x03'}"#,
            r#"HEALTHCHECK --timeout=3s CMD ["a", "b\"c"]"#,
        );
        check(r#"HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" '\x00'}"#, "HEALTHCHECK NONE");
    }

    #[test]
    fn build_arguments_are_told_apart_from_the_command() {
        let step = instruction("RUN |2 A=1 B=two words /bin/sh -c echo $A # buildkit", "");
        assert_eq!(
            (step.text.as_str(), step.arguments.as_str()),
            ("RUN echo $A", "A=1 B=two words")
        );
        let step = instruction("|1 A=1 /bin/sh -c echo $A", "");
        assert_eq!((step.text.as_str(), step.arguments.as_str()), ("RUN echo $A", "A=1"));
        check("|x A=1 /bin/sh -c y", "RUN |x A=1 /bin/sh -c y");
    }

    #[test]
    fn a_recorded_shell_is_taken_off_what_follows() {
        let steps = read([
            "RUN /bin/bash -o pipefail -c a # buildkit",
            "SHELL [/bin/bash -o pipefail -c]",
            "RUN /bin/bash -o pipefail -c a | b # buildkit",
        ]);
        let texts: Vec<_> = steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(texts[0], "RUN /bin/bash -o pipefail -c a");
        assert_eq!(texts[2], "RUN a | b");
    }

    #[test]
    fn other_builders_become_comments() {
        check("", "");
        check("apko", "# apko");
        check("# debian.sh --arch 'amd64'", "# debian.sh --arch 'amd64'");
        check("jib-gradle-plugin:3.1\nRUN rm -rf /", "# jib-gradle-plugin:3.1\n# RUN rm -rf /");
        check("RUN a\nRUN b", "RUN a \\\nRUN b");
    }

    #[test]
    fn long_commands_break_outside_of_quotes() {
        let tail = "x".repeat(60);
        check(
            &format!("/bin/sh -c set -eux; \t echo 'a && b' \\' && echo \"c && d\" && {tail}"),
            &format!(
                "RUN set -eux; \\\n    echo 'a && b' \\' \\\n    && echo \"c && d\" \\\n    && {tail}"
            ),
        );
    }
}
