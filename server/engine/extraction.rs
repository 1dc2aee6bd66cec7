//! Extraction of a function from statements or an expression: the queries for the compiler, and the code that is written with
//! its answers.
//!
//! Nothing here runs the compiler. A [`Selection`] determines what has to be known, a [`Probe`] is source text whose warnings
//! and errors reveal it, and a [`Draft`] is written with the answers. Whether a draft compiles is for the compiler to decide as
//! well.

mod bindings;
mod body;
mod calling;
mod closures;
mod differing;
mod drops;
mod exits;
mod fields;
mod heading;
mod home;
mod leveling;
mod lifetimes;
mod naming;
mod outcome;
mod passing;
mod paths;
mod probing;
mod proposing;
mod scope;
mod selected;
mod selection;
mod sharing;
mod signature;
mod temporary;
mod views;
mod writing;

use std::{collections::BTreeMap, fmt};

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode};

use crate::{
    syntax::{Edition, Source},
    text::{TextRange, TextSize},
};

use paths::Module;

pub use drops::Drops;
pub use leveling::{Leveled, bodies_of};
pub use passing::Passing;
pub use proposing::{
    Choice, Goal, Measure, Naming, Proposal, best_part, choices, is_free_name, is_large, is_name,
    proposals,
};
pub use selection::{LastFunction, Selection};
pub use sharing::{REPEATED_BLOCK, Shared, name_for};
pub use writing::{Draft, Purpose};

/// The reason why nothing is extracted, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotExtracted(std::borrow::Cow<'static, str>);

impl NotExtracted {
    const fn new(why: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(why))
    }

    fn at(node: &SyntaxNode, why: &str) -> Self {
        let text = node.text().to_string();
        let line = text.lines().next().unwrap_or_default().trim().to_owned();
        Self(format!("{why}: `{line}`.").into())
    }
}

impl fmt::Display for NotExtracted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Source text in which the compiler reports the types of variables at marked locations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub text: String,
    /// The subject of each marked location, which is the name of a variable.
    pub marks: Vec<(TextRange, String)>,
}

impl Probe {
    /// The subject that a diagnostic at `at` is about.
    pub fn subject(&self, at: TextSize) -> Option<&str> {
        let mut marks = self.marks.iter();
        let mark = marks.find(|(range, _)| range.contains_inclusive(at))?;
        Some(&mark.1)
    }
}

/// What the compiler reported about variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub types: BTreeMap<String, Type>,
    /// The variables that are moved in the selection.
    pub moved: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    pub text: String,
    pub is_copy: bool,
}

/// The subject of a probe that only tests whether a location is compiled at all.
pub const WITNESS: &str = "()";
/// Prefix of subjects after the selection, where a name may refer to another variable.
const BEHIND: &str = "=";

impl Known {
    fn behind(&self, name: &str) -> Option<&Type> {
        self.types.get(&format!("{BEHIND}{name}"))
    }

    /// Replaces the last segment of a path by the whole path in types. Returns whether any type changed.
    pub fn qualify(&mut self, path: &str) -> bool {
        let types = self.types.values_mut();
        types.fold(false, |found, known| {
            let qualified = qualified(&known.text, path);
            let is_other = qualified != known.text;
            known.text = qualified;
            found | is_other
        })
    }
}

/// Replaces the last segment of a path by the whole path in a type.
pub(crate) fn qualified(text: &str, path: &str) -> String {
    let name = path.rsplit("::").next().unwrap_or(path);
    qualified_as(text, name, path)
}

/// Replaces a name in a type.
fn qualified_as(text: &str, name: &str, other: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let begins = !rest[..at].ends_with(|c| is_word(c) || c == ':');
        let ends = !rest[at + name.len()..].starts_with(is_word);
        out.push_str(&rest[..at]);
        out.push_str(if begins && ends { other } else { name });
        rest = &rest[at + name.len()..];
    }
    out + rest
}

