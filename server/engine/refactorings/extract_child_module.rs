//! # Extract a child module
//!
//! ## What it does
//! Moves an inline module to its own file.
//!
//! ## Why
//!
//! A file should be about one subject, and a module that has grown is a subject of its own. In its own file, it can be
//! found by its name and has its imports at the top, and two people can change both files at once.
//!
//! ## Example
//!
//! In a file `stack.rs`, the module is moved to `stack/colors.rs`.
//!
//! ```rust before
//! pub fn paint(name: &str) -> u32 {
//!     colors::mixed(name, "white")
//! }
//!
//! /// Colors by their names.
//! pub mod $0colors {
//!     use std::collections::HashMap;
//!
//!     // Each is one number.
//!     pub fn by_name() -> HashMap<String, u32> {
//!         let mut all = HashMap::new();
//!         all.insert("black".to_owned(), 0);
//!         all.insert("white".to_owned(), 0x00ff_ffff);
//!         all
//!     }
//!
//!     pub fn mixed(one: &str, other: &str) -> u32 {
//!         let all = by_name();
//!         let one = all.get(one).copied().unwrap_or_default();
//!         let other = all.get(other).copied().unwrap_or_default();
//!         half(one) + half(other)
//!     }
//!
//!     fn half(color: u32) -> u32 {
//!         color / 2
//!     }
//! }
//! ```
//!
//! ```rust after
//! pub fn paint(name: &str) -> u32 {
//!     colors::mixed(name, "white")
//! }
//!
//! /// Colors by their names.
//! pub mod colors;
//! ```
//!
//! ```rust new stack/colors.rs
//! use std::collections::HashMap;
//!
//! // Each is one number.
//! pub fn by_name() -> HashMap<String, u32> {
//!     let mut all = HashMap::new();
//!     all.insert("black".to_owned(), 0);
//!     all.insert("white".to_owned(), 0x00ff_ffff);
//!     all
//! }
//!
//! pub fn mixed(one: &str, other: &str) -> u32 {
//!     let all = by_name();
//!     let one = all.get(one).copied().unwrap_or_default();
//!     let other = all.get(other).copied().unwrap_or_default();
//!     half(one) + half(other)
//! }
//!
//! fn half(color: u32) -> u32 {
//!     color / 2
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Short modules.
//! - Test modules, which `move-tests-to-file` moves.
//! - Modules with `#[path]` or with an attribute that may be a macro, and modules nested in such a module.
//! - Modules in blocks.
//! - Files whose name or location is unknown, because it determines where the new file goes.
//! - Code that names files relative to its own, such as `include_str!`, or uses `file!` or `line!`.
//! - Modules with submodules in files, or with block comments of several lines.
//!
//! Strings are kept byte for byte.
//!
//! ## What it checks
//!
//! The module is declared on the same line as before, so it has the same path and privacy, and macros are defined in the
//! same order. A macro from outside the standard library may read files relative to its call site; then the edit needs
//! review. For a finding of `large-file`, the longest module of at least 100 lines is moved.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasAttrs, HasModuleItem},
};

use super::{
    Allows, Also, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
    moved_module::moved,
};
use crate::{
    shapes::module_body::{InlineModule, is_of_module},
    syntax::attributes,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "extract-child-module",
    kind: Kind::Move,
    at: &[SyntaxKind::MODULE, SyntaxKind::SOURCE_FILE],
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::MovesModule]),
    plan,
};

/// A module must have more lines than this to be worth a file.
const LONG: usize = 20;
/// A module must have more lines than this to be moved out of a large file.
const LARGE: usize = 100;

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let module = match target {
        Target::Answer(_) => longest(context),
        _ => module_at(context, target),
    };
    let module = module.ok_or(Refusal::NotHere)?;
    let shape = InlineModule::of(&module, context.source, is_of_module)?;
    let outer: Vec<&str> = shape.outer.iter().map(|it| &**it).collect();
    let at = context.place.file_of(&outer, &shape.name)?;
    let range = module.syntax().text_range();
    let title = match at.components().join("/") {
        path if path.len() <= 40 => format!("Move module to `{path}`"),
        _ => "Move module to its own file".to_owned(),
    };
    moved(context, (shape, range), (title, at))
}

/// The module whose head or attribute is at the target.
fn module_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::Module> {
    let token = find::token_at(context, target)?;
    let module = find::around::<ast::Module>(context, target).next()?;
    let head_end = module.item_list()?.syntax().text_range().start();
    let is_at_head = token.text_range().start() <= head_end;
    (is_at_head && is_long(&module, LONG)).then_some(module)
}

/// The longest module of the file.
fn longest(context: &Context<'_>) -> Option<ast::Module> {
    let file = ast::SourceFile::cast(context.root.clone())?;
    let modules = file.items().filter_map(|item| match item {
        ast::Item::Module(module) => Some(module),
        _ => None,
    });
    let long = modules.filter(|it| it.item_list().is_some() && is_long(it, LARGE));
    long.max_by_key(|it| it.syntax().text_range().len())
}

