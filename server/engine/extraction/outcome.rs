//! What the new function gives its caller: the type, and how each way out is told in it.

use ra_ap_syntax::AstNode;

use super::{
    BEHIND, Known, NotExtracted, Selection,
    exits::Leave,
    passing::nameable,
    selection::Local,
    signature::{tried, with_own_types},
    writing::Purpose,
};
use crate::syntax::FileNames;

/// The subject of what is asked of the selection's own value.
pub(super) const VALUE: &str = "= value";
/// The subject of what is asked of a value that a `break` leaves with.
pub(super) const BROKEN: &str = "= broken";
/// What nobody else returns.
const TRAP: &str = "[(); 7]";

/// What the new function gives.
pub(super) struct Outcome<'a> {
    pub(super) outputs: &'a [Local],
    /// Whether the selection's own value is given.
    pub(super) has_value: bool,
    /// Nothing for `()`.
    pub(super) written: Option<String>,
    pub(super) layer: Option<&'static str>,
    pub(super) leave: &'a Leave,
    pub(super) is_trap: bool,
    pub(super) control: &'static str,
}

impl<'a> Outcome<'a> {
    pub(super) fn new(
        selection: &'a Selection,
        known: &Known,
        purpose: Purpose,
    ) -> Result<Self, NotExtracted> {
        let exits = &selection.exits;
        let is_asked = purpose == Purpose::Asking;
        let types = if is_asked {
            vec!["_".to_owned(); selection.outputs.len()]
        } else {
            output_types(selection, known)?
        };
        let mut outcome = Self {
            outputs: &selection.outputs,
            has_value: false,
            written: None,
            layer: exits.layer,
            leave: &exits.leave,
            is_trap: purpose == Purpose::Trap,
            control: control_flow(selection),
        };
        if matches!(exits.leave, Leave::Whole { .. }) {
            // A hidden `return` means the same in a function that gives the same.
            outcome.is_trap = false;
            outcome.written = written_result(selection);
            outcome.has_value = selection.value.is_some();
            return Ok(outcome);
        }
        let value = match &selection.value {
            Some(_) if is_asked => Some("_".to_owned()),
            Some(_) => value_type(known)?,
            None => None,
        };
        outcome.has_value = value.is_some();
        let plain = match (value, &*types) {
            (Some(value), _) => value,
            (None, []) => "()".to_owned(),
            (None, [one]) => one.clone(),
            (None, several) => format!("({})", several.join(", ")),
        };
        let coded = outcome.coded_type(selection, known, plain)?;
        let coded = if outcome.is_trap {
            format!("({coded}, {TRAP})")
        } else {
            coded
        };
        outcome.written = match exits.layer {
            Some(_) => Some(tried(&selection.function, &coded)?),
            None => (coded != "()").then_some(coded),
        };
        Ok(outcome)
    }

    /// Whether the end of the selection gives nothing but that it was reached.
    pub(super) fn is_unit(&self) -> bool {
        self.outputs.is_empty() && !self.has_value
    }

    fn coded_type(
        &self,
        selection: &Selection,
        known: &Known,
        plain: String,
    ) -> Result<String, NotExtracted> {
        let (wrapper, is_break, is_certain) = match self.leave {
            Leave::Never | Leave::Whole { .. } => return Ok(plain),
            Leave::Told {
                is_certain: true, ..
            } => return Ok("()".to_owned()),
            Leave::Told { .. } if self.is_unit() => return Ok("bool".to_owned()),
            Leave::Told { .. } => return Ok(format!("Option<{plain}>")),
            Leave::Carries {
                wrapper,
                is_break,
                is_certain,
                ..
            } => (wrapper, *is_break, *is_certain),
        };
        let carried = if is_break {
            let known = known.types.get(BROKEN).ok_or(NotExtracted::new(
                "The type that the selection breaks with can't be told.",
            ))?;
            nameable("break", &known.text)?;
            known.text.clone()
        } else if wrapper.is_some() {
            super::signature::first_argument(&selection.function).ok_or(NotExtracted::new(
                "The function's result doesn't show what it is a result of.",
            ))?
        } else {
            written_result(selection).unwrap_or_else(|| "()".to_owned())
        };
        if is_certain {
            return Ok(carried);
        }
        Ok(if self.is_unit() {
            format!("Option<{carried}>")
        } else {
            format!("{}<{carried}, {plain}>", self.control)
        })
    }

