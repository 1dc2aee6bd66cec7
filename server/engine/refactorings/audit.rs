//! The audit: checks that every edit has to pass before it is offered.
//!
//! It trusts no refactoring. It applies the edits, parses the touched item on its own before and after, and compares what
//! users would miss: comments, attributes, strings and every other word. It can't check that the code means the same; that
//! is up to the refactoring.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

use ra_ap_syntax::SyntaxNode;

use super::{Applicability, Change, Context, Hazard, Plan, Refactoring, Refusal, Target, find};
use crate::{
    syntax::{LineEnding, Source, is_generated},
    text::{Edit, Edits, FileId, FileStep},
};

mod derived;
mod known;
mod regions;
mod stretch;
mod surroundings;
mod words;

use known::AuditedFile;
pub(super) use known::Known;
use regions::Regions;
use words::Words;
pub use words::{Allows, Also};

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

/// Derives a refactoring's change at the target and audits it, unless the context already has the result. A panic along the
/// way loses only this offer.
pub fn offer(
    refactoring: &'static Refactoring,
    context: &Context<'_>,
    target: Target<'_>,
) -> Result<Offer, Refusal> {
    if !find::may_apply(refactoring, context, target) {
        return Err(Refusal::NotHere);
    }
    let derive = AssertUnwindSafe(|| {
        let plan = (refactoring.plan)(context, target)?;
        carried_out(refactoring, context, plan)
    });
    catch_unwind(derive).unwrap_or_else(|_| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        Err(text(
            "This refactoring failed here; this is a bug in RustAssistant, not in the code.",
        ))
    })
}

fn carried_out(
    refactoring: &'static Refactoring,
    context: &Context<'_>,
    plan: Plan<'_>,
) -> Result<Offer, Refusal> {
    let key = (refactoring.id, plan.target);
    if let Some(known) = context.offers.borrow().get(&key) {
        return known.clone();
    }
    context.derived.set(context.derived.get() + 1);
    let offer = (plan.write)().and_then(|change| audit(refactoring, context, change));
    context.offers.borrow_mut().insert(key, offer.clone());
    offer
}

/// The number of panics that [`offer`] has caught in this process.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Audits a change and turns it into an offer, or explains why it is refused.
pub fn audit(
    refactoring: &'static Refactoring,
    context: &Context<'_>,
    mut change: Change,
) -> Result<Offer, Refusal> {
    let mut regions = Regions::new(context.source.context.edition, &context.known);
    let mut is_doubtful = false;
    for (&file, edits) in &change.steps.edits {
        let source = (context.source_of(file))
            .ok_or_else(|| text("The edit is in a file that was not read."))?;
        let root = if file == FileId::ASKED {
            context.root.clone()
        } else {
            source.root()
        };
        let file = AuditedFile {
            id: file,
            source,
            root: &root,
        };
        let ending = context.known.checked(file)?;
        check_places(file, ending, edits, refactoring.allows)?;
        regions.add(file, edits, refactoring.allows)?;
        if surroundings::are_doubtful(&root, edits) {
            is_doubtful = true;
        }
    }
    if is_doubtful {
        change = change.to_check("the attributes");
    }
    // A change that rustc has to confirm must not be applied unseen.
    if refactoring.asks_rustc() && change.applicability == Applicability::Safe {
        change = change.with(Applicability::NeedsCheck);
    }
    for step in &change.steps.files {
        let FileStep::Create { at, text: new } = step else {
            return Err(text("Refactorings can't rename files yet."));
        };
        let beside = (context.source_of(at.origin()))
            .ok_or_else(|| text("The new file is next to a file that was not read."))?;
        regions.add_module(beside, new, refactoring.allows)?;
    }
    if refactoring.allows.has(Also::DropsTwin) {
        regions.count_untouched(context.source);
    }
    regions.check(refactoring.allows, &change.ledger)?;
    Ok(Offer {
        refactoring,
        change,
    })
}

fn text(why: &str) -> Refusal {
    Refusal::because(Hazard::Text, why)
}

