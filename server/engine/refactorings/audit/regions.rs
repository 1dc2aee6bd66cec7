//! The items that a change touches, in all its files, before and after the change.
//!
//! Counts are summed over all of them, so that code that moves from one to another cancels out.

use std::{cell::OnceCell, collections::BTreeMap, rc::Rc};

use ra_ap_syntax::{AstNode, Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxNode, ast};

use super::{
    Allows, Also, Words, derived,
    known::{AuditedFile, Known},
    stretch::Stretch,
    surroundings::{self, covering_node},
    text,
    words::{self, Ground},
};
use crate::{
    syntax::{Ledger, LineEnding, Refusal, Source, Tree},
    text::{Edit, Edits, TextRange, TextSize},
};

/// Each edit belongs to the smallest item that contains it; insertions between items form regions of their own.
pub(super) struct Regions<'a> {
    edition: Edition,
    known: &'a Known,
    pairs: Vec<Pair>,
    /// The `cfg` conditions around each pair.
    conditions: Vec<Vec<String>>,
    /// Words in the files outside the touched items, which may replace removed ones.
    untouched: Words,
}

/// A stretch of code before and after a change; a missing side is empty.
pub(super) struct Pair {
    /// The whole item before the change.
    item: Rc<Part>,
    /// The item, or the touched stretch of it.
    pub(super) before: Rc<Part>,
    pub(super) after: Part,
}

/// Code that was parsed on its own.
pub(super) struct Part {
    text: String,
    pub(super) root: SyntaxNode,
    words: OnceCell<Words>,
}

impl<'a> Regions<'a> {
    pub(super) fn new(edition: Edition, known: &'a Known) -> Self {
        Self {
            edition,
            known,
            pairs: Vec::new(),
            conditions: Vec::new(),
            untouched: Words::default(),
        }
    }

    /// Adds the regions that the edits of one file touch.
    pub(super) fn add(
        &mut self,
        file: AuditedFile<'_>,
        edits: &Edits,
        allows: Allows,
    ) -> Result<(), Refusal> {
        let AuditedFile { source, root, .. } = file;
        if edits.is_empty() {
            return Err(Refusal::NotHere);
        }
        let (gone, edits) = match kinds_that_go(allows) {
            [] => (Vec::new(), edits.clone()),
            kinds => without_items(root, edits, kinds)?,
        };
        for item in gone {
            self.conditions.push(surroundings::conditions_around(&item));
            self.pairs.push(self.gone(file, &item)?);
        }
        let edits = &edits;
        for (node, edits) in items_of(root, edits)? {
            self.conditions.push(surroundings::conditions_around(&node));
            let pair = self.pair(file, &node, &edits)?;
            check_indentation(&pair.item, &pair.after, &source.text)?;
            self.pairs.push(pair);
        }
        for gap in gaps_of(root, edits) {
            let around = covering_node(root, gap.delete);
            self.conditions
                .push(surroundings::conditions_around(&around));
            let pair = self.new_code(gap.insert.clone())?;
            self.pairs.push(pair);
        }
        Ok(())
    }

    /// Counts the words of a file that stay unchanged outside the items added so far.
    pub(super) fn count_untouched(&mut self, source: &Source) {
        let file = Words::of_all([&*source.text], self.edition);
        let items = self.pairs.iter();
        let touched = Words::sum(items.map(|pair| pair.item.words(self.edition)));
        self.untouched = file.since(&touched);
    }

    /// Adds the file that receives the body of the one touched module. It is compiled under the same conditions as that module.
    pub(super) fn add_module(
        &mut self,
        beside: &Source,
        new: &str,
        allows: Allows,
    ) -> Result<(), Refusal> {
        let touched = match self.pairs.as_slice() {
            [touched] if allows.has(Also::MovesModule) && touched.loses_body() => touched,
            _ => {
                return Err(text(
                    "The new file would not be the body of exactly one module.",
                ));
            }
        };
        if LineEnding::of(new) != LineEnding::of(&beside.text) {
            return Err(text("The new file would have different line endings."));
        }
        let pair = self.new_code(new.to_owned())?;
        check_indentation(&touched.item, &pair.after, &beside.text)?;
        self.pairs.push(pair);
        Ok(())
    }

