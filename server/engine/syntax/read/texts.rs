//! String literals that a file may repeat: keys, paths, names of headers and units, but not sentences.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::units::Unit;
use crate::text::TextRange;

/// A string literal in a unit that may deserve a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Hash of the literal as written.
    pub hash: u64,
    pub range: TextRange,
}

/// Minimum number of characters of a string that is easily mistyped.
const SHORTEST: usize = 6;
/// Maximum number of characters; longer strings are identified by their line.
const LONGEST: usize = 48;

impl Unit<'_> {
    /// The string literals in source order.
    pub(super) fn texts(&self) -> Vec<Text> {
        if self.is_for_tests() {
            return Vec::new();
        }
        let literals = self.nodes::<ast::Literal>();
        let texts = literals.filter(|literal| {
            is_key(self.slice(literal.syntax().text_range())) && stands_in_code(literal.syntax())
        });
        let text = |literal: ast::Literal| {
            let range = literal.syntax().text_range();
            let hash = hash(self.slice(range));
            Text { hash, range }
        };
        texts.map(text).collect()
    }
}

/// Environment variables that cargo sets for every build script.
const CARGOS: [&str; 5] = ["OUT_DIR", "TARGET", "HOST", "PROFILE", "CARGO_MANIFEST_DIR"];

/// Whether a literal is a key, a path or the like: joined or capitalized words, but no plain word, and no command line flag,
/// which is self-explanatory.
fn is_key(literal: &str) -> bool {
    let inner = literal
        .strip_prefix('"')
        .and_then(|it| it.strip_suffix('"'));
    inner.is_some_and(|inner| {
        let length = inner.chars().count();
        let letters = inner.chars().filter(char::is_ascii_alphabetic).count();
        let joins = |c: char| "_-./:+@#".contains(c);
        let is_one = inner.chars().all(|c| joins(c) || c.is_ascii_alphanumeric());
        let is_joined = inner.contains(joins) || !inner.contains(|c: char| c.is_ascii_lowercase());
        let is_known = inner.starts_with('-') || CARGOS.contains(&inner);
        (SHORTEST..=LONGEST).contains(&length)
            && letters * 2 > length
            && is_one
            && is_joined
            && !is_known
    })
}

/// Whether a literal is a value used by code, rather than part of an attribute, a constant, a table or a pattern, an arm of a
/// `match` that is a table, or the name of the value next to it.
fn stands_in_code(literal: &SyntaxNode) -> bool {
    let is_row = literal
        .parent()
        .is_some_and(|it| it.kind() == SyntaxKind::MATCH_ARM);
    if is_row || names_a_part(literal) {
        return false;
    }
    let mut around = literal.ancestors().skip(1);
    let ends = around.find(|node| {
        matches!(
            node.kind(),
            SyntaxKind::ARRAY_EXPR
                | SyntaxKind::ATTR
                | SyntaxKind::CONST
                | SyntaxKind::CONST_ARG
                | SyntaxKind::FN
                | SyntaxKind::LITERAL_PAT
                | SyntaxKind::STATIC
        )
    });
    ends.is_some_and(|node| node.kind() == SyntaxKind::FN)
}

/// Whether a literal names the value next to it for a debug formatter or a serializer.
fn names_a_part(literal: &SyntaxNode) -> bool {
    const METHODS: [&str; 6] = [
        "debug_struct",
        "field",
        "file",
        "serialize_entry",
        "serialize_field",
        "serialize_struct",
    ];
    let call = literal
        .ancestors()
        .nth(2)
        .and_then(ast::MethodCallExpr::cast);
    let name = call.and_then(|call| call.name_ref());
    name.is_some_and(|name| METHODS.contains(&name.text()))
}

/// FNV-1a. Equal texts have equal hashes, and matches are verified on the text.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, KindSet, Tree, places};

    #[test]
    fn keys_are_no_sentences() {
        for key in [
            "content-type",
            "/etc/hosts",
            "user_id",
            "app.name",
            "X-Token",
            "CARGO_HOME",
            "TARGETS",
        ] {
            assert!(is_key(&format!("\"{key}\"")), "{key}");
        }
        for text in ["short", "not a key", "{}-{:08}", "123456789", "a\\nbcdefg"] {
            assert!(!is_key(&format!("\"{text}\"")), "{text}");
        }
        assert!(!is_key("r\"user_id\""));
    }

    #[test]
    fn values_of_code_are_counted() {
        let text = "#[doc = \"attri-bute\"] fn f() { g(\"argu-ment\"); let a = [\"ele-ment\"]; m!(\"input_of\"); \
                    match b { \"pat-tern\" => \"res-ult\", c => g(\"call-ed\") } c.field(\"fie-ld\", d); const C: &str = \"const-ant\"; }";
        let tree = Tree::parse(text, FileContext::default().edition).unwrap();
        let place = &places(&tree.root())[0];
        let sees = KindSet::of(&[SyntaxKind::LITERAL]);
        let unit = Unit::seeing(sees, text, place, FileContext::default());
        let texts = unit.texts();
        let found: Vec<_> = texts.iter().map(|text_| unit.slice(text_.range)).collect();
        assert_eq!(found, ["\"argu-ment\"", "\"call-ed\""]);
    }
}
