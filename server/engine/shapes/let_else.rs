//! A `let` that binds part of a refutable pattern, or else exits early, which `let … else` expresses directly.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxToken,
    ast::{self, HasAttrs, HasName},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, Signature, TypeShape,
        attributes::has_condition_inside, conditions, flow, inference_order, layout, patterns,
        purity, scopes, temporaries, tokens_of,
    },
    text::TextRange,
};

mod comments;
pub(crate) mod worth;
mod writing;

/// A `let` that can become a `let … else`.
#[derive(Debug, Clone)]
pub struct LetElse {
    pub statement: ast::LetStmt,
    /// The pattern that the value has to match, with its original bindings.
    pub pattern: ast::Pat,
    /// The bindings in `pattern` that have to be renamed.
    pub renamed: Vec<Renamed>,
    pub scrutinee: ast::Expr,
    /// The value of the arm, which repeats the bindings.
    pub repeated: ast::Expr,
    /// The expression for values that don't match.
    pub otherwise: ast::Expr,
    /// Arms identical to that of `otherwise`, and the patterns of all those arms.
    pub equal_arms: Vec<ast::Expr>,
    pub other_patterns: Vec<ast::Pat>,
    /// Comments next to the pattern, and comments next to the early exit.
    pub comments: Vec<SyntaxToken>,
    pub comments_otherwise: Vec<SyntaxToken>,
    /// Whether it makes no observable difference that temporaries are dropped before `otherwise` instead of after it.
    pub drops_alike: bool,
    /// Number of lines saved.
    lines_saved: usize,
}

/// A binding that gets the name from the `let`.
#[derive(Debug, Clone)]
pub struct Renamed {
    pub at: TextRange,
    pub from: String,
    pub to: String,
    /// Whether it is a field shorthand in a struct pattern, where the field's name stays.
    pub is_field: bool,
}

impl LetElse {
    /// Returns the shape and its replacement. There is a shape only if the replacement can be laid out.
    pub fn of<'a>(
        statement: &ast::LetStmt,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Vec<Rewrite<'a>>), Refusal> {
        let mut shape = Self::recognised(statement, context)?;
        let rewrites = writing::rewrites(&shape, text, context).ok_or_else(|| {
            Refusal::because(
                Hazard::Text,
                "The layout of these lines can't be kept in the new code.",
            )
        })?;
        let lines = |code: &str| code.matches('\n').count();
        let written: usize = rewrites.iter().map(|it| lines(it.written())).sum();
        let before = lines(&statement.syntax().text().to_string());
        shape.lines_saved = before.saturating_sub(written);
        Ok((shape, rewrites))
    }

    /// Whether a reviewer would suggest this form.
    pub fn is_worthwhile(&self) -> bool {
        let has_two_notes = !self.comments.is_empty() && self.is_explained_otherwise();
        worth::reads_well(&self.pattern, &self.scrutinee)
            && !worth::is_named_for_it(self.statement.syntax(), &self.scrutinee)
            && !worth::has_name_of_its_own(&self.pattern, &self.otherwise)
            && !worth::heads_loop(&self.statement, &self.otherwise)
            && !worth::is_long(&self.otherwise)
            && !worth::leaves_in_branches(&self.otherwise)
            && !worth::has_twin(&self.statement, &self.otherwise)
            && !worth::asks_one_question(&self.statement, &self.otherwise)
            && self.other_patterns.iter().all(worth::goes_without_saying)
            && !layout::has_text_of_lines(self.otherwise.syntax())
            && !has_two_notes
            && self.is_shorter()
    }

    /// Whether a multi-line statement becomes shorter.
    fn is_shorter(&self) -> bool {
        self.lines_saved > 0 || !self.statement.syntax().text().contains_char('\n')
    }

    fn is_explained_otherwise(&self) -> bool {
        !self.comments_otherwise.is_empty() || layout::has_comment(self.otherwise.syntax())
    }

    fn recognised(statement: &ast::LetStmt, context: FileContext) -> Result<Self, Refusal> {
        let parts = Parts::of(statement).ok_or(Refusal::NotHere)?;
        if !parts.leaves() {
            return Err(Refusal::NotHere);
        }
        let renamed = parts.renamed(statement)?;
        if statement.ty().is_some() {
            return Err(Refusal::because(
                Hazard::Types,
                "The written type isn't the type of the whole value.",
            ));
        }
        if has_condition_inside(statement.syntax()) {
            return Err(Refusal::because(
                Hazard::Text,
                "Part of the statement is behind a `#[cfg]`.",
            ));
        }
        parts.check(context)?;
        if parts.is_typed_by_way_out(statement) {
            return Err(Refusal::because(
                Hazard::Types,
                "The type of the value may only be inferred from the early exit, which `let … else` doesn't use.",
            ));
        }
        let comments = parts.comments(statement)?;
        let drops_alike = parts.drops_alike();
        if !drops_alike && FileNames::around(statement).has_drop() {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries would be dropped before the early exit instead of after it, which a `Drop` in the file makes observable.",
            ));
        }
        Ok(Self {
            statement: statement.clone(),
            renamed,
            comments: comments.beside_pattern,
            comments_otherwise: comments.otherwise,
            drops_alike,
            lines_saved: 0,
            pattern: parts.pattern,
            scrutinee: parts.scrutinee,
            repeated: parts.repeated,
            otherwise: parts.otherwise,
            equal_arms: parts.equal_arms,
            other_patterns: parts.other_patterns,
        })
    }
}

