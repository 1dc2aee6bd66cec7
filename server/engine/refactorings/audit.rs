//! The audit: what every edit has to show before it is offered.
//!
//! It trusts no refactoring. It applies the edits, parses the touched item alone before and after, and compares what people
//! would miss: comments, attributes, strings and every other word. What it can't see is whether the code means the same; that
//! is for the refactoring to show.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

use ra_ap_syntax::{Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxNode};

use super::{Applicability, Change, Context, Hazard, Refactoring, Refusal, Target};
use crate::{
    syntax::{LineEnding, Tree, is_generated},
    text::{Edit, Edits, TextRange},
};

mod surroundings;
mod words;

use words::Words;
pub use words::{Also, Declared, Delta};

/// A change that passed the audit.
#[derive(Debug, Clone)]
pub struct Offer {
    refactoring: &'static Refactoring,
    change: Change,
}

impl Offer {
    pub fn refactoring(&self) -> &'static Refactoring {
        self.refactoring
    }

    pub fn change(&self) -> &Change {
        &self.change
    }
}

/// Derives a refactoring's change at the target and audits it. A panic on the way costs only this offer.
pub fn offer(
    refactoring: &'static Refactoring,
    context: &Context<'_>,
    target: Target<'_>,
) -> Result<Offer, Refusal> {
    let derive = AssertUnwindSafe(|| {
        let change = (refactoring.derive)(context, target)?;
        audit(refactoring, context, change)
    });
    catch_unwind(derive).unwrap_or_else(|_| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        Err(text(
            "This refactoring failed here; that is a fault of its own, not of the code.",
        ))
    })
}

/// How many panics [`offer`] has caught in this process.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Makes an offer of a change, or says what speaks against it.
pub fn audit(
    refactoring: &'static Refactoring,
    context: &Context<'_>,
    mut change: Change,
) -> Result<Offer, Refusal> {
    if !change.steps.stay_in_file() {
        return Err(text("The edit reaches beyond one file."));
    }
    check_file(context)?;
    check_places(context, change.edits())?;
    let item = enclosing_item(context, change.edits())?;
    let pair = Pair::new(context, &item, change.edits())?;
    pair.check_words(refactoring.declares, &change.declared)?;
    pair.check_attributes()?;
    pair.check_indentation()?;
    if surroundings::are_doubtful(&context.root, change.edits()) {
        change.applicability = change.applicability.max(Applicability::NeedsCheck);
    }
    Ok(Offer {
        refactoring,
        change,
    })
}

fn text(why: &str) -> Refusal {
    Refusal::because(Hazard::Text, why)
}

fn check_file(context: &Context<'_>) -> Result<(), Refusal> {
    if is_generated(&context.root) {
        return Err(text(
            "The file is generated, so a change of it would be lost.",
        ));
    }
    if LineEnding::of(&context.source.text).is_none() {
        return Err(text(
            "The lines of the file end in different ways, so no edit could keep them.",
        ));
    }
    Ok(())
}

fn check_places(context: &Context<'_>, edits: &Edits) -> Result<(), Refusal> {
    let whole = context.root.text_range();
    for edit in edits.as_slice() {
        if !whole.contains_range(edit.delete) {
            return Err(text("The edit reaches past the end of the file."));
        }
        check_line_endings(context, edit)?;
        surroundings::check(&context.root, edit.delete)?;
    }
    Ok(())
}

fn check_line_endings(context: &Context<'_>, edit: &Edit) -> Result<(), Refusal> {
    let ending = |text: &str| text.contains('\n').then(|| LineEnding::of(text)).flatten();
    let inserted = ending(&edit.insert);
    if edit.insert.contains(['\n', '\r'])
        && context.source.text.contains('\n')
        && inserted != LineEnding::of(&context.source.text)
    {
        return Err(text("The edit would mix two kinds of line endings."));
    }
    Ok(())
}

/// The smallest item that holds every edit.
fn enclosing_item(context: &Context<'_>, edits: &Edits) -> Result<SyntaxNode, Refusal> {
    let Some(span) = edits.span() else {
        return Err(Refusal::NotHere);
    };
    let around = surroundings::covering_node(&context.root, span);
    let item = around.ancestors().find(|node| {
        matches!(
            node.kind(),
            SyntaxKind::FN | SyntaxKind::CONST | SyntaxKind::STATIC | SyntaxKind::IMPL
        )
    });
    item.ok_or_else(|| text("The edit reaches beyond one item."))
}