/// Checks that a file may be changed and returns its line ending.
fn check_file(source: &Source, root: &SyntaxNode) -> Result<LineEnding, Refusal> {
    if is_generated(root) {
        return Err(text(
            "The file is generated, so changes to it would be lost.",
        ));
    }
    LineEnding::of(&source.text)
        .ok_or_else(|| text("The file has mixed line endings, which no edit could keep."))
}

fn check_places(
    file: AuditedFile<'_>,
    ending: LineEnding,
    edits: &Edits,
    allows: Allows,
) -> Result<(), Refusal> {
    let AuditedFile { source, root, .. } = file;
    for edit in edits.as_slice() {
        if !root.text_range().contains_range(edit.delete) {
            return Err(text("The edit extends past the end of the file."));
        }
        check_line_endings(source, ending, edit)?;
        surroundings::check_macros(root, edit.delete)?;
        // Items that move as a whole take their conditions with them.
        if !allows.has(Also::MovesModule) {
            surroundings::check_conditions(root, edit.delete)?;
        }
    }
    Ok(())
}

fn check_line_endings(source: &Source, ending: LineEnding, edit: &Edit) -> Result<(), Refusal> {
    let inserted = edit
        .insert
        .contains('\n')
        .then(|| LineEnding::of(&edit.insert))
        .flatten();
    if edit.insert.contains(['\n', '\r']) && source.text.contains('\n') && inserted != Some(ending)
    {
        return Err(text("The edit would mix two kinds of line endings."));
    }
    Ok(())
}

impl std::fmt::Debug for Refactoring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::SyntaxKind;

    use super::*;
    use crate::{
        refactorings::{Kind, Needs},
        syntax::FileContext,
        text::{Steps, TextRange, TextSize},
    };

    const NONE: Allows = Allows::NOTHING;

    fn refactoring(allows: Allows) -> &'static Refactoring {
        Box::leak(Box::new(Refactoring {
            id: "example",
            kind: Kind::Rewrite,
            at: &[SyntaxKind::FN],
            needs: Needs::Syntax,
            allows,
            plan: |_, _| panic!("an example"),
        }))
    }

    /// Audits replacing the only `old` in `text` with `new`, with the given ledger entries.
    fn audited(
        text: &str,
        (old, new): (&str, &str),
        allows: Allows,
        (comes, goes): (&str, &str),
    ) -> Result<Offer, Refusal> {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        let source = Source::parse(text, FileContext::default()).unwrap();
        let start = TextSize::try_from(text.find(old).unwrap()).unwrap();
        let range = TextRange::at(start, TextSize::of(old));
        let mut change = Change::new("Example", range, Vec::new()).unwrap();
        change.steps = Steps::of_one(Edits::new(vec![Edit::replace(range, new)]).unwrap());
        change.ledger.comes.push(comes.to_owned());
        change.ledger.goes.push(goes.to_owned());
        audit(refactoring(allows), &Context::new(&source), change)
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
        let adds_return = Allows::of("return", "", &[]);
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
    fn what_rustc_decides_is_never_safe() {
        let source = Source::parse("fn f() { a(); }", FileContext::default()).unwrap();
        let range = TextRange::at(TextSize::new(9), TextSize::new(4));
        let mut change = Change::new("Example", range, Vec::new()).unwrap();
        change.steps = Steps::of_one(Edits::new(vec![Edit::replace(range, "a( );")]).unwrap());
        let of_syntax = refactoring(NONE);
        let of_rustc = Box::leak(Box::new(Refactoring {
            needs: Needs::Verdict,
            ..*refactoring(NONE)
        }));
        let level = |refactoring, change| {
            let offer = audit(refactoring, &Context::new(&source), change).unwrap();
            offer.change().applicability
        };
        assert_eq!(level(of_syntax, change.clone()), Applicability::Safe);
        assert_eq!(level(of_rustc, change), Applicability::NeedsCheck);
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
        let copies = Allows::of("", "", &[Also::AddsCopies, Also::AddsSiblings]);
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
