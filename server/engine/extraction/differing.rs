//! What stands at the same position of statements that are equal but for that: values, and nothing else.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasName},
};

use super::{
    NotExtracted,
    passing::{has_expressions, is_formatting},
    selection::tokens,
};
use crate::{
    syntax::{Constant, FileNames, scopes::captures},
    text::{TextRange, TextSize},
};

/// What differs between places, position by position in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Differences {
    pub(super) values: Vec<Spots>,
    /// Variables that each place declares under a name of its own: the names, place by place.
    pub(super) renamed: Vec<Vec<String>>,
}

/// One position, in each place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spots {
    pub(super) ranges: Vec<TextRange>,
    pub(super) texts: Vec<String>,
    pub(super) kinds: Vec<Form>,
    /// What stands there in the first place; nothing in the input of a macro.
    pub(super) node: Option<SyntaxNode>,
    /// Whether it is a part of a text that is formatted.
    pub(super) is_formatted: bool,
}

/// What a value is, as far as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Literal,
    /// A constant, a static, a variant or a structure without fields.
    Path,
    /// A variable of the function.
    Local,
    /// A field of a variable or of `self`.
    Field,
}

impl Form {
    /// Whether it names something that may change.
    pub(super) fn is_place(self) -> bool {
        matches!(self, Self::Local | Self::Field)
    }
}

/// Compares the statements of several places, each a list of siblings.
pub(super) fn differences(places: &[Vec<SyntaxNode>]) -> Result<Differences, NotExtracted> {
    let mut pass = Pass {
        declared: places.iter().map(|it| declared(it)).collect(),
        found: Differences::default(),
    };
    let count = places.first().map_or(0, Vec::len);
    if places.iter().any(|it| it.len() != count) {
        return Err(OTHER_WORDS);
    }
    for number in 0..count {
        let nodes: Vec<SyntaxNode> = places.iter().map(|it| it[number].clone()).collect();
        pass.nodes(&nodes)?;
    }
    Ok(pass.found)
}

const OTHER_WORDS: NotExtracted = NotExtracted::new("The places differ in more than values.");

/// The names that the patterns of statements give.
pub(super) fn declared(statements: &[SyntaxNode]) -> BTreeSet<String> {
    let nodes = statements.iter().flat_map(SyntaxNode::descendants);
    let names = nodes
        .filter_map(ast::IdentPat::cast)
        .filter_map(|it| it.name());
    let names = names.map(|it| it.text().to_string());
    names
        .filter(|it| !it.starts_with(char::is_uppercase))
        .collect()
}

struct Pass {
    /// What each place declares itself.
    declared: Vec<BTreeSet<String>>,
    found: Differences,
}

impl Pass {
    fn nodes(&mut self, nodes: &[SyntaxNode]) -> Result<(), NotExtracted> {
        if nodes[0].kind() == SyntaxKind::TOKEN_TREE {
            return self.trees(nodes);
        }
        if self.is_same(nodes) || self.is_value(nodes)? {
            return Ok(());
        }
        let kind = nodes[0].kind();
        if nodes.iter().any(|it| it.kind() != kind) {
            return Err(unlike(nodes[0].text(), other_of(nodes).text()));
        }
        let parts: Vec<Vec<SyntaxElement>> = nodes.iter().map(parts).collect();
        if parts.iter().any(|it| it.len() != parts[0].len()) {
            return Err(OTHER_WORDS);
        }
        for number in 0..parts[0].len() {
            let row: Vec<SyntaxElement> = parts.iter().map(|it| it[number].clone()).collect();
            self.elements(&row)?;
        }
        Ok(())
    }

