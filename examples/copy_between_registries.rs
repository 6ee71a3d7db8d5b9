//! Copies an image or index, with all it points at, from one registry to another, byte for byte.
//!
//! ```sh
//! cargo run --features native --example copy_between_registries -- \
//!     127.0.0.1:5000/library/harbour:1.4.2 127.0.0.1:5001/mirror/harbour:1.4.2
//! ```
//! User and password of the target are taken from `TARGET_USER` and `TARGET_PASSWORD`. With `--plan`
//! behind the two references the plan is shown, and nothing is written.

use std::{env, error::Error};

use porthole::{
    client::Clients,
    oci::Reference,
    ops::{
        copy, ensure::ManifestName, progress::Observer, repository_ref::RepositoryRef,
        transfer::TransferOptions,
    },
    transport::{Credential, Stack},
    wire::Secret,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("usage: copy_between_registries FROM TO [--plan]".into());
    };
    let only_plan = arguments.next().as_deref() == Some("--plan");
    let (from, to): (Reference, Reference) = (from.parse()?, to.parse()?);
    let clients = Clients::new(Stack::native()?);
    if let (Ok(user), Ok(password)) = (env::var("TARGET_USER"), env::var("TARGET_PASSWORD")) {
        let password = Secret::new(password);
        clients.stack().credentials().set(to.host.as_str(), Credential::Basic { user, password });
    }
    let observer = Observer::new(|event| println!("{event:?}"));
    let options = TransferOptions { observer, ..TransferOptions::default() };
    let (source, target) = (place(&clients, &from)?, place(&clients, &to)?);
    let names = ManifestName { tag: to.tag.clone(), digest: to.digest.clone() };
    if only_plan {
        let (_, plan) = copy::plan_copy(&source, &from, &target, &names, &options).await?;
        print!("{plan}");
        return Ok(());
    }
    let copied = copy::copy(&source, &from, &target, &names, &options).await?;
    println!("{to} is {}", copied.digest);
    Ok(())
}

fn place(clients: &Clients, reference: &Reference) -> Result<RepositoryRef, Box<dyn Error>> {
    let registry = clients.get(&reference.host, None)?.shared();
    let (host, repository) = (reference.host.clone(), reference.repository.clone());
    Ok(RepositoryRef { host, registry, repository })
}