    pub(super) fn check(&self, allows: Allows, ledger: &Ledger) -> Result<(), Refusal> {
        self.check_items(allows)?;
        self.check_words(allows, ledger)?;
        if allows.has(Also::DerivesTrait) {
            let [first, second] = self.pairs.as_slice() else {
                return Err(text(
                    "The edit is not limited to a type and one of its implementations.",
                ));
            };
            derived::check(first, second, self.edition)?;
        } else {
            let attributes = |part| self.counted(part, surroundings::sorted_attributes);
            if attributes(Pair::before) != attributes(Pair::after) {
                return Err(text("The edit would lose or change an attribute."));
            }
        }
        if self.conditions.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(text(
                "The locations are compiled under different `#[cfg]`s, so code can't move between them.",
            ));
        }
        Ok(())
    }

    /// Checks that items keep their kinds; only siblings may be added.
    fn check_items(&self, allows: Allows) -> Result<(), Refusal> {
        let kinds = |part| -> BTreeMap<SyntaxKind, i64> {
            let mut counts = BTreeMap::new();
            for kind in self.counted(part, kinds_of_items) {
                *counts.entry(kind).or_default() += 1;
            }
            counts
        };
        let (mut before, mut after) = (kinds(Pair::before), kinds(Pair::after));
        let gone = self.pairs.iter().filter(|pair| pair.is_gone());
        let gone: Vec<&Pair> = gone.collect();
        if let [gone] = gone.as_slice()
            && let Some((kind, _)) = gone.siblings()
            && kinds_that_go(allows).contains(&kind)
            && before.contains_key(&kind)
        {
            // The functions inside a removed implementation go with it.
            let with = if allows.has(Also::DerivesTrait) {
                kinds_of_items(&gone.before.root)
            } else {
                vec![kind]
            };
            for kind in with {
                *before.entry(kind).or_default() -= 1;
            }
            before.retain(|_, count| *count != 0);
        }
        if allows.has(Also::AddsSiblings) {
            let siblings = self.pairs.iter().filter_map(Pair::siblings);
            for (kind, more) in siblings {
                *after.entry(kind).or_default() -= more;
            }
        }
        for (comes, kind) in [
            (Also::AddsConstant, SyntaxKind::CONST),
            (Also::AddsAlias, SyntaxKind::TYPE_ALIAS),
        ] {
            if allows.has(comes)
                && let Some(count) = after.get_mut(&kind)
            {
                *count -= 1;
            }
        }
        if allows.has(Also::AddsFunction)
            && let Some(functions) = after.get_mut(&SyntaxKind::FN)
        {
            *functions -= 1;
        }
        after.retain(|_, count| *count != 0);
        if before != after {
            return Err(text("The edit would add, lose or change an item."));
        }
        let may_grow = |kind| allows.has(Also::AddsFunction) && kind == SyntaxKind::FN;
        let stays = |pair: &Pair| {
            let siblings = pair.siblings().filter(|_| !pair.is_gone());
            siblings.is_none_or(|(kind, more)| more == 0 || (more == 1 && may_grow(kind)))
        };
        if !allows.has(Also::AddsSiblings) && !self.pairs.iter().all(stays) {
            return Err(text("The item would be split into several items."));
        }
        Ok(())
    }

    fn check_words(&self, allows: Allows, ledger: &Ledger) -> Result<(), Refusal> {
        let net = Words::net(ledger, self.edition);
        let pairs = || self.pairs.iter();
        let times_before = |word: &str| {
            let items = pairs().map(|pair| pair.item.words(self.edition).times(word));
            items.sum()
        };
        let ground = Ground {
            before: &times_before,
            elsewhere: &|word| self.untouched.times(word),
            dead: words::dead_comments(ledger, self.edition),
        };
        if let Some(word) = allows.exceeded_by(&net, &ground) {
            return Err(text(&format!(
                "The edit would change a word that this refactoring may not change: `{word}`."
            )));
        }
        let before = Words::sum(pairs().map(|pair| pair.before.words(self.edition)));
        let after = Words::sum(pairs().map(|pair| pair.after.words(self.edition)));
        let unsaid = after.since(&before).since(&net);
        if let Some((word, ..)) = unsaid.changes().next() {
            return Err(text(&format!(
                "The edit would remove, repeat or add a word: `{word}`."
            )));
        }
        Ok(())
    }

    /// The results of `count` over all parts, sorted.
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

    fn pair(
        &self,
        file: AuditedFile<'_>,
        node: &SyntaxNode,
        edits: &Edits,
    ) -> Result<Pair, Refusal> {
        let range = node.text_range();
        let part = || part(file.source.slice(range).to_owned(), self.edition);
        let item = self.known.item((file.id, range), part);
        let item = item.ok_or_else(|| text("The item has a syntax error."))?;
        let stretch = (edits.span()).and_then(|span| Stretch::around(file.root, node, span));
        let pair = stretch.and_then(|it| self.pair_of_stretch(&it, file.source, &item, edits));
        pair.map_or_else(|| self.pair_of_item(range, file.source, item, edits), Ok)
    }

    fn pair_of_item(
        &self,
        range: TextRange,
        source: &Source,
        item: Rc<Part>,
        edits: &Edits,
    ) -> Result<Pair, Refusal> {
        let after = edited(source, range, edits);
        let after = after.ok_or_else(|| text("The edit doesn't fit the text."))?;
        let pair = Pair {
            before: Rc::clone(&item),
            item,
            after: self.part(after)?,
        };
        pair.check_kinds()?;
        Ok(pair)
    }

    /// Returns `None` if the effect on the item can't be determined without parsing all of it.
    fn pair_of_stretch(
        &self,
        stretch: &Stretch,
        source: &Source,
        item: &Rc<Part>,
        edits: &Edits,
    ) -> Option<Pair> {
        let before = source.slice(stretch.range).to_owned();
        let after = edited(source, stretch.range, edits)?;
        let (old, new) = (
            stretch.parsed(&before, self.edition)?,
            stretch.parsed(&after, self.edition)?,
        );
        let is_within = stretch.keeps_neighbours(&old, &new);
        is_within.then(|| Pair {
            item: Rc::clone(item),
            before: Rc::new(Part::new(before, old.root)),
            after: Part::new(after, new.root),
        })
    }

    /// The pair of an item that is removed as a whole.
    fn gone(&self, file: AuditedFile<'_>, item: &SyntaxNode) -> Result<Pair, Refusal> {
        let range = item.text_range();
        let part = || part(file.source.slice(range).to_owned(), self.edition);
        let item = self.known.item((file.id, range), part);
        let item = item.ok_or_else(|| text("The item has a syntax error."))?;
        Ok(Pair {
            before: Rc::clone(&item),
            item,
            after: self.part(String::new())?,
        })
    }

    /// The pair of code that is inserted between items.
    fn new_code(&self, code: String) -> Result<Pair, Refusal> {
        let nothing = Rc::new(self.part(String::new())?);
        Ok(Pair {
            item: Rc::clone(&nothing),
            before: nothing,
            after: self.part(code)?,
        })
    }

    fn part(&self, code: String) -> Result<Part, Refusal> {
        part(code, self.edition).ok_or_else(|| text("The code would no longer parse."))
    }
}