/// An item before and after a change.
struct Pair<'a> {
    edition: Edition,
    before_text: String,
    after_text: String,
    before: SyntaxNode,
    after: SyntaxNode,
    file: &'a str,
}

impl<'a> Pair<'a> {
    fn new(context: &'a Context<'_>, item: &SyntaxNode, edits: &Edits) -> Result<Self, Refusal> {
        let edition = context.source.context.edition;
        let range = item.text_range();
        let before_text = context.source.slice(range).to_owned();
        let after_text = edits
            .relative_to(range.start())
            .and_then(|edits| edits.apply(&before_text))
            .ok_or_else(|| text("The edit doesn't fit the text."))?;
        let before = parsed_alone(&before_text, edition)
            .ok_or_else(|| text("The item has a syntax error, so its code can't be trusted."))?;
        let after = parsed_alone(&after_text, edition)
            .ok_or_else(|| text("The code would not parse any more."))?;
        let pair = Self {
            edition,
            before_text,
            after_text,
            before,
            after,
            file: &context.source.text,
        };
        pair.check_kinds()?;
        Ok(pair)
    }

    /// An item stays what it is; only an `impl` may become several.
    fn check_kinds(&self) -> Result<(), Refusal> {
        let kinds = |root: &SyntaxNode| -> Vec<SyntaxKind> {
            root.children().map(|child| child.kind()).collect()
        };
        let (before, after) = (kinds(&self.before), kinds(&self.after));
        let is_split_impl = before == [SyntaxKind::IMPL]
            && after.iter().all(|kind| *kind == SyntaxKind::IMPL)
            && !after.is_empty();
        if before != after && !is_split_impl {
            return Err(text("The item would become another kind of item."));
        }
        Ok(())
    }

    fn check_words(&self, delta: Delta, declared: &Declared) -> Result<(), Refusal> {
        let before = Words::of(&self.before_text, self.edition);
        let after = Words::of(&self.after_text, self.edition);
        if let Some(word) = delta.exceeded_by(declared.net(), &before) {
            return Err(text(&format!(
                "The edit would change more words than this refactoring may: `{word}`."
            )));
        }
        let undeclared = after.since(&before).since(declared.net());
        if let Some((word, ..)) = undeclared.changes().next() {
            return Err(text(&format!(
                "The edit would lose, repeat or invent a word: `{word}`."
            )));
        }
        Ok(())
    }

    fn check_attributes(&self) -> Result<(), Refusal> {
        if surroundings::sorted_attributes(&self.before)
            == surroundings::sorted_attributes(&self.after)
        {
            return Ok(());
        }
        Err(text("The edit would lose or change an attribute."))
    }

    /// New lines are indented with what the file is indented with.
    fn check_indentation(&self) -> Result<(), Refusal> {
        let invented = |with: char| {
            is_indented_with(&self.after, with)
                && !is_indented_with(&self.before, with)
                && self.file.lines().any(|line| line.starts_with([' ', '\t']))
        };
        if invented('\t') || invented(' ') {
            return Err(text("The edit would mix tabs and spaces."));
        }
        Ok(())
    }
}

/// The tree of an item that stands alone, or nothing if it has an error. The bounded parse comes first: it is what keeps the
/// unbounded one, which also validates, from overflowing the stack.
fn parsed_alone(item: &str, edition: Edition) -> Option<SyntaxNode> {
    let tree = Tree::parse(item, edition).ok()?;
    if tree.has_errors() {
        return None;
    }
    // The compiler reads `\r\n` as `\n`; the validation doesn't, and would find fault with strings of several lines.
    let file = SourceFile::parse(&item.replace("\r\n", "\n"), edition);
    file.errors().is_empty().then(|| tree.root())
}

fn is_indented_with(root: &SyntaxNode, with: char) -> bool {
    let tokens = root
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let mut spaces = tokens.filter(|token| token.kind() == SyntaxKind::WHITESPACE);
    spaces.any(|token| {
        let after_break = token.text().rsplit_once('\n');
        after_break.is_some_and(|(_, indent)| indent.contains(with))
    })
}

