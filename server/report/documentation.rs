//! Renders the Markdown of smells' and refactorings' documentation for a terminal: headings, paragraphs, lists and fenced code.

use std::io::{self, Write};

use super::look::{Colour, Look};
use crate::{
    analysis::is_for_extraction,
    extraction::REPEATED_BLOCK,
    refactorings::{self, Refactoring},
    smells::{self, Smell},
    syntax::GENERATED_FILES,
};

/// Maximum width of a paragraph in columns; longer lines are hard to read.
const WIDEST: usize = 100;
const CODE_INDENT: &str = "    ";
/// Marks the cursor in an example.
const CURSOR: &str = "$0";

/// Writes the documentation in `markdown`.
pub fn write_documentation(out: &mut dyn Write, markdown: &str, look: Look) -> io::Result<()> {
    let mut page = Page {
        out,
        look,
        paragraph: String::new(),
    };
    let mut is_code = false;
    for line in markdown.lines() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            page.end_paragraph()?;
            if !is_code {
                page.caption(info)?;
            }
            is_code = !is_code;
            continue;
        }
        if is_code {
            page.code(line)?;
        } else {
            page.prose(line)?;
        }
    }
    page.end_paragraph()
}

/// A refactoring that needs rustc, and so isn't registered among those based on syntax.
pub const EXTRACT_FUNCTION: &str = "extract-function";
/// Ids and documentation of refactorings that aren't registered.
pub(super) const UNREGISTERED: [(&str, &str); 2] = [
    (
        EXTRACT_FUNCTION,
        include_str!("documentation/extract_function.md"),
    ),
    (
        REPEATED_BLOCK,
        include_str!("documentation/extract_repeated_block.md"),
    ),
];

/// Topics other than smells and refactorings.
const TOPICS: &[(&str, &str)] = &[("generated", GENERATED_FILES)];

/// Documentation of an id.
pub struct Explanation {
    /// Whether it is a smell, a refactoring or a topic.
    pub kind: &'static str,
    /// Documentation in Markdown. The last paragraphs explain how to configure or silence it.
    pub markdown: String,
}

/// Returns the documentation of a smell, a refactoring or a topic; `None` if the id is unknown.
pub fn explanation(id: &str) -> Option<Explanation> {
    if let Some(smell) = smells::by_name(id) {
        let markdown = format!("{}\n{}\n", smells::doc(id)?, limits_in_words(smell));
        return Some(Explanation {
            kind: "smell",
            markdown,
        });
    }
    if let Some(refactoring) = refactorings::by_name(id) {
        let markdown = format!(
            "{}\n{}\n",
            refactorings::doc(id)?,
            uses_in_words(refactoring)
        );
        return Some(Explanation {
            kind: "refactoring",
            markdown,
        });
    }
    if let Some(markdown) = unregistered(id) {
        return Some(Explanation {
            kind: "refactoring",
            markdown: markdown.replace(CURSOR, ""),
        });
    }
    let (_, markdown) = TOPICS.iter().find(|(topic, _)| *topic == id)?;
    Some(Explanation {
        kind: "topic",
        markdown: (*markdown).to_owned(),
    })
}

/// Returns the first sentence of "What it does" of a smell or a refactoring, on one line.
pub(super) fn sentence(id: &str) -> Option<String> {
    let registered = smells::doc(id).or_else(|| refactorings::doc(id));
    let markdown = registered.or_else(|| unregistered(id))?;
    let words = paragraph_under("## What it does", markdown)?;
    let end = words.find(". ").or_else(|| words.rfind('.'));
    Some(words[..end.unwrap_or(words.len())].to_owned())
}

/// Returns the documentation of a refactoring that isn't registered.
fn unregistered(id: &str) -> Option<&'static str> {
    let mut known = UNREGISTERED.iter();
    known.find(|(known, _)| *known == id).map(|(_, text)| *text)
}

/// Returns the first paragraph of a smell's "Why", on one line.
pub fn reason(smell: &str) -> Option<String> {
    paragraph_under("## Why", smells::doc(smell)?)
}

fn paragraph_under(heading: &str, markdown: &str) -> Option<String> {
    let mut lines = markdown.lines();
    lines.find(|line| *line == heading)?;
    let paragraph = lines.skip_while(|line| line.trim().is_empty());
    let paragraph = paragraph.take_while(|line| !line.trim().is_empty());
    let words: Vec<&str> = paragraph.map(str::trim).collect();
    Some(words.join(" "))
}

/// Describes a smell's limits, the refactorings that remove it, and how to configure or silence it.
fn limits_in_words(smell: &Smell) -> String {
    let Smell { id, limits, .. } = smell;
    let warn = limits.warn;
    let mut words = format!(
        "Shown above {warn} (warn) and above {} (strong).",
        limits.strong
    );
    let extraction = is_for_extraction(smell).then_some(EXTRACT_FUNCTION);
    let helping: Vec<&str> = smell.answers.iter().copied().chain(extraction).collect();
    if !helping.is_empty() {
        words.push_str(" Refactorings that help: ");
        words.push_str(&helping.join(", "));
        words.push('.');
    }
    format!(
        "{words}\n\nTo silence a finding, write `// rustassistant: allow({id})` and the reason above it. To configure the smell, \
         add this to `rustassistant.toml`:\n\n```toml\n[smells.{id}]\nwarn = {warn}\nenabled = true\n```"
    )
}