    fn elements(&mut self, row: &[SyntaxElement]) -> Result<(), NotExtracted> {
        let nodes: Option<Vec<SyntaxNode>> = row.iter().map(|it| it.as_node().cloned()).collect();
        if let Some(nodes) = nodes {
            return self.nodes(&nodes);
        }
        let tokens: Option<Vec<SyntaxToken>> =
            row.iter().map(|it| it.as_token().cloned()).collect();
        let tokens = tokens.ok_or(OTHER_WORDS)?;
        let texts: Vec<&str> = tokens.iter().map(SyntaxToken::text).collect();
        if texts.iter().all(|it| *it == texts[0]) {
            return Ok(());
        }
        if tokens.iter().all(is_name_of_variable) {
            return self.rename(&texts);
        }
        let other = texts.iter().find(|it| **it != texts[0]);
        Err(unlike(texts[0], other.unwrap_or(&texts[0])))
    }

    /// Whether all have the same words, none of which a place declares under another name.
    fn is_same(&self, nodes: &[SyntaxNode]) -> bool {
        let words = |node: &SyntaxNode| -> Vec<String> {
            let solid = tokens(node).filter(|it| !it.kind().is_trivia());
            solid.map(|it| it.text().to_owned()).collect()
        };
        let is_one = self.declared.iter().all(|it| *it == self.declared[0]);
        let first = words(&nodes[0]);
        is_one && nodes[1..].iter().all(|it| words(it) == first)
    }

    /// Takes nodes that differ for values, or for variables that each place declares for itself.
    fn is_value(&mut self, nodes: &[SyntaxNode]) -> Result<bool, NotExtracted> {
        let forms: Option<Vec<Form>> = nodes.iter().map(form).collect();
        let Some(forms) = forms else {
            return Ok(false);
        };
        let texts: Vec<String> = nodes.iter().map(|it| it.text().to_string()).collect();
        let roots = nodes.iter().map(root);
        let is_own = roots.zip(&self.declared);
        let is_own: Vec<bool> = is_own
            .map(|(root, declared)| root.is_some_and(|it| declared.contains(&it)))
            .collect();
        if is_own.contains(&true) {
            let are_locals = forms.iter().all(|it| *it == Form::Local);
            if is_own.contains(&false) {
                return Err(OTHER_WORDS);
            }
            if are_locals {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                return self.rename(&texts).map(|()| true);
            }
            // What is looked at in them may be the same.
            return Ok(false);
        }
        if texts.iter().all(|it| *it == texts[0]) {
            return Ok(true);
        }
        if is_same_field_of_others(nodes) {
            return Ok(false);
        }
        self.found.values.push(Spots {
            ranges: nodes.iter().map(SyntaxNode::text_range).collect(),
            texts,
            kinds: forms,
            node: Some(nodes[0].clone()),
            is_formatted: false,
        });
        Ok(true)
    }

    fn rename(&mut self, names: &[&str]) -> Result<(), NotExtracted> {
        let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        for known in &self.found.renamed {
            let mut pairs = known.iter().zip(&names);
            let differs = known != &names;
            if differs && pairs.any(|(one, other)| one == other) {
                return Err(unlike(&names[0], other_name(&names)));
            }
        }
        if !self.found.renamed.contains(&names) {
            self.found.renamed.push(names);
        }
        Ok(())
    }

    /// The input of macros, of which nothing but words shows.
    fn trees(&mut self, trees: &[SyntaxNode]) -> Result<(), NotExtracted> {
        let words: Vec<Vec<SyntaxToken>> = trees
            .iter()
            .map(|it| tokens(it).filter(|it| !it.kind().is_trivia()).collect())
            .collect();
        if words.iter().any(|it| it.len() != words[0].len()) {
            return Err(OTHER_WORDS);
        }
        for number in 0..words[0].len() {
            let texts: Vec<&str> = words.iter().map(|it| it[number].text()).collect();
            let is_declared = |(text, declared): (&&str, &BTreeSet<String>)| {
                declared.contains(*text)
                    && words[0][number].kind() == SyntaxKind::IDENT
                    && !follows(&words[0], number, T![.])
            };
            let own: Vec<bool> = texts.iter().zip(&self.declared).map(is_declared).collect();
            if own.contains(&true) {
                if own.contains(&false) || !prints_values(&words[0][number]) {
                    return Err(OTHER_WORDS);
                }
                self.rename(&texts)?;
                continue;
            }
            if texts.iter().all(|it| *it == texts[0]) {
                continue;
            }
            let row: Vec<&SyntaxToken> = words.iter().map(|it| &it[number]).collect();
            let found = self.spots(&words, number).or_else(|| formatted(&row));
            let other = texts.iter().find(|it| **it != texts[0]);
            let found = found.ok_or_else(|| unlike(texts[0], other.unwrap_or(&texts[0])))?;
            // A field takes what it belongs to with it.
            let is_in = |it: &Spots| found.ranges[0].contains_range(it.ranges[0]);
            self.found.values.retain(|it| !is_in(it));
            self.found.values.push(found);
        }
        Ok(())
    }

