//! The header of a block, and whether deriving would generate the same one.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasGenericArgs, HasGenericParams, HasName, HasTypeBounds},
};

use super::{Own, StdNames, squeezed};
use crate::syntax::{Hazard, Refusal};

pub(super) struct Header {
    /// The path of the trait, as written.
    path: String,
    own: Vec<Parameter>,
    block: Vec<Parameter>,
    /// The generic arguments of the type.
    arguments: Vec<String>,
    has_conditions: bool,
    projects: bool,
    /// Whether there are type or const parameters.
    pub(super) has_parameters: bool,
}

/// A parameter of a type or a block, with its bounds.
#[derive(PartialEq, Eq)]
struct Parameter {
    kind: SyntaxKind,
    name: String,
    /// The sorted bounds, or the type of a const parameter.
    bounds: Vec<String>,
}

impl Header {
    /// Returns `None` if the block is of another kind than derived ones.
    pub(super) fn of(block: &ast::Impl, own: &Own) -> Option<Self> {
        let is_odd = block.unsafe_token().is_some()
            || block.excl_token().is_some()
            || block.const_token().is_some()
            || block.default_token().is_some();
        if is_odd {
            return None;
        }
        let ast::Type::PathType(ty) = block.self_ty()? else {
            return None;
        };
        let arguments = ty.path()?.segment()?.generic_arg_list().into_iter();
        let arguments = arguments.flat_map(|list| list.generic_args().collect::<Vec<_>>());
        let parameters = Parameter::all(&own.item);
        let is_type = |it: &&Parameter| it.kind == SyntaxKind::TYPE_PARAM;
        Some(Self {
            path: squeezed(block.trait_()?.syntax()),
            block: Parameter::all(block),
            arguments: arguments.map(|it| squeezed(it.syntax())).collect(),
            has_conditions: block.where_clause().is_some() || own.item.where_clause().is_some(),
            projects: parameters
                .iter()
                .filter(is_type)
                .any(|it| own.fields.project(&it.name)),
            has_parameters: parameters
                .iter()
                .any(|it| it.kind != SyntaxKind::LIFETIME_PARAM),
            own: parameters,
        })
    }

    pub(super) fn check(&self, name: &str, names: &StdNames) -> Result<(), Refusal> {
        if !self.is_of_std(name, names) || !names.is_derive_of_std(name) {
            return Err(Refusal::because(
                Hazard::Scope,
                "The trait name may refer to something else in this file.",
            ));
        }
        if self.has_conditions || self.projects || !self.is_same(name) {
            return Err(Refusal::because(
                Hazard::Generics,
                "The derive would add different bounds.",
            ));
        }
        Ok(())
    }

    /// `Default`, `fmt::Debug`, `std::hash::Hash`.
    fn is_of_std(&self, name: &str, names: &StdNames) -> bool {
        let rest = self.path.strip_suffix(name);
        rest.is_some_and(|it| it.is_empty() || it.ends_with("::")) && names.is_std(&self.path)
    }

    /// Whether the block has the parameters of the type, where each type parameter is additionally bounded by the trait.
    fn is_same(&self, name: &str) -> bool {
        let is_elided = self.block.is_empty()
            && self.arguments.iter().all(|it| it == "'_")
            && self.arguments.len() == self.own.len();
        let is_plain = |it: &Parameter| it.bounds.is_empty();
        if is_elided {
            return self.own.iter().all(is_plain);
        }
        let names = self.block.iter().map(|it| &it.name);
        names.eq(&self.arguments)
            && self.own.len() == self.block.len()
            && self
                .own
                .iter()
                .zip(&self.block)
                .all(|(own, block)| own.gains(block, name))
    }
}

impl Parameter {
    fn all(item: &impl HasGenericParams) -> Vec<Self> {
        let list = item.generic_param_list().into_iter();
        let all = list.flat_map(|list| list.generic_params().collect::<Vec<_>>());
        all.filter_map(|it| Self::of(&it)).collect()
    }

    fn of(parameter: &ast::GenericParam) -> Option<Self> {
        let bounds_of = |list: Option<ast::TypeBoundList>| {
            let bounds = list.into_iter().flat_map(|list| list.bounds());
            let mut bounds: Vec<_> = bounds.map(|it| squeezed(it.syntax())).collect();
            bounds.sort();
            bounds
        };
        let (name, bounds) = match parameter {
            ast::GenericParam::LifetimeParam(it) => (
                squeezed(it.lifetime()?.syntax()),
                bounds_of(it.type_bound_list()),
            ),
            ast::GenericParam::TypeParam(it) => (
                it.name()?.text().to_string(),
                bounds_of(it.type_bound_list()),
            ),
            ast::GenericParam::ConstParam(it) => (
                it.name()?.text().to_string(),
                vec![squeezed(it.ty()?.syntax())],
            ),
        };
        Some(Self {
            kind: parameter.syntax().kind(),
            name,
            bounds,
        })
    }

    /// Whether `block` is what deriving `name` turns this parameter into.
    fn gains(&self, block: &Self, name: &str) -> bool {
        let mut bounds = self.bounds.clone();
        if self.kind == SyntaxKind::TYPE_PARAM {
            bounds.push(name.to_owned());
            bounds.sort();
        }
        (self.kind, &self.name, &bounds) == (block.kind, &block.name, &block.bounds)
    }
}
