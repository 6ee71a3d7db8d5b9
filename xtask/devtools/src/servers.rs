//! `devtools test-servers`: the servers that the tests in the browser talk to. Prints their addresses as
//! variables for the tests, then `ready`, and ends with its own standard input.

use std::io::Read;

use test_registry::{Cors, Switchboard, Switches, canary::Canary};
use xtask::{
    args::Command,
    failure::{OrFail, Result},
};

use crate::{registry, vectors};

pub(crate) const COMMAND: Command = Command {
    name: "test-servers",
    about: "Runs the servers of the tests in the browser, until the standard input ends.",
    argument: None,
    options: &[],
    own_options: None,
    run: |_| servers(),
};

/// The ports of the servers for the tests in the browser. A page has no environment, so the addresses are
/// compiled in. The ports are fixed, so that nothing is compiled again.
const PORTS: [u16; 4] = [5066, 5067, 5068, 5069];

fn servers() -> Result<()> {
    let [hidden, exposed, canary, switchboard] = PORTS;
    let option = "change PORTS in xtask/devtools/src/servers.rs:";
    let hidden = registry::start(Switches::demo().port(hidden).cors(Cors::Hidden), option)?;
    let exposed = registry::start(Switches::demo().port(exposed), option)?;
    vectors::publish(&exposed)?;
    let runtime = tokio::runtime::Runtime::new().or_fail("no runtime", "free some memory")?;
    let canary = runtime.block_on(Canary::start(canary)).or_fail("the canary's servers", option)?;
    let switchboard = runtime
        .block_on(Switchboard::start(switchboard))
        .or_fail("the switchboard of the tests in the browser", option)?;
    println!("PORTHOLE_TEST_REGISTRY={}", hidden.host());
    println!("PORTHOLE_TEST_REGISTRY_EXPOSED={}", exposed.host());
    println!("PORTHOLE_TEST_CANARY={}", canary.places.registry);
    println!("PORTHOLE_TEST_SWITCHBOARD={}", switchboard.host());
    println!("ready");
    let mut rest = Vec::new();
    let ended = std::io::stdin().read_to_end(&mut rest);
    ended.map(|_| ()).or_fail("the standard input", "run this by cargo xtask test")
}
