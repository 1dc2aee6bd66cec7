//! Decides which parts are worth reporting without a request: those that a reader would extract right away. Based on readers'
//! verdicts, in `tests/worth`.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, T,
    ast::{self, HasName},
};

use super::{Measure, sized::Sized};
use crate::{
    extraction::{Selection, exits::Leave, naming, selection::tokens},
    syntax::{Metrics, prints::Names},
    text::TextRange,
};

/// Minimum number of lines: shorter parts read at a glance.
const FEWEST_LINES: u32 = 9;
/// Minimum share of the measure to remove, in percent.
const LEAST_GAIN: u32 = 25;
/// Minimum share of the measure to keep, in percent. Otherwise, it is only moved.
const LEAST_LEFT: u32 = 20;
/// Minimum complexity of a long function: simpler ones read well from top to bottom.
const LEAST_COMPLEX: u32 = 10;
/// Minimum complexity of a function that is worth reporting in any case.
const HUGE: u32 = 46;
/// Minimum size of the part and of another arm relative to the part's arm, in percent, for it to be one of several.
const ALIKE: u32 = 60;
/// Minimum number of lines of an arm that stands out.
const LONG_ARM: u32 = 35;
/// Number of parameters that only a long part justifies, and its minimum number of lines.
const MANY_PARAMETERS: usize = 4;
const LINES_FOR_MANY: u32 = 40;

/// Minimum measures of a function that a reviewer would notice.
struct Least {
    cognitive: u32,
    lines: u32,
    nesting: u32,
}

const LARGE: [Least; 2] = [
    Least {
        cognitive: 60,
        lines: 120,
        nesting: 6,
    },
    Least {
        cognitive: 45,
        lines: 20,
        nesting: 8,
    },
];

/// Whether a function is large by one measure and not small by the others: a long list reads easily, and so does a short
/// puzzle.
#[must_use]
pub fn is_large(metrics: &Metrics) -> bool {
    LARGE.iter().any(|least| {
        metrics.cognitive >= least.cognitive
            && metrics.lines >= least.lines
            && metrics.nesting >= least.nesting
    })
}

pub(super) fn is_long(lines: u32) -> bool {
    lines >= FEWEST_LINES
}

/// Whether the reduction is large enough, and enough of the measure is left.
pub(super) fn is_enough(gain: u32, before: u32) -> bool {
    let left = before.saturating_sub(gain);
    gain.saturating_mul(100) >= before.saturating_mul(LEAST_GAIN)
        && left.saturating_mul(100) >= before.saturating_mul(LEAST_LEFT)
}

/// Whether a function is a long list of simple steps or cases.
pub(super) fn is_list(sized: &Sized<'_, '_>) -> bool {
    sized.goal.measure == Measure::Lines && sized.function.metrics.cognitive < LEAST_COMPLEX
}

/// Whether a part can be understood without its context. In a huge function, any part is a start that has no early exit and few
/// parameters.
pub(super) fn stands_alone(sized: &Sized<'_, '_>, selection: &Selection) -> bool {
    let is_huge = sized.goal.measure == Measure::Complexity && sized.before >= HUGE;
    let is_small = goes_on(&selection.exits.leave)
        && selection.parameters() <= MANY_PARAMETERS
        && !takes_much(sized, selection);
    is_small && (is_huge || is_apart(sized, selection)) && !gives_iterator(selection)
}

fn is_apart(sized: &Sized<'_, '_>, selection: &Selection) -> bool {
    let takes_own = || selection.item.is_some() || takes_closure(selection);
    let is_data = || selection.statements.len() < 2 && !decides(sized, selection.range);
    !takes_own()
        && !is_data()
        && gives_what_it_ends_with(selection)
        && !swallows_end(selection)
        && !is_one_of_several(sized, selection)
        && !holds_guard(sized, selection)
        && naming::places_changed(selection) < 2
        && !has_twin(sized, selection)
}

