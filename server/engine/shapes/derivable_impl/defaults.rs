//! Values that are the default of their type.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, ArrayExprKind, HasArgList, HasGenericArgs, HasName, LiteralKind},
};

use super::{DeriveList, StdNames, squeezed};
use crate::syntax::types_shown::{Ground, is_number};

pub(super) struct Defaults<'a> {
    pub(super) names: &'a StdNames,
    pub(super) root: SyntaxNode,
}

/// Types whose `new` creates an empty value.
const EMPTY: [&str; 11] = [
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "HashMap",
    "HashSet",
    "LinkedList",
    "OsString",
    "PathBuf",
    "String",
    "Vec",
    "VecDeque",
];
/// Types whose `new` wraps a value, and whose default wraps that value's default.
const AROUND: [&str; 8] = [
    "Arc", "Box", "Cell", "Mutex", "OnceCell", "Rc", "RefCell", "RwLock",
];
const ATOMIC: [&str; 11] = [
    "AtomicBool",
    "AtomicI16",
    "AtomicI32",
    "AtomicI64",
    "AtomicI8",
    "AtomicIsize",
    "AtomicU16",
    "AtomicU32",
    "AtomicU64",
    "AtomicU8",
    "AtomicUsize",
];
/// Maximum length of an array that implements `Default`.
const LONGEST: usize = 32;
/// Maximum length of a tuple that implements the traits of its elements.
pub(super) const LONGEST_TUPLE: usize = 12;

