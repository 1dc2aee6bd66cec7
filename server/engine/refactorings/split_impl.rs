//! # Split `impl`
//!
//! ## What it does
//! Splits a large `impl` block in two.
//!
//! ## Why
//!
//! A type can have any number of `impl` blocks. A block for each theme can have its own comment, can be folded, and can
//! be moved to another file as a whole.
//!
//! ## Example
//!
//! ```rust before
//! struct Stack(Vec<u8>);
//!
//! $0impl Stack {
//!     pub fn new() -> Self {
//!         Self(Vec::new())
//!     }
//!
//!     pub fn push(&mut self, byte: u8) {
//!         self.0.push(byte);
//!     }
//!
//!     pub fn pop(&mut self) -> Option<u8> {
//!         self.0.pop()
//!     }
//!
//!     pub fn len(&self) -> usize {
//!         self.0.len()
//!     }
//!
//!     pub fn is_empty(&self) -> bool {
//!         self.0.is_empty()
//!     }
//!
//!     // Details.
//!
//!     fn first(&self) -> Option<&u8> {
//!         self.0.first()
//!     }
//!
//!     fn last(&self) -> Option<&u8> {
//!         self.0.last()
//!     }
//!
//!     fn grow(&mut self) {
//!         self.0.reserve(1);
//!     }
//!
//!     fn shrink(&mut self) {
//!         self.0.shrink_to_fit();
//!     }
//!
//!     fn clear(&mut self) {
//!         self.0.clear();
//!     }
//! }
//! ```
//!
//! ```rust after
//! struct Stack(Vec<u8>);
//!
//! impl Stack {
//!     pub fn new() -> Self {
//!         Self(Vec::new())
//!     }
//!
//!     pub fn push(&mut self, byte: u8) {
//!         self.0.push(byte);
//!     }
//!
//!     pub fn pop(&mut self) -> Option<u8> {
//!         self.0.pop()
//!     }
//!
//!     pub fn len(&self) -> usize {
//!         self.0.len()
//!     }
//!
//!     pub fn is_empty(&self) -> bool {
//!         self.0.is_empty()
//!     }
//! }
//!
//! impl Stack {
//!     // Details.
//!
//!     fn first(&self) -> Option<&u8> {
//!         self.0.first()
//!     }
//!
//!     fn last(&self) -> Option<&u8> {
//!         self.0.last()
//!     }
//!
//!     fn grow(&mut self) {
//!         self.0.reserve(1);
//!     }
//!
//!     fn shrink(&mut self) {
//!         self.0.shrink_to_fit();
//!     }
//!
//!     fn clear(&mut self) {
//!         self.0.clear();
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Trait implementations, which can't be split.
//! - Blocks with attributes, which may be macros.
//! - Lifetimes that only one of the halves would use.
//! - Blocks with fewer than ten functions and fewer than 400 lines.
//!
//! With the cursor on the header, the block is split where the theme changes: at a comment on its own lines, or where
//! public functions end. A block of 400 lines can be split at every function that starts a theme: after such a comment,
//! where public functions start or end, or at the first of three whose names start with the same word.

use std::ops::Range;

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxToken, TextSize,
    ast::{self, HasAttrs, HasGenericParams, HasName, HasVisibility},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{Rewrite, layout},
    text::TextRange,
};

/// Minimum number of functions in a block that is worth splitting.
const MANY: usize = 10;
/// Minimum number of lines in a block that may be split at every function.
const LONG: usize = 400;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "split-impl",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IMPL],
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::AddsCopies, Also::AddsSiblings]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let block = Block::at(context, target).ok_or(Refusal::NotHere)?;
    let place = block.place(context, target).ok_or(Refusal::NotHere)?;
    block.check()?;
    block.check_lifetimes(place)?;
    let header = block.header(context)?;
    // Only the second half, so that splits at different functions are different targets.
    let start = block.items[place].syntax().text_range().start();
    let range = TextRange::new(start, block.ast.syntax().text_range().end());
    Plan::new(range, move || {
        let rewrite = rewrite(context, &block, place, header).ok_or_else(|| {
            Refusal::because(Hazard::Text, "The functions are not on separate lines.")
        })?;
        Ok(
            Change::new("Split `impl` block", range, vec![rewrite])?.checked(&[
                "the block belongs to the type, not to a trait",
                "both blocks have the same generics and bounds",
            ]),
        )
    })
}

