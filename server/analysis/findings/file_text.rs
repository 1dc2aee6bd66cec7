//! Properties of a file's source text that affect its findings. Each is computed once.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
};

pub(super) struct FileText<'a> {
    pub(super) text: &'a str,
    held: RefCell<HashMap<&'static str, bool>>,
    is_ported: OnceCell<bool>,
}

/// Properties queried from a source text.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    held: HashMap<&'static str, bool>,
    is_ported: Option<bool>,
}

/// Phrases at the top of a file that is ported from another language.
const PORTS: &[&str] = &[
    "a port of",
    "adapted from",
    "based on code by",
    "direct port",
    "line-by-line",
    "ported from",
    "transcribed from",
    "translated from",
    "translation of",
];
/// Parts of links to lines of code in the other language.
const LINKS: &[&str] = &[".c#L", ".cc#L", ".cpp#L", ".hh#L", ".h#L"];
/// Maximum number of lines to search for the phrases.
const MOST_LINES: usize = 40;

impl<'a> FileText<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            held: RefCell::default(),
            is_ported: OnceCell::new(),
        }
    }

    pub(super) fn answers(&self) -> Answers {
        Answers {
            held: self.held.borrow().clone(),
            is_ported: self.is_ported.get().copied(),
        }
    }

    pub(super) fn agrees_with(&self, answers: &Answers) -> bool {
        let mut held = answers.held.iter();
        held.all(|(words, held)| self.holds(words) == *held)
            && answers
                .is_ported
                .is_none_or(|is_ported| self.is_ported() == is_ported)
    }

    pub(super) fn holds(&self, words: &'static str) -> bool {
        let mut held = self.held.borrow_mut();
        *held
            .entry(words)
            .or_insert_with(|| self.text.contains(words))
    }

    /// Whether the file is ported from another language, which determines the size of its functions.
    pub(super) fn is_ported(&self) -> bool {
        *self.is_ported.get_or_init(|| {
            if LINKS.iter().any(|link| self.text.contains(link)) || goes_by_pointers(self.text) {
                return true;
            }
            let lines = self.text.lines().take(MOST_LINES);
            let mut head = lines.take_while(|line| line.is_empty() || line.starts_with("//"));
            head.any(|line| {
                let line = line.to_lowercase();
                PORTS.iter().any(|words| line.contains(words))
            })
        })
    }
}

/// Whether the code is transliterated C: nothing else has as many accesses to fields of raw pointers.
fn goes_by_pointers(text: &str) -> bool {
    const MANY: usize = 40;
    let places = memchr::memmem::find_iter(text.as_bytes(), b"(*");
    let is_field = |at: &usize| {
        let rest = text.get(at + 2..).unwrap_or_default();
        let name = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        name.len() < rest.len() && name.starts_with(").")
    };
    places.filter(is_field).nth(MANY).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_pointers_are_code_of_c() {
        let is_ported = |text: &str| FileText::of(text).is_ported();
        assert!(is_ported(&"(*parser).mark.line += 1;\n".repeat(50)));
        assert!(!is_ported(&"(*parser).mark.line += 1;\n".repeat(9)));
        assert!(!is_ported(&"f(*parser) + (*a + 1).b();\n".repeat(50)));
    }

    #[test]
    fn a_port_says_so_in_its_head() {
        let is_ported = |text: &str| FileText::of(text).is_ported();
        assert!(is_ported(
            "//! Sorting.\n//!\n//! Ported from Go's sort.\n\nfn f() {}\n"
        ));
        assert!(is_ported("// Copyright\n\n// This is a port of `x.c`.\n"));
        assert!(is_ported(
            "fn f() {}\n/// See <https://x/y.c#L20>\nfn g() {}\n"
        ));
        assert!(!is_ported("//! Ports that a server listens on.\n"));
        assert!(!is_ported("fn f() {\n    // Ported from C.\n}\n"));
    }
}
