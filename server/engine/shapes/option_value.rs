//! A choice whose value a method of `bool`, `Option` or `Result` returns: `then`, `ok_or`, `unwrap_or_else`, `and_then`, `map`
//! and `map_err`.

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, HasGenericArgs},
};

use super::{Outline, option_arms, option_call::Position};
use crate::{
    syntax::{
        Constant, FileContext, FileNames, Hazard, Refusal, Rewrite,
        closures::{self, Body},
        conversions::{self, may_become_another},
        flow, inference_order,
        known::{Fact, is_known, is_question},
        purity, scopes, temporaries,
        types_shown::{self, Ground, TypesBy, head_of},
    },
    text::TextRange,
};

mod parts;
mod writing;

use parts::{Form, Parts};

/// A choice that a method can replace.
#[derive(Debug, Clone)]
pub struct OptionValue {
    /// The `match` or the `if`.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// The equivalent method.
    pub method: &'static str,
    /// How certain it is that the method can be called.
    pub ground: Ground,
    /// Whether the result is easier to read. A condition that needs parentheses or has side effects reads better in an `if`.
    pub is_worthwhile: bool,
}

impl OptionValue {
    /// Returns the shape at a `match` or an `if` and its replacement.
    pub fn of<'a>(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        Self::with(node, text, context, TypesBy::Syntax)
    }

    /// Like `of`, where `types` decides who checks the types.
    pub fn with<'a>(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
        types: TypesBy,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(node).ok_or(Refusal::NotHere)?;
        let position = Position::of(node, text).ok_or(Refusal::NotHere)?;
        let judge = Judge {
            parts: &parts,
            position,
            context,
            declared: &FileNames::around_node(node),
            types,
        };
        judge.check_place()?;
        let ground = match types {
            TypesBy::Syntax => judge.check_receiver()?,
            TypesBy::Rustc => judge.check_compiled_receiver()?,
        };
        let is_lazy = judge.is_lazy()?;
        judge.check_value(is_lazy)?;
        if types == TypesBy::Syntax {
            judge.check_type(is_lazy)?;
        }
        let method = parts.form.method(is_lazy);
        let written = writing::Written { method, is_lazy };
        let rewrite =
            writing::rewrite(&parts, written, text, context).ok_or_else(Refusal::of_layout)?;
        let saved = rewrite.saved_lines();
        let is_small =
            parts.form != Form::Then && is_on_one_line(node) && is_shorter(&rewrite, node);
        if saved < 2 && !is_small {
            return Err(Refusal::because(
                Hazard::Text,
                "The new code would not be much shorter.",
            ));
        }
        let shape = Self {
            whole: node.text_range(),
            keyword: parts.keyword,
            method,
            ground,
            is_worthwhile: (saved > 2 || is_small) && !parts.is_enclosed() && !changes(&parts),
        };
        Ok((shape, rewrite))
    }

    /// The parts of such a choice.
    pub fn outline(node: &SyntaxNode) -> Option<Outline> {
        let parts = Parts::of(node)?;
        let is_lazy = !parts.form.may_be_eager() || !purity::is_silent(&parts.value);
        let is_lazy = is_lazy && parts.form != Form::UnwrapOrDefault;
        Some(Outline {
            keyword: parts.keyword,
            method: parts.form.method(is_lazy),
            otherwise: parts.value.syntax().text_range(),
            value: parts.value,
        })
    }
}

struct Judge<'a> {
    parts: &'a Parts,
    position: Position,
    context: FileContext,
    declared: &'a FileNames,
    types: TypesBy,
}

