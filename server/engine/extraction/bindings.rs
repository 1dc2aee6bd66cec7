//! The variables of a function, with their declarations and mentions.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasName},
};

use super::selection::{Capture, Local, tokens};
use crate::{
    syntax::{scopes, temporaries},
    text::{TextRange, TextSize},
};

/// The variables of a function, in source order.
pub(super) struct Bindings {
    found: Vec<Binding>,
    mentions: Vec<(String, SyntaxToken)>,
    /// Mentions of the function's own `self`.
    receivers: Vec<SyntaxToken>,
}

pub(super) struct Binding {
    name: String,
    mut_word: Option<SyntaxToken>,
    written: Option<String>,
    pattern: SyntaxNode,
    /// The range where it is visible.
    scope: TextRange,
}

impl Bindings {
    pub(super) fn of(function: &ast::Fn) -> Self {
        let mut bindings = Self {
            found: Vec::new(),
            mentions: Vec::new(),
            receivers: Vec::new(),
        };
        for node in function.syntax().descendants() {
            match node.kind() {
                SyntaxKind::IDENT_PAT => {
                    let pattern = ast::IdentPat::cast(node);
                    bindings.found.extend(pattern.and_then(|it| binding(&it)));
                }
                // Names occur nowhere else.
                SyntaxKind::NAME
                | SyntaxKind::NAME_REF
                | SyntaxKind::TOKEN_TREE
                | SyntaxKind::ERROR => bindings.add_mentions(&node),
                _ => {}
            }
        }
        // The content of brackets belongs between the tokens around them.
        let start = |token: &SyntaxToken| token.text_range().start();
        bindings.mentions.sort_by_key(|(_, token)| start(token));
        bindings.receivers.sort_by_key(start);
        bindings
    }

    fn add_mentions(&mut self, node: &SyntaxNode) {
        let tokens = node.children_with_tokens();
        for token in tokens.filter_map(NodeOrToken::into_token) {
            if token.kind() == T![self] {
                // `self::` starts a path.
                let next = token.next_token();
                let is_receiver = next.is_none_or(|it| it.kind() != T![::]);
                self.receivers.extend(is_receiver.then_some(token));
            } else {
                self.mentions.extend(mentions(&token));
            }
        }
    }

    pub(super) fn receivers_in(&self, range: TextRange) -> Vec<SyntaxToken> {
        let receivers = self.receivers.iter();
        let inside = receivers.filter(|it| range.contains_range(it.text_range()));
        inside.cloned().collect()
    }

    /// The variable that a mention refers to.
    pub(super) fn meant(&self, name: &str, at: TextSize) -> Option<&Binding> {
        let visible = self
            .found
            .iter()
            .filter(|it| it.name == name && it.scope.contains(at));
        visible.max_by_key(|it| it.scope.start())
    }

    pub(super) fn captures(
        &self,
        range: TextRange,
        is_in_loop: bool,
        inside: Option<TextRange>,
    ) -> Vec<Capture> {
        let mut captures: Vec<Capture> = Vec::new();
        for (name, token) in &self.mentions {
            let at = token.text_range();
            if !range.contains_range(at) {
                continue;
            }
            let Some(binding) = self.meant(name, at.start()) else {
                continue;
            };
            if range.contains_range(binding.pattern.text_range()) {
                continue;
            }
            if let Some(known) = captures.iter_mut().find(|it| it.name == *name) {
                known.mentions.push(token.clone());
                continue;
            }
            let after = TextRange::new(range.end(), binding.scope.end().max(range.end()));
            let declared = binding.pattern.text_range();
            captures.push(Capture {
                name: name.clone(),
                written: binding.written.clone(),
                mut_word: binding.mut_word.clone(),
                closure: binding.closure(),
                is_text: binding.is_text(),
                is_used_after: is_in_loop || self.is_mentioned(name, after),
                is_outer: inside.is_some_and(|it| !it.contains_range(declared)),
                mentions: vec![token.clone()],
            });
        }
        captures
    }

