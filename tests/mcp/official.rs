//! The official Python client, in a pinned version.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::place;

const CLIENT: &str = "mcp==2.3.0";
/// Set explicitly if the client can't be installed.
const WITHOUT: &str = "RUSTASSISTANT_WITHOUT_MCP_CLIENT";

#[test]
fn the_official_client_gets_along() {
    if std::env::var_os(WITHOUT).is_some_and(|it| it == "1") {
        return;
    }
    let python = python().unwrap_or_else(|why| {
        panic!("`{CLIENT}` can't be had: {why}; {WITHOUT}=1 leaves this test out")
    });
    let place = place();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp/client.py");
    let run = Command::new(python)
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_rustassistant"))
        .arg(place.root())
        .env("RUSTASSISTANT_HOME", place.root().join("../home"))
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{words}");
    assert!(place.read("src/lib.rs").contains("if a && b {"));
}

/// The interpreter of an environment with the client, which is created once.
fn python() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mcp-client");
    let python = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let made = folder.join(CLIENT);
    if made.exists() {
        return Ok(python);
    }
    let folder_name = folder.to_str().ok_or("the folder's name is no text")?;
    run(Command::new("python3").args(["-m", "venv", "--clear", folder_name]))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", CLIENT]))?;
    fs::write(made, "").map_err(|error| error.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let run = command.output().map_err(|error| error.to_string())?;
    if run.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&run.stderr).into_owned())
}
