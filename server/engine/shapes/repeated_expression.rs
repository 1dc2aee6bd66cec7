//! An expression that stands twice and more in a function, whose value nothing between can change: one variable holds it.
//!
//! The value is made where it was made first, before the statement around it, and only where that was sure to happen. What it
//! is has to be shown, so that it may be used again: a number, a `bool`, a part of what it was asked of, or a text of its own.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};
use rustc_hash::FxHashMap;

use crate::{
    syntax::{FileContext, Hazard, Refusal, Rewrite, flow},
    text::{TextRange, slice},
};

mod between;
mod naming;
mod uses;
mod value;
mod writing;

use value::Value;

/// The kinds of expressions that are looked at.
pub const SEES: [SyntaxKind; 3] = [
    SyntaxKind::BIN_EXPR,
    SyntaxKind::MACRO_EXPR,
    SyntaxKind::METHOD_CALL_EXPR,
];

/// So many places of a function are tried as the first one: each means to look through the function.
const MOST_TRIES: usize = 64;
/// Shorter ones are as quickly read as a name.
const SHORTEST: usize = 10;

/// Places of one expression that a variable can hold.
#[derive(Debug, Clone)]
pub struct Repeated {
    /// In the order of the text; the first is where the value is made.
    pub places: Vec<ast::Expr>,
    value: Value,
    block: ast::StmtList,
    /// The statement around the first place.
    statement: SyntaxNode,
}

impl Repeated {
    /// Every expression among these that is repeated in one function, whatever it would be called.
    pub fn among(expressions: impl Iterator<Item = ast::Expr>, text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let mut tries = 0..MOST_TRIES;
        for group in groups(expressions, text) {
            let is_free = |place: &ast::Expr| {
                let range = place.syntax().text_range();
                let mut taken = found.iter().flat_map(|one| &one.places);
                !taken.any(|other| other.syntax().text_range().contains_range(range))
            };
            let mut rest: Vec<ast::Expr> = group.into_iter().filter(is_free).collect();
            while rest.len() > 1 && tries.next().is_some() {
                match Self::from_first(&rest) {
                    Ok(repeated) if repeated.places.len() > 1 => {
                        rest.retain(|place| !repeated.places.contains(place));
                        found.push(repeated);
                    }
                    _ => {
                        rest.remove(0);
                    }
                }
            }
        }
        found.sort_by_key(|one| one.places[0].syntax().text_range().start());
        found
    }

    /// The places of one expression, the one at hand among them; it alone, where it stands once.
    pub fn of(expression: &ast::Expr) -> Result<Self, Refusal> {
        let body = body_around(expression.syntax()).ok_or(Refusal::NotHere)?;
        let own = expression.syntax().text();
        let equal = body.descendants().filter_map(ast::Expr::cast);
        let mut rest: Vec<_> = equal
            .filter(|it| it.syntax().kind() == expression.syntax().kind())
            .filter(|it| it.syntax().text() == own)
            .collect();
        let mut reason = Refusal::NotHere;
        while !rest.is_empty() {
            match Self::from_first(&rest) {
                Ok(found) if found.places.contains(expression) => return Ok(found),
                Ok(_) => {}
                Err(refusal) => reason = refusal,
            }
            if rest[0] == *expression {
                break;
            }
            rest.remove(0);
        }
        Err(reason)
    }

    /// What a variable before the statement around the first place can hold.
    fn from_first(places: &[ast::Expr]) -> Result<Self, Refusal> {
        let first = places.first().ok_or(Refusal::NotHere)?;
        let value = Value::of(first).ok_or_else(unknown)?;
        let (block, statement) = sure_place(first)?;
        let scope = block.syntax().text_range();
        let is_in_scope = |place: &&ast::Expr| {
            scope.contains_range(place.syntax().text_range())
                && !stands_apart(place.syntax(), block.syntax())
        };
        let mut found = Self {
            places: places.iter().filter(is_in_scope).cloned().collect(),
            value,
            block,
            statement,
        };
        // What comes behind a change is another value.
        let ends = between::ends(&found);
        while let Err(doubt) = between::check(&found, &ends) {
            if found.places.len() < 2 {
                return Err(doubt.refusal);
            }
            let ahead = ends.partition_point(|end| *end < doubt.at.end());
            found
                .places
                .truncate(ahead.clamp(1, found.places.len() - 1));
        }
        uses::check(&found)?;
        Ok(found)
    }

    pub fn range(&self) -> TextRange {
        self.places[0].syntax().text_range()
    }

    /// Whether making the value takes memory or time that grows with what it is made of.
    pub fn is_costly(&self) -> bool {
        self.value.is_costly
    }

    /// Whether it calculates, or joins several questions.
    pub fn is_calculated(&self) -> bool {
        let ast::Expr::BinExpr(operation) = &self.places[0] else {
            return false;
        };
        !matches!(operation.op_kind(), Some(ast::BinaryOp::CmpOp(_)))
    }

    /// What a variable would be called; nothing where the expression doesn't tell.
    pub fn name(&self) -> Option<String> {
        naming::name(self)
    }

