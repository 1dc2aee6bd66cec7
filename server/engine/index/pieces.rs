//! Statements of one file that differ in a few names and literals.

use super::{Duplicate, DuplicateKind, FileId, Index, IndexedUnit, Spot};
use crate::{
    survey::{NamePrint, PiecePrint, Print, Role},
    syntax::Presence,
    text::TextRange,
};

/// Minimum tokens of statements that may differ in more names, and for which two places are enough; shorter ones need three.
const LONG: u32 = 40;
/// Minimum tokens of a branch or a loop that may call a different function in each place.
const LONG_LOGIC: u32 = 30;
const MOST_DIFFERING: usize = 2;
const MOST_DIFFERING_IN_LONG: usize = 4;
/// Maximum number of groups distinguished per shape.
const MOST_GROUPS: usize = 16;

/// A piece with its unit.
type Found<'a> = (&'a IndexedUnit, &'a PiecePrint);

impl Index {
    pub(super) fn statements(&self, file: FileId) -> Vec<Duplicate> {
        let units = self.files.get(&file).map_or(&[][..], |file| &file.units);
        let units = units.iter().filter_map(|id| self.unit(*id));
        let always = units.filter(|unit| unit.presence == Presence::Always);
        let mut found: Vec<(Print, Found<'_>)> = always
            .flat_map(|unit| {
                let pieces = unit.survey.pieces.iter();
                pieces.map(move |piece| (piece.shape, (unit, piece)))
            })
            .collect();
        // The sort is stable, so pieces of one shape stay in source order.
        found.sort_by_key(|(shape, _)| *shape);
        let mut duplicates = Vec::new();
        for of_shape in found.chunk_by(|one, next| one.0 == next.0) {
            if of_shape.len() > 1 {
                let pieces = of_shape.iter().map(|(_, found)| *found);
                let groups = alike(pieces).into_iter();
                duplicates.extend(groups.filter_map(|group| self.statement_group(&group)));
            }
        }
        duplicates
    }

    fn statement_group(&self, group: &[Found<'_>]) -> Option<Duplicate> {
        let words = group.first()?.1.words;
        let fewest = if words < LONG { 3 } else { 2 };
        if group.len() < fewest {
            return None;
        }
        let spots = group.iter().map(|(unit, piece)| Spot {
            file: unit.file,
            range: piece.range + unit.offset,
            at: TextRange::new(piece.range.start(), piece.first_end) + unit.offset,
            presence: unit.presence,
            is_told: false,
        });
        self.duplicate(DuplicateKind::Statement, words, spots.collect())
    }
}

/// Groups pieces of one shape that differ from the first of the group in a few names.
fn alike<'a>(pieces: impl Iterator<Item = Found<'a>>) -> Vec<Vec<Found<'a>>> {
    let mut groups: Vec<Vec<Found<'a>>> = Vec::new();
    for found in pieces {
        let mut known = groups.iter_mut();
        if let Some(group) = known.find(|group| differ_little(group[0].1, found.1)) {
            group.push(found);
        } else if groups.len() < MOST_GROUPS {
            groups.push(vec![found]);
        }
    }
    groups
}

fn differ_little(one: &PiecePrint, other: &PiecePrint) -> bool {
    let most = if one.words < LONG {
        MOST_DIFFERING
    } else {
        MOST_DIFFERING_IN_LONG
    };
    let pairs = one.names.iter().zip(&other.names);
    let mut differing: Vec<(NamePrint, NamePrint)> = Vec::new();
    for (one, other) in pairs.filter(|(one, other)| one != other) {
        if !differing.contains(&(*one, *other)) {
            differing.push((*one, *other));
        }
        if differing.len() > most {
            return false;
        }
    }
    let with_role = |role| {
        let differing = differing.iter();
        differing.filter(move |(one, other)| one.role == role || other.role == role)
    };
    // A different callee is a different step, unless it is a small part of a larger piece.
    let most_calls = usize::from(one.is_logic && one.words >= LONG_LOGIC);
    one.names.len() == other.names.len()
        && with_role(Role::Path).count() == 0
        && with_role(Role::Called).count() <= most_calls
}

#[cfg(test)]
mod tests {
    use super::super::{DuplicateKind, tests::found};

    /// More tokens than two places need.
    const LONG: &str = "if file.is_link() && file.follows {\nreturn match file.target(1) {\n\
        Target::Ok(found) => found.user(),\n_ => None,\n};\n}";
    /// Enough tokens for three places.
    const SHORT: &str =
        "let found = file.metadata().ok().and_then(|data| data.user(1)).map(User::new);";

    fn statements(texts: &[&str]) -> Vec<Vec<(u32, String)>> {
        let found = found(texts).into_iter();
        let found = found.filter(|(kind, _)| *kind == DuplicateKind::Statement);
        found.map(|(_, places)| places).collect()
    }

