//! Pushes over a connection that is cut at 50 points while bodies are sent. Each push ends in the right
//! digest or in a clear error, and no tag ever points at missing content.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread,
};

use porthole::{
    client::{Connection, RemoteRegistry},
    error::ErrorKind,
    ops::{self, ensure::ManifestName, repository_ref::RepositoryRef, transfer::TransferOptions},
    registry::{BlobUpload, Read as _, Write as _},
    wire::BaseUrl,
};
use test_registry::Switches;

use crate::{
    client::{image, noise},
    http,
    reader::{block_on, client, repository, stack},
    servers::{DockerRegistry, Server, ours},
};

/// A relay to a server that cuts the connection after a number of sent bytes.
struct CutLine {
    host: String,
    left: Arc<AtomicI64>,
}

impl CutLine {
    fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let (server, counter) = (server.to_owned(), Arc::clone(&left));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (up, server, counter) = (stream.unwrap(), server.clone(), Arc::clone(&counter));
                thread::spawn(move || relay(&up, &server, &counter));
            }
        });
        Self { host, left }
    }

    /// Sets the number of bytes before the next cut. After it the relay works again.
    fn cut_after(&self, bytes: i64) {
        self.left.store(bytes, Ordering::SeqCst);
    }

    fn was_cut(&self) -> bool {
        self.left.load(Ordering::SeqCst) > i64::MAX / 2
    }
}

