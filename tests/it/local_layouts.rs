//! OCI layouts on disk: in a tar, and in a folder.

use std::{fs, process::Command};

use porthole::{
    error::ErrorKind,
    registry::{ManifestRef, Read},
    sources::layout::{Files, Folder, Layout},
};

use crate::{
    archives::{UNNAMED, check_manifests, list, listed, open_file},
    fixtures::{self, Fixture},
    reader::{block_on, repository},
    servers::{tag_in, temporary_folder},
};

#[test]
fn r168_a_layout_reads_the_same_from_a_tar_as_from_a_web_server() {
    let folder = temporary_folder();
    for (number, fixture) in layouts().enumerate() {
        let file = folder.join(format!("{number}.tar"));
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(fixture.folder()).arg("-cf").arg(&file).arg(".");
        assert!(tar.status().unwrap().success());
        block_on(async { check_layout(&open_file(&file).await, &fixture).await });
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn r168_a_layout_reads_the_same_from_a_folder_as_from_a_web_server() {
    for fixture in layouts() {
        let folder = Folder::new("test", fixture.folder(), repository(UNNAMED));
        block_on(check_layout(&folder, &fixture));
    }
}

fn layouts() -> impl Iterator<Item = Fixture> {
    let kinds = ["layout-image", "layout-multi-arch", "layout-nested-index", "layout-referrers"];
    kinds.into_iter().flat_map(fixtures::of_kind)
}

/// Checks the manifests of a layout, and that each of its names leads to the digest that it stands for.
async fn check_layout(layout: &Layout<impl Files + 'static>, fixture: &Fixture) {
    check_manifests(layout, fixture).await;
    let listed = listed(layout).await;
    for root in list(&fixture.expected, "roots") {
        let Some(name) = root["refName"].as_str() else { continue };
        let Some(tag) = tag_in(name) else { continue };
        let place = listed.iter().find(|(_, found)| *found == tag);
        let (place, _) = place.unwrap_or_else(|| panic!("{}: no {tag}", fixture.path));
        let found = layout.resolve(place, &ManifestRef::Tag(tag)).await.unwrap();
        assert_eq!(found.digest.as_str(), root["digest"], "{} {name}", fixture.path);
    }
}

#[test]
fn a_tag_that_a_layout_lacks_is_named() {
    let root = temporary_folder();
    crate::unmarked_layouts::write(&root, Some(r#"{"imageLayoutVersion":"1.0.0"}"#), 7);
    let folder = Folder::new("my-folder", &root, repository(UNNAMED));
    let absent = ManifestRef::Tag("absent".parse().unwrap());
    let error = block_on(folder.resolve(&repository(UNNAMED), &absent)).unwrap_err().to_string();
    assert!(error.contains(&format!("{UNNAMED}:absent on my-folder")), "{error}");
    fs::remove_dir_all(root).unwrap();
    let nowhere = Folder::new("my-folder", "/nowhere/at-all", repository(UNNAMED));
    let error = block_on(nowhere.resolve(&repository(UNNAMED), &absent)).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::FileUnreadable(_)), "{error}");
}