impl Defaults<'_> {
    /// How certain it is that a value is the default of its type.
    pub(super) fn ground(&self, value: &ast::Expr, ty: Option<&ast::Type>) -> Option<Ground> {
        match value {
            ast::Expr::Literal(it) => is_zero(it).then_some(Ground::Shown),
            ast::Expr::TupleExpr(it) => self.of_tuple(it, ty),
            ast::Expr::ArrayExpr(it) => self.of_array(it, ty),
            ast::Expr::PathExpr(it) => {
                let path = squeezed(it.syntax());
                let is_default = match &*path {
                    "None" | "Option::None" => !self.names.declared.has_own_some_or_ok(),
                    _ => path.ends_with("PhantomData") && self.names.is_std(&path),
                };
                is_default.then_some(Ground::Shown)
            }
            ast::Expr::MacroExpr(it) => {
                let is_empty = squeezed(it.syntax()) == "vec![]";
                (is_empty && !self.names.declared.has_macro("vec")).then_some(Ground::Shown)
            }
            ast::Expr::CallExpr(it) => self.of_call(it, ty?),
            _ => None,
        }
    }

    fn of_tuple(&self, value: &ast::TupleExpr, ty: Option<&ast::Type>) -> Option<Ground> {
        let ast::Type::TupleType(ty) = ty? else {
            return None;
        };
        let (values, types): (Vec<_>, Vec<_>) = (value.fields().collect(), ty.fields().collect());
        let pairs = values.iter().zip(&types);
        let grounds = pairs.map(|(value, ty)| self.ground(value, Some(ty)));
        let grounds = grounds.collect::<Option<Vec<_>>>()?;
        let is_short = values.len() == types.len() && values.len() <= LONGEST_TUPLE;
        is_short.then(|| grounds.into_iter().max().unwrap_or_default())
    }

    fn of_array(&self, value: &ast::ArrayExpr, ty: Option<&ast::Type>) -> Option<Ground> {
        let ast::Type::ArrayType(ty) = ty? else {
            return None;
        };
        let ArrayExprKind::Repeat {
            initializer,
            repeat,
        } = value.kind()
        else {
            return None;
        };
        let times: usize = squeezed(repeat?.syntax()).parse().ok()?;
        let ground = self.ground(&initializer?, ty.ty().as_ref())?;
        (times <= LONGEST).then_some(ground)
    }

    fn of_call(&self, call: &ast::CallExpr, ty: &ast::Type) -> Option<Ground> {
        let callee = squeezed(call.expr()?.syntax());
        let given: Vec<_> = call.arg_list()?.args().collect();
        let (of, function) = callee.rsplit_once("::")?;
        let of = of.split("::<").next().unwrap_or(of);
        let last = of.rsplit("::").next().unwrap_or(of);
        if (function, last, given.len()) == ("default", "Default", 0) {
            return self.names.is_std(of).then_some(Ground::Shown);
        }
        let ast::Type::PathType(path) = ty else {
            return None;
        };
        let head = squeezed(path.path()?.segment()?.name_ref()?.syntax());
        if head != last {
            return None;
        }
        match (function, given.as_slice()) {
            ("default", []) => self.of_type(of),
            ("new", []) => self.is_one_of(&EMPTY, of).then_some(Ground::Shown),
            ("new", [inner]) if self.is_one_of(&ATOMIC, of) => self.ground(inner, None),
            ("new", [inner]) if self.is_one_of(&AROUND, of) => {
                let mut arguments = path.path()?.segment()?.generic_arg_list()?.generic_args();
                let Some(ast::GenericArg::TypeArg(argument)) = arguments.next() else {
                    return None;
                };
                let argument = argument.ty().filter(|_| arguments.next().is_none())?;
                let is_sized = !squeezed(argument.syntax()).contains("dyn")
                    && !matches!(argument, ast::Type::SliceType(_));
                self.ground(inner, Some(&argument)).filter(|_| is_sized)
            }
            _ => None,
        }
    }

    fn is_one_of(&self, names: &[&str], path: &str) -> bool {
        let last = path.rsplit("::").next().unwrap_or(path);
        names.contains(&last) && self.names.is_std(path)
    }

    /// How certain it is that `of::default` is the trait's function.
    fn of_type(&self, of: &str) -> Option<Ground> {
        let is_number = is_number(of) || matches!(of, "bool" | "char");
        let declared = &self.names.declared;
        let is_own = !declared.types(of).is_empty();
        if (is_number || self.names.is_std(of)) && !is_own {
            return Some(Ground::Shown);
        }
        if !is_own {
            return Some(Ground::Likely);
        }
        let blocks = self.root.descendants().filter_map(ast::Impl::cast);
        let of_trait = blocks.filter(|it| {
            let path = it.trait_().map(|it| squeezed(it.syntax()));
            path.is_some_and(|path| path.ends_with("Default") && self.names.is_std(&path))
        });
        let own: Vec<_> = of_trait.filter_map(|it| it.self_ty()).collect();
        // The call would refer to another function of that name.
        if declared.functions("default").len() != own.len() {
            return None;
        }
        let is_implemented = own.iter().any(|it| squeezed(it.syntax()) == of);
        let mut types = self.root.descendants().filter_map(ast::Adt::cast);
        let derives = types.any(|it| {
            let names = DeriveList::of(&it).names();
            let is_it = it.name().is_some_and(|it| it.text() == of);
            is_it && names.iter().any(|it| it == "Default")
        });
        (is_implemented || derives).then_some(Ground::Shown)
    }
}

/// `0`, `0.0`, `false`, `""`, `'\0'`.
fn is_zero(literal: &ast::Literal) -> bool {
    let text = literal.token().text().to_owned();
    match literal.kind() {
        LiteralKind::Bool(value) => !value,
        LiteralKind::String(_) => text == "\"\"",
        LiteralKind::Char(_) => text == "'\\0'",
        LiteralKind::IntNumber(_) | LiteralKind::FloatNumber(_) => {
            let is_suffix = |it: char| !matches!(it, '0'..='9' | '.' | '_');
            let (digits, suffix) = text.split_at(text.find(is_suffix).unwrap_or(text.len()));
            let is_number = suffix.is_empty() || is_number(suffix);
            is_number && digits.chars().all(|it| matches!(it, '0' | '.' | '_'))
        }
        _ => false,
    }
}