    /// What stands in for a name that only a person can find.
    pub fn placeholder(&self) -> &'static str {
        naming::placeholder(&self.places[0])
    }

    /// A `let` before the statement, and its name in every place.
    pub fn rewrites<'a>(
        &self,
        name: &str,
        text: &'a str,
        context: FileContext,
    ) -> Result<Vec<Rewrite<'a>>, Refusal> {
        writing::rewrites(self, name, text, context).ok_or_else(Refusal::of_layout)
    }
}

fn unknown() -> Refusal {
    Refusal::because(
        Hazard::Types,
        "The syntax doesn't show whether the value can be reused.",
    )
}

/// Equal expressions, the longest first.
fn groups(expressions: impl Iterator<Item = ast::Expr>, text: &str) -> Vec<Vec<ast::Expr>> {
    let mut by_text: FxHashMap<&str, Vec<ast::Expr>> = FxHashMap::default();
    for expression in expressions {
        let Some(own) = slice(text, expression.syntax().text_range()) else {
            continue;
        };
        let is_of_length = (SHORTEST..=value::LONGEST).contains(&own.len());
        if is_of_length {
            by_text.entry(own).or_default().push(expression);
        }
    }
    // Few stand twice, and whether one may be such a value is a closer look.
    let twice = by_text.into_iter().filter(|(_, places)| places.len() > 1);
    let mut groups: Vec<_> = twice
        .filter_map(|(own, mut places)| {
            places.retain(value::may_be);
            (places.len() > 1).then_some((own, places))
        })
        .collect();
    groups.sort_by_key(|(own, places)| {
        let start = places[0].syntax().text_range().start();
        (std::cmp::Reverse(own.len()), start)
    });
    groups.into_iter().map(|(_, places)| places).collect()
}

fn body_around(node: &SyntaxNode) -> Option<SyntaxNode> {
    let function = node.ancestors().find_map(ast::Fn::cast)?;
    Some(function.body()?.syntax().clone())
}

/// The block and the statement in it that evaluates an expression in any case, once.
fn sure_place(first: &ast::Expr) -> Result<(ast::StmtList, SyntaxNode), Refusal> {
    let lazy = || {
        Refusal::because(
            Hazard::Evaluation,
            "The expression is evaluated conditionally or repeatedly.",
        )
    };
    let mut child = first.syntax().clone();
    loop {
        let parent = child.parent().ok_or(Refusal::NotHere)?;
        if let Some(list) = ast::StmtList::cast(parent.clone()) {
            let has_attribute = child.children().any(|it| it.kind() == SyntaxKind::ATTR);
            return (!has_attribute).then_some((list, child)).ok_or_else(lazy);
        }
        if is_lazy(&parent, &child) {
            return Err(lazy());
        }
        child = parent;
    }
}

/// Whether what a child stands for is evaluated otherwise than once by its parent.
fn is_lazy(parent: &SyntaxNode, child: &SyntaxNode) -> bool {
    if flow::is_own_scope(parent) {
        return true;
    }
    match parent.kind() {
        SyntaxKind::BIN_EXPR => ast::BinExpr::cast(parent.clone()).is_some_and(|it| {
            let is_logic = matches!(it.op_kind(), Some(ast::BinaryOp::LogicOp(_)));
            is_logic && it.lhs().is_none_or(|left| left.syntax() != child)
        }),
        SyntaxKind::IF_EXPR => {
            let is_else_if = parent
                .parent()
                .is_some_and(|it| it.kind() == SyntaxKind::IF_EXPR);
            let condition = ast::IfExpr::cast(parent.clone()).and_then(|it| it.condition());
            is_else_if || condition.is_none_or(|it| it.syntax() != child)
        }
        SyntaxKind::WHILE_EXPR | SyntaxKind::MATCH_ARM | SyntaxKind::MATCH_GUARD => true,
        _ => false,
    }
}

/// Whether code stands in a closure, an item or the like inside `block`.
fn stands_apart(node: &SyntaxNode, block: &SyntaxNode) -> bool {
    let mut around = node.ancestors().take_while(|it| it != block);
    around.any(|it| flow::is_own_scope(&it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Source;

    #[test]
    fn what_stands_hundreds_of_times_is_looked_at_a_few_times() {
        let line = "    if done.len() > 3 {\n        done.push(1);\n    }\n";
        let text = format!("fn f(done: &mut Vec<i32>) {{\n{}}}\n", line.repeat(2_000));
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        let expressions = source.root().descendants().filter_map(ast::Expr::cast);
        assert!(Repeated::among(expressions, &text).is_empty());
    }

    #[test]
    fn what_stands_ahead_of_a_change_is_one() {
        let text = "fn f(a: &mut Vec<u8>) {\n    g(a.len() + 10);\n    g(a.len() + 10);\n    a.push(1);\n    g(a.len() + 10);\n    g(a.len() + 10);\n}\n";
        let source = Source::parse(text, FileContext::default()).unwrap();
        let expressions = source.root().descendants().filter_map(ast::Expr::cast);
        let found = Repeated::among(expressions, text);
        assert!(found.iter().all(|it| it.places.len() == 2), "{found:?}");
        assert_eq!(found.len(), 2);
    }
}
