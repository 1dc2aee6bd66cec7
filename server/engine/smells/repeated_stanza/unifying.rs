//! The arguments needed to unify runs of statements that are equal except for names and literals.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ra_ap_syntax::{
    AstNode, AstToken, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasName},
};

use crate::{
    syntax::tokens_of,
    text::{TextRange, TextSize},
};

/// Maximum number of bindings used after a run for one function to return them.
const MOST_RESULTS: usize = 2;

/// Consecutive statements that are repeated elsewhere.
pub(super) struct Run<'a> {
    pub(super) statements: Vec<&'a SyntaxNode>,
    /// The range without the final semicolon.
    pub(super) range: TextRange,
}

/// How runs are arranged relative to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Directly one after the other.
    Row,
    Scattered,
}

/// The source text of one token position across all runs.
type Column = Vec<String>;

/// The number of parameters that an extracted function would take, or of columns that a table for a loop would have. Returns
/// `None` if neither can be written: the runs differ in a callee, pattern or type, or jump elsewhere. When in doubt, returns
/// `None`.
pub(super) fn arguments(runs: &[Run<'_>], order: Order, last_uses: &mut LastUses) -> Option<usize> {
    let results = runs.iter().map(|run| last_uses.results(run)).max()?;
    let order = match order {
        Order::Row if results == 0 => Order::Row,
        _ => Order::Scattered,
    };
    if results > MOST_RESULTS || !runs.iter().all(|run| is_closed(run, order)) {
        return None;
    }
    let words: Vec<Vec<SyntaxToken>> = runs.iter().map(Run::words).collect();
    let first = words.first()?;
    let mut put_in = PutIn {
        bound: runs.first()?.bound(),
        order,
        arguments: BTreeSet::new(),
        fields: BTreeMap::new(),
    };
    for at in 0..first.len() {
        let column: Option<Vec<&SyntaxToken>> = words.iter().map(|words| words.get(at)).collect();
        put_in.add(&column?)?;
    }
    Some(put_in.arguments.len())
}

impl Run<'_> {
    /// The tokens without comments, the final semicolon, and commas before closing brackets.
    fn words(&self) -> Vec<SyntaxToken> {
        let tokens = self.statements.iter().flat_map(|node| tokens_of(node));
        let inside = tokens.filter(|token| self.range.contains_range(token.text_range()));
        let words = inside.filter(|token| !token.kind().is_trivia() && !is_last_comma(token));
        words.collect()
    }

    /// The names bound by patterns in the run.
    fn bound(&self) -> BTreeSet<String> {
        let nodes = self.statements.iter().flat_map(|node| node.descendants());
        names(nodes).collect()
    }

    /// Whether `node` has an ancestor of one of these kinds inside the run.
    fn holds_one_around(&self, node: &SyntaxNode, kinds: &[SyntaxKind]) -> bool {
        let around = node.ancestors().skip(1);
        let mut inside = around.take_while(|it| self.range.contains_range(it.text_range()));
        inside.any(|it| kinds.contains(&it.kind()))
    }
}

fn names(nodes: impl Iterator<Item = SyntaxNode>) -> impl Iterator<Item = String> {
    let patterns = nodes.filter_map(ast::IdentPat::cast);
    let names = patterns.filter_map(|pattern| pattern.name());
    names.map(|name| name.text().to_string())
}

fn is_last_comma(token: &SyntaxToken) -> bool {
    token.kind() == T![,]
        && next_word(token).is_some_and(|next| matches!(next.kind(), T![')'] | T![']'] | T!['}']))
}

fn next_word(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut next = token.next_token()?;
    while next.kind().is_trivia() {
        next = next.next_token()?;
    }
    Some(next)
}

/// The last occurrence of each name per statement list. Each list is scanned only once, however many runs it contains.
#[derive(Default)]
pub(super) struct LastUses(HashMap<SyntaxNode, HashMap<String, TextSize>>);

impl LastUses {
    /// The number of a run's bindings that are used after it.
    fn results(&mut self, run: &Run<'_>) -> usize {
        let statements = run.statements.iter();
        let lets = statements.filter(|node| node.kind() == SyntaxKind::LET_STMT);
        let given: BTreeSet<String> = lets
            .filter_map(|node| ast::LetStmt::cast((*node).clone())?.pat())
            .flat_map(|pattern| names(pattern.syntax().descendants()))
            .collect();
        let list = run.statements.last().and_then(|node| node.parent());
        let Some(list) = list.filter(|_| !given.is_empty()) else {
            return 0;
        };
        let uses = self.0.entry(list).or_insert_with_key(last_uses);
        let is_used = |name: &&String| uses.get(*name).is_some_and(|at| *at >= run.range.end());
        given.iter().filter(is_used).count()
    }
}

fn last_uses(list: &SyntaxNode) -> HashMap<String, TextSize> {
    let names = tokens_of(list).filter(|token| token.kind() == SyntaxKind::IDENT);
    let places = names.map(|name| (name.text().to_owned(), name.text_range().start()));
    places.collect()
}

