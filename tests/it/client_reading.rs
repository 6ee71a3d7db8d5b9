//! Runs the tests of reading over the native transport. `tests/web` runs the same tests in a browser, where
//! no response header is readable.

use test_registry::{Seed, Switches, TestRegistry};

use crate::client::{client, run};

#[path = "../client/reading.rs"]
mod reading;

macro_rules! natively {
    ($($name:ident,)*) => {
        $(
            #[test]
            fn $name() {
                let server = TestRegistry::start(Switches::default().seed(Seed::Full)).unwrap();
                run(reading::$name(&client(&server.host()).0));
            }
        )*
    };
}

reading::for_each_test!(natively);
