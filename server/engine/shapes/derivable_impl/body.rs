//! Compares the body of a block with the derived one.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList, HasName, LogicOp},
};

use super::{
    Fields, Own, OwnField, StdNames,
    defaults::{Defaults, LONGEST_TUPLE},
    differs, squeezed,
};
use crate::syntax::{Refusal, conditions, types_shown::Ground};

/// A block and its context.
pub(super) struct Said<'a> {
    pub(super) block: &'a ast::Impl,
    pub(super) own: &'a Own,
    pub(super) names: &'a StdNames,
    /// The traits that the type derives already.
    pub(super) derived: &'a [String],
    pub(super) has_parameters: bool,
}

/// The statements of a function, and its tail expression.
struct Body {
    statements: Vec<ast::Stmt>,
    tail: Option<ast::Expr>,
    /// The names of the parameters after `self`.
    parameters: Vec<String>,
}

/// Pointers that are `Clone` for any pointee.
const SHARED: [&str; 2] = ["Arc", "Rc"];

impl Said<'_> {
    /// How certain it is that deriving is equivalent, and the default variant.
    pub(super) fn is_derived(&self, name: &str) -> Result<(Ground, Option<ast::Variant>), Refusal> {
        if self.derives(name) {
            return Err(Refusal::NotHere);
        }
        let is_same = match name {
            "Copy" => self.is_empty(),
            "Default" => return self.is_default(),
            "Clone" => self.is_clone(),
            "Debug" => self.is_debug(),
            "Eq" => self.is_empty() && self.fields_are_plain(name),
            "Hash" => {
                // Clippy denies it otherwise.
                self.derives("PartialEq") && self.fields_are_plain(name) && self.is_hash()
            }
            _ => self.is_equal(),
        };
        if is_same {
            return Ok((Ground::Shown, None));
        }
        Err(differs())
    }

    fn derives(&self, name: &str) -> bool {
        self.derived.iter().any(|it| it == name)
    }

    fn is_empty(&self) -> bool {
        let list = self.block.assoc_item_list();
        list.is_some_and(|list| list.assoc_items().next().is_none())
    }

    /// The only function of the block.
    fn body(&self) -> Option<Body> {
        let mut items = self.block.assoc_item_list()?.assoc_items();
        let ast::AssocItem::Fn(function) = items.next()? else {
            return None;
        };
        if items.next().is_some() {
            return None;
        }
        let list = function.body()?.stmt_list()?;
        let parameters = function.param_list()?.params().map(|parameter| {
            let ast::Pat::IdentPat(name) = parameter.pat()? else {
                return None;
            };
            Some(name.name()?.text().to_string())
        });
        Some(Body {
            statements: list.statements().collect(),
            tail: list.tail_expr(),
            parameters: parameters.collect::<Option<_>>()?,
        })
    }

    fn is_default(&self) -> Result<(Ground, Option<ast::Variant>), Refusal> {
        let value = self.body().and_then(Body::only_value).ok_or_else(differs)?;
        if let Fields::Variants(variants) = &self.own.fields {
            let variant = self.variant_of(variants, &value).ok_or_else(differs)?;
            if self.has_parameters {
                return Err(differs());
            }
            return Ok((Ground::Shown, Some(variant)));
        }
        let given = self.constructed(&value).ok_or_else(differs)?;
        let defaults = Defaults {
            names: self.names,
            root: self.block.syntax().tree_top(),
        };
        let grounds = given
            .iter()
            .map(|(field, value)| defaults.ground(value, Some(&field.ty)));
        let ground = grounds.collect::<Option<Vec<_>>>().ok_or_else(differs)?;
        Ok((ground.into_iter().max().unwrap_or_default(), None))
    }

    fn variant_of(&self, variants: &[ast::Variant], value: &ast::Expr) -> Option<ast::Variant> {
        let path = squeezed(value.syntax());
        let (of, name) = path.split_once("::")?;
        let is_own = of == "Self" || of == self.own.name;
        let named = |it: &&ast::Variant| it.name().is_some_and(|it| it.text() == name);
        let found = variants.iter().find(named).filter(|_| is_own)?;
        found.field_list().is_none().then(|| found.clone())
    }

    /// The value of each field in a struct literal of the type.
    fn constructed(&self, value: &ast::Expr) -> Option<Vec<(&OwnField, ast::Expr)>> {
        let Fields::Of(fields) = &self.own.fields else {
            return None;
        };
        let is_own = |path: &str| path == "Self" || path == self.own.name;
        let (path, given): (_, Vec<(String, ast::Expr)>) = match value {
            ast::Expr::PathExpr(it) => (squeezed(it.syntax()), Vec::new()),
            ast::Expr::RecordExpr(it) => {
                let list = it.record_expr_field_list()?;
                if list.spread().is_some() || list.dotdot_token().is_some() {
                    return None;
                }
                let given = list
                    .fields()
                    .map(|it| Some((it.field_name()?.text().to_string(), it.expr()?)));
                (squeezed(it.path()?.syntax()), given.collect::<Option<_>>()?)
            }
            ast::Expr::CallExpr(it) => {
                let given = it.arg_list()?.args().enumerate();
                let given = given.map(|(place, value)| (place.to_string(), value));
                (squeezed(it.expr()?.syntax()), given.collect())
            }
            _ => return None,
        };
        if !is_own(&path) || given.len() != fields.len() {
            return None;
        }
        // The code wouldn't compile if a field were named twice.
        let pairs = given.into_iter().map(|(name, value)| {
            let field = fields.iter().find(|it| it.name == name)?;
            Some((field, value))
        });
        pairs.collect()
    }

    fn is_clone(&self) -> bool {
        let Some(value) = self.body().and_then(Body::only_value) else {
            return false;
        };
        if squeezed(value.syntax()) == "*self" {
            return self.derives("Copy") && !self.has_parameters;
        }
        let Some(given) = self.constructed(&value) else {
            return false;
        };
        let mut all = given.iter();
        // The call could refer to another function of that name.
        let is_of_std = self.names.declared.methods("clone").len() == self.clones_by_hand();
        is_of_std && all.all(|(field, value)| self.is_clone_of(field, value))
    }

    /// Number of functions of that name that implement `Clone`.
    fn clones_by_hand(&self) -> usize {
        let root = self.block.syntax().tree_top();
        let blocks = root.descendants().filter_map(ast::Impl::cast);
        let of_clone = blocks.filter(|it| {
            let of = it.trait_().map(|it| squeezed(it.syntax()));
            of.is_some_and(|of| self.names.is_std(&of) && of.ends_with("Clone"))
        });
        of_clone.count()
    }

    fn is_clone_of(&self, field: &OwnField, value: &ast::Expr) -> bool {
        let (ty, name) = (squeezed(field.ty.syntax()), &field.name);
        let head = ty.split('<').next().unwrap_or_default();
        let pointer = head.rsplit("::").next().unwrap_or_default();
        let is_shared = SHARED.contains(&pointer) && self.names.is_std(head);
        if ty.contains("dyn") && !is_shared {
            return false;
        }
        let said = squeezed(value.syntax());
        let place = format!("self.{name}");
        said == place
            || said == format!("{place}.clone()")
            || (said == format!("Clone::clone(&{place})") && self.names.is_std("Clone"))
            || (is_shared && said == format!("{head}::clone(&{place})"))
    }

    /// `self.a == other.a && self.b == other.b`, in field order.
    fn is_equal(&self) -> bool {
        let Some(body) = self.body() else {
            return false;
        };
        let Fields::Of(fields) = &self.own.fields else {
            return false;
        };
        let parameters = body.parameters.clone();
        let (Some(value), [other]) = (body.only_value(), parameters.as_slice()) else {
            return false;
        };
        let compared = conditions::operands(&value, LogicOp::And);
        let compared = compared.iter().map(|it| squeezed(it.syntax()));
        let wanted = fields.iter().map(|field| {
            let name = &field.name;
            format!("self.{name}=={other}.{name}")
        });
        let is_odd = |ty: String| ty.contains("dyn") || ty.contains("fn(") || ty.starts_with('*');
        let mut types = fields.iter().map(|it| squeezed(it.ty.syntax()));
        !fields.is_empty() && !types.any(is_odd) && compared.eq(wanted)
    }

    fn is_hash(&self) -> bool {
        let Fields::Of(fields) = &self.own.fields else {
            return false;
        };
        let Some(body) = self.body() else {
            return false;
        };
        let [state] = body.parameters.as_slice() else {
            return false;
        };
        let statements = body.statements.iter().map(|it| squeezed(it.syntax()));
        let tail = body.tail.iter().map(|it| squeezed(it.syntax()));
        let said = statements.chain(tail);
        let said = said.map(|it| it.trim_end_matches(';').to_owned());
        let wanted = fields.iter().map(|field| {
            let name = &field.name;
            format!("self.{name}.hash({state})")
        });
        let is_only_hash = self.names.declared.methods("hash").len() == 1;
        !fields.is_empty() && is_only_hash && said.eq(wanted)
    }

    fn is_debug(&self) -> bool {
        let Fields::Of(fields) = &self.own.fields else {
            return false;
        };
        let Some(body) = self.body() else {
            return false;
        };
        let parameters = body.parameters.clone();
        let (Some(value), [to]) = (body.only_value(), parameters.as_slice()) else {
            return false;
        };
        let name = self.own.name.trim_start_matches("r#");
        let said = squeezed(value.syntax());
        let is_tuple = fields.iter().any(|it| it.name == "0");
        let fields_shown = fields.iter().map(|field| {
            let field = &field.name;
            let shown = field.trim_start_matches("r#");
            if is_tuple {
                format!(".field(&self.{field})")
            } else {
                format!(".field(\"{shown}\",&self.{field})")
            }
        });
        let fields_shown: String = fields_shown.collect();
        let builder = if is_tuple {
            "debug_tuple"
        } else {
            "debug_struct"
        };
        let wanted = format!("{to}.{builder}(\"{name}\"){fields_shown}.finish()");
        let has_own = ["debug_struct", "debug_tuple", "field", "finish"].iter();
        let has_own = has_own
            .into_iter()
            .any(|it| self.names.declared.has_method(it));
        let is_name = fields.is_empty() && said == format!("{to}.write_str(\"{name}\")");
        (said == wanted && !has_own) || is_name
    }

    /// Whether the types of all fields are known to implement the trait for their whole value.
    fn fields_are_plain(&self, name: &str) -> bool {
        let root = self.block.syntax().tree_top();
        let plain = Plainness {
            names: self.names,
            root,
            name,
        };
        match &self.own.fields {
            Fields::Of(fields) => fields.iter().all(|it| plain.has(&it.ty)),
            Fields::Variants(all) => {
                let lists = all.iter().filter_map(ast::Variant::field_list);
                let mut fields = lists.map(|list| OwnField::all(&list).unwrap_or_default());
                fields.all(|all| !all.is_empty() && all.iter().all(|it| plain.has(&it.ty)))
            }
        }
    }
}

