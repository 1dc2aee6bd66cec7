//! Extractions that nobody has selected: the parts of a function that take most of what is too much with them, and need the
//! fewest parameters.

mod candidates;
mod telling;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasLoopBody},
};

use super::{
    Selection,
    exits::Leave,
    naming::{self, Ground, Wish},
    selection::LastFunction,
};
use crate::{
    syntax::{
        Function, Increment, Source, Tree, Unit, flow, is_else_if, layout, place_around, places,
        scopes::{self, Names},
    },
    text::{Edit, Edits, TextRange},
};

/// What is to become smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Cognitive complexity of the function.
    Complexity,
    /// Lines of code of the function.
    Lines,
    /// Levels of nesting in the function.
    Nesting,
    /// Lines of code of one arm of a `match`.
    ArmLines,
    /// Lines of code in the body of a loop.
    LoopLines,
}

/// What an extraction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    pub measure: Measure,
    /// The largest measure that is fine.
    pub limit: u32,
    /// The largest one of the new function.
    pub limit_of_part: u32,
    pub naming: Naming,
}

/// Who finds the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The code tells it; what tells none is left alone.
    Told,
    /// A person gives it.
    Given,
}

/// A part of a function that may become one of its own, if the compiler agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub range: TextRange,
    pub name: String,
    pub parameters: usize,
    pub before: u32,
    /// The same measure without the part.
    pub after: u32,
}

/// A part that is one of many to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub proposal: Proposal,
    /// Whether the code tells the name.
    pub is_named: bool,
}

/// How much is looked at and listed.
#[derive(Debug, Clone, Copy)]
struct Breadth {
    /// So many parts are looked at closely.
    looked_at: usize,
    /// So many are listed.
    listed: usize,
    /// What takes less than this part of the measure is no answer.
    least_part: u32,
    /// A part that is worth less isn't listed.
    least_worth: f64,
}

/// What is carried out as it is.
const FEW: Breadth = Breadth {
    looked_at: 24,
    listed: 6,
    least_part: 10,
    least_worth: 0.0,
};
/// What somebody chooses from, who may put several together.
const MANY: Breadth = Breadth {
    looked_at: 64,
    listed: 20,
    least_part: 20,
    least_worth: -2.0,
};
/// So many are looked at where nobody has asked.
const MOST_TOLD: usize = 4;
/// Fewer lines are no function.
const FEWEST_LINES: u32 = 4;
/// A part of more hundredths of its function's lines is the function.
const LARGEST_PART: u32 = 85;
/// Fewer than clippy lets pass: what takes more is torn out of its function.
const MOST_PARAMETERS: usize = 5;
/// More values are no result.
const MOST_OUTPUTS: usize = 3;
/// Of two parts that bring the same, the shorter one is better.
const LEAST_COST: f64 = 0.05;

/// The extractions that serve a goal best at what a finding is drawn at: the name of a function, the keyword of a loop or the
/// pattern of an arm. The best is the first; whether it holds is for the compiler to say.
pub fn proposals(source: &Source, at: TextRange, goal: Goal) -> Vec<Proposal> {
    let listed = listed(source, at, goal, FEW).into_iter();
    listed.map(|choice| choice.proposal).collect()
}

/// The extractions from which somebody chooses one or several, in the order of the text; each is a gain of its own.
pub fn choices(source: &Source, at: TextRange, goal: Goal) -> Vec<Choice> {
    let mut choices = listed(source, at, goal, MANY);
    choices.sort_by_key(|it| (it.proposal.range.start(), it.proposal.range.end()));
    choices
}

/// Whether a text is a function's name in snake case, and no keyword of any edition.
pub fn is_name(name: &str) -> bool {
    scopes::is_plain(name)
}

/// Whether a function may be called so, as far as its file tells.
pub fn is_free_name(source: &Source, name: &str) -> bool {
    Names::in_node(&source.root()).is_free(name)
}