/// Whether the caller just continues after the call, or ends with it. If it has to check the outcome, nothing is gained.
fn goes_on(leave: &Leave) -> bool {
    match leave {
        Leave::Never | Leave::Whole { .. } => true,
        Leave::Carries {
            is_certain,
            carried,
        } => *is_certain && !carried.is_break,
        Leave::Told { .. } | Leave::Several(_) => false,
    }
}

/// Whether a local closure would have to be passed.
fn takes_closure(selection: &Selection) -> bool {
    selection.captures.iter().any(|it| it.closure.is_some())
}

fn takes_much(sized: &Sized<'_, '_>, selection: &Selection) -> bool {
    let lines = sized.unit.code_lines(selection.range);
    selection.parameters() >= MANY_PARAMETERS && lines < LINES_FOR_MANY
}

/// Whether the result is a lazy iterator, whose type would have to be written and which borrows its source.
fn gives_iterator(selection: &Selection) -> bool {
    selection.outputs.iter().any(|output| {
        let mut lets = selection.statements.iter().cloned();
        let of_output = lets.find(|it| it.text_range().end() == output.declared);
        let value = of_output.and_then(|it| ast::LetStmt::cast(it)?.initializer());
        value.is_some_and(|it| is_lazy(&it))
    })
}

/// Whether a chain ends with an adaptor, and isn't just that of an `Option`.
fn is_lazy(value: &ast::Expr) -> bool {
    let chain = std::iter::successors(Some(value.clone()), |it| match it {
        ast::Expr::MethodCallExpr(call) => call.receiver(),
        _ => None,
    });
    let names = chain.filter_map(|it| match it {
        ast::Expr::MethodCallExpr(call) => Some(call.name_ref()?.text().to_string()),
        _ => None,
    });
    let names: Vec<String> = names.collect();
    let is_any = |list: &[&str], name: &String| list.contains(&name.as_str());
    let begins = |name: &String| is_any(&BEGIN, name) || is_any(&ADAPTORS, name);
    let ends = |name: &String| is_any(&ADAPTORS, name) || is_any(&SHARED, name);
    names.first().is_some_and(ends) && names.iter().any(begins)
}

const BEGIN: [&str; 3] = ["into_iter", "iter", "iter_mut"];
/// Adaptors of iterators only.
const ADAPTORS: [&str; 8] = [
    "chain",
    "enumerate",
    "filter_map",
    "flat_map",
    "rev",
    "skip_while",
    "step_by",
    "take_while",
];
/// Adaptors of iterators and of `Option`.
const SHARED: [&str; 6] = ["cloned", "copied", "filter", "flatten", "map", "zip"];

/// Whether it contains branches or loops.
fn decides(sized: &Sized<'_, '_>, range: TextRange) -> bool {
    let mut increments = sized.function.tally.increments.iter();
    increments.any(|it| range.contains_range(it.at))
}

/// Whether it contains a drop guard, which would be dropped with the part, or `unsafe` code, which relies on earlier checks.
fn holds_guard(sized: &Sized<'_, '_>, selection: &Selection) -> bool {
    let lets = selection.statements.iter().cloned();
    let mut patterns = lets.filter_map(|it| ast::LetStmt::cast(it)?.pat());
    let is_guard = |pattern: ast::Pat| {
        let ast::Pat::IdentPat(name) = pattern else {
            return false;
        };
        let name = name.name();
        name.is_some_and(|name| name.text().starts_with('_') || name.text().contains("guard"))
    };
    let mut tokens = selection.statements.iter().flat_map(tokens);
    let has_word = sized.source.slice(selection.range).contains("unsafe");
    patterns.any(is_guard) || has_word && tokens.any(|it| it.kind() == T![unsafe])
}

/// Whether its last statement contributes to its results.
fn gives_what_it_ends_with(selection: &Selection) -> bool {
    let Some(last) = selection.statements.last() else {
        return false;
    };
    let range = last.text_range();
    selection.outputs.iter().all(|output| {
        let mut mentions = output.mentions.iter();
        output.declared == range.end() || mentions.any(|it| range.contains_range(it.text_range()))
    })
}

