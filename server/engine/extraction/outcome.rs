//! The result of the new function: its type, and how each exit is encoded in it.

use ra_ap_syntax::AstNode;

use super::{
    BEHIND, Known, NotExtracted, Selection,
    exits::{Carried, Leave, Role, Several},
    passing::{givable, nameable},
    paths::Module,
    selection::Local,
    signature::{first_argument, tried},
    writing::Purpose,
};

/// The subject for the selection's own value.
pub(super) const VALUE: &str = "= value";
/// The subject for the value of a `break`.
pub(super) const BROKEN: &str = "= broken";
/// A type that no existing code returns.
const TRAP: &str = "[(); 7]";

/// The result of the new function.
pub(super) struct Outcome<'a> {
    pub(super) outputs: &'a [Local],
    /// Whether the selection's own value is returned.
    pub(super) has_value: bool,
    /// The written type, or `None` for `()`.
    pub(super) written: Option<String>,
    pub(super) layer: Option<&'static str>,
    pub(super) leave: &'a Leave,
    pub(super) is_trap: bool,
    /// The path of `ControlFlow`.
    pub(super) control: &'static str,
    /// The path to import for it.
    pub(super) import: Option<&'static str>,
    /// Whether its type is that of the enclosing scope, if that has a layer too.
    pub(super) is_scopes: bool,
    pub(super) wrapping: Wrapping,
}

