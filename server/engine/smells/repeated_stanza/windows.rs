//! Runs of statements that are repeated within one unit.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs},
};

use super::unifying::{LastUses, Order, Run, arguments};
use crate::{
    survey::{Names, Print, Words},
    syntax::Unit,
    text::{TextRange, TextSize},
};

/// Minimum number of places for a repeated run to be reported.
const FEWEST_PLACES: usize = 4;
/// Minimum number of lines and tokens of each place.
const FEWEST_LINES: u32 = 3;
const FEWEST_WORDS: u32 = 15;
/// Maximum length of a unit in bytes; longer ones are most likely generated.
const LONGEST_UNIT: u32 = 256 * 1024;
/// Maximum length of a run in statements; longer runs are compared only if they are whole lists.
const LONGEST_RUN: usize = 12;
/// The same minimums for runs with neither a condition nor a loop.
const FEWEST_PLAIN_LINES: u32 = 4;
const FEWEST_PLAIN_WORDS: u32 = 25;
/// Maximum number of arguments; more would be hard to follow.
const MOST_ARGUMENTS: usize = 6;
/// Tokens of a call or table row without its arguments, and tokens per argument.
const CALL: u32 = 3;
const ARGUMENT: u32 = 2;

/// A run of statements that is repeated.
#[derive(Debug)]
pub(super) struct Stanza {
    /// The places in source order.
    pub(super) places: Vec<Place>,
    /// The number of tokens in one place.
    pub(super) words: u32,
    arguments: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) range: TextRange,
    pub(super) first: TextRange,
}

/// A statement and what it is compared by.
struct Element {
    node: SyntaxNode,
    /// The range without the semicolon.
    range: TextRange,
    /// The kinds of its first tokens. Elements that begin differently have different prints.
    begins: [Option<SyntaxKind>; 2],
    /// `None` if too few other statements begin the same way.
    print: Option<Print>,
}

/// The start of a run: the number of the list and the index in it.
type At = (usize, usize);

impl Stanza {
    /// The number of tokens that unifying the places would remove.
    pub(super) fn saves(&self) -> u32 {
        let count = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let call = CALL + ARGUMENT * self.arguments;
        let all = self.words.saturating_mul(count.saturating_sub(1));
        all.saturating_sub(call.saturating_mul(count))
    }
}

/// Recovers the number of arguments of the helper's call from the size, number and savings of the places.
pub(super) fn arguments_of(words: u32, places: u32, saves: u32) -> u32 {
    let all = words.saturating_mul(places.saturating_sub(1));
    let call = all.saturating_sub(saves) / places.max(1);
    call.saturating_sub(CALL) / ARGUMENT
}

/// Returns the repeated runs of a unit, those that save most first, without nested ones.
pub(super) fn repeated(unit: &Unit<'_>) -> Vec<Stanza> {
    let fewest = FEWEST_LINES * u32::try_from(FEWEST_PLACES).unwrap_or(u32::MAX);
    let is_too_long = u32::from(unit.node.text_range().len()) > LONGEST_UNIT;
    if unit.lines() < fewest || is_too_long || is_for_a_processor(unit) {
        return Vec::new();
    }
    let unit_range = unit.node.text_range();
    let runs = Runs {
        unit,
        words: unit.words(),
        start: unit_range.start(),
        lists: Vec::new(),
    };
    runs.with_lists().repeated()
}

/// Whether a function is written for the instructions of one processor, whose operands must be constants.
fn is_for_a_processor(unit: &Unit<'_>) -> bool {
    let attributes = unit.functions.first().into_iter();
    let mut attributes = attributes.flat_map(|function| function.ast.attrs());
    attributes.any(|attribute| {
        attribute
            .syntax()
            .text()
            .to_string()
            .contains("target_feature")
    })
}