/// An inherent `impl` block with its items.
struct Block {
    ast: ast::Impl,
    items: Vec<ast::AssocItem>,
    lines: usize,
}

impl Block {
    fn at(context: &Context<'_>, target: Target<'_>) -> Option<Self> {
        let block = find::around::<ast::Impl>(context, target).next()?;
        if block.for_token().is_some() || block.trait_().is_some() {
            return None;
        }
        let text = context.source.slice(block.syntax().text_range());
        Some(Self {
            items: block.assoc_item_list()?.assoc_items().collect(),
            lines: text.lines().count(),
            ast: block,
        })
    }

    /// The index of the item before which to split; never zero.
    fn place(&self, context: &Context<'_>, target: Target<'_>) -> Option<usize> {
        let at = find::token_at(context, target)?.text_range();
        let functions = self.items.iter().filter(|item| is_function(item)).count();
        let header = TextRange::new(
            self.ast.impl_token()?.text_range().start(),
            self.ast.assoc_item_list()?.syntax().text_range().start(),
        );
        if header.contains_range(at) {
            let is_large = functions >= MANY || (self.lines >= LONG && functions > 1);
            return is_large.then(|| self.best_place())?;
        }
        if self.lines < LONG {
            return None;
        }
        let is_meant =
            |item: &ast::AssocItem| signature(item).is_some_and(|it| it.contains_range(at));
        let place = self.items.iter().position(is_meant)?;
        (place > 0 && self.starts_theme(place)).then_some(place)
    }

    /// The best index to split at: near the middle, but preferably where the theme changes.
    fn best_place(&self) -> Option<usize> {
        let middle = self.items.len() / 2;
        let distance = |place: &usize| place.abs_diff(middle);
        let inner: Range<usize> = 1..self.items.len();
        let by_comment = inner.clone().filter(|place| self.has_heading(*place));
        let by_visibility = inner
            .clone()
            .filter(|place| is_public(&self.items[place - 1]) && !is_public(&self.items[*place]));
        by_comment
            .min_by_key(distance)
            .or_else(|| by_visibility.min_by_key(distance))
            .or_else(|| {
                inner
                    .filter(|place| is_function(&self.items[*place]))
                    .min_by_key(distance)
            })
    }

    /// Whether a new theme starts at an item: after a heading, where visibility changes, or with the first of three functions
    /// whose names share their first word.
    fn starts_theme(&self, place: usize) -> bool {
        let (before, item) = (&self.items[place - 1], &self.items[place]);
        let word = first_word(item);
        let next = |further: usize| self.items.get(place + further).and_then(first_word);
        let goes_on = word.is_some() && next(1) == word && next(2) == word;
        self.has_heading(place)
            || is_public(before) != is_public(item)
            || (goes_on && first_word(before) != word)
    }

    /// Whether a standalone comment precedes an item, followed by an empty line.
    fn has_heading(&self, place: usize) -> bool {
        let before = self.items[place - 1].syntax().last_token();
        let mut tokens = std::iter::successors(before.and_then(|it| it.next_token()), |token| {
            token.next_token()
        })
        .take_while(|token| matches!(token.kind(), SyntaxKind::COMMENT | SyntaxKind::WHITESPACE));
        tokens.any(|token| is_line_comment(&token) && begins_line(&token) && ends_paragraph(&token))
    }

    fn check(&self) -> Result<(), Refusal> {
        let list = self.ast.assoc_item_list();
        let mut attributes = self
            .ast
            .attrs()
            .chain(list.into_iter().flat_map(|list| list.attrs()));
        if attributes.next().is_some() {
            return Err(Refusal::because(
                Hazard::Text,
                "The block has an attribute, which would apply to only one half.",
            ));
        }
        Ok(())
    }

