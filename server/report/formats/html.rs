//! A page for the browser: a map of the code, the findings, and the code around them. A single file that loads nothing else.
//!
//! The content security policy only permits this script. Text from the project is data, in which invisible characters and `<`
//! are escaped. `html/README.md` explains how the page is built.

mod data;
mod excerpts;

use std::io::{self, Write};

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use self::data::Data;
use super::super::{Report, json::write_json_inside};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
/// A single script, concatenated from several files in reading order.
const SCRIPT: &str = concat!(
    include_str!("html/script/data.js"),
    include_str!("html/script/summary.js"),
    include_str!("html/script/map.js"),
    include_str!("html/script/code.js"),
    include_str!("html/script/tables.js"),
    include_str!("html/script/start.js"),
);

/// Writes the page. Equal reports produce equal bytes, except for the time.
pub fn write_html(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some(gap) = Gap::first_in(rest) {
        out.write_all(gap.before.as_bytes())?;
        match gap.name {
            "policy" => out.write_all(policy().as_bytes())?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            _ => write_json_inside(out, &Data::of(report))?,
        }
        rest = gap.behind;
    }
    out.write_all(rest.as_bytes())
}

/// A placeholder in the page, and the text around it.
struct Gap {
    before: &'static str,
    /// The name of the placeholder.
    name: &'static str,
    behind: &'static str,
}

impl Gap {
    fn first_in(page: &'static str) -> Option<Self> {
        let (before, rest) = page.split_once("{{")?;
        let (name, behind) = rest.split_once("}}")?;
        Some(Self {
            before,
            name,
            behind,
        })
    }
}

/// Forbids loading, sending or running anything except what is identified by its hash.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_others() {
        assert_eq!(
            hash("alert('Hello, world.');"),
            "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
        );
    }

    #[test]
    fn the_page_has_each_gap_once() {
        let mut names = Vec::new();
        let mut rest = PAGE;
        while let Some(gap) = Gap::first_in(rest) {
            names.push(gap.name);
            rest = gap.behind;
        }
        assert_eq!(names, ["policy", "style", "data", "script"]);
    }

    #[test]
    fn nothing_of_ours_ends_its_element_or_is_changed_by_a_browser() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
            assert!(!text.contains('\r'));
        }
    }

    #[test]
    fn the_script_makes_no_markup() {
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
        ] {
            assert!(!SCRIPT.contains(word), "{word}");
        }
    }
}
