//! Signers that this machine distrusts: a file beside the local one, with a line for each.
//!
//! The user can remove a line to trust its signer again. Unrecognised lines are left alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::KeyId;

/// Empty if the file is missing or unreadable: then only signers found by this process are distrusted.
pub(super) fn read(file: &Path) -> Vec<KeyId> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let words = text
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    words.filter_map(|word| word.parse().ok()).collect()
}

pub(super) fn add(file: &Path, signer: KeyId) -> io::Result<()> {
    if read(file).contains(&signer) {
        return Ok(());
    }
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    // A single call, so that two processes don't interleave their lines.
    file.write_all(format!("{signer}  # signed an entry that was wrong\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_is_written_once_and_other_lines_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("quarantine");
        assert_eq!(read(&file), []);
        fs::write(&file, "# mine\n\n").unwrap();
        let [one, two]: [KeyId; 2] =
            ["0011223344556677", "8899aabbccddeeff"].map(|id| id.parse().unwrap());
        for signer in [one, two, one] {
            add(&file, signer).unwrap();
        }
        assert_eq!(read(&file), [one, two]);
        assert!(fs::read_to_string(&file).unwrap().starts_with("# mine\n"));
    }
}
