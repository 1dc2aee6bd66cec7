//! Serializes surveys and computes their keys in this machine's cache. Surveys contain hashes of short statements, which others
//! with access to the same code could recognise, so they are never shared with a team's cache.

use super::{ENGINE_BYTES, is_inside};
use crate::{
    cache::{Entry, Key},
    smells,
    survey::{FileSurvey, FunctionPrint, StatementPrint, SurveyedUnit},
    syntax::{Edition, FileContext, tokens},
    text::{TextRange, TextSize, slice},
};

const KIND: &str = "file survey";

pub(in crate::analysis) fn key(text: &str, context: FileContext) -> Key {
    Key::private(KIND, &ENGINE_BYTES, &[&context.to_bytes()], text.as_bytes())
}

pub(in crate::analysis) fn encode(survey: &FileSurvey) -> Entry {
    // Serializing plain data to memory can't fail.
    Entry::from(postcard::to_stdvec(survey).unwrap_or_default())
}

/// Deserializes a survey, if it may be one of `text`: all ranges are inside it, highlighted ranges are single words, and
/// nothing has more words than bytes. Duplicates are verified in the source texts before they are reported.
pub(in crate::analysis) fn decode(entry: &Entry, text: &str) -> Option<FileSurvey> {
    let survey: FileSurvey = postcard::from_bytes(entry).ok()?;
    let is_possible = count(&survey) <= text.len()
        && survey.units.iter().all(|unit| unit_fits(unit, text))
        && survey.allowed.iter().all(|(smell, scope)| {
            smells::is_of_workspaces(*smell) && slice(text, *scope).is_some()
        });
    is_possible.then_some(survey)
}

fn count(survey: &FileSurvey) -> usize {
    let of_unit = |unit: &SurveyedUnit| {
        let statements = unit.survey.runs.iter().map(|run| run.statements.len());
        let names = unit.survey.pieces.iter().map(|piece| piece.names.len());
        unit.survey.functions.len()
            + unit.survey.runs.len()
            + statements.sum::<usize>()
            + unit.survey.pieces.len()
            + names.max().unwrap_or_default()
    };
    let in_units: usize = survey.units.iter().map(of_unit).sum();
    in_units + survey.units.len() + survey.allowed.len()
}

fn unit_fits(unit: &SurveyedUnit, text: &str) -> bool {
    let mut functions = unit.survey.functions.iter();
    let mut runs = unit.survey.runs.iter();
    functions.all(|function| function_fits(function, unit.offset, text))
        && runs.all(|run| {
            let mut statements = run.statements.iter();
            statements.all(|statement| statement_fits(statement, unit.offset, text))
        })
        && unit.survey.pieces.iter().all(|piece| {
            let drawn = (piece.range, piece.first_end);
            is_drawn(drawn, piece.words, unit.offset, text)
                && piece.names.len() <= piece.words as usize
        })
}

fn function_fits(function: &FunctionPrint, offset: TextSize, text: &str) -> bool {
    fits(function.range, function.words, offset, text)
        && function.range.contains_range(function.name)
        && is_word(function.name, offset, text)
}

fn statement_fits(statement: &StatementPrint, offset: TextSize, text: &str) -> bool {
    let drawn = (statement.range, statement.first_end);
    is_drawn(drawn, statement.words, offset, text)
}

/// Whether a range with the end of its first word can be highlighted.
fn is_drawn(
    (range, first_end): (TextRange, TextSize),
    words: u32,
    offset: TextSize,
    text: &str,
) -> bool {
    fits(range, words, offset, text)
        && (range.start()..=range.end()).contains(&first_end)
        && is_word(TextRange::new(range.start(), first_end), offset, text)
}

fn fits(range: TextRange, words: u32, offset: TextSize, text: &str) -> bool {
    words <= u32::from(range.len()) && is_inside(range, offset, text)
}

fn is_word(range: TextRange, offset: TextSize, text: &str) -> bool {
    let drawn = range.checked_add(offset).and_then(|at| slice(text, at));
    drawn.is_some_and(|drawn| tokens(drawn, Edition::CURRENT).len() == 1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{analysis::OpenFile, facts::SmellId, survey::UnitSurvey};

    const TEXT: &str = "// Rows.\nfn sum(rows: &[Row], start: usize) -> usize {\n    let mut sum = start;\n    for row in rows {\n        \
        if row.is_empty() { continue; }\n        sum += row.len() * weight(row);\n    }\n    let rest = sum % 7;\n    \
        note(rest, sum);\n    if rest > 3 { sum - rest } else { sum + rest }\n}\n\
        // rustassistant: allow(duplicate-block) as it is elsewhere\nfn other() {}\n";

    fn survey() -> FileSurvey {
        FileSurvey::clone(OpenFile::new(TEXT, FileContext::default()).survey())
    }

    fn with_unit(change: impl Fn(&mut UnitSurvey)) -> FileSurvey {
        let mut survey = survey();
        change(Arc::make_mut(&mut survey.units[0].survey));
        survey
    }

    fn comes_back(survey: &FileSurvey) -> bool {
        decode(&encode(survey), TEXT).is_some()
    }

    #[test]
    fn a_survey_comes_back_as_it_was() {
        let survey = survey();
        assert!(!survey.units.is_empty() && !survey.allowed.is_empty());
        assert!(!survey.units[0].survey.functions.is_empty());
        assert_eq!(decode(&encode(&survey), TEXT), Some(survey));
    }

    #[test]
    fn what_does_not_fit_the_text_is_no_survey() {
        let outside = TextRange::at(10_000.into(), 1.into());
        let wrong = [
            with_unit(|unit| unit.functions[0].range = outside),
            with_unit(|unit| unit.functions[0].name = outside),
            with_unit(|unit| unit.functions[0].name = unit.functions[0].range),
            with_unit(|unit| unit.functions[0].words = u32::MAX),
            with_unit(|unit| unit.runs[0].statements[0].range = outside),
            with_unit(|unit| unit.runs[0].statements[0].first_end = 9_000.into()),
            with_unit(|unit| unit.runs[0].statements[0].words = u32::MAX),
            with_unit(|unit| {
                let one = unit.runs[0].clone();
                unit.runs.extend(std::iter::repeat_n(one, TEXT.len()));
            }),
        ];
        for (number, wrong) in wrong.iter().enumerate() {
            assert!(!comes_back(wrong), "{number}");
        }
        let mut unknown = survey();
        unknown.allowed[0].0 = SmellId(u8::MAX);
        assert!(!comes_back(&unknown));
        let mut moved = survey();
        moved.units[0].offset = u32::MAX.into();
        assert!(!comes_back(&moved));
    }

    #[test]
    fn no_bytes_make_the_decoder_fail_otherwise() {
        let good = encode(&survey());
        for at in 0..good.len() {
            for flip in [1_u8, 0x80, 0xff] {
                let mut bytes = good.to_vec();
                bytes[at] ^= flip;
                let _ = decode(&Entry::from(bytes), TEXT);
            }
            assert_eq!(decode(&Entry::from(&good[..at]), TEXT), None);
        }
    }

    #[test]
    fn its_key_is_private_and_not_the_report_s() {
        let context = FileContext::default();
        assert!(key(TEXT, context).is_private());
        assert_ne!(key(TEXT, context), super::super::key(TEXT, context));
        assert_ne!(key(TEXT, context), key("", context));
    }
}
