//! Compares two similar source texts token by token.

use std::collections::{BTreeMap, BTreeSet};

use ra_ap_syntax::SyntaxKind;

use super::prints::is_joined;
use crate::syntax::{Edition, tokens};

/// The result of comparing two texts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison<'a> {
    /// Total tokens of both texts.
    pub words: u32,
    /// Tokens that occur in only one of the texts.
    pub unmatched: u32,
    /// Number of runs of consecutive unmatched tokens.
    pub stretches: u32,
    /// Tokens that differ at the same position, in source order; each pair once.
    pub differing: Vec<Differing<'a>>,
}

/// Two tokens at the same position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Differing<'a> {
    pub kind: Kind,
    pub one: &'a str,
    pub other: &'a str,
}

/// What a differing token denotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A literal or a constant.
    Value,
    /// A string literal with braces that a macro interpolates, or any other string literal.
    Text,
    Variable,
    Field,
    Called,
    /// A type, a module or a variant.
    Path,
}

#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    kind: SyntaxKind,
    text: &'a str,
}

impl Comparison<'_> {
    /// The percentage of tokens that both texts share; consistently replaced ones count as different only once.
    pub fn percent(&self) -> u32 {
        let differing = u32::try_from(self.differing.len()).unwrap_or(u32::MAX);
        let lost = self.unmatched.saturating_add(differing.saturating_mul(2));
        self.words.saturating_sub(lost) * 100 / self.words.max(1)
    }

    pub fn count(&self, kind: Kind) -> usize {
        let differing = self.differing.iter();
        differing.filter(|it| it.kind == kind).count()
    }
}

/// Compares two texts; returns `None` if one is much longer than the other. Names that both declare may differ.
pub fn compare<'a>(one: &'a str, other: &'a str) -> Option<Comparison<'a>> {
    let (left, right) = (words(one), words(other));
    let pairs = aligned(&left, &right)?;
    let total = left.len() + right.len();
    let declared = (declared(&left), declared(&right));
    let mut found = Comparison {
        words: u32::try_from(total).ok()?,
        unmatched: u32::try_from(total - 2 * pairs.len()).ok()?,
        ..Comparison::default()
    };
    let mut renamed = Renamed::default();
    let mut known = BTreeSet::new();
    let mut before = None;
    for (at, there) in pairs {
        let follows = before.map_or((0, 0), |(at, there)| (at + 1, there + 1));
        found.stretches += u32::from((at, there) != follows);
        before = Some((at, there));
        let (word, its) = (left[at].text, right[there].text);
        let is_declared = declared.0.contains(word) && declared.1.contains(its);
        if word == its && !is_declared
            || is_declared && renamed.agrees(word, its)
            || left[at].kind == SyntaxKind::LIFETIME_IDENT
            || !known.insert((word, its))
        {
            continue;
        }
        found.differing.push(Differing {
            kind: kind_of(&left, at),
            one: word,
            other: its,
        });
    }
    let last = before.map_or((0, 0), |(at, there)| (at + 1, there + 1));
    found.stretches += u32::from(last != (left.len(), right.len()));
    Some(found)
}

/// A consistent renaming of identifiers.
#[derive(Default)]
struct Renamed<'a> {
    to: BTreeMap<&'a str, &'a str>,
    from: BTreeMap<&'a str, &'a str>,
}

impl<'a> Renamed<'a> {
    fn agrees(&mut self, one: &'a str, other: &'a str) -> bool {
        *self.to.entry(one).or_insert(other) == other
            && *self.from.entry(other).or_insert(one) == one
    }
}

/// The tokens without comments and without commas that depend on the layout; adjacent punctuation is joined.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::with_capacity(text.len() / 4);
    let (mut at, mut end) = (0, 0);
    for (kind, token) in tokens(text, Edition::CURRENT) {
        let start = at;
        at += token.len();
        if kind.is_trivia() {
            continue;
        }
        let is_closing = matches!(
            kind,
            SyntaxKind::R_PAREN | SyntaxKind::R_BRACK | SyntaxKind::R_CURLY
        );
        if is_closing
            && words
                .last()
                .is_some_and(|last| last.kind == SyntaxKind::COMMA)
        {
            words.pop();
        }
        match words.last_mut() {
            Some(last) if end == start && is_joined(last.text, token) => {
                last.text = &text[start - last.text.len()..at];
            }
            _ => words.push(Word { kind, text: token }),
        }
        end = at;
    }
    words
}

impl Word<'_> {
    fn is_name(&self) -> bool {
        matches!(
            self.kind,
            SyntaxKind::IDENT | SyntaxKind::LIFETIME_IDENT | SyntaxKind::SELF_KW
        )
    }

    /// Whether the token may replace the other.
    fn is_like(&self, other: &Self) -> bool {
        let both_names = self.is_name() && other.is_name();
        let both_literals = self.kind.is_literal() && self.kind == other.kind;
        both_names || both_literals || self.kind == other.kind && self.text == other.text
    }
}