    /// A value at a word of a macro's input, in all places.
    fn spots(&self, words: &[Vec<SyntaxToken>], at: usize) -> Option<Spots> {
        let starts = words.iter().map(|it| value_in(it, at));
        let starts: Vec<(usize, Form)> = starts.collect::<Option<_>>()?;
        if starts.iter().any(|it| it.0 != starts[0].0) {
            return None;
        }
        let range = |it: &Vec<SyntaxToken>| it[starts[0].0].text_range().cover(it[at].text_range());
        let text = |it: &Vec<SyntaxToken>| -> String {
            it[starts[0].0..=at].iter().map(SyntaxToken::text).collect()
        };
        let roots = words.iter().map(|it| it[starts[0].0].text().to_owned());
        let mut own = roots.zip(&self.declared);
        let is_commented = |it: &Vec<SyntaxToken>| has_comment(&it[starts[0].0], &it[at]);
        if own.any(|(root, declared)| declared.contains(&root)) || words.iter().any(is_commented) {
            return None;
        }
        Some(Spots {
            ranges: words.iter().map(range).collect(),
            texts: words.iter().map(text).collect(),
            kinds: starts.iter().map(|it| it.1).collect(),
            node: None,
            is_formatted: false,
        })
    }
}

fn has_comment(first: &SyntaxToken, last: &SyntaxToken) -> bool {
    let between = std::iter::successors(Some(first.clone()), SyntaxToken::next_token);
    let mut between = between.take_while(|it| it != last);
    between.any(|it| it.kind() == SyntaxKind::COMMENT)
}

fn unlike(one: impl std::fmt::Display, other: impl std::fmt::Display) -> NotExtracted {
    const LONGEST: usize = 40;
    let (one, other) = (one.to_string(), other.to_string());
    let is_short = |it: &str| it.len() <= LONGEST && !it.contains('\n');
    if !is_short(&one) || !is_short(&other) {
        return OTHER_WORDS;
    }
    let why =
        format!("The places differ in more than values: `{one}` in one is `{other}` in another.");
    NotExtracted(why.into())
}

fn other_of(nodes: &[SyntaxNode]) -> &SyntaxNode {
    let other = nodes.iter().find(|it| it.kind() != nodes[0].kind());
    other.unwrap_or(&nodes[0])
}

fn other_name(names: &[String]) -> &str {
    names
        .iter()
        .find(|it| **it != names[0])
        .unwrap_or(&names[0])
}

/// What a node is made of, without what only its layout decides about.
fn parts(node: &SyntaxNode) -> Vec<SyntaxElement> {
    let all = node
        .children_with_tokens()
        .filter(|it| !it.kind().is_trivia());
    let mut parts: Vec<SyntaxElement> = Vec::new();
    for part in all {
        let closes = matches!(part.kind(), T![')'] | T![']'] | T!['}'] | T![>]);
        if closes && parts.last().is_some_and(|it| it.kind() == T![,]) {
            parts.pop();
        }
        parts.push(part);
    }
    parts
}

