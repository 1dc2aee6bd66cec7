//! The items that a change touches, in all its files, before and after it.
//!
//! What is counted is summed over all of them, so that code which moves from one to another cancels out.

use std::collections::BTreeMap;

use ra_ap_syntax::{AstNode, Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxNode, ast};

use super::{
    Allows, Also, Words,
    surroundings::{self, covering_node},
    text,
};
use crate::{
    syntax::{Ledger, LineEnding, Refusal, Source, Tree},
    text::{Edit, Edits, TextRange},
};

/// Each edit belongs to the smallest item that holds it; what is inserted between items stands by itself.
pub(super) struct Regions {
    edition: Edition,
    pairs: Vec<Pair>,
    /// The conditions of compilation around each.
    conditions: Vec<Vec<String>>,
}

/// A stretch of code before and after a change; a part that isn't there is empty.
struct Pair {
    before: Part,
    after: Part,
}

struct Part {
    text: String,
    root: SyntaxNode,
}

impl Regions {
    pub(super) fn new(edition: Edition) -> Self {
        Self {
            edition,
            pairs: Vec::new(),
            conditions: Vec::new(),
        }
    }

    /// Adds what the edits of one file touch.
    pub(super) fn add(
        &mut self,
        source: &Source,
        root: &SyntaxNode,
        edits: &Edits,
    ) -> Result<(), Refusal> {
        if edits.is_empty() {
            return Err(Refusal::NotHere);
        }
        for (node, edits) in items_of(root, edits)? {
            self.conditions.push(surroundings::conditions_around(&node));
            let pair = self.pair(source, node.text_range(), &edits)?;
            pair.check_kinds()?;
            check_indentation(&pair.before, &pair.after, &source.text)?;
            self.pairs.push(pair);
        }
        for gap in gaps_of(root, edits) {
            let around = covering_node(root, gap.delete);
            self.conditions
                .push(surroundings::conditions_around(&around));
            let pair = Pair {
                before: self.part(String::new())?,
                after: self.part(gap.insert.clone())?,
            };
            self.pairs.push(pair);
        }
        Ok(())
    }

    /// Adds the file that takes the body of the one module that was touched. It is compiled where that module is.
    pub(super) fn add_module(
        &mut self,
        beside: &Source,
        new: &str,
        allows: Allows,
    ) -> Result<(), Refusal> {
        let touched = match self.pairs.as_slice() {
            [touched] if allows.has(Also::MovesModule) && touched.loses_body() => touched,
            _ => return Err(text("The new file would not be the body of one module.")),
        };
        if LineEnding::of(new) != LineEnding::of(&beside.text) {
            return Err(text("The lines of the new file would end in another way."));
        }
        let pair = Pair {
            before: self.part(String::new())?,
            after: self.part(new.to_owned())?,
        };
        check_indentation(&touched.before, &pair.after, &beside.text)?;
        self.pairs.push(pair);
        Ok(())
    }

    pub(super) fn check(&self, allows: Allows, ledger: &Ledger) -> Result<(), Refusal> {
        self.check_items(allows)?;
        self.check_words(allows, ledger)?;
        let attributes = |part| self.counted(part, surroundings::sorted_attributes);
        if attributes(Pair::before) != attributes(Pair::after) {
            return Err(text("The edit would lose or change an attribute."));
        }
        if self.conditions.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(text(
                "The places are compiled under different conditions, so nothing may move between them.",
            ));
        }
        Ok(())
    }

    /// Items stay what they are; only their siblings may become more.
    fn check_items(&self, allows: Allows) -> Result<(), Refusal> {
        let kinds = |part| -> BTreeMap<SyntaxKind, i64> {
            let mut counts = BTreeMap::new();
            for kind in self.counted(part, kinds_of_items) {
                *counts.entry(kind).or_default() += 1;
            }
            counts
        };
        let (before, mut after) = (kinds(Pair::before), kinds(Pair::after));
        if allows.has(Also::AddsSiblings) {
            let siblings = self.pairs.iter().filter_map(Pair::siblings);
            for (kind, more) in siblings {
                *after.entry(kind).or_default() -= more;
            }
        }
        if before != after {
            return Err(text("The edit would add, lose or change an item."));
        }
        let stays = |pair: &Pair| pair.siblings().is_none_or(|(_, more)| more == 0);
        if !allows.has(Also::AddsSiblings) && !self.pairs.iter().all(stays) {
            return Err(text("The item would become several items."));
        }
        Ok(())
    }

    fn check_words(&self, allows: Allows, ledger: &Ledger) -> Result<(), Refusal> {
        let texts = |part: fn(&Pair) -> &Part| {
            Words::of_all(
                self.pairs.iter().map(|pair| part(pair).text.as_str()),
                self.edition,
            )
        };
        let (before, after) = (texts(Pair::before), texts(Pair::after));
        let net = Words::net(ledger, self.edition);
        if let Some(word) = allows.exceeded_by(&net, &before) {
            return Err(text(&format!(
                "The edit would change more words than this refactoring may: `{word}`."
            )));
        }
        let unsaid = after.since(&before).since(&net);
        if let Some((word, ..)) = unsaid.changes().next() {
            return Err(text(&format!(
                "The edit would lose, repeat or invent a word: `{word}`."
            )));
        }
        Ok(())
    }

    /// What `count` finds in all parts, sorted.
    fn counted<T: Ord>(
        &self,
        part: fn(&Pair) -> &Part,
        count: fn(&SyntaxNode) -> Vec<T>,
    ) -> Vec<T> {
        let all = self.pairs.iter().flat_map(|pair| count(&part(pair).root));
        let mut all: Vec<T> = all.collect();
        all.sort();
        all
    }

    fn pair(&self, source: &Source, range: TextRange, edits: &Edits) -> Result<Pair, Refusal> {
        let before = source.slice(range).to_owned();
        let after = edits
            .relative_to(range.start())
            .and_then(|edits| edits.apply(&before))
            .ok_or_else(|| text("The edit doesn't fit the text."))?;
        let before = self
            .part(before)
            .map_err(|_| text("The item has a syntax error, so its code can't be trusted."))?;
        let after = self.part(after)?;
        Ok(Pair { before, after })
    }

    fn part(&self, code: String) -> Result<Part, Refusal> {
        let root = parsed_alone(&code, self.edition)
            .ok_or_else(|| text("The code would not parse any more."))?;
        Ok(Part { text: code, root })
    }
}

