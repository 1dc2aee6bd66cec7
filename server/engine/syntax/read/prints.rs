//! The tokens of a source text as duplicates compare them: without comments and white space.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashSet,
};

use ra_ap_syntax::{SyntaxKind, SyntaxNode};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{
    syntax::{Edition, tokens, written_in},
    text::{TextRange, TextSize, slice},
};

/// A hash that is equal for equal tokens.
pub type Print = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamePrint {
    pub print: u32,
    pub role: Role,
}

/// What a name refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    Value,
    /// A function, a method or a macro.
    Called,
    /// A type, a module, or a variant with fields: it can't be replaced by a value.
    Path,
}

/// How names are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Literally, and literals too.
    Kept,
    /// By the order of their first occurrence; literals by their kinds.
    Numbered,
    /// The same, but callees keep their names: functions, methods and macros. A comma before a closing bracket depends on the
    /// layout and is ignored.
    NumberedButCalls,
}

/// The tokens of a text in order.
#[derive(Debug)]
pub struct Words<'a> {
    all: Vec<Word<'a>>,
    numbers: RefCell<Numbers>,
    sums: OnceCell<Sums>,
}

/// Prefix hashes of the tokens, so that the print of a range costs no more than that of a token.
#[derive(Debug)]
struct Sums {
    kept: Vec<Print>,
    /// With names and literals reduced to their kinds.
    shapes: Vec<Print>,
    weights: Vec<u32>,
    powers: Vec<Print>,
}

/// The prints that ranges are compared by.
#[derive(Debug, Clone, Copy)]
pub struct Prints {
    /// The range of the first token.
    pub first: TextRange,
    pub exact: Print,
    pub shape: Shape,
    pub frame: Shape,
}

/// The form of a range regardless of its names and literals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub print: Print,
    /// Number of tokens.
    pub words: u32,
}

/// Numbers the names of a text by their first occurrence in one of its ranges.
#[derive(Debug, Default)]
struct Numbers {
    /// The current range; numbers from other ranges are invalid.
    range: u32,
    next: usize,
    /// Indexed by name.
    of: Vec<(u32, usize)>,
}

#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    kind: SyntaxKind,
    text: &'a str,
    start: TextSize,
    print: Print,
    /// Equal for equal names of one text.
    name: usize,
    /// 0 for punctuation that continues the previous one, as in `->`.
    weight: u32,
}

/// The key by which a token is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign<'a> {
    Text(SyntaxKind, &'a str),
    Name(SyntaxKind, usize),
    Kind(SyntaxKind),
}

impl<'a> Words<'a> {
    pub fn of(text: &'a str, edition: Edition) -> Self {
        let mut at = TextSize::new(0);
        let tokens = tokens(text, edition).into_iter();
        let mut words = Collected::of(text);
        for (kind, token) in tokens {
            if !kind.is_trivia() {
                words.add(kind, token, at);
            }
            at += TextSize::of(token);
        }
        words.finish()
    }

    /// The same for a node with its text, at a third of the cost.
    pub(super) fn in_node(node: &SyntaxNode, text: &'a str) -> Self {
        let mut at = TextSize::new(0);
        let mut words = Collected::of(text);
        for (kind, token) in written_in(node) {
            let range = TextRange::at(at, TextSize::of(token));
            at = range.end();
            if !kind.is_trivia() {
                words.add_lexed(kind, slice(text, range).unwrap_or_default(), range.start());
            }
        }
        words.finish()
    }

    /// The number of tokens in a range.
    pub fn count(&self, range: TextRange) -> u32 {
        self.in_range(range).iter().map(|word| word.weight).sum()
    }