fn counted<T: Eq + Hash>(all: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

struct Runs<'a, 't> {
    unit: &'a Unit<'t>,
    words: &'a Words<'t>,
    start: TextSize,
    /// Consecutive statements, each of which is repeated in the unit.
    lists: Vec<Vec<Element>>,
}

impl Runs<'_, '_> {
    fn with_lists(mut self) -> Self {
        let lists = self.unit.nodes::<ast::StmtList>();
        let mut lists: Vec<Vec<Element>> = lists.map(|list| self.elements(&list)).collect();
        let arms = self.unit.nodes::<ast::MatchArm>();
        let bodies = arms.filter_map(|arm| arm.expr());
        let plain = bodies.filter(|body| !matches!(body, ast::Expr::BlockExpr(_)));
        lists.extend(plain.map(|body| vec![self.element(body.syntax().clone())]));
        let begins = lists.iter().flatten().map(|element| element.begins);
        let beginnings = counted(begins);
        for element in lists.iter_mut().flatten() {
            if beginnings[&element.begins] >= FEWEST_PLACES {
                element.print = Some(self.print(element.range));
            }
        }
        let prints = counted(lists.iter().flatten().filter_map(|element| element.print));
        for list in lists {
            let mut run = Vec::new();
            for element in list {
                let print = element.print.filter(|it| prints[it] >= FEWEST_PLACES);
                if print.is_some() {
                    run.push(element);
                } else if !run.is_empty() {
                    self.lists.push(std::mem::take(&mut run));
                }
            }
            self.lists.push(run);
        }
        self
    }

    /// The statements of a list. Lists with items are skipped, since the same name may refer to different items in each.
    fn elements(&self, list: &ast::StmtList) -> Vec<Element> {
        let mut statements = list.statements();
        if statements.any(|statement| matches!(statement, ast::Stmt::Item(_))) {
            return Vec::new();
        }
        let nodes = list.statements().map(|it| it.syntax().clone());
        let tail = list.tail_expr().map(|tail| tail.syntax().clone());
        let nodes = nodes.chain(tail);
        nodes.map(|node| self.element(node)).collect()
    }

    fn element(&self, node: SyntaxNode) -> Element {
        let range = node.text_range();
        let semicolon = node
            .last_token()
            .filter(|token| token.kind() == SyntaxKind::SEMICOLON);
        let end = semicolon.map_or(range.end(), |token| token.text_range().start());
        let range = TextRange::new(range.start(), end);
        Element {
            begins: self.words.first_kinds(range - self.start),
            range,
            node,
            print: None,
        }
    }

    fn print(&self, range: TextRange) -> Print {
        self.words
            .print(range - self.start, None, Names::NumberedButCalls)
    }

    fn repeated(&self) -> Vec<Stanza> {
        let mut last_uses = LastUses::default();
        let mut found: Vec<Stanza> = Vec::new();
        for (length, starts) in self.starts() {
            let mut of_print: HashMap<Print, Vec<At>> = HashMap::new();
            for at in starts {
                let print = self.print(self.range(at, length));
                of_print.entry(print).or_default().push(at);
            }
            let groups = of_print.into_values();
            found.extend(groups.filter_map(|places| self.stanza(places, length, &mut last_uses)));
        }
        found.sort_by_key(|one| {
            let first = one.places[0].range;
            (Reverse(one.saves()), first.start(), first.end())
        });
        let mut taken: BTreeMap<TextSize, TextSize> = BTreeMap::new();
        found.retain(|stanza| {
            let mut ranges = stanza.places.iter().map(|place| place.range);
            let is_free = ranges.all(|range| {
                let before = taken.range(..range.end()).next_back();
                before.is_none_or(|(_, end)| *end <= range.start())
            });
            if is_free {
                let ranges = stanza.places.iter().map(|place| place.range);
                taken.extend(ranges.map(|range| (range.start(), range.end())));
            }
            is_free
        });
        found
    }

    /// The runs of each length whose statements are each repeated.
    fn starts(&self) -> Vec<(usize, Vec<At>)> {
        let mut starts: HashMap<(usize, Vec<Print>), Vec<At>> = HashMap::new();
        for (number, list) in self.lists.iter().enumerate() {
            for from in 0..list.len() {
                let rest = list.len() - from;
                for length in 1..=rest.min(LONGEST_RUN) {
                    self.add_start((number, from), length, &mut starts);
                }
                if from == 0 && rest > LONGEST_RUN {
                    self.add_start((number, from), rest, &mut starts);
                }
            }
        }
        let several = starts
            .into_iter()
            .filter(|(_, starts)| starts.len() >= FEWEST_PLACES);
        several
            .map(|((length, _), starts)| (length, starts))
            .collect()
    }

    fn add_start(&self, at: At, length: usize, starts: &mut HashMap<(usize, Vec<Print>), Vec<At>>) {
        let run = self.run(at, length);
        let prints: Vec<Print> = run.iter().filter_map(|element| element.print).collect();
        if !is_periodic(&prints) {
            starts.entry((length, prints)).or_default().push(at);
        }
    }

    fn run(&self, (list, from): At, length: usize) -> &[Element] {
        &self.lists[list][from..from + length]
    }

    fn range(&self, at: At, length: usize) -> TextRange {
        let run = self.run(at, length);
        run[0].range.cover(run[length - 1].range)
    }

    /// The stanza at these places, if it is worth unifying.
    fn stanza(
        &self,
        mut places: Vec<At>,
        length: usize,
        last_uses: &mut LastUses,
    ) -> Option<Stanza> {
        places.sort_by_key(|at| self.range(*at, length).start());
        let mut ranges: Vec<TextRange> = Vec::new();
        let mut firsts = Vec::new();
        for at in places {
            let range = self.range(at, length);
            if ranges.last().is_none_or(|last| last.end() <= range.start()) {
                ranges.push(range);
                firsts.push(at);
            }
        }
        if ranges.len() < FEWEST_PLACES {
            return None;
        }
        let words = self.words.count(ranges[0] - self.start);
        let lines = self.unit.code_lines(ranges[0]);
        let least = fewest(self.run(firsts[0], length))?;
        if lines < least.0 || words < least.1 {
            return None;
        }
        let runs: Vec<Run<'_>> = firsts
            .iter()
            .map(|at| Run {
                statements: self.run(*at, length).iter().map(|it| &it.node).collect(),
                range: self.range(*at, length),
            })
            .collect();
        let is_row = firsts
            .windows(2)
            .all(|pair| (pair[0].0, pair[0].1 + length) == pair[1]);
        let order = if is_row { Order::Row } else { Order::Scattered };
        let arguments =
            arguments(&runs, order, last_uses).filter(|count| *count <= MOST_ARGUMENTS)?;
        let place = |range: &TextRange| {
            let first = self.words.first(*range - self.start)?;
            Some(Place {
                range: *range,
                first: first + self.start,
            })
        };
        Some(Stanza {
            places: ranges.iter().filter_map(place).collect(),
            words,
            arguments: u32::try_from(arguments).unwrap_or(u32::MAX),
        })
    }
}

/// Whether a run is itself a repetition of a shorter one.
fn is_periodic(prints: &[Print]) -> bool {
    let length = prints.len();
    (1..=length / 2).any(|period| {
        length.is_multiple_of(period)
            && (period..length).all(|at| prints[at] == prints[at - period])
    })
}

/// The minimum numbers of lines and tokens for a run to be more than a row of calls or assignments.
fn fewest(run: &[Element]) -> Option<(u32, u32)> {
    let nodes = || run.iter().flat_map(|element| element.node.descendants());
    if nodes().any(|node| BRANCHING.contains(&node.kind())) {
        let does_something = nodes().any(|node| is_doing(&node) && is_in_branch(run, &node));
        return does_something.then_some((FEWEST_LINES, FEWEST_WORDS));
    }
    let lets = run
        .iter()
        .filter(|element| element.node.kind() == SyntaxKind::LET_STMT);
    let is_row = lets.count() * 2 < run.len() || run.len() < 2;
    let does_something = !is_row && nodes().any(|node| is_doing(&node));
    does_something.then_some((FEWEST_PLAIN_LINES, FEWEST_PLAIN_WORDS))
}

fn is_in_branch(run: &[Element], node: &SyntaxNode) -> bool {
    let is_inside = |around: &SyntaxNode| run.iter().any(|one| one.node == *around);
    let around = node.ancestors().take_while(|node| !is_inside(node));
    let mut kinds = around.map(|node| node.kind());
    kinds.any(|kind| {
        matches!(
            kind,
            SyntaxKind::STMT_LIST | SyntaxKind::MATCH_ARM | SyntaxKind::CLOSURE_EXPR
        )
    })
}

/// Whether a node has an effect, rather than wrapping a value or giving up.
fn is_doing(node: &SyntaxNode) -> bool {
    if let Some(binary) = ast::BinExpr::cast(node.clone()) {
        return matches!(binary.op_kind(), Some(ast::BinaryOp::Assignment { .. }));
    }
    if let Some(call) = ast::MacroCall::cast(node.clone()) {
        let name = call.path().map(|path| path.syntax().text().to_string());
        return !name.is_some_and(|name| GIVING_UP.contains(&&*name));
    }
    let call = ast::CallExpr::cast(node.clone());
    let Some(called) = call.and_then(|call| call.expr()) else {
        return matches!(
            node.kind(),
            SyntaxKind::METHOD_CALL_EXPR | SyntaxKind::RETURN_EXPR
        );
    };
    let text = called.syntax().text().to_string();
    let name = text.rsplit("::").next();
    name.is_some_and(|name| name.starts_with(|first: char| !first.is_uppercase()))
}

const GIVING_UP: &[&str] = &["panic", "todo", "unimplemented", "unreachable"];
const BRANCHING: &[SyntaxKind] = &[
    SyntaxKind::CLOSURE_EXPR,
    SyntaxKind::FOR_EXPR,
    SyntaxKind::IF_EXPR,
    SyntaxKind::LOOP_EXPR,
    SyntaxKind::MATCH_EXPR,
    SyntaxKind::WHILE_EXPR,
];