fn is_name_of_variable(token: &SyntaxToken) -> bool {
    let name = token.parent().filter(|it| it.kind() == SyntaxKind::NAME);
    let pattern = name.and_then(|it| it.parent());
    let pattern = pattern.filter(|it| it.kind() == SyntaxKind::IDENT_PAT);
    let is_label = pattern
        .as_ref()
        .and_then(SyntaxNode::parent)
        .is_some_and(|it| {
            let field = ast::RecordPatField::cast(it);
            field.is_some_and(|it| it.colon_token().is_none())
        });
    pattern.is_some() && !is_label && !token.text().starts_with(char::is_uppercase)
}

/// The fields of one name that belong to values that differ, so that those are what differs.
fn is_same_field_of_others(nodes: &[SyntaxNode]) -> bool {
    let fields: Option<Vec<ast::FieldExpr>> =
        nodes.iter().cloned().map(ast::FieldExpr::cast).collect();
    let Some(fields) = fields else {
        return false;
    };
    let name = |it: &ast::FieldExpr| {
        let name = it.syntax().last_token();
        name.map(|it| it.text().to_owned())
    };
    let owner = |it: &ast::FieldExpr| it.expr().and_then(|it| form(it.syntax()));
    let first = name(&fields[0]);
    fields
        .iter()
        .all(|it| name(it) == first && owner(it).is_some())
}

/// What a node is, if it is an expression without effects that a function could be given in its stead.
fn form(node: &SyntaxNode) -> Option<Form> {
    let expr = ast::Expr::cast(node.clone())?;
    if must_be_constant(node) || is_called(node) || is_label(node) {
        return None;
    }
    match expr {
        ast::Expr::Literal(_) => Some(Form::Literal),
        ast::Expr::PrefixExpr(it) => {
            let is_negative = it.op_kind() == Some(ast::UnaryOp::Neg);
            let is_literal = matches!(it.expr(), Some(ast::Expr::Literal(_)));
            (is_negative && is_literal).then_some(Form::Literal)
        }
        ast::Expr::PathExpr(it) => form_of_path(&it),
        ast::Expr::FieldExpr(it) => is_field(&it).then_some(Form::Field),
        _ => None,
    }
}

fn form_of_path(expr: &ast::PathExpr) -> Option<Form> {
    let path = expr.path()?;
    let has_arguments = path
        .syntax()
        .descendants()
        .any(|it| it.kind() == SyntaxKind::GENERIC_ARG_LIST);
    let name = path.segment()?.name_ref()?;
    let is_capital = name.text().starts_with(char::is_uppercase);
    match path.qualifier() {
        _ if has_arguments || name.self_token().is_some() => None,
        _ if is_capital => is_constant(&path).then_some(Form::Path),
        None => Some(Form::Local),
        Some(_) => None,
    }
}

/// Whether a path is to a constant, a variant or a structure without fields, and not to a `static`, which is a place.
fn is_constant(path: &ast::Path) -> bool {
    let name = |path: &ast::Path| Some(path.segment()?.name_ref()?.text().to_string());
    let Some(own) = name(path) else {
        return false;
    };
    let declared = FileNames::around_node(path.syntax());
    let is_type =
        |name: &str| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
    match path.qualifier() {
        None => {
            is_declared_constant(&own, &declared)
                || is_type(&own) && declared.constants(&own).is_empty()
        }
        Some(owner) => is_type(&own) || name(&owner).is_some_and(|owner| is_type(&owner)),
    }
}

fn is_declared_constant(name: &str, declared: &FileNames) -> bool {
    let all = declared.constants(name);
    !all.is_empty() && all.iter().all(|it| matches!(it, Constant::Const(_)))
}

/// Whether it is a field of a variable or of `self`, however deep.
fn is_field(expr: &ast::FieldExpr) -> bool {
    match expr.expr() {
        Some(ast::Expr::FieldExpr(inner)) => is_field(&inner),
        Some(ast::Expr::PathExpr(inner)) => {
            let name = inner.path().and_then(|it| it.as_single_name_ref());
            name.is_some_and(|it| !it.text().starts_with(char::is_uppercase))
        }
        _ => false,
    }
}

