//! Finds the repetitions of statements in one file, starting from one of their places.

use super::{
    FEWEST_STATEMENTS, FileSurvey, FunctionPrint, Names, Print, SHORTEST_RUN, StatementPrint,
};
use crate::text::{TextRange, TextSize};

/// Consecutive statements, with the offset of their unit.
struct Row<'a> {
    offset: TextSize,
    statements: &'a [StatementPrint],
}

/// A range of statements in a row, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    row: usize,
    first: usize,
    count: usize,
}

impl FileSurvey {
    /// All places of the repeated statements at `at`, extended as far as they agree, in source order; empty if nothing repeats.
    /// Runs that begin at `at` take precedence, then those that would save most.
    pub fn standing_again(&self, at: TextRange, names: Names) -> Vec<TextRange> {
        let units = self.units.iter();
        let rows = units.flat_map(|unit| {
            unit.survey.runs.iter().map(|run| Row {
                offset: unit.offset,
                statements: &run.statements,
            })
        });
        let again = Again {
            rows: rows.collect(),
            names,
        };
        again.at(at)
    }
}

impl FileSurvey {
    /// The names of the functions equal to the one whose name is at `at`, that one first, and whether the identifiers in them
    /// are equal too; `None` if there is no other.
    pub fn twins(&self, at: TextRange) -> Option<(Vec<TextRange>, Names)> {
        let units = self.units.iter();
        let all = units.flat_map(|unit| {
            let functions = unit.survey.functions.iter();
            functions.map(|it| (it, it.name + unit.offset))
        });
        let all: Vec<(&FunctionPrint, TextRange)> = all.collect();
        let (own, name) = *all.iter().find(|(_, it)| it.intersect(at).is_some())?;
        let others = |is_equal: &dyn Fn(&FunctionPrint) -> bool| -> Option<Vec<TextRange>> {
            let others = all.iter().filter(|(it, at)| *at != name && is_equal(it));
            let names = std::iter::once(name).chain(others.map(|(_, at)| *at));
            let names: Vec<TextRange> = names.collect();
            (names.len() > 1).then_some(names)
        };
        if let Some(equal) = others(&|it| it.exact == own.exact) {
            return Some((equal, Names::Kept));
        }
        let renamed = own.renamed?;
        let found = others(&|it| it.renamed == Some(renamed))?;
        Some((found, Names::Numbered))
    }
}

struct Again<'a> {
    rows: Vec<Row<'a>>,
    names: Names,
}