/// Whether the only early exits of a run return an error from the function.
fn is_closed(run: &Run<'_>, order: Order) -> bool {
    let mut nodes = run.statements.iter().flat_map(|node| node.descendants());
    nodes.all(|node| match node.kind() {
        SyntaxKind::ATTR | SyntaxKind::YIELD_EXPR => false,
        SyntaxKind::BREAK_EXPR | SyntaxKind::CONTINUE_EXPR => {
            let has_label = node.children().any(|it| it.kind() == SyntaxKind::LIFETIME);
            !has_label && run.holds_one_around(&node, LOOPS)
        }
        SyntaxKind::RETURN_EXPR => order == Order::Row || returns_as_before(run, &node),
        _ => true,
    })
}

/// Whether this `return` can be turned into the result of an extracted function.
fn returns_as_before(run: &Run<'_>, jump: &SyntaxNode) -> bool {
    let last = run.statements.last().copied();
    let is_last = last.is_some_and(|last| last == jump || jump.parent().as_ref() == Some(last));
    let value = ast::ReturnExpr::cast(jump.clone()).and_then(|jump| jump.expr());
    let is_failure =
        value.is_some_and(|value| value.syntax().text().to_string().starts_with("Err("));
    is_last || is_failure || run.holds_one_around(jump, FUNCTIONS)
}

const LOOPS: &[SyntaxKind] = &[
    SyntaxKind::FOR_EXPR,
    SyntaxKind::LOOP_EXPR,
    SyntaxKind::WHILE_EXPR,
];
const FUNCTIONS: &[SyntaxKind] = &[SyntaxKind::CLOSURE_EXPR, SyntaxKind::FN];

struct PutIn {
    bound: BTreeSet<String>,
    order: Order,
    arguments: BTreeSet<Column>,
    /// The owner of differing fields, so that a reference to the field can be passed.
    fields: BTreeMap<Column, String>,
}

impl PutIn {
    /// Adds one column of tokens, whether or not they differ. Returns `None` if they can't become an argument.
    fn add(&mut self, words: &[&SyntaxToken]) -> Option<()> {
        let first = words.first()?;
        let differ = words.iter().any(|word| word.text() != first.text());
        match first.kind() {
            SyntaxKind::IDENT => self.add_name(words, differ),
            SyntaxKind::LIFETIME_IDENT => Some(()),
            SyntaxKind::STRING if differ => have_same_holes(words).then(|| self.argument(words)),
            _ if differ => (!stands_in(first, TYPES)).then(|| self.argument(words)),
            _ => Some(()),
        }
    }

    fn add_name(&mut self, words: &[&SyntaxToken], differ: bool) -> Option<()> {
        let first = words.first()?;
        if let Some(owner) = owner_of_field(first) {
            return if differ {
                self.add_field(words, &owner)
            } else {
                Some(())
            };
        }
        let is_variable = is_variable(first);
        let is_needed = differ || self.order == Order::Scattered && is_variable;
        let is_bound = is_lowercase(first) && self.bound.contains(first.text());
        if is_bound || !is_needed {
            return Some(());
        }
        let is_no_value = stands_in(first, TYPES) || stands_in(first, PATTERNS) || is_fixed(first);
        let is_refused = differ && is_no_value || is_variable && !have_one_type(words);
        (!is_refused).then(|| self.argument(words))
    }

    /// Adds differing fields. A reference to the field can be passed if all belong to one owner declared before the run.
    fn add_field(&mut self, words: &[&SyntaxToken], owner: &str) -> Option<()> {
        let base = owner
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next();
        if base.is_some_and(|base| self.bound.contains(base)) {
            return None;
        }
        let known = self
            .fields
            .entry(column(words))
            .or_insert_with(|| owner.to_owned());
        (known == owner).then(|| self.argument(words))
    }

    fn argument(&mut self, words: &[&SyntaxToken]) {
        self.arguments.insert(column(words));
    }
}

fn column(words: &[&SyntaxToken]) -> Column {
    words.iter().map(|word| word.text().to_owned()).collect()
}

const TYPES: &[SyntaxKind] = &[
    SyntaxKind::GENERIC_ARG_LIST,
    SyntaxKind::PATH_TYPE,
    SyntaxKind::CAST_EXPR,
];
const PATTERNS: &[SyntaxKind] = &[
    SyntaxKind::IDENT_PAT,
    SyntaxKind::PATH_PAT,
    SyntaxKind::RECORD_PAT,
    SyntaxKind::TUPLE_STRUCT_PAT,
];

/// Whether a token is part of a type or pattern, rather than of an expression inside it.
fn stands_in(word: &SyntaxToken, kinds: &[SyntaxKind]) -> bool {
    let mut child: Option<SyntaxNode> = None;
    for node in word.parent_ancestors() {
        if node.kind() == SyntaxKind::CAST_EXPR {
            let is_type = child.is_some_and(|child| ast::Type::can_cast(child.kind()));
            return is_type && kinds.contains(&SyntaxKind::CAST_EXPR);
        }
        if kinds.contains(&node.kind()) {
            return true;
        }
        let is_expression = ast::Expr::can_cast(node.kind()) && node.kind() != SyntaxKind::LITERAL;
        if !is_of_path(node.kind()) && (is_expression || ast::Stmt::can_cast(node.kind())) {
            return false;
        }
        child = Some(node);
    }
    false
}

