//! # Derive an implementation
//!
//! ## What it does
//! Replaces a hand-written trait implementation with an equivalent `#[derive]`.
//!
//! ## Why
//!
//! A derived implementation can't miss a field that is added later, and nobody has to read it to know what it does.
//!
//! ## Example
//!
//! ```rust before
//! fn all(names: &[String]) -> Limits {
//!     let mut limits = Limits::default();
//!     limits.1.extend_from_slice(names);
//!     limits
//! }
//!
//! #[derive(Debug, Clone)]
//! struct Limits(u32, Vec<String>, Option<Box<Limits>>);
//!
//! $0impl Default for Limits {
//!     fn default() -> Self {
//!         Self(0, Vec::new(), None)
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn all(names: &[String]) -> Limits {
//!     let mut limits = Limits::default();
//!     limits.1.extend_from_slice(names);
//!     limits
//! }
//!
//! #[derive(Debug, Clone, Default)]
//! struct Limits(u32, Vec<String>, Option<Box<Limits>>);
//! ```
//!
//! ## What it leaves alone
//!
//! - Fields with a non-default value, and fields that are compared or hashed in a different order.
//! - Blocks with comments or attributes, which would be lost.
//! - Types with attributes that may be macros, and fields behind a `#[cfg]`.
//! - Bounds that a derive would not add.
//! - A trait or macro with that name that the file declares or imports from elsewhere. If a whole crate is imported with
//!   `*`, the edit needs review.
//! - `Hash` where `PartialEq` isn't derived, which clippy denies.
//! - `Debug` and `Clone` if a field is read nowhere else, and blocks whose removal would leave an import unused: rustc
//!   would warn about both.
//!
//! ## What it checks
//!
//! Every field is created, cloned, compared, hashed or formatted as the derive would, in the same order.
//! `a::T::default()` of a type from another file is assumed to be the `Default` implementation, so the edit needs
//! review. `Eq` and `Hash` are only derived if the types of all fields are known to implement them.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{shapes::derivable_impl::DerivableImpl, syntax::types_shown::Ground, text::TextRange};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "derive-impl",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IMPL],
    needs: Needs::Syntax,
    allows: Allows::of(
        "Clone Copy Debug Default Eq Hash PartialEq default derive",
        "",
        &[Also::DerivesTrait],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let block = block_at(context, target).ok_or(Refusal::NotHere)?;
    let source = context.source;
    let (shape, rewrites) = DerivableImpl::of(&block, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let title = format!("Derive `{}`", shape.name);
        let change = Change::new(title, shape.whole, rewrites)?.checked(&[
            "each field is handled as the derive would",
            "the derive adds the same bounds",
            "no import becomes unused",
        ]);
        Ok(match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("what the names refer to"),
        })
    })
}

