//! The savings through cached answers, stored as lines of a file in the user's home directory.

use std::{
    fs::OpenOptions,
    io::{Read, Write},
    path::PathBuf,
};

/// Maximum bytes read from the file.
const MOST: u64 = 1 << 20;

/// The file. Errors are ignored, since nothing depends on these numbers.
#[derive(Debug, Clone)]
pub struct Savings(PathBuf);

/// The number of cache hits, and what they would have cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Saved {
    pub hits: u64,
    pub tokens: u64,
}

impl Savings {
    pub fn in_file(path: PathBuf) -> Self {
        Self(path)
    }

    pub fn read(&self) -> Saved {
        let mut text = String::new();
        let file = OpenOptions::new().read(true).open(&self.0);
        let read = file.and_then(|file| file.take(MOST).read_to_string(&mut text));
        if read.is_err() {
            return Saved::default();
        }
        let lines = text.lines().filter_map(|line| line.parse::<u64>().ok());
        lines.fold(Saved::default(), |saved, tokens| Saved {
            hits: saved.hits + 1,
            tokens: saved.tokens.saturating_add(tokens),
        })
    }

    pub(super) fn add(&self, tokens: u64) {
        let file = OpenOptions::new().append(true).create(true).open(&self.0);
        // A single call, so that lines of concurrent processes aren't interleaved.
        let _ = file.and_then(|mut file| file.write_all(format!("{tokens}\n").as_bytes()));
    }
}
