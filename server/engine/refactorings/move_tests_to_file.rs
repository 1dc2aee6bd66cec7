//! # Move tests to a file
//!
//! ## What it does
//! Moves an inline module of tests to a file of its own.
//!
//! ## Why
//!
//! In a file that is half tests, the code is hard to find. In a file beside it the tests are as near as before, see the same
//! names, and can grow without getting in the way.
//!
//! ## Example
//!
//! In a file `stack.rs`, the tests go to `stack/tests.rs`.
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
//! Short modules; modules inside others, with `#[path]` or without `#[cfg(test)]`; files whose own name or place isn't known,
//! since it says where the new file has to be; tests that name files relative to their own, as `include_str!` does, or that ask
//! for their own place with `file!` or `line!`, or keep snapshots beside it; tests with modules in files of their own, or with
//! block comments of several lines. Strings stay byte for byte.
//!
//! The module has the same path as before, so all names in it mean the same. A macro that isn't of the standard library may
//! read files by where it is called; then a person has to look at the change.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasAttrs, HasModuleItem, HasName},
};

use super::{
    Allows, Also, Applicability, Change, Context, FilePlace, Hazard, Kind, Needs, Plan,
    Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{Rewrite, attributes, layout},
    text::{FileId, NewFile, TextRange},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "move-tests-to-file",
    kind: Kind::Move,
    at: &[SyntaxKind::MODULE],
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::MovesModule]),
    plan,
};

/// The fewest lines of tests that are worth a file.
const LONG: usize = 20;

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let module = module_at(context, target).ok_or(Refusal::NotHere)?;
    let list = module.item_list().ok_or(Refusal::NotHere)?;
    let name = module.name().ok_or(Refusal::NotHere)?;
    check_module(&module)?;
    check_body(&list)?;
    let applicability = check_macros(context, &list)?;
    let at = new_file(context.place, name.text().trim_start_matches("r#"))?;
    let body = Body::of(context, &list)?;
    let range = module.syntax().text_range();
    Plan::new(range, move || {
        let end = module
            .name()
            .map_or(range.end(), |it| it.syntax().text_range().end());
        let declared = context.rewrite(TextRange::new(end, range.end())).text(";");
        let title = format!("Move tests to `{}`", at.components().join("/"));
        let change = Change::new(title, range, vec![declared])?;
        let change = change.creating(at, body.written(context)?);
        let change = match applicability {
            Applicability::Safe => change,
            _ => change.to_check("the macros"),
        };
        Ok(change.checked(&[
            "the module has the same path as before",
            "nothing in it depends on the file it is in",
            "strings and comments stay as they are",
        ]))
    })
}

/// The module of tests whose head is at the target, or its attribute.
fn module_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::Module> {
    let token = find::token_at(context, target)?;
    let module = find::around::<ast::Module>(context, target).next()?;
    let head_end = module.item_list()?.syntax().text_range().start();
    let is_test = |attribute: &ast::Attr| attributes::bare(attribute) == "cfg(test)";
    let is_at_head = token.text_range().start() <= head_end;
    let is_long = module.syntax().text().to_string().lines().count() > LONG;
    (is_at_head && is_long && module.attrs().any(|it| is_test(&it))).then_some(module)
}

fn check_module(module: &ast::Module) -> Result<(), Refusal> {
    let is_top = module
        .syntax()
        .parent()
        .is_some_and(|it| it.kind() == SyntaxKind::SOURCE_FILE);
    if !is_top {
        return Err(Refusal::because(
            Hazard::References,
            "The module stands in another one, and its file would be looked for in a folder of that name.",
        ));
    }
    let has_others = module.attrs().any(|attribute| {
        let bare = attributes::bare(&attribute);
        bare != "cfg(test)" && !is_of_lints(&bare)
    });
    if has_others {
        return Err(Refusal::because(
            Hazard::References,
            "An attribute of the module may say where its file is, or read what stands in it.",
        ));
    }
    let head = module
        .syntax()
        .children_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let mut head = head.skip_while(|token| token.kind() != SyntaxKind::MOD_KW);
    if head.any(|token| token.kind() == SyntaxKind::COMMENT) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment stands beside the name of the module and would have no place any more.",
        ));
    }
    Ok(())
}

fn check_body(list: &ast::ItemList) -> Result<(), Refusal> {
    let has_files = list
        .syntax()
        .descendants()
        .filter_map(ast::Module::cast)
        .any(|module| {
            let has_path = module
                .attrs()
                .any(|it| attributes::bare(&it).contains("path="));
            module.item_list().is_none() || has_path
        });
    if has_files {
        return Err(Refusal::because(
            Hazard::References,
            "The module has modules in files of their own, which would be looked for elsewhere.",
        ));
    }
    let is_lint = |attribute: &ast::Attr| is_of_lints(&attributes::bare(attribute));
    if !list.attrs().all(|it| is_lint(&it)) {
        return Err(Refusal::because(
            Hazard::Edition,
            "An attribute inside the module may not be allowed at the head of a file.",
        ));
    }
    Ok(())
}

fn is_of_lints(bare: &str) -> bool {
    matches!(
        attributes::name(bare),
        "allow" | "expect" | "deny" | "warn" | "doc"
    )
}