impl Selection {
    /// Whether the compiler has to be asked for a description of the result type.
    pub fn is_nameless(&self, known: &Known) -> bool {
        outcome::nameless(self, known).is_some()
    }

    /// Accepts a description of the result type, such as `impl Iterator<Item = u8>`.
    pub fn describe(&self, known: &mut Known, text: String) {
        if let Some(subject) = outcome::nameless(self, known) {
            let is_copy = false;
            known.types.insert(subject, Type { text, is_copy });
        }
    }

    /// The path that was reported for an import, as it has to be written in code.
    pub fn path_of_import(&self, source: &Source, path: &str) -> String {
        let list = self.scope.function.syntax().ancestors();
        let is_in_module = list.skip(1).any(|it| it.kind() == SyntaxKind::MODULE);
        let is_old = source.context.edition == Edition::Edition2015;
        if is_old && is_in_module && !path.starts_with("::") {
            return format!("::{path}");
        }
        path.to_owned()
    }

    /// Shortens types to names that the module imports or declares. Returns whether any type changed.
    pub fn shorten(&self, known: &mut Known, passing: &mut Passing) -> bool {
        let module = Module::around(self.scope.function.syntax());
        let types = known.types.values_mut().map(|it| &mut it.text);
        let unwritten = self.captures.iter().filter(|it| it.written.is_none());
        let unwritten: Vec<&str> = unwritten.map(|it| it.name.as_str()).collect();
        let texts = types.chain(passing.texts_mut(&unwritten));
        texts.fold(false, |found, text| {
            let short = module.shortened(text);
            let is_other = short != *text;
            *text = short;
            found | is_other
        })
    }

    /// The other result type that `?` may refer to, if the assumed one is wrong.
    pub fn other_maker(&self, known: &Known) -> Option<&'static str> {
        let (assumed, result) = (self.scope.assumed?, self.scope.result(known)?);
        let name = result.split('<').next()?;
        let is_result = name.rsplit("::").next() == Some("Result");
        (is_result && assumed != "Ok").then_some("Ok")
    }

    /// Excludes fields from the probes. Returns whether there were any.
    pub fn forget_fields(&mut self) -> bool {
        !std::mem::take(&mut self.fields).is_empty()
    }

    /// Marks the probed types as `Copy`, except for `others`.
    pub fn copied(&self, known: &mut Known, probe: &Probe, others: &[String]) {
        for (_, subject) in &probe.marks {
            if let Some(ty) = known.types.get_mut(subject) {
                ty.is_copy |= !others.contains(subject);
            }
        }
    }

    /// The iterator type for items of a type, from an `Option` of it.
    pub fn iterator_of(text: &str) -> Option<String> {
        let item = text.strip_prefix("Option<")?.strip_suffix('>')?;
        Some(format!("impl Iterator<Item = {item}>"))
    }

    /// Lets the result borrow from the parameters. Returns whether it didn't before.
    pub fn borrow_result(&self, known: &mut Known) -> bool {
        let described = known.types.iter_mut().find(|(subject, ty)| {
            subject.starts_with(BEHIND) && ty.text.starts_with("impl ") && !ty.text.contains("'_")
        });
        described.is_some_and(|(_, ty)| {
            ty.text.push_str(" + '_");
            true
        })
    }

    /// Number of parameters that a function would take.
    pub fn parameters(&self) -> usize {
        self.captures.len() + usize::from(!self.receivers.is_empty())
    }
}

impl selection::Local {
    /// The subject for probes of this variable.
    fn subject(&self) -> String {
        if self.is_hidden {
            return format!("{BEHIND}{}@{}", self.name, usize::from(self.declared));
        }
        format!("{BEHIND}{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_become_paths() {
        for (text, expected) in [
            ("Map<K, Map>", "a::Map<K, a::Map>"),
            ("b::Map", "b::Map"),
            ("MapLike<&Map>", "MapLike<&a::Map>"),
        ] {
            assert_eq!(qualified(text, "a::Map"), expected);
        }
    }
}