/// The best first.
fn listed(source: &Source, at: TextRange, goal: Goal, breadth: Breadth) -> Vec<Choice> {
    let root = source.root();
    let Some(place) = place_around(&root, at) else {
        return Vec::new();
    };
    let unit = Unit::new(&source.text, &place, source.context);
    let Some(sized) = Sized::in_unit(source, &unit, at, (goal, breadth)) else {
        return Vec::new();
    };
    let parts = sized.parts();
    if parts.is_empty() {
        return Vec::new();
    }
    // Every name of the file is looked at once for all.
    let names = Names::in_node(&root);
    let mut last = LastFunction::default();
    let mut ranked: Vec<Ranked> = Vec::new();
    for part in parts {
        // Nothing is worth more than its benefit.
        let better = ranked.iter().filter(|it| it.worth >= part.benefit);
        if better.count() >= breadth.listed {
            break;
        }
        let selection = Selection::looked_at(source, &root, part.range, "Some", &mut last);
        let Ok(selection) = selection else {
            continue;
        };
        let may_have = |wish: &Wish| names.is_free(&wish.name);
        ranked.extend(sized.ranked(part, selection, may_have));
    }
    ranked.sort_by(|left, right| right.worth.total_cmp(&left.worth));
    let proposed = ranked.into_iter();
    let proposed = proposed.filter_map(|it| sized.choice(it));
    proposed.take(breadth.listed).collect()
}

/// The part that is worth telling of where nobody has asked, and how much of the measure goes with it, as far as the unit alone
/// tells: another item may have its name. What is known of the function is kept for the next question.
pub fn best_part(
    source: &Source,
    unit: &Unit<'_>,
    at: TextRange,
    goal: Goal,
    last: &mut LastFunction,
) -> Option<(TextRange, u32)> {
    let root = unit.node.tree_top();
    let sized = Sized::in_unit(source, unit, at, (goal, FEW))?;
    let mut best: Option<Ranked> = None;
    let parts = sized.parts().into_iter();
    let large = parts.filter(|part| {
        telling::is_long(unit.code_lines(part.range)) && telling::is_enough(part.gain, sized.before)
    });
    for part in large.take(MOST_TOLD) {
        if best.as_ref().is_some_and(|it| it.worth >= part.benefit) {
            break;
        }
        let selection = Selection::looked_at(source, &root, part.range, "Some", last);
        let Ok(selection) = selection else {
            continue;
        };
        // A name costs more to find than this.
        if cost(&selection).is_none() || !telling::stands_alone(&sized, &selection) {
            continue;
        }
        let ranked = sized.ranked(part, selection, |_| true);
        let is_better = |it: &Ranked| best.as_ref().is_none_or(|best| it.worth > best.worth);
        best = ranked.filter(is_better).or(best);
    }
    let best = best?;
    let after = sized.measured_without(&best.selection)?;
    let gain = sized.before.saturating_sub(after);
    telling::is_enough(gain, sized.before).then_some((best.part.range, gain))
}

/// A part that may be proposed.
struct Ranked {
    worth: f64,
    part: Part,
    selection: Selection,
    name: Wish,
}

/// What stands against an extraction but for its name, beside a benefit of at most 1; nothing where too much is handed over.
fn cost(selection: &Selection) -> Option<f64> {
    let parameters = selection.parameters();
    let outputs = selection.outputs.len();
    if parameters > MOST_PARAMETERS || outputs > MOST_OUTPUTS {
        return None;
    }
    if would_nest(selection) || would_search(selection) {
        return None;
    }
    let of_parameters = [0.0, 0.0, 0.02, 0.04, 0.08, 0.16][parameters];
    let of_outputs = [0.0, 0.0, 0.12, 0.3][outputs];
    let of_exits = match &selection.exits.leave {
        Leave::Never | Leave::Whole { .. } => 0.0,
        Leave::Told { .. } => 0.08,
        Leave::Carries { .. } => 0.12,
        Leave::Several(_) => 0.2,
    };
    // What isn't always compiled can seldom be shown to hold.
    let of_gates = if selection.gates.is_empty() { 0.0 } else { 0.1 };
    Some(of_parameters + of_outputs + of_exits + of_gates)
}

