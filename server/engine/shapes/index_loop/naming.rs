//! What an element of a list is called.

use ra_ap_syntax::AstNode;

use super::Parts;
use crate::syntax::{
    plurals,
    scopes::{self, Names},
    types_shown::{List, head_of},
};

/// A telling name that nothing in the loop has; nothing where neither the list nor its type tells one.
pub(super) fn element(parts: &Parts, shown: &List) -> Option<String> {
    let element = shown.element.as_deref();
    let name = of_list(&parts.list_name, element).or_else(|| of_type(element?))?;
    let around = parts.around()?;
    let is_free = Names::in_node(&around).is_free(&name);
    (is_free && !scopes::is_constant_around(parts.body.syntax(), &name)).then_some(name)
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
    // `xs` are many of `x`.
    if let [one, b's'] = list.as_bytes() {
        return Some(char::from(*one).to_string());
    }
    plurals::singular(list)
}

/// `PathSegment` is a `path_segment`.
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
