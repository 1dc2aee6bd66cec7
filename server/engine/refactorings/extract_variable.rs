//! # Extract variable
//!
//! ## What it does
//! Extracts an expression into a variable and replaces every occurrence in the function where its value can't have
//! changed.
//!
//! ## Why
//!
//! The expression is read, evaluated and changed in one place, and the name says what it is.
//!
//! ## Example
//!
//! ```rust before
//! fn find(users: &Users, name: &str) -> Option<Id> {
//!     if users.are_blocked(&$0name.to_lowercase()) {
//!         return None;
//!     }
//!     // The block list has names of its own.
//!     users.by_name(&name.to_lowercase())
//! }
//! ```
//!
//! ```rust after
//! fn find(users: &Users, name: &str) -> Option<Id> {
//!     let lower_name = name.to_lowercase();
//!     if users.are_blocked(&lower_name) {
//!         return None;
//!     }
//!     // The block list has names of its own.
//!     users.by_name(&lower_name)
//! }
//! ```
//!
//! At a cursor, it is offered for expressions that occur more than once; for a selection, also for those that occur
//! once. The name is derived from the expression, or from the field that it is assigned to. If neither suggests a name,
//! the edit is a draft for a selection, with a placeholder to replace.
//!
//! ## What it leaves alone
//!
//! - Plain place expressions, such as a field.
//! - Expressions whose value may be different the second time.
//! - Expressions whose first occurrence is evaluated conditionally: after `&&` and `||`, in a branch, a closure or the
//!   condition of a loop.
//!
//! ## What it checks
//!
//! The file shows that the value is a number, a `bool`, a string slice, a path, or an owned string or path. Nothing
//! between the occurrences writes to its inputs, borrows them mutably or shadows them; if the type isn't known, nothing
//! in between calls unknown code. A value that isn't `Copy` is only moved by its last occurrence.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{
    Allows, Also, Applicability, Change, Context, Covered, Hazard, Kind, Needs, Plan, Refactoring,
    Refusal, Target, covered, find,
};
use crate::{
    shapes::repeated_expression::Repeated,
    syntax::scopes::{self, Names},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "extract-variable",
    kind: Kind::Extract,
    at: &[SyntaxKind::FN],
    needs: Needs::Syntax,
    allows: Allows::of("let", "", &[Also::AddsFreshName, Also::DropsEqualCopies]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let found = found(context, target)?;
    let name = name(&found, target)?;
    let text = &*context.source.text;
    let target = found.range();
    Plan::new(target, move || {
        let rewrites = found.rewrites(name.text(), text, context.source.context)?;
        let title = match found.places.len() {
            1 => format!("Extract variable `{}`", name.text()),
            places => format!("Extract variable `{}` ({places} uses)", name.text()),
        };
        let change = Change::new(title, target, rewrites)?.with(name.applicability());
        Ok(change.checked(&[
            "nothing between the occurrences changes the value",
            "the value is computed where it was first computed, unconditionally",
            "the name is used nowhere else in the function",
        ]))
    })
}

/// The repeated expression at a cursor or finding; for a selection, the selected expression even if it isn't repeated.
fn found(context: &Context<'_>, target: Target<'_>) -> Result<Repeated, Refusal> {
    if let Target::Selection(range) = target
        && !range.is_empty()
    {
        return match covered(&context.root, target) {
            Some(Covered::Expression(expression)) => Repeated::of(&expression),
            _ => Err(Refusal::NotHere),
        };
    }
    let around = find::around::<ast::Expr>(context, target);
    let around: Vec<_> = around
        .take_while(|it| !ast::BlockExpr::can_cast(it.syntax().kind()))
        .collect();
    let wanted = |it: &&ast::Expr| match target {
        Target::Answer(sighting) => it.syntax().text_range() == sighting.at,
        _ => true,
    };
    let found = around.iter().filter(wanted).map(Repeated::of);
    let mut repeated = found
        .filter_map(Result::ok)
        .filter(|it| it.places.len() > 1);
    repeated.next().ok_or(Refusal::NotHere)
}

enum Name {
    Telling(String),
    /// A placeholder for a name that only the user can choose.
    Placeholder(String),
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Self::Telling(name) | Self::Placeholder(name) => name,
        }
    }

    fn applicability(&self) -> Applicability {
        match self {
            Self::Telling(_) => Applicability::Safe,
            Self::Placeholder(_) => Applicability::Draft,
        }
    }
}

fn name(found: &Repeated, target: Target<'_>) -> Result<Name, Refusal> {
    let node = found.places[0].syntax();
    let names = scopes::whole_body(node).map(|body| Names::in_node(&body));
    let names = names.ok_or(Refusal::NotHere)?;
    let is_free = |name: &String| names.is_free(name) && !scopes::is_constant_around(node, name);
    if let Some(name) = found.name().filter(is_free) {
        return Ok(Name::Telling(name));
    }
    let untold = || {
        Refusal::because(
            Hazard::Scope,
            "The expression doesn't suggest a name for the variable.",
        )
    };
    match target {
        Target::Selection(_) => {
            let placeholder = found.placeholder().to_owned();
            let free = Some(placeholder).filter(is_free).ok_or_else(untold)?;
            Ok(Name::Placeholder(free))
        }
        _ => Err(untold()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            fixture::{assert_becomes, assert_not_here},
            offer,
        },
        *,
    };
    use crate::{
        syntax::{FileContext, Source},
        text::{TextRange, TextSize},
    };

    static EXTRACT: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(s: &str, own: String, dir: &Path, n: usize, x: T) {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&EXTRACT, &inside(before), &inside(after));
    }

    /// The result offered for the part between two `|`.
    fn selected(code: &str) -> Result<String, Refusal> {
        let text = inside(code);
        let parts: Vec<&str> = text.split('|').collect();
        let [before, inside, after] = parts.as_slice() else {
            panic!("two bars");
        };
        let text = format!("{before}{inside}{after}");
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let range = TextRange::at(TextSize::of(*before), TextSize::of(*inside));
        let offer = offer(&EXTRACT, &Context::new(&source), Target::Selection(range))?;
        Ok(offer.change().edits().apply(&text).unwrap())
    }

    #[test]
    fn every_place_gets_the_name() {
        becomes(
            "if a(&$0dir.join(\"a.toml\")) {\n    b();\n}\nc(dir.join(\"a.toml\"))",
            "let a_toml = dir.join(\"a.toml\");\nif a(&a_toml) {\n    b();\n}\nc(a_toml)",
        );
    }

    #[test]
    fn what_is_done_between_does_not_matter_to_a_text() {
        becomes(
            "// Why.\nlet a = b(&$0own.to_uppercase());\nc(a, x);\nfor e in a {\n    d(e, own.to_uppercase().len());\n}",
            "// Why.\nlet upper_own = own.to_uppercase();\nlet a = b(&upper_own);\nc(a, x);\nfor e in a {\n    d(e, upper_own.len());\n}",
        );
    }

    #[test]
    fn one_that_is_selected_may_stand_alone() {
        assert_eq!(
            selected("a(n, |s.chars().count()|);").unwrap(),
            inside("let char_count = s.chars().count();\na(n, char_count);")
        );
        assert!(selected("a(|x.make()|);").is_err());
    }

    #[test]
    fn what_changes_is_left_alone() {
        for code in [
            "a(&$0s.to_lowercase());\nlet s = b();\nc(&s.to_lowercase());",
            "let mut t = String::new();\na($0t.trim().len());\nt.push('a');\nb(t.trim().len());",
        ] {
            assert_not_here(&EXTRACT, &inside(code));
        }
    }
}
