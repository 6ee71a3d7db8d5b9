//! Reading over the native transport: the same tests as `tests/web` runs in a browser that may read no
//! response header.

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
