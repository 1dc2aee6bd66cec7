//! Replaces files as a whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// Replaces a file's content atomically. Special files such as pipes are written directly.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let is_special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if is_special || path.is_symlink() {
        return File::create(path)?.write_all(content);
    }
    let mut name = path
        .file_name()
        .ok_or(io::ErrorKind::IsADirectory)?
        .to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(name);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside)?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_data())
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // An incomplete file is useless.
        let _ = fs::remove_file(&beside);
    }
    written
}
