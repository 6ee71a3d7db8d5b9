//! The program `devtools`: hands the command line to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    xtask::failure::exit_code(devtools::main(&words))
}
