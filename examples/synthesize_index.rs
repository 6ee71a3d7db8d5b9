//! Prints the entries of an index made for any reference, each with a platform and a name, as the
//! tooling of Docker Official Images makes them.
//!
//! ```sh
//! cargo run --features native --example synthesize_index -- 127.0.0.1:5000/library/harbour:1.4.2
//! ```

use std::error::Error;

use porthole::{
    client::Clients,
    oci::Reference,
    ops::{lookup::Lookup, synthesize::synthesize_index},
    transport::Stack,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(reference) = std::env::args().nth(1) else {
        return Err("usage: synthesize_index REFERENCE".into());
    };
    let reference: Reference = reference.parse()?;
    let clients = Clients::new(Stack::native()?);
    let registry = clients.get(&reference.host, None)?;
    match synthesize_index(&registry, &reference).await? {
        Lookup::Found(index) => {
            index.manifests.iter().for_each(|entry| println!("{}", entry.to_node()));
        }
        Lookup::Absent(absence) => return Err(format!("{reference}: {:?}", absence.reason).into()),
    }
    Ok(())
}