fn relay(client: &TcpStream, server: &str, left: &AtomicI64) {
    let Ok(server) = TcpStream::connect(server) else { return };
    let (mut down, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut down, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let (mut client, mut server) = (client, &server);
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let before = left.fetch_sub(count as i64, Ordering::SeqCst);
        if before < count as i64 {
            let _ = server.write_all(&buffer[..before.max(0) as usize]);
            left.store(i64::MAX, Ordering::SeqCst);
            break;
        }
        if server.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn through(line: &CutLine) -> RemoteRegistry {
    let base = BaseUrl::parse(&format!("http://{}", line.host)).unwrap();
    RemoteRegistry::new(Connection::through(&line.host.parse().unwrap(), base), &stack())
}

fn place(client: &RemoteRegistry, host: &str, name: &str) -> RepositoryRef {
    RepositoryRef {
        host: host.parse().unwrap(),
        registry: client.shared(),
        repository: repository(name),
    }
}

fn tagged(host: &str, name: &str) -> http::Reply {
    // docker-registry finds an OCI manifest only if the request accepts its type.
    let accept = [("accept", "application/vnd.oci.image.manifest.v1+json")];
    http::send(host, "GET", &format!("/v2/{name}/manifests/v1"), &accept, b"")
}

/// Checks that the content of a tag is complete, if there is a tag.
fn no_tag_without_its_content(host: &str, name: &str, context: &str) {
    let tag = tagged(host, name);
    if tag.status != 200 {
        return;
    }
    let manifest = tag.json();
    let mut parts = vec![manifest["config"].clone()];
    parts.extend(manifest["layers"].as_array().unwrap().iter().cloned());
    for part in parts {
        let digest = part["digest"].as_str().unwrap();
        let blob = http::get(host, &format!("/v2/{name}/blobs/{digest}"));
        let found = test_registry::digest_of(&blob.body);
        assert_eq!((blob.status, found.as_str()), (200, digest), "{context}");
    }
}

#[test]
fn copies_that_are_cut_at_fifty_points_end_right_or_in_a_clear_error() {
    let source = ours(Switches::default());
    let from = client(&source.host());
    let manifest = block_on(async {
        let manifest = image(&from, "from", "").await;
        let tag = ["v1".parse().unwrap()];
        let kind = porthole::oci::MediaType::OCI_MANIFEST;
        from.push_manifest(&repository("from"), &kind, manifest, &tag).await.unwrap()
    });
    let servers: [Box<dyn Server>; 2] =
        [Box::new(ours(Switches::default())), Box::new(DockerRegistry::start())];
    let (mut done, mut failed, mut cuts) = (0, 0, 0);
    for point in 0..50_i64 {
        let server = &servers[point as usize % 2];
        let line = CutLine::to(&server.host());
        // A copy sends about 13 kB of heads and bodies. The points are spread over all of it.
        line.cut_after(200 + (point * 7919) % 12_000);
        let name = format!("to/n{point}");
        let (here, there) =
            (place(&from, "from.example", "from"), place(&through(&line), "to.example", &name));
        let reference = here.reference(None, Some(manifest.digest.clone()));
        let target = ManifestName { tag: Some("v1".parse().unwrap()), digest: None };
        let copied = block_on(async {
            ops::copy::copy(&here, &reference, &there, &target, &TransferOptions::default()).await
        });
        let context = format!("{} at point {point}: {copied:?}", server.name());
        no_tag_without_its_content(&server.host(), &name, &context);
        cuts += u32::from(line.was_cut());
        match &copied {
            Ok(found) => {
                assert_eq!(found.digest, manifest.digest, "{context}");
                assert_eq!(tagged(&server.host(), &name).status, 200, "{context}");
                done += 1;
            }
            // A request that must not be repeated fails with a clear error. The next copy completes the work.
            Err(error) => {
                let kind = &error.kind;
                let is_clear = matches!(
                    kind,
                    ErrorKind::Network { .. }
                        | ErrorKind::Rejected(_)
                        | ErrorKind::UploadUnknown { .. }
                );
                assert!(is_clear, "{context}");
                let again = block_on(async {
                    ops::copy::copy(&here, &reference, &there, &target, &TransferOptions::default())
                        .await
                });
                assert_eq!(again.unwrap().digest, manifest.digest, "{context}");
                no_tag_without_its_content(&server.host(), &name, &context);
                failed += 1;
            }
        }
    }
    println!(
        "{cuts} cuts: {done} copies ended right, {failed} failed and were right the next time"
    );
    assert!(cuts >= 45, "{cuts} cuts only");
}

#[test]
fn r116_an_upload_in_chunks_that_is_cut_is_taken_up_where_the_registry_is() {
    let bytes = noise(400_000, 77);
    let digest = porthole::content::verify::digest_of(&bytes);
    for point in 0..10_i64 {
        let server: Box<dyn Server> = match point % 2 {
            0 => Box::new(ours(Switches::default())),
            _ => Box::new(DockerRegistry::start()),
        };
        let line = CutLine::to(&server.host());
        let registry = through(&line);
        block_on(async {
            let place = repository("chunks");
            let mut upload = registry.start_upload(&place, 50_000).await.unwrap();
            line.cut_after(20_000 + point * 37_000);
            let mut tries = 0;
            loop {
                let start = usize::try_from(upload.size()).unwrap();
                let sent = hand_in(&mut *upload, bytes.slice(start..), &digest).await;
                let Err(error) = sent else { break };
                tries += 1;
                assert!(tries < 4, "{} at {point}: {error}", server.name());
                let location = upload.location().to_owned();
                let resumed = registry.resume_upload(&place, &location, None, 50_000).await;
                upload = match resumed.map_err(|error| error.kind) {
                    Ok(resumed) => resumed,
                    // distribution drops a session whose closing request was cut, so the upload begins again.
                    Err(ErrorKind::UploadUnknown { .. }) => {
                        registry.start_upload(&place, 50_000).await.unwrap()
                    }
                    Err(kind) => panic!("{} at {point}: {kind}", server.name()),
                };
            }
            assert!(line.was_cut(), "{point}");
            let blob = registry.stat_blob(&place, &digest).await.unwrap().unwrap();
            assert_eq!(blob.size, 400_000, "{} at {point}", server.name());
        });
        let read = http::get(&server.host(), &format!("/v2/chunks/blobs/{digest}"));
        assert_eq!(read.body, bytes, "{} at {point}", server.name());
    }
}

async fn hand_in(
    upload: &mut dyn BlobUpload,
    bytes: bytes::Bytes,
    digest: &porthole::oci::Digest,
) -> porthole::error::Result<()> {
    for part in bytes.chunks(30_000) {
        upload.write(bytes.slice_ref(part)).await?;
    }
    upload.commit(digest).await.map(|_| ())
}
