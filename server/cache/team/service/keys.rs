//! Bearer keys of the server, and what they grant.
//!
//! A key is 32 random bytes and is displayed once, when it is created; only its hash is stored, which doesn't reveal it.

mod file;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;

use crate::{Namespace, PublicKey};

pub use file::{KeyFile, KeyFileError, NewKey};

/// All keys of a file.
#[derive(Default, Debug)]
pub struct KeyRing {
    grants: Vec<Arc<Grant>>,
    trusted: Vec<PublicKey>,
}

/// Rights of the bearer of one key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    pub name: Arc<str>,
    pub rights: Vec<Right>,
    pub namespaces: Vec<Pattern>,
    hash: blake3::Hash,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    Read,
    Write,
}

/// One namespace, or all with a prefix: `main`, `pr-*`, `*`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pattern {
    Exactly(Namespace),
    StartsWith(String),
}

impl KeyRing {
    pub fn grants(&self) -> &[Arc<Grant>] {
        &self.grants
    }

    /// Returns the public keys whose signatures are accepted.
    pub fn trusted(&self) -> &[PublicKey] {
        &self.trusted
    }

    /// Returns the grant of a bearer key. Compares every hash in constant time, so that the duration reveals nothing.
    pub(super) fn find(&self, bearer: &str) -> Option<Arc<Grant>> {
        let hash = hash(bearer);
        let mut found = None;
        for grant in &self.grants {
            if grant.hash == hash {
                found = Some(Arc::clone(grant));
            }
        }
        found
    }
}

impl Grant {
    pub fn has(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }

    pub fn covers(&self, namespace: &Namespace) -> bool {
        self.namespaces
            .iter()
            .any(|pattern| pattern.fits(namespace))
    }

    /// Returns the budget to charge: the team's if the key grants `main`, otherwise one shared by all namespaces of a pattern
    /// that the key grants. `None` if the key doesn't grant this namespace.
    pub(super) fn scope(&self, namespace: &Namespace) -> Option<String> {
        let main = Namespace::default();
        if self.covers(&main) {
            return self.covers(namespace).then(|| main.to_string());
        }
        let mut patterns = self.namespaces.iter();
        let pattern = patterns.find(|pattern| pattern.fits(namespace));
        pattern.map(Pattern::to_string)
    }

    /// Whether this key may be charged to the budget of this scope.
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        let main = Namespace::default();
        if self.covers(&main) {
            return scope == main.as_str();
        }
        let mut patterns = self.namespaces.iter();
        patterns.any(|pattern| pattern.to_string() == scope)
    }
}

impl Pattern {
    fn fits(&self, namespace: &Namespace) -> bool {
        match self {
            Pattern::Exactly(exact) => exact == namespace,
            Pattern::StartsWith(start) => namespace.as_str().starts_with(start),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Exactly(namespace) => write!(f, "{namespace}"),
            Pattern::StartsWith(start) => write!(f, "{start}*"),
        }
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Pattern, String> {
        let wrong = |error| format!("{error}; to allow all with a prefix, end it with `*`");
        match text.strip_suffix('*') {
            Some("") => Ok(Pattern::StartsWith(String::new())),
            // A prefix must be a valid namespace.
            Some(start) => match start.parse::<Namespace>() {
                Ok(start) => Ok(Pattern::StartsWith(start.as_str().to_owned())),
                Err(error) => Err(wrong(error)),
            },
            None => text.parse().map(Pattern::Exactly).map_err(wrong),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Right::Read => "read",
            Right::Write => "write",
        })
    }
}

/// A key is as random as its hash, so it needs neither a salt nor a slow hash.
fn hash(bearer: &str) -> blake3::Hash {
    blake3::hash(bearer.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_a_budget_for_each_of_its_namespaces() {
        let grant = |patterns: &[&str]| Grant {
            name: "ci".into(),
            rights: vec![Right::Read],
            namespaces: patterns.iter().map(|text| text.parse().unwrap()).collect(),
            hash: hash("key"),
        };
        for (patterns, namespace, scope) in [
            (&["main"][..], "main", Some("main")),
            (&["main"], "pr-1", None),
            (&["*"], "pr-1", Some("main")),
            (&["pr-*", "main"], "pr-1", Some("main")),
            (&["pr-*", "x"], "pr-2", Some("pr-*")),
            (&["pr-*", "x"], "x", Some("x")),
            (&["pr-*", "x"], "y", None),
        ] {
            let grant = grant(patterns);
            let found = grant.scope(&namespace.parse().unwrap());
            assert_eq!(found.as_deref(), scope, "{patterns:?}");
            assert!(scope.is_none_or(|scope| grant.has_scope(scope)));
        }
        assert!(!grant(&["*"]).has_scope("*") && !grant(&["pr-*"]).has_scope("main"));
    }

    #[test]
    fn patterns_come_back_from_their_texts() {
        for text in ["main", "pr-*", "*"] {
            assert_eq!(text.parse::<Pattern>().unwrap().to_string(), text);
        }
        for text in ["", "**", "Main", "a/*", "-*"] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }
}
