//! Names of documents: clients spell URIs in several ways, and only some schemes are supported.

use std::path::{Path, PathBuf};

use lsp_types::Url;

/// The document that a URI names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentName {
    /// The same for all spellings of a client; documents are looked up by it.
    pub(crate) key: String,
    pub(crate) kind: DocumentKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    File(PathBuf),
    /// A buffer without a file. It is analysed, but never cached.
    Untitled,
}

impl DocumentKind {
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Untitled => None,
        }
    }
}

/// Returns `None` for other schemes and invalid URIs.
pub(crate) fn name(uri: &str) -> Option<DocumentName> {
    let url = Url::parse(&with_plain_drive(uri)).ok()?;
    let kind = match url.scheme() {
        "file" => DocumentKind::File(url.to_file_path().ok()?),
        "untitled" => DocumentKind::Untitled,
        _ => return None,
    };
    Some(DocumentName {
        key: url.into(),
        kind,
    })
}

/// Returns the key of a parsed URI.
pub(crate) fn key(url: &Url) -> String {
    name(url.as_str()).map_or_else(|| url.to_string(), |name| name.key)
}

/// Converts both `file:///C%3A/x` and `file:///C:/x` to `file:///c:/x`.
fn with_plain_drive(uri: &str) -> String {
    let Some(path) = uri.strip_prefix("file:///") else {
        return uri.to_owned();
    };
    let Some(drive) = path.chars().next().filter(char::is_ascii_alphabetic) else {
        return uri.to_owned();
    };
    let after = &path[1..];
    let colon = ["%3A", "%3a", ":"]
        .iter()
        .find_map(|colon| after.strip_prefix(colon));
    match colon {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            format!("file:///{}:{rest}", drive.to_ascii_lowercase())
        }
        _ => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_has_one_spelling() {
        for uri in ["file:///C%3A/x.rs", "file:///c:/x.rs", "file:///c%3a/x.rs"] {
            assert_eq!(with_plain_drive(uri), "file:///c:/x.rs");
        }
        for uri in ["file:///home/x.rs", "file:///c%3Ab/x.rs", "untitled:c:/x"] {
            assert_eq!(with_plain_drive(uri), uri);
        }
    }

    #[test]
    fn spaces_may_be_written_or_encoded() {
        assert_eq!(name("file:///a b.rs"), name("file:///a%20b.rs"));
    }

    #[test]
    fn other_schemes_are_not_ours() {
        assert_eq!(name("git:/x.rs"), None);
        assert_eq!(name("x.rs"), None);
        assert_eq!(name(""), None);
        assert_eq!(
            name("untitled:Untitled-1").map(|name| name.kind),
            Some(DocumentKind::Untitled)
        );
    }
}
