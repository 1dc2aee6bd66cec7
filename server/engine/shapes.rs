//! Outlines of code that a smell points at and a refactoring changes. Both ask here, so that a smell is seen exactly where the
//! change is offered; what is written in their place is written here where its layout decides whether there is one.

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

/// What a choice consists of that a method says, whether or not the method can be written in its place.
pub struct Outline {
    pub keyword: TextRange,
    /// What the method would be given to make or to ask.
    pub value: ast::Expr,
    /// What is given where nothing is held.
    pub otherwise: TextRange,
    /// The method.
    pub method: &'static str,
}
