//! The servers of the tests in the browser, as a program that runs beside the tests.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use crate::{
    devtools,
    failure::{Failure, OrFail, Result},
    report::Log,
};

/// The running servers; they end when this is dropped.
pub(super) struct Servers {
    child: Child,
    /// The variables that tell the tests where the servers are.
    pub(super) variables: Vec<(String, String)>,
}

impl Servers {
    /// Starts the servers, with what they print of faults in the log.
    ///
    /// # Errors
    /// When one cannot start.
    pub(super) fn start(log: &Log) -> Result<Self> {
        let next = "see the end of the log";
        let mut command = devtools::command(None);
        command.arg("test-servers").stdin(Stdio::piped()).stdout(Stdio::piped());
        let spawned = command.stderr(log.stdio()?).spawn();
        let mut child = spawned.or_fail("the servers of the tests", next)?;
        let stdout = child.stdout.take().or_fail("the servers have no output", next)?;
        let mut servers = Self { child, variables: Vec::new() };
        for line in BufReader::new(stdout).lines().map_while(std::io::Result::ok) {
            if line == "ready" {
                return Ok(servers);
            }
            let variable = line.split_once('=');
            servers.variables.extend(variable.map(|(name, at)| (name.to_owned(), at.to_owned())));
        }
        Err(Failure::new("the servers of the tests in the browser did not start", next))
    }
}

impl Drop for Servers {
    /// Ends the servers with their standard input.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
