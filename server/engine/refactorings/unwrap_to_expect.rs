//! # Unwrap to expect
//!
//! ## What it does
//! Replaces an `unwrap()` with an `expect` whose message says why a value should be present, if the unwrapped expression
//! shows it.
//!
//! ## Why
//!
//! A reader of the code learns what it relies on, and a reader of the panic learns what was wrong: "`HOME` should be
//! set" instead of just `NotPresent`.
//!
//! ## Example
//!
//! ```rust before
//! fn home() -> PathBuf {
//!     let home = std::env::var("HOME").$0unwrap();
//!     PathBuf::from(home)
//! }
//! ```
//!
//! ```rust after
//! fn home() -> PathBuf {
//!     let home = std::env::var("HOME").expect("`HOME` should be set");
//!     PathBuf::from(home)
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Expressions that don't suggest a useful message: a variable, a call to the project's own code, names of one or two
//!   letters.
//!
//! Whether the message is the real reason needs review, so the edit is never applied in a batch.
//!
//! ## Sources
//!
//! The documentation of `std::error`, "Common Message Styles".

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{
        FileContext, FileNames, Rewrite,
        layout::{self, width},
    },
    text::{TextRange, slice},
};

mod sentence;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "unwrap-to-expect",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::METHOD_CALL_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("expect", "unwrap", &[Also::AddsText]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let (call, receiver) = unwrap_at(context, target).ok_or(Refusal::NotHere)?;
    let declared = FileNames::around(&call);
    if declared.has_method("unwrap") || declared.has_method("expect") {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines its own `unwrap` or `expect`.",
        ));
    }
    let sentence = sentence::of(&receiver).ok_or(Refusal::NotHere)?;
    let name = call.name_ref().ok_or(Refusal::NotHere)?;
    let at = call.syntax().text_range();
    let whole = TextRange::new(name.syntax().text_range().start(), at.end());
    if !layout::comments_in(&context.root, whole).is_empty() {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment in the call would be lost.",
        ));
    }
    let written = format!("expect(\"{sentence}\")");
    let rewrite = written_in(context, &call, whole, &written).ok_or_else(Refusal::of_layout)?;
    Plan::new(at, move || {
        let change = Change::new("Replace `unwrap` with `expect`", at, vec![rewrite])?;
        Ok(change.to_check("the message").checked(&[
            "only the panic message changes",
            "the unwrapped expression shows why a value should be present",
        ]))
    })
}

/// The `unwrap` call whose name or dot is at the target, and its receiver.
fn unwrap_at(
    context: &Context<'_>,
    target: Target<'_>,
) -> Option<(ast::MethodCallExpr, ast::Expr)> {
    let at = find::token_at(context, target)?.text_range();
    let call = find::around::<ast::MethodCallExpr>(context, target).next()?;
    let receiver = call.receiver()?;
    let is_here = at.start() >= receiver.syntax().text_range().end();
    let is_unwrap = call.name_ref()?.text() == "unwrap" && call.arg_list()?.args().next().is_none();
    (is_here && is_unwrap).then_some((call, receiver))
}

/// The call in place, or its chain broken into lines if it doesn't fit.
fn written_in<'a>(
    context: &Context<'a>,
    call: &ast::MethodCallExpr,
    place: TextRange,
    written: &str,
) -> Option<Rewrite<'a>> {
    let text = &*context.source.text;
    let options = context.source.context;
    if has_room(call, place, written, text, options) {
        return Some(context.rewrite(place).text(written));
    }
    let statement = ast::LetStmt::cast(call.syntax().parent()?)?;
    let start = statement.syntax().text_range().start();
    let code = slice(text, statement.syntax().text_range())?;
    let links = layout::links(&call.clone().into());
    let (_, before) = links.split_last()?;
    let first = before.first()?.start();
    let is_plain = !code.contains(['\n', '{']) && layout::is_first_on_line(text, start);
    if !is_plain || !is_wide(call, place, written, options) {
        return None;
    }
    let unit = layout::indent_unit(text);
    let end = layout::first_line_ending(text);
    let line = format!("{end}{}{unit}", layout::indentation(text, start));
    let whole = TextRange::new(first, call.syntax().text_range().end());
    let mut rewrite = context.rewrite(whole);
    for link in before {
        rewrite = rewrite.text(&line).keep(*link);
    }
    let fits = width(line.trim_start())
        + width(written)
        + width(".;")
        + layout::column(text, start)
        + width(unit);
    (fits <= options.width.max()).then(|| rewrite.text(&line).text(&format!(".{written}")))
}