/// The variable that a value begins with.
fn root(node: &SyntaxNode) -> Option<String> {
    let first = node.first_token()?;
    (first.kind() == SyntaxKind::IDENT).then(|| first.text().to_owned())
}

/// Whether a node is the name of a field as well.
fn is_label(node: &SyntaxNode) -> bool {
    let field = node.parent().and_then(ast::RecordExprField::cast);
    field.is_some_and(|it| it.colon_token().is_none())
}

/// Whether a node is what is called.
fn is_called(node: &SyntaxNode) -> bool {
    let call = node.parent().and_then(ast::CallExpr::cast);
    let callee = call.and_then(|it| it.expr());
    callee.is_some_and(|it| it.syntax() == node)
}

/// Whether a node stands where the language wants a constant, or a pattern.
fn must_be_constant(node: &SyntaxNode) -> bool {
    let mut around = node.ancestors().skip(1);
    let list = node.parent().and_then(ast::ArrayExpr::cast);
    let is_length = list.is_some_and(|it| {
        let has_length = it.semicolon_token().is_some();
        has_length && it.syntax().children().last().as_ref() == Some(node)
    });
    is_length
        || around.any(|it| {
            ast::Pat::can_cast(it.kind())
                || ast::Type::can_cast(it.kind())
                || matches!(
                    it.kind(),
                    SyntaxKind::CONST_ARG | SyntaxKind::GENERIC_ARG_LIST | SyntaxKind::ATTR
                )
                || ast::BlockExpr::cast(it).is_some_and(|it| it.const_token().is_some())
        })
}

fn follows(words: &[SyntaxToken], at: usize, kind: SyntaxKind) -> bool {
    let before = at.checked_sub(1).and_then(|it| words.get(it));
    before.is_some_and(|it| it.kind() == kind)
}

/// The part in which texts differ that are formatted, if that is plain.
fn formatted(row: &[&SyntaxToken]) -> Option<Spots> {
    let inside = row.iter().map(|it| {
        let name = macro_of(&it.parent()?).filter(|name| is_formatting(name));
        let is_input = it.kind() == SyntaxKind::STRING && is_input_itself(&it.parent()?);
        let name = name.filter(|_| is_input)?;
        let is_own = FileNames::around_node(&it.parent()?).has_macro(&name);
        let text = it.text().strip_prefix('"')?.strip_suffix('"')?;
        // What is white space behind the end of a line is no part of the text.
        let goes_on = text.contains("\\\n") || text.contains("\\\r");
        (!is_own && !goes_on).then_some(text)
    });
    let inside: Vec<&str> = inside.collect::<Option<_>>()?;
    let (before, behind) = around(&inside);
    let middle = |text: &&str| text[before..text.len() - behind].to_owned();
    let middles: Vec<String> = inside.iter().map(middle).collect();
    let is_plain = |it: &String| !it.is_empty() && !it.contains(['{', '}', '\\']);
    // Making a text of a text alone says nothing.
    let is_all = before + behind == 0 && macro_of(&row[0].parent()?)? == "format";
    if is_all || !middles.iter().all(is_plain) {
        return None;
    }
    let ranges = row.iter().zip(&middles).map(|(token, middle)| {
        let start = token.text_range().start() + TextSize::of('"');
        let start = start + TextSize::try_from(before).ok()?;
        Some(TextRange::at(start, TextSize::of(&**middle)))
    });
    Some(Spots {
        ranges: ranges.collect::<Option<_>>()?,
        texts: middles.iter().map(|it| format!("\"{it}\"")).collect(),
        kinds: vec![Form::Literal; row.len()],
        node: None,
        is_formatted: true,
    })
}