/// The source text of `range` after the edits, all of which lie within it.
fn edited(source: &Source, range: TextRange, edits: &Edits) -> Option<String> {
    edits.relative_to(range.start())?.apply(source.slice(range))
}

fn part(code: String, edition: Edition) -> Option<Part> {
    let root = parsed_alone(&code, edition)?;
    Some(Part::new(code, root))
}

impl Part {
    fn new(text: String, root: SyntaxNode) -> Self {
        Self {
            text,
            root,
            words: OnceCell::new(),
        }
    }

    pub(super) fn words(&self, edition: Edition) -> &Words {
        self.words
            .get_or_init(|| Words::of_all([&*self.text], edition))
    }
}

impl Pair {
    fn before(&self) -> &Part {
        &self.before
    }

    fn after(&self) -> &Part {
        &self.after
    }

    /// Checks that an item keeps its kind, possibly gaining siblings of the same kind.
    fn check_kinds(&self) -> Result<(), Refusal> {
        let kinds = |part: &Part| -> Vec<SyntaxKind> {
            part.root.children().map(|child| child.kind()).collect()
        };
        let (before, after) = (kinds(&self.before), kinds(&self.after));
        let [kind] = before.as_slice() else {
            return Err(text("The edit extends beyond one item."));
        };
        if after.is_empty() || after.iter().any(|other| other != kind) {
            return Err(text("The item would become a different kind of item."));
        }
        Ok(())
    }

