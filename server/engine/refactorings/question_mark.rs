//! # Question mark
//!
//! ## What it does
//! Replaces a `match`, `if let` or `let … else` that returns `None` or propagates an error with `?`.
//!
//! ## Why
//!
//! `?` does in one character what the longer form does in four lines: continue with the value, or return the error.
//! Every Rust programmer knows it, so only the use of the value is left to read.
//!
//! ## Example
//!
//! ```rust before
//! fn first(names: &[String]) -> Option<usize> {
//!     let $0first = match names.first() {
//!         Some(name) => name,
//!         None => return None,
//!     };
//!     Some(first.len())
//! }
//! ```
//!
//! ```rust after
//! fn first(names: &[String]) -> Option<usize> {
//!     let first = names.first()?;
//!     Some(first.len())
//! }
//! ```
//!
//! If the error is new, or is made from another error, `ok_or` or `map_err` is added:
//!
//! ```rust before
//! fn read(path: &Path) -> Result<String, ReadError> {
//!     let text = match fs::read_to_string(path) {
//!         Ok(text) => text,
//!         Err(error) => return Err(ReadError::Io(error)),
//!     };
//!     Ok(text)
//! }
//! ```
//!
//! ```rust after
//! fn read(path: &Path) -> Result<String, ReadError> {
//!     let text = fs::read_to_string(path).map_err(ReadError::Io)?;
//!     Ok(text)
//! }
//! ```
//!
//! Code at the end of a function that is nested in one or several such conditions is moved out:
//!
//! ```rust before
//! fn width(line: &str) -> Option<usize> {
//!     $0if let Some(rest) = line.strip_prefix("width") {
//!         let rest = rest.trim();
//!         if let Ok(width) = rest.parse::<usize>() {
//!             log(width);
//!             Some(width * 8)
//!         } else {
//!             None
//!         }
//!     } else {
//!         None
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn width(line: &str) -> Option<usize> {
//!     let rest = line.strip_prefix("width")?;
//!     let rest = rest.trim();
//!     let width = rest.parse::<usize>().ok()?;
//!     log(width);
//!     Some(width * 8)
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - A value that may be a reference to an `Option` or a `Result`.
//! - An error whose type is only inferred from the return type.
//! - An error that becomes a trait object, or that uses variables a closure can't borrow.
//! - A variable that is used again.
//! - Closures, `async` blocks and `const fn`.
//! - Comments that would be lost.

use ra_ap_syntax::{SyntaxKind, SyntaxNode};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{
    shapes::{question_mark::QuestionMark, question_tail::QuestionTail},
    syntax::types_shown::Ground,
    text::TextRange,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "question-mark",
    kind: Kind::Rewrite,
    at: &KINDS,
    needs: Needs::Syntax,
    allows: Allows::of(
        "? let map_err ok ok_or ok_or_else",
        "None else if let match return",
        &[Also::DropsPattern],
    ),
    plan,
};

const KINDS: [SyntaxKind; 3] = [
    SyntaxKind::IF_EXPR,
    SyntaxKind::LET_STMT,
    SyntaxKind::MATCH_EXPR,
];

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let node = node_at(context, target).ok_or(Refusal::NotHere)?;
    match QuestionTail::of(&node, &source.text, source.context) {
        Err(Refusal::NotHere) => {}
        shape => return plan_tail(shape?),
    }
    let (shape, rewrite) = QuestionMark::of(&node, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let change = Change::new("Replace with `?`", shape.whole, vec![rewrite])?;
        let (change, types) = match shape.ground {
            Ground::Shown => (change, "the value is an owned `Option` or `Result`"),
            Ground::Likely => (
                change.to_check("the error type"),
                "the error is returned unchanged, or is made from the value's error",
            ),
        };
        Ok(change.checked(&[
            types,
            "the enclosing function returns the same kind",
            "no variable is moved, or borrowed for longer",
        ]))
    })
}

/// Plans the change of a choice in tail position.
fn plan_tail(shape: QuestionTail<'_>) -> Result<Plan<'_>, Refusal> {
    let range = shape.rewrite.range();
    Plan::new(range, move || {
        let title = shape.title();
        let change = Change::new(title, range, vec![shape.rewrite])?;
        let change = match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("drop order"),
        };
        Ok(change.checked(&[
            "the value is an owned `Option` or `Result`",
            "the enclosing function returns an `Option`, and no code follows",
            "temporaries are dropped before variables",
        ]))
    })
}

