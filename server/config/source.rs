//! The sources of layers: files, the editor, variables and flags.

use std::{ops::Range, path::Path};

use super::{SettingPlace, problem::place_in};
use crate::smells::Smell;

/// The source of a layer, and the base of its values.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) kind: SourceKind<'a>,
    /// The base of relative paths.
    pub(super) base: &'a Path,
    /// The home directory, for `~`.
    pub(super) user: Option<&'a Path>,
    pub(super) smells: &'a [Smell],
}

#[derive(Debug, Clone, Copy)]
pub(super) enum SourceKind<'a> {
    UserFile(LayerFile<'a>),
    ProjectFile(LayerFile<'a>),
    Editor,
    Variable(&'static str),
    Flag(&'a str),
}

/// A file's displayed path and its contents.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerFile<'a> {
    pub(super) shown: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// The position of a byte range in the layer's source.
    pub(super) fn place(&self, at: &Range<usize>) -> SettingPlace {
        match self.kind {
            SourceKind::UserFile(file) | SourceKind::ProjectFile(file) => {
                place_in(file.shown, file.text, at.start)
            }
            SourceKind::Editor => SettingPlace::Editor,
            SourceKind::Variable(name) => SettingPlace::Variable(name),
            SourceKind::Flag(text) => SettingPlace::Flag(text.to_owned()),
        }
    }
}
