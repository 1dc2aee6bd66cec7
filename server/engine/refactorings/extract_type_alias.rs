//! # Extract type alias
//!
//! ## What it does
//! Extracts a long type into a type alias and uses it in all fields, parameters and return types of the module.
//!
//! ## Why
//!
//! The alias says what the value is; the type only says how it is stored. The type is written once, and the alias is
//! read at a glance.
//!
//! ## Example
//!
//! ```rust before
//! use std::collections::HashMap;
//!
//! struct Router<'a> {
//!     $0handlers: HashMap<&'a str, Vec<Box<dyn Fn(&Request) -> Response + Send>>>,
//!     fallback: Option<Response>,
//! }
//!
//! fn known<'a>(handlers: &HashMap<&'a str, Vec<Box<dyn Fn(&Request) -> Response + Send>>>) -> usize {
//!     handlers.len()
//! }
//! ```
//!
//! ```rust after
//! use std::collections::HashMap;
//!
//! type Handlers<'a> = HashMap<&'a str, Vec<Box<dyn Fn(&Request) -> Response + Send>>>;
//!
//! struct Router<'a> {
//!     handlers: Handlers<'a>,
//!     fallback: Option<Response>,
//! }
//!
//! fn known<'a>(handlers: &Handlers<'a>) -> usize {
//!     handlers.len()
//! }
//! ```
//!
//! The alias is named after the field or parameter that has the type; if a field has a generic name, the name of its
//! struct is added.
//!
//! ## What it leaves alone
//!
//! - Types with `impl`, `_`, `Self` or a projection of a parameter, such as `T::Item`.
//! - Code that is compiled for tests or behind a `#[cfg]`.
//! - Items with attributes that may read their types.
//! - Types for which the code suggests no name.
//!
//! ## What it checks
//!
//! Every lifetime is written or can't occur; lifetimes and parameters of the enclosing items become parameters of the
//! alias. The name is used nowhere in the file. If the type appears in documentation, the edit needs review.

mod naming;
mod parameters;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasVisibility, VisibilityKind},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    shapes::complex_type::{ComplexType, LONGEST, is_place, words_of},
    syntax::{
        FilePart, Presence, Rewrite, attributes,
        layout::{self, width},
        new_items::{Gap, Joins},
        outline,
        replacing::Replaced,
        scopes::Names,
    },
    text::{TextRange, TextSize},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "extract-type-alias",
    kind: Kind::Extract,
    at: &[
        SyntaxKind::RECORD_FIELD,
        SyntaxKind::TUPLE_FIELD,
        SyntaxKind::PARAM,
        SyntaxKind::RET_TYPE,
    ],
    needs: Needs::Syntax,
    allows: Allows::of(
        "type",
        "",
        &[
            Also::AddsAlias,
            Also::AddsFreshName,
            Also::AddsCopies,
            Also::DropsEqualCopies,
        ],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let alias = Alias::at(context, target)?;
    let whole = alias.places[0];
    Plan::new(whole, move || {
        let title = match alias.places.len() {
            1 => format!("Extract type alias `{}`", alias.name),
            places => format!("Extract type alias `{}` ({places} uses)", alias.name),
        };
        let rewrites = alias.rewrites(context).ok_or_else(Refusal::of_layout)?;
        let change = Change::new(title, whole, rewrites)?.checked(&[
            "the name is used nowhere in the file",
            "no elided lifetime is left",
        ]);
        Ok(if alias.is_public {
            change.to_check("the documentation")
        } else {
            change
        })
    })
}

struct Alias {
    name: String,
    /// The type on one line.
    ty: String,
    /// The generic parameters with their brackets; empty if there are none.
    parameters: String,
    /// The places in source order.
    places: Vec<TextRange>,
    gap: Gap,
    /// Whether one of the places is part of the public API.
    is_public: bool,
}

