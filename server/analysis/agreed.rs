//! Offers that rustc must check before their edits are used.

use std::{path::Path, sync::Arc};

use super::{
    asking::{Asking, Refused},
    laid_out::laid_out,
};
use crate::{
    compiler::{Compiler, Texts, Told, Verdict},
    syntax::{Source, WITNESS, with_witness},
    text::{Edits, TextRange},
};

/// Returns the result of an offer with rustfmt's layout, if rustc reports no error and no new warning.
pub fn agreed(
    source: &Source,
    path: &Path,
    (edits, target): (&Edits, TextRange),
    compiler: &mut Compiler,
) -> Result<Arc<str>, Refused> {
    let after: Option<Arc<str>> = edits.apply(&source.text).map(Arc::from);
    let after = after.ok_or_else(|| because("The edit doesn't fit the text."))?;
    let mut asking = Asking { path, compiler };
    let mut after = laid(source, after, &asking);
    let mut told = asking.ask(&after, &[])?;
    if let Some(filled) = filled_in(&after, &told) {
        after = laid(source, filled, &asking);
        told = asking.ask(&after, &[])?;
    }
    let (errors, warnings): (Vec<Told>, Vec<Told>) = told.into_iter().partition(|it| it.is_error);
    if let Some(error) = errors.first() {
        return Err(because(&format!("rustc rejects it: {error}.")));
    }
    asking.check_warnings(source, &warnings)?;
    check_read(source, target, &mut asking)?;
    Ok(after)
}

/// Checks that rustc compiles the current version of the function around a place. If it doesn't, nothing could be verified, so
/// no model is queried.
pub fn check_compiled(
    source: &Source,
    path: &Path,
    function: TextRange,
    compiler: &mut Compiler,
) -> Result<(), Refused> {
    let texts = Texts::from([(path.to_path_buf(), Arc::clone(&source.text))]);
    if let Verdict::Broken(faults) = compiler.verdict(&texts)? {
        let fault = faults.first().map(ToString::to_string);
        let fault = fault.unwrap_or_default();
        return Err(because(&format!(
            "The package doesn't compile as it is: {fault}. Nothing was sent."
        )));
    }
    check_read(source, function, &mut Asking { path, compiler })
}

/// Returns the source text with rustfmt's layout.
pub(super) fn laid(source: &Source, after: Arc<str>, asking: &Asking<'_>) -> Arc<str> {
    let edition = source.context.edition.to_string();
    let rustfmt = |text: &str| asking.compiler.formatted(asking.path, text, &edition);
    laid_out(&source.text, &after, source.context, &rustfmt).unwrap_or(after)
}

/// Replaces a function's return type `_` with the type that rustc reports.
fn filled_in(text: &str, told: &[Told]) -> Option<Arc<str>> {
    const OPEN: &str = "-> _";
    let is_answer = |it: &&Told| it.code.as_deref() == Some("E0121");
    let answer = told.iter().find(is_answer)?;
    let ty = answer.replacements.first()?;
    let at = answer.at as usize;
    let start = at.checked_sub(OPEN.len() - 1)?;
    if text.get(start..=at)? != OPEN {
        return None;
    }
    let (before, behind) = (text.get(..start)?, text.get(at + 1..)?);
    let filled = match ty.as_str() {
        // The unit type is omitted.
        "()" => format!("{}{behind}", before.trim_end()),
        ty => format!("{before}-> {ty}{behind}"),
    };
    Some(filled.into())
}

/// rustc reports nothing about code that isn't compiled.
fn check_read(source: &Source, target: TextRange, asking: &mut Asking<'_>) -> Result<(), Refused> {
    let why = "The code isn't compiled in any checked target.";
    let text = with_witness(source, target.start()).ok_or_else(|| because(why))?;
    let told = asking.ask(&text, &[])?;
    let is_witness = |it: &Told| it.is_error && it.words.contains(WITNESS);
    if told.iter().any(is_witness) {
        return Ok(());
    }
    Err(because(why))
}

fn because(why: &str) -> Refused {
    Refused::Because(why.to_owned())
}
