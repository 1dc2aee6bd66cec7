//! A `match` or `if let` that asks one question of what an `Option` or a `Result` holds, and gives a `bool` where it holds
//! nothing: what `is_some_and`, `is_none_or` and `is_ok_and` say by name.

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, HasAttrs, HasName},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        attributes::has_condition_inside,
        flow,
        known::{Fact, is_known},
        layout, patterns, scopes, temporaries,
        types_shown::{self, arguments_of},
    },
    text::TextRange,
};

mod writing;

/// A choice that a method of `Option` or `Result` can replace.
#[derive(Debug, Clone)]
pub struct OptionQuestion {
    /// The `match` or the `if`.
    pub whole: TextRange,
    /// What is drawn.
    pub keyword: TextRange,
    /// The method that says what the choice does.
    pub method: &'static str,
}

struct Parts {
    node: SyntaxNode,
    keyword: TextRange,
    value: ast::Expr,
    /// `as_ref` has to be called on the value, which a `&` stands before.
    is_lent: bool,
    pattern: ast::Pat,
    asked: ast::Expr,
    method: &'static str,
}

impl OptionQuestion {
    /// The shape at a `match` or an `if let`, and what is written in its place.
    pub fn of<'a>(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(node).ok_or(Refusal::NotHere)?;
        parts.check_place(context)?;
        parts.check_value()?;
        parts.check_question(context)?;
        let rewrite = writing::rewrite(&parts, text, context).ok_or_else(Refusal::of_layout)?;
        let before = node.text().to_string().lines().count();
        let after = rewrite.written().lines().count();
        if after > 1 && after >= before {
            return Err(Refusal::because(
                Hazard::Text,
                "The new form would take as many lines.",
            ));
        }
        let shape = Self {
            whole: node.text_range(),
            keyword: parts.keyword,
            method: parts.method,
        };
        Ok((shape, rewrite))
    }
}

impl Parts {
    fn of(node: &SyntaxNode) -> Option<Self> {
        let (keyword, value, [(some, asked), (rest, otherwise)]) = match node.kind() {
            SyntaxKind::MATCH_EXPR => of_match(&ast::MatchExpr::cast(node.clone())?)?,
            SyntaxKind::IF_EXPR => of_if(&ast::IfExpr::cast(node.clone())?)?,
            _ => return None,
        };
        let ast::Pat::TupleStructPat(some) = some? else {
            return None;
        };
        let holds = some.path()?.syntax().text().to_string();
        let mut fields = some.fields();
        let (Some(pattern), None) = (fields.next(), fields.next()) else {
            return None;
        };
        let rest = rest.map(|rest| rest.syntax().text().to_string());
        let is_rest = matches!(
            (&*holds, rest.as_deref()),
            (_, None | Some("_")) | ("Some", Some("None")) | ("Ok", Some("Err(_)"))
        );
        let otherwise = otherwise.syntax().text().to_string();
        let method = match (&*holds, &*otherwise) {
            ("Some", "false") => "is_some_and",
            ("Some", "true") => "is_none_or",
            ("Ok", "false") => "is_ok_and",
            _ => return None,
        };
        let (value, is_lent) = match value {
            ast::Expr::RefExpr(it) if it.mut_token().is_none() => (it.expr()?, true),
            value => (value, false),
        };
        is_rest.then(|| Self {
            node: node.clone(),
            keyword,
            value,
            is_lent,
            pattern,
            asked,
            method,
        })
    }

    /// The name of what the value holds.
    fn held(&self) -> Option<String> {
        let variable = match &self.pattern {
            ast::Pat::IdentPat(it) => it.clone(),
            ast::Pat::RefPat(it) if it.mut_token().is_none() => match it.pat()? {
                ast::Pat::IdentPat(it) => it,
                _ => return None,
            },
            _ => return None,
        };
        let is_plain = variable.mut_token().is_none()
            && variable.ref_token().is_none()
            && variable.pat().is_none();
        let name = variable.name()?.text().to_string();
        let begins_small = name.starts_with(|first: char| first.is_lowercase() || first == '_');
        (is_plain && begins_small).then_some(name)
    }

