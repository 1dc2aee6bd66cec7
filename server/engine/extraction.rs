//! Extracting a function from statements: what the compiler is asked, and what is written once it has answered.
//!
//! Nothing here asks anybody. A [`Selection`] says what has to be known, a [`Probe`] is a text whose warnings and errors tell
//! it, and a [`Draft`] is written with the answers. Whether a draft holds is for the compiler to say too.

mod passing;
mod selection;
mod signature;
mod writing;

use std::{collections::BTreeMap, fmt};

use ra_ap_syntax::SyntaxNode;

use crate::{
    syntax::Source,
    text::{TextRange, TextSize},
};

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

    /// Types whose values do something when they are dropped that others may wait for.
    fn is_guard(&self, name: &str) -> bool {
        const GUARDS: [&str; 5] = ["Guard", "RefMut", "Ref<", "File", "BufWriter"];
        let known = self.behind(name);
        known.is_none_or(|known| {
            !known.text.starts_with('&') && GUARDS.iter().any(|it| known.text.contains(it))
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

    /// What is dropped earlier than before must be of no consequence.
    pub fn check_drops(&self, texts: &[&str], known: &Known) -> Result<(), NotExtracted> {
        let texts = texts.iter().map(|text| text.split_whitespace());
        let texts: Vec<String> = texts
            .map(|words| words.collect::<Vec<_>>().join(" "))
            .collect();
        let has_drop = |name: &str| {
            let known = known
                .behind(name)
                .map(|it| it.text.as_str())
                .unwrap_or_default();
            signature::words(known).any(|word| {
                let drops = format!("Drop for {word}");
                texts.iter().any(|text| text.contains(&drops))
            })
        };
        let mut dropped = self.dropped.iter();
        let guard = dropped.find(|name| known.is_guard(name) || has_drop(name));
        let Some(guard) = guard else {
            return Ok(());
        };
        let why =
            format!("`{guard}` would be dropped at the end of the new function, earlier than now.");
        Err(NotExtracted(why.into()))
    }

    /// Asks for types: code that is never reached and gives away each variable that the signature will name.
    pub fn type_probe(&self, source: &Source) -> Probe {
        let captured = self.captures.iter().map(|it| it.name.as_str());
        let before: Vec<&str> = captured.chain([WITNESS]).collect();
        let outputs = self.outputs.iter().map(|it| it.name.as_str());
        let after: Vec<&str> = outputs
            .chain(self.dropped.iter().map(String::as_str))
            .collect();
        let drop = match source.context.edition {
            crate::syntax::Edition::Edition2015 => "::std::mem::drop",
            _ => "::core::mem::drop",
        };
        self.probe(source, (&before, &after), BEHIND, &|name| {
            (
                "loop { break; ".to_owned(),
                format!("{drop}(&{name}); {drop}({name}); "),
                "} ".to_owned(),
            )
        })
    }

    /// Asks what is moved: each captured variable is looked at once more behind the selection.
    pub fn move_probe(&self, source: &Source) -> Probe {
        let mut names: Vec<&str> = self.captures.iter().map(|it| it.name.as_str()).collect();
        if !self.receivers.is_empty() {
            names.push("self");
        }
        self.probe(source, (&[], &names), "", &|name| {
            (
                "{ ".to_owned(),
                format!("let _ = &{name}; "),
                "} ".to_owned(),
            )
        })
    }

    fn probe(
        &self,
        source: &Source,
        (before, after): (&[&str], &[&str]),
        behind: &str,
        written: &dyn Fn(&str) -> (String, String, String),
    ) -> Probe {
        let (start, end) = (
            usize::from(self.range.start()),
            usize::from(self.range.end()),
        );
        let mut probe = Probe {
            text: source.text[..start].to_owned(),
            marks: Vec::new(),
        };
        probe.add(before, "", written);
        probe.text.push_str(&source.text[start..end]);
        if !after.is_empty() {
            // The last of them may be the end of its block.
            probe
                .text
                .push_str(if source.text[..end].ends_with([';', '}']) {
                    " "
                } else {
                    "; "
                });
        }
        probe.add(after, behind, written);
        probe.text.push_str(&source.text[end..]);
        probe
    }
}

impl Probe {
    fn add(
        &mut self,
        names: &[&str],
        sign: &str,
        written: &dyn Fn(&str) -> (String, String, String),
    ) {
        for name in names {
            let (open, asked, close) = written(name);
            self.text.push_str(&open);
            let start = TextSize::of(&*self.text);
            self.text.push_str(&asked);
            let range = TextRange::new(start, TextSize::of(&*self.text));
            self.marks.push((range, format!("{sign}{name}")));
            self.text.push_str(&close);
        }
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
