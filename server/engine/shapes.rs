//! Code shapes that a smell reports and a refactoring changes. Both use the same detection, so a smell is reported exactly
//! where the change is offered. A replacement is written here if its layout decides whether there is a shape.

pub mod asserted;
pub mod boolean_choice;
pub mod boolean_match;
pub mod collapsible_if;
pub mod collect_loop;
pub mod complex_type;
pub mod dead_comment;
pub mod derivable_impl;
pub mod equality_chain;
pub mod extend_loop;
pub mod guard_clause;
pub mod identical_arms;
pub mod index_loop;
pub mod let_else;
pub mod loop_source;
pub mod mapped_default;
pub mod module_body;
pub mod named_choice;
mod option_arms;
mod option_call;
pub mod option_question;
pub mod option_value;
pub mod pulled_assignment;
pub mod question_first;
pub mod question_mark;
pub mod question_tail;
pub mod repeated_expression;
pub mod search_loop;
pub mod shared_answer;
pub mod shared_tail;
pub mod single_pattern;
pub mod single_use;
pub mod value_chain;

use ra_ap_syntax::ast;

use crate::text::TextRange;

/// The parts of a choice that a method expresses by name, whether or not the method can replace it.
pub struct Outline {
    pub keyword: TextRange,
    /// The expression that the method would compute or test.
    pub value: ast::Expr,
    /// The value for the empty case.
    pub otherwise: TextRange,
    /// The method's name.
    pub method: &'static str,
}