impl Judge<'_> {
    fn check_place(&self) -> Result<(), Refusal> {
        let methods = [false, true].map(|is_lazy| self.parts.form.method(is_lazy));
        let version = self.parts.form.version();
        option_arms::check_place(&self.parts.node, self.context, version, &methods)?;
        let parts = [&self.parts.receiver, &self.parts.value];
        let leaves = |part: &&ast::Expr| {
            !flow::escapes(part.syntax()).is_empty() || flow::expr_diverges(part)
        };
        if parts.iter().any(leaves) {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "Part of the code may exit the function, which a closure can't.",
            ));
        }
        Ok(())
    }

    /// Checks that the receiver leaves no temporaries.
    fn check_temporaries(&self) -> Result<(), Refusal> {
        let receiver = &self.parts.receiver;
        if option_arms::is_match(&self.parts.node) || temporaries::makes_none(receiver) {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Temporaries,
            "Temporaries of the condition would be dropped at a different time.",
        ))
    }

    /// Checks the receiver if rustc checks that the method can be called: it is the whole scrutinee.
    fn check_compiled_receiver(&self) -> Result<Ground, Refusal> {
        self.check_temporaries()?;
        match &self.parts.receiver {
            ast::Expr::AwaitExpr(_)
            | ast::Expr::CallExpr(_)
            | ast::Expr::MacroExpr(_)
            | ast::Expr::MethodCallExpr(_) => Ok(Ground::Likely),
            // An error that stays in a variable would be dropped earlier.
            ast::Expr::FieldExpr(_) | ast::Expr::PathExpr(_)
                if !self.parts.is_of_result || self.parts.form == Form::MapErr =>
            {
                Ok(Ground::Likely)
            }
            _ => Err(Refusal::because(
                Hazard::Drops,
                "Only part of the value may be moved now, but a method would move all of it.",
            )),
        }
    }

    /// Checks that the receiver has the right type, and leaves no temporaries.
    fn check_receiver(&self) -> Result<Ground, Refusal> {
        let receiver = &self.parts.receiver;
        self.check_temporaries()?;
        let unknown = || {
            Refusal::because(
                Hazard::Types,
                "It can't be shown that the value has the type whose method is called.",
            )
        };
        if self.parts.form == Form::Then {
            return inference_order::known_before(receiver).ok_or_else(unknown);
        }
        // The error type of a `Result` has to be known, while an `Option` has none.
        let is_settled = |it: &types_shown::Owned| !it.is_open || !self.parts.is_of_result;
        let owned = types_shown::owned(receiver).filter(is_settled);
        let Some(owned) = owned else {
            let is_likely = option_arms::is_likely_value(receiver, self.parts.is_of_result);
            return is_likely.then_some(Ground::Likely).ok_or_else(unknown);
        };
        let is_call = matches!(
            receiver,
            ast::Expr::MethodCallExpr(_) | ast::Expr::CallExpr(_)
        );
        let is_option = !self.parts.is_of_result
            && owned
                .written
                .as_deref()
                .is_some_and(|ty| head_of(ty) == "Option");
        let is_wanted = matches!(receiver, ast::Expr::MethodCallExpr(call)
            if is_known(call, Fact::Wanted) && call.generic_arg_list().is_none());
        if (is_call && !is_wanted) || is_option {
            Ok(Ground::Shown)
        } else {
            Err(unknown())
        }
    }

    /// Whether the value has to be computed in a closure, only when needed.
    fn is_lazy(&self) -> Result<bool, Refusal> {
        let value = &self.parts.value;
        if self.parts.form == Form::UnwrapOrDefault {
            return Ok(false);
        }
        if is_opaque(value) {
            return Err(Refusal::because(
                Hazard::Text,
                "Whether the value needs a closure depends on types.",
            ));
        }
        if !self.parts.form.may_be_eager() {
            let is_needed = self.parts.form != Form::UnwrapOrElse
                || self.parts.held.is_some()
                || is_worth_a_closure(value);
            return if is_needed {
                Ok(true)
            } else {
                Err(Refusal::NotHere)
            };
        }
        if purity::is_silent(value) {
            let makes = match value {
                ast::Expr::Literal(_) => false,
                ast::Expr::PathExpr(path) => types_shown::bindings_of(path).is_empty(),
                _ => true,
            };
            if makes && self.declared.has_drop() {
                return Err(Refusal::because(
                    Hazard::Drops,
                    "An eagerly evaluated value might be dropped unused, which would be observable.",
                ));
            }
            if may_deref(value, self.declared) {
                return Err(Refusal::because(
                    Hazard::Evaluation,
                    "Reading a field may have side effects.",
                ));
            }
            return Ok(false);
        }
        if is_worth_a_closure(value) {
            Ok(true)
        } else {
            Err(Refusal::because(
                Hazard::Text,
                "Whether the value needs a closure depends on types.",
            ))
        }
    }

    fn check_value(&self, is_lazy: bool) -> Result<(), Refusal> {
        let parts = self.parts;
        let held = parts.held.as_deref();
        let body = Body {
            held,
            declared: self.declared,
            types: self.types,
        };
        if parts.form == Form::UnwrapOrDefault {
            return Ok(());
        }
        if let Some(default) = &parts.default {
            let is_free = body.gives(default) && !may_deref(default, self.declared);
            let is_made = !matches!(default, ast::Expr::Literal(_)) && self.declared.has_drop();
            if !is_free || is_made {
                return Err(Refusal::because(
                    Hazard::Drops,
                    "The default value would be moved, or dropped unused.",
                ));
            }
        }
        // Testing a `bool` borrows nothing.
        let may_move = parts.form == Form::Then || !is_lazy;
        let moves = may_move && (self.moves_at_end(is_lazy) || (!is_lazy && self.is_set_anew()));
        if !moves && !body.gives(&parts.value) {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The value may do more than read variables.",
            ));
        }
        if self.types == TypesBy::Rustc {
            return Ok(());
        }
        if is_lazy && closures::borrows_more(&parts.value, held, self.context.edition) {
            return Err(Refusal::because(
                Hazard::Borrows,
                "A closure would borrow the whole variable instead of the field it uses.",
            ));
        }
        let edition = self.context.edition;
        let is_copied =
            !is_lazy && is_copied_variable(&parts.value) && !lends_to_change(&parts.receiver);
        if parts.form != Form::Then
            && !is_copied
            && closures::conflict(&parts.receiver, &parts.value, edition)
        {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The value uses a variable that would still be borrowed.",
            ));
        }
        Ok(())
    }

    /// Whether the variable that moves into the method is also assigned its result.
    fn is_set_anew(&self) -> bool {
        let set = self.parts.node.parent().and_then(ast::BinExpr::cast);
        let target = set.and_then(|set| scopes::as_name(&set.lhs()?));
        target.is_some() && target == scopes::as_name(&self.parts.value)
    }

    /// Whether the moved value is dropped right away in any case, since a block ends after the choice: that of the function, or
    /// that of the only variable.
    fn moves_at_end(&self, is_lazy: bool) -> bool {
        let value = &self.parts.value;
        let has_effects = value.syntax().descendants().any(|node| match node.kind() {
            SyntaxKind::MACRO_EXPR
            | SyntaxKind::CLOSURE_EXPR
            | SyntaxKind::BLOCK_EXPR
            | SyntaxKind::PREFIX_EXPR => true,
            SyntaxKind::REF_EXPR => {
                ast::RefExpr::cast(node).is_some_and(|it| it.mut_token().is_some())
            }
            SyntaxKind::BIN_EXPR => ast::BinExpr::cast(node)
                .is_some_and(|it| matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { .. }))),
            SyntaxKind::INDEX_EXPR => !is_lazy,
            _ => false,
        });
        // Closures of older editions capture whole variables where the value only uses parts of them.
        let is_old = is_lazy && self.context.edition < Edition::Edition2021;
        if self.position != Position::Tail || has_effects || is_old || self.declared.has_drop() {
            return false;
        }
        let list = self.parts.node.parent();
        let block = list.as_ref().and_then(SyntaxNode::parent);
        let block = block.and_then(ast::BlockExpr::cast);
        block.is_some_and(|block| flow::gives_result(&block))
            || list.is_some_and(|list| declares(&list, value))
    }

    /// Checks that the value isn't coerced, as the result of a closure wouldn't be.
    fn check_type(&self, is_lazy: bool) -> Result<(), Refusal> {
        let unknown = || {
            Err(Refusal::because(
                Hazard::Types,
                "The value might be coerced where it is used.",
            ))
        };
        let value = &self.parts.value;
        let form = self.parts.form;
        if is_lazy && (may_be_converted(value) || conversions::is_never(value)) {
            return unknown();
        }
        let wanted = self.wanted();
        let is_shown = match (form, wanted) {
            (Form::UnwrapOr | Form::MapOr, wanted) => self.keeps_default(&wanted),
            // It may be a reference, with `""` as its default.
            (Form::UnwrapOrDefault, wanted) => match wanted {
                Wanted::Type(ty) => !conversions::is_target(&ty, self.declared),
                Wanted::Anything => true,
                Wanted::Unknown => value.syntax().text() != "Default::default()",
            },
            // The contained value has the receiver's type.
            (Form::UnwrapOrElse, wanted) => {
                let is_plain = match wanted {
                    Wanted::Type(ty) => !conversions::is_target(&ty, self.declared),
                    Wanted::Anything | Wanted::Unknown => true,
                };
                is_plain && makes_own(value, self.declared) && !may_become_another(value)
            }
            (_, Wanted::Anything)
            | (
                Form::AndThen {
                    is_of_result: false,
                },
                _,
            )
            | (Form::AndThen { is_of_result: true }, Wanted::Unknown) => true,
            (Form::Then, _) if !is_lazy => true,
            (_, Wanted::Type(ty)) => {
                let is_plain = ty.contains('<') && !conversions::holds_target(&ty, self.declared);
                is_plain || (form == Form::Then && is_view(value))
            }
            (Form::Then, Wanted::Unknown) => !may_become_another(value),
            (Form::OkOr | Form::Ok | Form::Map { .. } | Form::MapErr, Wanted::Unknown) => false,
        };
        if is_shown { Ok(()) } else { unknown() }
    }

    /// Even without a written type, one branch may be coerced to the type of the other.
    fn keeps_default(&self, wanted: &Wanted) -> bool {
        let default = self.parts.default.as_ref().unwrap_or(&self.parts.value);
        conversions::stays_as_it_is(default)
            || matches!(wanted, Wanted::Type(ty) if !conversions::is_target(ty, self.declared))
            || (is_text(default) && gives_text(&self.parts.receiver))
    }

    /// The written type at the location of the choice.
    fn wanted(&self) -> Wanted {
        let node = &self.parts.node;
        match self.position {
            Position::Let => {
                let ty = node.parent().and_then(ast::LetStmt::cast);
                match ty.and_then(|it| it.ty()) {
                    Some(ty) => Wanted::Type(ty.syntax().text().to_string()),
                    None => Wanted::Anything,
                }
            }
            Position::Other => Wanted::Unknown,
            Position::Tail => {
                let block = node.ancestors().find_map(ast::StmtList::cast);
                let block = block.and_then(|list| list.syntax().parent());
                let block = block.and_then(ast::BlockExpr::cast);
                let scope = node.ancestors().skip(1).find(flow::is_own_scope);
                let function = scope.and_then(ast::Fn::cast);
                let ty = function.and_then(|it| it.ret_type()?.ty());
                match (block, ty) {
                    (Some(block), Some(ty)) if flow::gives_result(&block) => {
                        Wanted::Type(ty.syntax().text().to_string())
                    }
                    _ => Wanted::Unknown,
                }
            }
        }
    }
}