/// Whether it includes the plain value that ends its function, along with the code before it.
fn swallows_end(selection: &Selection) -> bool {
    let is_run = selection.statements.len() > 1;
    let is_choice = |value: &ast::Expr| {
        matches!(
            value,
            ast::Expr::MatchExpr(_) | ast::Expr::IfExpr(_) | ast::Expr::BlockExpr(_)
        )
    };
    let value = selection.value.as_ref().filter(|_| is_run);
    value.is_some_and(|it| !is_choice(it)) && matches!(selection.exits.leave, Leave::Whole { .. })
}

/// Whether it is the body of one of several similar arms.
fn is_one_of_several(sized: &Sized<'_, '_>, selection: &Selection) -> bool {
    let first = selection.statements.first();
    let around = first.and_then(|it| it.ancestors().find_map(ast::MatchArm::cast));
    let scope = sized.scope.text_range();
    let Some(arm) = around.filter(|arm| scope.contains_range(arm.syntax().text_range())) else {
        return false;
    };
    let lines = |node: &SyntaxNode| sized.unit.code_lines(node.text_range());
    let own = lines(arm.syntax());
    if sized.unit.code_lines(selection.range) * 100 < own * ALIKE {
        return false;
    }
    let list = arm.syntax().parent();
    let others = list.into_iter().flat_map(|list| list.children());
    let others = others.filter(|it| it.kind() == SyntaxKind::MATCH_ARM && it != arm.syntax());
    let others: Vec<u32> = others.map(|other| lines(&other)).collect();
    let is_alike = |other: &u32| other * 100 >= own * ALIKE;
    others.iter().any(is_alike) || (own < LONG_ARM && others.len() > 2)
}

