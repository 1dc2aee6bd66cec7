//! Applies changes to files.

use super::output::say;
use crate::{
    analysis::FileChange,
    workspace::{self, ReplaceError, Update},
};

/// Writes all changes; returns how many files couldn't be written.
pub(super) fn write(changes: &[FileChange]) -> usize {
    let updates: Vec<Update<'_>> = changes.iter().map(FileChange::update).collect();
    match workspace::carry_out(&updates) {
        Ok(left) => {
            for error in &left {
                say("error", &error.to_string());
            }
            left.len()
        }
        Err(error @ ReplaceError::NotPutBack { .. }) => {
            say("error", &error.to_string());
            updates.len()
        }
        Err(error) => {
            say("error", &format!("{error}; no file was changed"));
            updates.len()
        }
    }
}