    fn check_place(&self, context: FileContext) -> Result<(), Refusal> {
        let version = if self.method == "is_none_or" { 82 } else { 70 };
        // A package of an older edition that promises nothing is seldom built with a new compiler alone.
        let is_old = context.edition < Edition::Edition2021 && context.rust_version.is_none();
        if is_old || !context.supports(RustVersion(version)) {
            return Err(Refusal::because(
                Hazard::Edition,
                "The compiler that is promised does not know the method.",
            ));
        }
        if !flow::is_run(&self.node) {
            return Err(Refusal::because(
                Hazard::Constants,
                "A `const` or `async` block is around, or a `const fn`, in which no closure may be called.",
            ));
        }
        let declared = FileNames::around_node(&self.node);
        let is_other = |name: &str| {
            declared.imports(name)
                || declared.has_variant(name)
                || declared.is_value(name)
                || !declared.types(name).is_empty()
                || !declared.functions(name).is_empty()
        };
        let is_own = ["Some", "None", "Ok", "Err"].into_iter().any(is_other);
        if is_own || declared.has_method(self.method) || declared.has_method("as_ref") {
            return Err(Refusal::because(
                Hazard::Scope,
                "The file has a `Some`, `None`, `Ok` or `Err` or a method of its own.",
            ));
        }
        if has_condition_inside(&self.node) || layout::has_comment(&self.node) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment or a condition stands where the new form has no place for it.",
            ));
        }
        Ok(())
    }

    /// The value is an `Option` or a `Result` itself, or a place of which a reference is asked; it leaves nothing behind.
    fn check_value(&self) -> Result<(), Refusal> {
        if !flow::escapes(self.value.syntax()).is_empty() || !temporaries::makes_none(&self.value) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "What the value borrows from would be dropped at another time.",
            ));
        }
        if self.method == "is_ok_and" && FileNames::around_node(&self.node).has_drop() {
            return Err(Refusal::because(
                Hazard::Drops,
                "The error would be dropped earlier, which somebody might see.",
            ));
        }
        let is_shown = if self.is_lent {
            temporaries::is_place(&self.value) && is_chainable(&self.value)
        } else {
            match &self.value {
                ast::Expr::MethodCallExpr(_) => types_shown::owned(&self.value).is_some(),
                ast::Expr::CallExpr(call) => {
                    matches!(call.expr(), Some(ast::Expr::PathExpr(_)))
                        && types_shown::owned(&self.value).is_some()
                }
                ast::Expr::PathExpr(_) => is_copied(&self.value),
                _ => false,
            }
        };
        if is_shown {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Types,
            "It is not shown that the value is an `Option` or a `Result` itself, which is not used again.",
        ))
    }

    fn check_question(&self, context: FileContext) -> Result<(), Refusal> {
        let held = self.held().ok_or(Refusal::NotHere)?;
        if !flow::escapes(self.asked.syntax()).is_empty() {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "The question may leave the function, which a closure can't do.",
            ));
        }
        let question = Question {
            held: &held,
            declared: &FileNames::around_node(&self.node),
        };
        if !question.is_asked(&self.asked) {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The question may do more than look at what it asks of.",
            ));
        }
        // A closure of these editions borrows whole variables, not the fields that it uses.
        let root = scopes::root_of(&self.value).and_then(|root| scopes::as_name(&root.into()));
        let names_root = self
            .asked
            .syntax()
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token)
            .any(|token| root.as_deref() == Some(token.text()));
        let is_mutable = !self.is_lent && !matches!(self.value, ast::Expr::PathExpr(_));
        if context.edition < Edition::Edition2021 && names_root && is_mutable {
            return Err(Refusal::because(
                Hazard::Borrows,
                "A closure would borrow the whole variable that the value may borrow from.",
            ));
        }
        self.check_form(&held)
    }

    /// What has a shorter form of its own.
    fn check_form(&self, held: &str) -> Result<(), Refusal> {
        let is_held = |expr: Option<ast::Expr>| {
            expr.and_then(|expr| scopes::as_name(&expr)).as_deref() == Some(held)
        };
        let is_other = match &self.asked {
            ast::Expr::CallExpr(call) => {
                let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
                let arguments: Vec<_> = arguments.collect();
                arguments.len() <= 1
            }
            ast::Expr::BinExpr(it) => {
                let equal = ast::BinaryOp::CmpOp(ast::CmpOp::Eq { negated: false });
                it.op_kind() == Some(equal) && (is_held(it.lhs()) || is_held(it.rhs()))
            }
            ast::Expr::PathExpr(_) | ast::Expr::PrefixExpr(_) | ast::Expr::Literal(_) => {
                is_place_of(&self.asked, held)
            }
            _ => false,
        };
        let mut tokens = self
            .asked
            .syntax()
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token);
        let is_used = tokens.any(|token| token.text() == held);
        if is_other || !is_used {
            return Err(Refusal::because(
                Hazard::Text,
                "The question has a shorter form of its own, which asks for the type.",
            ));
        }
        Ok(())
    }
}

