//! Reports on a judged change.

use std::io::{self, Write};

use serde::Serialize;

use super::{SCHEMA, write_json_line};
use crate::{
    analysis::{Judged, Judgement},
    text::{printable, shortened},
};

/// Maximum length of a displayed word in characters.
const LONGEST_WORD: usize = 40;
/// Maximum number of words to list per file.
const MOST_WORDS: usize = 24;
/// Maximum number of errors and warnings to list.
const MOST_SAID: usize = 10;

/// Writes a judgement for users.
pub fn write_judgement(out: &mut dyn Write, judgement: &Judgement) -> io::Result<()> {
    let verdict = match judgement.verdict {
        Judged::Proved => {
            "proved: the change keeps behaviour, and rustc reports no new error or warning"
        }
        Judged::NeedsTests => {
            "needs tests: rustc reports no new error or warning, but the change isn't proved to keep behaviour"
        }
        Judged::Broken => "broken: rustc reports a new error or warning",
    };
    writeln!(out, "{verdict}")?;
    for said in judgement.said.iter().take(MOST_SAID) {
        writeln!(out, "  {}", printable(said))?;
    }
    let more = judgement.said.len().saturating_sub(MOST_SAID);
    if more > 0 {
        writeln!(out, "  and {more} more")?;
    }
    for file in &judgement.files {
        let path = printable(&file.path);
        match &file.proof {
            Some(steps) if steps.is_empty() => writeln!(out, "  {path}: unchanged")?,
            Some(steps) => writeln!(out, "  {path}: {}", steps.join(", "))?,
            None => {
                let (dropped, added) = (listed(&file.dropped), listed(&file.added));
                writeln!(out, "  {path}: drops {dropped}; adds {added}")?;
            }
        }
    }
    Ok(())
}

fn listed(words: &[String]) -> String {
    if words.is_empty() {
        return "nothing".to_owned();
    }
    let shown = words.iter().take(MOST_WORDS);
    let shown: Vec<String> = shown
        .map(|word| shortened(&printable(word), LONGEST_WORD).into_owned())
        .collect();
    match words.len().saturating_sub(MOST_WORDS) {
        0 => format!("`{}`", shown.join(" ")),
        more => format!("`{}` and {more} more", shown.join(" ")),
    }
}

/// Writes a judgement as one line of JSON.
pub fn write_judgement_json(out: &mut dyn Write, judgement: &Judgement) -> io::Result<()> {
    #[derive(Serialize)]
    struct Versioned<'a> {
        schema: u32,
        #[serde(flatten)]
        judgement: &'a Judgement,
    }
    write_json_line(
        out,
        &Versioned {
            schema: SCHEMA,
            judgement,
        },
    )
}
