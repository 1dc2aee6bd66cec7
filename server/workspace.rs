//! Finds, reads and writes the Rust files of a workspace and reads their manifests. A path that can't be read becomes a problem
//! with a reason, and the rest continues.

mod compiler;
mod ignored;
mod lints;
mod manifest;
mod manifests;
mod new_file;
mod patch;
mod place;
mod read;
mod readme;
mod replace;
mod rustfmt;
mod scope;
mod walk;

use std::path::Path;

use crate::config::BASELINE_FILE;

pub use manifests::{Manifests, PackagePlace};
pub use new_file::{NewFileError, new_path};
pub use patch::{BadPatch, LARGEST_PATCH, Patch, PatchedFile};
pub use place::{place_of, presence_of};
pub use read::{MOST_BYTES, ReadError, read};
pub use replace::{CreatedFile, ReplaceError, Update, carry_out};
pub use scope::{Scope, Surroundings, editor_scope};
pub use walk::{WalkOptions, WalkProblem, walk, walk_while};

/// Effect of a change on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Changed {
    /// A `Cargo.toml` or rustfmt's options: information about the files below it may be outdated.
    Manifest,
    /// A `rustassistant.toml` or a baseline: limits, exclusions and suppressed findings may be outdated.
    Options,
    /// A Rust file.
    Source,
}

/// Classifies a change of the file at `path`; `None` if the file is irrelevant. Clients may report anything, so this is only a
/// hint to read the disk again.
pub fn changed(path: &Path) -> Option<Changed> {
    match path.file_name()?.to_str() {
        Some("Cargo.toml" | "rustfmt.toml" | ".rustfmt.toml") => Some(Changed::Manifest),
        Some("rustassistant.toml" | BASELINE_FILE) => Some(Changed::Options),
        _ if is_rust(path) => Some(Changed::Source),
        _ => None,
    }
}

pub fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_mean_what_the_name_says() {
        let of = |path: &str| changed(Path::new(path));
        for name in ["Cargo.toml", "rustfmt.toml", ".rustfmt.toml"] {
            assert_eq!(of(&format!("/a/{name}")), Some(Changed::Manifest));
        }
        assert_eq!(of("/a/rustassistant.toml"), Some(Changed::Options));
        assert_eq!(of("/a/src/lib.rs"), Some(Changed::Source));
    }

    #[test]
    fn other_files_mean_nothing() {
        for path in [
            "/a/Cargo.lock",
            "/a/cargo.toml",
            "/a/rs",
            "/a/lib.rs.bak",
            "/",
            "/a/.rs",
        ] {
            assert_eq!(changed(Path::new(path)), None, "{path}");
        }
    }
}