/// How much texts have in common at both ends, but for what belongs to a word or stands between braces.
fn around(texts: &[&str]) -> (usize, usize) {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\\');
    let first = texts[0];
    let shortest = texts.iter().map(|it| it.len()).min().unwrap_or_default();
    let starts = |end: &usize| texts.iter().all(|it| it.get(..*end) == first.get(..*end));
    let is_open = |part: &str| part.rfind('{') > part.rfind('}');
    let begins = |end: &usize| {
        let part = first.get(..*end);
        part.is_some_and(|it| !it.ends_with(is_word) && !is_open(it)) && starts(end)
    };
    let before = (0..=shortest).rev().find(begins).unwrap_or_default();
    let ends = |size: &usize| {
        let part = |text: &&str| text.get(text.len() - size..).map(str::to_owned);
        let own = part(&first);
        let is_closed = own.as_ref().is_some_and(|it| {
            let (open, close) = (it.find('{'), it.find('}'));
            !it.starts_with(is_word) && (close.is_none() || open.is_some_and(|at| Some(at) < close))
        });
        is_closed && texts.iter().all(|it| part(it) == own)
    };
    let behind = (0..=shortest - before).rev().find(ends);
    (before, behind.unwrap_or_default())
}

/// Whether a word stands in the input of a known macro that evaluates it and doesn't show its words, as an assertion does.
fn prints_values(word: &SyntaxToken) -> bool {
    let Some(tree) = word.parent() else {
        return false;
    };
    macro_of(&tree).is_some_and(|name| {
        has_expressions(&name)
            && !matches!(&*name, "assert" | "dbg" | "debug_assert")
            && !FileNames::around_node(&tree).has_macro(&name)
    })
}

/// Where the value begins that a word of a macro's input ends, and what it is.
fn value_in(words: &[SyntaxToken], at: usize) -> Option<(usize, Form)> {
    let word = &words[at];
    let tree = word.parent()?;
    let name = macro_of(&tree)?;
    if !prints_values(word) {
        return None;
    }
    let kind = |at: Option<usize>| at.and_then(|it| words.get(it)).map(SyntaxToken::kind);
    let before = kind(at.checked_sub(1));
    let behind = kind(Some(at + 1));
    if word.kind().is_literal() {
        // What a macro formats has to be there when it is compiled.
        let is_text = word.kind() == SyntaxKind::STRING && name != "vec";
        let is_template = is_text && is_input_itself(&tree);
        let is_field = before == Some(T![.]);
        return (!is_template && !is_field).then_some((at, Form::Literal));
    }
    let is_assigned = behind == Some(T![=]) && kind(Some(at + 2)) != Some(T![=]);
    let is_part = matches!(behind, Some(T!['('] | T![!] | T![:] | T!['{'] | T![::]));
    if is_assigned || is_part || matches!(before, Some(T![:] | T![::] | T![|])) {
        return None;
    }
    let is_name = |it: usize| matches!(kind(Some(it)), Some(SyntaxKind::IDENT | T![self]));
    let mut start = at;
    while start >= 2 && kind(Some(start - 1)) == Some(T![.]) && is_name(start - 2) {
        start -= 2;
    }
    let is_chain = start < at;
    let begins = !matches!(
        kind(start.checked_sub(1)),
        Some(T![.] | T![:] | T![::] | T![|])
    );
    let text = words[start].text();
    let is_capital = text.starts_with(char::is_uppercase);
    let is_constant = is_capital && !text.contains(char::is_lowercase);
    if !begins || !is_name(start) {
        return None;
    }
    match (is_chain, words[start].kind()) {
        (true, _) => (!is_capital).then_some((start, Form::Field)),
        (false, SyntaxKind::IDENT) if is_constant => {
            let declared = FileNames::around_node(&tree);
            is_declared_constant(text, &declared).then_some((start, Form::Path))
        }
        (false, SyntaxKind::IDENT) if !is_capital => Some((start, Form::Local)),
        _ => None,
    }
}