/// Whether a chain is too wide for one line.
fn is_wide(
    call: &ast::MethodCallExpr,
    place: TextRange,
    written: &str,
    context: FileContext,
) -> bool {
    let before = usize::from(call.syntax().text_range().len() - place.len());
    before + width(written) > context.width.share(WIDEST)
}

/// Maximum width of a chain or of arguments that rustfmt keeps on one line.
const WIDEST: usize = 60;

/// Whether rustfmt leaves the lines as they are once the message is added.
fn has_room(
    call: &ast::MethodCallExpr,
    place: TextRange,
    written: &str,
    text: &str,
    context: FileContext,
) -> bool {
    let gains = width(written).saturating_sub(usize::from(place.len()));
    let rest = text.get(usize::from(place.end())..).unwrap_or_default();
    let line = layout::column(text, place.end()) + width(rest.lines().next().unwrap_or_default());
    let dot = call.dot_token().map(|it| it.text_range().start());
    if line + gains > context.width.max() {
        return false;
    }
    if dot.is_some_and(|dot| layout::is_first_on_line(text, dot)) {
        return true;
    }
    let is_list = |node: &SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::STMT_LIST | SyntaxKind::MATCH_ARM_LIST
        )
    };
    let list = call.syntax().ancestors().find(is_list);
    let has_lines = list.is_some_and(|list| list.text().contains_char('\n'));
    let mut around = call.syntax().ancestors().take_while(|it| !is_list(it));
    has_lines && around.all(|node| keeps_line(&node, gains, text, context))
}