    /// The kind of the item, and the number of siblings added to it.
    fn siblings(&self) -> Option<(SyntaxKind, i64)> {
        let kind = self.before.root.first_child()?.kind();
        let count = |part: &Part| i64::try_from(part.root.children().count()).unwrap_or_default();
        Some((kind, count(&self.after) - count(&self.before)))
    }

    /// Whether all of the code is removed.
    pub(super) fn is_gone(&self) -> bool {
        self.after.text.is_empty() && !self.before.text.is_empty()
    }

    /// Whether an inline module loses its body and nothing else changes.
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

/// Kinds of items that a refactoring may remove as a whole, at most once.
fn kinds_that_go(allows: Allows) -> &'static [SyntaxKind] {
    if allows.has(Also::DropsFunction) {
        &[SyntaxKind::FN]
    } else if allows.has(Also::DropsConstant) {
        &[SyntaxKind::CONST, SyntaxKind::STATIC]
    } else if allows.has(Also::DerivesTrait) {
        &[SyntaxKind::IMPL]
    } else {
        &[]
    }
}

/// Splits edits into items removed as a whole, with at most surrounding whitespace, and the remaining edits.
fn without_items(
    root: &SyntaxNode,
    edits: &Edits,
    kinds: &[SyntaxKind],
) -> Result<(Vec<SyntaxNode>, Edits), Refusal> {
    let mut gone = Vec::new();
    let mut others = Vec::new();
    for edit in edits.as_slice() {
        match item_in(root, edit, kinds) {
            Some(item) => gone.push(item),
            None => others.push(edit.clone()),
        }
    }
    let others = Edits::new(others).map_err(|_| Refusal::NotHere)?;
    Ok((gone, others))
}

fn item_in(root: &SyntaxNode, edit: &Edit, kinds: &[SyntaxKind]) -> Option<SyntaxNode> {
    let code = root.text().slice(edit.delete).to_string();
    if !edit.insert.is_empty() || code.trim().is_empty() {
        return None;
    }
    let lead = TextSize::of(&code[..code.len() - code.trim_start().len()]);
    let range = TextRange::at(edit.delete.start() + lead, TextSize::of(code.trim()));
    let mut around = covering_node(root, range).ancestors();
    around.find(|node| kinds.contains(&node.kind()) && node.text_range() == range)
}