fn is_copied_variable(value: &ast::Expr) -> bool {
    matches!(value, ast::Expr::PathExpr(path) if closures::has_copied_type(path))
}

fn lends_to_change(code: &ast::Expr) -> bool {
    let mut inside = code.syntax().descendants_with_tokens();
    inside.any(|it| it.kind() == SyntaxKind::MUT_KW)
}

fn is_on_one_line(node: &SyntaxNode) -> bool {
    !node.text().contains_char('\n')
}

/// Whether the new form is enough shorter to be worth a change, in characters.
fn is_shorter(rewrite: &Rewrite<'_>, node: &SyntaxNode) -> bool {
    const LEAST: usize = 8;
    rewrite.written().len() + LEAST <= usize::from(node.text_range().len())
}

fn is_text(value: &ast::Expr) -> bool {
    matches!(value, ast::Expr::Literal(it) if it.token().kind() == SyntaxKind::STRING)
        || types_shown::is_text(value)
}

/// Whether a call returns a `&str` judging by its name, and not a reference to a `String`.
fn gives_text(receiver: &ast::Expr) -> bool {
    const METHODS: [&str; 6] = [
        "as_deref",
        "as_str",
        "strip_prefix",
        "strip_suffix",
        "to_str",
        "value_of",
    ];
    let ast::Expr::MethodCallExpr(call) = receiver else {
        return false;
    };
    let name = call.name_ref();
    name.is_some_and(|name| METHODS.contains(&name.text()))
}