    /// The print of a range, without `but`.
    pub fn print(&self, range: TextRange, but: Option<TextRange>, names: Names) -> Print {
        let mut hasher = Hasher::default();
        match names {
            Names::Kept => {
                for word in self.without(range, but) {
                    hasher.add(word.print);
                }
            }
            Names::Numbered | Names::NumberedButCalls => {
                let mut numbers = self.numbers.borrow_mut();
                for (word, sign) in self.signs(range, but, names, &mut numbers) {
                    hasher.add(match sign {
                        Sign::Text(..) => word.print,
                        Sign::Name(kind, number) => number_of(kind) << 32 | number as u64,
                        Sign::Kind(kind) => number_of(kind),
                    });
                }
            }
        }
        hasher.finish()
    }

    /// The prints of a range; its shape excludes `holes`, which are inside the range and in source order.
    pub fn prints(&self, range: TextRange, holes: &[TextRange]) -> Option<Prints> {
        let sums = self.sums();
        let (first, behind) = self.bounds(range);
        let word = self.all.get(first).filter(|_| first < behind)?;
        let shape = |first: usize, behind: usize| Shape {
            print: sums.between(&sums.shapes, first, behind),
            words: sums.weights[behind] - sums.weights[first],
        };
        let whole = shape(first, behind);
        let mut frame = Shape {
            print: holes.len() as u64,
            words: 0,
        };
        let mut from = first;
        for hole in holes {
            let (start, end) = self.bounds(*hole);
            frame = frame.and(shape(from, start.max(from)));
            from = end.max(from);
        }
        Some(Prints {
            first: TextRange::new(word.start, word.end()),
            exact: sums.between(&sums.kept, first, behind),
            shape: whole,
            frame: if holes.is_empty() {
                whole
            } else {
                frame.and(shape(from, behind.max(from)))
            },
        })
    }

    /// The number of tokens in a range, for ranges whose prints are computed too.
    pub fn weight(&self, range: TextRange) -> u32 {
        let (first, behind) = self.bounds(range);
        let weights = &self.sums().weights;
        weights[behind] - weights[first]
    }

    fn sums(&self) -> &Sums {
        self.sums.get_or_init(|| Sums::of(&self.all))
    }

    /// The range of the first token in a range.
    pub fn first(&self, range: TextRange) -> Option<TextRange> {
        let word = self.in_range(range).first()?;
        Some(TextRange::new(word.start, word.end()))
    }

    /// The kinds of the first two tokens in a range. Ranges with equal prints agree on them.
    pub fn first_kinds(&self, range: TextRange) -> [Option<SyntaxKind>; 2] {
        let words = self.in_range(range);
        [0, 1].map(|at| words.get(at).map(|word| word.kind))
    }

    /// The start of the first token at or after an offset.
    pub fn next_start(&self, offset: TextSize) -> TextSize {
        let next = self.all.partition_point(|word| word.start < offset);
        self.all.get(next).map_or(offset, |word| word.start)
    }

    /// Whether a range is a table rather than code.
    pub fn is_mostly_literals(&self, range: TextRange) -> bool {
        let words = self.in_range(range);
        let literals = words.iter().filter(|word| word.kind.is_literal()).count();
        literals * 4 > words.len()
    }

    /// The names and literals in a range, with truncated prints.
    pub fn names(&self, range: TextRange) -> Vec<NamePrint> {
        let words = self.in_range(range);
        let named = (0..words.len()).filter(|at| {
            let kind = words[*at].kind;
            is_name(kind) || kind.is_literal()
        });
        let print = |at: usize| NamePrint {
            print: (words[at].print >> 32) as u32,
            role: role_of(&words[at..]),
        };
        named.map(print).collect()
    }

    /// Whether a range exits the function other than with an error.
    pub fn leaves(&self, range: TextRange) -> bool {
        let words = self.in_range(range);
        words.windows(2).any(|pair| {
            pair[0].kind == SyntaxKind::RETURN_KW && !matches!(pair[1].text, "Err" | "None")
        })
    }

