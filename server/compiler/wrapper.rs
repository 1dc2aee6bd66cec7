//! The wrapper of rustc that the user configured for workspaces, which this program's wrapper calls.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

/// Returns the wrapper that cargo would call in `directory`: from the environment, or the nearest of cargo's configuration
/// files.
pub(super) fn chosen(directory: &Path) -> Option<OsString> {
    const VARIABLES: [&str; 2] = [
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    ];
    if let Some(stated) = VARIABLES.iter().find_map(env::var_os) {
        return Some(stated).filter(|stated| !stated.is_empty());
    }
    let above = directory.ancestors().map(|above| above.join(".cargo"));
    let folders = above.chain(cargo_home());
    let names = ["config", "config.toml"];
    let mut files = folders.flat_map(|folder| names.map(|name| folder.join(name)));
    files.find_map(|file| stated_in(&file))
}

fn cargo_home() -> Option<PathBuf> {
    let stated = env::var_os("CARGO_HOME").map(PathBuf::from);
    stated.or_else(|| Some(env::home_dir()?.join(".cargo")))
}

fn stated_in(file: &Path) -> Option<OsString> {
    let text = fs::read_to_string(file).ok()?;
    let (table, _) = DeTable::parse_recoverable(&text);
    let build = table.get_ref().get("build")?.get_ref().as_table()?;
    let wrapper = build.get("rustc-workspace-wrapper")?.get_ref();
    let wrapper = DeValue::as_str(wrapper).filter(|wrapper| !wrapper.is_empty())?;
    // A plain name is searched on the PATH, a path is relative to the configuration's folder.
    if Path::new(wrapper).components().count() == 1 {
        return Some(wrapper.into());
    }
    let around = file.parent()?.parent()?;
    Some(around.join(wrapper).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_configuration_names_it() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b");
        for (folder, text) in [
            (".cargo", "build = { rustc-workspace-wrapper = 'x' }"),
            (
                "a/.cargo",
                "[build]\nrustc-workspace-wrapper = 'tools/wrap'",
            ),
        ] {
            let folder = root.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("config.toml"), text).unwrap();
        }
        fs::create_dir_all(&inner).unwrap();
        let expected = root.path().join("a/tools/wrap").into_os_string();
        assert_eq!(chosen(&inner), Some(expected));
        assert_eq!(chosen(root.path()), Some("x".into()));
    }
}
