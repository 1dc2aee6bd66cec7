//! A trait implementation that is identical to the derived one: `Default` from the fields' defaults, `Clone` from their clones,
//! `PartialEq`, `Hash` and `Debug` over all fields in order, and `Copy` and `Eq`, which are empty.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, T,
    ast::{self, HasAttrs, HasName},
};

use crate::{
    syntax::{
        FileContext, Hazard, Refusal, Rewrite, attributes, layout, tokens_of, types_shown::Ground,
    },
    text::{TextRange, slice},
};

mod body;
mod defaults;
mod header;
mod list;
mod std_names;
mod worth;

use header::Header;
use list::DeriveList;
use std_names::StdNames;

/// The traits that can be derived, in the order most lists have them.
pub(crate) const DERIVED: [&str; 7] = [
    "Debug",
    "Clone",
    "Copy",
    "PartialEq",
    "Eq",
    "Hash",
    "Default",
];

/// An implementation that a trait in the type's `derive` list can replace.
#[derive(Debug, Clone)]
pub struct DerivableImpl {
    /// The `impl` block.
    pub whole: TextRange,
    /// The name of its function, if there is one.
    pub at: Option<TextRange>,
    pub name: &'static str,
    /// Number of lines saved.
    pub lines: usize,
    /// How certain it is that the derived implementation behaves the same.
    pub ground: Ground,
}

/// The implementing type.
struct Own {
    item: ast::Adt,
    name: String,
    fields: Fields,
}

/// The fields or variants of a type.
enum Fields {
    Of(Vec<OwnField>),
    Variants(Vec<ast::Variant>),
}

struct OwnField {
    name: String,
    ty: ast::Type,
    is_public: bool,
}

impl DerivableImpl {
    /// Returns the shape at a block and its replacement.
    pub fn of<'a>(
        block: &ast::Impl,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Vec<Rewrite<'a>>), Refusal> {
        let name = derived_by(block).ok_or(Refusal::NotHere)?;
        if !may_say(
            name,
            slice(text, block.syntax().text_range()).unwrap_or_default(),
        ) {
            return Err(differs());
        }
        let own = Own::of(block).ok_or(Refusal::NotHere)?;
        let header = Header::of(block, &own).ok_or(Refusal::NotHere)?;
        check_text(block)?;
        own.check_attributes()?;
        let names = StdNames::around(block.syntax(), text);
        header.check(name, &names)?;
        let list = DeriveList::of(&own.item);
        let derived = list.names();
        let said = body::Said {
            block,
            own: &own,
            names: &names,
            derived: &derived,
            has_parameters: header.has_parameters,
        };
        let (ground, variant) = said.is_derived(name)?;
        worth::check(block, &own, name, &names)?;
        let goes = layout::lines_that_go(block.syntax(), text).ok_or_else(comment)?;
        let mut rewrites = list.with(name, text, context)?;
        if let Some(variant) = variant {
            rewrites.push(list::marked_default(&variant, text, context)?);
        }
        rewrites.push(Rewrite::of(text, goes));
        let whole = block.syntax().text_range();
        let shape = Self {
            whole,
            at: name_of_function(block),
            name,
            lines: block.syntax().text().to_string().lines().count(),
            ground: ground.max(names.ground()),
        };
        Ok((shape, rewrites))
    }
}

/// The trait's last path segment, if it can be derived.
fn derived_by(block: &ast::Impl) -> Option<&'static str> {
    let ast::Type::PathType(of) = block.trait_()? else {
        return None;
    };
    let last = of.path()?.segment()?.name_ref()?;
    DERIVED.into_iter().find(|name| last.text() == *name)
}

/// Whether a block contains the token that any derivable implementation needs. A cheap check that rules out most blocks.
fn may_say(name: &str, block: &str) -> bool {
    match name {
        "Clone" => block.contains("clone(") || block.contains("*self"),
        "Debug" => block.contains(".debug_"),
        "Hash" => block.contains(".hash("),
        "PartialEq" => block.contains("=="),
        _ => true,
    }
}

fn name_of_function(block: &ast::Impl) -> Option<TextRange> {
    let mut items = block.assoc_item_list()?.assoc_items();
    match items.next()? {
        ast::AssocItem::Fn(function) => Some(function.name()?.syntax().text_range()),
        _ => None,
    }
}

/// Checks that nothing is lost with the block: it has no comment, and no attribute but `#[inline]`.
fn check_text(block: &ast::Impl) -> Result<(), Refusal> {
    let attributes = block.syntax().descendants().filter_map(ast::Attr::cast);
    let mut bare = attributes.map(|it| attributes::bare(&it));
    let is_plain = bare.all(|it| matches!(&*it, "inline" | "inline(always)"));
    if !is_plain || block.attrs().next().is_some() || layout::has_comment(block.syntax()) {
        return Err(comment());
    }
    Ok(())
}

impl Own {
    fn of(block: &ast::Impl) -> Option<Self> {
        let ast::Type::PathType(ty) = block.self_ty()? else {
            return None;
        };
        let path = ty.path()?;
        let name = path.segment().filter(|_| path.qualifier().is_none())?;
        let name = name.name_ref()?.text().to_string();
        let around = block.syntax().parent()?;
        let is_of_items = matches!(
            around.kind(),
            SyntaxKind::SOURCE_FILE | SyntaxKind::ITEM_LIST
        );
        let named = |it: &ast::Adt| it.name().is_some_and(|it| it.text() == name);
        let mut types = around.children().filter_map(ast::Adt::cast).filter(named);
        let item = types.next().filter(|_| is_of_items)?;
        let fields = Fields::of(&item)?;
        types
            .next()
            .is_none()
            .then_some(Self { item, name, fields })
    }