/// Whether a value is a variable that these statements declare.
fn declares(list: &SyntaxNode, value: &ast::Expr) -> bool {
    let ast::Expr::PathExpr(path) = value else {
        return false;
    };
    let bindings = types_shown::bindings_of(path);
    let is_here = |binding: &ast::IdentPat| {
        let statement = binding.syntax().parent().and_then(ast::LetStmt::cast);
        statement.and_then(|it| it.syntax().parent()).as_ref() == Some(list)
    };
    !bindings.is_empty() && bindings.iter().all(is_here)
}

enum Wanted {
    /// Any type is fine.
    Anything,
    Type(String),
    Unknown,
}

/// The names of variables in some code, including `self`.
fn variables_in(code: &SyntaxNode) -> Vec<String> {
    let tokens = code
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let tokens = tokens.filter(|token| {
        token.kind() == SyntaxKind::SELF_KW
            || (token.kind() == SyntaxKind::IDENT
                && token.parent().and_then(|it| it.parent()).is_none_or(|it| {
                    it.kind() == SyntaxKind::PATH_SEGMENT || it.kind() == SyntaxKind::TOKEN_TREE
                }))
            || token
                .parent()
                .is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE)
    });
    tokens.map(|token| token.text().to_owned()).collect()
}

/// Whether a value is a borrowed view whose type is known from the method's name.
fn is_view(value: &ast::Expr) -> bool {
    matches!(value, ast::Expr::MethodCallExpr(call)
        if is_known(call, Fact::Views) && !is_known(call, Fact::HandsOut))
}

