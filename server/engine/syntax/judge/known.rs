//! Methods of the standard library, and what their names alone imply about a call.
//!
//! If the file itself declares a method with the same name, nothing here applies to it.

use ra_ap_syntax::ast::{self, HasArgList};

use self::Fact::{
    Bool, Generic, HandsOut, Length, Looks, Optional, Search, TakesOut, Views, Wanted,
};
use crate::syntax::FileNames;

/// A property of a method, regardless of the standard type that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Only reads its receiver.
    Looks,
    /// Borrows from the place of its receiver, and has nothing to drop.
    Views,
    /// Returns something contained in another value, which may be a reference.
    HandsOut,
    /// Returns an `Option` or a `Result`.
    Optional,
    /// Returns a `bool`.
    Bool,
    /// Returns a `usize`.
    Length,
    /// Returns any requested type, as `parse` does.
    Wanted,
    /// The same, for conventional method and function names in other crates.
    Generic,
    /// Unwraps such a result, as `unwrap` does.
    TakesOut,
    /// Returns an index in both variants of a `Result`.
    Search,
}

/// Whether a call is of a method with this property, with the right number of arguments.
pub fn is_known(call: &ast::MethodCallExpr, fact: Fact) -> bool {
    let (Some(name), Some(arguments)) = (call.name_ref(), call.arg_list()) else {
        return false;
    };
    let name = name.text();
    let has_arity = |arity: usize| arguments.args().count() == arity;
    let is_listed = row(name)
        .is_some_and(|(arity, facts)| facts.contains(&fact) && arity.is_none_or(has_arity));
    let is_checked = fact == Optional && name.starts_with("checked_");
    (is_listed || is_checked) && !FileNames::around(call).has_method(name)
}

/// Whether methods or functions with this name have the property, however they are called.
pub fn tells(name: &str, fact: Fact) -> bool {
    row(name).is_some_and(|(_, facts)| facts.contains(&fact))
}