    /// Attribute macros may change the type, and conditional attributes its fields.
    fn check_attributes(&self) -> Result<(), Refusal> {
        let own = self.item.attrs().map(|it| attributes::bare(&it));
        let is_known = own.clone().all(|bare| is_known(&bare));
        let inner = self.item.syntax().children();
        let mut inside = inner
            .filter(|it| it.kind() != SyntaxKind::ATTR)
            .flat_map(|it| it.descendants().collect::<Vec<_>>())
            .filter_map(ast::Attr::cast);
        let is_plain = |attribute: &ast::Attr| {
            let bare = attributes::bare(attribute);
            !attributes::is_conditional(attribute) && attributes::name(&bare) != "default"
        };
        if is_known && inside.all(|it| is_plain(&it)) {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Types,
            "An attribute of the type may change its fields or what is derived.",
        ))
    }
}

/// Whether an attribute leaves the type unchanged, and derives nothing relevant.
fn is_known(bare: &str) -> bool {
    match attributes::name(bare) {
        "cfg_attr" => {
            let mut words = bare.split(|it: char| !it.is_alphanumeric() && it != '_');
            let is_other = |word: &str| word != "packed" && !DERIVED.contains(&word);
            words.all(is_other)
                && ["derive(", "serde(", "doc("]
                    .iter()
                    .any(|it| bare.contains(it))
        }
        "repr" => !bare.contains("packed"),
        "allow" | "deny" | "deprecated" | "derive" | "doc" | "expect" | "must_use"
        | "non_exhaustive" | "serde" | "warn" => true,
        name => name.starts_with("clippy::") || name.starts_with("rustfmt::"),
    }
}

impl Fields {
    fn of(item: &ast::Adt) -> Option<Self> {
        match item {
            ast::Adt::Struct(it) => match it.field_list() {
                None => Some(Self::Of(Vec::new())),
                Some(list) => OwnField::all(&list).map(Self::Of),
            },
            ast::Adt::Enum(it) => Some(Self::Variants(it.variant_list()?.variants().collect())),
            ast::Adt::Union(_) => None,
        }
    }

    /// Whether a type is a projection of a parameter, such as `T::Item`, which `derive` bounds as well.
    fn project(&self, parameter: &str) -> bool {
        let types: Vec<SyntaxNode> = match self {
            Self::Of(fields) => fields.iter().map(|it| it.ty.syntax().clone()).collect(),
            Self::Variants(all) => all.iter().map(|it| it.syntax().clone()).collect(),
        };
        let mut tokens = types.iter().flat_map(tokens_of);
        tokens.any(|token| {
            let is_path = token
                .next_token()
                .is_some_and(|it| it.text().starts_with(':'));
            (token.text() == parameter && is_path) || token.kind() == T![as]
        })
    }
}

impl OwnField {
    fn all(list: &ast::FieldList) -> Option<Vec<Self>> {
        use ra_ap_syntax::ast::HasVisibility;
        match list {
            ast::FieldList::RecordFieldList(list) => {
                let fields = list.fields().map(|field| {
                    Some(Self {
                        name: field.name()?.text().to_string(),
                        is_public: field.visibility().is_some(),
                        ty: field.ty()?,
                    })
                });
                fields.collect()
            }
            ast::FieldList::TupleFieldList(list) => {
                let fields = list.fields().enumerate().map(|(place, field)| {
                    Some(Self {
                        name: place.to_string(),
                        is_public: field.visibility().is_some(),
                        ty: field.ty()?,
                    })
                });
                fields.collect()
            }
        }
    }
}

/// The tokens of a node without whitespace and without trailing commas.
fn squeezed(node: &SyntaxNode) -> String {
    let mut out = String::new();
    for token in tokens_of(node) {
        let text = token.text();
        if matches!(text, ")" | "}" | "]" | ">") && out.ends_with(',') {
            out.pop();
        }
        out.push_str(text);
    }
    out
}

/// The first child that is neither documentation nor a conditional attribute.
fn first_of_item(item: &SyntaxNode) -> Option<TextRange> {
    let is_conditional = |it: &SyntaxNode| {
        let attribute = ast::Attr::cast(it.clone());
        attribute.is_some_and(|it| attributes::is_conditional(&it))
    };
    let mut children = item.children_with_tokens();
    let first = children.find(|it| match it {
        NodeOrToken::Node(node) => !is_conditional(node),
        NodeOrToken::Token(token) => !token.kind().is_trivia(),
    })?;
    Some(match first {
        NodeOrToken::Node(node) => node.text_range(),
        NodeOrToken::Token(token) => token.text_range(),
    })
}

fn comment() -> Refusal {
    Refusal::because(
        Hazard::Text,
        "A comment or an attribute of the implementation would be lost.",
    )
}

fn differs() -> Refusal {
    Refusal::because(
        Hazard::Types,
        "It can't be shown that the derived implementation would do the same.",
    )
}
