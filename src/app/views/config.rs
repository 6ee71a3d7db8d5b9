//! Values of a configuration in the words that people use.

use super::commands::quote;

/// `NAME=value` apart; an entry without `=` has no value.
pub fn split_env(entry: &str) -> (String, String) {
    let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
    (name.to_owned(), value.to_owned())
}

/// The words of a command as one line for a shell.
pub fn command_line(words: &[String]) -> String {
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

/// Nanoseconds as Docker writes them: `1m30s`, `500ms`.
pub fn duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    if !total.is_multiple_of(1_000_000_000) && total < 1_000_000_000 {
        let unit = [(1_000_000, "ms"), (1_000, "µs")]
            .into_iter()
            .find(|(one, _)| total.is_multiple_of(*one));
        let (one, name) = unit.unwrap_or((1, "ns"));
        return format!("{sign}{}{name}", total / one);
    }
    let seconds = total / 1_000_000_000;
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let text: String = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count}{name}"))
        .collect();
    if text.is_empty() { "0s".to_owned() } else { sign.to_owned() + &text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_docker_writes_them() {
        let check = |nanoseconds, expected: &str| assert_eq!(duration(nanoseconds), expected);
        check(0, "0s");
        check(30_000_000_000, "30s");
        check(90_000_000_000, "1m30s");
        check(3_600_000_000_000, "1h");
        check(500_000_000, "500ms");
        check(1_500, "1500ns");
        check(-5_000_000_000, "-5s");
        check(i64::MIN, "-2562047h47m16s");
    }

    #[test]
    fn environment_splits_at_the_first_sign() {
        assert_eq!(split_env("A=b=c"), ("A".to_owned(), "b=c".to_owned()));
        assert_eq!(split_env("A"), ("A".to_owned(), String::new()));
    }

    #[test]
    fn commands_are_quoted() {
        let words = ["sh", "-c", "echo $A"].map(str::to_owned);
        assert_eq!(command_line(&words), "sh -c 'echo $A'");
    }
}