/// The names bound by patterns in a text.
fn declared<'a>(words: &[Word<'a>]) -> BTreeSet<&'a str> {
    let mut declared = BTreeSet::new();
    let mut is_pattern = false;
    let mut is_in_bars = false;
    for (at, word) in words.iter().enumerate() {
        match (word.kind, word.text) {
            (SyntaxKind::LET_KW | SyntaxKind::FOR_KW, _) => is_pattern = true,
            (_, "=" | ":" | ";") | (SyntaxKind::IN_KW, _) => is_pattern = false,
            (_, "|") => {
                let opens = at == 0 || !is_operand(words[at - 1]);
                is_in_bars = !is_in_bars && opens;
            }
            (_, "||") => {}
            (SyntaxKind::IDENT, text) if is_pattern || is_in_bars || is_of_arm(&words[at..]) => {
                declared.extend(is_variable(text).then_some(text));
            }
            _ => {}
        }
    }
    declared
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_lowercase() || c == '_')
}

/// Whether a value may end with the token, so that a following bar is an operator.
fn is_operand(word: Word<'_>) -> bool {
    word.is_name() || word.kind.is_literal() || matches!(word.text, ")" | "]" | "}")
}

/// Whether the first of these tokens ends an arm's pattern, apart from brackets.
fn is_of_arm(words: &[Word<'_>]) -> bool {
    let mut behind = words.iter().skip(1);
    let behind = behind.find(|word| !matches!(word.text, ")" | "}" | ".." | ","));
    behind.is_some_and(|word| word.text == "=>")
}

fn kind_of(words: &[Word<'_>], at: usize) -> Kind {
    let word = words[at];
    if word.kind.is_literal() {
        let is_text = matches!(word.kind, SyntaxKind::STRING | SyntaxKind::BYTE_STRING);
        return if is_text { Kind::Text } else { Kind::Value };
    }
    let behind = words.get(at + 1).map_or("", |word| word.text);
    let before = at.checked_sub(1).map_or("", |at| words[at].text);
    let is_capital = word.text.starts_with(char::is_uppercase);
    let is_constant = is_capital && word.text.len() > 1 && !word.text.contains(char::is_lowercase);
    if behind == "::" || is_capital && !is_constant || is_number_type(word.text) {
        Kind::Path
    } else if matches!(behind, "(" | "!") {
        Kind::Called
    } else if is_constant {
        Kind::Value
    } else if before == "." {
        Kind::Field
    } else {
        Kind::Variable
    }
}

fn is_number_type(text: &str) -> bool {
    let bits = text.strip_prefix(['u', 'i', 'f']);
    bits.is_some_and(|bits| matches!(bits, "8" | "16" | "32" | "64" | "128" | "size"))
        || matches!(text, "bool" | "char" | "str")
}

/// The costs of replacing a token, and of leaving one unmatched.
const REPLACED: u32 = 2;
const ALONE: u32 = 3;

/// The step that leads to a pair of tokens at the lowest cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Both,
    Left,
    Right,
}

/// The pairs of tokens at the same position.
fn aligned(left: &[Word<'_>], right: &[Word<'_>]) -> Option<Vec<(usize, usize)>> {
    let mut both = left.iter().zip(right);
    if left.len() == right.len() && both.all(|(one, other)| one.is_like(other)) {
        return Some((0..left.len()).zip(0..right.len()).collect());
    }
    let total = left.len() + right.len();
    let same = |(one, other): (&Word<'_>, &Word<'_>)| one.text == other.text;
    let ahead = left
        .iter()
        .zip(right)
        .take_while(|pair| same(*pair))
        .count();
    let behind = left[ahead..].iter().rev().zip(right[ahead..].iter().rev());
    let behind = behind.take_while(|pair| same(*pair)).count();
    let middle = between(
        &left[ahead..left.len() - behind],
        &right[ahead..right.len() - behind],
        total,
    )?;
    let first = (0..ahead).zip(0..ahead);
    let middle = middle
        .into_iter()
        .map(|(at, there)| (at + ahead, there + ahead));
    let last = (left.len() - behind..left.len()).zip(right.len() - behind..right.len());
    Some(first.chain(middle).chain(last).collect())
}

/// The pairs of tokens between the common ends, by the cheapest alignment.
fn between(left: &[Word<'_>], right: &[Word<'_>], total: usize) -> Option<Vec<(usize, usize)>> {
    // Texts with more unmatched tokens are too different to be of interest.
    const FEWEST: usize = 12;
    let most = FEWEST.max(total / 5);
    let dearest = u32::try_from(most).ok()?.saturating_mul(ALONE + 1);
    let apart = left.len().abs_diff(right.len());
    if apart > most {
        return None;
    }
    // A path that goes further from the diagonal has to return.
    let most = usize::midpoint(most, apart) + 1;
    let width = 2 * most + 1;
    let mut steps = vec![Way::Both; (left.len() + 1) * width];
    let mut before = vec![u32::MAX; width];
    let mut costs = vec![u32::MAX; width];
    for at in 0..=left.len() {
        std::mem::swap(&mut before, &mut costs);
        costs.fill(u32::MAX);
        let mut cheapest = u32::MAX;
        for there in at.saturating_sub(most)..=right.len().min(at + most) {
            let here = there + most - at;
            let mut least = u32::MAX;
            let mut step = Way::Both;
            if at > 0 && there > 0 && left[at - 1].is_like(&right[there - 1]) {
                let is_other = left[at - 1].text != right[there - 1].text;
                least = before[here].saturating_add(REPLACED * u32::from(is_other));
            }
            if at > 0 && here + 1 < width {
                let of_left = before[here + 1].saturating_add(ALONE);
                if of_left < least {
                    (least, step) = (of_left, Way::Left);
                }
            }
            if there > 0 && here > 0 {
                let of_right = costs[here - 1].saturating_add(ALONE);
                if of_right < least {
                    (least, step) = (of_right, Way::Right);
                }
            }
            if (at, there) == (0, 0) {
                least = 0;
            }
            costs[here] = least;
            cheapest = cheapest.min(least);
            steps[at * width + here] = step;
        }
        if cheapest > dearest {
            return None;
        }
    }
    traced(&steps, (left.len(), right.len()), most)
}

/// Traces the steps back from the ends to the beginnings.
fn traced(steps: &[Way], ends: (usize, usize), most: usize) -> Option<Vec<(usize, usize)>> {
    let width = 2 * most + 1;
    let (mut at, mut there) = ends;
    let mut pairs = Vec::new();
    while at > 0 || there > 0 {
        let column = (there + most).checked_sub(at).filter(|it| *it < width)?;
        match steps[at * width + column] {
            Way::Both => {
                at = at.checked_sub(1)?;
                there = there.checked_sub(1)?;
                pairs.push((at, there));
            }
            Way::Left => at = at.checked_sub(1)?,
            Way::Right => there = there.checked_sub(1)?,
        }
    }
    pairs.reverse();
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differing(one: &str, other: &str) -> Vec<String> {
        let found = compare(one, other).unwrap();
        let differing = found.differing.iter();
        differing
            .map(|it| format!("{:?} {} {}", it.kind, it.one, it.other))
            .collect()
    }

    #[test]
    fn equal_texts_differ_in_nothing() {
        let found = compare("let a = b(1, 2,);", "let a = b(1,\n 2); // Why.").unwrap();
        assert_eq!((found.unmatched, found.differing.len()), (0, 0));
        assert_eq!(found.percent(), 100);
    }

    #[test]
    fn what_is_declared_alike_may_have_other_names() {
        assert!(differing("let a = 1; b(a, a);", "let c = 1; b(c, c);").is_empty());
        assert_eq!(
            differing("let a = 1; b(a, a);", "let c = 1; b(c, d);"),
            ["Variable a d"]
        );
        assert!(differing("b(|x| x.c(), Some(1))", "b(|y| y.c(), Some(1))").is_empty());
    }

    #[test]
    fn each_pair_is_told_once_by_its_kind() {
        assert_eq!(
            differing(
                "a.b(1, \"c\", D, e.f, g); h(g, I::j, g);",
                "a.k(2, \"l\", M, e.n, o); h(o, P::j, o);"
            ),
            [
                "Called b k",
                "Value 1 2",
                "Text \"c\" \"l\"",
                "Path D M",
                "Field f n",
                "Variable g o",
                "Path I P",
            ]
        );
    }

    #[test]
    fn what_one_text_has_alone_is_counted() {
        let found = compare(
            "a(1, 2, 3); b(c, d); e(f, g); h(i);",
            "a(1, 2, 3); b(c, d); x(); e(f, g); h(i);",
        )
        .unwrap();
        assert_eq!((found.unmatched, found.stretches), (4, 1));
        assert!(found.differing.is_empty(), "{found:?}");
        let found = compare("a(1); b(c, d);", "a(1); b(c, d, e);").unwrap();
        assert_eq!((found.unmatched, found.stretches), (2, 1));
    }

    #[test]
    fn other_texts_have_nothing_in_common() {
        let one = "if a { b(); } for c in d { e(); f(); g(); h(); i(); j(); }";
        let found = compare(one, "let x = [1, 2, 3, 4, 5]; (y, z) = w::<T>()?;");
        assert!(found.is_none_or(|it| it.percent() < 40));
    }
}