impl std::fmt::Debug for Refactoring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::TextSize;

    use super::*;
    use crate::{
        refactorings::Kind,
        syntax::{FileContext, Source},
        text::Steps,
    };

    const NONE: Delta = Delta {
        adds: &[],
        drops: &[],
        also: &[],
    };

    fn refactoring(declares: Delta) -> &'static Refactoring {
        Box::leak(Box::new(Refactoring {
            id: "example",
            kind: Kind::Rewrite,
            declares,
            derive: |_, _| panic!("an example"),
        }))
    }

    /// Replaces the only `old` in `text` by `new`, declaring what is given as added and dropped.
    fn audited(
        text: &str,
        (old, new): (&str, &str),
        delta: Delta,
        (adds, drops): (&str, &str),
    ) -> Result<Offer, Refusal> {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        let source = Source::parse(text, FileContext::default()).unwrap();
        let context = Context::new(&source);
        let start = TextSize::try_from(text.find(old).unwrap()).unwrap();
        let range = TextRange::at(start, TextSize::of(old));
        let mut declared = Declared::nothing(source.context.edition);
        declared.add(adds);
        declared.drop(drops);
        let change = Change {
            title: "Example".to_owned(),
            target: range,
            steps: Steps::of_one(Edits::new(vec![Edit::replace(range, new)]).unwrap()),
            read: Vec::new(),
            applicability: Applicability::Safe,
            declared,
            checked: Vec::new(),
        };
        audit(refactoring(delta), &context, change)
    }

    fn passes(text: &str, edit: (&str, &str)) -> bool {
        audited(text, edit, NONE, ("", "")).is_ok()
    }

    fn applicability(text: &str) -> Applicability {
        let offer = audited(text, ("a(); b();", "b(); a();"), NONE, ("", "")).unwrap();
        offer.change().applicability
    }

    #[test]
    fn moving_words_passes_and_losing_them_does_not() {
        let text = "fn f() {\n    /* c */ a(\"s\"); b();\n}\n";
        let code = "/* c */ a(\"s\"); b();";
        assert!(passes(text, (code, "b(); a(\"s\"); /* c */")));
        for mutant in [
            "b(); a(\"s\");",
            "b(); a(\"s\"); /* c */ /* c */",
            "b(); a(\" s\"); /* c */",
            "b(); a(\"s\"); x(); /* c */",
            "b(); a(\"s\"); a(); /* c */",
            "x(); a(\"s\"); /* c */",
            "return b(); a(\"s\"); /* c */",
            "b()?; a(\"s\"); /* c */",
        ] {
            assert!(!passes(text, (code, mutant)), "{mutant}");
        }
    }

    #[test]
    fn what_is_declared_has_to_happen_and_to_be_allowed() {
        let text = "fn f() {\n    a();\n}\n";
        let adds_return = Delta {
            adds: &["return"],
            ..NONE
        };
        let edit = ("a();", "a(); return;");
        assert!(audited(text, edit, adds_return, ("return", "")).is_ok());
        assert!(audited(text, edit, NONE, ("return", "")).is_err());
        assert!(audited(text, edit, adds_return, ("", "")).is_err());
        assert!(audited(text, ("a();", "a( );"), adds_return, ("return", "")).is_err());
    }

    #[test]
    fn errors_before_and_after_are_refused() {
        assert!(!passes("fn f() { a(); b( }", ("a();", "a( );")));
        assert!(!passes("fn f() { a(); }", ("a();", "a(;")));
        assert!(!passes("fn f() { a(); }", ("a();", "a(); }")));
        assert!(!passes("fn f() { a(); }", ("a();", "a(); } {")));
        assert!(passes(
            "fn broken( { }\nimpl S { fn f(&self) { a(); } }",
            ("a();", "a( );")
        ));
    }

    #[test]
    fn macro_input_is_left_alone() {
        assert!(!passes("fn f() { m!(a, b); }", ("a, b", "b, a")));
        assert!(!passes("fn f() { m! { { a } } }", ("{ a }", "{a}")));
        assert!(!passes(
            "macro_rules! m { () => { fn f() { a } } }",
            ("{ a }", "{a}")
        ));
        assert!(passes("fn f() { m!(a) }", ("m!(a)", "m!(a);")));
        assert!(passes(
            "fn f() { m!(a); b(); }",
            ("m!(a); b();", "b(); m!(a);")
        ));
    }

    #[test]
    fn conditions_of_compilation_are_not_moved() {
        let text = "fn f() { #[cfg(unix)] a(); b(); }";
        assert!(!passes(
            text,
            ("#[cfg(unix)] a(); b();", "b(); #[cfg(unix)] a();")
        ));
        assert!(passes(text, ("b();", "{ b(); }")));
    }

    #[test]
    fn attributes_stay_what_they_are() {
        let text = "fn f() { #[inline] a(); #[cold] b(); }";
        let code = "#[inline] a(); #[cold] b();";
        assert!(passes(text, (code, "#[cold]\nb(); #[inline] a();")));
        assert!(!passes(text, (code, "#[cold(inline)] a(); b();")));
    }

    #[test]
    fn doubtful_surroundings_lower_the_applicability() {
        use Applicability::{NeedsCheck, Safe};
        for (around, expected) in [
            ("{}", Safe),
            ("#[cfg(test)] mod m { {} }", Safe),
            ("#[test] #[allow(x)] {}", Safe),
            ("#[cfg_attr(docsrs, doc(cfg(feature = \"x\")))] {}", Safe),
            ("#[cfg(unix)] {}", NeedsCheck),
            ("#![cfg(feature = \"x\")] {}", NeedsCheck),
            ("#[cfg(unix)] mod m { impl S { {} } }", NeedsCheck),
            ("#[other::attribute] {}", NeedsCheck),
            ("#[cfg_attr(x, other)] {}", NeedsCheck),
        ] {
            let text = around.replace("{}", "fn f() { a(); b(); }");
            assert_eq!(applicability(&text), expected, "{around}");
        }
        assert_eq!(
            applicability("fn f() { #[cfg(unix)] { a(); b(); } }"),
            NeedsCheck
        );
    }

    #[test]
    fn generated_files_are_left_alone() {
        assert!(!passes(
            "// @generated by x\nfn f() { a(); }",
            ("a();", "a( );")
        ));
    }

    #[test]
    fn lines_keep_their_endings_and_their_indentation() {
        let crlf = "fn f() {\r\n    a(); b();\r\n}\r\n";
        assert!(passes(crlf, ("a(); b();", "a();\r\n    b();")));
        assert!(!passes(crlf, ("a(); b();", "a();\n    b();")));
        let lf = "fn f() {\n    a(); b();\n}\n";
        assert!(!passes(lf, ("a(); b();", "a();\r\n    b();")));
        assert!(!passes(lf, ("a(); b();", "a();\n\tb();")));
        assert!(!passes(
            "fn f() {\r\n    a(); b();\n}\n",
            ("a(); b();", "b(); a();")
        ));
    }

    #[test]
    fn an_edit_stays_inside_one_item() {
        let text = "fn f() { a(); }\nfn g() { b(); }\n";
        assert!(!passes(
            text,
            ("a(); }\nfn g() { b();", "b(); }\nfn g() { a();")
        ));
        assert!(!passes(
            "fn f() { a(); }",
            ("fn f() { a(); }", "fn f() { a(); } ;")
        ));
    }

    #[test]
    fn an_impl_may_become_two() {
        let text = "impl S {\n    fn f() {}\n    fn g() {}\n}\n";
        let copies = Delta {
            also: &[Also::AddsCopies],
            ..NONE
        };
        let edit = ("}\n    fn g", "}\n}\n\nimpl S {\n    fn g");
        assert!(audited(text, edit, copies, ("impl S", "")).is_ok());
        assert!(audited(text, edit, copies, ("impl", "")).is_err());
    }

    #[test]
    fn a_panic_is_caught_and_counted() {
        let source = Source::parse("fn f() {}", FileContext::default()).unwrap();
        let before = panics();
        let offer = offer(
            refactoring(NONE),
            &Context::new(&source),
            Target::Cursor(TextSize::new(0)),
        );
        assert!(matches!(offer, Err(Refusal::Because { .. })));
        assert!(panics() > before);
    }
}