fn cost_of_name(ground: Ground) -> f64 {
    match ground {
        Ground::Comment => 0.0,
        Ground::Code => 0.03,
        Ground::Subject => 0.06,
        Ground::Nothing => 0.12,
    }
}

/// Whether a question about the call would be all that a branch holds: `if a { if part() { return; } }`.
fn would_nest(selection: &Selection) -> bool {
    let asks = match &selection.exits.leave {
        Leave::Told { is_certain, .. } | Leave::Carries { is_certain, .. } => !is_certain,
        Leave::Never | Leave::Whole { .. } | Leave::Several(_) => false,
    };
    let block = selection.statements.first().and_then(SyntaxNode::parent);
    let fills = block.is_some_and(|it| it.children().count() == selection.statements.len());
    let branch = selection
        .statements
        .first()
        .and_then(|it| it.ancestors().nth(3));
    let branch = branch.and_then(ast::IfExpr::cast);
    asks && fills && branch.is_some_and(|it| it.else_branch().is_none())
}

/// Whether the part is a loop that gives the first element of a kind, which as a function of its own would be a `find`.
fn would_search(selection: &Selection) -> bool {
    let only = |node: &SyntaxNode| {
        let mut children = node.children();
        children.next().filter(|_| children.next().is_none())
    };
    let inside = |block: Option<ast::BlockExpr>| only(block?.stmt_list()?.syntax());
    let found = || {
        let [statement] = &*selection.statements else {
            return None;
        };
        let each = ast::ForExpr::cast(flow::without_semicolon(statement.clone()))?;
        let branch = inside(each.loop_body()).map(flow::without_semicolon)?;
        let branch = ast::IfExpr::cast(branch).filter(|it| it.else_branch().is_none())?;
        let last = inside(branch.then_branch()).map(flow::without_semicolon)?;
        let given = ast::ReturnExpr::cast(last)?.expr()?;
        Some(given.syntax().text() == each.pat()?.syntax().text())
    };
    found().unwrap_or_default()
}

/// What is too large, and its measures.
struct Sized<'a, 't> {
    source: &'a Source,
    goal: Goal,
    breadth: Breadth,
    unit: &'a Unit<'t>,
    function: Function,
    /// Of the function among those of its unit.
    place: usize,
    /// The function, the arm or the loop.
    scope: SyntaxNode,
    before: u32,
}

/// A part, and what it would bring.
struct Part {
    range: TextRange,
    /// How much less is too much; at most 1.
    benefit: f64,
    /// Of the function's lines.
    share: f64,
    /// How much of the measure goes with it, about.
    gain: u32,
}

impl<'a, 't> Sized<'a, 't> {
    fn in_unit(
        source: &'a Source,
        unit: &'a Unit<'t>,
        at: TextRange,
        (goal, breadth): (Goal, Breadth),
    ) -> Option<Self> {
        let around = |function: &&Function| function.range().contains_range(at);
        let place = unit.functions.iter().rposition(|it| around(&it))?;
        let function = unit.functions[place].clone();
        let scope = scope(&function, at, goal.measure)?;
        let lines = |node: &SyntaxNode| unit.code_lines(node.text_range());
        let before = match goal.measure {
            Measure::Complexity => function.metrics.cognitive,
            Measure::Nesting => function.metrics.nesting,
            Measure::Lines => function.metrics.lines,
            Measure::ArmLines | Measure::LoopLines => lines(&scope).saturating_sub(2),
        };
        Some(Self {
            source,
            goal,
            breadth,
            unit,
            function,
            place,
            scope,
            before,
        })
    }

    /// Those that bring most, the first of them first.
    fn parts(&self) -> Vec<Part> {
        let candidates = candidates::candidates(self.source, &self.scope);
        let parts = candidates.into_iter().filter_map(|it| self.part(it));
        let mut parts: Vec<Part> = parts.collect();
        parts.sort_by(|left, right| right.benefit.total_cmp(&left.benefit));
        parts.truncate(self.breadth.looked_at);
        parts
    }

