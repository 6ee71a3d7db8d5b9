//! The command line of one command: the options that it knows, and those that are given.

use std::{collections::BTreeMap, ffi::OsString, fmt};

use lexopt::{Arg, Parser};

use crate::failure::{Failure, OrFail, Result};

/// A command of `cargo xtask`.
pub struct Command {
    /// The word after `cargo xtask`.
    pub name: &'static str,
    /// One line for `cargo xtask help`.
    pub about: &'static str,
    /// The argument without a dash, if the command takes one: `DIR`.
    pub argument: Option<&'static str>,
    /// The options it knows.
    pub options: &'static [Opt],
    /// The help text of a command that reads its words by itself.
    pub own_options: Option<&'static str>,
    /// Does the work.
    pub run: fn(&Args) -> Result<()>,
}

/// An option of a command.
pub struct Opt {
    /// The option with its dashes: `--port`.
    pub name: &'static str,
    /// The word for its value in the help text; `None` for a switch.
    pub value: Option<&'static str>,
    /// One line for the help text.
    pub about: &'static str,
}

/// The options and the argument that a command line gives.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Args {
    argument: Option<String>,
    options: BTreeMap<&'static str, String>,
    words: Vec<String>,
}

impl Args {
    /// Reads the words after the command's name.
    ///
    /// # Errors
    /// On an unknown option, a missing value, or an argument too many.
    pub fn parse(command: &Command, words: &[String]) -> Result<Self> {
        let mut args = Self { words: words.to_vec(), ..Self::default() };
        if command.own_options.is_some() {
            return Ok(args);
        }
        let mut parser = lexopt::Parser::from_args(words);
        while let Some(word) = parser.next().map_err(|error| wrong(command, error))? {
            match word {
                Arg::Long(name) => {
                    let name = format!("--{name}");
                    args.add_option(command, &name, &mut parser)?;
                }
                Arg::Value(word) if command.argument.is_some() && args.argument.is_none() => {
                    args.argument = Some(text(command, word)?);
                }
                Arg::Value(word) => return Err(unknown(command, word.to_string_lossy())),
                Arg::Short(letter) => return Err(unknown(command, format_args!("-{letter}"))),
            }
        }
        Ok(args)
    }

    /// Adds an option with its value, if it has one.
    fn add_option(&mut self, command: &Command, name: &str, parser: &mut Parser) -> Result<()> {
        let option = command.options.iter().find(|option| option.name == name);
        let value = match option.and_then(|option| option.value) {
            Some(_) => {
                let value = parser.value();
                let value = value.map_err(|_| wrong(command, format!("{name} needs a value")))?;
                text(command, value)?
            }
            None => match parser.optional_value() {
                Some(value) => {
                    let value = value.to_string_lossy();
                    return Err(unknown(command, format_args!("{name}={value}")));
                }
                None => String::new(),
            },
        };
        let option = option.ok_or_else(|| unknown(command, name))?;
        self.options.insert(option.name, value);
        Ok(())
    }

    /// The words as they were given, for a command that reads them by itself.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The argument without a dash.
    pub fn argument(&self) -> Option<&str> {
        self.argument.as_deref()
    }

    /// Returns true if a switch was given.
    pub fn has(&self, option: &str) -> bool {
        self.options.contains_key(option)
    }

    /// The value of an option.
    pub fn get(&self, option: &str) -> Option<&str> {
        self.options.get(option).map(String::as_str)
    }

    /// The value of an option that is a number, or its default.
    ///
    /// # Errors
    /// When the value is not such a number.
    pub fn number<T: std::str::FromStr<Err = std::num::ParseIntError>>(
        &self,
        option: &str,
        default: T,
    ) -> Result<T> {
        let Some(value) = self.get(option) else { return Ok(default) };
        value.parse().or_fail(format!("{option} {value}"), format!("give {option} a number"))
    }
}

fn text(command: &Command, word: OsString) -> Result<String> {
    word.into_string().map_err(|word| wrong(command, format!("{} is no text", word.display())))
}

fn unknown(command: &Command, word: impl fmt::Display) -> Failure {
    wrong(command, format!("{} does not know {word}", command.name))
}

/// A mistake in the command line, with the way to its help.
fn wrong(command: &Command, what: impl fmt::Display) -> Failure {
    Failure::new(what.to_string(), format!("run: cargo xtask {} --help", command.name))
}

/// Runs the command that the words of a command line name.
///
/// # Errors
/// When there is no such command, or it fails.
pub fn dispatch(commands: &[Command], words: &[String]) -> Result<()> {
    let (name, rest) = words.split_first().or_fail("no command", "run: cargo xtask help")?;
    let found = commands.iter().find(|command| command.name == name);
    let command = found.or_fail(format!("no command {name}"), "run: cargo xtask help")?;
    if rest.iter().any(|word| word == "--help") {
        print!("{}", help(command));
        return Ok(());
    }
    (command.run)(&Args::parse(command, rest)?)
}

/// The help text of one command.
fn help(command: &Command) -> String {
    let mut text = format!("cargo xtask {}", command.name);
    if let Some(argument) = command.argument {
        text.push_str(&format!(" [{argument}]"));
    }
    text.push_str(&format!("\n\n{}\n", command.about));
    for option in command.options {
        let shown = format!("{} {}", option.name, option.value.unwrap_or_default());
        text.push_str(&format!("  {shown:<26} {}\n", option.about));
    }
    text.push_str(command.own_options.unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    const COMMAND: Command = Command {
        name: "serve",
        about: "Serves a folder.",
        argument: Some("DIR"),
        options: &[
            Opt { name: "--port", value: Some("PORT"), about: "the port" },
            Opt { name: "--open", value: None, about: "open a browser" },
        ],
        own_options: None,
        run: |_| Ok(()),
    };

    fn parse(line: &str) -> Result<Args> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Args::parse(&COMMAND, &words)
    }

    #[test]
    fn options_are_read_in_both_forms_and_any_order() {
        for line in ["--port 80 --open dist", "dist --open --port=80"] {
            let args = parse(line).unwrap();
            assert_eq!(args.argument(), Some("dist"), "{line}");
            assert_eq!(args.number::<u16>("--port", 1).unwrap(), 80, "{line}");
            assert!(args.has("--open"), "{line}");
        }
        assert_eq!(parse("-- --open").unwrap().argument(), Some("--open"));
        assert_eq!(parse("").unwrap().number::<u16>("--port", 8080).unwrap(), 8080);
    }

    #[test]
    fn mistakes_say_what_was_not_understood() {
        for (line, what) in [
            ("--prot 80", "serve does not know --prot"),
            ("--port", "--port needs a value"),
            ("--open=yes", "serve does not know --open=yes"),
            ("dist more", "serve does not know more"),
            ("--prot=80", "serve does not know --prot=80"),
            ("-o", "serve does not know -o"),
        ] {
            let failure = parse(line).unwrap_err();
            assert_eq!(failure.what(), what, "{line}");
            assert_eq!(failure.next(), "run: cargo xtask serve --help", "{line}");
        }
        assert!(parse("--port x").unwrap().number::<u16>("--port", 1).is_err());
    }

    #[test]
    fn help_lists_every_option() {
        let text = help(&COMMAND);
        assert!(text.starts_with("cargo xtask serve [DIR]\n\nServes a folder.\n"), "{text}");
        assert!(text.contains("  --port PORT                the port\n"), "{text}");
        assert!(text.contains("  --open                     open a browser\n"), "{text}");
    }
}