    pub(super) fn is_mentioned(&self, name: &str, range: TextRange) -> bool {
        let mut mentions = self.mentions.iter();
        mentions.any(|(found, token)| found == name && range.contains_range(token.text_range()))
    }

    /// Whether a name in one range refers to a declaration in another.
    pub(super) fn is_looked_at(&self, name: &str, declared: TextRange, range: TextRange) -> bool {
        let mut mentions = self.mentions.iter().filter(|it| it.0 == name);
        mentions.any(|(_, token)| {
            let at = token.text_range();
            let meant = self.meant(name, at.start());
            let is_own = meant.is_none_or(|it| declared.contains_range(it.pattern.text_range()));
            range.contains_range(at) && is_own
        })
    }

    /// The mentions and declarations of a variable that is declared in a range.
    pub(super) fn occurrences(&self, name: &str, declared: TextRange) -> Vec<SyntaxToken> {
        let own = self
            .found
            .iter()
            .filter(|it| it.name == name && declared.contains_range(it.pattern.text_range()));
        let names = own.filter_map(|it| ast::IdentPat::cast(it.pattern.clone())?.name());
        let patterns = names.filter_map(|it| it.syntax().first_token());
        let mentions = self.mentions.iter().filter(|(found, token)| {
            let at = token.text_range().start();
            let meant = self.meant(name, at).filter(|_| found == name);
            meant.is_some_and(|it| declared.contains_range(it.pattern.text_range()))
        });
        let mentions = mentions.map(|(_, token)| token.clone());
        patterns.chain(mentions).collect()
    }

    /// The variables that the statements declare at their top level, in source order.
    pub(super) fn declared_in(&self, statements: &[SyntaxNode], range: TextRange) -> Vec<Local> {
        let mut locals: Vec<Local> = Vec::new();
        let lets = statements.iter().cloned().filter_map(ast::LetStmt::cast);
        for statement in lets {
            let around = statement.syntax().text_range();
            let own = self.found.iter().filter(|it| {
                around.contains_range(it.pattern.text_range()) && it.scope.start() == around.end()
            });
            for binding in own {
                let same = locals.iter_mut().filter(|it| it.name == binding.name);
                let hidden = same.filter(|it| it.declared != around.end());
                hidden.for_each(|it| it.is_hidden = true);
                // All alternatives of a pattern bind the same names.
                locals.retain(|it| it.is_hidden || it.name != binding.name);
                locals.push(Local {
                    name: binding.name.clone(),
                    number: 0,
                    is_mut: binding.mut_word.is_some(),
                    declared: around.end(),
                    is_hidden: false,
                    keeps_temporary: keeps_temporary(&statement),
                    mentions: self.mentions_of(binding, range),
                });
            }
        }
        for (number, local) in locals.iter_mut().enumerate() {
            local.number = number;
        }
        locals
    }

    fn mentions_of(&self, binding: &Binding, range: TextRange) -> Vec<SyntaxToken> {
        let named = self
            .mentions
            .iter()
            .filter(|(name, _)| *name == binding.name);
        let meant = named.filter(|(name, token)| {
            let at = token.text_range();
            let meant = self.meant(name, at.start());
            range.contains_range(at) && meant.is_some_and(|it| it.scope == binding.scope)
        });
        meant.map(|(_, token)| token.clone()).collect()
    }
}

impl Binding {
    /// The closure in its initializer.
    fn closure(&self) -> Option<ast::ClosureExpr> {
        let statement = self.pattern.parent().and_then(ast::LetStmt::cast)?;
        match statement.initializer()? {
            ast::Expr::ClosureExpr(closure) => Some(closure),
            _ => None,
        }
    }
}

impl Binding {
    /// Whether it is initialized with a string literal, which is `'static`.
    fn is_text(&self) -> bool {
        let statement = self.pattern.parent().and_then(ast::LetStmt::cast);
        let value = statement.and_then(|it| it.initializer());
        let first = value.and_then(|it| match it {
            ast::Expr::Literal(it) => it.syntax().first_token(),
            _ => None,
        });
        first.is_some_and(|it| it.kind() == SyntaxKind::STRING)
    }
}