/// The smallest item around each edit with the edits it contains; no item is nested in another.
fn items_of(root: &SyntaxNode, edits: &Edits) -> Result<Vec<(SyntaxNode, Edits)>, Refusal> {
    let mut items: Vec<SyntaxNode> = Vec::new();
    for edit in edits.as_slice() {
        let Some(item) = item_around(root, edit) else {
            if is_in_gap(root, edit) {
                continue;
            }
            return Err(text("The edit extends beyond one item."));
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

/// The edits that insert code between the items of a file.
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

/// Checks that new lines use the file's indentation style.
fn check_indentation(item: &Part, after: &Part, file: &str) -> Result<(), Refusal> {
    let is_indented = file.lines().any(|line| line.starts_with([' ', '\t']));
    let invented =
        |with| is_indented_with(&after.root, with) && !is_indented_with(&item.root, with);
    if is_indented && (invented('\t') || invented(' ')) {
        return Err(text("The edit would mix tabs and spaces."));
    }
    Ok(())
}

/// Parses code on its own; returns `None` on syntax errors. The bounded parse comes first: it keeps the unbounded one, which
/// also validates, from overflowing the stack.
pub(super) fn parsed_alone(code: &str, edition: Edition) -> Option<SyntaxNode> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{syntax::FileContext, text::TextSize};

    const TEXT: &str = "fn f(x: u8) -> u8 {\n    a();\n    if x > 1 {\n        if y { g(\"s\", 'c'); } // d\n    }\n    let z = S { x };\n    \
        match z {\n        A { .. } => {}\n        B if b => a(),\n        #[cold] C => { h(|| { if c { i() } }); }\n        _ => return 1,\n    }\n    /* e */\n    fn n() {}\n    \
        'l: loop { break 'l; }\n    m! { z };\n    z.w()\n}\n";

    /// Whether one edit passes the audit of its whole item, and of the stretch around it, if there is one.
    fn verdicts(source: &Source, edit: &Edit, allows: Allows) -> Option<(bool, bool)> {
        let root = source.root();
        let edits = Edits::new(vec![edit.clone()]).unwrap();
        let (node, edits) = items_of(&root, &edits).ok()?.pop()?;
        let stretch = Stretch::around(&root, &node, edits.span()?)?;
        let known = Known::default();
        let mut regions = Regions::new(source.context.edition, &known);
        let range = node.text_range();
        let item = Rc::new(regions.part(source.slice(range).to_owned()).unwrap());
        let pair = regions.pair_of_stretch(&stretch, source, &item, &edits)?;
        let whole = regions.pair_of_item(range, source, item, &edits);
        let mut passes = |pair: Pair| {
            let is_indented = check_indentation(&pair.item, &pair.after, &source.text).is_ok();
            regions.pairs = vec![pair];
            is_indented && regions.check(allows, &Ledger::default()).is_ok()
        };
        Some((whole.is_ok_and(&mut passes), passes(pair)))
    }

    #[test]
    fn a_stretch_is_judged_like_its_item() {
        let inserts = [
            "",
            "\n\t",
            "x",
            "{",
            "}",
            "\"",
            "/*",
            "// ",
            "else {}",
            ";",
            ",",
            ".a",
            "} fn g() {",
        ];
        let source = Source::parse(TEXT, FileContext::default()).unwrap();
        let (mut passed, mut refused) = (0, 0);
        let size = |at: usize| TextSize::try_from(at).unwrap();
        for start in (0..TEXT.len()).step_by(2) {
            for length in [0, 1, 9, 33] {
                let end = (start + length).min(TEXT.len());
                for insert in inserts {
                    let edit = Edit::replace(TextRange::new(size(start), size(end)), insert);
                    let Some((whole, stretch)) = verdicts(&source, &edit, Allows::of("", "", &[]))
                    else {
                        continue;
                    };
                    assert_eq!(whole, stretch, "{start}..{end} becomes {insert:?}");
                    *(if whole { &mut passed } else { &mut refused }) += 1;
                }
            }
        }
        assert!(passed > 200 && refused > 200, "{passed} {refused}");
    }

    #[test]
    fn a_name_is_fresh_in_the_whole_item() {
        use crate::refactorings::{Change, Context, Kind, Needs, Refactoring, audit};

        let refactoring: &'static Refactoring = Box::leak(Box::new(Refactoring {
            id: "example",
            kind: Kind::Rewrite,
            at: &[SyntaxKind::FN],
            needs: Needs::Syntax,
            allows: Allows::of("let", "", &[Also::AddsFreshName]),
            plan: |_, _| Err(Refusal::NotHere),
        }));
        let text =
            "fn f() {\n    let far = 1;\n    b();\n    c();\n    d();\n    e();\n    g();\n}\n";
        let source = Source::parse(text, FileContext::default()).unwrap();
        for (name, is_fresh) in [("far", false), ("new", true)] {
            let at = TextSize::try_from(text.find("e()").unwrap()).unwrap();
            let mut change = Change::new("Example", TextRange::empty(at), Vec::new()).unwrap();
            let code = format!("let {name} = ");
            change.steps =
                crate::text::Steps::of_one(Edits::new(vec![Edit::insert(at, &*code)]).unwrap());
            change.ledger.comes.push(code);
            let offer = audit(refactoring, &Context::new(&source), change);
            assert_eq!(offer.is_ok(), is_fresh, "{name}");
        }
    }
}