/// How an exit with a value is distinguished from continuing without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapping {
    Option,
    /// Avoids an `Option` inside another one.
    Flow,
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
        let (control, import) = control_flow(selection);
        let mut outcome = Self {
            outputs: &selection.outputs,
            has_value: false,
            written: None,
            layer: exits.layer,
            leave: &exits.leave,
            is_trap: purpose == Purpose::Trap,
            control,
            import,
            wrapping: Wrapping::Option,
            is_scopes: true,
        };
        if matches!(exits.leave, Leave::Whole { .. }) {
            // A hidden `return` means the same in a function with the same result.
            outcome.is_trap = false;
            outcome.written = selection.scope.result(known);
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
            Some(_) => Some(tried(selection.scope.result(known), &coded)?),
            None => (coded != "()").then_some(coded),
        };
        outcome.is_scopes =
            exits.layer.is_none() || outcome.written == selection.scope.result(known);
        Ok(outcome)
    }

    /// Whether the end of the selection yields no value.
    pub(super) fn is_unit(&self) -> bool {
        self.outputs.is_empty() && !self.has_value
    }

    fn coded_type(
        &mut self,
        selection: &Selection,
        known: &Known,
        plain: String,
    ) -> Result<String, NotExtracted> {
        match self.leave {
            Leave::Never | Leave::Whole { .. } => Ok(plain),
            Leave::Told {
                is_certain: true, ..
            } => Ok("()".to_owned()),
            Leave::Told { .. } if self.is_unit() => Ok("bool".to_owned()),
            Leave::Told { .. } => Ok(format!("Option<{plain}>")),
            Leave::Carries {
                carried,
                is_certain,
            } => {
                let carried = carried_type(carried, selection, known)?;
                if *is_certain {
                    return Ok(carried);
                }
                let control = self.control;
                if carried.starts_with("Option<") || self.layer == Some("Some") {
                    self.wrapping = Wrapping::Flow;
                }
                if !self.is_unit() {
                    return Ok(format!("{control}<{carried}, {plain}>"));
                }
                Ok(match self.wrapping {
                    Wrapping::Flow => format!("{control}<{carried}>"),
                    Wrapping::Option => format!("Option<{carried}>"),
                })
            }
            Leave::Several(several) => {
                let carried = several.carried.as_ref();
                let carried = carried
                    .map(|it| carried_type(it, selection, known))
                    .transpose()?;
                Ok(self.several_type(several, carried, &plain))
            }
        }
    }

    fn several_type(&self, several: &Several, carried: Option<String>, plain: &str) -> String {
        let control = self.control;
        let stop = match (carried, &several.stop) {
            (Some(carried), Some(_)) => format!("Option<{carried}>"),
            (Some(carried), None) => carried,
            (None, _) => "()".to_owned(),
        };
        match (several.is_certain, &several.skip) {
            (true, None) => stop,
            (true, Some(_)) => format!("{control}<{stop}>"),
            (false, None) if self.is_unit() => format!("{control}<{stop}>"),
            (false, Some(_)) if self.is_unit() => format!("Option<{control}<{stop}>>"),
            (false, None) => format!("{control}<{stop}, {plain}>"),
            (false, Some(_)) => format!("{control}<{stop}, Option<{plain}>>"),
        }
    }

    /// The result of the new function at the end of the selection, where an empty `value` means none.
    pub(super) fn of_end(&self, value: &str) -> String {
        let is_unit = self.is_unit();
        let control = self.control;
        let coded = match self.leave {
            Leave::Told {
                is_certain: false, ..
            } if is_unit => "false".to_owned(),
            Leave::Told {
                is_certain: false, ..
            } => format!("Some({value})"),
            Leave::Carries {
                is_certain: false, ..
            } if is_unit && self.wrapping == Wrapping::Flow => {
                format!("{control}::Continue(())")
            }
            Leave::Carries {
                is_certain: false, ..
            } if is_unit => "None".to_owned(),
            Leave::Carries {
                is_certain: false, ..
            } => format!("{control}::Continue({value})"),
            Leave::Several(several) if !several.is_certain => match (&several.skip, is_unit) {
                (Some(_), true) => "None".to_owned(),
                (Some(_), false) => format!("{control}::Continue(Some({value}))"),
                (None, true) => format!("{control}::Continue(())"),
                (None, false) => format!("{control}::Continue({value})"),
            },
            _ => value.to_owned(),
        };
        self.around(coded)
    }

    /// The whole replacement of a jump, or the code around its value.
    pub(super) fn of_jump(&self, role: Role, value: Option<&str>) -> String {
        let is_unit = self.is_unit();
        let value = value.unwrap_or_default();
        let control = self.control;
        let coded = match self.leave {
            Leave::Told {
                is_certain: true, ..
            } => String::new(),
            Leave::Told { .. } if is_unit => "true".to_owned(),
            Leave::Told { .. } => "None".to_owned(),
            Leave::Carries {
                is_certain: false, ..
            } if is_unit && self.wrapping == Wrapping::Option => format!("Some({value})"),
            Leave::Carries {
                is_certain: false, ..
            } => format!("{control}::Break({value})"),
            Leave::Several(several) => self.of_one(several, role, value),
            _ => value.to_owned(),
        };
        self.around(coded)
    }

    /// The encoding of one of several jumps, and the pattern that the caller matches.
    pub(super) fn of_one(&self, several: &Several, role: Role, value: &str) -> String {
        let control = self.control;
        let is_plain_option = several.is_certain && several.skip.is_none();
        let stop = match (role, &several.carried, &several.stop) {
            (Role::Carried, _, None) => value.to_owned(),
            (Role::Carried, ..) => format!("Some({value})"),
            (_, Some(_), _) => "None".to_owned(),
            (_, None, _) => "()".to_owned(),
        };
        let is_maybe = !several.is_certain && several.skip.is_some() && self.is_unit();
        let coded = match role {
            _ if is_plain_option => stop,
            Role::Skip if several.is_certain || is_maybe => format!("{control}::Continue(())"),
            Role::Skip => format!("{control}::Continue(None)"),
            _ => format!("{control}::Break({stop})"),
        };
        if is_maybe {
            format!("Some({coded})")
        } else {
            coded
        }
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

/// The type of a jump's value.
fn carried_type(
    carried: &Carried,
    selection: &Selection,
    known: &Known,
) -> Result<String, NotExtracted> {
    if carried.is_break {
        let known = known.types.get(BROKEN).ok_or(NotExtracted::new(
            "The type of the `break` value is unknown.",
        ))?;
        nameable("break", &known.text)?;
        return Ok(known.text.clone());
    }
    let result = selection.scope.result(known);
    if carried.wrapper.is_none() {
        return Ok(result.unwrap_or_else(|| "()".to_owned()));
    }
    let result = result.unwrap_or_default();
    let first = first_argument(&result).ok_or(NotExtracted::new(
        "The return type of the function doesn't show the success type.",
    ))?;
    Ok(first.to_owned())
}

/// The subject of the function's result, if it is a single value of an unnameable type.
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
        let why = || NotExtracted(format!("The type of `{name}` is unknown.").into());
        let text = found.ok_or_else(why)?.text.clone();
        givable(name, &text)?;
        Ok(text)
    });
    types.collect()
}

/// The type of the selection's own value, or `None` for `()`.
fn value_type(known: &Known) -> Result<Option<String>, NotExtracted> {
    let found = known.types.get(VALUE).ok_or(NotExtracted::new(
        "The type of the selected value is unknown.",
    ))?;
    if found.text == "()" {
        return Ok(None);
    }
    if found.text == "!" {
        return Err(NotExtracted::new(
            "The selection never evaluates to a value.",
        ));
    }
    givable("the value", &found.text)?;
    Ok(Some(found.text.clone()))
}

/// The path of `ControlFlow`, and the path to import for it.
fn control_flow(selection: &Selection) -> (&'static str, Option<&'static str>) {
    let function = selection.scope.function.syntax();
    let module = Module::around(function);
    let root = function.ancestors().last();
    let text = root.map_or_else(String::new, |it| it.text().to_string());
    let is_without_std =
        text.contains("no_std") || (text.contains("core::") && !text.contains("std::"));
    let path = if is_without_std {
        "core::ops::ControlFlow"
    } else {
        "std::ops::ControlFlow"
    };
    if module.lacks("ControlFlow") {
        return ("ControlFlow", Some(path));
    }
    let is_it = module.shortened(path) == "ControlFlow";
    (if is_it { "ControlFlow" } else { path }, None)
}