    /// Whether a `break` or `continue` in a range targets a loop around it, judged by tokens.
    pub fn jumps_out(&self, range: TextRange) -> bool {
        let mut depth = 0_usize;
        let mut is_head = false;
        let mut loops = Vec::new();
        for word in self.in_range(range) {
            match word.kind {
                SyntaxKind::FOR_KW | SyntaxKind::WHILE_KW | SyntaxKind::LOOP_KW => is_head = true,
                SyntaxKind::L_CURLY => {
                    if is_head {
                        loops.push(depth);
                    }
                    is_head = false;
                    depth += 1;
                }
                SyntaxKind::R_CURLY => {
                    depth = depth.saturating_sub(1);
                    if loops.last() == Some(&depth) {
                        loops.pop();
                    }
                }
                SyntaxKind::BREAK_KW | SyntaxKind::CONTINUE_KW if loops.is_empty() => return true,
                _ => {}
            }
        }
        false
    }

    /// The number of names that `let` statements bind in a range, outside of nested blocks, and that the range `to` mentions.
    pub fn given(&self, range: TextRange, to: TextRange) -> usize {
        let mut depth = 0_usize;
        let mut is_pattern = false;
        let mut given = HashSet::new();
        for word in self.in_range(range) {
            match word.kind {
                SyntaxKind::L_CURLY => depth += 1,
                SyntaxKind::R_CURLY => depth = depth.saturating_sub(1),
                SyntaxKind::LET_KW => is_pattern = depth == 0,
                SyntaxKind::EQ | SyntaxKind::COLON | SyntaxKind::SEMICOLON => is_pattern = false,
                SyntaxKind::IDENT if is_pattern => {
                    given.insert(word.name);
                }
                _ => {}
            }
        }
        let said: HashSet<usize> = self
            .in_range(to)
            .iter()
            .filter(|word| word.kind == SyntaxKind::IDENT)
            .map(|word| word.name)
            .collect();
        given.intersection(&said).count()
    }

    /// Whether a token is in a range.
    pub fn has(&self, range: TextRange, text: &str) -> bool {
        self.in_range(range).iter().any(|word| word.text == text)
    }

    fn in_range(&self, range: TextRange) -> &[Word<'a>] {
        let (first, behind) = self.bounds(range);
        &self.all[first..behind]
    }

    /// The indices of the range's first token, and of the first one after it.
    fn bounds(&self, range: TextRange) -> (usize, usize) {
        let first = self.all.partition_point(|word| word.start < range.start());
        let behind = self.all.partition_point(|word| word.start < range.end());
        (first, behind.max(first))
    }

    fn without(&self, range: TextRange, but: Option<TextRange>) -> impl Iterator<Item = &Word<'a>> {
        let words = self.in_range(range).iter();
        words.filter(move |word| but.is_none_or(|but| !but.contains(word.start)))
    }

    fn signs(
        &self,
        range: TextRange,
        but: Option<TextRange>,
        names: Names,
        numbers: &mut Numbers,
    ) -> impl Iterator<Item = (&Word<'a>, Sign<'a>)> {
        numbers.start();
        let words = self.in_range(range);
        let kept = (0..words.len()).filter(move |at| {
            let is_layout = names == Names::NumberedButCalls && is_last_comma(&words[*at..]);
            !is_layout && but.is_none_or(|but| !but.contains(words[*at].start))
        });
        kept.map(move |at| {
            let word = &words[at];
            let is_name = is_name(word.kind);
            let is_kept = match names {
                Names::Kept => true,
                Names::Numbered => false,
                Names::NumberedButCalls => is_name && is_called(&words[at + 1..]),
            };
            let sign = if is_kept {
                Sign::Text(word.kind, word.text)
            } else if is_name {
                Sign::Name(word.kind, numbers.number(word.name))
            } else {
                Sign::Kind(word.kind)
            };
            (word, sign)
        })
    }
}

/// Whether two texts consist of the same tokens, without `but` of each.
pub fn are_equal(
    one: (&str, Option<TextRange>),
    other: (&str, Option<TextRange>),
    names: Names,
) -> bool {
    // Editions differ only in a few keywords, which are lexed alike in both texts.
    let (left, right) = (
        Words::of(one.0, Edition::CURRENT),
        Words::of(other.0, Edition::CURRENT),
    );
    let whole = |text: &str| TextRange::up_to(TextSize::of(text));
    let mut numbers = (left.numbers.borrow_mut(), right.numbers.borrow_mut());
    let left = left.signs(whole(one.0), one.1, names, &mut numbers.0);
    let right = right.signs(whole(other.0), other.1, names, &mut numbers.1);
    left.map(|(_, sign)| sign).eq(right.map(|(_, sign)| sign))
}

