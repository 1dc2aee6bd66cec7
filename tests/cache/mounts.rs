//! Small file systems, if the user may mount them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An in-memory file system that is unmounted when dropped.
pub(super) struct Mount(PathBuf);

impl Mount {
    /// Returns `None` if mounting isn't permitted.
    pub(super) fn tmpfs(folder: &Path, bytes: u64) -> Option<Mount> {
        let size = format!("size={bytes},mode=0700");
        mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], folder).then(|| Mount(folder.to_owned()))
    }

    pub(super) fn make_read_only(&self) {
        assert!(mount(&["-o", "remount,ro"], &self.0));
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let output = Command::new("mount").args(arguments).arg(folder).output();
    output.is_ok_and(|output| output.status.success())
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Unmounts lazily, as a failed test may still have a file open.
        let unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}