impl Again<'_> {
    fn at(&self, at: TextRange) -> Vec<TextRange> {
        let touches = |range: TextRange| range.intersect(at).is_some();
        let mut best: Option<((bool, u32), Vec<Window>)> = None;
        for (row, Row { offset, statements }) in self.rows.iter().enumerate() {
            for (number, statement) in statements.iter().enumerate() {
                if !touches(statement.range + *offset) {
                    continue;
                }
                for window in self.windows(row, number) {
                    let places = self.places(window);
                    let begins = touches(self.first_word(window));
                    let others = u32::try_from(places.len() - 1).unwrap_or(u32::MAX);
                    let worth = (begins, self.words(window).saturating_mul(others));
                    if others > 0 && best.as_ref().is_none_or(|(known, _)| worth > *known) {
                        best = Some((worth, places));
                    }
                }
            }
        }
        let places = best.map(|(_, places)| places).unwrap_or_default();
        places.into_iter().map(|it| self.range(it)).collect()
    }

    fn print(&self, row: usize, number: usize) -> Option<Print> {
        let statement = self.rows[row].statements.get(number)?;
        Some(match self.names {
            Names::Kept => statement.exact,
            Names::Numbered | Names::NumberedButCalls => statement.renamed,
        })
    }

    /// The runs around a statement that also occur around another statement with the same print, if they are long enough.
    fn windows(&self, row: usize, number: usize) -> Vec<Window> {
        let own = self.print(row, number);
        let mut windows: Vec<Window> = Vec::new();
        for other in 0..self.rows.len() {
            for at in 0..self.rows[other].statements.len() {
                if self.print(other, at) != own || (other, at) == (row, number) {
                    continue;
                }
                let is_equal = |one: Option<usize>, two: Option<usize>| {
                    let one = one.and_then(|it| self.print(row, it));
                    one.is_some() && one == two.and_then(|it| self.print(other, it))
                };
                let before = (1..)
                    .take_while(|back| is_equal(number.checked_sub(*back), at.checked_sub(*back)));
                let behind = (1..).take_while(|on| is_equal(Some(number + on), Some(at + on)));
                let before = before.count();
                let window = Window {
                    row,
                    first: number - before,
                    count: before + 1 + behind.count(),
                };
                let is_long =
                    window.count >= FEWEST_STATEMENTS && self.words(window) >= SHORTEST_RUN;
                if is_long && !windows.contains(&window) {
                    windows.push(window);
                }
            }
        }
        windows
    }

    /// The places with the same statements, none overlapping another.
    fn places(&self, window: Window) -> Vec<Window> {
        let prints = |row, first| (first..first + window.count).map(move |it| self.print(row, it));
        let mut places = vec![window];
        for row in 0..self.rows.len() {
            for first in 0..self.rows[row].statements.len() {
                let place = Window {
                    row,
                    first,
                    ..window
                };
                let is_apart = places.iter().all(|it| {
                    let shared = self.range(*it).intersect(self.range(place));
                    shared.is_none_or(TextRange::is_empty)
                });
                if is_apart && prints(row, first).eq(prints(window.row, window.first)) {
                    places.push(place);
                }
            }
        }
        places.sort_by_key(|it| self.range(*it).start());
        places
    }

    fn statements(&self, window: Window) -> &[StatementPrint] {
        let all = self.rows[window.row].statements;
        let behind = (window.first + window.count).min(all.len());
        &all[window.first..behind]
    }

    fn words(&self, window: Window) -> u32 {
        self.statements(window).iter().map(|it| it.words).sum()
    }

    fn range(&self, window: Window) -> TextRange {
        let offset = self.rows[window.row].offset;
        let mut ranges = self.statements(window).iter().map(|it| it.range + offset);
        let first = ranges.next().unwrap_or_default();
        ranges.fold(first, TextRange::cover)
    }

    fn first_word(&self, window: Window) -> TextRange {
        let offset = self.rows[window.row].offset;
        let first = self.rows[window.row].statements[window.first];
        TextRange::new(first.range.start(), first.first_end) + offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        survey::{SEES, SurveyedUnit, survey},
        syntax::{FileContext, Source, Unit, outline},
    };

    /// The repetitions of the code at the first occurrence of `words`.
    fn again(text: &str, words: &str, names: Names) -> Vec<String> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let units = outline(&source.root()).places.into_iter().map(|place| {
            let unit = Unit::seeing(SEES, &source.text, &place, source.context);
            SurveyedUnit {
                offset: place.node.text_range().start(),
                presence: place.presence,
                survey: survey(&unit).into(),
            }
        });
        let survey = FileSurvey {
            units: units.collect(),
            allowed: Vec::new(),
        };
        let at = TextSize::try_from(text.find(words).unwrap()).unwrap();
        let found = survey
            .standing_again(TextRange::empty(at), names)
            .into_iter();
        found.map(|it| text[it].to_owned()).collect()
    }

    fn call(name: &str) -> String {
        format!("{name}(a.b(1, 2, 3), c.d(4, 5, 6), e.f(7, 8));\n")
    }

    #[test]
    fn as_much_as_stands_again_is_found_in_all_places() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(call);
        let text = format!("fn f() {{\n{a}{b}{c}{d}}}\nfn g() {{\n{d}{a}{b}{c}{a}}}\n");
        let three = format!("{a}{b}{c}").trim_end().to_owned();
        let found = again(&text, "a(", Names::Kept);
        assert_eq!(found, [three.clone(), three.clone()]);
        // From any of its lines.
        assert_eq!(again(&text, "c(a.b", Names::Kept), [three.clone(), three]);
    }

    #[test]
    fn what_saves_more_is_preferred() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(call);
        let four = format!("{a}{b}{c}{d}");
        let three = format!("{a}{b}{c}");
        let more = format!("fn h() {{\n{three}}}\n").repeat(5);
        let text = format!("fn f() {{\n{four}}}\nfn g() {{\n{four}}}\n{more}");
        assert_eq!(again(&text, "a(", Names::Kept).len(), 7);
        let text = format!("fn f() {{\n{four}}}\nfn g() {{\n{four}}}\n");
        let found = again(&text, "a(", Names::Kept);
        assert_eq!(found, [four.trim_end(), four.trim_end()]);
    }

    #[test]
    fn no_place_is_a_part_of_another() {
        let text = format!("fn f() {{\n{}}}\n", call("a").repeat(7));
        let found = again(&text, "a(", Names::Kept);
        assert!(found.len() < 3, "{found:?}");
    }

    #[test]
    fn what_is_short_or_has_other_names_stands_nowhere_else() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(call);
        let text = format!("fn f() {{\n{a}{b}{c}}}\nfn g() {{\n{a}{b}{d}}}\n");
        assert!(again(&text, "a(", Names::Kept).is_empty());
        let named = |name: &str| format!("{a}{b}{c}").replace("a.b", &format!("{name}.b"));
        let text = format!("fn f() {{\n{}}}\nfn g() {{\n{}}}\n", named("x"), named("y"));
        assert!(again(&text, "a(", Names::Kept).is_empty());
        assert_eq!(again(&text, "a(", Names::NumberedButCalls).len(), 2);
    }
}
