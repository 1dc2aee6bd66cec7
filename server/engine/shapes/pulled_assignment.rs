//! Branches that all end in an assignment to the same place.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, BinaryOp, HasAttrs, HasName},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, attributes::has_condition_inside, flow,
        is_else_if, layout, moving_out, patterns, same_words, scopes, temporaries, tokens_of,
        types_shown::Ground,
    },
    text::TextRange,
};

mod known_forms;
mod writing;

/// `if c { x = 1; } else { x = 2; }`, optionally after `let x;`.
#[derive(Debug, Clone)]
pub struct PulledAssignment {
    /// The statement to replace.
    pub whole: TextRange,
    pub place: String,
    /// Whether the variable is declared with its value.
    pub is_declared: bool,
    /// Whether no branch drops a variable before the assignment.
    pub ground: Ground,
}

struct Pulled {
    choice: SyntaxNode,
    /// `let x;`
    declaration: Option<ast::LetStmt>,
    place: ast::Expr,
    branches: Vec<Branch>,
}

/// A branch that ends with the assignment.
struct Branch {
    body: ast::Expr,
    /// The arm, in a `match`.
    arm: Option<ast::MatchArm>,
    assignment: ast::BinExpr,
    value: ast::Expr,
    /// The patterns that have to match.
    patterns: Vec<ast::Pat>,
}

impl PulledAssignment {
    /// Returns the shape at an `if` or a `match` and its replacement.
    pub fn of<'a>(
        choice: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Vec<Rewrite<'a>>), Refusal> {
        let pulled = Pulled::of(choice).ok_or(Refusal::NotHere)?;
        pulled.check_text()?;
        pulled.check_declaration()?;
        pulled.check_others()?;
        pulled.check_names()?;
        pulled.check_values(context)?;
        known_forms::check(&pulled)?;
        let ground = pulled.drops()?;
        let rewrites = writing::rewrites(&pulled, text, context).ok_or_else(Refusal::of_layout)?;
        let start = pulled.declaration.as_ref().map(AstNode::syntax);
        let start = start.unwrap_or(choice).text_range().start();
        let shape = Self {
            whole: TextRange::new(start, choice.text_range().end()),
            place: pulled.place.syntax().text().to_string(),
            is_declared: pulled.declaration.is_some(),
            ground,
        };
        Ok((shape, rewrites))
    }
}

impl Pulled {
    fn of(choice: &SyntaxNode) -> Option<Self> {
        let parent = choice.parent()?;
        let statement = match parent.kind() {
            SyntaxKind::EXPR_STMT => parent,
            SyntaxKind::STMT_LIST => choice.clone(),
            _ => return None,
        };
        if is_else_if(choice) {
            return None;
        }
        let branches = match ast::IfExpr::cast(choice.clone()) {
            Some(choice) => of_if(choice)?,
            None => of_match(&ast::MatchExpr::cast(choice.clone())?)?,
        };
        let place = branches.first()?.assignment.lhs()?;
        let is_same = |branch: &Branch| {
            let own = branch.assignment.lhs();
            own.is_some_and(|own| same_words(own.syntax(), place.syntax()))
        };
        if branches.len() < 2 || !branches.iter().all(is_same) || !is_simple(&place) {
            return None;
        }
        Some(Self {
            declaration: declared_before(&statement, &place),
            choice: choice.clone(),
            place,
            branches,
        })
    }