impl Pair {
    fn before(&self) -> &Part {
        &self.before
    }

    fn after(&self) -> &Part {
        &self.after
    }

    /// An item stays what it is, perhaps with others of its kind.
    fn check_kinds(&self) -> Result<(), Refusal> {
        let kinds = |part: &Part| -> Vec<SyntaxKind> {
            part.root.children().map(|child| child.kind()).collect()
        };
        let (before, after) = (kinds(&self.before), kinds(&self.after));
        let [kind] = before.as_slice() else {
            return Err(text("The edit reaches beyond one item."));
        };
        if after.is_empty() || after.iter().any(|other| other != kind) {
            return Err(text("The item would become another kind of item."));
        }
        Ok(())
    }

    /// The kind of the item, and how many of that kind come beside it.
    fn siblings(&self) -> Option<(SyntaxKind, i64)> {
        let kind = self.before.root.first_child()?.kind();
        let count = |part: &Part| i64::try_from(part.root.children().count()).unwrap_or_default();
        Some((kind, count(&self.after) - count(&self.before)))
    }

    /// Whether a module with a body becomes one without, and nothing else of it changes.
    fn loses_body(&self) -> bool {
        let module = |part: &Part| part.root.first_child().and_then(ast::Module::cast);
        let (Some(before), Some(after)) = (module(&self.before), module(&self.after)) else {
            return false;
        };
        let head = |module: &ast::Module| {
            let end = module
                .item_list()
                .map(|list| list.syntax().text_range().start());
            let end = end.or(module.semicolon_token().map(|it| it.text_range().start()));
            let text = module.syntax().text().to_string();
            end.and_then(|end| {
                text.get(..usize::from(end))
                    .map(|head| head.trim_end().to_owned())
            })
        };
        before.item_list().is_some() && after.item_list().is_none() && head(&before) == head(&after)
    }
}

/// The smallest item around each edit with the edits that it holds, none of them inside another.
fn items_of(root: &SyntaxNode, edits: &Edits) -> Result<Vec<(SyntaxNode, Edits)>, Refusal> {
    let mut items: Vec<SyntaxNode> = Vec::new();
    for edit in edits.as_slice() {
        let Some(item) = item_around(root, edit) else {
            if is_in_gap(root, edit) {
                continue;
            }
            return Err(text("The edit reaches beyond one item."));
        };
        let range = item.text_range();
        if !items
            .iter()
            .any(|other| other.text_range().contains_range(range))
        {
            items.retain(|other| !range.contains_range(other.text_range()));
            items.push(item);
        }
    }
    let with_edits = items.into_iter().map(|item| {
        let range = item.text_range();
        let own = edits.as_slice().iter();
        let own = own.filter(|edit| range.contains_range(edit.delete));
        let own = Edits::new(own.cloned().collect()).map_err(|_| Refusal::NotHere)?;
        Ok((item, own))
    });
    with_edits.collect()
}

fn item_around(root: &SyntaxNode, edit: &Edit) -> Option<SyntaxNode> {
    let mut around = covering_node(root, edit.delete).ancestors();
    around.find(|node| is_item(node.kind()))
}

/// What is inserted between the items of a file.
fn gaps_of<'a>(root: &'a SyntaxNode, edits: &'a Edits) -> impl Iterator<Item = &'a Edit> {
    let edits = edits.as_slice().iter();
    edits.filter(|edit| item_around(root, edit).is_none() && is_in_gap(root, edit))
}

fn is_in_gap(root: &SyntaxNode, edit: &Edit) -> bool {
    let at = root.text().slice(edit.delete);
    at.to_string().trim().is_empty()
}

fn is_item(kind: SyntaxKind) -> bool {
    ast::Item::can_cast(kind) && !matches!(kind, SyntaxKind::MACRO_CALL)
}

fn kinds_of_items(root: &SyntaxNode) -> Vec<SyntaxKind> {
    let all = root.descendants().map(|node| node.kind());
    all.filter(|kind| is_item(*kind)).collect()
}

/// New lines are indented with what the file is indented with.
fn check_indentation(before: &Part, after: &Part, file: &str) -> Result<(), Refusal> {
    let is_indented = file.lines().any(|line| line.starts_with([' ', '\t']));
    let invented =
        |with| is_indented_with(&after.root, with) && !is_indented_with(&before.root, with);
    if is_indented && (invented('\t') || invented(' ')) {
        return Err(text("The edit would mix tabs and spaces."));
    }
    Ok(())
}

/// The tree of code that stands alone, or nothing if it has an error. The bounded parse comes first: it is what keeps the
/// unbounded one, which also validates, from overflowing the stack.
fn parsed_alone(code: &str, edition: Edition) -> Option<SyntaxNode> {
    let tree = Tree::parse(code, edition).ok()?;
    if tree.has_errors() {
        return None;
    }
    // The compiler reads `\r\n` as `\n`; the validation doesn't, and would find fault with strings of several lines.
    let file = SourceFile::parse(&code.replace("\r\n", "\n"), edition);
    file.errors().is_empty().then(|| tree.root())
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
