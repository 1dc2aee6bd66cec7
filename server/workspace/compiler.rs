//! Reads a package's compiler version from rustup's and clippy's configuration files.

use std::path::Path;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{manifest::rust_version, read};
use crate::syntax::RustVersion;

/// In the order in which rustup and clippy look for them.
const TOOLCHAINS: [&str; 2] = ["rust-toolchain", "rust-toolchain.toml"];
const CLIPPY: [&str; 2] = [".clippy.toml", "clippy.toml"];

/// Returns the toolchain that a file in `directory` names, or the one from above if there is no such file. `stable` has no
/// version, but rustup doesn't look further up either.
pub(super) fn toolchain_in(directory: &Path, above: Option<RustVersion>) -> Option<RustVersion> {
    let Some(text) = first_of(directory, &TOOLCHAINS) else {
        return above;
    };
    let named = table(&text)
        .get("toolchain")
        .and_then(|toolchain| toolchain.get_ref().as_table()?.get("channel"))
        .and_then(|channel| channel.get_ref().as_str().map(str::to_owned));
    let channel = named.unwrap_or_else(|| text.trim().to_owned());
    // A platform may follow: `1.70.0-x86_64-unknown-linux-gnu`.
    let number = channel.split('-').next().unwrap_or_default();
    rust_version(number)
}

/// Returns the `msrv` in clippy's configuration in `directory`, or the one from above if there is none.
pub(super) fn msrv_in(directory: &Path, above: Option<RustVersion>) -> Option<RustVersion> {
    let Some(text) = first_of(directory, &CLIPPY) else {
        return above;
    };
    let table = table(&text);
    let msrv = table.get("msrv").map(Spanned::get_ref);
    msrv.and_then(DeValue::as_str).and_then(rust_version)
}

fn first_of(directory: &Path, names: &[&str]) -> Option<String> {
    let mut files = names.iter().map(|name| directory.join(name));
    let file = files.find(|file| file.is_file())?;
    Some(read(&file).map_or_else(|_| String::new(), |text| text.to_string()))
}

fn table(text: &str) -> DeTable<'_> {
    DeTable::parse_recoverable(text).0.into_inner()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn toolchains_with_a_number_are_known() {
        for (name, text, expected) in [
            (
                "rust-toolchain.toml",
                "[toolchain]\nchannel = '1.70.0'\n",
                Some(70),
            ),
            (
                "rust-toolchain.toml",
                "[toolchain]\nchannel = \"1.81\"",
                Some(81),
            ),
            (
                "rust-toolchain.toml",
                "[toolchain]\nchannel = 'stable'",
                None,
            ),
            (
                "rust-toolchain.toml",
                "[toolchain]\nprofile = 'minimal'",
                None,
            ),
            ("rust-toolchain", "1.65.0\n", Some(65)),
            (
                "rust-toolchain",
                "1.65.0-x86_64-unknown-linux-gnu",
                Some(65),
            ),
            ("rust-toolchain", "nightly-2024-01-01", None),
            ("rust-toolchain", "[toolchain]\nchannel = '1.72'", Some(72)),
        ] {
            let root = tempfile::tempdir().unwrap();
            let above = Some(RustVersion(60));
            assert_eq!(toolchain_in(root.path(), above), above);
            fs::write(root.path().join(name), text).unwrap();
            let stated = toolchain_in(root.path(), above);
            assert_eq!(stated, expected.map(RustVersion), "{name}: {text}");
        }
    }

    #[test]
    fn clippy_is_told_of_the_oldest_compiler() {
        let root = tempfile::tempdir().unwrap();
        let above = Some(RustVersion(60));
        assert_eq!(msrv_in(root.path(), above), above);
        fs::write(root.path().join("clippy.toml"), "msrv = \"1.64.0\"").unwrap();
        assert_eq!(msrv_in(root.path(), above), Some(RustVersion(64)));
        fs::write(
            root.path().join(".clippy.toml"),
            "allow-unwrap-in-tests = true",
        )
        .unwrap();
        assert_eq!(msrv_in(root.path(), above), None);
    }
}
