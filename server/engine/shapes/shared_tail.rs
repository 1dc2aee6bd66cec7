//! Branches that all end with the same statements.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, flow, inference_order, is_else_if,
        keyword, layout, moving_out, purity, same_words, scopes::Names, temporaries, tokens_of,
        types_shown::Ground,
    },
    text::TextRange,
};

mod branches;
mod writing;

use branches::Branch;

/// The common end of all branches of an `if` or a `match`, except for those that diverge.
#[derive(Debug, Clone)]
pub struct SharedTail {
    /// The choice.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// Number of duplicate lines.
    pub saved: usize,
    /// Number of branches with the same end.
    pub branches: usize,
    /// Whether no variable of a branch would be dropped before the shared statements.
    pub ground: Ground,
}

/// A choice whose branches end with the same statements.
struct Shared {
    choice: SyntaxNode,
    /// The statement of the choice, or the choice itself as the tail expression of its block.
    place: SyntaxNode,
    branches: Vec<Branch>,
    /// Number of shared statements.
    count: usize,
    /// Whether the last one is the value of the choice.
    is_value: bool,
}

/// Minimum size of the shared statements, in lines or in tokens.
const LEAST_LINES: usize = 2;
const LEAST_TOKENS: usize = 25;

impl SharedTail {
    /// Returns the shape at an `if` or a `match` and its replacement.
    pub fn of<'a>(
        choice: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Vec<Rewrite<'a>>), Refusal> {
        let shared = Shared::of(choice).ok_or(Refusal::NotHere)?;
        let lines = shared.lines();
        if lines < LEAST_LINES && shared.tokens() < LEAST_TOKENS {
            return Err(Refusal::NotHere);
        }
        shared.check_text()?;
        shared.check_names()?;
        shared.check_flow(context)?;
        shared.check_rest(context)?;
        let ground = shared.drops()?;
        let rewrites = writing::rewrites(&shared, text, context)?;
        let branches = shared.branches.len();
        let shape = Self {
            whole: choice.text_range(),
            keyword: keyword(choice, shared.word()),
            saved: lines * (branches - 1),
            branches,
            ground,
        };
        Ok((shape, rewrites))
    }
}

impl Shared {
    fn of(choice: &SyntaxNode) -> Option<Self> {
        if is_else_if(choice) {
            return None;
        }
        let parent = choice.parent()?;
        let place = match parent.kind() {
            SyntaxKind::EXPR_STMT => parent,
            SyntaxKind::STMT_LIST => choice.clone(),
            _ => return None,
        };
        let branches = branches::of(choice)?;
        let count = common(&branches);
        let first = branches.first()?;
        let is_value = first.parts.last()?.kind() != SyntaxKind::EXPR_STMT;
        // The value belongs to the choice. One that stays behind wouldn't be the value of its block.
        let gives = place == *choice;
        let has_rest = branches.iter().all(|branch| branch.parts.len() > count);
        let is_given = !is_value || gives;
        (count > 0 && branches.len() > 1 && has_rest && is_given).then(|| Self {
            choice: choice.clone(),
            place,
            branches,
            count,
            is_value,
        })
    }

    fn word(&self) -> SyntaxKind {
        match self.choice.kind() {
            SyntaxKind::IF_EXPR => SyntaxKind::IF_KW,
            _ => SyntaxKind::MATCH_KW,
        }
    }

