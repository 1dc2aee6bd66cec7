//! Extracting a function from statements: what the compiler is asked, and what is written once it has answered.
//!
//! Nothing here asks anybody. A [`Selection`] says what has to be known, a [`Probe`] is a text whose warnings and errors tell
//! it, and a [`Draft`] is written with the answers. Whether a draft holds is for the compiler to say too.

mod bindings;
mod drops;
mod passing;
mod selection;
mod signature;
mod views;
mod writing;

use std::{collections::BTreeMap, fmt};

use ra_ap_syntax::SyntaxNode;

use crate::{
    syntax::Source,
    text::{TextRange, TextSize},
};

pub use drops::Drops;
pub use passing::Passing;
pub use selection::Selection;
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
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let begins = !rest[..at].ends_with(|c| is_word(c) || c == ':');
        let ends = !rest[at + name.len()..].starts_with(is_word);
        out.push_str(&rest[..at]);
        out.push_str(if begins && ends { path } else { name });
        rest = &rest[at + name.len()..];
    }
    out + rest
}

impl Selection {
    /// How many parameters a function would take.
    pub fn parameters(&self) -> usize {
        self.captures.len() + usize::from(!self.receivers.is_empty())
    }

    /// Asks for types: code that is never reached and gives away each variable that the signature will name.
    pub fn type_probe(&self, source: &Source) -> Probe {
        let captured = self.captures.iter().map(|it| it.name.as_str());
        let before = captured.chain([WITNESS]).map(|name| Question {
            at: self.range.start(),
            name,
            subject: name.to_owned(),
        });
        let hidden = self.dropped.iter().filter(|it| it.is_hidden);
        let hidden = hidden.map(|local| Question {
            at: local.declared,
            name: &local.name,
            subject: local.subject(),
        });
        let shown = self.dropped.iter().filter(|it| !it.is_hidden);
        let behind = self.outputs.iter().chain(shown).map(|local| Question {
            at: self.range.end(),
            name: &local.name,
            subject: local.subject(),
        });
        let questions: Vec<Question<'_>> = before.chain(hidden).chain(behind).collect();
        let drop = match source.context.edition {
            crate::syntax::Edition::Edition2015 => "::std::mem::drop",
            _ => "::core::mem::drop",
        };
        self.probe(source, &questions, &|name| {
            (
                "loop { break; ".to_owned(),
                format!("{drop}(&{name}); {drop}({name}); "),
                "} ".to_owned(),
            )
        })
    }

    /// Asks what is moved: each variable is looked at once more behind the selection.
    pub fn move_probe(&self, source: &Source) -> Probe {
        let names = self.captures.iter().map(|it| it.name.as_str());
        let receiver = (!self.receivers.is_empty()).then_some("self");
        let captured = names.chain(receiver).map(|name| Question {
            at: self.range.end(),
            name,
            subject: name.to_owned(),
        });
        let shown = self.dropped.iter().filter(|it| !it.is_hidden);
        let declared = shown.map(|local| Question {
            at: self.range.end(),
            name: &local.name,
            subject: local.subject(),
        });
        let questions: Vec<Question<'_>> = captured.chain(declared).collect();
        self.probe(source, &questions, &|name| {
            (
                "{ ".to_owned(),
                format!("let _ = &{name}; "),
                "} ".to_owned(),
            )
        })
    }

    /// Writes questions, which stand in the order of their places.
    fn probe(
        &self,
        source: &Source,
        questions: &[Question<'_>],
        written: &dyn Fn(&str) -> (String, String, String),
    ) -> Probe {
        let mut probe = Probe {
            text: String::new(),
            marks: Vec::new(),
        };
        let mut done = 0;
        for question in questions {
            let at = usize::from(question.at);
            probe.text.push_str(&source.text[done..at]);
            if done < at && question.at != self.range.start() {
                // The last statement may be the end of its block.
                let is_ended = source.text[..at].ends_with([';', '}']);
                probe.text.push_str(if is_ended { " " } else { "; " });
            }
            done = at;
            probe.add(question, written);
        }
        probe.text.push_str(&source.text[done..]);
        probe
    }
}

/// A variable that the compiler is to tell of at a place.
struct Question<'a> {
    at: TextSize,
    name: &'a str,
    subject: String,
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

impl Probe {
    fn add(&mut self, question: &Question<'_>, written: &dyn Fn(&str) -> (String, String, String)) {
        let (open, asked, close) = written(question.name);
        self.text.push_str(&open);
        let start = TextSize::of(&*self.text);
        self.text.push_str(&asked);
        let range = TextRange::new(start, TextSize::of(&*self.text));
        self.marks.push((range, question.subject.clone()));
        self.text.push_str(&close);
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
