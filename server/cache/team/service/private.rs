//! Files and folders that nobody else can look into.

use std::fs::{DirBuilder, File};
use std::io::Result;
use std::path::Path;

use rustassistant_os as os;

/// Creates a folder, and those above it. One that is there stays as it is.
pub(super) fn folder(path: &Path) -> Result<()> {
    os::private_folder(DirBuilder::new().recursive(true)).create(path)
}

/// Opens a file, and creates it if it isn't there.
pub(super) fn file(path: &Path) -> Result<File> {
    let mut options = File::options();
    os::private_file(options.write(true).create(true).truncate(false)).open(path)
}
