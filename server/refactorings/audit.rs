//! The audit: what every edit has to show before it is offered.
//!
//! It trusts no refactoring. It applies the edits, parses the touched item alone before and after, and compares what people
//! would miss: comments, attributes, strings and every other word. What it can't see is whether the code means the same; that
//! is for the refactoring to show.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxNode, TextSize,
    ast::{self, HasAttrs},
};

use super::{Applicability, Change, Context, Hazard, Refactoring, Refusal, Target};
use crate::{
    syntax::{LineEnding, Tree},
    text::{Edit, Edits, TextRange},
};

mod words;

pub use words::{Also, Declared, Delta, Words};

/// A change that passed the audit.
#[derive(Debug, Clone)]
pub struct Offer {
    refactoring: &'static Refactoring,
    change: Change,
}

impl Offer {
    pub fn refactoring(&self) -> &'static Refactoring {
        self.refactoring
    }

    pub fn change(&self) -> &Change {
        &self.change
    }
}

/// Derives a refactoring's change at the target and audits it. A panic on the way costs only this offer.
pub fn offer(
    refactoring: &'static Refactoring,
    context: &Context<'_>,
    target: Target<'_>,
) -> Result<Offer, Refusal> {
    let derive = AssertUnwindSafe(|| {
        let change = (refactoring.derive)(context, target)?;
        audit(refactoring, context, change)
    });
    catch_unwind(derive).unwrap_or_else(|_| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        Err(text(
            "This refactoring failed here; that is a fault of its own, not of the code.",
        ))
    })
}

/// How many panics [`offer`] has caught in this process.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Makes an offer of a change, or says what speaks against it.
pub fn audit(
    refactoring: &'static Refactoring,
    context: &Context<'_>,
    mut change: Change,
) -> Result<Offer, Refusal> {
    check_file(context)?;
    check_places(context, &change.edits)?;
    let item = enclosing_item(context, &change.edits)?;
    let pair = Pair::new(context, &item, &change.edits)?;
    pair.check_words(refactoring.declares, &change.declared)?;
    pair.check_attributes()?;
    pair.check_indentation()?;
    if is_under_doubt(&item) {
        change.applicability = change.applicability.max(Applicability::NeedsCheck);
    }
    Ok(Offer {
        refactoring,
        change,
    })
}

fn text(why: &str) -> Refusal {
    Refusal::because(Hazard::Text, why)
}

/// A file says in its first lines that a program wrote it.
fn check_file(context: &Context<'_>) -> Result<(), Refusal> {
    const FIRST_LINES: usize = 20;
    let mut first = context.source.text.lines().take(FIRST_LINES);
    if first.any(|line| line.contains("@generated")) {
        return Err(text(
            "The file is generated, so a change of it would be lost.",
        ));
    }
    if LineEnding::of(&context.source.text).is_none() {
        return Err(text(
            "The lines of the file end in different ways, so no edit could keep them.",
        ));
    }
    Ok(())
}

fn check_places(context: &Context<'_>, edits: &Edits) -> Result<(), Refusal> {
    let whole = context.root.text_range();
    for edit in edits.as_slice() {
        if !whole.contains_range(edit.delete) {
            return Err(text("The edit reaches past the end of the file."));
        }
        check_line_endings(context, edit)?;
        check_surroundings(context, edit.delete)?;
    }
    Ok(())
}

fn check_line_endings(context: &Context<'_>, edit: &Edit) -> Result<(), Refusal> {
    let ending = |text: &str| text.contains('\n').then(|| LineEnding::of(text)).flatten();
    let inserted = ending(&edit.insert);
    if edit.insert.contains(['\n', '\r'])
        && context.source.text.contains('\n')
        && inserted != LineEnding::of(&context.source.text)
    {
        return Err(text("The edit would mix two kinds of line endings."));
    }
    Ok(())
}

/// Nothing is changed inside macro input, and no condition of compilation is moved.
fn check_surroundings(context: &Context<'_>, range: TextRange) -> Result<(), Refusal> {
    let around = covering_node(&context.root, range);
    if around.ancestors().any(|node| is_macro_input(node.kind())) {
        return Err(text(
            "The code is the input of a macro, which may read it in a way of its own.",
        ));
    }
    let mut attributes = around.descendants().filter_map(ast::Attr::cast);
    if attributes.any(|attribute| {
        touches(range, attribute.syntax().text_range()) && is_conditional(&attribute)
    }) {
        return Err(text(
            "A part of the code is compiled only under a `#[cfg]`, so the edit would hold in some builds only.",
        ));
    }
    Ok(())
}

