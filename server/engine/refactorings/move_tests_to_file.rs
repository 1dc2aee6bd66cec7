//! # Move tests to a file
//!
//! ## What it does
//! Moves an inline test module to its own file.
//!
//! ## Why
//!
//! In a file that is half tests, the code is hard to find. In a separate file, the tests are as close as before, see the
//! same names, and can grow without getting in the way.
//!
//! ## Example
//!
//! In a file `stack.rs`, the tests are moved to `stack/tests.rs`.
//!
//! ```rust before
//! pub fn double(number: u32) -> u32 {
//!     number * 2
//! }
//!
//! #[cfg(test)]
//! mod $0tests {
//!     use super::*;
//!
//!     // Nothing is twice nothing.
//!     #[test]
//!     fn of_nothing() {
//!         assert_eq!(double(0), 0);
//!     }
//!
//!     #[test]
//!     fn of_one() {
//!         assert_eq!(double(1), 2);
//!     }
//!
//!     #[test]
//!     fn of_many() {
//!         let many = [2, 3, 5, 7];
//!         for number in many {
//!             assert_eq!(double(number), number + number);
//!         }
//!     }
//! }
//! ```
//!
//! ```rust after
//! pub fn double(number: u32) -> u32 {
//!     number * 2
//! }
//!
//! #[cfg(test)]
//! mod tests;
//! ```
//!
//! ```rust new stack/tests.rs
//! use super::*;
//!
//! // Nothing is twice nothing.
//! #[test]
//! fn of_nothing() {
//!     assert_eq!(double(0), 0);
//! }
//!
//! #[test]
//! fn of_one() {
//!     assert_eq!(double(1), 2);
//! }
//!
//! #[test]
//! fn of_many() {
//!     let many = [2, 3, 5, 7];
//!     for number in many {
//!         assert_eq!(double(number), number + number);
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Short modules.
//! - Nested modules, modules with `#[path]`, and modules without `#[cfg(test)]`.
//! - Files whose name or location is unknown, because it determines where the new file goes.
//! - Tests that name files relative to their own, such as `include_str!`, use `file!` or `line!`, or keep snapshots next
//!   to the file.
//! - Tests with submodules in files, or with block comments of several lines.
//!
//! Strings are kept byte for byte. The module has the same path as before, so all names in it mean the same. A macro
//! from outside the standard library may read files relative to its call site; then the edit needs review.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasAttrs},
};

use super::{
    Allows, Also, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
    moved_module::moved,
};
use crate::{
    shapes::module_body::{InlineModule, is_of_lints},
    syntax::attributes,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "move-tests-to-file",
    kind: Kind::Move,
    at: &[SyntaxKind::MODULE],
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::MovesModule]),
    plan,
};

/// A test module must have more lines than this to be worth a file.
const LONG: usize = 20;

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let module = module_at(context, target).ok_or(Refusal::NotHere)?;
    check_place(&module)?;
    let is_kept = |bare: &str| bare == "cfg(test)" || is_of_lints(bare);
    let shape = InlineModule::of(&module, context.source, is_kept)?;
    let at = context.place.file_of(&[], &shape.name)?;
    let range = module.syntax().text_range();
    let title = format!("Move tests to `{}`", at.components().join("/"));
    moved(context, (shape, range), (title, at))
}

/// The test module whose head or attribute is at the target.
fn module_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::Module> {
    let token = find::token_at(context, target)?;
    let module = find::around::<ast::Module>(context, target).next()?;
    let head_end = module.item_list()?.syntax().text_range().start();
    let is_test = |attribute: &ast::Attr| attributes::bare(attribute) == "cfg(test)";
    let is_at_head = token.text_range().start() <= head_end;
    let is_long = module.syntax().text().to_string().lines().count() > LONG;
    (is_at_head && is_long && module.attrs().any(|it| is_test(&it))).then_some(module)
}

