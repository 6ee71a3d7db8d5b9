//! Layouts with inputs of their own: without the `oci-layout` file, with another version in it, and with
//! wrong sizes in `index.json`; from a web server, a tar archive and a folder.

use std::{fs, path::Path, process::Command};

use porthole::{
    content::verify::digest_of,
    error::{ErrorKind, LayoutFault},
    oci::{Digest, ManifestRef, MediaType},
    registry::{List, Read},
    sources::layout::{Files, Folder, Layout, StaticLayouts},
    wire::BaseUrl,
};

use crate::{
    archives::{UNNAMED, open_file},
    reader::{block_on, repository, stack},
    servers::temporary_folder,
    static_files::StaticFiles,
};

const MANIFEST: &str = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0},"layers":[]}"#;

/// Writes a layout with one image without a name, of which `index.json` says this size.
pub(crate) fn write(folder: &Path, marker: Option<&str>, size: usize) -> Digest {
    let digest = digest_of(MANIFEST.as_bytes());
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"{}","digest":"{digest}","size":{size}}},
        {{"mediaType":"{}","digest":"sha256:{:064}","size":1}}]}}"#,
        MediaType::OCI_MANIFEST,
        MediaType::OCI_MANIFEST,
        0
    );
    fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
    fs::write(folder.join("blobs").join(digest.to_string().replace(':', "/")), MANIFEST).unwrap();
    fs::write(folder.join("index.json"), index).unwrap();
    if let Some(marker) = marker {
        fs::write(folder.join("oci-layout"), marker).unwrap();
    }
    digest
}

/// The remarks on a layout whose image can be read, or the fault for which it cannot.
async fn told(
    layout: &Layout<impl Files + 'static>,
    place: &str,
    digest: &Digest,
) -> Result<Vec<LayoutFault>, ErrorKind> {
    let place = repository(place);
    let read = layout.manifest(&place, &ManifestRef::Digest(digest.clone())).await;
    assert_eq!(read.unwrap().bytes, MANIFEST);
    layout.tags(&place, None).await.map_err(|error| error.kind)?;
    layout.remarks(&place).await.map_err(|error| error.kind)
}

#[test]
fn r168_a_layout_without_its_marker_is_read_and_wrong_sizes_are_told() {
    let root = temporary_folder();
    let right = MANIFEST.len();
    let known = Some(r#"{"imageLayoutVersion":"1.0.0"}"#);
    let size = |stated| LayoutFault::EntrySize {
        digest: digest_of(MANIFEST.as_bytes()),
        stated,
        actual: right as u64,
    };
    let other = ErrorKind::Layout(LayoutFault::UnknownVersion);
    let cases = [
        (known, right, Ok(vec![])),
        (None, right, Ok(vec![LayoutFault::NoMarker])),
        (None, 7, Ok(vec![LayoutFault::NoMarker, size(7)])),
        (known, 0, Ok(vec![size(0)])),
        (Some(r#"{"imageLayoutVersion":"2.0.0"}"#), right, Err(other.clone())),
        (Some("{}"), right, Err(other)),
    ];
    for (number, (marker, stated, expected)) in cases.into_iter().enumerate() {
        let name = format!("n{number}");
        let folder = root.join(&name);
        let digest = write(&folder, marker, stated);
        let server = StaticFiles::start([(format!("files/{name}"), folder.clone())].into());
        let base = BaseUrl::parse(&format!("http://{}/files", server.host)).unwrap();
        let layouts = StaticLayouts::new(server.host.parse().unwrap(), base, &stack());
        let file = root.join(format!("{name}.tar"));
        let mut tar = Command::new("tar");
        assert!(
            tar.arg("-C").arg(&folder).arg("-cf").arg(&file).arg(".").status().unwrap().success()
        );
        block_on(async {
            assert_eq!(told(&layouts, &name, &digest).await, expected, "{name} on a server");
            let archive = open_file(&file).await;
            assert_eq!(told(&archive, UNNAMED, &digest).await, expected, "{name} in an archive");
            let folder = Folder::new("test", &folder, repository(UNNAMED));
            assert_eq!(told(&folder, UNNAMED, &digest).await, expected, "{name} in a folder");
        });
    }
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn r168_without_a_marker_another_index_json_says_nothing() {
    let root = temporary_folder();
    fs::write(root.join("index.json"), r#"{"some":"thing"}"#).unwrap();
    let folder = Folder::new("test", &root, repository(UNNAMED));
    let error = block_on(folder.tags(&repository(UNNAMED), None)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Layout(LayoutFault::NoLayout));
    fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let error = block_on(folder.tags(&repository(UNNAMED), None)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Layout(LayoutFault::NotAnIndex));
    fs::remove_dir_all(root).unwrap();
}
