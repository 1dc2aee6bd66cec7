//! Turn an `if` that holds the rest of a body into a guard clause.
//!
//! A body that ends in a long `if` keeps its main story one level too deep. A guard clause says first when there is nothing
//! to do, leaves, and lets the rest stand where it belongs. Several levels are flattened at once.
//!
//! ## Example
//!
//! ```rust before
//! fn send(queue: &mut Queue, message: &Message) {
//!     $0if queue.is_open() && message.len() < 64 {
//!         // Listeners hear of it first.
//!         queue.announce(message);
//!         let ticket = queue.ticket();
//!         if ticket.is_some() {
//!             queue.push(ticket, message);
//!             queue.count += 1;
//!             if queue.count > 10 {
//!                 queue.flush();
//!             }
//!             println!("queued {}", queue.count)
//!         }
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn send(queue: &mut Queue, message: &Message) {
//!     if !(queue.is_open() && message.len() < 64) {
//!         return;
//!     }
//!     // Listeners hear of it first.
//!     queue.announce(message);
//!     let ticket = queue.ticket();
//!     if ticket.is_none() {
//!         return;
//!     }
//!     queue.push(ticket, message);
//!     queue.count += 1;
//!     if queue.count > 10 {
//!         queue.flush();
//!     }
//!     println!("queued {}", queue.count);
//! }
//! ```
//!
//! An `if` whose `else` does nothing but leave becomes a guard in the same way: the `else` block is the guard.
//!
//! ## What it leaves alone
//!
//! - An `if` that is not the last thing of a function, closure or loop body, or whose body has a value.
//! - Blocks that declare items: one level further out, they would be visible to the code before.
//! - Conditions whose opposite can't be written down safely, and patterns where `let … else` would drop something earlier.
//! - Comments and attributes that would have no place any more.

use super::{
    Applicability, Change, Context, Declared, Delta, Kind, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::shapes::guard_clause::{self, Form, GuardClause},
    text::{Edit, Edits},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "guard-clause",
    kind: Kind::Rewrite,
    declares: Delta {
        adds: &[
            "continue", "else", "false", "is_err", "is_none", "is_ok", "is_some", "return", "true",
        ],
        drops: &[
            "else", "false", "if", "is_err", "is_none", "is_ok", "is_some", "true",
        ],
        also: &[],
    },
    derive,
};

fn derive(context: &Context<'_>, target: Target<'_>) -> Result<Change, Refusal> {
    let source = context.source;
    let choice = find::if_at(context, target).ok_or(Refusal::NotHere)?;
    let guard = guard_clause::find(&choice, &source.text, source.context)?;
    let mut declared = Declared::nothing(source.context.edition);
    declared.add(&guard.added);
    declared.drop(&guard.dropped);
    let title = title(&guard);
    let edit = Edit::replace(guard.range, guard.replacement);
    Ok(Change {
        title,
        edits: Edits::new(vec![edit]).map_err(|_| Refusal::NotHere)?,
        applicability: if guard.drops_earlier {
            Applicability::NeedsCheck
        } else {
            Applicability::Safe
        },
        declared,
        checked: vec![
            "nothing follows the `if`",
            "the condition has an exact opposite",
            "no items are moved outwards",
            "temporaries are dropped before variables",
        ],
    })
}

fn title(guard: &GuardClause) -> String {
    match (guard.form, guard.levels) {
        (Form::Else, _) => "Turn `else` into a guard clause".to_owned(),
        (Form::Exit, 1) => "Turn `if` into a guard clause".to_owned(),
        (Form::Exit, levels) => format!("Turn {levels} nested `if`s into guard clauses"),
    }
}