/// Whether all that is asked is what is held, or its opposite.
fn is_place_of(asked: &ast::Expr, held: &str) -> bool {
    match asked {
        ast::Expr::PrefixExpr(it) => it.expr().is_some_and(|it| is_place_of(&it, held)),
        ast::Expr::ParenExpr(it) => it.expr().is_some_and(|it| is_place_of(&it, held)),
        other => scopes::as_name(other).as_deref() == Some(held),
    }
}

/// What may be asked in a closure as it was asked without one: it captures by reference alone, and changes nothing but what
/// is held.
struct Question<'a> {
    held: &'a str,
    declared: &'a FileNames,
}

impl Question<'_> {
    fn is_asked(&self, expr: &ast::Expr) -> bool {
        let of = |part: Option<ast::Expr>| part.is_some_and(|part| self.is_asked(&part));
        match expr {
            ast::Expr::Literal(_) => true,
            ast::Expr::ParenExpr(it) => of(it.expr()),
            ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) | ast::Expr::IndexExpr(_) => {
                temporaries::is_place(expr)
            }
            ast::Expr::RefExpr(it) => it.mut_token().is_none() && of(it.expr()),
            ast::Expr::PrefixExpr(it) => of(it.expr()),
            ast::Expr::BinExpr(it) => match it.op_kind() {
                Some(ast::BinaryOp::LogicOp(_) | ast::BinaryOp::CmpOp(_)) => {
                    of(it.lhs()) && of(it.rhs())
                }
                Some(ast::BinaryOp::ArithOp(_)) => {
                    types_shown::integer(expr).is_some() && of(it.lhs()) && of(it.rhs())
                }
                _ => false,
            },
            ast::Expr::MethodCallExpr(call) => self.is_method(call),
            ast::Expr::CallExpr(call) => {
                let callee = call.expr();
                let is_function = matches!(
                    &callee,
                    Some(ast::Expr::PathExpr(path)) if types_shown::bindings_of(path).is_empty()
                );
                is_function && self.takes_all(call)
            }
            ast::Expr::MacroExpr(it) => self.is_macro(it),
            _ => false,
        }
    }

    fn is_method(&self, call: &ast::MethodCallExpr) -> bool {
        let Some(receiver) = call.receiver() else {
            return false;
        };
        let root = scopes::root_of(&receiver).and_then(|root| scopes::as_name(&root.into()));
        let is_its = root.as_deref() == Some(self.held) || is_known(call, Fact::Looks);
        is_its && self.is_asked(&receiver) && self.takes_all(call)
    }

    /// Arguments that are handed over whole would move into the closure.
    fn takes_all(&self, call: &impl HasArgList) -> bool {
        let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
        arguments.into_iter().all(|argument| match &argument {
            ast::Expr::PathExpr(path) => {
                let name = scopes::as_name(&argument);
                let is_constant =
                    types_shown::bindings_of(path).is_empty() && name.as_deref() != Some("self");
                name.as_deref() == Some(self.held) || is_constant || has_copied_type(path)
            }
            ast::Expr::FieldExpr(_) | ast::Expr::IndexExpr(_) => {
                let root =
                    scopes::root_of(&argument).and_then(|root| scopes::as_name(&root.into()));
                root.as_deref() == Some(self.held)
            }
            ast::Expr::ClosureExpr(_) => false,
            _ => self.is_asked(&argument),
        })
    }

    fn is_macro(&self, call: &ast::MacroExpr) -> bool {
        let Some(call) = call.macro_call() else {
            return false;
        };
        let name = call.path().map(|path| path.syntax().text().to_string());
        let is_known = name.as_deref() == Some("matches") && !self.declared.has_macro("matches");
        let input = call.token_tree().map(|tree| tree.syntax().to_string());
        // The value that is matched is what is held, or a part of it.
        let is_its = |input: String| {
            let value = input.trim_start_matches(['(', '[', '{']);
            let value = value.split(',').next().unwrap_or_default();
            let plain = value.trim_start_matches(['*', '&']);
            let is_place = plain
                .chars()
                .all(|c| c.is_alphanumeric() || "_.".contains(c));
            let is_guarded = input.contains(" if ");
            plain.split('.').next() == Some(self.held) && is_place && !is_guarded
        };
        is_known && input.is_some_and(is_its)
    }
}

