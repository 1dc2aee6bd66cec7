//! The paths of functions within their file: `module::Type::method`.

use std::collections::HashMap;

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use crate::{
    syntax::{Source, Unit, places},
    text::TextRange,
};

/// The paths of all functions with a body, by the range of their name.
pub fn item_paths(source: &Source) -> HashMap<TextRange, String> {
    let root = source.root();
    let units = places(&root);
    let units = units
        .iter()
        .map(|place| Unit::new(&source.text, place, source.context));
    let functions = units.flat_map(|unit| unit.functions);
    functions
        .map(|function| (function.name(), path(&function.ast)))
        .collect()
}

fn path(function: &ast::Fn) -> String {
    let around = function.syntax().ancestors().filter_map(|node| {
        if let Some(block) = ast::Impl::cast(node.clone()) {
            return Some(type_of(&block));
        }
        let name = ast::Module::cast(node.clone()).and_then(|it| it.name());
        let name = name.or_else(|| ast::Trait::cast(node.clone())?.name());
        let name = name.or_else(|| ast::Fn::cast(node)?.name())?;
        Some(name.text().to_string())
    });
    let mut names: Vec<String> = around.collect();
    names.reverse();
    names.join("::")
}

/// `Type`, or `<Type as Trait>`.
fn type_of(block: &ast::Impl) -> String {
    let words = |of: ast::Type| {
        let text = of.syntax().text().to_string();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let own = block.self_ty().map(words).unwrap_or_default();
    match block.trait_() {
        Some(of) => format!("<{own} as {}>", words(of)),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    #[test]
    fn a_path_names_everything_around() {
        let text = "fn a() { fn b() {} }\nmod m { impl<T> Set<T> { fn c() {} }\n\
                    impl fmt :: Display for Set<u8> { fn d() {} }\ntrait T { fn e() {} fn no(); } }\n";
        let source = Source::parse(text, FileContext::default()).unwrap();
        let mut paths: Vec<String> = item_paths(&source).into_values().collect();
        paths.sort();
        let expected = [
            "a",
            "a::b",
            "m::<Set<u8> as fmt :: Display>::d",
            "m::Set<T>::c",
            "m::T::e",
        ];
        let mut expected = expected.map(str::to_owned);
        expected.sort();
        assert_eq!(paths, expected);
    }
}