/// Describes where a refactoring is offered.
fn uses_in_words(refactoring: &Refactoring) -> String {
    let id = refactoring.id;
    let answered = smells::all()
        .iter()
        .filter(|smell| smell.answers.contains(&id));
    let smells: Vec<&str> = answered.map(|smell| smell.id).collect();
    if smells.is_empty() {
        return "Offered at the cursor.".to_owned();
    }
    format!(
        "Offered at the cursor, and for {}. `rustassistant refactor apply --only {id}` applies it where it is safe.",
        smells.join(", ")
    )
}

struct Page<'a> {
    out: &'a mut dyn Write,
    look: Look,
    /// Lines of a paragraph, joined by spaces, with the indentation of the first.
    paragraph: String,
}

impl Page<'_> {
    /// Writes a caption for a fence marked after its language, such as `rust,before`.
    fn caption(&mut self, info: &str) -> io::Result<()> {
        let words = info.split([',', ' ']).map(str::trim);
        let shown = words.filter(|word| matches!(*word, "before" | "after"));
        for word in shown {
            writeln!(self.out, "{word}:")?;
        }
        Ok(())
    }

    fn code(&mut self, line: &str) -> io::Result<()> {
        if line.is_empty() {
            return writeln!(self.out);
        }
        let line = line.replace(CURSOR, "");
        writeln!(self.out, "{CODE_INDENT}{}", self.look.words(&line))
    }

    fn prose(&mut self, line: &str) -> io::Result<()> {
        if line.trim().is_empty() {
            self.end_paragraph()?;
            return writeln!(self.out);
        }
        if line.starts_with('#') {
            self.end_paragraph()?;
            return self.heading(line.trim_start_matches('#').trim());
        }
        if starts_item(line) {
            self.end_paragraph()?;
        }
        if self.paragraph.is_empty() {
            self.paragraph.push_str(line.trim_end());
        } else {
            self.paragraph.push(' ');
            self.paragraph.push_str(line.trim());
        }
        Ok(())
    }

    fn heading(&mut self, words: &str) -> io::Result<()> {
        let words = self.look.words(words);
        match self.look.colour {
            Colour::Ansi => writeln!(self.out, "\x1b[1m{words}\x1b[0m"),
            Colour::Plain => {
                writeln!(self.out, "{words}")?;
                writeln!(self.out, "{}", "-".repeat(words.chars().count()))
            }
        }
    }

    fn end_paragraph(&mut self) -> io::Result<()> {
        let paragraph = std::mem::take(&mut self.paragraph);
        if paragraph.is_empty() {
            return Ok(());
        }
        let words = self.look.words(&paragraph);
        let indent = hanging_indent(&words);
        let mut column = 0;
        for word in words.split_whitespace() {
            let width = word.chars().count();
            let is_first = column == 0;
            if is_first {
                let own = words.len() - words.trim_start().len();
                write!(self.out, "{}{word}", " ".repeat(own))?;
                column = own + width;
            } else if column + 1 + width > self.look.width.min(WIDEST) {
                write!(self.out, "\n{}{word}", " ".repeat(indent))?;
                column = indent + width;
            } else {
                write!(self.out, " {word}")?;
                column += 1 + width;
            }
        }
        writeln!(self.out)
    }
}

fn starts_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ") || line.starts_with("* ")
}

/// Returns the indentation of the lines after the first: below the text of a list item, or the paragraph's.
fn hanging_indent(paragraph: &str) -> usize {
    let own = paragraph.len() - paragraph.trim_start().len();
    if starts_item(paragraph) { own + 2 } else { own }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(markdown: &str, width: usize) -> String {
        let look = Look {
            width,
            ..Look::default()
        };
        let mut out = Vec::new();
        write_documentation(&mut out, markdown, look).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_smell_says_why_in_one_line() {
        for smell in smells::all() {
            let why = reason(smell.id).unwrap();
            assert!(why.ends_with('.') && !why.contains('\n'), "{why}");
        }
        assert!(reason("nothing").is_none() && explanation("nothing").is_none());
    }

    #[test]
    fn every_explanation_has_one_layout() {
        let sections = [
            "What it does",
            "Why",
            "Example",
            "What it leaves alone",
            "What it checks",
            "Limits",
            "Sources",
        ];
        let smells = smells::all().iter().map(|smell| smell.id);
        let refactorings = refactorings::all().iter().map(|refactoring| refactoring.id);
        for id in smells
            .chain(refactorings)
            .chain(UNREGISTERED.map(|(id, _)| id))
        {
            let all = explanation(id).unwrap().markdown;
            assert!(all.starts_with("# "), "{id}");
            let headings: Vec<_> = all.lines().filter_map(|l| l.strip_prefix("## ")).collect();
            let known = sections.iter().copied();
            let in_order: Vec<_> = known.filter(|known| headings.contains(known)).collect();
            assert_eq!(headings, in_order, "{id}");
            assert!(headings.starts_with(&sections[..4]), "{id}: {headings:?}");
            let what = sentence(id).unwrap();
            assert!(!what.is_empty() && !what.contains('\n'), "{id}: {what}");
        }
    }

    #[test]
    fn paragraphs_are_joined_and_set_anew() {
        assert_eq!(
            page("one two\nthree four\n\nfive", 14),
            "one two three\nfour\n\nfive\n"
        );
    }

    #[test]
    fn items_hang_and_headings_stand_out() {
        assert_eq!(
            page("## Why\n- one two three\n- four", 10),
            "Why\n---\n- one two\n  three\n- four\n"
        );
    }

    #[test]
    fn code_is_left_as_it_is() {
        assert_eq!(
            page("```rust,before\n$0fn a() {\n    b()\n}\n```\nend", 10),
            "before:\n    fn a() {\n        b()\n    }\nend\n"
        );
    }
}