type Arms = (TextRange, ast::Expr, [(Option<ast::Pat>, ast::Expr); 2]);

fn of_match(choice: &ast::MatchExpr) -> Option<Arms> {
    let [first, second] = patterns::two_plain_arms(choice)?;
    let of = |arm: &ast::MatchArm| Some((arm.pat(), without_block(&arm.expr()?)?));
    let (first, second) = (of(&first)?, of(&second)?);
    let is_first = matches!(first.0, Some(ast::Pat::TupleStructPat(_)))
        && first.0.as_ref()?.syntax().text() != "Err(_)";
    // `_` would take everything if it came first.
    if matches!(first.0, Some(ast::Pat::WildcardPat(_))) {
        return None;
    }
    let arms = if is_first {
        [first, second]
    } else {
        [second, first]
    };
    Some((choice.match_token()?.text_range(), choice.expr()?, arms))
}

fn of_if(choice: &ast::IfExpr) -> Option<Arms> {
    let ast::Expr::LetExpr(condition) = choice.condition()? else {
        return None;
    };
    let ast::ElseBranch::Block(other) = choice.else_branch()? else {
        return None;
    };
    if choice.attrs().next().is_some() {
        return None;
    }
    let then = without_block(&choice.then_branch()?.into())?;
    let other = without_block(&other.into())?;
    let keyword = choice.if_token()?.text_range();
    Some((
        keyword,
        condition.expr()?,
        [(Some(condition.pat()?), then), (None, other)],
    ))
}

/// The only expression of a block, or what is none.
fn without_block(expr: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::BlockExpr(block) = expr else {
        return (!flow::is_block_like(expr)).then(|| expr.clone());
    };
    let list = block.stmt_list()?;
    let is_plain = block.modifier().is_none()
        && block.label().is_none()
        && list.statements().next().is_none()
        && list.attrs().next().is_none();
    let tail = list.tail_expr().filter(|tail| !flow::is_block_like(tail))?;
    is_plain.then_some(tail)
}

/// Whether a method may be called on a place as it is written.
fn is_chainable(place: &ast::Expr) -> bool {
    matches!(
        place,
        ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) | ast::Expr::IndexExpr(_)
    )
}

/// Whether a type as it is written is a shared reference or a number.
fn is_copied_type(ty: &str) -> bool {
    const NUMBERS: [&str; 16] = [
        "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16",
        "u32", "u64", "u8", "usize",
    ];
    NUMBERS.contains(&ty) || (ty.starts_with('&') && !ty.contains("mut "))
}

/// Whether every variable of a name is a parameter of such a type.
fn has_copied_type(path: &ast::PathExpr) -> bool {
    let bindings = types_shown::bindings_of(path);
    let is_copied = |binding: &ast::IdentPat| {
        let parameter = binding.syntax().parent().and_then(ast::Param::cast);
        let ty = parameter.and_then(|it| it.ty());
        ty.is_some_and(|ty| is_copied_type(&ty.syntax().text().to_string()))
    };
    !bindings.is_empty() && bindings.iter().all(is_copied)
}

/// Whether a variable is a parameter whose type is an `Option` of a shared reference or a number.
fn is_copied(value: &ast::Expr) -> bool {
    let written = types_shown::owned(value).and_then(|it| it.written);
    written.is_some_and(|ty| {
        let held = arguments_of(&ty).first().copied().unwrap_or_default();
        types_shown::head_of(&ty) == "Option" && is_copied_type(held)
    })
}
