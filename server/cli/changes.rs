//! Changes of files, as a diff or carried out.

use std::{
    io::{self, Write},
    sync::Arc,
};

use super::{
    inputs::InputFile,
    output::{look, say},
};
use crate::{
    report,
    text::NewFile,
    workspace::{self, CreatedFile, NewFileError, ReplaceError, Update, new_path},
};

/// A file, its new text, and the new files that come with it.
pub(super) struct FileChange {
    pub(super) input: InputFile,
    text: Arc<str>,
    new_files: Vec<(NewFile, String)>,
    pub(super) created: Vec<CreatedFile>,
    /// How many refactorings lead to it.
    pub(super) refactorings: usize,
}

impl FileChange {
    pub(super) fn new(
        input: InputFile,
        text: Arc<str>,
        new_files: Vec<(NewFile, String)>,
        refactorings: usize,
    ) -> Result<Self, NewFileError> {
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

    pub(super) fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let shown = &*self.input.shown;
        let texts = (&*self.input.text, &*self.text);
        for (file, text) in &self.new_files {
            let folder = shown.rsplit_once('/').map(|(folder, _)| folder);
            let names = file.components().iter().map(String::as_str);
            let path: Vec<&str> = folder.into_iter().chain(names).collect();
            report::write_new_file(out, &path.join("/"), text, look())?;
        }
        report::write_diff(out, shown, texts, look())
    }

    fn update(&self) -> Update<'_> {
        Update {
            path: &self.input.path,
            old: &self.input.text,
            new: &self.text,
            created: &self.created,
        }
    }
}

/// Writes everything; returns how many files could not be written.
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
            say("error", &format!("{error}; all files are as they were"));
            updates.len()
        }
    }
}