    /// Refuses lifetimes that only one half uses; they would be unused in the header of the other.
    fn check_lifetimes(&self, place: usize) -> Result<(), Refusal> {
        let (first, second) = self.items.split_at(place);
        let declared = self.ast.generic_param_list().into_iter();
        let mut names = declared
            .flat_map(|list| list.lifetime_params().collect::<Vec<_>>())
            .filter_map(|parameter| Some(parameter.lifetime()?.syntax().text().to_string()));
        if names.any(|name| is_used(first, &name) != is_used(second, &name)) {
            return Err(Refusal::because(
                Hazard::Text,
                "One of the blocks would declare a lifetime that only the other one uses.",
            ));
        }
        Ok(())
    }

    /// The header for both blocks, up to the brace.
    fn header(&self, context: &Context<'_>) -> Result<TextRange, Refusal> {
        let start = self
            .ast
            .impl_token()
            .map(|token| token.text_range().start());
        let list = self.ast.assoc_item_list();
        let end = list.map(|list| list.syntax().text_range().start());
        let (Some(start), Some(end)) = (start, end) else {
            return Err(Refusal::NotHere);
        };
        let range = TextRange::new(start, end);
        if !layout::comments_in(&context.root, range).is_empty() {
            return Err(Refusal::because(
                Hazard::Text,
                "The header of the block contains a comment, which would be duplicated.",
            ));
        }
        Ok(range)
    }
}

fn is_used(items: &[ast::AssocItem], lifetime: &str) -> bool {
    let inside = items.iter().flat_map(|item| item.syntax().descendants());
    inside
        .filter_map(ast::Lifetime::cast)
        .any(|one| one.syntax().text() == lifetime)
}

fn rewrite<'a>(
    context: &Context<'a>,
    block: &Block,
    place: usize,
    header: TextRange,
) -> Option<Rewrite<'a>> {
    let text = &*context.source.text;
    let line_ending = layout::first_line_ending(text);
    let indent = layout::indentation(text, block.ast.syntax().text_range().start());
    let before = block.items.get(place.checked_sub(1)?)?;
    let end = before.syntax().text_range().end();
    let (line_end, next) = gap(before)?;
    if !layout::is_first_on_line(text, next) {
        return None;
    }
    let inner = layout::indentation(text, next);
    let between = format!("{line_ending}{indent}}}{line_ending}{line_ending}{indent}");
    let rewrite = context.rewrite(TextRange::new(end, next));
    let rewrite = rewrite.keep(TextRange::new(end, line_end)).text(&between);
    Some(
        rewrite
            .keep(header)
            .text(&format!("{{{line_ending}{inner}")),
    )
}

/// The end of an item, including a comment on its line, and the start of what follows.
fn gap(item: &ast::AssocItem) -> Option<(TextSize, TextSize)> {
    let mut end = item.syntax().text_range().end();
    let mut token = item.syntax().last_token()?.next_token()?;
    loop {
        match token.kind() {
            SyntaxKind::WHITESPACE if token.text().contains('\n') => {
                return Some((end, token.text_range().end()));
            }
            SyntaxKind::WHITESPACE => {}
            SyntaxKind::COMMENT if is_line_comment(&token) => end = trimmed_end(&token),
            _ => return None,
        }
        token = token.next_token()?;
    }
}

fn is_line_comment(token: &SyntaxToken) -> bool {
    let text = token.text();
    text.starts_with("//") && !text.starts_with("///")
}

/// The end of a comment without the `\r` that line comments include in files with `\r\n`.
fn trimmed_end(comment: &SyntaxToken) -> TextSize {
    comment.text_range().start() + TextSize::of(comment.text().trim_end())
}

fn begins_line(token: &SyntaxToken) -> bool {
    token
        .prev_token()
        .is_some_and(|before| before.text().contains('\n'))
}

fn ends_paragraph(token: &SyntaxToken) -> bool {
    token
        .next_token()
        .is_some_and(|next| next.text().matches('\n').count() > 1)
}