/// Whether statements of the same shape occur elsewhere in the function, which should be merged with these.
fn has_twin(sized: &Sized<'_, '_>, selection: &Selection) -> bool {
    let (Some(first), Some(last)) = (selection.statements.first(), selection.statements.last())
    else {
        return false;
    };
    let words = sized.unit.words();
    let start = sized.unit.node.text_range().start();
    let print = |range: TextRange| words.print(range - start, None, Names::Numbered);
    let own = first.text_range().cover(last.text_range());
    let print_of_own = print(own);
    let kind = first.kind();
    let body = sized.function.body.syntax().descendants();
    let alike = body.filter(|it| it.kind() == kind && !own.contains_range(it.text_range()));
    let mut runs = alike.filter_map(|it| {
        let mut row = std::iter::successors(Some(it.clone()), SyntaxNode::next_sibling);
        let end = row.nth(selection.statements.len() - 1)?;
        Some(it.text_range().cover(end.text_range()))
    });
    runs.any(|range| {
        let common = range.intersect(own);
        common.is_none_or(TextRange::is_empty) && print(range) == print_of_own
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Goal, LastFunction, Naming, best_part},
        *,
    };
    use crate::{
        syntax::{FileContext, Source, Unit, places},
        text::slice,
    };

    const PART: &str = "for line in lines {
        if line.is_open() {
            if line.is_long() {
                out.push(line.start());
                out.push(line.end());
            } else {
                out.push(line.whole());
            }
            out.flush();
        }
    }";

    /// The reported part, and how much it reduces the measure.
    fn told(before: &str, part: &str, behind: &str) -> Option<(String, u32)> {
        told_for(Measure::Complexity, before, part, behind)
    }

    fn told_for(measure: Measure, before: &str, part: &str, behind: &str) -> Option<(String, u32)> {
        let text = format!(
            "fn check(lines: &[Line], out: &mut Out) {{\n    {before}\n    {part}\n\n    {behind}\n    if out.a() {{\n        out.b();\n    }}\n    if out.c() {{\n        out.d();\n    }}\n}}\n"
        );
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        assert!(!source.tree.has_errors(), "{text}");
        let place = places(&source.root()).remove(0);
        let unit = Unit::new(&source.text, &place, source.context);
        let goal = Goal {
            measure,
            limit: 3,
            limit_of_part: 3,
            naming: Naming::Told,
        };
        let at = unit.functions[0].name();
        let (range, gain) = best_part(&source, &unit, at, goal, &mut LastFunction::default())?;
        Some((slice(&text, range).unwrap().to_owned(), gain))
    }

    #[test]
    fn what_a_loop_does_with_each_is_told_of() {
        let (part, gain) = told("out.start();", PART, "out.end();").unwrap();
        assert!(part.starts_with("if line.is_open() {"), "{part}");
        assert_eq!(gain, 6);
    }

    #[test]
    fn what_depends_on_what_is_around_is_left_alone() {
        let with = |from: &str, to: &str| PART.replace(from, to);
        let steering = with("for line in lines", "if let Some(line) = out.next()");
        let steering = steering.replace("out.flush()", "break");
        let arms = ["A", "B", "C"].map(|arm| format!("{arm} => {{\n{PART}\n}}\n"));
        for (before, part, behind, word) in [
            (
                "let flush = |out: &mut Out| out.flush();",
                with("out.flush()", "flush(out)"),
                "flush(out);",
                "flush(out)",
            ),
            ("", format!("loop {{\n{steering}\n}}"), "", "break"),
            (
                "let (mut seen, mut last) = (0, None);",
                with("out.flush()", "seen = 1;\nlast = line"),
                "out.end(seen, last);",
                "last = line",
            ),
            (
                "",
                format!("let _guard = out.lock();\n    {PART}"),
                "",
                "_guard",
            ),
            (
                "",
                format!("match out.kind() {{\n{}}}", arms.concat()),
                "",
                "for line",
            ),
        ] {
            let found = told(before, &part, behind);
            let is_told = |(part, _): &(String, u32)| {
                part.contains(word) && !part.starts_with("match") && !part.starts_with("loop")
            };
            assert!(!found.as_ref().is_some_and(is_told), "{part}: {found:?}");
        }
    }

    #[test]
    fn an_iterator_that_has_not_run_is_known_by_its_end() {
        let is_lazy = |code: &str| {
            let text = format!("fn f() {{ {code} }}");
            let source = Source::parse(&*text, FileContext::default()).unwrap();
            let body = source.root().descendants().find_map(ast::BlockExpr::cast);
            is_lazy(&body.and_then(|it| it.tail_expr()).unwrap())
        };
        assert!(is_lazy("a.iter().map(|b| b.c())"));
        assert!(is_lazy("a.lines().filter_map(d)"));
        assert!(!is_lazy("a.iter().map(|b| b.c()).collect()"));
        assert!(!is_lazy("a.first().map(|b| b.c())"));
        assert!(!is_lazy("a.iter()"));
    }

    #[test]
    fn a_long_list_is_left_alone() {
        let told = |behind: &str| told_for(Measure::Lines, "", PART, behind);
        let more = "if out.e() {\n        if out.f() {\n            out.g();\n        }\n    }";
        assert_eq!(told("out.end();"), None);
        assert!(told(more).is_some());
    }

    #[test]
    fn what_takes_many_values_has_many_lines() {
        let part = |lines: usize| {
            let steps = "out.push(line.of(a, b));\n".repeat(lines);
            PART.replace("out.flush();", &steps)
        };
        let before = "let (a, b) = (out.a(), out.b());";
        let behind = "out.end(a, b);";
        assert!(told(before, &part(40), behind).is_some());
        assert!(told(before, &part(4), behind).is_none_or(|(part, _)| !part.starts_with("for")));
    }

    #[test]
    fn what_is_short_or_takes_little_is_left_alone() {
        let short = "for line in lines {\n        if line.is_open() {\n            out.flush();\n        }\n    }";
        assert_eq!(told("", short, ""), None);
        let many = "if out.a() {\n        if out.b() {\n            if out.c() {\n                if out.d() {\n                    return;\n                }\n            }\n        }\n    }\n    ".repeat(4);
        assert!(told("", PART, &many).is_none_or(|(part, _)| !part.starts_with("for")));
    }
}