fn touches(range: TextRange, other: TextRange) -> bool {
    range
        .intersect(other)
        .is_some_and(|common| !common.is_empty())
}

fn is_macro_input(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::TOKEN_TREE
            | SyntaxKind::MACRO_CALL
            | SyntaxKind::MACRO_RULES
            | SyntaxKind::MACRO_DEF
            | SyntaxKind::ASM_EXPR
            | SyntaxKind::FORMAT_ARGS_EXPR
    )
}

fn covering_node(root: &SyntaxNode, range: TextRange) -> SyntaxNode {
    match root.covering_element(range) {
        NodeOrToken::Node(node) => node,
        NodeOrToken::Token(token) => token.parent().unwrap_or_else(|| root.clone()),
    }
}

/// The smallest item that holds every edit.
fn enclosing_item(context: &Context<'_>, edits: &Edits) -> Result<SyntaxNode, Refusal> {
    let Some(span) = edits.span() else {
        return Err(Refusal::NotHere);
    };
    let around = covering_node(&context.root, span);
    let item = around.ancestors().find(|node| {
        matches!(
            node.kind(),
            SyntaxKind::FN | SyntaxKind::CONST | SyntaxKind::STATIC | SyntaxKind::IMPL
        )
    });
    item.ok_or_else(|| text("The edit reaches beyond one item."))
}

/// An item before and after a change.
struct Pair<'a> {
    edition: Edition,
    before_text: String,
    after_text: String,
    before: SyntaxNode,
    after: SyntaxNode,
    file: &'a str,
}

impl<'a> Pair<'a> {
    fn new(context: &'a Context<'_>, item: &SyntaxNode, edits: &Edits) -> Result<Self, Refusal> {
        let edition = context.source.context.edition;
        let range = item.text_range();
        let before_text = context.source.slice(range).to_owned();
        let after_text = moved(edits, range.start())
            .and_then(|edits| edits.apply(&before_text))
            .ok_or_else(|| text("The edit doesn't fit the text."))?;
        let before = parsed_alone(&before_text, edition)
            .ok_or_else(|| text("The item has a syntax error, so its code can't be trusted."))?;
        let after = parsed_alone(&after_text, edition)
            .ok_or_else(|| text("The code would not parse any more."))?;
        let pair = Self {
            edition,
            before_text,
            after_text,
            before,
            after,
            file: &context.source.text,
        };
        pair.check_kinds()?;
        Ok(pair)
    }

    /// An item stays what it is; only an `impl` may become several.
    fn check_kinds(&self) -> Result<(), Refusal> {
        let kinds = |root: &SyntaxNode| -> Vec<SyntaxKind> {
            root.children().map(|child| child.kind()).collect()
        };
        let (before, after) = (kinds(&self.before), kinds(&self.after));
        let is_split_impl = before == [SyntaxKind::IMPL]
            && after.iter().all(|kind| *kind == SyntaxKind::IMPL)
            && !after.is_empty();
        if before != after && !is_split_impl {
            return Err(text("The item would become another kind of item."));
        }
        Ok(())
    }

    fn check_words(&self, delta: Delta, declared: &Declared) -> Result<(), Refusal> {
        let before = Words::of(&self.before_text, self.edition);
        let after = Words::of(&self.after_text, self.edition);
        if let Some(word) = delta.exceeded_by(declared.net(), &before) {
            return Err(text(&format!(
                "The edit would change more words than this refactoring may: `{word}`."
            )));
        }
        let undeclared = after.since(&before).since(declared.net());
        if let Some((word, ..)) = undeclared.changes().next() {
            return Err(text(&format!(
                "The edit would lose, repeat or invent a word: `{word}`."
            )));
        }
        Ok(())
    }

    fn check_attributes(&self) -> Result<(), Refusal> {
        if attributes(&self.before) == attributes(&self.after) {
            return Ok(());
        }
        Err(text("The edit would lose or change an attribute."))
    }

    /// New lines are indented with what the file is indented with.
    fn check_indentation(&self) -> Result<(), Refusal> {
        let invented = |with: char| {
            is_indented_with(&self.after, with)
                && !is_indented_with(&self.before, with)
                && self.file.lines().any(|line| line.starts_with([' ', '\t']))
        };
        if invented('\t') || invented(' ') {
            return Err(text("The edit would mix tabs and spaces."));
        }
        Ok(())
    }
}