    /// A part with the first of its names that may be had. What nobody selected or named isn't worth a name that says nothing.
    fn ranked(
        &self,
        part: Part,
        selection: Selection,
        may_have: impl Fn(&Wish) -> bool,
    ) -> Option<Ranked> {
        let cost = cost(&selection)?;
        let is_given = self.goal.naming == Naming::Given;
        let telling = naming::wishes(self.source, &selection);
        let mut telling = telling.filter(|it| is_given || it.ground != Ground::Nothing);
        let wish = telling.find(may_have)?;
        drop(telling);
        let worth = part.benefit - part.share * LEAST_COST - (cost + cost_of_name(wish.ground));
        (worth > self.breadth.least_worth).then_some(Ranked {
            worth,
            part,
            selection,
            name: wish,
        })
    }

    /// A part and its benefit as far as it can be told without reading the text that is left; nothing if it isn't worth it.
    fn part(&self, range: TextRange) -> Option<Part> {
        if !layout::is_whole_lines(&self.source.text, range) {
            return None;
        }
        let lines = self.unit.code_lines(range);
        let all = self.function.metrics.lines;
        if lines < FEWEST_LINES || lines * 100 > all * LARGEST_PART {
            return None;
        }
        let after = match self.goal.measure {
            Measure::Complexity => self.complexity_without(range),
            Measure::Nesting => self.nesting(range).0,
            Measure::Lines | Measure::ArmLines | Measure::LoopLines => {
                (self.before + 1).saturating_sub(lines)
            }
        };
        if !self.is_gain(after) {
            return None;
        }
        let own = match self.goal.measure {
            Measure::Complexity => self.complexity_of(range),
            Measure::Nesting => self.nesting(range).1,
            Measure::Lines | Measure::ArmLines | Measure::LoopLines => lines,
        };
        let Goal {
            limit,
            limit_of_part,
            ..
        } = self.goal;
        let too_much = f64::from(self.before.saturating_sub(limit).max(1));
        let left = f64::from(after.saturating_sub(limit));
        let moved = f64::from(own.saturating_sub(limit_of_part));
        let benefit = (too_much - left - 1.1 * moved) / too_much;
        Some(Part {
            range,
            benefit,
            share: f64::from(lines) / f64::from(all.max(1)),
            gain: self.before.saturating_sub(after),
        })
    }

    /// Of the function without a part.
    fn complexity_without(&self, range: TextRange) -> u32 {
        let moved: u32 = self.increments_in(range).map(|it| it.amount).sum();
        self.before.saturating_sub(moved)
    }

    /// Of a part by itself.
    fn complexity_of(&self, range: TextRange) -> u32 {
        let depth = self.depth(range);
        let alone = |it: &Increment| it.amount.saturating_sub(depth).max(1);
        self.increments_in(range).map(alone).sum()
    }

    fn increments_in(&self, range: TextRange) -> impl Iterator<Item = &Increment> {
        let increments = self.function.tally.increments.iter();
        increments.filter(move |it| range.contains_range(it.at))
    }

    /// Of the function without a part, and of the part by itself.
    fn nesting(&self, range: TextRange) -> (u32, u32) {
        let depth = self.depth(range);
        let increments = self.function.tally.increments.iter();
        let (inside, outside): (Vec<_>, Vec<_>) =
            increments.partition(|it| range.contains_range(it.at));
        let deepest = |of: &[&Increment]| of.iter().map(|it| it.amount).max().unwrap_or_default();
        let own = deepest(&inside).saturating_sub(depth);
        (deepest(&outside).max(depth), own)
    }