    /// What the new function gives where the selection ends with `value`, which is empty for nothing.
    pub(super) fn of_end(&self, value: &str) -> String {
        let is_unit = self.is_unit();
        let coded = match self.leave {
            Leave::Told {
                is_certain: false, ..
            } if is_unit => "false".to_owned(),
            Leave::Told {
                is_certain: false, ..
            } => format!("Some({value})"),
            Leave::Carries {
                is_certain: false, ..
            } if is_unit => "None".to_owned(),
            Leave::Carries {
                is_certain: false, ..
            } => format!("{}::Continue({value})", self.control),
            _ => value.to_owned(),
        };
        self.around(coded)
    }

    /// What stands before and behind a value that the selection leaves with, or all there is without one.
    pub(super) fn of_jump(&self, value: Option<&str>) -> String {
        let is_unit = self.is_unit();
        let value = value.unwrap_or_default();
        let coded = match self.leave {
            Leave::Told {
                is_certain: true, ..
            } => String::new(),
            Leave::Told { .. } if is_unit => "true".to_owned(),
            Leave::Told { .. } => "None".to_owned(),
            Leave::Carries {
                is_certain: false, ..
            } if is_unit => format!("Some({value})"),
            Leave::Carries {
                is_certain: false, ..
            } => format!("{}::Break({value})", self.control),
            _ => value.to_owned(),
        };
        self.around(coded)
    }

    fn around(&self, coded: String) -> String {
        let or_unit = |coded: String| {
            if coded.is_empty() {
                "()".to_owned()
            } else {
                coded
            }
        };
        let coded = if self.is_trap {
            format!("({}, {TRAP})", or_unit(coded))
        } else {
            coded
        };
        match self.layer {
            Some(maker) => format!("{maker}({})", or_unit(coded)),
            None => coded,
        }
    }
}

/// The subject of what the function gives, if it is one value that has a type without a name.
pub(super) fn nameless(selection: &Selection, known: &Known) -> Option<String> {
    let exits = &selection.exits;
    if exits.leave != Leave::Never || exits.layer.is_some() {
        return None;
    }
    let subject = match (&selection.value, &*selection.outputs) {
        (Some(_), []) => VALUE.to_owned(),
        (None, [output]) => format!("{BEHIND}{}", output.name),
        _ => return None,
    };
    let ty = known.types.get(&subject)?;
    nameable("", &ty.text).is_err().then_some(subject)
}

fn output_types(selection: &Selection, known: &Known) -> Result<Vec<String>, NotExtracted> {
    let types = selection.outputs.iter().map(|output| {
        let name = &output.name;
        let found = known.behind(name);
        let why = || NotExtracted(format!("The type of `{name}` can't be told.").into());
        let text = found.ok_or_else(why)?.text.clone();
        givable(name, &text)?;
        Ok(text)
    });
    types.collect()
}

/// The type of the selection's own value; nothing for `()`.
fn value_type(known: &Known) -> Result<Option<String>, NotExtracted> {
    let found = known.types.get(VALUE).ok_or(NotExtracted::new(
        "The type of the selection's value can't be told.",
    ))?;
    if found.text == "()" {
        return Ok(None);
    }
    if found.text == "!" {
        return Err(NotExtracted::new("The selection never has a value."));
    }
    givable("the value", &found.text)?;
    Ok(Some(found.text.clone()))
}

/// A result's type may be one that only has to be described.
fn givable(name: &str, text: &str) -> Result<(), NotExtracted> {
    match text.strip_prefix("impl ") {
        Some(bounds) => nameable(name, bounds),
        None => nameable(name, text),
    }
}

fn written_result(selection: &Selection) -> Option<String> {
    let written = selection.function.ret_type()?.ty()?;
    let text = written.syntax().text().to_string();
    Some(with_own_types(&selection.function, text))
}

fn control_flow(selection: &Selection) -> &'static str {
    let names = FileNames::around(&selection.function);
    if names.imports("ControlFlow") {
        "ControlFlow"
    } else {
        "std::ops::ControlFlow"
    }
}
