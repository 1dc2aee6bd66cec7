//! Extracting a function from statements or an expression: what the compiler is asked, and what is written once it has answered.
//!
//! Nothing here asks anybody. A [`Selection`] says what has to be known, a [`Probe`] is a text whose warnings and errors tell
//! it, and a [`Draft`] is written with the answers. Whether a draft holds is for the compiler to say too.

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

/// Why nothing is extracted, in a sentence.
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

/// A text in which the compiler tells of variables at marked places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub text: String,
    /// The name of the variable that each place is about.
    pub marks: Vec<(TextRange, String)>,
}

impl Probe {
    /// The variable that something said at `at` is about.
    pub fn subject(&self, at: TextSize) -> Option<&str> {
        let mut marks = self.marks.iter();
        let mark = marks.find(|(range, _)| range.contains_inclusive(at))?;
        Some(&mark.1)
    }
}

/// What the compiler told of variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub types: BTreeMap<String, Type>,
    /// Those that are moved in the selection.
    pub moved: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    pub text: String,
    pub is_copy: bool,
}

/// The subject of what is asked only to see that the place is compiled at all.
pub const WITNESS: &str = "()";
/// Stands before the name of what is asked behind the selection, where a name may mean another variable.
const BEHIND: &str = "=";

impl Known {
    fn behind(&self, name: &str) -> Option<&Type> {
        self.types.get(&format!("{BEHIND}{name}"))
    }

    /// Has types of the name at the end of a path be named by the whole path; says whether there are any that aren't yet.
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

/// A type's text in which the last name of a path is the whole path.
pub(crate) fn qualified(text: &str, path: &str) -> String {
    let name = path.rsplit("::").next().unwrap_or(path);
    qualified_as(text, name, path)
}

/// A type's text in which another stands in the place of a name.
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
    /// Whether the compiler has to be asked for a description of what the function gives.
    pub fn is_nameless(&self, known: &Known) -> bool {
        outcome::nameless(self, known).is_some()
    }

    /// Takes a description of what the function gives, such as `impl Iterator<Item = u8>`.
    pub fn describe(&self, known: &mut Known, text: String) {
        if let Some(subject) = outcome::nameless(self, known) {
            let is_copy = false;
            known.types.insert(subject, Type { text, is_copy });
        }
    }

    /// A path that is told for an import, as it is written in code.
    pub fn path_of_import(&self, source: &Source, path: &str) -> String {
        let list = self.scope.function.syntax().ancestors();
        let is_in_module = list.skip(1).any(|it| it.kind() == SyntaxKind::MODULE);
        let is_old = source.context.edition == Edition::Edition2015;
        if is_old && is_in_module && !path.starts_with("::") {
            return format!("::{path}");
        }
        path.to_owned()
    }

    /// Names types by what the module imports or declares; says whether anything is shorter than before.
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

    /// The other result type that a `?` may stand for, where the one that was assumed isn't it.
    pub fn other_maker(&self, known: &Known) -> Option<&'static str> {
        let (assumed, result) = (self.scope.assumed?, self.scope.result(known)?);
        let name = result.split('<').next()?;
        let is_result = name.rsplit("::").next() == Some("Result");
        (is_result && assumed != "Ok").then_some("Ok")
    }

    /// Leaves fields out of what is asked; says whether there were any.
    pub fn forget_fields(&mut self) -> bool {
        !std::mem::take(&mut self.fields).is_empty()
    }

    /// Takes what can be copied, which is all that was asked but for `others`.
    pub fn copied(&self, known: &mut Known, probe: &Probe, others: &[String]) {
        for (_, subject) in &probe.marks {
            if let Some(ty) = known.types.get_mut(subject) {
                ty.is_copy |= !others.contains(subject);
            }
        }
    }

    /// What gives such items, borrowed from something if that has to be said.
    pub fn iterator_of(text: &str) -> Option<String> {
        let item = text.strip_prefix("Option<")?.strip_suffix('>')?;
        Some(format!("impl Iterator<Item = {item}>"))
    }

    /// Lets what the function gives borrow from what it takes; says whether that is new.
    pub fn borrow_result(&self, known: &mut Known) -> bool {
        let described = known.types.iter_mut().find(|(subject, ty)| {
            subject.starts_with(BEHIND) && ty.text.starts_with("impl ") && !ty.text.contains("'_")
        });
        described.is_some_and(|(_, ty)| {
            ty.text.push_str(" + '_");
            true
        })
    }

    /// How many parameters a function would take.
    pub fn parameters(&self) -> usize {
        self.captures.len() + usize::from(!self.receivers.is_empty())
    }
}

impl selection::Local {
    /// What an answer about it is about.
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