    /// How deep a part stands.
    fn depth(&self, range: TextRange) -> u32 {
        let covering = self.scope.covering_element(range);
        let body = self.function.ast.syntax().text_range();
        let around = covering
            .ancestors()
            .take_while(|it| it.text_range() != body);
        let raising = around.filter(|it| {
            it.text_range() != range
                && it.text_range().contains_range(range)
                && matches!(
                    it.kind(),
                    SyntaxKind::IF_EXPR
                        | SyntaxKind::MATCH_EXPR
                        | SyntaxKind::WHILE_EXPR
                        | SyntaxKind::LOOP_EXPR
                        | SyntaxKind::FOR_EXPR
                        | SyntaxKind::CLOSURE_EXPR
                )
                && !is_else_if(it)
        });
        u32::try_from(raising.count()).unwrap_or(u32::MAX)
    }

    fn is_gain(&self, after: u32) -> bool {
        after < self.before
            && (after <= self.goal.limit
                || (self.before - after) * self.breadth.least_part >= self.before)
    }

    /// The part with its name, measured on the text that is left.
    fn choice(&self, ranked: Ranked) -> Option<Choice> {
        let Ranked {
            part,
            selection,
            name,
            ..
        } = ranked;
        let after = self.measured_without(&selection)?;
        if !self.is_gain(after) {
            return None;
        }
        let proposal = Proposal {
            range: part.range,
            name: name.name,
            parameters: selection.parameters(),
            before: self.before,
            after,
        };
        Some(Choice {
            proposal,
            is_named: name.ground != Ground::Nothing,
        })
    }

    fn measured_without(&self, selection: &Selection) -> Option<u32> {
        if let Measure::ArmLines | Measure::LoopLines = self.goal.measure {
            let lines = self.unit.code_lines(selection.replaced);
            return Some((self.before + lines_of_call(selection)).saturating_sub(lines));
        }
        let unit = self.unit.node.text_range();
        let edit = Edit::replace(selection.replaced, call(selection));
        let edits = Edits::new(vec![edit]).ok()?.relative_to(unit.start())?;
        let text = edits.apply(self.source.slice(unit))?;
        let tree = Tree::parse(&text, self.source.context.edition).ok()?;
        let mut place = places(&tree.root()).into_iter().next()?;
        place.owner = self.unit.owner;
        let left = Unit::new(&text, &place, self.source.context);
        let metrics = left.functions.get(self.place)?.metrics;
        Some(match self.goal.measure {
            Measure::Complexity => metrics.cognitive,
            Measure::Nesting => metrics.nesting,
            _ => metrics.lines,
        })
    }
}

/// What stands for the call where only its measure counts.
fn call(selection: &Selection) -> &'static str {
    match &selection.exits.leave {
        Leave::Never if selection.value.is_none() => "part();",
        Leave::Never | Leave::Whole { .. } => "part()",
        Leave::Told { is_certain, .. } | Leave::Carries { is_certain, .. } if *is_certain => {
            "return part();"
        }
        Leave::Told { .. } => "if part() {\nreturn;\n}",
        Leave::Carries { .. } => "if let Some(value) = part() {\nreturn value;\n}",
        Leave::Several(_) => "match part() {\nA => {}\nB => return,\nC => break,\n}",
    }
}

fn lines_of_call(selection: &Selection) -> u32 {
    u32::try_from(call(selection).lines().count()).unwrap_or(u32::MAX)
}

