//! Files and folders that nobody else can look into.

use std::fs::{DirBuilder, File};
use std::io::Result;
use std::path::Path;

/// Creates a folder, and those above it. One that is there stays as it is.
pub(super) fn folder(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file, and creates it if it isn't there.
pub(super) fn file(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