fn is_function(item: &ast::AssocItem) -> bool {
    matches!(item, ast::AssocItem::Fn(_))
}

fn is_public(item: &ast::AssocItem) -> bool {
    match item {
        ast::AssocItem::Fn(function) => function.visibility().is_some(),
        ast::AssocItem::Const(constant) => constant.visibility().is_some(),
        _ => false,
    }
}

/// The first word of a function's name: `set` for `set_length`.
fn first_word(item: &ast::AssocItem) -> Option<String> {
    let ast::AssocItem::Fn(function) = item else {
        return None;
    };
    let name = function.name()?.text().to_string();
    let word = name.split('_').next().unwrap_or_default();
    Some(word.to_owned())
}

/// The signature of a function, without comments and attributes.
fn signature(item: &ast::AssocItem) -> Option<TextRange> {
    let ast::AssocItem::Fn(function) = item else {
        return None;
    };
    let first = function
        .visibility()
        .and_then(|visibility| visibility.syntax().first_token())
        .or_else(|| first_of_signature(function))?;
    let end = function.body()?.syntax().text_range().start();
    Some(TextRange::new(first.text_range().start(), end))
}

/// The first token of a function outside attributes and comments.
fn first_of_signature(function: &ast::Fn) -> Option<SyntaxToken> {
    let mut children = function.syntax().children_with_tokens();
    let first = children.find(|child| {
        !matches!(
            child.kind(),
            SyntaxKind::ATTR | SyntaxKind::COMMENT | SyntaxKind::WHITESPACE
        )
    })?;
    match first {
        NodeOrToken::Token(token) => Some(token),
        NodeOrToken::Node(node) => node.first_token(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused},
        *,
    };

    static SPLIT: Refactoring = REFACTORING;

    fn functions(numbers: Range<usize>) -> String {
        let mut out = String::new();
        for number in numbers {
            let between = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{between}    fn f{number}() {{}}");
        }
        out
    }

    #[test]
    fn the_middle_is_the_place_where_nothing_else_is() {
        assert_becomes(
            &SPLIT,
            &format!("im$0pl S {{\n{}}}\n", functions(0..10)),
            &format!(
                "impl S {{\n{}}}\n\nimpl S {{\n{}}}\n",
                functions(0..5),
                functions(5..10)
            ),
        );
    }

    #[test]
    fn the_header_is_copied() {
        let header = "impl<'a, T> S<'a, T>\nwhere\n    T: Clone,\n{\n";
        assert_becomes(
            &SPLIT,
            &format!("/// Doc.\n$0{header}{}}}\n", functions(0..10)),
            &format!(
                "/// Doc.\n{header}{}}}\n\n{header}{}}}\n",
                functions(0..5),
                functions(5..10)
            ),
        );
    }

    #[test]
    fn a_lifetime_is_used_by_both_blocks_or_none() {
        let getter = "    fn get(&self) -> &'a str {\n        self.a\n    }\n";
        let block = |first: &str, second: &str| format!("impl<'a> S<'a> {{\n{first}}}\n{second}");
        let (first, second) = (functions(0..5), functions(5..10));
        let used_once = block(&format!("{first}\n{second}\n{getter}"), "");
        assert_refused(&SPLIT, Hazard::Text, &format!("$0{used_once}"));
        let (first, second) = (format!("{getter}\n{first}"), format!("{second}\n{getter}"));
        assert_becomes(
            &SPLIT,
            &format!("$0{}", block(&format!("{first}\n{second}"), "")),
            &block(&first, &format!("\n{}", block(&second, ""))),
        );
    }

    #[test]
    fn a_heading_or_the_end_of_what_is_public_is_a_better_place() {
        assert_becomes(
            &SPLIT,
            &format!(
                "$0impl S {{\n{} // a\n\n    // b\n\n    /// c\n    #[inline]\n{}}}\n",
                functions(0..3).trim_end(),
                functions(3..10)
            ),
            &format!(
                "impl S {{\n{} // a\n}}\n\nimpl S {{\n    // b\n\n    /// c\n    #[inline]\n{}}}\n",
                functions(0..3).trim_end(),
                functions(3..10)
            ),
        );
        let public = functions(0..7).replace("fn", "pub fn");
        assert_becomes(
            &SPLIT,
            &format!("$0impl S {{\n{public}\n{}}}\n", functions(7..10)),
            &format!(
                "impl S {{\n{public}}}\n\nimpl S {{\n{}}}\n",
                functions(7..10)
            ),
        );
    }

    #[test]
    fn a_long_block_is_split_at_the_function() {
        let long = format!(
            "    fn long() {{\n{}    }}\n",
            "        a();\n".repeat(LONG)
        );
        assert_becomes(
            &SPLIT,
            &format!(
                "impl S {{\n    fn a() {{}}\n\n    // why\n    pub f$0n b() {{}}\n\n{long}}}\n"
            ),
            &format!(
                "impl S {{\n    fn a() {{}}\n}}\n\nimpl S {{\n    // why\n    pub fn b() {{}}\n\n{long}}}\n"
            ),
        );
        assert_not_here(
            &SPLIT,
            &format!("impl S {{\n    $0fn a() {{}}\n\n{long}}}\n"),
        );
        assert_not_here(
            &SPLIT,
            &format!(
                "impl S {{\n    fn a() {{}}\n\n    fn b() {{\n        $0c();\n    }}\n\n{long}}}\n"
            ),
        );
    }

    #[test]
    fn a_long_block_is_not_split_inside_a_theme() {
        let long = format!(
            "    fn long() {{\n{}    }}\n",
            "        a();\n".repeat(LONG)
        );
        let first = "    fn set_a() {}\n\n    fn get_a() {}\n\n";
        let text = format!("impl S {{\n{first}    $0fn get_b() {{}}\n\n{long}}}\n");
        assert_not_here(&SPLIT, &text);
        let second = "    fn get_b() {}\n\n    fn get_c() {}\n\n";
        assert_becomes(
            &SPLIT,
            &format!(
                "impl S {{\n    fn set_a() {{}}\n\n    $0fn get_a() {{}}\n\n{second}{long}}}\n"
            ),
            &format!(
                "impl S {{\n    fn set_a() {{}}\n}}\n\nimpl S {{\n    fn get_a() {{}}\n\n{second}{long}}}\n"
            ),
        );
    }

    #[test]
    fn what_belongs_to_the_whole_block_is_refused() {
        let ten = functions(0..10);
        assert_refused(
            &SPLIT,
            Hazard::Text,
            &format!("#[pymethods]\n$0impl S {{\n{ten}}}\n"),
        );
        assert_refused(
            &SPLIT,
            Hazard::Text,
            &format!("$0impl S {{\n    #![allow(x)]\n{ten}}}\n"),
        );
        assert_refused(
            &SPLIT,
            Hazard::Text,
            &format!("$0impl S /* why */ {{\n{ten}}}\n"),
        );
        let line = ten.replace('\n', " ");
        assert_refused(&SPLIT, Hazard::Text, &format!("$0impl S {{ {line}}}\n"));
    }

    #[test]
    fn traits_and_small_blocks_are_left_alone() {
        assert_not_here(
            &SPLIT,
            &format!("$0impl T for S {{\n{}}}\n", functions(0..20)),
        );
        assert_not_here(&SPLIT, &format!("$0impl S {{\n{}}}\n", functions(0..9)));
        assert_not_here(&SPLIT, &format!("$0trait S {{\n{}}}\n", functions(0..20)));
        assert_not_here(
            &SPLIT,
            &format!(
                "impl S {{\n    fn f() {{ $0a() }}\n{}}}\n",
                functions(0..20)
            ),
        );
        assert_not_here(
            &SPLIT,
            &format!(
                "impl S {{\n    fn f();\n    $0fn g() {{}}\n{}}}\n",
                functions(0..20)
            ),
        );
    }
}
