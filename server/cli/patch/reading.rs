//! A patch and what it makes of the files that it names.

use std::{
    fs,
    io::{self, Read},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use diffy::patch_set::{FileOperation, FilePatch, ParseOptions, PatchSet};

use super::super::{inputs::gather, settings::Settings, verify::SWITCHED_OFF};
use crate::{
    syntax::FileContext,
    workspace::{self, Manifests},
};

/// A larger patch is no change that anybody reviews.
const LARGEST: u64 = 16 * 1024 * 1024;
/// What decides how a package is built, and what building it runs.
const BUILDING: [&str; 5] = [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "rust-toolchain",
    "rust-toolchain.toml",
];

pub(super) struct Patch {
    /// Where its paths begin.
    pub(super) root: PathBuf,
    pub(super) files: Vec<PatchedFile>,
}

pub(super) struct PatchedFile {
    /// Absolute and without links.
    pub(super) path: PathBuf,
    pub(super) shown: String,
    /// Nothing for a new file.
    pub(super) before: Option<Arc<str>>,
    pub(super) after: Arc<str>,
    pub(super) context: FileContext,
}

impl PatchedFile {
    pub(super) fn is_code(&self) -> bool {
        self.path.extension().is_some_and(|it| it == "rs")
    }
}

impl Patch {
    pub(super) fn read(from: &Path, settings: &mut Settings) -> anyhow::Result<Self> {
        let text = text(from)?;
        let root = std::env::current_dir().and_then(fs::canonicalize);
        let root = root.context("The current directory can't be read")?;
        if text.trim().is_empty() {
            bail!(
                "there is no change in the patch; `git diff | rustassistant verify --patch -` gives one"
            );
        }
        let mut files: Vec<PatchedFile> = Vec::new();
        for change in parsed(&text)? {
            let file = patched(&change, &root, settings)?;
            if files.iter().any(|other| other.path == file.path) {
                bail!(
                    "the patch changes `{}` twice; make one change of them",
                    file.shown
                );
            }
            files.push(file);
        }
        Ok(Self { root, files })
    }
}

fn text(from: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let read = if from == Path::new("-") {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        let file = fs::File::open(from);
        file.and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("`{}` can't be read", from.display()))?;
    if bytes.len() as u64 > LARGEST {
        bail!("the patch is larger than 16 MB; verify its parts one by one");
    }
    String::from_utf8(bytes)
        .ok()
        .context("the patch is not UTF-8 text")
}

fn parsed(text: &str) -> anyhow::Result<Vec<FilePatch<'_, str>>> {
    let is_of_git = text.lines().any(|line| line.starts_with("diff --git "));
    let options = if is_of_git {
        ParseOptions::gitdiff()
    } else {
        ParseOptions::unidiff()
    };
    let patches = PatchSet::parse(text, options).collect::<Result<Vec<_>, _>>();
    patches.map_err(|error| anyhow::anyhow!("the patch is no unified diff: {error}"))
}

fn patched(
    change: &FilePatch<'_, str>,
    root: &Path,
    settings: &mut Settings,
) -> anyhow::Result<PatchedFile> {
    let operation = change
        .operation()
        .strip_prefix(usize::from(has_prefix(change.operation())));
    let (name, is_new) = match &operation {
        FileOperation::Modify { original, modified } if original == modified => {
            (&**modified, false)
        }
        FileOperation::Create(path) => (&**path, true),
        FileOperation::Delete(path) => {
            bail!(
                "the patch deletes `{path}`, which can't be checked beside the files that are there"
            )
        }
        FileOperation::Modify {
            original: from,
            modified: to,
        }
        | FileOperation::Rename { from, to }
        | FileOperation::Copy { from, to } => {
            bail!(
                "the patch renames or copies `{from}` to `{to}`, which can't be checked beside the files that are there"
            )
        }
    };
    let Some(hunks) = change.patch().as_text() else {
        bail!("the patch changes `{name}`, which is binary");
    };
    if change.old_mode() != change.new_mode() && !is_new {
        bail!("the patch changes the mode of `{name}`, which is nothing that rustc tells of");
    }
    let path = inside(root, name)?;
    let last = path
        .file_name()
        .and_then(|it| it.to_str())
        .unwrap_or_default();
    let is_of_cargo =
        last == "config.toml" && path.parent().is_some_and(|it| it.ends_with(".cargo"));
    if BUILDING.contains(&last) || is_of_cargo {
        bail!(
            "the patch changes `{name}`, which decides what is run when the package is built; that is never run unseen"
        );
    }
    let (before, context) = if is_new {
        (None, Manifests::new().context_of(&path))
    } else {
        let (text, context) = before(&path, name, settings)?;
        (Some(text), context)
    };
    let after = diffy::apply(before.as_deref().unwrap_or_default(), hunks);
    let after =
        after.map_err(|error| anyhow::anyhow!("the patch doesn't fit `{name}`: {error}"))?;
    Ok(PatchedFile {
        shown: name.to_owned(),
        after: after.into(),
        path,
        before,
        context,
    })
}

/// Whether the paths begin as git's do.
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

/// A file that a patch names, if it lies below `root`, links followed.
fn inside(root: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    let path = Path::new(name);
    let outside = || format!("the patch names `{name}`, which lies outside of this directory");
    if name.is_empty() || !path.components().all(is_plain) {
        bail!(outside());
    }
    let path = root.join(path);
    // A new file has only a folder yet, or not even that.
    let known = path
        .ancestors()
        .find_map(|it| Some((it, it.canonicalize().ok()?)));
    let Some((known, real)) = known.filter(|(_, real)| real.starts_with(root)) else {
        bail!(outside());
    };
    let rest = path.strip_prefix(known).unwrap_or(Path::new(""));
    Ok(if rest.as_os_str().is_empty() {
        real
    } else {
        real.join(rest)
    })
}

fn before(
    path: &Path,
    name: &str,
    settings: &mut Settings,
) -> anyhow::Result<(Arc<str>, FileContext)> {
    if path.extension().is_none_or(|it| it != "rs") {
        let text = workspace::read(path);
        let text = text.map_err(|error| anyhow::anyhow!("`{name}` can't be read: {error}"))?;
        return Ok((text, FileContext::default()));
    }
    let found = gather(&[path.to_path_buf()], settings)?;
    let Some(input) = found.files.into_iter().next() else {
        bail!("`{name}` can't be read, though the patch changes it");
    };
    if !input.config.compiler {
        bail!("{SWITCHED_OFF}");
    }
    Ok((input.text, input.context))
}
