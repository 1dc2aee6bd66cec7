//! Reports where refactoring is most worthwhile.

use std::io::{self, Write};

use serde::Serialize;

use super::{SCHEMA, write_json_line};
use crate::text::printable;

/// The heaviest functions, files and modules, in descending order.
#[derive(Debug, Serialize)]
pub struct Ranking {
    /// The measure they are ranked by.
    pub by: &'static str,
    /// Whether commits are counted.
    pub has_history: bool,
    pub functions: Vec<Ranked>,
    pub files: Vec<Ranked>,
    pub modules: Vec<Ranked>,
}

/// A function, a file or a module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ranked {
    pub name: String,
    /// Only for a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Starting at 1; only for a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    pub complexity: u64,
    pub lines: u64,
    pub findings: u64,
    /// Number of commits in the last year that changed the file.
    pub commits: u64,
    /// The value they are ranked by.
    pub weight: u64,
}

/// Writes a ranking as one line of JSON.
pub fn write_ranking_json(out: &mut dyn Write, ranking: &Ranking) -> io::Result<()> {
    #[derive(Serialize)]
    struct Versioned<'a> {
        schema: u32,
        #[serde(flatten)]
        ranking: &'a Ranking,
    }
    write_json_line(
        out,
        &Versioned {
            schema: SCHEMA,
            ranking,
        },
    )
}

/// Writes a ranking for users.
pub fn write_ranking(out: &mut dyn Write, ranking: &Ranking) -> io::Result<()> {
    let lists = [
        ("Functions", &ranking.functions),
        ("Files", &ranking.files),
        ("Modules", &ranking.modules),
    ];
    for (title, ranked) in lists {
        if ranked.is_empty() {
            continue;
        }
        writeln!(out, "{title} by {}", ranking.by)?;
        write!(
            out,
            "{:>10} {:>10} {:>8} {:>8}",
            "weight", "complexity", "lines", "findings"
        )?;
        let commits = if ranking.has_history { "commits" } else { "" };
        writeln!(out, " {commits:>8}")?;
        for one in ranked {
            writeln!(out, "{}", row(one, ranking.has_history))?;
        }
        writeln!(out)?;
    }
    if ranking.files.is_empty() {
        return writeln!(out, "There is nothing to rank.");
    }
    Ok(())
}

fn row(one: &Ranked, has_history: bool) -> String {
    let commits = if has_history {
        one.commits.to_string()
    } else {
        String::new()
    };
    let name = printable(&one.name);
    let place = match (&one.path, one.line) {
        (Some(path), Some(line)) => format!("{}:{line}: {name}", printable(path)),
        _ => name.into_owned(),
    };
    format!(
        "{:>10} {:>10} {:>8} {:>8} {commits:>8}  {place}",
        one.weight, one.complexity, one.lines, one.findings
    )
}