/// Whether a non-test module has more lines than `lines`.
fn is_long(module: &ast::Module, lines: usize) -> bool {
    let is_test = |it: ast::Attr| attributes::bare(&it) == "cfg(test)";
    let code = module.syntax().text().to_string();
    code.lines().count() > lines && !module.attrs().any(is_test)
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::assert_moves, *};
    use crate::{
        refactorings::{
            Applicability, FilePlace,
            fixture::{assert_not_here, assert_refused_at, offered_at},
        },
        syntax::Hazard,
    };

    /// A body that is long enough, followed by `more`.
    fn body(more: &str) -> String {
        let filler = "pub fn a() -> u8 {\n    1\n}\n\n".repeat(5);
        format!("use super::*;\n\n{filler}{more}")
    }

    /// A file with a module that contains `body`, indented by one level.
    fn file(head: &str, body: &str) -> String {
        let inner = body.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        });
        let inner: String = inner.collect();
        format!("fn f() {{}}\n\n{head} {{\n{inner}}}\n\nfn g() {{}}\n")
    }

    fn refused(hazard: Hazard, text: &str) {
        assert_refused_at(FilePlace::Folder, &REFACTORING, hazard, text);
    }

    #[test]
    fn the_body_moves_and_its_head_stays() {
        let body = format!("//! Inner.\n\n{}", body("fn last() {}\n"));
        for head in [
            "mod $0m",
            "/// Doc.\n#[cfg(unix)]\n#[macro_use]\n#[allow(unused)]\npub(crate) mod m$0",
            "#[deprecated]\n$0pub mod m",
        ] {
            let after = format!(
                "fn f() {{}}\n\n{};\n\nfn g() {{}}\n",
                head.replace("$0", "")
            );
            for (place, name) in [
                (FilePlace::Beside("stack"), "stack/m.rs"),
                (FilePlace::Folder, "m.rs"),
            ] {
                assert_moves(
                    place,
                    &REFACTORING,
                    &file(head, &body),
                    &after,
                    (name, &body),
                );
            }
        }
    }

    #[test]
    fn a_raw_name_is_bare_on_the_disk() {
        let body = body("macro_rules! x {\n    () => {};\n}\n");
        let after = "fn f() {}\n\nmod r#type;\n\nfn g() {}\n";
        let text = file("mod $0r#type", &body);
        assert_moves(
            FilePlace::Folder,
            &REFACTORING,
            &text,
            after,
            ("type.rs", &body),
        );
    }

    #[test]
    fn modules_around_it_are_folders() {
        let body = body("const A: &str = r\"a\nb\";\n");
        let inner = file("pub mod $0m", &body).replace("    b\";", "b\";");
        let lines = |text: &str| {
            let lines = text.lines().map(|line| match line {
                "" | "b\";" => format!("{line}\n"),
                _ => format!("    {line}\n"),
            });
            lines.collect::<String>()
        };
        let text = format!("#[cfg(unix)]\nmod o {{\n{}}}\n", lines(&inner));
        let left = "fn f() {}\n\npub mod m;\n\nfn g() {}\n";
        let after = format!("#[cfg(unix)]\nmod o {{\n{}}}\n", lines(left));
        let place = FilePlace::Beside("stack");
        assert_moves(place, &REFACTORING, &text, &after, ("stack/o/m.rs", &body));
        refused(Hazard::References, &format!("#[path = \"x\"]\n{text}"));
        let in_block = format!("fn h() {{\n{}}}\n", lines(&inner));
        refused(Hazard::References, &in_block);
    }

    #[test]
    fn what_depends_on_its_file_is_refused() {
        for more in [
            "const A: &[u8] = include_bytes!(\"a\");",
            "#[doc = include_str!(\"a.md\")]\nfn b() {}",
            "mod b;",
            "#[path = \"x\"]\nmod b {}",
        ] {
            refused(Hazard::References, &file("mod $0m", &body(more)));
        }
        let plain = body("");
        for head in [
            "#[path = \"x.rs\"]\nmod $0m",
            "#[a::b]\nmod $0m",
            "mod $0ä",
            "mod $0con",
        ] {
            refused(Hazard::References, &file(head, &plain));
        }
        refused(Hazard::Text, &file("mod $0m /* c */", &plain));
        refused(
            Hazard::Text,
            &file("mod $0m", &body("/* a\n * b */\nfn c() {}")),
        );
        refused(
            Hazard::Edition,
            &file("mod $0m", &format!("#![rustfmt::skip]\n{plain}")),
        );
        let text = file("mod $0m", &plain);
        assert_refused_at(FilePlace::Unknown, &REFACTORING, Hazard::References, &text);
    }

    #[test]
    fn unknown_macros_want_a_look() {
        let level = |more: &str| {
            let text = file("mod $0m", &body(more));
            let offer = offered_at(FilePlace::Folder, &REFACTORING, &text);
            offer.unwrap().change().applicability
        };
        assert_eq!(
            level("fn b() {\n    println!(\"c\");\n}"),
            Applicability::Safe
        );
        assert_eq!(level("fn b() {\n    c!(d);\n}"), Applicability::NeedsCheck);
    }

    #[test]
    fn other_modules_are_left_alone() {
        let plain = body("");
        for text in [
            file("mod $0m", "fn a() {}\n"),
            file("#[cfg(test)]\nmod $0m", &plain),
            file("mod m", &plain).replacen("pub fn", "pub $0fn", 1),
            "mod $0m;\n".to_owned(),
        ] {
            assert_not_here(&REFACTORING, &text);
        }
    }
}