/// The parts that a `match` and an `if let` have in common.
struct Parts {
    scrutinee: ast::Expr,
    pattern: ast::Pat,
    repeated: ast::Expr,
    /// The arm with `pattern`, in a `match`.
    arm: Option<ast::MatchArm>,
    otherwise: ast::Expr,
    equal_arms: Vec<ast::Expr>,
    other_patterns: Vec<ast::Pat>,
    other_arms: Vec<ast::MatchArm>,
}

impl Parts {
    fn of(statement: &ast::LetStmt) -> Option<Self> {
        if statement.let_else().is_some() || statement.semicolon_token().is_none() {
            return None;
        }
        match statement.initializer()? {
            ast::Expr::MatchExpr(choice) => Self::of_match(&choice),
            ast::Expr::IfExpr(choice) => Self::of_if(&choice),
            _ => None,
        }
    }

    fn of_match(choice: &ast::MatchExpr) -> Option<Self> {
        let arms: Vec<_> = choice.match_arm_list()?.arms().collect();
        let (leaving, staying): (Vec<_>, Vec<_>) = arms
            .into_iter()
            .partition(|arm| arm.expr().is_some_and(|body| leaves(&body)));
        let [arm] = staying.as_slice() else {
            return None;
        };
        let mut bodies = leaving.iter().filter_map(ast::MatchArm::expr);
        Some(Self {
            scrutinee: choice.expr()?,
            pattern: arm.pat()?,
            repeated: without_block(&arm.expr()?)?,
            arm: Some(arm.clone()),
            otherwise: bodies.next()?,
            equal_arms: bodies.collect(),
            other_patterns: leaving.iter().filter_map(ast::MatchArm::pat).collect(),
            other_arms: leaving,
        })
    }

    fn of_if(choice: &ast::IfExpr) -> Option<Self> {
        let ast::Expr::LetExpr(condition) = choice.condition()? else {
            return None;
        };
        let ast::ElseBranch::Block(otherwise) = choice.else_branch()? else {
            return None;
        };
        let then = ast::Expr::BlockExpr(choice.then_branch()?);
        Some(Self {
            scrutinee: condition.expr()?,
            pattern: condition.pat()?,
            repeated: without_block(&then)?,
            arm: None,
            otherwise: ast::Expr::BlockExpr(otherwise),
            equal_arms: Vec::new(),
            other_patterns: Vec::new(),
            other_arms: Vec::new(),
        })
    }

    fn leaves(&self) -> bool {
        leaves(&self.otherwise)
    }

    /// Maps the pattern's bindings, which the arm repeats in order, to the names in the `let`.
    fn renamed(&self, statement: &ast::LetStmt) -> Result<Vec<Renamed>, Refusal> {
        let repeated = names_of(&self.repeated).ok_or(Refusal::NotHere)?;
        let bindings = patterns::bindings(&self.pattern).ok_or_else(|| {
            Refusal::because(
                Hazard::Scope,
                "The pattern contains a macro, so its bindings are unknown.",
            )
        })?;
        let bound: Vec<_> = bindings
            .iter()
            .filter_map(|binding| Some(binding.name()?.text().to_string()))
            .collect();
        if bound != repeated {
            return self.without_renaming(&bound, &repeated, statement);
        }
        let declared = statement
            .pat()
            .and_then(|pattern| declared_names(&pattern, bound.len()))
            .ok_or_else(|| {
                Refusal::because(
                    Hazard::Types,
                    "The `let` does more than bind the value to a name.",
                )
            })?;
        let mut renamed = Vec::new();
        for ((binding, from), to) in bindings.iter().zip(bound).zip(declared) {
            if binding.mut_token().is_some() {
                return Err(Refusal::because(
                    Hazard::Types,
                    "The pattern binds with `mut`, which may change the type of the binding.",
                ));
            }
            if from != to {
                renamed.push(rename(binding, from, to)?);
            }
        }
        Ok(renamed)
    }

