//! Whether a differing field is a plain read: a `Deref` may return another value or have side effects.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasGenericParams, HasModuleItem, HasName},
};

use crate::text::TextRange;

/// Whether each field in `a.b.c` at a range belongs to a struct in the file, and `a` is `self` or a parameter of such a type.
pub(super) fn are_read(root: &SyntaxNode, place: &str, at: TextRange) -> bool {
    type_of(root, place, at).is_some()
}

fn type_of(root: &SyntaxNode, place: &str, at: TextRange) -> Option<ast::Type> {
    let mut words = place.split('.').map(str::trim);
    let variable = words.next()?;
    let around = root.covering_element(at);
    let function = around.ancestors().find_map(ast::Fn::cast)?;
    if may_mean_others(&function) {
        return None;
    }
    let mut ty = match variable {
        "self" => function
            .syntax()
            .ancestors()
            .find_map(ast::Impl::cast)?
            .self_ty()?,
        name => parameter(&function, name)?,
    };
    for word in words {
        ty = field(root, &structure(ty)?, word)?;
    }
    Some(ty)
}

/// Whether type names may be shadowed in a function: it is in a module of the file or declares items, or the file imports or
/// binds parameters of such names.
fn may_mean_others(function: &ast::Fn) -> bool {
    let around: Vec<_> = function.syntax().ancestors().skip(1).collect();
    let is_inner = around
        .iter()
        .any(|it| matches!(it.kind(), SyntaxKind::MODULE | SyntaxKind::FN));
    let headers = around
        .into_iter()
        .filter_map(ast::AnyHasGenericParams::cast);
    let own = ast::AnyHasGenericParams::cast(function.syntax().clone());
    let mut lists = own
        .into_iter()
        .chain(headers)
        .filter_map(|it| it.generic_param_list());
    let has_types = lists.any(|list| list.type_or_const_params().next().is_some());
    let mut inside = function.syntax().descendants().skip(1);
    let declares =
        inside.any(|it| ast::Item::can_cast(it.kind()) && !ast::MacroCall::can_cast(it.kind()));
    is_inner || has_types || declares
}

/// The type of a parameter, if it is the only variable of that name in a function.
fn parameter(function: &ast::Fn, name: &str) -> Option<ast::Type> {
    let declared = function.syntax().descendants().filter_map(ast::Name::cast);
    if declared.filter(|it| it.text() == name).count() != 1 {
        return None;
    }
    let mut params = function.param_list()?.params();
    let is_its = |pattern: &ast::Pat| match pattern {
        ast::Pat::IdentPat(it) => it.name().is_some_and(|it| it.text() == name),
        _ => false,
    };
    params
        .find(|it| it.pat().is_some_and(|it| is_its(&it)))?
        .ty()
}

/// The name of a type, or of a reference's referent.
fn structure(ty: ast::Type) -> Option<String> {
    match ty {
        ast::Type::RefType(it) => structure(it.ty()?),
        ast::Type::PathType(it) => {
            let path = it.path()?;
            let is_single = path.qualifier().is_none();
            let name = path.segment()?.name_ref()?.text().to_string();
            is_single.then_some(name)
        }
        _ => None,
    }
}

fn field(root: &SyntaxNode, structure: &str, name: &str) -> Option<ast::Type> {
    let file = ast::SourceFile::cast(root.clone())?;
    let mut found = file.items().filter_map(|item| match item {
        ast::Item::Struct(it) => it
            .name()
            .is_some_and(|it| it.text() == structure)
            .then_some(it),
        _ => None,
    });
    let (only, None) = (found.next()?, found.next()) else {
        return None;
    };
    match only.field_list()? {
        ast::FieldList::RecordFieldList(list) => {
            let mut fields = list.fields();
            let own = fields.find(|it| it.name().is_some_and(|it| it.text() == name));
            own?.ty()
        }
        ast::FieldList::TupleFieldList(list) => list.fields().nth(name.parse().ok()?)?.ty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        syntax::{Edition, Tree},
        text::TextSize,
    };

    fn is_read(head: &str, place: &str) -> bool {
        let text = format!(
            "struct S {{ a: u8, t: T, l: LazyCell<T> }}\nstruct T(u8);\n{head} {{ f({place}); }} }}\n"
        );
        let root = Tree::parse(&text, Edition::CURRENT).unwrap().root();
        let start = TextSize::try_from(text.rfind(place).unwrap()).unwrap();
        are_read(&root, place, TextRange::at(start, TextSize::of(place)))
    }

    #[test]
    fn fields_of_the_file_s_structures_are_read() {
        let own = "impl S { fn g(&self, s: &mut S, u: U, o: &O, l: LazyCell<S>)";
        for place in ["self.a", "self.t.0", "s.a", "s.t.0"] {
            assert!(is_read(own, place), "{place}");
        }
        for place in ["self.b", "self.l.0", "u.a", "o.a", "l.a", "x.a"] {
            assert!(!is_read(own, place), "{place}");
        }
        assert!(!is_read("impl<S> T { fn g(&self, s: S)", "s.a"));
        assert!(!is_read("impl T { fn g<S>(&self, s: S)", "s.a"));
        assert!(!is_read("mod m { fn g(s: S)", "s.a"));
        assert!(!is_read("impl U { fn g(&self)", "self.a"));
        assert!(!is_read("trait U { fn g(&self)", "self.a"));
    }
}
