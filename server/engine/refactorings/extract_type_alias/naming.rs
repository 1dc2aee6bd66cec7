//! Names for type aliases.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use crate::shapes::complex_type::{ComplexType, is_place, words_of};

/// Maximum length of a name in bytes.
const LONGEST: usize = 28;
/// Minimum length of a name in bytes.
const SHORTEST: usize = 4;

/// Names too general to be descriptive.
const VAGUE: [&str; 36] = [
    "args", "base", "body", "buffer", "cache", "callback", "cell", "chan", "closure", "context",
    "data", "elements", "entries", "func", "function", "handle", "inner", "input", "item", "items",
    "iter", "list", "lock", "mutex", "output", "receiver", "result", "results", "sender", "shared",
    "slot", "state", "stream", "value", "values", "vector",
];

/// Prelude names, which an alias would shadow.
const KNOWN: [&str; 12] = [
    "Clone", "Copy", "Default", "Drop", "From", "Into", "Iterator", "Option", "Result", "Send",
    "String", "Sync",
];

/// Derives a name from the field or parameter of that type.
pub(super) fn of(ty: &ast::Type) -> Option<String> {
    let place = ty.syntax().ancestors().find(is_place)?;
    let written = place.children().find_map(ast::Type::cast)?;
    if ComplexType::within(&written)?.ty.syntax() != ty.syntax() {
        return None;
    }
    if let Some(parameter) = ast::Param::cast(place.clone()) {
        let ast::Pat::IdentPat(pattern) = parameter.pat()? else {
            return None;
        };
        let name = pattern.name()?;
        return telling(name.text(), ty).filter(|_| !is_vague(name.text()));
    }
    let name = ast::RecordField::cast(place.clone())?.name()?;
    if !is_vague(name.text()) {
        return telling(name.text(), ty);
    }
    if name.text().len() < SHORTEST - 1 {
        return None;
    }
    let owner = place.ancestors().find_map(ast::Struct::cast)?.name()?;
    let own = telling(name.text(), ty)?;
    let is_said = owner.text().ends_with(&*own);
    fitting(format!("{}{own}", owner.text())).filter(|_| !is_said)
}

/// Whether a name is too general, or only a participle.
fn is_vague(name: &str) -> bool {
    let bare = name.trim_start_matches('_');
    let is_participle = bare.ends_with("ed") && !bare.contains('_');
    bare.len() < SHORTEST || is_participle || VAGUE.contains(&bare)
}

/// Whether a type is a function type.
fn is_function(ty: &ast::Type) -> bool {
    const HOLDERS: [&str; 3] = ["Arc<dyn ", "Box<dyn ", "Rc<dyn "];
    let text = words_of(ty);
    let unbound = |code: &str| -> String {
        let bound = code.strip_prefix("for<").and_then(|it| it.split_once("> "));
        bound.map_or(code, |(_, rest)| rest).to_owned()
    };
    let held = HOLDERS.iter().find_map(|holder| text.strip_prefix(holder));
    let is_held = held.is_some_and(|held| {
        let held = unbound(held);
        ["Fn(", "FnMut(", "FnOnce("]
            .iter()
            .any(|it| held.starts_with(it))
    });
    let own = unbound(&text);
    let own = own.trim_start_matches("unsafe ");
    is_held || own.starts_with("fn(") || own.starts_with("extern ")
}

/// `RetryQueue` for `retry_queue`, and `OnClickFn` for a function `on_click`.
fn telling(name: &str, ty: &ast::Type) -> Option<String> {
    const CALLED_SO: [&str; 7] = [
        "Callback", "Fn", "Fun", "Func", "Function", "Handler", "Hook",
    ];
    let mut name = joined(name)?;
    if is_function(ty) && !CALLED_SO.iter().any(|end| name.ends_with(end)) {
        name.push_str("Fn");
    }
    fitting(name)
}

fn joined(name: &str) -> Option<String> {
    let words = name.trim_start_matches('_').split('_');
    let mut joined = String::new();
    for word in words {
        let mut letters = word.chars();
        let first = letters.next()?;
        joined.extend(first.to_uppercase());
        joined.push_str(letters.as_str());
    }
    Some(joined)
}

fn fitting(name: String) -> Option<String> {
    let is_plain = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name.len() <= LONGEST;
    (is_plain && !KNOWN.contains(&&*name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined() {
        for (name, expected) in [
            ("handlers", Some("Handlers")),
            ("on_click", Some("OnClick")),
            ("_retry_queue", Some("RetryQueue")),
            ("r#type", None),
            ("result", None),
            ("a__b", None),
        ] {
            assert_eq!(
                joined(name).and_then(fitting).as_deref(),
                expected,
                "{name}"
            );
        }
        for name in ["map", "inner", "removed", "f"] {
            assert!(is_vague(name), "{name}");
        }
        assert!(!is_vague("handlers") && !is_vague("changed_by"));
    }
}