/// Whether a statement borrows from a temporary with extended lifetime.
fn keeps_temporary(statement: &ast::LetStmt) -> bool {
    let Some(value) = statement.initializer() else {
        return false;
    };
    let is_place = |it: Option<ast::Expr>| it.is_some_and(|it| temporaries::is_place(&it));
    let taken = value.syntax().descendants().filter_map(ast::RefExpr::cast);
    let mut taken = taken.map(|it| it.expr());
    let pattern = statement.pat().map(|it| it.syntax().clone());
    let has_ref = pattern.is_some_and(|it| tokens(&it).any(|token| token.kind() == T![ref]));
    taken.any(|it| !is_place(it)) || (has_ref && !is_place(Some(value)))
}

fn binding(pattern: &ast::IdentPat) -> Option<Binding> {
    let name = pattern.name()?.text().to_string();
    // A constant or a variant.
    if name.starts_with(char::is_uppercase) {
        return None;
    }
    let node = pattern.syntax();
    let mut around = node.ancestors().skip(1);
    let holder = around.find(|node| {
        matches!(
            node.kind(),
            SyntaxKind::LET_STMT
                | SyntaxKind::MATCH_ARM
                | SyntaxKind::CLOSURE_EXPR
                | SyntaxKind::FOR_EXPR
                | SyntaxKind::FN
                | SyntaxKind::IF_EXPR
                | SyntaxKind::WHILE_EXPR
        )
    })?;
    let stated = ast::Param::cast(node.parent()?).and_then(|param| param.ty());
    let end = match holder.kind() {
        SyntaxKind::LET_STMT => holder.parent()?.text_range().end(),
        SyntaxKind::IF_EXPR => {
            let choice = ast::IfExpr::cast(holder.clone())?;
            choice.then_branch()?.syntax().text_range().end()
        }
        _ => holder.text_range().end(),
    };
    let condition = node.ancestors().find_map(ast::LetExpr::cast);
    let condition =
        condition.filter(|it| holder.text_range().contains_range(it.syntax().text_range()));
    let start = match holder.kind() {
        _ if let Some(condition) = condition => condition.syntax().text_range().end(),
        SyntaxKind::LET_STMT => holder.text_range().end(),
        SyntaxKind::FOR_EXPR => {
            use ast::HasLoopBody;
            let body = ast::ForExpr::cast(holder)?.loop_body()?;
            body.syntax().text_range().start()
        }
        _ => node.text_range().end(),
    };
    Some(Binding {
        name,
        mut_word: pattern.mut_token(),
        written: stated
            .filter(|_| holder_is_function(node))
            .map(|stated| stated.syntax().text().to_string()),
        pattern: node.clone(),
        scope: TextRange::new(start, end.max(start)),
    })
}

fn holder_is_function(pattern: &SyntaxNode) -> bool {
    let list = pattern.ancestors().find_map(ast::ParamList::cast);
    list.and_then(|list| list.syntax().parent())
        .is_some_and(|it| it.kind() == SyntaxKind::FN)
}

/// The variables that a token may mention: a single-segment path, a token in macro input, or a format string's capture.
fn mentions(token: &SyntaxToken) -> Vec<(String, SyntaxToken)> {
    let is_in_macro = token
        .parent()
        .is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE);
    let named = |name: &str| (name.to_owned(), token.clone());
    match token.kind() {
        SyntaxKind::IDENT if is_in_macro => {
            let before = token.prev_token().map(|it| it.kind());
            if before == Some(T![.]) {
                return Vec::new();
            }
            vec![named(token.text())]
        }
        SyntaxKind::STRING if is_in_macro => {
            let captured = scopes::captures(token.text());
            captured.map(|name| named(&name)).collect()
        }
        SyntaxKind::IDENT => {
            let path = token.parent_ancestors().nth(2).and_then(ast::Path::cast);
            let is_single = path.is_some_and(|path| {
                let is_expression = path
                    .syntax()
                    .parent()
                    .is_some_and(|it| it.kind() == SyntaxKind::PATH_EXPR);
                is_expression && path.qualifier().is_none() && path.segment().is_some()
            });
            if is_single {
                vec![named(token.text())]
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
}
