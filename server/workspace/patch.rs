//! Parses a patch and applies it to the source texts of the files it names.

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use diffy::patch_set::{FileOperation, FilePatch, ParseOptions, PatchSet};

use super::{Manifests, read};
use crate::syntax::FileContext;

/// Maximum size of a patch in bytes, far above what can be reviewed.
pub const LARGEST_PATCH: u64 = 16 * 1024 * 1024;
/// Files that determine how a package is built, or what runs during the build.
const BUILDING: [&str; 5] = [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "rust-toolchain",
    "rust-toolchain.toml",
];

/// Reason why a patch can't be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPatch(String);

#[derive(Debug)]
pub struct Patch {
    /// Base of the patch's paths.
    pub root: PathBuf,
    pub files: Vec<PatchedFile>,
}

#[derive(Debug)]
pub struct PatchedFile {
    /// Absolute path with links resolved.
    pub path: PathBuf,
    pub shown: String,
    /// `None` for a new file.
    pub before: Option<Arc<str>>,
    pub after: Arc<str>,
    pub context: FileContext,
}

impl PatchedFile {
    pub fn is_code(&self) -> bool {
        self.path.extension().is_some_and(|it| it == "rs")
    }
}

impl Patch {
    /// Applies a patch to files below `root`, which must have links resolved.
    pub fn parse(patch: &[u8], root: &Path) -> Result<Self, BadPatch> {
        if patch.len() as u64 > LARGEST_PATCH {
            return bad("the patch is larger than 16 MB; verify its parts separately");
        }
        let Ok(text) = str::from_utf8(patch) else {
            return bad("the patch is not UTF-8");
        };
        if text.trim().is_empty() {
            return bad("the patch contains no change; create one with `git diff`");
        }
        let mut files: Vec<PatchedFile> = Vec::new();
        for change in parsed(text)? {
            let file = patched(&change, root)?;
            if files.iter().any(|other| other.path == file.path) {
                return bad(format!(
                    "the patch changes `{}` twice; merge the changes",
                    file.shown
                ));
            }
            files.push(file);
        }
        Ok(Self {
            root: root.to_path_buf(),
            files,
        })
    }
}

fn bad<T>(why: impl Into<String>) -> Result<T, BadPatch> {
    Err(BadPatch(why.into()))
}

fn parsed(text: &str) -> Result<Vec<FilePatch<'_, str>>, BadPatch> {
    let is_of_git = text.lines().any(|line| line.starts_with("diff --git "));
    let options = if is_of_git {
        ParseOptions::gitdiff()
    } else {
        ParseOptions::unidiff()
    };
    let patches = PatchSet::parse(text, options).collect::<Result<Vec<_>, _>>();
    patches.map_err(|error| BadPatch(format!("the patch is not a unified diff: {error}")))
}

fn patched(change: &FilePatch<'_, str>, root: &Path) -> Result<PatchedFile, BadPatch> {
    let operation = change
        .operation()
        .strip_prefix(usize::from(has_prefix(change.operation())));
    let (name, is_new) = match &operation {
        FileOperation::Modify { original, modified } if original == modified => {
            (&**modified, false)
        }
        FileOperation::Create(path) => (&**path, true),
        FileOperation::Delete(path) => {
            return bad(format!(
                "the patch deletes `{path}`; deleted files can't be checked"
            ));
        }
        FileOperation::Modify {
            original: from,
            modified: to,
        }
        | FileOperation::Rename { from, to }
        | FileOperation::Copy { from, to } => {
            return bad(format!(
                "the patch renames or copies `{from}` to `{to}`; renames and copies can't be checked"
            ));
        }
    };
    let Some(hunks) = change.patch().as_text() else {
        return bad(format!(
            "the patch changes `{name}`, which is a binary file"
        ));
    };
    if change.old_mode() != change.new_mode() && !is_new {
        return bad(format!(
            "the patch changes the mode of `{name}`, which rustc can't check"
        ));
    }
    let path = inside(root, name)?;
    let last = path
        .file_name()
        .and_then(|it| it.to_str())
        .unwrap_or_default();
    let is_of_cargo =
        last == "config.toml" && path.parent().is_some_and(|it| it.ends_with(".cargo"));
    if BUILDING.contains(&last) || is_of_cargo {
        return bad(format!(
            "the patch changes `{name}`, which controls what runs when the package is built; such a change is never \
             run unreviewed"
        ));
    }
    let (before, context) = if is_new {
        (None, Manifests::new().context_of(&path))
    } else {
        let text = read(&path);
        let text = text.map_err(|error| BadPatch(format!("`{name}` can't be read: {error}")))?;
        (Some(text), Manifests::new().context_of(&path))
    };
    let after = diffy::apply(before.as_deref().unwrap_or_default(), hunks);
    let after =
        after.map_err(|error| BadPatch(format!("the patch doesn't apply to `{name}`: {error}")))?;
    Ok(PatchedFile {
        shown: name.to_owned(),
        after: after.into(),
        path,
        before,
        context,
    })
}

/// Whether the paths have git's prefixes.
fn has_prefix(operation: &FileOperation<'_, str>) -> bool {
    match operation {
        FileOperation::Modify { original, modified } => {
            original.starts_with("a/") && modified.starts_with("b/")
        }
        FileOperation::Create(path) => path.starts_with("b/"),
        FileOperation::Delete(path) => path.starts_with("a/"),
        FileOperation::Rename { .. } | FileOperation::Copy { .. } => false,
    }
}

/// Returns the path of a file in the patch, if it is below `root` after resolving links.
fn inside(root: &Path, name: &str) -> Result<PathBuf, BadPatch> {
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    let path = Path::new(name);
    let outside = || format!("the patch names `{name}`, which is outside this directory");
    if name.is_empty() || !path.components().all(is_plain) {
        return bad(outside());
    }
    let path = root.join(path);
    // For a new file, at most its folder exists.
    let known = path
        .ancestors()
        .find_map(|it| Some((it, it.canonicalize().ok()?)));
    let Some((known, real)) = known.filter(|(_, real)| real.starts_with(root)) else {
        return bad(outside());
    };
    let rest = path.strip_prefix(known).unwrap_or(Path::new(""));
    Ok(if rest.as_os_str().is_empty() {
        real
    } else {
        real.join(rest)
    })
}
