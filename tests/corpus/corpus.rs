//! Locates the sources of the real crates that tests and benchmarks read.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of a crate that `tests/corpus/Cargo.toml` depends on.
///
/// # Panics
///
/// If cargo can't download the crates, or the crate isn't one of them.
pub(crate) fn source_of(name: &str) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--manifest-path",
        ])
        .arg(&manifest)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo could not get the crates of tests/corpus:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let wanted = wanted_version(&manifest, name);
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages");
    let package = packages
        .iter()
        .find(|package| package["name"] == name && package["version"] == wanted.as_str())
        .unwrap_or_else(|| panic!("tests/corpus has no crate {name} {wanted}"));
    let path = package["manifest_path"]
        .as_str()
        .expect("a package has a manifest");
    Path::new(path)
        .parent()
        .expect("a manifest lies in a folder")
        .to_path_buf()
}

fn wanted_version(manifest: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(manifest).expect("the manifest can be read");
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name} = \"=")));
    let version = line.and_then(|line| line.split('"').nth(1));
    version.unwrap_or_else(|| panic!("tests/corpus names no crate {name}"))[1..].to_owned()
}