impl Body {
    /// The tail expression of a function without statements.
    fn only_value(self) -> Option<ast::Expr> {
        self.tail.filter(|_| self.statements.is_empty())
    }
}

/// Determines which types are known to compare and hash their whole value.
struct Plainness<'a> {
    names: &'a StdNames,
    root: ra_ap_syntax::SyntaxNode,
    name: &'a str,
}

impl Plainness<'_> {
    fn has(&self, ty: &ast::Type) -> bool {
        const NUMBERS: [&str; 14] = [
            "bool", "char", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32",
            "u64", "u8", "usize",
        ];
        const OTHERS: [&str; 11] = [
            "Arc", "BTreeMap", "BTreeSet", "Box", "Duration", "Option", "PathBuf", "Rc", "String",
            "Vec", "VecDeque",
        ];
        match ty {
            ast::Type::TupleType(all) => {
                all.fields().count() <= LONGEST_TUPLE && all.fields().all(|it| self.has(&it))
            }
            ast::Type::RefType(it) => it
                .ty()
                .is_some_and(|it| matches!(&*squeezed(it.syntax()), "str") || self.has(&it)),
            ast::Type::ArrayType(it) => it.ty().is_some_and(|it| self.has(&it)),
            ast::Type::SliceType(it) => it.ty().is_some_and(|it| self.has(&it)),
            ast::Type::PathType(path) => {
                let words = squeezed(path.syntax());
                let head = words.split('<').next().unwrap_or_default();
                let last = head.rsplit("::").next().unwrap_or_default();
                let is_own = !self.names.declared.types(head).is_empty();
                if NUMBERS.contains(&head) {
                    return !is_own;
                }
                let arguments = path.syntax().descendants().filter_map(ast::TypeArg::cast);
                let mut arguments = arguments.filter_map(|it| it.ty());
                if OTHERS.contains(&last) && self.names.is_std(head) {
                    return arguments.all(|it| self.has(&it));
                }
                is_own && self.is_derived_by(&words)
            }
            _ => false,
        }
    }

    /// Whether the only type of that name in the file derives the trait, and has no parameters.
    fn is_derived_by(&self, name: &str) -> bool {
        let types = self.root.descendants().filter_map(ast::Adt::cast);
        let mut own = types.filter(|it| it.name().is_some_and(|it| it.text() == name));
        let found = own.next();
        let derives = |it: &ast::Adt| {
            let names = super::DeriveList::of(it).names();
            names.iter().any(|it| it == self.name)
        };
        own.next().is_none() && found.is_some_and(|it| derives(&it))
    }
}
