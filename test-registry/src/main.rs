//! The registry as a program: `cargo run -p test-registry -- --port 5055 --cors hidden`.

use std::process::ExitCode;

use test_registry::{HELP, TestRegistry, hostile, parse_options, seed};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("A container registry for tests and demos.\n\n{HELP}");
        return ExitCode::SUCCESS;
    }
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("test-registry: {why}\nSee --help.");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<String>) -> Result<(), String> {
    let switches = parse_options(arguments)?;
    let (port, chosen) = (switches.port, switches.hostile.clone());
    let registry = TestRegistry::start(switches)
        .map_err(|why| format!("cannot listen on port {port}: {why}"))?;
    println!("{}", registry.url());
    for (reference, shows) in seed::CATALOGUE {
        println!("  {}/{reference:<44} {shows}", registry.host());
    }
    for (reference, shows) in hostile::references(&chosen) {
        println!("  {}/{reference:<44} {shows}", registry.host());
    }
    wait_for_interrupt().map_err(|why| why.to_string())
}

fn wait_for_interrupt() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tokio::signal::ctrl_c())
}