impl Shape {
    fn and(self, other: Self) -> Self {
        Self {
            print: self.print.wrapping_mul(FACTOR).rotate_left(7) ^ other.print,
            words: self.words + other.words,
        }
    }
}

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Sums {
    fn of(words: &[Word<'_>]) -> Self {
        let room = words.len() + 1;
        let [mut kept, mut shapes, mut powers] = [(); 3].map(|()| Vec::with_capacity(room));
        let mut weights = Vec::with_capacity(room);
        let (mut kept_sum, mut shape_sum, mut power, mut weight) = (0_u64, 0_u64, 1_u64, 0);
        for word in words {
            kept.push(kept_sum);
            shapes.push(shape_sum);
            powers.push(power);
            weights.push(weight);
            kept_sum = kept_sum.wrapping_mul(FACTOR).wrapping_add(word.print);
            let kind = number_of(word.kind) + 1;
            shape_sum = shape_sum.wrapping_mul(FACTOR).wrapping_add(kind);
            power = power.wrapping_mul(FACTOR);
            weight += word.weight;
        }
        kept.push(kept_sum);
        shapes.push(shape_sum);
        powers.push(power);
        weights.push(weight);
        Self {
            kept,
            shapes,
            weights,
            powers,
        }
    }

    fn between(&self, sums: &[Print], first: usize, behind: usize) -> Print {
        let before = sums[first].wrapping_mul(self.powers[behind - first]);
        Hasher(sums[behind].wrapping_sub(before)).finish()
    }
}

impl Numbers {
    fn start(&mut self) {
        self.range += 1;
        self.next = 0;
    }

    fn number(&mut self, name: usize) -> usize {
        let (range, number) = &mut self.of[name];
        if *range != self.range {
            (*range, *number) = (self.range, self.next);
            self.next += 1;
        }
        *number
    }
}

/// Tokens being collected.
struct Collected<'a> {
    words: Vec<Word<'a>>,
    names: FxHashMap<&'a str, usize>,
}

impl<'a> Collected<'a> {
    fn of(text: &str) -> Self {
        Self {
            words: Vec::with_capacity(text.len() / 4),
            names: FxHashMap::default(),
        }
    }

    /// Adds a token of the tree as the lexer would emit it: punctuation character by character, and contextual keywords as
    /// names.
    fn add_lexed(&mut self, kind: SyntaxKind, text: &'a str, start: TextSize) {
        if !kind.is_punct() {
            let is_keyword =
                kind != SyntaxKind::IDENT && kind.is_contextual_keyword(Edition::LATEST);
            let kind = if is_keyword { SyntaxKind::IDENT } else { kind };
            return self.add(kind, text, start);
        }
        let mut at = start;
        for (place, sign) in text.char_indices() {
            let kind = SyntaxKind::from_char(sign).unwrap_or(SyntaxKind::ERROR);
            let end = place + sign.len_utf8();
            self.add(kind, &text[place..end], at);
            at += TextSize::of(sign);
        }
    }

    fn add(&mut self, kind: SyntaxKind, text: &'a str, start: TextSize) {
        let last = self.words.last();
        let is_joined = last.is_some_and(|last| last.end() == start && is_joined(last.text, text));
        let next = self.names.len();
        let name = if is_name(kind) {
            *self.names.entry(text).or_insert(next)
        } else {
            0
        };
        self.words.push(Word {
            kind,
            text,
            start,
            print: print_of(kind, text),
            name,
            weight: u32::from(!is_joined),
        });
    }