    /// An or-pattern binds each name once per alternative, so it can stay only if no name changes.
    fn without_renaming(
        &self,
        bound: &[String],
        repeated: &[String],
        statement: &ast::LetStmt,
    ) -> Result<Vec<Renamed>, Refusal> {
        let [name] = repeated else {
            return Err(Refusal::NotHere);
        };
        let declared = statement
            .pat()
            .and_then(|pattern| declared_names(&pattern, 1));
        let is_same = declared.is_some_and(|declared| declared == repeated);
        let alternatives = patterns::alternatives(&self.pattern).len();
        if is_same && alternatives == bound.len() && bound.iter().all(|other| other == name) {
            return Ok(Vec::new());
        }
        Err(Refusal::NotHere)
    }

    fn check(&self, context: FileContext) -> Result<(), Refusal> {
        if !context.allows_let_else() {
            return Err(Refusal::because(
                Hazard::Edition,
                "`let … else` needs Rust 1.65, but the package may be built with an older version.",
            ));
        }
        if patterns::may_match_all(&self.pattern) || self.never_fails() {
            return Err(Refusal::because(
                Hazard::Types,
                "The pattern may be irrefutable, which leaves nothing for `else`.",
            ));
        }
        if temporaries::are_prolonged_by_let(&self.pattern, &self.scrutinee) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "A `let` would keep temporaries, such as a lock guard, alive to the end of the block.",
            ));
        }
        if patterns::says_question_mark(&self.pattern, &self.otherwise) {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "`?` is shorter here, unless the value is a reference.",
            ));
        }
        self.check_arms()?;
        if conditions::top_operator(&self.scrutinee).is_some() {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "`&&` and `||` aren't allowed before the `else` of a `let`.",
            ));
        }
        Ok(())
    }

    /// Whether the file declares the function with an uninhabited error type.
    fn never_fails(&self) -> bool {
        let declared = FileNames::around(&self.scrutinee);
        let gives = |found: &[Signature]| {
            found.iter().any(|function| {
                let mut words = function
                    .gives
                    .split(|c: char| !c.is_alphanumeric() && !"_!".contains(c));
                words.any(|word| {
                    let is_empty = |shape: &TypeShape| *shape == TypeShape::Enum { variants: 0 };
                    word == "!" || word == "Infallible" || declared.types(word).iter().any(is_empty)
                })
            })
        };
        match &self.scrutinee {
            ast::Expr::CallExpr(call) => {
                let callee = call.expr().map(|callee| callee.syntax().text().to_string());
                let callee = callee.unwrap_or_default();
                gives(declared.functions(callee.rsplit("::").next().unwrap_or_default()))
            }
            ast::Expr::MethodCallExpr(call) => call
                .name_ref()
                .is_some_and(|name| gives(declared.methods(name.text()))),
            _ => false,
        }
    }

    /// Whether the type of the value is inferred from the `let`, which may not constrain it. The early exit then makes it `()`.
    fn is_typed_by_way_out(&self, statement: &ast::LetStmt) -> bool {
        if !inference_order::is_what_is_wanted(&self.scrutinee) {
            return false;
        }
        let names = statement
            .pat()
            .and_then(|pattern| patterns::bindings(&pattern));
        let behind = statement.syntax().siblings(Direction::Next).skip(1);
        let behind: Vec<_> = behind.map(|node| scopes::Names::in_node(&node)).collect();
        let is_used = |name: &str| behind.iter().any(|names| names.has(name));
        let mut names = names
            .into_iter()
            .flatten()
            .filter_map(|binding| binding.name());
        !names.any(|name| is_used(name.text()))
    }

    fn check_arms(&self) -> Result<(), Refusal> {
        let arms = self.other_arms.iter().chain(&self.arm);
        for arm in arms {
            if arm.guard().is_some() {
                return Err(Refusal::because(
                    Hazard::Evaluation,
                    "An arm has a guard, which `let … else` doesn't support.",
                ));
            }
            if arm.attrs().next().is_some() {
                return Err(Refusal::because(
                    Hazard::Text,
                    "An arm has an attribute, which would be lost.",
                ));
            }
        }
        if !self.other_patterns.iter().all(patterns::binds_nothing) {
            return Err(Refusal::because(
                Hazard::Scope,
                "The early exit may use bindings of its pattern, and `else` has none.",
            ));
        }
        let is_equal = |body: &ast::Expr| {
            texts_of(body) == texts_of(&self.otherwise)
                && !layout::has_comment(body.syntax())
                && !purity::holds_state(body.syntax())
        };
        if !self.equal_arms.iter().all(is_equal) {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "The code has several different early exits.",
            ));
        }
        self.check_order()
    }

    /// An earlier arm takes the values that it matches.
    fn check_order(&self) -> Result<(), Refusal> {
        let Some(arm) = &self.arm else {
            return Ok(());
        };
        let start = arm.syntax().text_range().start();
        let earlier = self
            .other_patterns
            .iter()
            .filter(|pattern| pattern.syntax().text_range().start() < start);
        if earlier
            .clone()
            .all(|pattern| patterns::are_disjoint(pattern, &self.pattern))
        {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Evaluation,
            "An arm that exits comes first and may match the same values.",
        ))
    }

    /// In a `match`, and in an `if let` before edition 2024, temporaries are dropped after the early exit.
    fn drops_alike(&self) -> bool {
        let nothing_left = !self.other_patterns.is_empty()
            && self.other_patterns.iter().all(temporaries::is_bare_variant)
            && temporaries::makes_none(&self.scrutinee);
        nothing_left || temporaries::is_place(&self.scrutinee) || leaves_silently(&self.otherwise)
    }
}

