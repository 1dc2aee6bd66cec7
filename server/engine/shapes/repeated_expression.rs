//! An expression that occurs more than once in a function, and whose value nothing in between can change, so that one variable
//! can hold it.
//!
//! The value is computed before the statement with the first occurrence, and only if that one is always evaluated. Its type has
//! to be known to allow repeated use: a number, a `bool`, a part borrowed from the receiver, or an owned string.

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

/// The kinds of expressions to examine.
pub const SEES: [SyntaxKind; 3] = [
    SyntaxKind::BIN_EXPR,
    SyntaxKind::MACRO_EXPR,
    SyntaxKind::METHOD_CALL_EXPR,
];

/// Maximum number of expressions per function that are tried as the first occurrence, as each try searches the function.
const MOST_TRIES: usize = 64;
/// Minimum length, in bytes: shorter expressions read as quickly as a name.
const SHORTEST: usize = 10;

/// Occurrences of one expression that a variable can replace.
#[derive(Debug, Clone)]
pub struct Repeated {
    /// The occurrences in source order. The value is computed at the first one.
    pub places: Vec<ast::Expr>,
    value: Value,
    block: ast::StmtList,
    /// The statement with the first occurrence.
    statement: SyntaxNode,
}

impl Repeated {
    /// Returns every expression among these that is repeated within a function, regardless of a name for it.
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

    /// Returns the occurrences of one expression, including the given one, which may be the only one.
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

    /// Returns the occurrences that a variable before the statement of the first one can replace.
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
        // After a mutation, the value may differ.
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

    /// Whether computing the value takes time or memory proportional to its input.
    pub fn is_costly(&self) -> bool {
        self.value.is_costly
    }

    /// Whether the expression is arithmetic, or joins several conditions.
    pub fn is_calculated(&self) -> bool {
        let ast::Expr::BinExpr(operation) = &self.places[0] else {
            return false;
        };
        !matches!(operation.op_kind(), Some(ast::BinaryOp::CmpOp(_)))
    }

    /// The name for a variable, or `None` if the expression doesn't suggest one.
    pub fn name(&self) -> Option<String> {
        naming::name(self)
    }

    /// The placeholder for a name that only the user can choose.
    pub fn placeholder(&self) -> &'static str {
        naming::placeholder(&self.places[0])
    }

    /// Inserts a `let` before the statement, and replaces every occurrence by the name.
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
    // Few expressions occur twice, so the costlier check comes after.
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

/// The block and its statement that evaluates an expression unconditionally and exactly once.
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

/// Whether the parent doesn't evaluate the child exactly once.
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

/// Whether code is in a closure, an item or the like inside `block`.
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
