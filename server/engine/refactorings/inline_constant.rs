//! # Inline constant
//!
//! ## What it does
//! Replaces the only use of a private constant with its value. Requires rustc to agree.
//!
//! ## Why
//!
//! A name is useful if it says more than the value, or keeps several uses equal. A constant with one use and a
//! self-explanatory value only makes the reader look elsewhere.
//!
//! ## Example
//!
//! ```rust before
//! const $0SEPARATOR: &str = ", ";
//!
//! fn show(names: &[String], out: &mut Out) {
//!     out.line(names.join(SEPARATOR));
//! }
//! ```
//!
//! ```rust after
//! fn show(names: &[String], out: &mut Out) {
//!     out.line(names.join(", "));
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Constants that are `pub`, or have attributes or comments.
//! - Constants mentioned twice in the file, or in a macro, a string or a comment.
//! - Constants of traits and types.
//! - Values other than literals and values like `u8::MAX`.
//! - Files with submodules in other files, which may use the constant.
//! - A `static` that is borrowed.
//! - A number whose type is only known from the constant.
//!
//! ## What it checks
//!
//! The constant is used once, and the value has the same type there: it shows its type, has the default type, or is next
//! to something with a written type. If a method call or a later line determines the type, rustc rejects the edit.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasAttrs, HasName, HasVisibility},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::syntax::{
    FileNames,
    layout::{self, width},
    replacing::Replaced,
    types_shown,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "inline-constant",
    kind: Kind::Inline,
    at: &[SyntaxKind::CONST, SyntaxKind::STATIC],
    needs: Needs::Verdict,
    allows: Allows::of(
        "",
        "const static",
        &[Also::DropsPattern, Also::DropsConstant],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let text = &context.source.text;
    let found = Constant::at(context, target).ok_or(Refusal::NotHere)?;
    found.check(context)?;
    let place = found.only_use(&context.root)?;
    found.check_type(&place)?;
    found.check_form(&place)?;
    let value = found.value.syntax();
    let at = place.text_range();
    let replaced = Replaced {
        places: &[at],
        width: width(&value.text().to_string()),
    };
    let is_on_one_line = !value.text().contains_char('\n');
    if !is_on_one_line || !replaced.keeps_layout(&place, text, context.source.context) {
        return Err(Refusal::of_layout());
    }
    let goes = layout::lines_that_go(&found.item, text).ok_or_else(comment)?;
    let whole = found.item.text_range();
    Plan::new(whole, move || {
        let title = match found.name.len() {
            0..=40 => format!("Inline `{}`", found.name),
            _ => "Inline constant".to_owned(),
        };
        let written = context.rewrite(at).keep(found.value.syntax().text_range());
        let rewrites = vec![context.rewrite(goes), written];
        Ok(Change::new(title, whole, rewrites)?.checked(&[
            "the constant is private and used once",
            "the value has the same type where it is used",
        ]))
    })
}

struct Constant {
    item: SyntaxNode,
    name: String,
    ty: String,
    value: ast::Expr,
    is_static: bool,
}

impl Constant {
    fn at(context: &Context<'_>, target: Target<'_>) -> Option<Self> {
        let at = find::token_at(context, target)?;
        let item = at
            .parent_ancestors()
            .find(|it| matches!(it.kind(), SyntaxKind::CONST | SyntaxKind::STATIC))?;
        let (name, ty, value, is_plain) = if let Some(it) = ast::Const::cast(item.clone()) {
            (it.name()?, it.ty()?, it.body()?, it.visibility().is_none())
        } else {
            let it = ast::Static::cast(item.clone())?;
            let is_plain = it.visibility().is_none() && it.mut_token().is_none();
            (it.name()?, it.ty()?, it.body()?, is_plain)
        };
        let is_here = at.text_range().end() <= name.syntax().text_range().end();
        let around = item.parent()?.kind();
        let is_free = matches!(
            around,
            SyntaxKind::SOURCE_FILE | SyntaxKind::ITEM_LIST | SyntaxKind::STMT_LIST
        );
        (is_here && is_plain && is_free).then(|| Self {
            is_static: item.kind() == SyntaxKind::STATIC,
            item,
            name: name.text().to_string(),
            ty: ty.syntax().text().to_string(),
            value,
        })
    }