/// Whether a value reads a field through a `Deref` that may have side effects, as with lazily initialized values.
fn may_deref(value: &ast::Expr, declared: &FileNames) -> bool {
    let is_read =
        |node: &SyntaxNode| matches!(node.kind(), SyntaxKind::FIELD_EXPR | SyntaxKind::REF_EXPR);
    let is_static = |node: &SyntaxNode| {
        let path = ast::Expr::cast(node.clone()).and_then(|it| scopes::root_of(&it));
        let Some(path) = path else {
            return false;
        };
        let name = scopes::as_name(&path.clone().into()).unwrap_or_default();
        let constants = declared.constants(&name);
        let is_const = constants
            .iter()
            .all(|it| !matches!(it, Constant::Static(_)));
        let is_constant = !constants.is_empty() && is_const;
        types_shown::bindings_of(&path).is_empty() && name != "self" && !is_constant
    };
    let mut reads = value.syntax().descendants().filter(is_read).peekable();
    if reads.peek().is_none() {
        return false;
    }
    let root = value.syntax().ancestors().last();
    let has_lazy = root.is_some_and(|root| root.text().to_string().contains("Lazy"));
    declared.implements("Deref") || has_lazy || reads.any(|node| is_static(&node))
}

/// Whether a value may be coerced to another type.
fn may_be_converted(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::RefExpr(_)
        | ast::Expr::ClosureExpr(_)
        | ast::Expr::ArrayExpr(_)
        | ast::Expr::PathExpr(_)
        | ast::Expr::Literal(_) => true,
        ast::Expr::TupleExpr(it) => it
            .fields()
            .any(|field| matches!(field, ast::Expr::RefExpr(_)) || may_be_boxed(&field)),
        other => may_be_boxed(other),
    }
}

/// Whether a value may be coerced like `Box::new(a)`, which may become a `Box<dyn A>`.
pub(super) fn may_be_boxed(value: &ast::Expr) -> bool {
    let ast::Expr::CallExpr(call) = value else {
        return matches!(value, ast::Expr::MethodCallExpr(call) if is_known(call, Fact::Wanted));
    };
    let callee = call.expr().map(|callee| callee.syntax().text().to_string());
    let callee = callee.unwrap_or_default();
    let owner = callee.rsplit_once("::").map_or("", |(owner, _)| owner);
    let owner = head_of(owner.rsplit("::").next().unwrap_or(owner));
    matches!(owner, "Arc" | "Box" | "Cell" | "Pin" | "Rc" | "RefCell")
}