impl Alias {
    fn at(context: &Context<'_>, target: Target<'_>) -> Result<Self, Refusal> {
        let ty = type_at(context, target).ok_or(Refusal::NotHere)?;
        let places = equal_types(&ty, context);
        if !places.iter().any(|place| place.syntax() == ty.syntax()) {
            return Err(Refusal::NotHere);
        }
        if !places.iter().all(is_read_by_compiler_alone) {
            return Err(Refusal::because(
                Hazard::Text,
                "An attribute may read the type as it is written.",
            ));
        }
        // Places with different names hold different things.
        let mut names: Vec<String> = places.iter().filter_map(naming::of).collect();
        names.dedup();
        let [name] = <[String; 1]>::try_from(names).map_err(|_| {
            Refusal::because(
                Hazard::Types,
                "The code doesn't suggest a name for the alias.",
            )
        })?;
        if Names::in_node(&context.root).has(&name) {
            return Err(Refusal::because(
                Hazard::Scope,
                "The name for the alias is already in use in the file.",
            ));
        }
        let parameters = parameters::shared(&places)?;
        if (width(&name) + width(&parameters)) * 3 > width(&words_of(&ty)) * 2 {
            return Err(Refusal::because(
                Hazard::Text,
                "With all its parameters, the alias would be nearly as long as the type.",
            ));
        }
        let nodes: Vec<SyntaxNode> = places.iter().map(|it| it.syntax().clone()).collect();
        Ok(Self {
            name,
            ty: words_of(&ty),
            parameters,
            gap: Gap::before_users(Joins::Nothing, &nodes, &context.source.text)?,
            is_public: places.iter().any(is_public),
            places: nodes.iter().map(SyntaxNode::text_range).collect(),
        })
    }

    fn rewrites<'a>(&self, context: &Context<'a>) -> Option<Vec<Rewrite<'a>>> {
        let source = context.source;
        let name = format!("{}{}", self.name, self.parameters);
        let max = source.context.width.max();
        let places: Vec<TextRange> = self
            .places
            .iter()
            .map(|place| written_anew(*place, &name, context))
            .collect::<Option<_>>()?;
        let first = self.places[0];
        let ty = &*self.ty;
        let (indent, end) = (&self.gap.indent, layout::first_line_ending(&source.text));
        let head = format!("type {name} =");
        let deeper = format!("{indent}{}", layout::indent_unit(&source.text));
        let between = if width(indent) + width(&head) + width(ty) + 2 <= max {
            " ".to_owned()
        } else {
            format!("{end}{deeper}")
        };
        if between.len() > 1 && width(&deeper) + width(ty) + 1 > max {
            return None;
        }
        let declared = Rewrite::at(&source.text, self.gap.at)
            .text(&format!("{}{head}{between}", self.gap.before))
            .keep_as(first, ty)
            .text(&format!(";{}", self.gap.after));
        let places = places.into_iter().zip(&self.places);
        let places = places.map(|(anew, place)| {
            let lead = if anew == *place { "" } else { " " };
            context.rewrite(anew).text(&format!("{lead}{name}"))
        });
        Some([declared].into_iter().chain(places).collect())
    }
}

/// The range to rewrite for the type so that the surrounding lines stay as they are. If a field's type is on the line below
/// its name, the range includes the line break between them.
fn written_anew(place: TextRange, name: &str, context: &Context<'_>) -> Option<TextRange> {
    let source = context.source;
    if let Some(colon) = field_of_whole(&context.root, place) {
        let column = layout::column(&source.text, colon);
        let fits = column + width(" ") + width(name) + width(",") <= source.context.width.max();
        let between = source.slice(TextRange::new(colon, place.start()));
        let is_plain = between.trim().is_empty() && fits;
        let start = if between.contains('\n') {
            colon
        } else {
            place.start()
        };
        return is_plain.then(|| TextRange::new(start, place.end()));
    }
    let replaced = Replaced {
        places: &[place],
        width: width(name),
    };
    let stays = replaced.keeps_layout(&context.root, &source.text, source.context)
        && replaced.keeps_heads(&context.root, &source.text, source.context);
    (stays && !source.slice(place).contains('\n')).then_some(place)
}

