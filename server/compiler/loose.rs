//! Treats a file that belongs to no package as a separate crate.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    Stop, Unjudged,
    package::{Package, trouble},
    recorder::Recording,
    replay::Replay,
    said,
};
use crate::programs;

/// The same default as in the analysis.
const EDITION: &str = "--edition=2021";
const PATIENCE: Duration = Duration::from_mins(2);

/// Checks the file as it is with rustc.
pub(super) fn package(file: &Path, stop: Stop) -> Result<Package, Unjudged> {
    let own = tempfile::tempdir();
    let own = own.map_err(|error| {
        Unjudged::because(format!("can't create a temporary directory: {error}"))
    })?;
    let root = file.parent().unwrap_or(file).to_path_buf();
    let recording = recording(file, &root, own.path())?;
    let mut rustc = Command::new(&recording.program);
    rustc.args(&recording.arguments).current_dir(&root);
    let said = programs::run(rustc, PATIENCE, &stop)?;
    let faults = said::faults(&said.err, Path::to_path_buf);
    let is_clean = said.is_success && faults.is_empty();
    let units = is_clean.then(|| Replay::new(recording));
    Ok(Package {
        root,
        units: units.into_iter().collect(),
        name: None,
        users: Vec::new(),
        manifests: None,
        since: SystemTime::now(),
        trouble: trouble(&faults),
        stop,
        unsaved: Arc::default(),
        own: own.path().to_path_buf(),
        _folder: Some(own),
    })
}

fn recording(file: &Path, root: &Path, own: &Path) -> Result<Recording, Unjudged> {
    let text = fs::read_to_string(file);
    let text = text.map_err(|error| Unjudged::because(error.to_string()))?;
    let is_program = text.lines().any(|line| line.starts_with("fn main("));
    let (kind, out) = (if is_program { "bin" } else { "lib" }, own.join("out"));
    fs::create_dir_all(&out).map_err(|error| Unjudged::because(error.to_string()))?;
    let name = |path: PathBuf| {
        let name = path.to_str().map(str::to_owned);
        name.ok_or_else(|| Unjudged::because("its path is not UTF-8"))
    };
    let mut arguments: Vec<String> = ["--crate-name=loose", EDITION, "--crate-type", kind]
        .map(str::to_owned)
        .into();
    arguments.extend([
        name(file.to_path_buf())?,
        "--out-dir".to_owned(),
        name(out)?,
    ]);
    arguments.extend(["--emit=dep-info,metadata", "--error-format=json"].map(str::to_owned));
    Ok(Recording {
        program: env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned()),
        arguments,
        variables: Vec::new(),
        directory: root.to_path_buf(),
    })
}