/// The innermost macro whose input a tree of words is in.
fn macro_of(tree: &SyntaxNode) -> Option<String> {
    let mut trees = tree
        .ancestors()
        .filter(|it| it.kind() == SyntaxKind::TOKEN_TREE);
    trees.find_map(|it| {
        let sign = before(&it.first_token()?).filter(|it| it.kind() == T![!])?;
        Some(before(&sign)?.text().to_owned())
    })
}

/// Whether a tree of words is all that a macro is given.
fn is_input_itself(tree: &SyntaxNode) -> bool {
    let first = tree.first_token().and_then(|it| before(&it));
    first.is_some_and(|it| it.kind() == T![!])
}

fn before(token: &SyntaxToken) -> Option<SyntaxToken> {
    let first = token.prev_token();
    std::iter::successors(first, SyntaxToken::prev_token).find(|it| !it.kind().is_trivia())
}

/// Whether a word is no field, method or label, as far as it shows.
pub(super) fn is_variable(word: &SyntaxToken) -> bool {
    let before = word.prev_token().map(|it| it.kind());
    let name = word.parent();
    let around = name.and_then(|it| it.parent());
    let is_label = around.is_some_and(|it| {
        let field = ast::RecordExprField::cast(it);
        field.is_some_and(|it| it.colon_token().is_some())
    });
    before != Some(T![.]) && !is_label
}

