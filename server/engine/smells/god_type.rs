//! # God type
//!
//! ## What it does
//! Finds structs with many fields and many functions, all in one file.
//!
//! ## Why
//! Such a type knows and does everything. Each of its functions may use each of its fields, so a change to one has to be
//! considered for all, and no part can be tested without the whole. Functions that use the same few fields belong in a
//! separate type.
//!
//! ## Example
//! ```rust before
//! struct Game {
//!     board: Board,
//!     players: Vec<Player>,
//!     turn: usize,
//!     clock: Clock,
//!     history: Vec<Move>,
//!     window: Window,
//!     font: Font,
//!     theme: Theme,
//!     cursor: Cursor,
//!     socket: Socket,
//!     lobby: Lobby,
//!     chat: Chat,
//! }
//!
//! impl Game {
//!     // … 500 more functions
//! }
//! ```
//! ```rust after
//! struct Game {
//!     rules: Rules,
//!     screen: Screen,
//!     connection: Connection,
//! }
//!
//! impl Rules {
//!     // … 200 more functions
//! }
//!
//! impl Screen {
//!     // … 150 more functions
//! }
//!
//! impl Connection {
//!     // … 150 more functions
//! }
//! ```
//!
//! ## What it leaves alone
//! - Options, recognised by name, such as `Config` or `ClientBuilder`, whose functions each set one field.
//! - Trait functions, and `impl` blocks in other files.
//! - Tests, benchmarks, examples and generated code.
//!
//! ## Limits
//! The measure is the number of functions in the type's inherent `impl` blocks: 30 are fine, more are a warning, more than 60
//! a strong one. Only structs with at least 12 fields and 400 lines of functions are reported. It fires 0.9 times in 100,000 lines of
//! well-kept code. In a review 5 of 10 findings were worth acting on; the others were builders and records with a large
//! interface. Reported in the `full` profile only. No refactoring fixes it, because only the code that uses the fields shows
//! which belong together.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Large Class"; CodeScene's "Brain Class"; Arthur Riel, *Object-Oriented Design Heuristics*.

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{FileUnit, Owner, Role, StructFields, given},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    survives_errors: true,
    measured: "{} functions",
    rate: Some(0.9),
    calm: Calm::Never,
    ..Smell::new("god-type", Limits::of(30, 60), Look::File(look), say)
};

const FEWEST_FIELDS: u32 = 12;
const FEWEST_LINES: u32 = 400;

fn look(file: &FileUnit, sightings: &mut Sightings) {
    if !matches!(file.context.role, Role::Library | Role::BuildScript) {
        return;
    }
    let many = file.structs.iter().filter(|it| it.fields >= FEWEST_FIELDS);
    for structure in many {
        let (functions, lines) = size_of(structure, file);
        let name = slice(&file.text, structure.at).unwrap_or_default();
        if lines >= FEWEST_LINES && !given::is_options(name) {
            let part = Part {
                at: structure.at,
                measure: structure.fields,
            };
            sightings.push_with_parts(structure.at, functions, vec![part]);
        }
    }
}

/// The numbers of functions and of lines in a struct's inherent `impl` blocks.
fn size_of(structure: &StructFields, file: &FileUnit) -> (u32, u32) {
    let name = slice(&file.text, structure.at).unwrap_or_default();
    let blocks = file.impls.iter().filter(|block| {
        block.owner == Owner::InherentImpl && slice(&file.text, block.at) == Some(name)
    });
    blocks.fold((0, 0), |(functions, lines), block| {
        (functions + block.functions, lines + block.lines)
    })
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    let fields = sighting.parts.first().map_or(0, |part| part.measure);
    format!(
        "`{name}` has {} functions and {fields} fields; move functions that use the same few fields into a separate type",
        sighting.measure
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{counted, fired, seen},
    };

    fn structure(name: &str, fields: usize) -> String {
        let fields = counted(fields, "f#: T#,");
        format!("struct {name}<T> {{ {fields} }}\n")
    }

    fn functions(count: usize) -> String {
        format!("fn f(&self) {{\n{}}}\n", "g();\n".repeat(12)).repeat(count)
    }

    #[test]
    fn many_functions_over_many_fields_are_seen() {
        let text = format!(
            "{}impl<T> Game<T> {{ {} }}\nimpl Game<u8> {{ {} }}\n",
            structure("Game", 12),
            functions(20),
            functions(11)
        );
        assert_eq!(fired("god-type", &text), [("Game".to_owned(), 31)]);
        assert_eq!(
            (by_name("god-type").unwrap().say)(&seen("god-type", &text)[0], &text),
            "`Game` has 31 functions and 12 fields; move functions that use the same few fields into a separate type"
        );
    }

    #[test]
    fn what_is_smaller_or_an_option_is_left_alone() {
        let many = functions(40);
        for text in [
            format!(
                "{}impl Game {{ {} }}\n",
                structure("Game", 12),
                functions(30)
            ),
            format!("{}impl Game {{ {many} }}\n", structure("Game", 11)),
            format!(
                "{}impl Game {{ {} }}\n",
                structure("Game", 12),
                "fn f() {}\n".repeat(90)
            ),
            format!("{}impl Gamer {{ {many} }}\n", structure("Game", 12)),
            format!("{}impl T for Game {{ {many} }}\n", structure("Game", 12)),
            format!(
                "{}impl GameConfig {{ {many} }}\n",
                structure("GameConfig", 12)
            ),
            format!(
                "#[cfg(test)] mod tests {{ {}impl Game {{ {many} }} }}\n",
                structure("Game", 12)
            ),
        ] {
            assert!(fired("god-type", &text).is_empty());
        }
    }
}