    fn moved<'b>(&self, branch: &'b Branch) -> &'b [SyntaxNode] {
        &branch.parts[branch.parts.len() - self.count..]
    }

    fn rest<'b>(&self, branch: &'b Branch) -> &'b [SyntaxNode] {
        &branch.parts[..branch.parts.len() - self.count]
    }

    /// The statements to move, as in the first branch.
    fn first(&self) -> &[SyntaxNode] {
        self.branches.first().map_or(&[], |it| self.moved(it))
    }

    fn lines(&self) -> usize {
        let lines = |node: &SyntaxNode| node.text().to_string().lines().count();
        self.first().iter().map(lines).sum()
    }

    fn tokens(&self) -> usize {
        let count = |node: &SyntaxNode| tokens_of(node).count();
        self.first().iter().map(count).sum()
    }

    fn check_text(&self) -> Result<(), Refusal> {
        let root = self.choice.ancestors().last().ok_or(Refusal::NotHere)?;
        let mut goes = self.branches.iter().filter_map(|branch| {
            let end = branch.block.stmt_list()?.r_curly_token()?.text_range();
            let last = self.rest(branch).last()?.text_range().end();
            Some(TextRange::new(last, end.start()))
        });
        if goes.any(|range| !layout::comments_in(&root, range).is_empty()) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment next to the shared code would be lost.",
            ));
        }
        let has_attribute = |node: &SyntaxNode| {
            let mut inside = node.descendants();
            inside.any(|it| it.kind() == SyntaxKind::ATTR) || layout::has_text_of_lines(node)
        };
        let mut moved = self.branches.iter().flat_map(|branch| self.moved(branch));
        if moved.any(has_attribute) {
            return Err(Refusal::because(
                Hazard::Text,
                "The shared code contains an attribute or a multi-line string.",
            ));
        }
        Ok(())
    }

    /// Checks that the moved statements mean the same outside of the branches.
    fn check_names(&self) -> Result<(), Refusal> {
        let used: Vec<Names> = self.first().iter().map(Names::in_node).collect();
        let is_used = |name: &String| used.iter().any(|names| names.has(name));
        for branch in &self.branches {
            let declared = branch.declared(self.rest(branch));
            let is_known = !moving_out::has_macro_that_may_declare(&branch.block);
            if !is_known || declared.is_none_or(|names| names.iter().any(is_used)) {
                return Err(Refusal::because(
                    Hazard::Scope,
                    "The shared code uses something that one of the branches declares.",
                ));
            }
        }
        let mut moved = self.first().iter();
        if moved.any(|code| inference_order::may_be_settled_in(&self.choice, code)) {
            return Err(Refusal::because(
                Hazard::Types,
                "The shared code may determine the type of a variable that a branch uses.",
            ));
        }
        if self.first().iter().any(purity::holds_state) {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The shared code keeps state or uses its own location.",
            ));
        }
        Ok(())
    }

    fn check_flow(&self, context: FileContext) -> Result<(), Refusal> {
        let last = self.first().last().ok_or(Refusal::NotHere)?;
        let value = match ast::ExprStmt::cast(last.clone()) {
            Some(statement) => statement.expr(),
            None => ast::Expr::cast(last.clone()),
        };
        let value = value.ok_or(Refusal::NotHere)?;
        if flow::expr_diverges(&value) {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "The branches end with an early exit.",
            ));
        }
        if self.is_value && !moving_out::is_free_tail(&value, context) {
            return Err(Refusal::because(
                Hazard::TailTemporaries,
                "Temporaries of the last expression would be dropped after the variables of the enclosing block.",
            ));
        }
        let mut matched = branches::matched(&self.choice);
        if matched.any(|value| !temporaries::makes_none(&value)) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "The scrutinee keeps temporaries, such as a lock guard, alive to the end of the branches.",
            ));
        }
        Ok(())
    }

    /// Checks that the rest of each branch is still a list of statements.
    fn check_rest(&self, context: FileContext) -> Result<(), Refusal> {
        for branch in &self.branches {
            let rest = self.rest(branch);
            let last = rest.last().cloned().and_then(ast::ExprStmt::cast);
            let last = last.ok_or_else(|| {
                Refusal::because(
                    Hazard::Drops,
                    "A branch would end with a `let`, whose value would be dropped immediately.",
                )
            })?;
            let is_ended = last.semicolon_token().is_some();
            let expr = last.expr().ok_or(Refusal::NotHere)?;
            if !is_ended && !moving_out::is_free_tail(&expr, context) {
                return Err(Refusal::because(
                    Hazard::TailTemporaries,
                    "Temporaries of a branch's last expression would outlive the branch's variables.",
                ));
            }
            let is_choice = matches!(expr, ast::Expr::IfExpr(_) | ast::Expr::MatchExpr(_));
            if !is_ended && is_choice && rest.len() == 1 {
                return Err(Refusal::because(
                    Hazard::Text,
                    "A branch would contain only an `if` or `match`, which could be merged with the outer one.",
                ));
            }
        }
        Ok(())
    }

    /// Whether a branch has a variable whose drop may be observable.
    fn drops(&self) -> Result<Ground, Refusal> {
        const HELD: [&str; 12] = [
            "lock",
            "try_lock",
            "read",
            "write",
            "borrow",
            "borrow_mut",
            "enter",
            "entered",
            "guard",
            "span",
            "defer",
            "scope",
        ];
        let mut ground = Ground::Shown;
        for branch in &self.branches {
            if branch.has_bindings() {
                ground = Ground::Likely;
            }
            for statement in self.rest(branch) {
                if statement.kind() != SyntaxKind::LET_STMT {
                    continue;
                }
                ground = Ground::Likely;
                let names = Names::in_node(statement);
                if HELD.iter().any(|word| names.has(word)) {
                    return Err(Refusal::because(
                        Hazard::Drops,
                        "A branch holds something that would be dropped before the shared code runs.",
                    ));
                }
            }
        }
        if ground != Ground::Shown && FileNames::around_node(&self.choice).has_drop() {
            return Err(Refusal::because(
                Hazard::Drops,
                "A branch declares a variable, and a `Drop` in the file makes its drop observable.",
            ));
        }
        Ok(ground)
    }
}

/// Number of trailing statements that the branches share.
fn common(branches: &[Branch]) -> usize {
    let Some((first, others)) = branches.split_first() else {
        return 0;
    };
    let is_movable = |node: &SyntaxNode| {
        let statement = ast::ExprStmt::cast(node.clone());
        let is_plain = statement.is_none_or(|it| it.semicolon_token().is_some());
        is_plain
            && !matches!(node.kind(), SyntaxKind::LET_STMT)
            && !ast::Item::can_cast(node.kind())
    };
    let alike = first
        .parts
        .iter()
        .rev()
        .enumerate()
        .take_while(|(at, node)| {
            is_movable(node)
                && others.iter().all(|branch| {
                    let other = branch.parts.iter().rev().nth(*at);
                    other
                        .is_some_and(|other| node.kind() == other.kind() && same_words(node, other))
                })
        });
    alike.count()
}

fn has_attributes(node: &impl HasAttrs) -> bool {
    node.attrs().next().is_some()
}