/// The `impl` block whose head, or whose function's head, is at the target.
fn block_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::Impl> {
    let at = find::token_at(context, target)?.text_range();
    let block = find::around::<ast::Impl>(context, target).next()?;
    let start = block.impl_token()?.text_range().start();
    let list = block.assoc_item_list()?;
    let head = TextRange::new(start, list.syntax().text_range().start());
    let function = find::around::<ast::Fn>(context, target).next();
    let is_at_function = function.is_some_and(|function| {
        let body = function.body().map(|it| it.syntax().text_range());
        body.is_some_and(|body| at.end() <= body.start())
    });
    (head.contains_range(at) || is_at_function).then_some(block)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{
                assert_becomes, assert_becomes_in, assert_not_here, assert_refused,
                assert_refused_in, offered,
            },
        },
        *,
    };
    use crate::syntax::{FileContext, Hazard, RustVersion};

    static DERIVE: Refactoring = REFACTORING;

    /// A file with a type, an `impl` block and a function that reads the fields.
    fn file(item: &str, block: &str) -> String {
        let reads = "fn reads(s: &S) {\n    f(&s.a, &s.b, &s.0);\n}\n";
        let block = match block {
            "" => String::new(),
            block => format!("{block}\n\n"),
        };
        format!("{item}\n\n{block}{reads}")
    }

    fn derives(before: (&str, &str), after: &str) {
        assert_becomes(&DERIVE, &file(before.0, before.1), &file(after, ""));
    }

    fn default_of(ty: &str, value: &str) -> String {
        let item = format!("struct S {{\n    a: {ty},\n}}");
        let block = format!(
            "impl De$0fault for S {{\n    fn default() -> Self {{\n        Self {{ a: {value} }}\n    }}\n}}"
        );
        file(&item, &block)
    }

    #[test]
    fn defaults_of_all_kinds() {
        for (ty, value) in [
            ("u8", "0"),
            ("u64", "0_u64"),
            ("f32", "0.0"),
            ("bool", "false"),
            ("char", "'\\0'"),
            ("&'static str", "\"\""),
            ("Option<T>", "None"),
            ("T", "Default::default()"),
            ("T", "std::default::Default::default()"),
            ("String", "String::new()"),
            ("Vec<u8>", "Vec::new()"),
            ("Vec<u8>", "vec![]"),
            ("Vec<u8>", "Vec::default()"),
            ("(u8, bool)", "(0, false)"),
            ("[u8; 32]", "[0; 32]"),
            ("Box<u8>", "Box::new(0)"),
            (
                "std::cell::RefCell<Vec<u8>>",
                "std::cell::RefCell::new(Vec::new())",
            ),
            ("u8", "u8::default()"),
        ] {
            let after = file(
                &format!("#[derive(Default)]\nstruct S {{\n    a: {ty},\n}}"),
                "",
            );
            assert_becomes(&DERIVE, &default_of(ty, value), &after);
        }
    }

    #[test]
    fn other_values_stay() {
        for (ty, value) in [
            ("u8", "1"),
            ("f64", "-0.0"),
            ("f64", "0.5"),
            ("bool", "true"),
            ("String", "\"a\".into()"),
            ("u8", "A"),
            ("HashMap<u8, u8>", "HashMap::new()"),
            ("Box<dyn T>", "Box::new(0)"),
            ("[u8; 33]", "[0; 33]"),
            (
                "(u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8)",
                "(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
            ),
            ("T", "U::default()"),
            ("T", "T::new()"),
            ("u8", "{ f(); 0 }"),
        ] {
            assert_refused(&DERIVE, Hazard::Types, &default_of(ty, value));
        }
    }

    #[test]
    fn a_default_from_elsewhere_is_to_be_checked() {
        let level = |text: &str| {
            let offer = offered(FileContext::default(), &DERIVE, text).unwrap();
            offer.change().applicability
        };
        let foreign = default_of("T", "T::default()");
        assert_eq!(level(&foreign), Applicability::NeedsCheck);
        let derived = format!("{foreign}\n#[derive(Default)]\nstruct T;\n");
        assert_eq!(level(&derived), Applicability::Safe);
        let own = format!(
            "{foreign}\nstruct T;\nimpl T {{\n    fn default() -> T {{\n        T\n    }}\n}}\n"
        );
        assert_refused(&DERIVE, Hazard::Types, &own);
    }

    #[test]
    fn names_may_come_from_another_crate() {
        let level = |import: &str| {
            let text = format!("{import}\n{}", file("struct S(u8);", PLAIN));
            let offer = offered(FileContext::default(), &DERIVE, &text).unwrap();
            offer.change().applicability
        };
        assert_eq!(level("use derives::*;"), Applicability::NeedsCheck);
        for own in ["use super::*;", "use std::io::prelude::*;", "use Color::*;"] {
            assert_eq!(level(own), Applicability::Safe, "{own}");
        }
    }

    #[test]
    fn other_traits() {
        let named = "struct S {\n    a: u8,\n    b: Vec<u8>,\n}";
        let clone = "impl Clone for S {\n    fn clo$0ne(&self) -> Self {\n        Self {\n            a: self.a,\n            b: self.b.clone(),\n        }\n    }\n}";
        derives((named, clone), &format!("#[derive(Clone)]\n{named}"));
        let eq = "impl PartialEq for S$0 {\n    #[inline]\n    fn eq(&self, other: &Self) -> bool {\n        self.a == other.a && self.b == other.b\n    }\n}";
        derives((named, eq), &format!("#[derive(PartialEq)]\n{named}"));
        let tuple = "#[derive(PartialEq)]\nstruct S(u8);";
        derives(
            (tuple, "$0impl Eq for S {}"),
            "#[derive(PartialEq, Eq)]\nstruct S(u8);",
        );
        let hash = "impl std::hash::Hash$0 for S {\n    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {\n        self.0.hash(state);\n    }\n}";
        derives((tuple, hash), "#[derive(PartialEq, Hash)]\nstruct S(u8);");
        let debug = "impl std::fmt::Debug for$0 S {\n    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {\n        f.debug_struct(\"S\")\n            .field(\"a\", &self.a)\n            .field(\"b\", &self.b)\n            .finish()\n    }\n}";
        derives((named, debug), &format!("#[derive(Debug)]\n{named}"));
        let copied = "#[derive(Copy)]\nstruct S(u8);";
        let clone = "impl Clone for S$0 {\n    fn clone(&self) -> Self {\n        *self\n    }\n}";
        derives((copied, clone), "#[derive(Clone, Copy)]\nstruct S(u8);");
        derives(
            (tuple, "impl Cop$0y for S {}"),
            "#[derive(Copy, PartialEq)]\nstruct S(u8);",
        );
    }

    #[test]
    fn a_variant_is_marked() {
        let item = "/// Doc.\npub enum S {\n    /// One.\n    A,\n    B(u8),\n}";
        let block = "impl Default for $0S {\n    fn default() -> Self {\n        S::A\n    }\n}";
        let after = "/// Doc.\n#[derive(Default)]\npub enum S {\n    /// One.\n    #[default]\n    A,\n    B(u8),\n}";
        derives((item, block), after);
        assert_refused(
            &DERIVE,
            Hazard::Types,
            &file(item, &block.replace("S::A", "S::B(0)")),
        );
        let old = FileContext {
            rust_version: Some(RustVersion(61)),
            ..FileContext::default()
        };
        assert_refused_in(old, &DERIVE, Hazard::Edition, &file(item, block));
        let new = FileContext {
            rust_version: Some(RustVersion(62)),
            ..FileContext::default()
        };
        assert_becomes_in(new, &DERIVE, &file(item, block), &file(after, ""));
    }

    #[test]
    fn the_name_comes_where_most_have_it() {
        for (list, after) in [
            ("Debug", "Debug, Default"),
            ("Clone, Debug, Eq", "Clone, Debug, Default, Eq"),
            ("Debug, Serialize", "Debug, Default, Serialize"),
            ("Serialize", "Default, Serialize"),
            (
                "Debug, Clone, serde::Serialize",
                "Debug, Clone, Default, serde::Serialize",
            ),
        ] {
            let with = |list: &str| format!("#[derive({list})]\nstruct S(u8);");
            let block =
                "impl Default$0 for S {\n    fn default() -> Self {\n        Self(0)\n    }\n}";
            derives((&with(list), block), &with(after));
        }
    }

    #[test]
    fn parameters_have_the_bounds_that_deriving_writes() {
        let block = |head: &str| {
            format!("{head} {{\n    fn default() -> Self {{\n        Self(None)\n    }}\n}}")
        };
        for (item, head) in [
            (
                "struct S<'a>(Option<&'a u8>);",
                "$0impl<'a> Default for S<'a>",
            ),
            ("struct S<'a>(Option<&'a u8>);", "$0impl Default for S<'_>"),
            (
                "struct S<T: Copy>(Option<T>);",
                "$0impl<T: Copy + Default> Default for S<T>",
            ),
            (
                "struct S<const N: usize>(Option<[u8; N]>);",
                "$0impl<const N: usize> Default for S<N>",
            ),
        ] {
            derives((item, &block(head)), &format!("#[derive(Default)]\n{item}"));
        }
        for (item, head) in [
            ("struct S<T>(Option<T>);", "$0impl<T> Default for S<T>"),
            ("struct S<T>(Option<T>);", "$0impl Default for S<u8>"),
            (
                "struct S<T>(Option<T>);",
                "$0impl<T: Default + Copy> Default for S<T>",
            ),
            (
                "struct S<T>(Option<T>);",
                "$0impl<T> Default for S<T> where T: Default",
            ),
            (
                "struct S<T: A>(Option<T::B>);",
                "$0impl<T: A + Default> Default for S<T>",
            ),
            (
                "struct S<T, U>(Option<(T, U)>);",
                "$0impl<U: Default, T: Default> Default for S<U, T>",
            ),
        ] {
            assert_refused(&DERIVE, Hazard::Generics, &file(item, &block(head)));
        }
    }

    const PLAIN: &str =
        "$0impl Default for S {\n    fn default() -> Self {\n        Self(0)\n    }\n}";

    #[test]
    fn names_of_the_file_are_its_own() {
        for other in [
            "trait Default {}",
            "use a::Default;",
            "use a::{b, Other as Default};",
            "macro_rules! Default { () => {} }",
            "#![no_implicit_prelude]",
        ] {
            let text = format!("{other}\n{}", file("struct S(u8);", PLAIN));
            assert_refused(&DERIVE, Hazard::Scope, &text);
        }
        let none = PLAIN.replace("0)", "None)");
        let text = format!("use a::None;\n{}", file("struct S(Option<u8>);", &none));
        assert_refused(&DERIVE, Hazard::Types, &text);
    }

    #[test]
    fn attributes_and_comments_stay() {
        for (item, block) in [
            ("struct S(u8);", PLAIN.replace("$0impl", "/// Doc.\n$0impl")),
            (
                "struct S(u8);",
                PLAIN.replace("$0impl", "#[cfg(a)]\n$0impl"),
            ),
            (
                "struct S(u8);",
                PLAIN.replace("Self(0)", "// Why.\n        Self(0)"),
            ),
            ("struct S(u8);", PLAIN.replace("$0impl", "// Why.\n$0impl")),
            (
                "struct S(u8);",
                PLAIN.replace("    fn", "    #[cold]\n    fn"),
            ),
        ] {
            assert_refused(&DERIVE, Hazard::Text, &file(item, &block));
        }
        for item in [
            "#[pyclass]\nstruct S(u8);",
            "#[repr(packed)]\nstruct S(u8);",
            "#[cfg(a)]\nstruct S(u8);",
            "#[cfg_attr(a, derive(Default))]\nstruct S(u8);",
            "struct S(#[cfg(a)] u8);",
        ] {
            assert_refused(&DERIVE, Hazard::Types, &file(item, PLAIN));
        }
        let item = "#[cfg_attr(feature = \"a\", derive(Serialize))]\nstruct S(u8);";
        let after = item.replace("struct", "#[derive(Default)]\nstruct");
        derives((item, PLAIN), &after);
    }

    #[test]
    fn what_does_something_else_stays() {
        let named = "#[derive(PartialOrd)]\nstruct S {\n    a: f64,\n    b: u8,\n}";
        for block in [
            "$0impl Eq for S {}",
            "$0impl PartialEq for S {\n    fn eq(&self, o: &Self) -> bool {\n        self.b == o.b && self.a == o.a\n    }\n}",
            "$0impl PartialEq for S {\n    fn eq(&self, o: &Self) -> bool {\n        self.a == o.a\n    }\n}",
            "$0impl PartialEq for S {\n    fn eq(&self, o: &Self) -> bool {\n        self.a == o.a || self.b == o.b\n    }\n}",
            "$0impl Clone for S {\n    fn clone(&self) -> Self {\n        *self\n    }\n}",
            "$0impl Clone for S {\n    fn clone(&self) -> Self {\n        Self { a: self.a, b: 1 }\n    }\n}",
            "$0impl std::hash::Hash for S {\n    fn hash<H: std::hash::Hasher>(&self, h: &mut H) {\n        self.b.hash(h);\n    }\n}",
            "$0impl std::fmt::Debug for S {\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {\n        f.debug_struct(\"S\").field(\"a\", &self.a).finish()\n    }\n}",
            "$0impl std::fmt::Debug for S {\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {\n        f.debug_struct(\"S \").field(\"a\", &self.a).field(\"b\", &self.b).finish()\n    }\n}",
        ] {
            assert_refused(&DERIVE, Hazard::Types, &file(named, block));
        }
    }

    #[test]
    fn nothing_is_left_that_rustc_warns_of() {
        let hash = "impl Hash$0 for S {\n    fn hash<H: Hasher>(&self, state: &mut H) {\n        self.0.hash(state);\n    }\n}";
        let text = |rest: &str| {
            let item = "#[derive(PartialEq)]\nstruct S(u8);";
            format!(
                "use std::hash::{{Hash, Hasher}};\n\n{}{rest}",
                file(item, hash)
            )
        };
        assert_refused(&DERIVE, Hazard::References, &text(""));
        let used = text("fn g<H: Hasher>() {}\n");
        assert!(offered(FileContext::default(), &DERIVE, &used).is_ok());
        let unread = "struct S {\n    c: u8,\n}";
        let clone = "$0impl Clone for S {\n    fn clone(&self) -> Self {\n        Self { c: self.c }\n    }\n}";
        assert_refused(&DERIVE, Hazard::References, &file(unread, clone));
    }

    #[test]
    fn other_blocks_are_left_alone() {
        for (item, block) in [
            ("struct S(u8);", "$0impl S {}"),
            ("struct S(u8);", "$0impl Drop for S {}"),
            ("union S {\n    a: u8,\n}", "$0impl Eq for S {}"),
            ("", PLAIN),
            ("#[derive(Default)]\nstruct S(u8);", PLAIN),
            ("mod m {\n    struct S(u8);\n}", PLAIN),
            (
                "struct S(u8);",
                "impl Default for S {\n    fn default() -> Self {\n        $0Self(0)\n    }\n}",
            ),
        ] {
            assert_not_here(&DERIVE, &file(item, block));
        }
    }
}
