//! # Boolean parameters
//!
//! ## What it does
//! Finds functions that take two or more `bool` parameters.
//!
//! ## Why
//! A call such as `open(path, true, false)` doesn't show what is switched on, and the compiler accepts the two in either
//! order. An `enum` with two named variants for each, or a struct of options, makes every call clear.
//!
//! ## Example
//! ```rust before
//! fn list(folder: &Path, is_deep: bool, with_hidden: bool) -> Vec<PathBuf> {
//!     walk(folder, is_deep, with_hidden)
//! }
//! ```
//! ```rust after
//! fn list(folder: &Path, depth: Depth, hidden: Hidden) -> Vec<PathBuf> {
//!     walk(folder, depth, hidden)
//! }
//! ```
//!
//! ## What it leaves alone
//! - Signatures that are dictated elsewhere: functions of trait implementations, with a foreign interface, or exported under
//!   a name.
//! - Constructors that return their own type and store each parameter in a field.
//! - Unused parameters (`_flag`), and tests.
//!
//! ## Limits
//! The measure is the number of `bool` parameters: 1 is fine, more is a warning, more than 2 a strong one. It fires 11 times
//! in 100,000 lines of well-kept code. In a blind review 4 of 15 findings were worth acting on. Reported in the `full`
//! profile only.
//!
//! ## Sources
//! Martin Fowler, "Flag Argument"; clippy's `fn_params_excessive_bools`.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use super::{Calm, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    syntax::{Owner, Unit, signatures},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(11.0),
    calm: Calm::Never,
    clippy: &["fn_params_excessive_bools"],
    measured: "{} `bool` parameters",
    ..Smell::new(
        "boolean-parameters",
        Limits::of(1, 2),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for (function, owner) in signatures::all(unit) {
        let list = function.param_list();
        let list = list.filter(|list| unit.slice(list.syntax().text_range()).contains("bool"));
        if list.is_some() {
            look_at(&function, owner, sightings);
        }
    }
}

fn look_at(function: &ast::Fn, owner: Owner, sightings: &mut Sightings) {
    let Some(name) = function.name() else {
        return;
    };
    let flags = signatures::parameters(function);
    let flags = flags.iter().filter(|it| signatures::type_of(it) == "bool");
    let parts: Vec<Part> = flags
        .map(|flag| Part {
            at: flag.syntax().text_range(),
            measure: 1,
        })
        .collect();
    let measure = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let is_fine = !sightings.keeps(measure)
        || signatures::is_dictated(function, owner)
        || signatures::is_plain_constructor(function);
    if !is_fine {
        sightings.push_with_parts(name.syntax().text_range(), measure, parts);
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    let count = sighting.measure;
    format!("`{name}` takes {count} `bool` parameters; use an `enum` for each")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::{fired, seen};

    fn measures(text: &str) -> Vec<u32> {
        let fired = fired("boolean-parameters", text);
        fired.into_iter().map(|(_, measure)| measure).collect()
    }

    #[test]
    fn two_and_more_are_seen() {
        assert_eq!(measures("fn f(a: &A, b: bool, c: bool) {}"), [2]);
        assert_eq!(
            measures("impl A { fn f(&self, b: bool, c: u8, d: bool, e: bool) {} }"),
            [3]
        );
        let seen = seen("boolean-parameters", "fn f(a: &A, b: bool, c: bool) {}");
        assert_eq!(seen[0].parts.len(), 2);
    }

    /// `bat` 0.26.1, `src/bin/bat/app.rs` (MIT or Apache-2.0).
    #[test]
    fn real_code() {
        let text = "impl App {\nfn display_help(\n    interactive_output: bool,\n    help_type: HelpType,\n    \
                    use_pager: bool,\n    use_color: bool,\n    custom_pager: Option<String>,\n    \
                    theme_options: ThemeOptions,\n) -> Result<()> {\n    Ok(())\n}\n}";
        assert_eq!(measures(text), [3]);
    }

    #[test]
    fn one_is_fine() {
        for text in [
            "fn f(a: &A, b: bool) {}",
            "fn f(a: Option<bool>, b: &mut bool, c: bool) {}",
            "fn f(a: bool, _b: bool) {}",
            "fn f(#[cfg(unix)] a: bool, #[cfg(windows)] a: bool) {}",
        ] {
            assert!(measures(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_others_have_chosen_is_left_alone() {
        let two = "(b: bool, c: bool)";
        for text in [
            format!("impl T for A {{ fn f{two} {{}} }}"),
            format!("extern \"C\" fn f{two} {{}}"),
            format!("#[no_mangle] fn f{two} {{}}"),
            format!("#[test] fn f{two} {{}}"),
            format!("impl A {{ fn new{two} -> Self {{ Self {{ b, c }} }} }}"),
        ] {
            assert!(measures(&text).is_empty(), "{text}");
        }
    }
}