/// The edits in coordinates that start at `start`.
fn moved(edits: &Edits, start: TextSize) -> Option<Edits> {
    let edits = edits.as_slice().iter().map(|edit| {
        let from = edit.delete.start().checked_sub(start)?;
        let range = TextRange::at(from, edit.delete.len());
        Some(Edit::replace(range, edit.insert.clone()))
    });
    Edits::new(edits.collect::<Option<Vec<_>>>()?).ok()
}

/// The tree of an item that stands alone, or nothing if it has an error. The bounded parse comes first: it is what keeps the
/// unbounded one, which also validates, from overflowing the stack.
fn parsed_alone(item: &str, edition: Edition) -> Option<SyntaxNode> {
    let tree = Tree::parse(item, edition).ok()?;
    if tree.has_errors() {
        return None;
    }
    let file = SourceFile::parse(item, edition);
    file.errors()
        .is_empty()
        .then(|| file.tree().syntax().clone())
}

/// The attributes by their tokens, sorted.
fn attributes(root: &SyntaxNode) -> Vec<String> {
    let attributes = root.descendants().filter_map(ast::Attr::cast);
    let mut texts: Vec<String> = attributes
        .map(|attribute| {
            let tokens = attribute.syntax().descendants_with_tokens();
            let tokens = tokens.filter_map(NodeOrToken::into_token);
            let tokens = tokens.filter(|token| token.kind() != SyntaxKind::WHITESPACE);
            let texts: Vec<String> = tokens.map(|token| token.text().to_owned()).collect();
            texts.join(" ")
        })
        .collect();
    texts.sort();
    texts
}

fn is_indented_with(root: &SyntaxNode, with: char) -> bool {
    let tokens = root
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let mut spaces = tokens.filter(|token| token.kind() == SyntaxKind::WHITESPACE);
    spaces.any(|token| {
        let after_break = token.text().rsplit_once('\n');
        after_break.is_some_and(|(_, indent)| indent.contains(with))
    })
}

/// Whether the item is compiled only under a condition, or rewritten by an attribute that isn't the language's own.
fn is_under_doubt(item: &SyntaxNode) -> bool {
    item.ancestors()
        .filter_map(ast::AnyHasAttrs::cast)
        .flat_map(|node| node.attrs().collect::<Vec<_>>())
        .any(|attribute| {
            let is_test_gate = attribute_tokens(&attribute) == "cfg(test)";
            (is_conditional(&attribute) && !is_test_gate) || is_foreign(&attribute)
        })
}

fn is_conditional(attribute: &ast::Attr) -> bool {
    matches!(attribute_name(attribute).as_str(), "cfg" | "cfg_attr")
}

/// The path of an attribute without white space.
fn attribute_name(attribute: &ast::Attr) -> String {
    let text = attribute_tokens(attribute);
    let end = text.find(['(', '[', '{', '=']).unwrap_or(text.len());
    let name = &text[..end];
    name.strip_prefix("unsafe(").unwrap_or(name).to_owned()
}

/// An attribute's text between its brackets without white space.
fn attribute_tokens(attribute: &ast::Attr) -> String {
    let text = attribute.syntax().text().to_string();
    let inner = text.trim_start_matches(['#', '!', ' ']);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    inner.split_whitespace().collect()
}

/// Whether an attribute is a macro, which may do anything to the item it stands on.
fn is_foreign(attribute: &ast::Attr) -> bool {
    const KNOWN: [&str; 32] = [
        "allow",
        "bench",
        "cfg",
        "cfg_attr",
        "cold",
        "deny",
        "deprecated",
        "derive",
        "diagnostic::on_unimplemented",
        "doc",
        "expect",
        "export_name",
        "feature",
        "forbid",
        "global_allocator",
        "ignore",
        "inline",
        "link_section",
        "macro_use",
        "must_use",
        "no_mangle",
        "no_std",
        "non_exhaustive",
        "panic_handler",
        "recursion_limit",
        "repr",
        "rustfmt::skip",
        "should_panic",
        "test",
        "track_caller",
        "unsafe",
        "warn",
    ];
    let name = attribute_name(attribute);
    let is_tool = ["clippy::", "rustfmt::", "diagnostic::"]
        .iter()
        .any(|tool| name.starts_with(tool));
    !is_tool && KNOWN.binary_search(&name.as_str()).is_err()
}

impl std::fmt::Debug for Refactoring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