    fn check_text(&self) -> Result<(), Refusal> {
        let is_lost = |branch: &Branch| {
            let start = branch.assignment.syntax().text_range().start();
            let head = TextRange::new(start, branch.value.syntax().text_range().start());
            !layout::comments_in(&self.choice, head).is_empty()
        };
        if self.branches.iter().any(is_lost) || has_condition_inside(&self.choice) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment or a `#[cfg]` has no place in the new code.",
            ));
        }
        Ok(())
    }

    /// Rejects a variable that is initialized later elsewhere, or that is only returned.
    fn check_declaration(&self) -> Result<(), Refusal> {
        let name = self.place.syntax().text().to_string();
        let is_late = |it: &ast::LetStmt| {
            let pattern = it.pat().map(|pattern| pattern.syntax().text().to_string());
            it.initializer().is_none() && pattern.as_ref() == Some(&name)
        };
        let body = self.choice.ancestors().find_map(ast::Fn::cast);
        let mut late = body
            .iter()
            .flat_map(|body| body.syntax().descendants().filter_map(ast::LetStmt::cast));
        let is_given_back = || {
            let parent = self
                .choice
                .parent()
                .filter(|it| ast::ExprStmt::can_cast(it.kind()));
            let next = parent.as_ref().unwrap_or(&self.choice).next_sibling();
            next.is_some_and(|it| it.text() == name.as_str())
        };
        let is_odd = match &self.declaration {
            Some(_) => is_given_back(),
            None => late.any(|it| is_late(&it)),
        };
        if is_odd {
            return Err(Refusal::because(
                Hazard::Text,
                "The variable would be redundant, or clippy would want it initialized elsewhere.",
            ));
        }
        Ok(())
    }

    /// Rejects one of several places that are assigned side by side, as they belong together.
    fn check_others(&self) -> Result<(), Refusal> {
        let mut sets_others = 0;
        for branch in &self.branches {
            let others: Vec<ast::BinExpr> = branch.other_assignments().collect();
            let is_place = |other: &ast::BinExpr| {
                let left = other.lhs();
                left.is_some_and(|left| same_words(left.syntax(), self.place.syntax()))
            };
            if others.iter().any(is_place) {
                sets_others = self.branches.len();
            }
            sets_others += usize::from(!others.is_empty());
        }
        if sets_others < 2 {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Text,
            "The branches assign several variables, or assign in several steps.",
        ))
    }

    /// Checks that the place means the same outside of the branches.
    fn check_names(&self) -> Result<(), Refusal> {
        let root = scopes::root_of(&self.place).ok_or(Refusal::NotHere)?;
        let name = root.syntax().text().to_string();
        for branch in &self.branches {
            let block = match &branch.body {
                ast::Expr::BlockExpr(block) => Some(block),
                _ => None,
            };
            let declares = block.is_some_and(moving_out::has_macro_that_may_declare);
            let names = branch.declared();
            if declares || names.is_none_or(|names| names.contains(&name)) {
                return Err(Refusal::because(
                    Hazard::Scope,
                    "A branch may declare another variable with that name.",
                ));
            }
        }
        if self.declaration.is_none() {
            return Ok(());
        }
        // After `let x;`, only the assignments may mention the variable.
        let is_it = |text: &str| {
            text == name || text.starts_with('"') && scopes::captures(text).any(|it| it == name)
        };
        let times = tokens_of(&self.choice).filter(|token| is_it(token.text()));
        if times.count() == self.branches.len() {
            Ok(())
        } else {
            Err(Refusal::because(
                Hazard::Scope,
                "A branch uses the variable outside its assignment.",
            ))
        }
    }

    fn check_values(&self, context: FileContext) -> Result<(), Refusal> {
        let is_free = |branch: &Branch| moving_out::is_free_tail(&branch.value, context);
        if !self.branches.iter().all(is_free) {
            return Err(Refusal::because(
                Hazard::TailTemporaries,
                "Temporaries of a value would be dropped after the variables of its branch.",
            ));
        }
        if !matched(&self.choice).iter().all(temporaries::makes_none) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "The scrutinee keeps temporaries, such as a lock guard, alive to the end of the branches.",
            ));
        }
        Ok(())
    }

    /// Whether it could be observed that the variables of a branch are dropped before the assignment.
    fn drops(&self) -> Result<Ground, Refusal> {
        let holds = |branch: &Branch| {
            let binds = |pattern: &ast::Pat| !patterns::binds_nothing(pattern);
            branch.lets().next().is_some() || branch.patterns.iter().any(binds)
        };
        let has_lets = self.branches.iter().any(|it| it.lets().next().is_some());
        if self.branches.iter().any(holds) && FileNames::around_node(&self.choice).has_drop() {
            return Err(Refusal::because(
                Hazard::Drops,
                "A branch declares a variable, and a `Drop` in the file makes its drop observable.",
            ));
        }
        Ok(if has_lets {
            Ground::Likely
        } else {
            Ground::Shown
        })
    }
}

impl Branch {
    fn of(body: ast::Expr, arm: Option<ast::MatchArm>, patterns: Vec<ast::Pat>) -> Option<Self> {
        let last = match &body {
            ast::Expr::BlockExpr(block) => {
                let list = block.stmt_list()?;
                let is_plain = block.modifier().is_none()
                    && block.label().is_none()
                    && block.attrs().next().is_none()
                    && list.attrs().next().is_none();
                let end = list.syntax().last_child().filter(|_| is_plain)?;
                match ast::ExprStmt::cast(end.clone()) {
                    Some(statement) => statement.expr()?,
                    None => ast::Expr::cast(end)?,
                }
            }
            other => other.clone(),
        };
        let ast::Expr::BinExpr(assignment) = last else {
            return None;
        };
        let is_plain = assignment.op_kind() == Some(BinaryOp::Assignment { op: None })
            && assignment.attrs().next().is_none();
        let value = assignment.rhs().filter(|_| is_plain)?;
        Some(Self {
            body,
            arm,
            assignment,
            value,
            patterns,
        })
    }

    fn lets(&self) -> impl Iterator<Item = ast::LetStmt> {
        let block = match &self.body {
            ast::Expr::BlockExpr(block) => block.stmt_list(),
            _ => None,
        };
        let statements = block.into_iter().flat_map(|list| list.statements());
        statements.filter_map(|it| match it {
            ast::Stmt::LetStmt(it) => Some(it),
            _ => None,
        })
    }

    /// Other assignments in statements of their own.
    fn other_assignments(&self) -> impl Iterator<Item = ast::BinExpr> {
        let block = match &self.body {
            ast::Expr::BlockExpr(block) => block.stmt_list(),
            _ => None,
        };
        let statements = block.into_iter().flat_map(|list| list.statements());
        let set = statements.filter_map(|statement| match statement {
            ast::Stmt::ExprStmt(statement) => match statement.expr()? {
                ast::Expr::BinExpr(it) => Some(it),
                _ => None,
            },
            _ => None,
        });
        let own = self.assignment.syntax().text_range();
        set.filter(move |it| {
            let is_set = matches!(it.op_kind(), Some(BinaryOp::Assignment { .. }));
            is_set && it.syntax().text_range() != own
        })
    }