    fn check(&self, context: &Context<'_>) -> Result<(), Refusal> {
        let has_attributes =
            ast::AnyHasAttrs::cast(self.item.clone()).is_some_and(|it| it.attrs().next().is_some());
        if has_attributes || layout::has_comment(&self.item) {
            return Err(comment());
        }
        let is_own_type = types_shown::is_number(&self.ty)
            || matches!(&*self.ty, "bool" | "char" | "&str" | "&'static str");
        if !is_own_type || !self.is_plain_value() {
            return Err(Refusal::because(
                Hazard::Types,
                "The value isn't a plain literal, or its type isn't evident.",
            ));
        }
        let in_files =
            |it: SyntaxNode| ast::Module::cast(it).is_some_and(|it| it.item_list().is_none());
        let is_inside = self
            .item
            .parent()
            .is_some_and(|it| it.kind() == SyntaxKind::STMT_LIST);
        if !is_inside && context.root.descendants().any(in_files) {
            return Err(Refusal::because(
                Hazard::Scope,
                "Modules in other files may use the constant.",
            ));
        }
        Ok(())
    }

    fn is_plain_value(&self) -> bool {
        match &self.value {
            ast::Expr::Literal(literal) => match literal.kind() {
                ast::LiteralKind::String(_) => self.ty.ends_with("str"),
                ast::LiteralKind::IntNumber(_) | ast::LiteralKind::FloatNumber(_) => {
                    types_shown::is_number(&self.ty)
                }
                ast::LiteralKind::Char(_) => self.ty == "char",
                ast::LiteralKind::Bool(_) => self.ty == "bool",
                _ => false,
            },
            ast::Expr::PrefixExpr(prefix) => {
                prefix.op_kind() == Some(ast::UnaryOp::Neg)
                    && matches!(prefix.expr(), Some(ast::Expr::Literal(_)))
            }
            ast::Expr::PathExpr(_) => {
                let text = self.value.syntax().text().to_string();
                let name = text
                    .strip_prefix(&*self.ty)
                    .and_then(|it| it.strip_prefix("::"));
                matches!(name, Some("MAX" | "MIN"))
            }
            _ => false,
        }
    }

