//! A change of a file, with its new files.

use std::sync::Arc;

use super::InputFile;
use crate::{
    text::NewFile,
    workspace::{CreatedFile, NewFileError, Update, new_path},
};

/// A change of a file to display or apply.
pub struct FileChange {
    pub input: InputFile,
    pub text: Arc<str>,
    pub new_files: Vec<(NewFile, String)>,
    pub created: Vec<CreatedFile>,
    /// Number of refactorings applied.
    pub refactorings: usize,
}

impl FileChange {
    pub fn new(
        input: InputFile,
        text: Arc<str>,
        new_files: Vec<(NewFile, String)>,
        refactorings: usize,
    ) -> Result<Self, NewFileError> {
        // Code moved out of a rustfmt-formatted file stays formatted.
        let new_files = new_files.into_iter().map(|(file, text)| {
            let text = input.laid_out(text.into());
            (file, text.to_string())
        });
        let new_files: Vec<_> = new_files.collect();
        let created = new_files.iter().map(|(file, text)| {
            Ok(CreatedFile {
                path: new_path(&input.path, &input.root, file)?,
                text: text.clone(),
            })
        });
        Ok(Self {
            created: created.collect::<Result<_, _>>()?,
            input,
            text,
            new_files,
            refactorings,
        })
    }

    pub fn update(&self) -> Update<'_> {
        Update {
            path: &self.input.path,
            old: &self.input.text,
            new: &self.text,
            created: &self.created,
        }
    }
}