/// Nothing may depend on the file it stands in: no macro in the module, and no macro of the file that the module may call.
fn check_macros(context: &Context<'_>, list: &ast::ItemList) -> Result<Applicability, Refusal> {
    let macros = context
        .root
        .descendants()
        .filter(|it| it.kind() == SyntaxKind::MACRO_RULES);
    let called: Vec<String> = called_in(list.syntax()).collect();
    let defined = macros.flat_map(|rules| called_in(&rules).collect::<Vec<_>>());
    if called
        .iter()
        .cloned()
        .chain(defined)
        .any(|name| is_of_file(&name))
    {
        return Err(Refusal::because(
            Hazard::References,
            "A macro in the module depends on the file that it stands in.",
        ));
    }
    let is_known = called.iter().all(|name| KNOWN.contains(&name.as_str()));
    Ok(if is_known {
        Applicability::Safe
    } else {
        Applicability::NeedsCheck
    })
}

/// The names in front of a `!`, in macro input too.
fn called_in(node: &SyntaxNode) -> impl Iterator<Item = String> {
    let tokens = node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let names = tokens.filter(|token| token.kind() == SyntaxKind::IDENT && is_called(token));
    names.map(|token| token.text().to_owned())
}

fn is_called(name: &SyntaxToken) -> bool {
    let mut next = std::iter::successors(name.next_token(), SyntaxToken::next_token);
    next.find(|token| !token.kind().is_trivia())
        .is_some_and(|token| token.kind() == SyntaxKind::BANG)
        && next
            .next()
            .is_none_or(|token| token.kind() != SyntaxKind::EQ)
}

/// Macros whose result depends on the file they stand in, and those that keep snapshots beside it.
fn is_of_file(name: &str) -> bool {
    const OF_FILE: [&str; 6] = [
        "column",
        "file",
        "include",
        "include_bytes",
        "include_str",
        "line",
    ];
    OF_FILE.contains(&name) || name.contains("snapshot") || name.ends_with("_file")
}

/// Macros of the standard library that read nothing.
const KNOWN: [&str; 24] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "concat",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "macro_rules",
    "matches",
    "panic",
    "print",
    "println",
    "stringify",
    "thread_local",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

fn new_file(place: FilePlace<'_>, name: &str) -> Result<NewFile, Refusal> {
    let file = format!("{name}.rs");
    let components = match place {
        FilePlace::Unknown => {
            return Err(Refusal::because(
                Hazard::References,
                "No file declares this one without `#[path]`, so nobody knows where its modules lie.",
            ));
        }
        FilePlace::Folder => vec![&*file],
        FilePlace::Beside(stem) => vec![stem, &*file],
    };
    NewFile::beside(FileId::ASKED, &components)
        .map_err(|bad| Refusal::because(Hazard::References, format!("{bad} on every system.")))
}

/// What stands between the braces of a module, on lines of its own.
struct Body<'a> {
    inside: TextRange,
    indent: &'a str,
}

impl<'a> Body<'a> {
    fn of(context: &Context<'a>, list: &ast::ItemList) -> Result<Self, Refusal> {
        let (open, close) = (list.l_curly_token(), list.r_curly_token());
        let (Some(open), Some(close)) = (open, close) else {
            return Err(Refusal::NotHere);
        };
        let inside = TextRange::new(open.text_range().end(), close.text_range().start());
        let code = context.source.slice(inside);
        let (first, _) = code.split_once('\n').ok_or_else(odd_layout)?;
        let lead = code.len() - code.trim_start().len();
        let trail = code.trim_end().len();
        if !first.trim().is_empty() || trail <= lead || list.items().next().is_none() {
            return Err(odd_layout());
        }
        let size = |at: usize| crate::text::len(&code[..at]);
        let start = inside.start() + size(lead);
        if has_long_comment(list) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment of several lines is indented with the module, and can't be moved with it.",
            ));
        }
        Ok(Self {
            inside: TextRange::new(start, inside.start() + size(trail)),
            indent: layout::indentation(&context.source.text, start),
        })
    }

    /// The same one level further out, as a file.
    fn written(&self, context: &Context<'a>) -> Result<Rewrite<'a>, Refusal> {
        let (text, edition) = (&*context.source.text, context.source.context.edition);
        let moved = layout::moved(text, self.inside, edition, self.indent, "");
        let part = Rewrite::part(text).keep_as(self.inside, &moved.ok_or_else(odd_layout)?);
        Ok(part.text(layout::first_line_ending(text)))
    }
}

/// A block comment of several lines is a picture of its own indentation.
fn has_long_comment(list: &ast::ItemList) -> bool {
    let tokens = list
        .syntax()
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let mut comments = tokens.filter(|token| token.kind() == SyntaxKind::COMMENT);
    comments.any(|comment| comment.text().trim_end().contains('\n'))
}

fn odd_layout() -> Refusal {
    Refusal::because(
        Hazard::Text,
        "The lines of the module are not indented evenly, so they can't be moved as they are.",
    )
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::assert_moves, *};
    use crate::refactorings::fixture::{assert_not_here, assert_refused_at, offered_at};

    /// A file with a module of tests: what stands before it, its head, and its body one level in.
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
            // The second line of the string is where it was.
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
