//! The only module that uses the parser, and the judgements about code that smells and refactorings share.
//!
//! Nothing here rates code or reads files, clocks or configuration: everything is a pure function of the source text and its
//! [`FileContext`]. No input overflows the stack, provided the thread has [`STACK_SIZE`] bytes of stack.
//!
//! - `parse`: the bounded parser, reparsing, and the settings from a file's manifest.
//! - `read`: the contents of a file: units, functions and their metrics, allowances, attributes.
//! - `judge`: conservative analyses of code: control flow, purity, temporaries, types, negation, patterns, scopes.
//! - `write`: how new source text is laid out, and what may move to an outer block.

mod judge;
mod parse;
mod read;
mod write;

#[cfg(test)]
mod fixture;

pub use judge::{
    beside, changes, closures, conditions, conversions, fallible, flow, given, inference_order,
    known, meanings, mentions, negation, patterns, plurals, purity,
    refusal::{Hazard, Refusal},
    scopes, tables, temporaries, types_shown, uses,
};
pub use parse::{
    bounds::Unparsable,
    context::{FileContext, LineWidth, Role, RustVersion, Shares},
    source::Source,
    tokens::{same_words, tokens, tokens_of, written_in},
    tree::{Subtree, Tree, token_behind, tokens_parsed},
};
pub use ra_ap_syntax::Edition;
pub use read::{
    alike,
    allowances::{Allowed, AllowedBy, allowances},
    attributes,
    declarations::{Constant, FileNames, Signature, TypeShape},
    generated::{EXPLANATION as GENERATED_FILES, is_generated},
    green::{has_child, has_child_of, holds, nodes_inside, text_of},
    item_paths::item_paths,
    kinds::KindSet,
    metrics::{Increment, Metrics, Tally, is_else_if, keyword, operators},
    outline::{
        FilePart, FileUnit, ImplLines, Outline, Owner, Place, Presence, StructFields, UnitKind,
        outline, place_around, places,
    },
    prints,
    runs::{self, Run},
    shares::{FileShare, Parameter, Parameters},
    signatures,
    texts::Text,
    units::{Function, Unit, inside},
    words::{Word, comments, tells_its_lines, words},
};
pub use write::{
    comment_places::place_for_comment,
    layout::{self, LineEnding},
    moving_out, new_items, paragraphs, replacing,
    rewrite::{Ledger, Rewrite},
    witness::{WITNESS, with_witness},
};

/// The stack size in bytes that parsing and walking need at the maximum nesting that [`Tree::parse`] accepts.
pub const STACK_SIZE: usize = 16 * 1024 * 1024;