fn is_of_path(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::PATH | SyntaxKind::PATH_SEGMENT | SyntaxKind::NAME | SyntaxKind::NAME_REF
    )
}

/// Whether a token is one that no value can replace: a path prefix, a struct name, a field being set, or a macro pattern.
fn is_fixed(word: &SyntaxToken) -> bool {
    let is_path = next_word(word).is_some_and(|next| matches!(next.kind(), T![::] | T![:]));
    let parent = word.parent().and_then(|name| name.parent());
    let is_record = word
        .parent_ancestors()
        .find(|node| !is_of_path(node.kind()))
        .is_some_and(|node| node.kind() == SyntaxKind::RECORD_EXPR);
    let is_field = parent.is_some_and(|it| {
        matches!(
            it.kind(),
            SyntaxKind::RECORD_EXPR_FIELD | SyntaxKind::RECORD_PAT_FIELD
        )
    });
    is_path || is_record || is_field
}

/// The owner of a field access, if the token is its field name.
fn owner_of_field(word: &SyntaxToken) -> Option<String> {
    let parent = word.parent()?;
    if parent.kind() == SyntaxKind::TOKEN_TREE {
        let dot = word.prev_token().filter(|token| token.kind() == T![.])?;
        let owner = dot.prev_token()?;
        let is_called = next_word(word).is_some_and(|next| next.kind() == T!['(']);
        return (!is_called).then(|| owner.text().to_owned());
    }
    let field = ast::FieldExpr::cast(parent.parent()?)?;
    let text = field.expr()?.syntax().text().to_string();
    Some(text)
}

fn is_lowercase(word: &SyntaxToken) -> bool {
    let text = word.text().trim_start_matches("r#");
    text.starts_with(|first: char| first == '_' || first.is_lowercase())
}

/// Whether a token names a local variable. When in doubt, returns `true`.
fn is_variable(word: &SyntaxToken) -> bool {
    let Some(parent) = word.parent() else {
        return false;
    };
    let next = next_word(word).map(|next| next.kind());
    let is_called = matches!(next, Some(T!['('] | T![!] | T![::] | T![:]));
    if parent.kind() == SyntaxKind::TOKEN_TREE {
        let before = word.prev_token().map(|token| token.kind());
        return is_lowercase(word) && !is_called && !matches!(before, Some(T![.] | T![:] | T![::]));
    }
    let path = parent
        .ancestors()
        .skip_while(|node| matches!(node.kind(), SyntaxKind::NAME_REF | SyntaxKind::PATH_SEGMENT))
        .find_map(ast::Path::cast);
    let is_alone = path.is_some_and(|path| {
        path.qualifier().is_none()
            && path.syntax().parent().is_some_and(|it| {
                matches!(
                    it.kind(),
                    SyntaxKind::PATH_EXPR | SyntaxKind::RECORD_EXPR_FIELD
                )
            })
    });
    is_lowercase(word) && is_alone && next != Some(T!['('])
}

/// Whether variables have the same origin: payloads of different variants rarely have the same type.
fn have_one_type(words: &[&SyntaxToken]) -> bool {
    let mut origins = words.iter().map(|word| origin(word));
    let first = origins.next().flatten();
    origins.all(|other| other == first)
}

/// The variant that a `match` arm binds the variable from.
fn origin(word: &SyntaxToken) -> Option<String> {
    let arms = word.parent_ancestors().filter_map(ast::MatchArm::cast);
    for arm in arms {
        let Some(pattern) = arm.pat() else {
            continue;
        };
        let mut bindings = pattern
            .syntax()
            .descendants()
            .filter_map(ast::IdentPat::cast);
        let binding = bindings.find(|binding| {
            binding
                .name()
                .is_some_and(|name| name.text() == word.text())
        });
        if let Some(binding) = binding {
            let variant = binding
                .syntax()
                .ancestors()
                .find_map(ast::TupleStructPat::cast);
            return variant?.path().map(|path| path.syntax().text().to_string());
        }
    }
    None
}

/// Whether format strings have the same `{}` placeholders, so that the surrounding text can be passed.
fn have_same_holes(words: &[&SyntaxToken]) -> bool {
    let is_in_macro = words.iter().any(|word| {
        let parent = word.parent();
        parent.is_some_and(|parent| parent.kind() == SyntaxKind::TOKEN_TREE)
    });
    let mut holes = words.iter().map(|word| holes(word));
    let first = holes.next();
    !is_in_macro || holes.all(|other| Some(other) == first)
}

fn holes(word: &SyntaxToken) -> Vec<String> {
    let Some(string) = ast::String::cast(word.clone()) else {
        return Vec::new();
    };
    let text = string.text().replace("{{", "").replace("}}", "");
    let parts = text.split('{').skip(1);
    let holes = parts.filter_map(|part| Some(part.split_once('}')?.0.to_owned()));
    holes.collect()
}
