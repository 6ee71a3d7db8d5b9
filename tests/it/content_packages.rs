//! Reads the databases of rpm in all formats, and compares them with the output of `rpm -qa`.

use std::{fs, path::PathBuf, process::Command};

use porthole::content::packages::{self, DatabaseKind, Inventory};
use serde_json::{Value, json};

#[test]
fn rpm_databases_list_as_rpm_lists_them() {
    let (folder, mut expected) = generate();
    expected.sort_by_key(Value::to_string);
    let check = |path: &str, kind| {
        let bytes = fs::read(folder.join(path)).unwrap();
        let found = packages::read(kind, &bytes);
        assert_eq!(found.problems, [], "{path}");
        assert_eq!(listed(&found), expected, "{path}");
        for end in (0..bytes.len()).step_by(997) {
            let part = packages::read(kind, &bytes[..end]);
            let whole = part.problems.is_empty() && part.packages.len() == expected.len();
            // Free pages may be missing at the end. Any other loss must be reported.
            assert!(whole || !part.problems.is_empty(), "{path}: {end} bytes");
        }
    };
    check("sqlite/rpmdb.sqlite", DatabaseKind::RpmSqlite);
    check("ndb/Packages.db", DatabaseKind::RpmNdb);
    check("bdb-little/Packages", DatabaseKind::RpmBerkeley);
    check("bdb-big/Packages", DatabaseKind::RpmBerkeley);
    fs::remove_dir_all(folder).unwrap();
}

fn generate() -> (PathBuf, Vec<Value>) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("rpm");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/generate_rpm_databases.py");
    let output = Command::new("python3")
        .args([script, folder.to_str().unwrap()])
        .output()
        .expect("python3 runs rpm and db5.3_load (Debian packages python3, rpm, db5.3-util)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let packages: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(&format!("[{line}]")).unwrap()).collect();
    assert_eq!(packages.len(), 119, "121 packages were installed and 2 removed");
    (folder, packages)
}

fn listed(found: &Inventory) -> Vec<Value> {
    let mut listed: Vec<_> = found
        .packages
        .iter()
        .map(|p| json!([p.name, p.version, p.arch, p.licence, p.source, p.size]))
        .collect();
    listed.sort_by_key(Value::to_string);
    listed
}

/// Compares the packages of this machine, which is a Debian, with those that dpkg lists.
#[test]
fn dpkg_lists_as_dpkg_query_lists_them() {
    let status = fs::read("/var/lib/dpkg/status").expect("the tests run on Debian");
    let found = packages::read(DatabaseKind::Dpkg, &status);
    assert_eq!(found.problems, []);
    let mut listed: Vec<_> =
        found.packages.iter().map(|p| format!("{} {} {}", p.name, p.version, p.arch)).collect();
    listed.sort();
    let query = Command::new("dpkg-query")
        .args(["-W", "-f", "${Package} ${Version} ${Architecture} ${db:Status-Status}\n"])
        .output()
        .unwrap();
    let text = String::from_utf8(query.stdout).unwrap();
    let mut expected: Vec<_> = text
        .lines()
        .filter_map(|line| {
            let (package, status) = line.rsplit_once(' ')?;
            (!matches!(status, "config-files" | "not-installed")).then(|| package.to_owned())
        })
        .collect();
    expected.sort();
    assert_eq!(listed, expected);
}