    fn functions(statements: &[&str]) -> String {
        let all = statements.iter().zip(0..);
        let all =
            all.map(|(it, n)| format!("fn f{n}(file: &F) -> O {{ a{n}();\n{it}\nb{n}() }}\n"));
        all.collect()
    }

    fn spots(count: usize, word: &str) -> Vec<(u32, String)> {
        vec![(0, word.to_owned()); count]
    }

    #[test]
    fn a_long_statement_that_stands_again_is_found() {
        let group = LONG.replace("user", "group");
        assert_eq!(statements(&[&functions(&[LONG, LONG])]), [spots(2, "if")]);
        assert_eq!(statements(&[&functions(&[LONG, &group])]), [spots(2, "if")]);
        assert!(statements(&[&functions(&[LONG]), &functions(&[&group])]).is_empty());
    }

    #[test]
    fn a_shorter_one_stands_three_times() {
        let [size, group] = ["2", "3"].map(|name| SHORT.replace("(1)", &format!("({name})")));
        assert_eq!(
            statements(&[&functions(&[SHORT, &size, &group])]),
            [spots(3, "let")]
        );
        assert!(statements(&[&functions(&[SHORT, &size])]).is_empty());
    }

    #[test]
    fn what_is_called_differs_in_logic_alone_and_types_never_do() {
        let [size, group] =
            ["size", "group"].map(|name| SHORT.replace("user(", &format!("{name}(")));
        assert!(statements(&[&functions(&[SHORT, &size, &group])]).is_empty());
        let two = LONG.replace("user", "group").replace("is_link", "is_copy");
        assert!(statements(&[&functions(&[LONG, &two])]).is_empty());
        let typed = LONG.replace("Target", "Source");
        assert!(statements(&[&functions(&[LONG, &typed])]).is_empty());
        let call = "file.note(1, a.b, a.c, a.d, a.e, a.f, a.g, a.h, a.i, a.j, a.k, a.l, a.m, a.n);";
        assert!(statements(&[&functions(&[call, call])]).is_empty());
        let leaves = format!(
            "let x = match file.target(1) {{ Some(x) => x, None => return y }} + {};",
            "a.b + ".repeat(8) + "a.c"
        );
        assert!(statements(&[&functions(&[&leaves, &leaves])]).is_empty());
    }

    #[test]
    fn few_names_differ_and_they_differ_consistently() {
        let other = |names: &[&str]| {
            let all = names.iter();
            let other = all.fold(LONG.to_owned(), |text, name| text.replace(name, "other"));
            statements(&[&functions(&[LONG, &other])]).len()
        };
        assert_eq!(other(&["file", "found"]), 0, "two names became one");
        assert_eq!(other(&["file"]), 1);
        let renamed = ["file", "follows", "found", "user"].iter().zip(0..);
        let four = renamed.fold(LONG.to_owned(), |text, (name, n)| {
            text.replace(name, &format!("other{n}"))
        });
        assert_eq!(statements(&[&functions(&[LONG, &four])]).len(), 1);
        let five = four.replace("(1)", "(2)");
        assert!(statements(&[&functions(&[LONG, &five])]).is_empty());
    }

    #[test]
    fn chains_are_found_inside_of_other_statements() {
        let chain = "Layout::new().direction(Vertical).constraints([a(100 - y, 2), b(y), c(100 - y, 2)]).margin(x.y.z)";
        let first = format!("let whole = {chain}.split(area);");
        let second = format!(
            "let part = {}.split(whole[1])[1];",
            chain.replace("Vertical", "Horizontal")
        );
        assert_eq!(
            statements(&[&functions(&[&first, &second])]),
            [spots(2, "Layout")]
        );
    }

    #[test]
    fn lists_macros_and_what_traits_ask_for_are_left_alone() {
        let list = "let a = S { a: b.c(1), d: e.f(2), g: h.i(3), j: k.l(4), m: n.o(5), p: q.r(6), s: t.u(7) };";
        let macro_call =
            "write!(a, b, c(d), e(f), g(h), i(j), k(l), m(n), o(p), q(r), s(t), u(v), w(x));";
        for statement in [list, macro_call] {
            assert!(statements(&[&functions(&[statement, statement])]).is_empty());
        }
        let method =
            |ty: &str| format!("impl T for {ty} {{ fn f(&self) -> O {{ a();\n{LONG}\nb() }} }}\n");
        assert!(statements(&[&format!("{}{}", method("A"), method("B"))]).is_empty());
        let text = functions(&[LONG, LONG]);
        assert!(statements(&[&format!("#[cfg(unix)]\n{text}")]).is_empty());
    }
}