    /// The only node that mentions the constant.
    fn only_use(&self, root: &SyntaxNode) -> Result<SyntaxNode, Refusal> {
        let is_it = |token: &SyntaxToken| {
            let text = token.text();
            let is_text = token.kind().is_trivia() || token.kind() == SyntaxKind::STRING;
            text == self.name || (is_text && text.contains(&self.name))
        };
        let tokens = root
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token);
        let own = self.item.text_range();
        let uses: Vec<_> = tokens
            .filter(|token| is_it(token) && !own.contains_range(token.text_range()))
            .collect();
        let other = || {
            Refusal::because(
                Hazard::Scope,
                "It isn't used exactly once, by its plain name and outside macros.",
            )
        };
        let [only] = uses.as_slice() else {
            return Err(other());
        };
        let place = only
            .parent_ancestors()
            .take_while(|it| it.kind() != SyntaxKind::TOKEN_TREE)
            .find_map(ast::PathExpr::cast)
            .filter(|it| it.syntax().text() == self.name.as_str());
        let place = place.ok_or_else(other)?;
        let parent = place.syntax().parent().map(|it| it.kind());
        if self.is_static && parent == Some(SyntaxKind::REF_EXPR) {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The address of the static may matter.",
            ));
        }
        Ok(place.syntax().clone())
    }

    /// Checks that the value has the same type when inlined.
    fn check_type(&self, place: &SyntaxNode) -> Result<(), Refusal> {
        let parent = place.parent().ok_or(Refusal::NotHere)?;
        let is_receiver = ast::MethodCallExpr::cast(parent.clone())
            .and_then(|call| call.receiver())
            .is_some_and(|it| it.syntax() == place);
        let is_negative = matches!(self.value, ast::Expr::PrefixExpr(_));
        let is_operand = matches!(
            parent.kind(),
            SyntaxKind::BIN_EXPR | SyntaxKind::CAST_EXPR | SyntaxKind::PREFIX_EXPR
        );
        let is_bare = match &self.value {
            ast::Expr::PathExpr(_) => false,
            value => {
                types_shown::is_number(&self.ty)
                    && !value.syntax().text().to_string().ends_with(&self.ty)
            }
        };
        let is_shown = if is_negative {
            !is_receiver && !is_operand && (!is_bare || self.is_expected())
        } else {
            !is_bare
                || (self.is_expected() && !is_receiver && parent.kind() != SyntaxKind::CAST_EXPR)
                || self.is_beside_its_type(place, &parent)
        };
        if is_shown {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Types,
            "The type of the number is only known from the constant.",
        ))
    }

    /// Refuses values that should be written differently when inlined: `if true`, `a.len() == 0`, `a * 1`, `a == ""`,
    /// `push_str(",")`.
    fn check_form(&self, place: &SyntaxNode) -> Result<(), Refusal> {
        let parent = place.parent().ok_or(Refusal::NotHere)?;
        let value = self.value.syntax().text().to_string();
        let is_operand = parent.kind() == SyntaxKind::BIN_EXPR;
        let is_simple = matches!(value.trim_end_matches(self.ty.as_str()), "0" | "1" | "\"\"");
        let adds_text = || {
            let call = parent.parent().and_then(ast::MethodCallExpr::cast);
            let name = call.and_then(|it| it.name_ref());
            name.is_some_and(|it| matches!(it.text(), "push_str" | "insert_str"))
        };
        let is_odd = match &*self.ty {
            "bool" => !matches!(
                parent.kind(),
                SyntaxKind::ARG_LIST | SyntaxKind::RECORD_EXPR_FIELD
            ),
            "&str" | "&'static str" => (is_operand && is_simple) || adds_text(),
            _ => is_operand && is_simple,
        };
        if is_odd {
            return Err(Refusal::because(
                Hazard::Text,
                "The inlined code would be written differently there.",
            ));
        }
        Ok(())
    }

    /// Whether the constant's type is the default for its literal.
    fn is_expected(&self) -> bool {
        match &self.value {
            ast::Expr::Literal(it) if matches!(it.kind(), ast::LiteralKind::FloatNumber(_)) => {
                self.ty == "f64"
            }
            _ => self.ty == "i32",
        }
    }

    /// Whether the context of the place is explicitly of the constant's type.
    fn is_beside_its_type(&self, place: &SyntaxNode, parent: &SyntaxNode) -> bool {
        if let Some(operation) = ast::BinExpr::cast(parent.clone()) {
            let is_plain = matches!(
                operation.op_kind(),
                Some(ast::BinaryOp::ArithOp(_) | ast::BinaryOp::CmpOp(_))
            ) && !operation.syntax().text().to_string().contains("<<")
                && !operation.syntax().text().to_string().contains(">>");
            let sides = [operation.lhs(), operation.rhs()];
            let mut others = sides
                .into_iter()
                .flatten()
                .filter(|it| it.syntax() != place);
            return is_plain && others.next().is_some_and(|it| self.is_type_of(&it));
        }
        if let Some(declared) = ast::LetStmt::cast(parent.clone()) {
            return declared
                .ty()
                .is_some_and(|it| it.syntax().text() == self.ty.as_str());
        }
        if let Some(field) = ast::RecordExprField::cast(parent.clone()) {
            let name = field.name_ref().map(|it| it.text().to_string());
            return name.is_some_and(|name| self.is_type_of_fields(place, &name));
        }
        let is_index = ast::IndexExpr::cast(parent.clone())
            .and_then(|it| it.index())
            .is_some_and(|it| it.syntax() == place);
        // Only lists are indexed by a number, which is a `usize`.
        let is_length = matches!(
            parent.kind(),
            SyntaxKind::CONST_ARG | SyntaxKind::ARRAY_TYPE
        );
        self.ty == "usize" && (is_index || is_length)
    }

    fn is_type_of(&self, other: &ast::Expr) -> bool {
        match other {
            ast::Expr::PathExpr(path) => {
                let bindings = types_shown::bindings_of(path);
                let has_it = |it: &ast::IdentPat| {
                    let parent = it.syntax().parent();
                    let ty = parent.and_then(|it| match it.kind() {
                        SyntaxKind::PARAM => ast::Param::cast(it)?.ty(),
                        _ => ast::LetStmt::cast(it)?.ty(),
                    });
                    ty.is_some_and(|ty| ty.syntax().text() == self.ty.as_str())
                };
                !bindings.is_empty() && bindings.iter().all(has_it)
            }
            ast::Expr::FieldExpr(field) => {
                let name = field.name_ref().map(|it| it.text().to_string());
                name.is_some_and(|name| self.is_type_of_fields(other.syntax(), &name))
            }
            ast::Expr::MethodCallExpr(call) => {
                let is_length = call.name_ref().is_some_and(|it| it.text() == "len");
                let is_own = FileNames::around(call).has_method("len");
                self.ty == "usize" && is_length && !is_own
            }
            _ => false,
        }
    }

    fn is_type_of_fields(&self, place: &SyntaxNode, name: &str) -> bool {
        let declared = FileNames::around_node(place);
        let types = declared.fields(name);
        !types.is_empty() && types.iter().all(|ty| *ty == self.ty)
    }
}