fn keeps_line(node: &SyntaxNode, gains: usize, text: &str, context: FileContext) -> bool {
    let code = slice(text, node.text_range()).unwrap_or_default();
    let is_narrow = || width(code) + gains <= context.width.share(WIDEST);
    let is_one_line = !code.contains('\n');
    match node.kind() {
        SyntaxKind::METHOD_CALL_EXPR | SyntaxKind::AWAIT_EXPR | SyntaxKind::FIELD_EXPR => {
            // A chain of a single link may use the rest of the line.
            let links = ast::Expr::cast(node.clone()).map_or(0, |it| layout::links(&it).len());
            is_one_line && (links < 2 || is_narrow())
        }
        SyntaxKind::ARG_LIST => is_one_line && is_narrow(),
        SyntaxKind::LET_STMT | SyntaxKind::EXPR_STMT => is_one_line && !code.contains('{'),
        SyntaxKind::PATH_EXPR
        | SyntaxKind::CALL_EXPR
        | SyntaxKind::REF_EXPR
        | SyntaxKind::PREFIX_EXPR
        | SyntaxKind::TRY_EXPR
        | SyntaxKind::PAREN_EXPR
        | SyntaxKind::BIN_EXPR
        | SyntaxKind::CAST_EXPR
        | SyntaxKind::INDEX_EXPR => is_one_line,
        _ => false,
    }
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

    static EXPECT: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        format!("fn f(&self, line: &str, path: &Path, jobs: Vec<Job>) {{\n    {code}\n}}\n")
    }

    #[test]
    fn what_is_unwrapped_tells_the_sentence() {
        for (code, sentence) in [
            (
                "let a = env::var(\"HOME\").$0unwrap();",
                "`HOME` should be set",
            ),
            (
                "let a = self.state.lock().$0unwrap();",
                "the lock should not be poisoned",
            ),
            (
                "let a = jobs.first().$0unwrap();",
                "`jobs` should not be empty",
            ),
            (
                "let a = self.jobs.iter().max().$0unwrap();",
                "`jobs` should not be empty",
            ),
            (
                "let a = line.chars().next().$0unwrap();",
                "`line` should not be empty",
            ),
            (
                "let a = words.next().$0unwrap();",
                "`words` should have another item",
            ),
            (
                "let a = line.parse::<u16>().$0unwrap();",
                "`line` should be a valid `u16`",
            ),
            (
                "let a: f64 = \"1.2\".parse().$0unwrap();",
                "`1.2` should be a valid `f64`",
            ),
            (
                "let a = Regex::new(r\"^a\").$0unwrap();",
                "the pattern should be valid",
            ),
            (
                "let a = path.to_str().$0unwrap();",
                "`path` should be valid UTF-8",
            ),
            (
                "let a = path.parent().$0unwrap();",
                "`path` should have a parent",
            ),
            (
                "let a = line.split_once('=').$0unwrap();",
                "`line` should contain `=`",
            ),
            (
                "let a = by_name.get(&line).$0unwrap();",
                "`by_name` should contain `line`",
            ),
            ("worker.join().$0unwrap();", "the thread should not panic"),
            (
                "let a = u8::try_from(line).$0unwrap();",
                "`line` should fit into a `u8`",
            ),
        ] {
            let after = code.replace("$0unwrap()", &format!("expect(\"{sentence}\")"));
            assert_becomes(&EXPECT, &inside(code), &inside(&after));
        }
    }

    #[test]
    fn a_chain_of_lines_stays_one() {
        let code = "let a = self\n        .the_list_of_what_there_is_to_be_done(line)\n        .jobs\n        .first()\n        .$0unwrap();";
        let after = code.replace("$0unwrap()", "expect(\"`jobs` should not be empty\")");
        assert_becomes(&EXPECT, &inside(code), &inside(&after));
    }

    #[test]
    fn a_wide_chain_gets_lines() {
        assert_becomes(
            &EXPECT,
            &inside("let a = jobs.get(index).$0unwrap();"),
            &inside(
                "let a = jobs\n        .get(index)\n        .expect(\"`jobs` should have an element at `index`\");",
            ),
        );
        assert_becomes(
            &EXPECT,
            &inside("let a = line.strip_prefix(\"a:\").$0unwrap();"),
            &inside(
                "let a = line\n        .strip_prefix(\"a:\")\n        .expect(\"`line` should start with `a:`\");",
            ),
        );
        assert_becomes(
            &EXPECT,
            &inside("let a = self.the_list_of_things_to_be_done.first().$0unwrap();"),
            &inside(
                "let a = self\n        .the_list_of_things_to_be_done\n        .first()\n        .expect(\"`the_list_of_things_to_be_done` should not be empty\");",
            ),
        );
    }

    #[test]
    fn it_is_never_carried_out_unseen() {
        let text = inside("let a = env::var(\"HOME\").$0unwrap();");
        let offer = offered(FileContext::default(), &EXPECT, &text).unwrap();
        assert_eq!(offer.change().applicability, Applicability::NeedsCheck);
    }

    #[test]
    fn what_tells_nothing_is_left_alone() {
        for code in [
            "let a = line.$0unwrap();",
            "let a = b().$0unwrap();",
            "let a = self.b().$0unwrap();",
            "let a = xs.first().$0unwrap();",
            "let a = self.0.first().$0unwrap();",
            "let a = env::var(line).$0unwrap();",
            "let a = env::var(\"a\\\"b\").$0unwrap();",
            "let a = line.parse().$0unwrap();",
            "let a = Regex::new(line).$0unwrap();",
            "let a = jobs.get(b()).$0unwrap();",
            "let a = words.join(\" \").$0unwrap();",
            "let a = file.read(&mut b).$0unwrap();",
            "let a = file.read().$0unwrap();",
            "let a = jobs.first().$0unwrap_or(b);",
            "let a = jobs.first().$0expect(\"b\");",
        ] {
            assert_not_here(&EXPECT, &inside(code));
        }
    }

    #[test]
    fn what_has_no_room_stays() {
        for code in [
            "let a = if line { jobs.first().$0unwrap() } else { b };",
            "let a = S { b: jobs.first().$0unwrap() };",
            "let a = jobs.first() /* c */ .unwrap( /* c */ ).b + jobs.first().$0unwrap(/* c */);",
        ] {
            assert_refused(&EXPECT, Hazard::Text, &inside(code));
        }
        let own = format!(
            "trait T {{ fn unwrap(self); }} {}",
            inside("jobs.first().$0unwrap();")
        );
        assert_refused(&EXPECT, Hazard::Scope, &own);
    }
}