/// Whether a value is an owned one of its own type.
fn makes_own(value: &ast::Expr, declared: &FileNames) -> bool {
    match value {
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref().map(|name| name.text().to_string());
            let name = name.unwrap_or_default();
            let is_empty = call
                .receiver()
                .is_some_and(|it| it.syntax().text() == "\"\"");
            matches!(&*name, "to_owned" | "to_string" | "to_vec")
                && !is_empty
                && !declared.has_method(&name)
        }
        ast::Expr::RecordExpr(_) => true,
        ast::Expr::MacroExpr(call) => {
            let path = call.macro_call().and_then(|it| it.path());
            path.is_some_and(|path| path.syntax().text() == "format")
        }
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|callee| callee.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            let Some((owner, name)) = callee.rsplit_once("::") else {
                return false;
            };
            let owner = owner.rsplit("::").next().unwrap_or(owner);
            let is_type = owner.starts_with(char::is_uppercase)
                && !matches!(head_of(owner), "CStr" | "OsStr" | "Path");
            let makes = name == "from"
                || name == "new"
                || name.starts_with("from_")
                || name.starts_with("with_");
            let has_arguments = call
                .arg_list()
                .is_some_and(|list| list.args().next().is_some());
            is_type && makes && has_arguments && !may_be_boxed(value)
        }
        _ => false,
    }
}

/// Whether a condition may change a value that it borrows mutably, or that the result uses.
fn changes(parts: &Parts) -> bool {
    let receiver = &parts.receiver;
    let asks = match receiver {
        ast::Expr::MethodCallExpr(call) => {
            call.name_ref().is_some_and(|name| is_question(name.text()))
        }
        ast::Expr::CallExpr(_) => false,
        _ => true,
    };
    let root = scopes::root_of(receiver).and_then(|root| scopes::as_name(&root.into()));
    let given = variables_in(parts.value.syntax());
    let gives_it = root.is_some_and(|root| root != "self" && given.contains(&root));
    lends_to_change(receiver) || (!asks && gives_it)
}

/// `F()`, for which Clippy suggests the function itself, a call of an uppercase name as in C bindings, and a cast to an
/// inferred type.
fn is_opaque(value: &ast::Expr) -> bool {
    let calls_none = matches!(value, ast::Expr::CallExpr(call) if call
        .arg_list()
        .is_none_or(|list| list.args().next().is_none()));
    let is_of_c = |node: SyntaxNode| {
        let callee = ast::CallExpr::cast(node).and_then(|call| call.expr());
        let callee = callee.map(|callee| callee.syntax().text().to_string());
        let callee = callee.unwrap_or_default();
        let name = callee.rsplit("::").next().unwrap_or_default();
        name.len() > 1 && !name.contains(char::is_lowercase)
    };
    let mut nodes = value.syntax().descendants();
    calls_none || nodes.any(|node| node.kind() == SyntaxKind::INFER_TYPE || is_of_c(node))
}

/// Whether a value calls a function that shouldn't be called needlessly.
pub(super) fn is_worth_a_closure(value: &ast::Expr) -> bool {
    value.syntax().descendants().any(|node| match node.kind() {
        SyntaxKind::MACRO_EXPR => true,
        SyntaxKind::CALL_EXPR => ast::CallExpr::cast(node).is_some_and(|call| {
            let callee = call.expr().map(|it| it.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            let name = callee.rsplit("::").next().unwrap_or_default();
            !name.starts_with(char::is_uppercase)
        }),
        SyntaxKind::METHOD_CALL_EXPR => ast::MethodCallExpr::cast(node).is_some_and(|call| {
            let name = call.name_ref().map(|it| it.text().to_string());
            let name = name.unwrap_or_default();
            !name.starts_with("as_") && !matches!(&*name, "is_empty" | "len")
        }),
        _ => false,
    })
}