/// The position after the colon of a struct field, if `place` is exactly its type.
fn field_of_whole(root: &SyntaxNode, place: TextRange) -> Option<TextSize> {
    let element = root.covering_element(place);
    let field = element.ancestors().find_map(ast::RecordField::cast)?;
    let is_whole = field.ty()?.syntax().text_range() == place;
    let owner = field.syntax().parent().and_then(|list| list.parent())?;
    let is_of_struct = owner.kind() != SyntaxKind::VARIANT && is_whole;
    let colon = field.colon_token().filter(|_| is_of_struct)?;
    Some(colon.text_range().end())
}

/// The type to name in the field, parameter or return type at the target.
fn type_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::Type> {
    let around = find::token_at(context, target)?.parent_ancestors();
    let is_end = |node: &SyntaxNode| node.kind() == SyntaxKind::BLOCK_EXPR;
    let place = around
        .take_while(|node| !is_end(node))
        .filter(is_place)
        .last()?;
    let found = ComplexType::within(&place.children().find_map(ast::Type::cast)?)?;
    let is_asked = matches!(target, Target::Answer(_)) || found.length > LONGEST;
    is_asked.then_some(found.ty)
}

/// The equal types in the signatures and fields of the surrounding module, except for test and conditionally compiled code.
fn equal_types(ty: &ast::Type, context: &Context<'_>) -> Vec<ast::Type> {
    let module = module_around(ty.syntax());
    let own = words_of(ty);
    let role = context.source.context.role;
    let items = outline(&context.root).places.into_iter().filter(|place| {
        place.part == FilePart::Product
            && place.presence == Presence::Always
            && !place.is_for_tests(role)
    });
    let mut found: Vec<ast::Type> = Vec::new();
    for item in items {
        let types = item.node.descendants().filter_map(ast::Type::cast);
        for other in types.filter(|other| words_of(other) == own) {
            let range = other.syntax().text_range();
            let is_inside = found
                .last()
                .is_some_and(|last| last.syntax().text_range().contains_range(range));
            if !is_inside && is_in_head(&other, &item.node) && module_around(&item.node) == module {
                found.push(other);
            }
        }
    }
    found
}

fn is_in_head(ty: &ast::Type, item: &SyntaxNode) -> bool {
    let mut around = ty.syntax().ancestors().take_while(|node| node != item);
    let mut is_in_place = false;
    let is_in_body = around.any(|node| {
        is_in_place |= is_place(&node);
        node.kind() == SyntaxKind::BLOCK_EXPR || node.kind() == SyntaxKind::GENERIC_PARAM_LIST
    });
    is_in_place && !is_in_body
}

fn module_around(node: &SyntaxNode) -> Option<TextRange> {
    let module = node.ancestors().find_map(ast::Module::cast);
    module.map(|module| module.syntax().text_range())
}

/// Whether no attribute around a type may be a macro that reads it.
fn is_read_by_compiler_alone(ty: &ast::Type) -> bool {
    const DERIVES: [&str; 11] = [
        "Clone",
        "Copy",
        "Debug",
        "Default",
        "Deserialize",
        "Eq",
        "Hash",
        "Ord",
        "PartialEq",
        "PartialOrd",
        "Serialize",
    ];
    const ATTRIBUTES: [&str; 14] = [
        "allow",
        "cfg",
        "cold",
        "default",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "inline",
        "must_use",
        "non_exhaustive",
        "serde",
        "track_caller",
        "warn",
    ];
    let around = ty.syntax().ancestors().filter_map(ast::AnyHasAttrs::cast);
    let mut attributes = around.flat_map(|node| node.attrs().collect::<Vec<_>>());
    attributes.all(|attribute| {
        let bare = attributes::bare(&attribute);
        let name = attributes::name(&bare);
        // An `allow` for a complex type would no longer have an effect.
        if bare.contains("type_complexity") {
            return false;
        }
        if name != "derive" {
            return ATTRIBUTES.contains(&name) || name.starts_with("clippy::");
        }
        let list = bare.trim_start_matches("derive(").trim_end_matches(')');
        let mut derived = list.split(',').filter(|one| !one.is_empty());
        derived.all(|one| DERIVES.contains(&one.rsplit("::").next().unwrap_or(one)))
    })
}

