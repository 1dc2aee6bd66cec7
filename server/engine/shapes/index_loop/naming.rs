//! Names for the elements of a list.

use ra_ap_syntax::{AstNode, Direction, SyntaxKind, SyntaxNode, ast};

use super::Parts;
use crate::syntax::{
    plurals,
    scopes::{self, Names},
    types_shown::{List, head_of},
};

/// Returns a descriptive name that is unused in the loop and shadows nothing, or `None` if neither the list nor its type
/// suggests one.
pub(super) fn element(parts: &Parts, shown: &List) -> Option<String> {
    let element = shown.element.as_deref();
    let name = of_list(&parts.list_name, element).or_else(|| of_type(element?))?;
    let around = parts.around()?;
    let is_free = Names::in_node(&around).is_free(&name);
    let hides = || hides(&around, &name) || scopes::is_constant_around(&around, &name);
    (is_free && !hides()).then_some(name)
}

/// Whether a variable of that name is declared before a node, which would confuse readers.
fn hides(node: &SyntaxNode, name: &str) -> bool {
    let declares = |part: SyntaxNode| {
        let mut names = part.descendants().filter_map(ast::Name::cast);
        names.any(|it| it.text() == name)
    };
    node.ancestors().any(|around| {
        let before = around.siblings(Direction::Prev).skip(1);
        let patterns = before.filter_map(|it| ast::LetStmt::cast(it)?.pat());
        let lets = patterns.map(|it| it.syntax().clone());
        let heads = around.children().filter(|it| {
            ast::Pat::can_cast(it.kind())
                || matches!(it.kind(), SyntaxKind::PARAM_LIST | SyntaxKind::LET_EXPR)
        });
        lets.chain(heads).any(declares)
    })
}

fn of_list(list: &str, element: Option<&str>) -> Option<String> {
    let list = list.trim_start_matches('_').to_lowercase();
    let list = &*list;
    let is_text = matches!(list, "buf" | "buffer" | "data" | "input" | "source" | "src");
    match element {
        Some("char") => return Some("c".to_owned()),
        Some("u8") if is_text => return Some("byte".to_owned()),
        _ => {}
    }
    for end in ["_list", "_vec", "_array"] {
        if let Some(one) = list.strip_suffix(end) {
            return Some(plurals::singular(one).unwrap_or_else(|| one.to_owned()));
        }
    }
    // `xs` contains `x`s.
    if let [one, b's'] = list.as_bytes() {
        return Some(char::from(*one).to_string());
    }
    plurals::singular(list)
}

/// Names an element by its type: `path_segment` for `PathSegment`.
fn of_type(element: &str) -> Option<String> {
    const VAGUE: [&str; 16] = [
        "Arc", "Box", "Cell", "Cow", "HashMap", "Item", "Option", "Ordering", "Rc", "RefCell",
        "Result", "Self", "String", "Value", "Vec", "VecDeque",
    ];
    let bare = element.trim_start_matches('&').trim_start_matches("mut ");
    let name = head_of(bare).rsplit("::").next()?;
    let is_word = name.len() > 2 && name.chars().all(|c| c.is_ascii_alphanumeric());
    if !is_word || !name.starts_with(char::is_uppercase) || VAGUE.contains(&name) {
        return None;
    }
    let mut word = String::new();
    let mut before = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            word.push('_');
        }
        word.push(c.to_ascii_lowercase());
        before = c;
    }
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    #[test]
    fn no_variable_is_hidden() {
        let hides = |before: &str| {
            let text = format!("fn f(a: A) {{ {before} for i in b {{ }} }} let c = d; }}");
            let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
            let all = source.root().descendants();
            let loops = all.filter_map(ast::ForExpr::cast);
            hides(loops.last().unwrap().syntax(), "c")
        };
        assert!(hides("let c = a; {"));
        assert!(hides("if let Some(c) = a {"));
        assert!(!hides("for c in a {} {"));
        assert!(!hides("{ let c = a; } let d = c; {"));
    }

    #[test]
    fn an_element_is_one_of_its_list() {
        for (list, element, name) in [
            ("lines", "String", Some("line")),
            ("item_list", "u8", Some("item")),
            ("xs", "f64", Some("x")),
            ("chars", "char", Some("c")),
            ("LEVEL_NAMES", "&str", Some("level_name")),
            ("data", "u8", Some("byte")),
            ("data", "f64", None),
            ("0", "f64", None),
        ] {
            assert_eq!(of_list(list, Some(element)).as_deref(), name, "{list}");
        }
        for (element, name) in [
            ("PathSegment", Some("path_segment")),
            ("&ast::Expr<'a>", Some("expr")),
            ("T", None),
            ("String", None),
            ("u8", None),
        ] {
            assert_eq!(of_type(element).as_deref(), name, "{element}");
        }
    }
}
