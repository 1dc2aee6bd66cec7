//! Compares settings read from manifests with those reported by cargo itself.

use std::{path::Path, process::Command};

use rustassistant::{syntax::Edition, workspace::Manifests};
use serde_json::Value;

#[test]
fn every_target_has_the_edition_and_the_compiler_that_cargo_says() {
    let mut targets = 0;
    let manifests = Manifests::new();
    for manifest in ["Cargo.toml", "tests/corpus/Cargo.toml"] {
        for package in packages(manifest) {
            let promised = package["rust_version"].as_str().map(minor);
            for target in package["targets"].as_array().expect("a list") {
                let path = target["src_path"].as_str().expect("a path");
                let context = manifests.context_of(Path::new(path));
                let edition: Edition = target["edition"]
                    .as_str()
                    .expect("text")
                    .parse()
                    .expect("known");
                assert_eq!(context.edition, edition, "{path}");
                let version = context.rust_version.map(|version| version.0);
                // Tools in the package may require an older version.
                assert!(
                    version <= promised || promised.is_none(),
                    "{path}: {version:?}, {promised:?}"
                );
                assert!(version.is_some() || promised.is_none(), "{path}");
                targets += 1;
            }
        }
    }
    assert!(targets > 400, "{targets} targets");
}

fn packages(manifest: &str) -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--manifest-path",
        ])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest))
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("a list").clone()
}

/// Returns 70 for `1.70.0`.
fn minor(version: &str) -> u32 {
    let minor = version.split('.').nth(1).unwrap_or("0");
    minor.parse().expect("a number")
}