/// What a goal is about at a place.
fn scope(function: &Function, at: TextRange, measure: Measure) -> Option<SyntaxNode> {
    let node = function.ast.syntax();
    let is_meant = |it: &SyntaxNode| match measure {
        Measure::ArmLines => it.kind() == SyntaxKind::MATCH_ARM,
        Measure::LoopLines => matches!(
            it.kind(),
            SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR
        ),
        Measure::Complexity | Measure::Lines | Measure::Nesting => false,
    };
    match measure {
        Measure::Complexity | Measure::Lines | Measure::Nesting => Some(node.clone()),
        Measure::ArmLines | Measure::LoopLines => {
            let covering = node.covering_element(at);
            covering.ancestors().find(is_meant)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{syntax::FileContext, text::TextSize};

    fn proposed(text: &str, at: &str, measure: Measure, limit: u32) -> Vec<(String, Proposal)> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let start = TextSize::try_from(text.find(at).unwrap()).unwrap();
        let at = TextRange::at(start, TextSize::of(at));
        let goal = Goal {
            measure,
            limit,
            limit_of_part: limit.max(7),
            naming: Naming::Told,
        };
        let proposals = proposals(&source, at, goal).into_iter();
        proposals
            .map(|it| (source.slice(it.range).to_owned(), it))
            .collect()
    }

    #[test]
    fn a_branch_that_would_only_ask_for_the_call_keeps_its_block() {
        let text = "fn find(all: &[Item]) -> Option<u8> {
    start();
    if is_open() {
        for item in all {
            if item.is_it() && item.is_new() {
                return Some(item.id);
            }
        }
    }
    if let Some(it) = end() {
        for other in it {
            other.end();
        }
    }
    None
}
";
        let found = proposed(text, "find", Measure::Complexity, 1);
        assert!(!found.is_empty());
        let (inner, whole) = ("for item", "if is_open");
        assert!(
            found.iter().all(|(text, _)| !text.starts_with(inner)),
            "{found:?}"
        );
        assert!(
            found.iter().any(|(text, _)| text.starts_with(whole)),
            "{found:?}"
        );
    }

    #[test]
    fn what_would_be_a_find_is_no_loop_of_its_own() {
        let found = |given: &str| {
            let text = format!(
                "fn find(all: &[Entry]) -> Entry {{
    start();
    for entry in all {{
        if entry.is_it() && (entry.is_new() || entry.is_old()) {{
            return {given};
        }}
    }}
    other(all);
    end(all)
}}
"
            );
            proposed(&text, "find", Measure::Complexity, 1)
        };
        assert!(found("entry").is_empty());
        assert!(!found("entry.clone()").is_empty());
    }

    const LOOPS: &str = "fn check(lines: &[Line], out: &mut Out) {
    if !out.is_open() {
        out.open();
    }
    let mut seen = 0;
    // Count what is visible.
    for line in lines {
        if line.is_visible() {
            if line.is_long() {
                seen += 2;
            } else {
                seen += 1;
            }
        }
    }

    out.push(seen);
    out.flush();
    out.end();
}
";

    #[test]
    fn the_part_that_takes_the_excess_is_proposed() {
        let found = proposed(LOOPS, "check", Measure::Complexity, 6);
        let (text, best) = &found[0];
        assert!(text.starts_with("// Count what"), "{text}");
        assert_eq!(best.name, "count_visible");
        assert_eq!((best.parameters, best.before, best.after), (2, 8, 1));
        assert!(found.iter().all(|(_, it)| it.after < it.before));
    }

    #[test]
    fn levels_go_with_the_block_that_has_them() {
        let found = proposed(LOOPS, "check", Measure::Nesting, 2);
        assert!(
            found.iter().all(|(_, it)| it.before == 3 && it.after < 3),
            "{found:?}"
        );
        assert!(!found.is_empty());
    }

    #[test]
    fn what_takes_nothing_is_no_proposal() {
        assert!(proposed("fn f() {\n    a();\n    b();\n}\n", "f", Measure::Lines, 1).is_empty());
        let flat = format!("fn f() {{\n{}}}\n", "    let a = g(a);\n".repeat(9));
        assert!(proposed(&flat, "f", Measure::Complexity, 3).is_empty());
    }

    #[test]
    fn the_body_of_an_arm_is_proposed() {
        let text = format!(
            "fn on(event: Event) {{\n    match event {{\n        Event::Key(key) => {{\n{}        }}\n        _ => {{}}\n    }}\n{}}}\n",
            "            press(key);\n".repeat(6),
            "    wait();\n".repeat(3),
        );
        let found = proposed(&text, "Event::Key", Measure::ArmLines, 3);
        let (_, best) = &found[0];
        assert_eq!(
            (best.name.as_str(), best.before, best.after),
            ("handle_key", 6, 1)
        );
    }
}
