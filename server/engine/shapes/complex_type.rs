//! Types that are long enough to deserve an alias.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, WalkEvent,
    ast::{self, HasGenericArgs},
};

use crate::syntax::{layout, text_of};

/// A type that could get a name.
#[derive(Debug, Clone)]
pub struct ComplexType {
    pub ty: ast::Type,
    /// Length on one line, in characters.
    pub length: usize,
}

/// Minimum number of `<`: fewer are easy to read.
const LEAST_BRACKETS: usize = 3;
/// Maximum length of a type that is fine as it is, in characters.
pub const LONGEST: usize = 49;

impl ComplexType {
    /// Returns the part of a written type that would get the name: the referent, or the type inside an `Option` or a `Result`,
    /// instead of the whole.
    pub fn within(written: &ast::Type) -> Option<Self> {
        let whole = Self::of(written.clone())?;
        match held(written) {
            Some(Held::Whole(inner)) => Self::within(&inner),
            Some(Held::OneOf(inner)) => {
                let inner = Self::within(&inner).filter(|inner| inner.length > LONGEST);
                inner.or(Some(whole))
            }
            None => Some(whole),
        }
    }

    fn of(ty: ast::Type) -> Option<Self> {
        let text = words_of(&ty);
        let is_complex = text.matches('<').count() >= LEAST_BRACKETS;
        let length = text.chars().count();
        (is_complex && may_have_name(&ty)).then_some(Self { ty, length })
    }
}

/// Whether source text is long enough, and has enough brackets, to contain such a type.
pub fn may_be_in(text: &str) -> bool {
    memchr::memchr_iter(b'<', text.as_bytes())
        .nth(LEAST_BRACKETS - 1)
        .is_some()
}

/// The types in an item's signature or fields, in source order.
pub fn written_in(item: &SyntaxNode) -> Vec<ast::Type> {
    let mut types = Vec::new();
    let mut walk = item.preorder();
    while let Some(event) = walk.next() {
        let WalkEvent::Enter(node) = event else {
            continue;
        };
        let is_place = is_place(&node);
        if is_place {
            types.extend(node.children().find_map(ast::Type::cast));
        }
        if is_place || node.kind() == SyntaxKind::BLOCK_EXPR {
            walk.skip_subtree();
        }
    }
    types
}

/// Whether a node is a field, a parameter, or the return type of a function.
pub fn is_place(node: &SyntaxNode) -> bool {
    let owner = || {
        let parent = node.parent()?;
        match node.kind() {
            SyntaxKind::PARAM => parent.parent(),
            _ => Some(parent),
        }
    };
    match node.kind() {
        SyntaxKind::RECORD_FIELD | SyntaxKind::TUPLE_FIELD => true,
        SyntaxKind::PARAM | SyntaxKind::RET_TYPE => {
            owner().is_some_and(|owner| owner.kind() == SyntaxKind::FN)
        }
        _ => false,
    }
}

/// A type on one line, as rustfmt formats it.
pub fn words_of(ty: &ast::Type) -> String {
    let text = text_of(ty.syntax());
    let mut joined = String::new();
    for part in text.lines().map(str::trim).filter(|part| !part.is_empty()) {
        let closes = part.starts_with(['>', ')', ']']);
        if closes && joined.ends_with(',') {
            joined.pop();
        }
        if !joined.is_empty() && !closes && !joined.ends_with(['<', '(', '[']) {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    joined
}

enum Held {
    Whole(ast::Type),
    OneOf(ast::Type),
}

fn held(ty: &ast::Type) -> Option<Held> {
    match ty {
        ast::Type::RefType(it) => Some(Held::Whole(it.ty()?)),
        ast::Type::ParenType(it) => Some(Held::Whole(it.ty()?)),
        ast::Type::PathType(path) => {
            let segment = path.path()?.segment()?;
            let name = segment.name_ref()?.text().to_string();
            let ast::GenericArg::TypeArg(first) =
                segment.generic_arg_list()?.generic_args().next()?
            else {
                return None;
            };
            match &*name {
                "Option" => Some(Held::Whole(first.ty()?)),
                "Result" => Some(Held::OneOf(first.ty()?)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether an alias could replace a type: no part of it is inferred or depends on a trait.
fn may_have_name(ty: &ast::Type) -> bool {
    let is_open = |node: SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::IMPL_TRAIT_TYPE | SyntaxKind::INFER_TYPE | SyntaxKind::MACRO_TYPE
        )
    };
    // A marker isn't a value, and macros recognize it by name.
    let is_bare = matches!(ty, ast::Type::DynTraitType(_)) || words_of(ty).contains("PhantomData<");
    !is_bare && !ty.syntax().descendants().any(is_open) && !layout::has_comment(ty.syntax())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    fn subjects(item: &str) -> Vec<String> {
        let source = Source::parse(item, FileContext::default()).unwrap();
        let item = source.root().first_child().unwrap();
        let types = written_in(&item);
        let found = types.iter().filter_map(ComplexType::within);
        found.map(|found| words_of(&found.ty)).collect()
    }

    #[test]
    fn what_is_held_gets_the_name() {
        let ty = "HashMap<String, Vec<Box<dyn Fn(&str) -> Option<u8>>>>";
        for whole in [
            ty.to_owned(),
            format!("&'a mut {ty}"),
            format!("Option<{ty}>"),
            format!("Result<{ty}, E>"),
        ] {
            assert_eq!(subjects(&format!("struct S {{ a: {whole} }}")), [ty]);
        }
        let result = "Result<Vec<Option<Box<u8>>>, E>";
        assert_eq!(subjects(&format!("fn f() -> {result} {{ g() }}")), [result]);
    }

    #[test]
    fn lines_are_joined() {
        let whole = "Arc<Mutex<HashMap<u8, Vec<u8>>>>";
        let broken = "Arc<\n    Mutex<\n        HashMap<\n            u8,\n            Vec<u8>,\n        >,\n    >,\n>";
        assert_eq!(subjects(&format!("struct S {{ a: {broken} }}")), [whole]);
    }

    #[test]
    fn heads_and_fields_are_looked_at_and_bodies_are_not() {
        let ty = "Arc<Mutex<Vec<u8>>>";
        for (item, count) in [
            (
                format!("fn f(a: {ty}, b: u8) -> {ty} {{ let c: {ty} = d; }}"),
                2,
            ),
            (format!("enum E {{ A({ty}), B {{ c: {ty} }} }}"), 2),
            (format!("struct S {{ a: fn(b: {ty}) }}"), 1),
            (format!("fn f() {{ struct S {{ a: {ty} }} }}"), 0),
            (format!("struct S {{ a: PhantomData<{ty}> }}"), 0),
            (
                "fn f(a: impl Iterator<Item = Arc<Mutex<u8>>>) {}".to_owned(),
                0,
            ),
        ] {
            assert_eq!(subjects(&item).len(), count, "{item}");
        }
    }
}