/// The `match`, `if` or `let` whose first line is at the target.
fn node_at(context: &Context<'_>, target: Target<'_>) -> Option<SyntaxNode> {
    let at = find::token_at(context, target)?;
    let around = at.parent_ancestors();
    let mut around = around.filter(|node| KINDS.contains(&node.kind()));
    let found = around.next()?;
    let found = match found.kind() {
        SyntaxKind::LET_STMT => {
            let value = found
                .children()
                .find(|child| matches!(child.kind(), SyntaxKind::MATCH_EXPR | SyntaxKind::IF_EXPR));
            value.unwrap_or(found)
        }
        _ => found,
    };
    let body = found.children().find(|child| {
        matches!(
            child.kind(),
            SyntaxKind::MATCH_ARM_LIST | SyntaxKind::BLOCK_EXPR | SyntaxKind::LET_ELSE
        )
    })?;
    let end = body.text_range().start();
    let start = found.parent().map_or(found.text_range(), |parent| {
        if parent.kind() == SyntaxKind::LET_STMT {
            parent.text_range()
        } else {
            found.text_range()
        }
    });
    TextRange::new(start.start(), end)
        .contains_inclusive(at.text_range().start())
        .then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        },
        *,
    };
    use crate::syntax::{FileContext, Hazard};

    static QUESTION_MARK: Refactoring = REFACTORING;

    /// Puts code in a function with this return type, after items that the code may use.
    fn inside(gives: &str, code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!(
            "fn own() -> Result<u8, E> {{\n    todo!()\n}}\n\nfn f(&self, by: &str, up: u8) -> {gives} {{\n{lines}}}\n"
        )
    }

    fn becomes(gives: &str, before: &str, after: &str) {
        assert_becomes(
            &QUESTION_MARK,
            &inside(gives, before),
            &inside(gives, after),
        );
    }

    fn refused(hazard: Hazard, gives: &str, code: &str) {
        assert_refused(&QUESTION_MARK, hazard, &inside(gives, code));
    }

    const OPTION: &str = "Option<u8>";
    const RESULT: &str = "Result<u8, E>";

    #[test]
    fn nothing_is_returned_for_nothing() {
        for before in [
            "$0let a = match b.get(1) {\n    Some(a) => a,\n    None => return None,\n};",
            "$0let a = match b.get(1) {\n    None => {\n        return None;\n    }\n    Some(c) => c,\n};",
            "$0let a = match b.get(1) {\n    Some(a) => { a }\n    _ => return None,\n};",
            "$0let a = if let Some(a) = b.get(1) {\n    a\n} else {\n    return None;\n};",
            "$0let Some(a) = b.get(1) else {\n    return None;\n};",
            "$0let Some(a) = b.get(1) else { return None };",
        ] {
            becomes(OPTION, before, "let a = b.get(1)?;");
        }
        becomes(
            OPTION,
            "$0let (mut a, c): (u8, u8) = match b.split_once(1) {\n    Some(x) => x,\n    None => return None,\n};",
            "let (mut a, c): (u8, u8) = b.split_once(1)?;",
        );
        becomes(
            OPTION,
            "$0let Some(mut a) = b.next() else { return None };",
            "let mut a = b.next()?;",
        );
        for before in [
            "$0let a = match b.get(1) {\n    Some(&a) => a,\n    None => return None,\n};",
            "$0let Some(&a) = b.get(1) else {\n    return None;\n};",
        ] {
            becomes(OPTION, before, "let a = *b.get(1)?;");
        }
        becomes(
            OPTION,
            "a = $0match b.next() {\n    Some(a) => a,\n    None => return None,\n};",
            "a = b.next()?;",
        );
    }

    #[test]
    fn the_error_is_returned_as_it_is_or_by_from() {
        for returned in ["e", "e.into()", "From::from(e)", "E::from(e)"] {
            becomes(
                RESULT,
                &format!(
                    "$0let a = match own() {{\n    Ok(a) => a,\n    Err(e) => return Err({returned}),\n}};"
                ),
                "let a = own()?;",
            );
        }
        becomes(
            "fmt::Result",
            "$0if let Err(e) = write!(b, \"c\") {\n    return Err(e);\n}",
            "write!(b, \"c\")?;",
        );
        becomes(
            "io::Result<()>",
            "$0match b.write_all(c) {\n    Ok(()) => {}\n    Err(e) => return Err(e),\n}",
            "b.write_all(c)?;",
        );
    }

    #[test]
    fn errors_are_made() {
        becomes(
            RESULT,
            "$0let a = match b.get(1) {\n    Some(a) => a,\n    None => return Err(E::None),\n};",
            "let a = b.get(1).ok_or(E::None)?;",
        );
        becomes(
            RESULT,
            "$0let a = match b.get(1) {\n    Some(a) => a,\n    None => return Err(E::At(up)),\n};",
            "let a = b.get(1).ok_or(E::At(up))?;",
        );
        becomes(
            RESULT,
            "$0let a = match b.get(1) {\n    Some(a) => a,\n    None => return Err(E::new(by.trim_end())),\n};",
            "let a = b.get(1).ok_or_else(|| E::new(by.trim_end()))?;",
        );
        becomes(
            RESULT,
            "$0let a = match b.parse() {\n    Ok(a) => a,\n    Err(e) => return Err(E::Io(e)),\n};",
            "let a = b.parse().map_err(E::Io)?;",
        );
        becomes(
            RESULT,
            "$0let a = match b.parse() {\n    Ok(a) => a,\n    Err(_) => return Err(E::Io),\n};",
            "let a = b.parse().map_err(|_| E::Io)?;",
        );
        becomes(
            RESULT,
            "$0let a = match b.parse() {\n    Ok(a) => a,\n    Err(e) => return Err(E::At(e, by)),\n};",
            "let a = b.parse().map_err(|e| E::At(e, by))?;",
        );
        becomes(
            "Result<u8, String>",
            "$0let a = match b.parse() {\n    Ok(a) => a,\n    Err(e) => return Err(format!(\"c: {e}\")),\n};",
            "let a = b.parse().map_err(|e| format!(\"c: {e}\"))?;",
        );
    }

    #[test]
    fn what_the_file_s_own_from_does_needs_no_word() {
        let code = |declared: &str| {
            format!(
                "{declared}\nfn f(b: B) -> Result<(), Failed> {{\n    $0let a = match fs::read(b) {{\n        Ok(a) => a,\n        Err(e) => return Err(Failed::Io(e)),\n    }};\n    g(a)\n}}\n"
            )
        };
        let with = |call: &str| {
            format!(
                "fn f(b: B) -> Result<(), Failed> {{\n    let a = fs::read(b){call}?;\n    g(a)\n}}\n"
            )
        };
        let item = "enum Failed { Io(io::Error) }\n";
        let conversion = |body: &str, ty: &str| {
            format!("{item}impl From<{ty}> for Failed {{ fn from(it: {ty}) -> Self {{ {body} }} }}")
        };
        for (declared, call) in [
            (conversion("Self::Io(it)", "io::Error"), ""),
            (conversion("Failed::Io(it)", "io::Error"), ""),
            (
                "#[derive(Debug, Error)]\nenum Failed { Io(#[from] io::Error) }".to_owned(),
                "",
            ),
            (item.to_owned(), ".map_err(Failed::Io)"),
            (
                format!(
                    "{}\n{}",
                    conversion("Self::Io(it)", "io::Error"),
                    "impl From<u8> for Failed { fn from(it: u8) -> Self { Self::Of(it) } }"
                ),
                ".map_err(Failed::Io)",
            ),
            (
                conversion("Self::Io(it)", "io::Error").replace("impl ", "#[cfg(unix)] impl "),
                ".map_err(Failed::Io)",
            ),
            (
                format!("use m::From;\n{}", conversion("Self::Io(it)", "io::Error")),
                ".map_err(Failed::Io)",
            ),
            (conversion("Self::Io(it)", "Bytes"), ".map_err(Failed::Io)"),
            (
                conversion("Self::Io(it)", "crate::Error"),
                ".map_err(Failed::Io)",
            ),
            (
                conversion("Self::Other(it)", "io::Error"),
                ".map_err(Failed::Io)",
            ),
            (
                conversion("log(&it); Self::Io(it)", "io::Error"),
                ".map_err(Failed::Io)",
            ),
            (
                conversion("Self::Io(it)", "Box<dyn Error>"),
                ".map_err(Failed::Io)",
            ),
            (
                "#[derive(Debug)]\nenum Failed { Io(#[from] io::Error) }".to_owned(),
                ".map_err(Failed::Io)",
            ),
        ] {
            let after = format!("{declared}\n{}", with(call));
            assert_becomes(&QUESTION_MARK, &code(&declared), &after);
        }
    }

    #[test]
    fn what_is_called_gets_a_line_where_the_chain_is_too_long() {
        becomes(
            RESULT,
            "$0let a = match the_first_of_some.the_second_of_some(1).parse() {\n    Ok(a) => a,\n    Err(e) => return Err(E::Unreadable(e)),\n};",
            "let a = the_first_of_some\n    .the_second_of_some(1)\n    .parse()\n    .map_err(E::Unreadable)?;",
        );
        becomes(
            RESULT,
            "$0let a = match self.the_first_of_some.the_second_of_some(1).parse() {\n    Ok(a) => a,\n    Err(e) => return Err(E::Unreadable(e)),\n};",
            "let a = self\n    .the_first_of_some\n    .the_second_of_some(1)\n    .parse()\n    .map_err(E::Unreadable)?;",
        );
        let chain = "first_of_a_chain_of_calls\n    .a_second_call_with_a_name(2)\n    .a_third_call_with_a_name(3)\n    .next()";
        becomes(
            OPTION,
            &format!(
                "$0let a = match {chain}\n{{\n    Some(a) => a,\n    None => return None,\n}};"
            ),
            &format!("let a = {chain}?;"),
        );
        becomes(
            RESULT,
            &format!(
                "$0let a = match {chain}\n{{\n    Some(a) => a,\n    None => return Err(E::None),\n}};"
            ),
            &format!("let a = {chain}\n    .ok_or(E::None)?;"),
        );
    }

    #[test]
    fn a_short_root_that_begins_a_line_takes_the_next_link() {
        becomes(
            RESULT,
            "$0match self.the_first_of_some.the_second_of_some(1).write_all(up) {\n    Ok(()) => {}\n    Err(e) => return Err(E::Unwritable(e)),\n}",
            "self.the_first_of_some\n    .the_second_of_some(1)\n    .write_all(up)\n    .map_err(E::Unwritable)?;",
        );
    }

    #[test]
    fn an_error_from_elsewhere_needs_a_look() {
        let level = |gives: &str, code: &str| {
            let text = inside(gives, code);
            let offer = offered(FileContext::default(), &QUESTION_MARK, &text);
            offer.unwrap().change().applicability
        };
        let same = "$0let a = match other() { Ok(a) => a, Err(e) => return Err(e) };";
        assert_eq!(level(RESULT, same), Applicability::NeedsCheck);
        let own = "$0let a = match own() { Ok(a) => a, Err(e) => return Err(e) };";
        assert_eq!(level(RESULT, own), Applicability::Safe);
    }

    #[test]
    fn values_that_may_be_references_are_refused() {
        for code in [
            "$0let Some(a) = b.c() else { return None };",
            "$0let Some(a) = b.c.as_ref() else { return None };",
            "$0let a = match c() { Some(a) => a, None => return None };",
        ] {
            refused(Hazard::Types, OPTION, code);
        }
        let code =
            "fn f(b: &Option<u8>) -> Option<&u8> { $0let Some(a) = b else { return None }; }";
        assert_refused(&QUESTION_MARK, Hazard::Types, code);
    }

    #[test]
    fn what_a_call_of_elsewhere_gives_is_for_a_person_to_check() {
        for code in [
            "$0let a = match b.c() { Ok(a) => a, Err(_) => return Err(E::None) };",
            "$0let a = match File::find(1) { Some(a) => a, None => return Err(E::None) };",
        ] {
            let text = inside(RESULT, code);
            let offer = offered(FileContext::default(), &QUESTION_MARK, &text);
            let title = offer.map(|offer| offer.change().title.clone());
            assert!(title.is_ok_and(|it| it.contains("(check ")), "{code}");
        }
        let code = "$0let a = match b.c() { Some(a) => a, None => return Err(E::None) };";
        refused(Hazard::Types, RESULT, code);
    }

    #[test]
    fn what_the_file_declares_tells_the_type_of_the_error() {
        let items = "const GONE: E = E::Away;\nenum E {\n    Away,\n    Full(u8),\n}\nuse E::*;\n\
                     fn made(at: usize) -> E {\n    todo!()\n}\nfn fresh() -> E {\n    todo!()\n}\n";
        for (before, after) in [
            ("GONE", "ok_or(GONE)"),
            ("made(1)", "ok_or_else(|| made(1))"),
            ("fresh()", "ok_or_else(fresh)"),
            ("Full(1)", "ok_or(Full(1))"),
        ] {
            let of = |code: &str| format!("{items}{}", inside(RESULT, code));
            let choice = format!("match b.get(1) {{ Some(a) => a, None => return Err({before}) }}");
            assert_becomes(
                &QUESTION_MARK,
                &of(&format!("let a = $0{choice};")),
                &of(&format!("let a = b.get(1).{after}?;")),
            );
        }
    }

    #[test]
    fn errors_are_made_of_what_is_lent() {
        becomes(
            RESULT,
            "let own = by.to_owned();\nlet a = $0match b.get(1) { Some(a) => a, None => return Err(E::named(own.to_string())) };",
            "let own = by.to_owned();\nlet a = b.get(1).ok_or_else(|| E::named(own.to_string()))?;",
        );
        let code = "let own = by.to_owned();\nlet a = $0match own.next() { Some(a) => a, None => return Err(E::named(own.to_string())) };";
        refused(Hazard::Borrows, RESULT, code);
    }

    #[test]
    fn a_count_may_be_forgotten() {
        becomes(
            "Result<u8, E>",
            "$0if let Err(e) = io::copy(a, b) {\n    return Err(E::Io(e));\n}\nd()",
            "io::copy(a, b).map_err(E::Io)?;\nd()",
        );
        let code = "$0if let Err(e) = a.lock(b) {\n    return Err(E::Io(e));\n}\nd()";
        refused(Hazard::Types, "Result<u8, E>", code);
    }

    #[test]
    fn types_that_only_the_result_tells_are_refused() {
        for code in [
            "$0let a = match b.collect() { Ok(a) => a, Err(e) => return Err(e) };",
            "$0let a = match b.map_err(|e| e.into()) { Ok(a) => a, Err(e) => return Err(e) };",
            "$0let a = match b.parse() { Ok(a) => a, Err(e) => return Err(c(e)) };",
            "$0let a = match b.parse() { Ok(a) => a, Err(e) => return Err(Custom::new(e)) };",
            "$0let a = match b.parse() { Ok(a) => a, Err(_) => return Err(1) };",
            "$0let a = match b.parse() { Ok(a) => a, Err(_) => return Err(Default::default()) };",
        ] {
            refused(Hazard::Types, RESULT, code);
        }
        for gives in [
            "Result<u8, Box<dyn Error>>",
            "impl Sized",
            "Outcome<u8>",
            "Result<u8, &'static E>",
        ] {
            let code = "$0let a = match own() { Ok(a) => a, Err(e) => return Err(e) };";
            refused(Hazard::Types, gives, code);
        }
        refused(
            Hazard::Types,
            "Result<u8, Box<dyn Error>>",
            "$0let a = match b.parse() { Ok(a) => a, Err(e) => return Err(Box::new(e)) };",
        );
        refused(
            Hazard::Types,
            "Result<u8, Either<A, B>>",
            "$0let a = match b.parse() { Ok(a) => a, Err(e) => return Err(Either::A(e)) };",
        );
        refused(
            Hazard::Types,
            "Result<u8, D::Error>",
            "$0let a = match b.parse() { Ok(a) => a, Err(e) => return Err(Error::custom(e)) };",
        );
    }

    #[test]
    fn what_a_closure_may_not_do_is_refused() {
        for value in [
            "E::At(e, b)",
            "E::At(e, self.c()?)",
            "E::At(e, c[1])",
            "E::At(e, format!(\"{b}\"))",
            "E::At(e, m!())",
            "E::At(e, || 1)",
        ] {
            let code = format!(
                "let b = c();\n$0let a = match b.parse() {{ Ok(a) => a, Err(e) => return Err({value}) }};"
            );
            refused(Hazard::Borrows, RESULT, &code);
        }
    }

    #[test]
    fn other_functions_and_places_are_refused() {
        let value = "match own() { Ok(a) => a, Err(e) => return Err(e) }";
        for code in [
            format!("let c = || {{ let a = $0{value}; }};"),
            format!("let c = async {{ let a = $0{value}; }};"),
        ] {
            refused(Hazard::ControlFlow, RESULT, &code);
        }
        for code in [
            format!("c($0{value});"),
            format!("let a = Ok($0{value});"),
            format!("let a = S {{ a: $0{value} }};"),
            "$0let a = match own() { Ok(a) => a, /* why */ Err(e) => return Err(e) };".to_owned(),
        ] {
            refused(Hazard::Text, RESULT, &code);
        }
        let code = "fn f() -> Result<u8, E> { let a: Result<u8, E> = b(); $0let c = match a { Ok(a) => a, Err(e) => return Err(e) }; d(a) }";
        assert_refused(&QUESTION_MARK, Hazard::Drops, code);
        let code = "const fn f() -> Option<u8> { $0let Some(a) = b.get(1) else { return None }; }";
        assert_refused(&QUESTION_MARK, Hazard::Constants, code);
        let code = "enum M { Some(u8), None } use M::*; fn f() -> Option<u8> { $0let Some(a) = b.get(1) else { return None }; }";
        assert_refused(&QUESTION_MARK, Hazard::Scope, code);
        let code = "fn f<E: Into<F>>() -> Result<u8, F> { $0let a = match b.parse() { Ok(a) => a, Err(e) => return Err(e.into()) }; }";
        assert_refused(&QUESTION_MARK, Hazard::Types, code);
        let code = "impl Drop for E { fn drop(&mut self) {} } fn f() -> Result<u8, E> { $0let a = match b.get(1) { Some(a) => a, None => return Err(E::None) }; }";
        assert_refused(&QUESTION_MARK, Hazard::Drops, code);
    }

    #[test]
    fn other_code_is_left_alone() {
        for code in [
            "$0let a = match b.get(1) { Some(a) => a, None => return Some(1) };",
            "$0let a = match b.get(1) { Some(a) => a + 1, None => return None };",
            "$0let a = match b.get(1) { Some(a) if a > 1 => a, _ => return None };",
            "$0let a = match b.get(1) { Some(ref a) => a, None => return None };",
            "$0let a = match b.get(1) { Some((a, _)) => a, None => return None };",
            "$0let a = match b.get(1) { Some(a) => a, None => { c(); return None } };",
            "$0let a = match b.get(1) { Some(a) => a, None => 1 };",
            "$0let a = match &b { Some(a) => a, None => return None };",
            "$0let a = match *b { Some(a) => a, None => return None };",
            "$0let a = match b.parse() { Ok(a) => a, Err(_) => return None };",
            "$0let Some(a) = b.get(1) else { return };",
            "$0if let _ = write!(a, \"b\") { return Err(E::None); }",
            "$0let Some((a, _)) = b.get(1) else { return None };",
            "$0let a = match b.get(1) { Some(a) => a, None => $0return None };",
        ] {
            let code = match code.rfind("$0") {
                Some(last) if last > 0 => code.replacen("$0", "", 1),
                _ => code.to_owned(),
            };
            assert_not_here(&QUESTION_MARK, &inside(OPTION, &code));
        }
    }

    fn choice(head: &str, steps: &str) -> String {
        let steps = steps.replace('\n', "\n    ");
        format!("$0if let {head} {{\n    {steps}\n}} else {{\n    None\n}}")
    }

    #[test]
    fn the_rest_of_the_function_moves_out() {
        for (before, after) in [
            (
                choice("Some(a) = by.get(1)", "// Why.\nb(a);\nSome(a)"),
                "let a = by.get(1)?;\n// Why.\nb(a);\nSome(a)",
            ),
            (
                choice("Some((a, mut c)) = by.split_once(1)", "c.d(a);\nSome(c)"),
                "let (a, mut c) = by.split_once(1)?;\nc.d(a);\nSome(c)",
            ),
            (
                choice("Ok(a) = own()", "match a {\n    1 => Some(2),\n    _ => None,\n}"),
                "let a = own().ok()?;\nmatch a {\n    1 => Some(2),\n    _ => None,\n}",
            ),
            (
                "$0match by.get(1) {\n    None => None,\n    Some(a) => {\n        b(a);\n        Some(a)\n    }\n}"
                    .to_owned(),
                "let a = by.get(1)?;\nb(a);\nSome(a)",
            ),
            (
                "$0if let Some(a) = by.get(1) {\n    b(a);\n    return Some(a);\n}\n\nNone".to_owned(),
                "let a = by.get(1)?;\nb(a);\nSome(a)",
            ),
            (
                "$0if let Some(a) = by.get(1) {\n    b(a);\n    // Deeper.\n    if let Ok(c) = own() {\n        return Some(a + c);\n    }\n}\nNone"
                    .to_owned(),
                "let a = by.get(1)?;\nb(a);\n// Deeper.\nlet c = own().ok()?;\nSome(a + c)",
            ),
            (
                "$0if let Some(a) = by.get(1) {\n    if let Ok(c) = own() {\n        if c > a {\n            return Some(c);\n        }\n    }\n}\n// Too small.\nNone"
                    .to_owned(),
                "let a = by.get(1)?;\nlet c = own().ok()?;\nif c > a {\n    return Some(c);\n}\n// Too small.\nNone",
            ),
        ] {
            becomes(OPTION, &before, after);
        }
    }

    #[test]
    fn what_would_do_something_else_further_out_stays() {
        let steps = "b(a);\nSome(a)";
        for (hazard, gives, code) in [
            (Hazard::Types, OPTION, choice("Some(a) = self.a", steps)),
            (Hazard::Types, OPTION, choice("Some(a) = &self.a", steps)),
            (Hazard::Types, OPTION, choice("Some(a) = other(by)", steps)),
            (Hazard::Types, "Maybe<u8>", choice("Some(a) = by.get(1)", steps)),
            (
                Hazard::Temporaries,
                OPTION,
                choice("Some(a) = self.a.lock().unwrap().get(1)", steps),
            ),
            (
                Hazard::TailTemporaries,
                OPTION,
                choice("Some(a) = by.get(1)", "b(a);\nSome(self.c.borrow().d())"),
            ),
            (
                Hazard::Hoisting,
                OPTION,
                choice("Some(a) = by.get(1)", "fn own() {}\nb(a);\nSome(a)"),
            ),
            (
                Hazard::Text,
                OPTION,
                "$0if let Some(a) = by.get(1) {\n    b(a);\n    Some(a)\n} else {\n    // Why.\n    None\n}"
                    .to_owned(),
            ),
        ] {
            refused(hazard, gives, &code);
        }
    }

    #[test]
    fn what_is_no_rest_stays() {
        for code in [
            // A method is shorter.
            choice("Some(a) = by.get(1)", "Some(a + 1)"),
            // More than the absence is handled.
            choice("Some(a) = by.get(1)", "b(a);\nSome(a)").replace("None", "Some(1)"),
            choice("Some(1) = by.get(1)", "b(a);\nSome(a)"),
            choice("Some((a, _)) = by.split_once(1)", "b(a);\nSome(a)"),
            choice("Some(a) = by.get(1) && up > 1", "b(a);\nSome(a)"),
            format!("let x = {};\nx", choice("Some(a) = by.get(1)", "b(a);\nSome(a)")),
            // One of two attempts in a row.
            "if let Some(a) = by.get(2) {\n    return Some(a);\n}\n$0if let Some(a) = by.get(1) {\n    b(a);\n    return Some(a);\n}\nNone".to_owned(),
            // A condition on the value.
            "$0if let Some(a) = by.get(1) {\n    if a > 1 {\n        return Some(a);\n    }\n}\nNone".to_owned(),
        ] {
            assert_not_here(&QUESTION_MARK, &inside(OPTION, &code));
        }
    }
}