/// Whether a word may mean a variable of a name, or declares one.
pub(super) fn may_mean(word: &SyntaxToken, name: &str) -> bool {
    match word.kind() {
        SyntaxKind::STRING => captures(word.text()).any(|it| it == name),
        SyntaxKind::IDENT => word.text() == name && is_variable(word),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Edition, Tree};

    /// The statements of each function of a text.
    fn lists(text: &str) -> Vec<Vec<SyntaxNode>> {
        let root = Tree::parse(text, Edition::CURRENT).unwrap().root();
        let functions = root.descendants().filter_map(ast::Fn::cast);
        let lists = functions.filter_map(|it| it.body()?.stmt_list());
        lists.map(|it| it.syntax().children().collect()).collect()
    }

    fn compared(bodies: &[&str]) -> Result<Differences, NotExtracted> {
        let functions = bodies.iter().map(|it| format!("fn f() {{ {it} }}\n"));
        differences(&lists(&functions.collect::<String>()))
    }

    fn told(bodies: &[&str]) -> Vec<Vec<String>> {
        let found = compared(bodies).unwrap();
        found.values.into_iter().map(|it| it.texts).collect()
    }

    #[test]
    fn values_differ_position_by_position() {
        for (one, other, expected) in [
            (
                "a(1, \"b\");",
                "a(2, \"c\");",
                vec![["1", "2"], ["\"b\"", "\"c\""]],
            ),
            ("a(-1);", "a(1);", vec![["-1", "1"]]),
            ("a(b.c.d());", "a(b.e.d());", vec![["b.c", "b.e"]]),
            ("a(b.c);", "a(d.c);", vec![["b", "d"]]),
            ("a(b.c);", "a(d.e);", vec![["b.c", "d.e"]]),
            ("a(b, Big);", "a(c, Low);", vec![["b", "c"], ["Big", "Low"]]),
            ("a(m::Big);", "a(m::Low);", vec![["m::Big", "m::Low"]]),
            (
                "a(Size::MAX);",
                "a(Size::MIN);",
                vec![["Size::MAX", "Size::MIN"]],
            ),
            (
                "a(&mut self.b);",
                "a(&mut self.c);",
                vec![["self.b", "self.c"]],
            ),
            ("vec![a, 1];", "vec![b, 2];", vec![["a", "b"], ["1", "2"]]),
            (
                "println!(\"{}\", a.b);",
                "println!(\"{}\", a.c);",
                vec![["a.b", "a.c"]],
            ),
            (
                "println!(\"{}\", a.b);",
                "println!(\"{}\", d.c);",
                vec![["a.b", "d.c"]],
            ),
            ("a(b,);", "a(b);", vec![]),
        ] {
            assert_eq!(told(&[one, other]), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_text_that_is_formatted_differs_in_whole_words() {
        for (one, other, expected) in [
            (
                "the {a} is read",
                "the {a} is written",
                ["\"read\"", "\"written\""],
            ),
            (
                "{a} in-stock, {b}",
                "{a} in-use, {b}",
                ["\"in-stock\"", "\"in-use\""],
            ),
            ("one", "two", ["\"one\"", "\"two\""]),
            ("a two {b} c", "a one {b} c", ["\"two\"", "\"one\""]),
        ] {
            let calls = [one, other].map(|it| format!("println!(\"{it}\");"));
            assert_eq!(told(&[&calls[0], &calls[1]]), [expected], "{one}");
        }
    }

    #[test]
    fn three_places_are_compared_at_once() {
        let found = told(&["a(b.c, 1);", "a(b.d, 1);", "a(b.c, 2);"]);
        assert_eq!(found, [["b.c", "b.d", "b.c"], ["1", "1", "2"]]);
    }

    #[test]
    fn what_a_place_declares_may_have_a_name_of_its_own() {
        let found = compared(&["let a = b(1); c(a);", "let d = b(1); c(d);"]).unwrap();
        assert!(found.values.is_empty());
        assert_eq!(found.renamed, [["a", "d"]]);
        let found = compared(&["x(|a| a.b());", "x(|d| d.b());"]).unwrap();
        assert_eq!(found.renamed, [["a", "d"]]);
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for (one, other) in [
            ("a(1);", "b(1);"),
            ("a.b();", "a.c();"),
            ("a::<u8>();", "a::<u16>();"),
            ("let a: u8 = b();", "let a: u16 = b();"),
            ("if let 1 = a {}", "if let 2 = a {}"),
            (
                "match a { \"b\" => c(), _ => {} }",
                "match a { \"d\" => c(), _ => {} }",
            ),
            ("let a = [0; 1];", "let a = [0; 2];"),
            ("a(b + 1);", "a(b - 1);"),
            ("a(1);", "a(b());"),
            ("a(&b);", "a(b);"),
            ("A { b };", "A { c };"),
            ("let A { b } = a; c(b);", "let A { d } = a; c(d);"),
            ("let a = b(); c(a);", "let d = b(); c(a);"),
            ("A { b: 1 };", "A { c: 1 };"),
            ("println!(\"{a}\");", "println!(\"{b}\");"),
            ("format!(\"a\");", "format!(\"b\");"),
            ("panic!(\"a b\");", "panic!(\"a c\");"),
            ("println!(\"a {} b\", c);", "println!(\"a {} {{d\", c);"),
            ("m!(a);", "m!(b);"),
            ("println!(\"{}\", a());", "println!(\"{}\", b());"),
            ("matches!(a, 1);", "matches!(a, 2);"),
            // What may be a `static`.
            ("a(MAX);", "a(MIN);"),
            ("a(m::MAX);", "a(m::MIN);"),
            ("assert!(a > 1);", "assert!(a > 2);"),
            ("let a = b(); dbg!(a);", "let c = b(); dbg!(c);"),
            ("println!(\"a \\\n  b\");", "println!(\"a \\\n  c\");"),
            ("println!(\"{}\", a. /* b */ b);", "println!(\"{}\", a.c);"),
            (
                "macro_rules! vec { () => {} } vec![1];",
                "macro_rules! vec { () => {} } vec![2];",
            ),
            ("println!(\"{}\", a.0);", "println!(\"{}\", a.1);"),
            ("for a in b { c(a.d); }", "for a in b { c(a.e); }"),
            ("let a = b(); c(a, d);", "let e = b(); c(e, e);"),
            ("a(self);", "a(b);"),
            ("'a: loop { break 'a; }", "'b: loop { break 'b; }"),
        ] {
            assert!(compared(&[one, other]).is_err(), "{one} {other}");
        }
    }
}