/// Whether an expression diverges.
fn leaves(expression: &ast::Expr) -> bool {
    flow::expr_diverges(expression) || is_bail(expression)
}

/// `bail!` returns an error in every crate that provides it.
fn is_bail(expression: &ast::Expr) -> bool {
    let ast::Expr::MacroExpr(call) = expression else {
        return false;
    };
    let path = call.macro_call().and_then(|call| call.path());
    path.is_some_and(|path| {
        let is_ours = FileNames::around(call).defines_macro("bail");
        (path.syntax().text() == "bail" && !is_ours) || path.syntax().text() == "anyhow::bail"
    })
}

/// Whether the code exits without side effects that could observe an earlier drop.
fn leaves_silently(expression: &ast::Expr) -> bool {
    match expression {
        ast::Expr::ContinueExpr(_) => true,
        ast::Expr::ReturnExpr(jump) => jump.expr().is_none_or(|value| purity::is_silent(&value)),
        ast::Expr::BreakExpr(jump) => jump.expr().is_none_or(|value| purity::is_silent(&value)),
        ast::Expr::BlockExpr(block) if block.modifier().is_none() => {
            let mut statements = block.statements();
            match (statements.next(), statements.next(), block.tail_expr()) {
                (None, None, Some(tail)) => leaves_silently(&tail),
                (Some(ast::Stmt::ExprStmt(only)), None, None) => {
                    only.expr().is_some_and(|only| leaves_silently(&only))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// The value of a block with a single expression, or any other expression itself.
fn without_block(expression: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::BlockExpr(block) = expression else {
        return Some(expression.clone());
    };
    let has_more = block.statements().next().is_some() || block.attrs().next().is_some();
    if block.modifier().is_some() || has_more {
        return None;
    }
    block.tail_expr()
}

/// The names that a value repeats: a single one, or a tuple of at least two.
fn names_of(value: &ast::Expr) -> Option<Vec<String>> {
    match value {
        ast::Expr::TupleExpr(tuple) => {
            let names: Option<Vec<_>> = tuple
                .fields()
                .map(|field| scopes::as_name(&field))
                .collect();
            names.filter(|names| names.len() > 1)
        }
        _ => Some(vec![scopes::as_name(value)?]),
    }
}

/// The names that a `let` gives to a value of `parts` parts, if its pattern has only names.
fn declared_names(pattern: &ast::Pat, parts: usize) -> Option<Vec<String>> {
    match pattern {
        ast::Pat::TuplePat(tuple) if parts > 1 => {
            let names: Option<Vec<_>> = tuple.fields().map(|field| declared_name(&field)).collect();
            names.filter(|names| names.len() == parts)
        }
        _ if parts == 1 => Some(vec![declared_name(pattern)?]),
        _ => None,
    }
}

fn declared_name(pattern: &ast::Pat) -> Option<String> {
    let ast::Pat::IdentPat(name) = pattern else {
        return None;
    };
    let is_plain = name.mut_token().is_none()
        && name.ref_token().is_none()
        && name.at_token().is_none()
        && patterns::is_binding(name);
    is_plain.then(|| name.name().map(|name| name.text().to_string()))?
}

fn rename(binding: &ast::IdentPat, from: String, to: String) -> Result<Renamed, Refusal> {
    let at = binding
        .name()
        .ok_or(Refusal::NotHere)?
        .syntax()
        .text_range();
    let parent = binding.syntax().parent();
    let field = parent.and_then(ast::RecordPatField::cast);
    let is_field = field.is_some_and(|field| field.name_ref().is_none());
    if is_field && binding.ref_token().is_some() {
        return Err(Refusal::because(
            Hazard::Scope,
            "A field bound by `ref` shorthand would need another name.",
        ));
    }
    Ok(Renamed {
        at,
        from,
        to,
        is_field,
    })
}

fn texts_of(expression: &ast::Expr) -> Vec<String> {
    let tokens = tokens_of(expression.syntax());
    tokens.map(|token| token.text().to_owned()).collect()
}