/// Refuses nested modules, whose file would need a directory just for the tests.
fn check_place(module: &ast::Module) -> Result<(), Refusal> {
    let around = module.syntax().parent();
    if around.is_some_and(|it| it.kind() == SyntaxKind::SOURCE_FILE) {
        return Ok(());
    }
    Err(Refusal::because(
        Hazard::References,
        "The module is nested in another one, so its file would belong in a folder of that name.",
    ))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::assert_moves, *};
    use crate::refactorings::{
        Applicability, FilePlace,
        fixture::{assert_not_here, assert_refused_at, offered_at},
    };

    /// A file with a test module: `head` in front of it, and `body` indented by one level.
    fn file(head: &str, body: &str) -> String {
        let inner = body.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        });
        format!(
            "fn f() {{}}\n\n#[cfg(test)]\n{head} {{\n{}}}\n",
            inner.collect::<String>()
        )
    }

    fn long(body: &str) -> String {
        let filler = "#[test]\nfn a() {\n    assert!(true);\n}\n\n".repeat(5);
        format!("use super::*;\n\n{filler}{body}")
    }

    fn refused(hazard: Hazard, body: &str) {
        assert_refused_at(
            FilePlace::Beside("a"),
            &REFACTORING,
            hazard,
            &file("mod $0tests", &long(body)),
        );
    }

    #[test]
    fn the_body_moves_one_level_out() {
        let body =
            long("/// Doc.\n#[cfg(unix)]\nfn b() {\n    // c\n    let d = \"e\n  f\"; // g\n}\n");
        for (place, name) in [
            (FilePlace::Beside("stack"), "stack/tests.rs"),
            (FilePlace::Folder, "tests.rs"),
        ] {
            // The second line of the string stays unindented.
            let text = file("$0mod tests", &body).replace("      f\"", "  f\"");
            let after = "fn f() {}\n\n#[cfg(test)]\nmod tests;\n";
            assert_moves(place, &REFACTORING, &text, after, (name, &body));
        }
    }

    #[test]
    fn comments_and_lints_stay_with_their_side() {
        let body = format!("#![allow(x)]\n//! Inner.\n\n{}", long("// last\n"));
        let text = file("/// Outer.\n#[allow(y)]\npub(crate) mod te$0sts", &body);
        let after = "fn f() {}\n\n#[cfg(test)]\n/// Outer.\n#[allow(y)]\npub(crate) mod tests;\n";
        assert_moves(
            FilePlace::Folder,
            &REFACTORING,
            &text,
            after,
            ("tests.rs", &body),
        );
    }

    #[test]
    fn what_depends_on_its_file_is_refused() {
        for body in [
            "const A: &str = include_str!(\"a.txt\");",
            "fn b() {\n    assert_eq!(file!(), \"c\");\n}",
            "fn b() {\n    insta::assert_snapshot!(c);\n}",
            "mod b;",
            "#[path = \"x\"]\nmod b {}",
        ] {
            refused(Hazard::References, body);
        }
        refused(Hazard::Text, "/* a\n * b\n */\nfn c() {}");
        let unknown = file("mod $0tests", &long(""));
        assert_refused_at(
            FilePlace::Unknown,
            &REFACTORING,
            Hazard::References,
            &unknown,
        );
        let with_path = file("#[path = \"x.rs\"]\nmod $0tests", &long(""));
        assert_refused_at(
            FilePlace::Folder,
            &REFACTORING,
            Hazard::References,
            &with_path,
        );
        let inner = file("mod $0tests", &format!("#![rustfmt::skip]\n{}", long("")));
        assert_refused_at(FilePlace::Folder, &REFACTORING, Hazard::Edition, &inner);
        let rules = format!("macro_rules! m {{ () => {{ include_str!(\"a\") }} }}\n{unknown}");
        assert_refused_at(FilePlace::Folder, &REFACTORING, Hazard::References, &rules);
        let named = file("mod $0con", &long(""));
        assert_refused_at(FilePlace::Folder, &REFACTORING, Hazard::References, &named);
    }

    #[test]
    fn unknown_macros_want_a_look() {
        let level = |body: &str| {
            let text = file("mod $0tests", &long(body));
            let offer = offered_at(FilePlace::Folder, &REFACTORING, &text);
            offer.unwrap().change().applicability
        };
        assert_eq!(
            level("fn b() {\n    assert!(a != b);\n}"),
            Applicability::Safe
        );
        assert_eq!(
            level("fn b() {\n    fixture!(a);\n}"),
            Applicability::NeedsCheck
        );
    }

    #[test]
    fn other_modules_are_left_alone() {
        let whole = file("mod $0tests", &long(""));
        for text in [
            file("mod $0tests", "fn a() {}\n"),
            whole.replace("#[cfg(test)]", ""),
            whole.replace("$0", "").replacen("assert!", "asser$0t!", 1),
            "#[cfg(test)]\nmod $0tests;\n".to_owned(),
        ] {
            assert_not_here(&REFACTORING, &text);
        }
        let nested = format!("mod m {{\n{whole}}}\n");
        assert_refused_at(FilePlace::Folder, &REFACTORING, Hazard::References, &nested);
    }
}
