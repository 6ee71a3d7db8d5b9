//! Pulls an image, or an index with all of its images, into a folder: an OCI layout, every byte verified.
//! Pulling again goes on where the last run stopped.
//!
//! ```sh
//! cargo run --features https --example pull_to_folder -- quay.io/prometheus/busybox:latest busybox
//! ```

use std::{error::Error, rc::Rc};

use porthole::{
    client::Clients,
    oci::Reference,
    ops::{pull::pull, repository_ref::RepositoryRef, transfer::TransferOptions},
    sources::objects::FolderObjects,
    transport::Stack,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(reference), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: pull_to_folder REFERENCE FOLDER".into());
    };
    let reference: Reference = reference.parse()?;
    let stack = Stack::native()?;
    let store = FolderObjects::open(folder, Rc::clone(stack.clock()))?;
    let registry = Clients::new(stack).get(&reference.host, None)?.shared();
    let Reference { host, repository, .. } = reference.clone();
    let from = RepositoryRef { host, registry, repository };
    let image = pull(&from, &reference, &store, &TransferOptions::default()).await?;
    println!("{} {}", image.digest, image.media_type);
    Ok(())
}
