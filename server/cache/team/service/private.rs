//! Files and folders that other users can't read.

use std::fs::{DirBuilder, File};
use std::io::Result;
use std::path::Path;

use rustassistant_os as os;

/// Creates a folder and its parents. Existing ones are left unchanged.
pub(super) fn folder(path: &Path) -> Result<()> {
    os::private_folder(DirBuilder::new().recursive(true)).create(path)
}

/// Opens a file, creating it if it doesn't exist.
pub(super) fn file(path: &Path) -> Result<File> {
    let mut options = File::options();
    os::private_file(options.write(true).create(true).truncate(false)).open(path)
}