/// Whether the signature or field that contains a type is public.
fn is_public(ty: &ast::Type) -> bool {
    let is_open = |visibility: Option<ast::Visibility>| {
        visibility.is_some_and(|it| matches!(it.kind(), VisibilityKind::Pub))
    };
    let mut around = ty
        .syntax()
        .ancestors()
        .filter_map(ast::AnyHasVisibility::cast);
    around.next().is_some_and(|it| {
        let is_of_trait = it.syntax().ancestors().any(|it| {
            let owner = ast::Trait::cast(it);
            owner.is_some_and(|owner| is_open(owner.visibility()))
        });
        is_open(it.visibility()) || is_of_trait
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        },
        *,
    };
    use crate::syntax::FileContext;

    static EXTRACT: Refactoring = REFACTORING;

    const TYPE: &str = "HashMap<String, Vec<Box<dyn Fn(&Request) -> Response>>>";

    fn becomes(before: &str, after: &str) {
        let filled = |text: &str| format!("use a::b;\n\n{}", text.replace("TYPE", TYPE));
        assert_becomes(&EXTRACT, &filled(before), &filled(after));
    }

    fn refused(hazard: Hazard, text: &str) {
        let text = format!("use a::b;\n\n{}", text.replace("TYPE", TYPE));
        assert_refused(&EXTRACT, hazard, &text);
    }

    #[test]
    fn a_field_gives_its_name_to_all_equal_types() {
        becomes(
            "struct S {\n    $0handlers: TYPE,\n}\n\nimpl S {\n    fn new(handlers: TYPE) -> Self {\n        Self { handlers }\n    }\n\n    fn all(&self) -> &TYPE {\n        &self.handlers\n    }\n}\n",
            "type Handlers = TYPE;\n\nstruct S {\n    handlers: Handlers,\n}\n\nimpl S {\n    fn new(handlers: Handlers) -> Self {\n        Self { handlers }\n    }\n\n    fn all(&self) -> &Handlers {\n        &self.handlers\n    }\n}\n",
        );
        becomes(
            "struct Router {\n    $0inner: TYPE,\n}\n",
            "type RouterInner = TYPE;\n\nstruct Router {\n    inner: RouterInner,\n}\n",
        );
    }

    #[test]
    fn parameters_of_the_items_around_become_its_own() {
        assert_becomes(
            &EXTRACT,
            "use a::b;\n\nstruct S<'a, T> {\n    $0waiting: Arc<Mutex<HashMap<&'a str, Vec<Box<dyn for<'b> Fn(&'b T)>>>>>,\n}\n",
            "use a::b;\n\ntype Waiting<'a, T> = Arc<Mutex<HashMap<&'a str, Vec<Box<dyn for<'b> Fn(&'b T)>>>>>;\n\nstruct S<'a, T> {\n    waiting: Waiting<'a, T>,\n}\n",
        );
    }

    #[test]
    fn what_other_crates_see_is_looked_at() {
        let level = |text: &str| {
            let text = format!("use a::b;\n\n{}", text.replace("TYPE", TYPE));
            let offer = offered(FileContext::default(), &EXTRACT, &text).unwrap();
            offer.change().applicability
        };
        assert_eq!(
            level("struct S {\n    $0handlers: TYPE,\n}\n"),
            Applicability::Safe
        );
        assert_eq!(
            level("pub struct S {\n    pub $0handlers: TYPE,\n}\n"),
            Applicability::NeedsCheck
        );
        assert_eq!(
            level("pub struct S {\n    $0handlers: TYPE,\n}\n"),
            Applicability::Safe
        );
    }

    #[test]
    fn lifetimes_that_are_not_written_are_refused() {
        for ty in [
            "HashMap<&str, Vec<Box<dyn Fn(&Request) -> Response>>>",
            "HashMap<String, Vec<Box<dyn Fn(&Request) -> Response + '_>>>",
            "HashMap<Borrowing, Vec<Box<dyn Fn(&Request) -> Response>>>",
        ] {
            refused(Hazard::Types, &format!("fn f($0handlers: {ty}) {{}}\n"));
        }
        let iterated = "HashMap<T::Item, Vec<Box<dyn Fn(&Request) -> Response>>>";
        refused(
            Hazard::Types,
            &format!("struct S<T: Iterator> {{\n    $0handlers: {iterated},\n}}\n"),
        );
        let wide = "Holding<Option<FirstParameter>, Option<SecondParameter>, u8>";
        refused(
            Hazard::Text,
            &format!(
                "struct S<FirstParameter, SecondParameter> {{\n    $0inner_values: {wide},\n}}\n"
            ),
        );
        let own = "HashMap<Self, Vec<Box<dyn Fn(&Request) -> Response>>>";
        refused(
            Hazard::Types,
            &format!("struct S {{\n    $0handlers: {own},\n}}\n"),
        );
    }

    #[test]
    fn names_that_are_taken_or_say_nothing_are_refused() {
        refused(Hazard::Types, "struct S($0TYPE);\n");
        refused(Hazard::Types, "fn f($0map: TYPE) {}\n");
        refused(
            Hazard::Types,
            "struct S {\n    $0handlers: TYPE,\n    listeners: TYPE,\n}\n",
        );
        refused(
            Hazard::Scope,
            "struct S {\n    $0handlers: TYPE,\n}\n\nstruct Handlers;\n",
        );
        refused(
            Hazard::Scope,
            "pub use c::*;\n\nstruct S {\n    $0handlers: TYPE,\n}\n",
        );
    }

    #[test]
    fn functions_are_called_so() {
        becomes(
            "struct S {\n    $0on_click: Option<Box<dyn Fn(Option<&str>) -> Result<Vec<u8>, Option<u8>>>>,\n}\n",
            "type OnClickFn = Box<dyn Fn(Option<&str>) -> Result<Vec<u8>, Option<u8>>>;\n\nstruct S {\n    on_click: Option<OnClickFn>,\n}\n",
        );
    }

    #[test]
    fn a_type_on_lines_of_its_own_is_joined() {
        let ty = "Arc<Mutex<HashMap<SomeKeyWithALongName, Vec<Result<SomeValue, SomeError>>>>>";
        becomes(
            &format!(
                "struct S {{\n    /// Words.\n    pub(crate) $0handlers_of_all_requests:\n        {ty},\n    other: u8,\n}}\n"
            ),
            &format!(
                "type HandlersOfAllRequests =\n    {ty};\n\nstruct S {{\n    /// Words.\n    pub(crate) handlers_of_all_requests: HandlersOfAllRequests,\n    other: u8,\n}}\n"
            ),
        );
    }

    #[test]
    fn attributes_that_read_types_are_refused() {
        refused(
            Hazard::Text,
            "#[derive(Parser)]\nstruct S {\n    $0handlers: TYPE,\n}\n",
        );
        refused(
            Hazard::Text,
            "#[async_trait]\nimpl S {\n    fn f($0handlers: TYPE) {}\n}\n",
        );
    }

    #[test]
    fn short_types_tests_and_conditions_are_left_alone() {
        for text in [
            "struct S {\n    $0handlers: Arc<Mutex<Vec<u8>>>,\n}\n",
            "fn f() {\n    let $0handlers: TYPE = g();\n}\n",
            "#[cfg(test)]\nmod tests {\n    use a::b;\n\n    fn f($0handlers: TYPE) {}\n}\n",
            "#[cfg(x)]\nfn f($0handlers: TYPE) {}\n",
        ] {
            let text = format!("use a::b;\n\n{}", text.replace("TYPE", TYPE));
            assert_not_here(&EXTRACT, &text);
        }
    }
}