/// Whether a name reads as a predicate, which returns a `bool`.
pub fn is_question(name: &str) -> bool {
    const PREFIXES: [&str; 12] = [
        "are_",
        "can_",
        "contains",
        "does_",
        "ends_with",
        "has_",
        "is_",
        "matches_",
        "may_",
        "needs_",
        "should_",
        "starts_with",
    ];
    tells(name, Bool) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a name describes an action, whatever it returns: `handle_input`, `insert`.
pub fn is_deed(name: &str) -> bool {
    const VERBS: [&str; 28] = [
        "add", "advance", "apply", "close", "consume", "delete", "drop", "emit", "execute",
        "handle", "insert", "move", "next", "open", "pop", "process", "push", "remove", "replace",
        "run", "send", "set", "start", "step", "stop", "take", "update", "write",
    ];
    let verb = name.split('_').next().unwrap_or_default();
    VERBS.contains(&verb)
}

type Row = (&'static str, Option<usize>, &'static [Fact]);

fn row(name: &str) -> Option<(Option<usize>, &'static [Fact])> {
    let at = METHODS.binary_search_by_key(&name, |(name, _, _)| name);
    at.ok().map(|at| (METHODS[at].1, METHODS[at].2))
}

/// Method names with their properties and, where it matters, the number of arguments.
const METHODS: [Row; 152] = [
    ("all", Some(1), &[Bool]),
    ("any", Some(1), &[Bool]),
    ("arbitrary", None, &[Generic]),
    ("as_bytes", None, &[Looks, Views]),
    ("as_deref", None, &[Looks, Views, Optional]),
    ("as_deref_mut", None, &[Views]),
    ("as_mut", None, &[Views, HandsOut]),
    ("as_path", None, &[Looks, Views]),
    ("as_ref", None, &[Looks, Views, HandsOut]),
    ("as_slice", None, &[Looks, Views]),
    ("as_str", None, &[Looks, Views]),
    ("binary_search", Some(1), &[Search]),
    ("binary_search_by", Some(1), &[Search]),
    ("binary_search_by_key", Some(2), &[Search]),
    ("borrow", None, &[HandsOut]),
    ("borrow_mut", None, &[HandsOut]),
    ("bytes", None, &[Views]),
    ("capacity", Some(0), &[Length]),
    ("char_indices", None, &[Views]),
    ("chars", None, &[Views]),
    ("clone", None, &[HandsOut, TakesOut]),
    ("collect", None, &[Wanted]),
    ("contains", Some(1), &[Looks, Bool]),
    ("contains_key", Some(1), &[Looks, Bool]),
    ("context", None, &[TakesOut]),
    ("copied", None, &[HandsOut]),
    ("default", None, &[Wanted]),
    ("deref", None, &[HandsOut]),
    ("deserialize", None, &[Generic]),
    ("ends_with", Some(1), &[Looks, Bool]),
    ("eq", Some(1), &[Bool]),
    ("eq_ignore_ascii_case", Some(1), &[Bool]),
    ("err", None, &[Optional]),
    ("exists", Some(0), &[Bool]),
    ("expect", None, &[HandsOut, TakesOut]),
    ("extract", None, &[Generic]),
    ("file_name", None, &[Looks, Optional]),
    ("file_stem", None, &[Optional]),
    ("find", None, &[Optional]),
    ("find_map", None, &[Optional]),
    ("first", None, &[Looks, Optional]),
    ("from_bytes", None, &[Generic]),
    ("from_reader", None, &[Generic]),
    ("from_slice", None, &[Generic]),
    ("from_str", None, &[Generic]),
    ("from_value", None, &[Generic]),
    ("ge", Some(1), &[Bool]),
    ("gen", None, &[Generic]),
    ("get", None, &[Looks, Optional]),
    ("get_mut", None, &[Optional]),
    ("get_one", None, &[Generic]),
    ("get_or_init", None, &[HandsOut]),
    ("get_unchecked", None, &[HandsOut]),
    ("gt", Some(1), &[Bool]),
    ("index", None, &[HandsOut]),
    ("into", None, &[Wanted]),
    ("is_absolute", Some(0), &[Bool]),
    ("is_alphabetic", Some(0), &[Looks, Bool]),
    ("is_alphanumeric", Some(0), &[Looks, Bool]),
    ("is_ascii", Some(0), &[Looks, Bool]),
    ("is_ascii_alphabetic", Some(0), &[Bool]),
    ("is_ascii_alphanumeric", Some(0), &[Bool]),
    ("is_ascii_control", Some(0), &[Bool]),
    ("is_ascii_digit", Some(0), &[Looks, Bool]),
    ("is_ascii_graphic", Some(0), &[Bool]),
    ("is_ascii_hexdigit", Some(0), &[Bool]),
    ("is_ascii_lowercase", Some(0), &[Bool]),
    ("is_ascii_punctuation", Some(0), &[Bool]),
    ("is_ascii_uppercase", Some(0), &[Bool]),
    ("is_ascii_whitespace", Some(0), &[Bool]),
    ("is_char_boundary", Some(1), &[Looks, Bool]),
    ("is_control", Some(0), &[Bool]),
    ("is_dir", Some(0), &[Bool]),
    ("is_disjoint", Some(1), &[Bool]),
    ("is_empty", Some(0), &[Looks, Bool]),
    ("is_err", Some(0), &[Looks, Bool]),
    ("is_err_and", Some(1), &[Bool]),
    ("is_file", Some(0), &[Bool]),
    ("is_finite", Some(0), &[Bool]),
    ("is_infinite", Some(0), &[Bool]),
    ("is_lowercase", Some(0), &[Bool]),
    ("is_nan", Some(0), &[Bool]),
    ("is_negative", Some(0), &[Bool]),
    ("is_none", Some(0), &[Looks, Bool]),
    ("is_none_or", Some(1), &[Bool]),
    ("is_null", Some(0), &[Bool]),
    ("is_numeric", Some(0), &[Looks, Bool]),
    ("is_ok", Some(0), &[Looks, Bool]),
    ("is_ok_and", Some(1), &[Bool]),
    ("is_positive", Some(0), &[Bool]),
    ("is_power_of_two", Some(0), &[Bool]),
    ("is_relative", Some(0), &[Bool]),
    ("is_sign_negative", Some(0), &[Bool]),
    ("is_sign_positive", Some(0), &[Bool]),
    ("is_some", Some(0), &[Looks, Bool]),
    ("is_some_and", Some(1), &[Bool]),
    ("is_sorted", Some(0), &[Bool]),
    ("is_subset", Some(1), &[Bool]),
    ("is_superset", Some(1), &[Bool]),
    ("is_symlink", Some(0), &[Bool]),
    ("is_uppercase", Some(0), &[Bool]),
    ("is_whitespace", Some(0), &[Looks, Bool]),
    ("iter", None, &[Views]),
    ("iter_mut", None, &[Views]),
    ("keys", None, &[Views]),
    ("last", None, &[Looks, Optional]),
    ("le", Some(1), &[Bool]),
    ("len", Some(0), &[Looks, Views, Length]),
    ("lines", None, &[Views]),
    ("lock", None, &[HandsOut]),
    ("lt", Some(1), &[Bool]),
    ("map_err", None, &[TakesOut]),
    ("ne", Some(1), &[Bool]),
    ("next", None, &[Optional]),
    ("next_back", None, &[Optional]),
    ("nth", None, &[Optional]),
    ("ok", None, &[Optional, TakesOut]),
    ("ok_or", None, &[TakesOut]),
    ("ok_or_else", None, &[TakesOut]),
    ("or_insert", None, &[HandsOut]),
    ("parent", None, &[Looks]),
    ("parse", None, &[Optional, Wanted]),
    ("peek", None, &[Optional]),
    ("pop", None, &[Optional]),
    ("position", None, &[Optional]),
    ("product", None, &[Wanted]),
    ("ptr_eq", Some(1), &[Bool]),
    ("r#gen", None, &[Generic]),
    ("random", None, &[Generic]),
    ("read", None, &[HandsOut]),
    ("rfind", None, &[Optional]),
    ("sample", None, &[Generic]),
    ("split_once", None, &[Optional]),
    ("starts_with", Some(1), &[Looks, Bool]),
    ("strip_prefix", None, &[Optional]),
    ("strip_suffix", None, &[Optional]),
    ("sum", None, &[Wanted]),
    ("take_one", None, &[Generic]),
    ("to_digit", None, &[Optional]),
    ("to_str", None, &[Optional]),
    ("transmute", None, &[Generic]),
    ("trim", None, &[Views]),
    ("trim_end", None, &[Views]),
    ("trim_start", None, &[Views]),
    ("try_get", None, &[Generic]),
    ("try_into", None, &[Wanted]),
    ("unwrap", None, &[HandsOut, TakesOut]),
    ("unwrap_or", None, &[HandsOut]),
    ("unwrap_or_default", None, &[TakesOut]),
    ("unwrap_or_else", None, &[HandsOut, TakesOut]),
    ("values", None, &[Views]),
    ("write", None, &[HandsOut]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    #[test]
    fn methods_are_sorted_to_be_found() {
        assert!(METHODS.is_sorted_by_key(|(name, _, _)| name));
    }

    #[test]
    fn deeds_are_told_by_their_first_word() {
        for name in ["insert", "handle_input", "set"] {
            assert!(is_deed(name), "{name}");
        }
        for name in ["is_set", "settled", "input_handled", "len"] {
            assert!(!is_deed(name), "{name}");
        }
    }

    #[test]
    fn a_name_is_known_with_its_arguments() {
        let known = |code: &str, fact| match fixture::tail("", code) {
            ast::Expr::MethodCallExpr(call) => is_known(&call, fact),
            other => panic!("{other:?}"),
        };
        assert!(known("a.len()", Length));
        assert!(!known("a.len(b)", Length));
        assert!(known("a.get(b)", Looks) && known("a.get(b)", Optional));
        assert!(known("a.checked_add(b)", Optional));
        assert!(!known("a.checked_add(b)", Looks));
        assert!(!known("a.b()", Bool));
    }
}
