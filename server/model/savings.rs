//! What kept answers have saved, as lines of a file in the user's home.

use std::{
    fs::OpenOptions,
    io::{Read, Write},
    path::PathBuf,
};

/// Bytes that are read of the file; nobody has as many hits.
const MOST: u64 = 1 << 20;

/// The file. Whatever goes wrong with it costs a number that nothing depends on.
#[derive(Debug, Clone)]
pub struct Savings(PathBuf);

/// How often an answer was there already, and what it would have cost.
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
        // One call, so that the lines of several processes stay whole.
        let _ = file.and_then(|mut file| file.write_all(format!("{tokens}\n").as_bytes()));
    }
}