    /// The names that the branch declares, or `None` if they can't be determined.
    fn declared(&self) -> Option<Vec<String>> {
        let mut names = Vec::new();
        let own = self.lets().map(|it| it.pat());
        for pattern in self.patterns.iter().cloned().map(Some).chain(own) {
            for binding in patterns::bindings(&pattern?)? {
                names.push(binding.name()?.text().to_string());
            }
        }
        let mut inside = self.body.syntax().descendants();
        let has_item =
            inside.any(|it| ast::Item::can_cast(it.kind()) && it.kind() != SyntaxKind::MACRO_CALL);
        (!has_item).then_some(names)
    }

    /// Whether the branch consists of the assignment alone, without comments.
    fn is_only_value(&self) -> bool {
        let ast::Expr::BlockExpr(block) = &self.body else {
            return true;
        };
        block.stmt_list().is_some_and(|list| {
            list.syntax().children().count() == 1 && !layout::has_comment(list.syntax())
        })
    }
}

/// The branches that end with an assignment. Returns `None` if a branch neither does nor diverges, or if there is no `else`.
fn of_if(mut choice: ast::IfExpr) -> Option<Vec<Branch>> {
    let mut branches = Vec::new();
    loop {
        if choice.attrs().next().is_some() {
            return None;
        }
        let condition = choice.condition()?;
        let inside = condition.syntax().descendants();
        let lets = inside.filter_map(ast::LetExpr::cast);
        let patterns = lets.map(|it| it.pat()).collect::<Option<Vec<_>>>()?;
        let then = choice.then_branch()?;
        if !flow::diverges(&then) {
            branches.push(Branch::of(then.into(), None, patterns)?);
        }
        match choice.else_branch()? {
            ast::ElseBranch::IfExpr(next) => choice = next,
            ast::ElseBranch::Block(last) => {
                if !flow::diverges(&last) {
                    branches.push(Branch::of(last.into(), None, Vec::new())?);
                }
                return Some(branches);
            }
        }
    }
}

fn of_match(choice: &ast::MatchExpr) -> Option<Vec<Branch>> {
    let list = choice.match_arm_list()?;
    if choice.attrs().next().is_some() || list.attrs().next().is_some() {
        return None;
    }
    let mut branches = Vec::new();
    for arm in list.arms() {
        if arm.attrs().next().is_some() {
            return None;
        }
        let body = arm.expr()?;
        if !flow::expr_diverges(&body) {
            let patterns = vec![arm.pat()?];
            branches.push(Branch::of(body, Some(arm), patterns)?);
        }
    }
    Some(branches)
}

/// The scrutinees of a choice.
fn matched(choice: &SyntaxNode) -> Vec<ast::Expr> {
    let whole = ast::MatchExpr::cast(choice.clone()).and_then(|it| it.expr());
    let mut values: Vec<ast::Expr> = whole.into_iter().collect();
    let mut next = ast::IfExpr::cast(choice.clone());
    while let Some(here) = next {
        let condition = here.condition();
        let inside = condition.iter().flat_map(|it| it.syntax().descendants());
        let lets = inside.filter_map(ast::LetExpr::cast);
        values.extend(lets.filter_map(|it| it.expr()));
        next = match here.else_branch() {
            Some(ast::ElseBranch::IfExpr(other)) => Some(other),
            _ => None,
        };
    }
    values
}

/// Whether a place is a variable, its referent, or a field of it.
fn is_simple(place: &ast::Expr) -> bool {
    match place {
        ast::Expr::PathExpr(path) => {
            let name = path.path().and_then(|it| it.as_single_name_ref());
            let is_small = |text: &str| text.starts_with(|c: char| c.is_lowercase() || c == '_');
            name.is_some_and(|name| is_small(name.text()) && name.text() != "_")
        }
        ast::Expr::FieldExpr(field) => field.expr().is_some_and(|inner| is_simple(&inner)),
        ast::Expr::PrefixExpr(it) => {
            it.op_kind() == Some(ast::UnaryOp::Deref)
                && it
                    .expr()
                    .is_some_and(|it| matches!(it, ast::Expr::PathExpr(_)) && is_simple(&it))
        }
        _ => false,
    }
}

/// The `let` without an initializer directly before a choice that declares the place.
fn declared_before(statement: &SyntaxNode, place: &ast::Expr) -> Option<ast::LetStmt> {
    let before = ast::LetStmt::cast(statement.prev_sibling()?)?;
    let ast::Pat::IdentPat(name) = before.pat()? else {
        return None;
    };
    let is_bare = before.initializer().is_none()
        && before.let_else().is_none()
        && before.attrs().next().is_none()
        && name.pat().is_none();
    let own = name.name()?.text().to_string();
    (is_bare && scopes::as_name(place)? == own).then_some(before)
}
