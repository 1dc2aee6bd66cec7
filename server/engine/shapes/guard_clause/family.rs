//! Nearby functions that consist of one `if` of the same form. If one of them is too short for a guard, all of them stay as
//! they are.

use ra_ap_syntax::{AstNode, Direction, NodeOrToken, SyntaxKind, SyntaxNode, ast};

use super::{block_ended_by, lines_between_braces};
use crate::syntax::flow::{BodyOf, body_of};

/// Number of items to examine on either side.
const NEAR: usize = 12;
/// Number of nearby functions of the same form that make it a convention.
const HABIT: usize = 2;

/// Whether the `if` ends a function with a sibling, or with two nearby functions, that end with one of the same form and have
/// fewer than `least` lines.
pub(super) fn has_short_relatives(choice: &ast::IfExpr, least: u32) -> bool {
    let around = block_ended_by(choice).and_then(|block| body_of(&block));
    let Some(BodyOf::Function(function)) = around else {
        return false;
    };
    let Some(form) = Form::of(choice) else {
        return false;
    };
    let is_relative = |other: &ast::Fn| {
        last_question(other).is_some_and(|other| {
            is_shorter(&other, least) && Form::of(&other).is_some_and(|it| it.is_like(&form))
        })
    };
    let beside = [Direction::Prev, Direction::Next]
        .into_iter()
        .filter_map(|way| near(function.syntax(), way).find_map(ast::Fn::cast));
    beside.into_iter().any(|other| is_relative(&other))
        || nearby(&function).filter(is_relative).take(HABIT).count() == HABIT
}

/// The form of a condition, to compare it with others.
struct Form {
    kinds: Vec<SyntaxKind>,
    names: Vec<String>,
    /// The field whose method is called first.
    root: Option<String>,
    has_else: bool,
}

impl Form {
    /// The form of a condition with several names.
    fn of(choice: &ast::IfExpr) -> Option<Self> {
        const FEWEST: usize = 3;
        let condition = choice.condition()?;
        let tokens = condition
            .syntax()
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token);
        let tokens: Vec<_> = tokens.filter(|it| !it.kind().is_trivia()).collect();
        let names = tokens.iter().filter(|it| it.kind() == SyntaxKind::IDENT);
        (tokens.len() >= FEWEST).then(|| Self {
            kinds: tokens.iter().map(ra_ap_syntax::SyntaxToken::kind).collect(),
            names: names.map(|it| it.text().to_owned()).collect(),
            root: root_of(&condition),
            has_else: choice.else_token().is_some(),
        })
    }

    /// Whether at least half of the names are the same in the same position, or both start with the same field.
    fn is_like(&self, other: &Self) -> bool {
        let pairs = self.names.iter().zip(&other.names);
        let same = pairs.filter(|(one, other)| one == other).count();
        let is_same_form = self.kinds == other.kinds && same * 2 >= self.names.len();
        let asks_same = self.root.is_some() && self.root == other.root;
        self.has_else == other.has_else && (is_same_form || asks_same)
    }
}

/// The `a.b` in `a.b.c() || d`.
fn root_of(condition: &ast::Expr) -> Option<String> {
    let mut asked = condition.syntax().descendants();
    let call = asked.find_map(ast::MethodCallExpr::cast)?;
    let is_first = call.syntax().text_range().start() == condition.syntax().text_range().start();
    match call.receiver()? {
        ast::Expr::FieldExpr(field) if is_first => Some(field.syntax().text().to_string()),
        _ => None,
    }
}

fn last_question(function: &ast::Fn) -> Option<ast::IfExpr> {
    match function.body()?.tail_expr()? {
        ast::Expr::IfExpr(choice) => Some(choice),
        _ => None,
    }
}

fn is_shorter(choice: &ast::IfExpr, least: u32) -> bool {
    let then = choice.then_branch();
    then.is_some_and(|then| lines_between_braces(&then) < least)
}

/// The functions in the same list, and those in `impl`s near the enclosing one.
fn nearby(function: &ast::Fn) -> impl Iterator<Item = ast::Fn> + use<> {
    let around = function.syntax().ancestors().find_map(ast::Impl::cast);
    let own = around_of(function.syntax());
    let impls = around.into_iter().flat_map(|it| around_of(it.syntax()));
    let functions = impls.filter_map(ast::Impl::cast).flat_map(|it| {
        let items = it.assoc_item_list();
        let items = items.into_iter().flat_map(|list| list.assoc_items());
        items.take(NEAR).map(|item| item.syntax().clone())
    });
    own.chain(functions).filter_map(ast::Fn::cast)
}

fn around_of(item: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> + use<> {
    near(item, Direction::Prev).chain(near(item, Direction::Next))
}

fn near(item: &SyntaxNode, way: Direction) -> impl Iterator<Item = SyntaxNode> + use<> {
    item.siblings(way).skip(1).take(NEAR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    fn is_relative(text: &str) -> bool {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let mut functions = source.root().descendants().filter_map(ast::Fn::cast);
        let own = functions.find(|it| it.syntax().text().to_string().starts_with("fn own"));
        has_short_relatives(&last_question(&own.unwrap()).unwrap(), 3)
    }

    const OWN: &str = "fn own() { if a.b == C::D {\ne();\nf();\ng();\nh();\n} }";

    #[test]
    fn a_short_one_beside_it() {
        assert!(is_relative(&format!(
            "{OWN} fn p() {{ if a.b == C::E {{ e(); }} }}"
        )));
        assert!(is_relative(&format!(
            "fn p() {{ if a.b == C::E {{ e(); }} }} {OWN}"
        )));
        let asks = OWN.replace("a.b == C::D", "a.b.c()");
        assert!(is_relative(&format!(
            "{asks} fn p() {{ if a.b.d() || e {{ e(); }} }}"
        )));
        assert!(!is_relative(&format!(
            "{asks} fn p() {{ if a.c.d() || e {{ e(); }} }}"
        )));
        for other in [
            "fn p() { if a.c == D::E { e(); } }",
            "fn p() { if a.b != C::E { e(); } }",
            "fn p() { if a.b == C::E { e(); } else { f(); } }",
            "fn p() { if a.b == C::E { e(); } g(); }",
            "fn p() { if a.b == C::E {\ne();\ne();\ne();\ne();\n} }",
            "fn p() {} fn q() { if a.b == C::E { e(); } }",
        ] {
            assert!(!is_relative(&format!("{OWN} {other}")), "{other}");
        }
    }

    #[test]
    fn two_of_other_impls() {
        let other = |name: &str| {
            format!("impl P for {name} {{ fn p() {{ if a.b == C::{name} {{ e(); }} }} }}")
        };
        let own = format!("impl P for O {{ {OWN} }}");
        assert!(is_relative(&format!("{} {own} {}", other("X"), other("Y"))));
        assert!(!is_relative(&format!("{} {own}", other("X"))));
    }
}