    fn finish(self) -> Words<'a> {
        Words {
            all: self.words,
            numbers: RefCell::new(Numbers {
                of: vec![(0, 0); self.names.len()],
                ..Numbers::default()
            }),
            sums: OnceCell::new(),
        }
    }
}

fn is_name(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::IDENT | SyntaxKind::LIFETIME_IDENT)
}

fn is_last_comma(words: &[Word<'_>]) -> bool {
    let [comma, next, ..] = words else {
        return false;
    };
    comma.kind == SyntaxKind::COMMA
        && matches!(
            next.kind,
            SyntaxKind::R_PAREN | SyntaxKind::R_BRACK | SyntaxKind::R_CURLY
        )
}

/// What the first of these tokens refers to.
fn role_of(words: &[Word<'_>]) -> Role {
    let [word, behind @ ..] = words else {
        return Role::Value;
    };
    let mut next = behind.iter().map(|word| word.kind);
    let is_capital = word.text.starts_with(char::is_uppercase);
    match (next.next(), next.next()) {
        (Some(SyntaxKind::COLON), Some(SyntaxKind::COLON)) => Role::Path,
        (Some(SyntaxKind::L_CURLY), _) if is_capital => Role::Path,
        _ if is_called(behind) => Role::Called,
        _ => Role::Value,
    }
}

/// Whether a name before these tokens is a function, a method or a macro.
fn is_called(behind: &[Word<'_>]) -> bool {
    let mut kinds = behind.iter().map(|word| word.kind);
    match kinds.next() {
        Some(SyntaxKind::L_PAREN) => true,
        Some(SyntaxKind::BANG) => matches!(
            kinds.next(),
            Some(SyntaxKind::L_PAREN | SyntaxKind::L_BRACK | SyntaxKind::L_CURLY)
        ),
        _ => false,
    }
}

impl Word<'_> {
    fn end(&self) -> TextSize {
        self.start + TextSize::of(self.text)
    }
}

/// Whether two adjacent punctuation characters form one token: the lexer emits them separately.
pub(super) fn is_joined(one: &str, next: &str) -> bool {
    let ([one], [next]) = (one.as_bytes(), next.as_bytes()) else {
        return false;
    };
    matches!(
        (one, next),
        (b':', b':')
            | (b'-' | b'=' | b'>', b'>')
            | (
                b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'&' | b'|',
                b'='
            )
            | (b'&', b'&')
            | (b'|', b'|')
            | (b'.', b'.' | b'=')
            | (b'<', b'<')
    )
}

fn print_of(kind: SyntaxKind, text: &str) -> Print {
    let mut hasher = Hasher::default();
    hasher.add(number_of(kind));
    for bytes in text.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        hasher.add(u64::from_le_bytes(word));
    }
    hasher.add(text.len() as u64);
    hasher.finish()
}

fn number_of(kind: SyntaxKind) -> u64 {
    u64::from(u16::from(kind))
}

/// A fast hash. Nothing relies on it alone: ranges with equal prints are compared token by token.
#[derive(Default)]
struct Hasher(u64);

impl Hasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn finish(&self) -> u64 {
        let mut hash = self.0;
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ (hash >> 33)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    #[test]
    fn a_tree_has_the_words_of_its_text() {
        let text = "union A<'a, T: ?Sized> where T: B + 'a { a: &'a [u8; 1 << 2], b: C<D<u8>> }
            #[c(d = \"e\")] /// F.
            async fn g<const H: usize>(r#i: &mut J) -> K::<'static> {
                let Some(union) = l!(m => n!{ o..=p }, -1.5e3, 'q', b\"r\") else { return };
                s ||= t && u || v >>= 1; w = x..; y -= z::<Vec<Vec<_>>>(|a| a == b, || c != d); // E
                'f: loop { break 'f e?.f.0; } auto <= default >= safe
            }";
        let context = FileContext::default();
        let root = Source::parse(text, context).unwrap().root();
        let of_text = Words::of(text, context.edition);
        let of_tree = Words::in_node(&root, text);
        assert_eq!(format!("{:?}", of_tree.all), format!("{:?}", of_text.all));
    }
}