fn comment() -> Refusal {
    Refusal::because(
        Hazard::Text,
        "A comment or an attribute of the constant would be lost.",
    )
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused},
        *,
    };

    static INLINE: Refactoring = REFACTORING;

    fn with(item: &str, code: &str) -> String {
        format!(
            "struct S {{\n    n: u64,\n}}\n\n{item}\n\nfn f(a: &[u8], n: u8, s: &S) -> bool {{\n    {code}\n}}\n"
        )
    }

    #[test]
    fn a_value_that_says_its_type_goes_anywhere() {
        for (item, name, value) in [
            ("const $0A: &str = \"b\";", "g(A)", "g(\"b\")"),
            (
                "const $0A: &'static str = \"b\";",
                "A.is_empty()",
                "\"b\".is_empty()",
            ),
            ("static $0A: char = 'b';", "g(1, A)", "g(1, 'b')"),
            ("const $0A: bool = true;", "g(A)", "g(true)"),
            ("const $0A: u16 = 7_u16;", "A.g()", "7_u16.g()"),
            ("const $0A: u16 = u16::MAX;", "g(A)", "g(u16::MAX)"),
            ("const $0A: i32 = -1;", "g(A)", "g(-1)"),
            ("const $0A: f64 = 0.5;", "g(A)", "g(0.5)"),
            ("const $0A: u8 = 7;", "n > A", "n > 7"),
            ("const $0A: u64 = 7;", "s.n == A", "s.n == 7"),
            ("const $0A: usize = 7;", "a.len() < A", "a.len() < 7"),
            ("const $0A: usize = 7;", "g(a[A])", "g(a[7])"),
            (
                "const $0A: u32 = 7;",
                "let b: u32 = A;\n    g(b)",
                "let b: u32 = 7;\n    g(b)",
            ),
        ] {
            let after = with("", value).replace("\n\n\n\n", "\n\n");
            assert_becomes(&INLINE, &with(item, name), &after);
        }
    }

    #[test]
    fn the_first_and_the_last_of_a_block_go() {
        assert_becomes(
            &INLINE,
            "fn f() {\n    const $0A: i32 = 3;\n    g(A);\n}\n",
            "fn f() {\n    g(3);\n}\n",
        );
        assert_becomes(
            &INLINE,
            "fn f() {\n    g(A);\n}\n\nconst $0A: i32 = 3;\n",
            "fn f() {\n    g(3);\n}\n",
        );
    }

    #[test]
    fn a_number_keeps_its_type() {
        for (item, code) in [
            ("const $0A: u64 = 7;", "g(A)"),
            ("const $0A: u64 = 7;", "let b = A;\n    g(b)"),
            ("const $0A: i32 = 7;", "A.pow(2) > g()"),
            ("const $0A: i32 = 7;", "g(A as f64)"),
            ("const $0A: i32 = -7;", "A.abs() > g()"),
            ("const $0A: i32 = -7;", "g(A - 1)"),
            ("const $0A: f32 = 0.5;", "g(A)"),
            ("const $0A: u64 = 7;", "let mut b = 0;\n    b < A"),
            ("const $0A: u8 = 7;", "g(n << A)"),
            ("const $0A: &[u8] = b\"b\";", "g(A)"),
            ("const $0A: Option<u8> = None;", "g(A)"),
            ("const $0A: u8 = g(1);", "g(A)"),
            ("const $0A: u8 = B;", "g(A)"),
        ] {
            assert_refused(&INLINE, Hazard::Types, &with(item, code));
        }
    }

    #[test]
    fn what_would_be_written_in_another_way_stays() {
        for (item, code) in [
            ("const $0A: bool = true;", "if A { g() } else { h() }"),
            ("const $0A: usize = 0;", "a.len() == A"),
            ("const $0A: u8 = 1;", "n * A"),
            ("const $0A: &str = \"\";", "g() == A"),
            ("const $0A: &str = \",\";", "s.push_str(A)"),
        ] {
            assert_refused(&INLINE, Hazard::Text, &with(item, code));
        }
    }

    #[test]
    fn what_others_may_use_stays() {
        for code in [
            "g(A) || h(A)",
            "println!(\"{}\", A)",
            "println!(\"{A}\")",
            "self::A",
            "// A\n    g(A)",
            "match g() {\n        A => 1,\n        _ => 2,\n    }",
            "g()",
        ] {
            let text = with("const $0A: bool = true;", code);
            assert_refused(&INLINE, Hazard::Scope, &text);
        }
        let text = with("mod b;\n\nconst $0A: bool = true;", "A");
        assert_refused(&INLINE, Hazard::Scope, &text);
        let text = with("static $0A: bool = true;", "g(&A)");
        assert_refused(&INLINE, Hazard::Borrows, &text);
        for item in [
            "pub const $0A: bool = true;",
            "pub(crate) static $0A: bool = true;",
        ] {
            assert_not_here(&INLINE, &with(item, "A"));
        }
        let text =
            "impl B {\n    const $0A: bool = true;\n\n    fn f() -> bool {\n        A\n    }\n}\n";
        assert_not_here(&INLINE, text);
    }

    #[test]
    fn what_is_said_of_it_stays() {
        for item in [
            "/// Why.\nconst $0A: bool = true;",
            "// Why.\nconst $0A: bool = true;",
            "const $0A: bool = true; // Why.",
            "const $0A: bool = /* why */ true;",
            "#[cfg(unix)]\nconst $0A: bool = true;",
        ] {
            assert_refused(&INLINE, Hazard::Text, &with(item, "g(A)"));
        }
    }
}
