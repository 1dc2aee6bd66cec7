//! Extracts statements that are repeated in a file, identically or with different values, into one function that all places
//! call.

use std::{path::Path, sync::Arc};

use super::{Attempt, Extracted, asked, selected};
use crate::{
    analysis::asking::{Asking, Refused},
    compiler::Compiler,
    extraction::{Draft, Drops, Known, Leveled, Naming, Selection, Shared, bodies_of, name_for},
    facts::{FileReport, Sighting},
    smells,
    survey::{FileSurvey, Names, Words, are_equal},
    syntax::{Edition, Source},
    text::{TextRange, TextSize},
};

/// Ranges of one file whose statements are identical, or only differ in values.
#[derive(Clone)]
pub struct Repeated {
    /// The requested one is first.
    pub places: Vec<TextRange>,
    pub left: Vec<Left>,
    /// The differences, if any.
    leveled: Option<Arc<Leveled>>,
}

/// A range that is left unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub range: TextRange,
    /// The reason as a sentence.
    pub why: String,
}

/// The source text with one function for several places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unified {
    pub extracted: Extracted,
    /// The calls of the function, in source order.
    pub places: Vec<TextRange>,
    pub left: Vec<Left>,
}

/// Parameters of a unification.
#[derive(Clone)]
pub struct Unification {
    pub repeated: Repeated,
    pub name: String,
    /// Other source texts of the workspace, whose declarations show the effects of drops.
    pub others: Vec<Arc<str>>,
}

/// Analysis results of a file.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub report: &'a FileReport,
    pub survey: &'a FileSurvey,
}

/// Returns the repeated statements at a range, as far as syntax shows. As cheap as analysing the file.
pub fn repeated_at(
    source: &Source,
    seen: Seen<'_>,
    at: TextRange,
    naming: Naming,
) -> Result<Repeated, Refused> {
    let equal = match standing_again(source, seen.survey, at) {
        Ok(places) => return all_equal(source, places),
        Err(why) => why,
    };
    if let Some(places) = similar_at(seen.report, at) {
        return similar(source, places, naming);
    }
    match twins_at(source, seen.survey, at) {
        Some((places, Names::Kept)) => all_equal(source, places),
        // Extracting a part would leave the rest of both.
        Some((places, _)) => alike(source, places, naming),
        None => Err(equal),
    }
}

fn all_equal(source: &Source, ranges: Vec<TextRange>) -> Result<Repeated, Refused> {
    let mut left = Vec::new();
    let mut fitting: Vec<(TextRange, Selection)> = Vec::new();
    for range in ranges {
        let selection = match selected(source, range) {
            Ok(selection) => selection,
            Err(Refused::Because(why)) if !fitting.is_empty() => {
                left.push(Left { range, why });
                continue;
            }
            Err(why) => return Err(why),
        };
        let checked = selection.check_conditions().and_then(|()| {
            fitting
                .first()
                .map_or(Ok(()), |(_, own)| own.check_other(&selection))
        });
        match checked {
            Ok(()) => fitting.push((range, selection)),
            Err(why) if fitting.is_empty() => return Err(why.into()),
            Err(why) => left.push(Left::new(range, &why)),
        }
    }
    match (&*fitting, left.first()) {
        ([_], Some(first)) => Err(because(&first.why)),
        _ => Ok(Repeated {
            places: fitting.into_iter().map(|(range, _)| range).collect(),
            left,
            leveled: None,
        }),
    }
}

/// Returns ranges that only differ in values, or their most similar parts, if one function can replace them.
fn similar(source: &Source, places: Vec<TextRange>, naming: Naming) -> Result<Repeated, Refused> {
    let part = Leveled::most_alike(source, &places);
    alike(source, part.unwrap_or(places), naming)
}

/// Returns ranges that only differ in values, if one function can replace them.
fn alike(source: &Source, places: Vec<TextRange>, naming: Naming) -> Result<Repeated, Refused> {
    let mut left = Vec::new();
    if let Ok(all) = leveled(source, &places, naming) {
        return Ok(Repeated {
            places,
            left,
            leveled: Some(Arc::new(all)),
        });
    }
    let mut fitting: Vec<TextRange> = places[..1].to_vec();
    for &range in &places[1..] {
        match leveled(source, &[places[0], range], naming) {
            Ok(_) => fitting.push(range),
            Err(Refused::Because(why)) => left.push(Left { range, why }),
            Err(why) => return Err(why),
        }
    }
    if let ([_], Some(first)) = (&*fitting, left.first()) {
        return Err(because(&first.why));
    }
    let leveled = leveled(source, &fitting, naming)?;
    Ok(Repeated {
        places: fitting,
        left,
        leveled: Some(Arc::new(leveled)),
    })
}

/// Returns the source text in which the ranges are identical, if they can be extracted there.
fn leveled(source: &Source, places: &[TextRange], naming: Naming) -> Result<Leveled, Refused> {
    let leveled = Leveled::of(source, places, naming)?;
    let equal = all_equal(&leveled.source, leveled.places.clone())?;
    match equal.left.first() {
        Some(first) => Err(because(&first.why)),
        None => Ok(leveled),
    }
}

/// Returns the ranges of a `similar-block` sighting, the requested one first.
fn similar_at(report: &FileReport, at: TextRange) -> Option<Vec<TextRange>> {
    let is_met = |range: &TextRange| range.intersect(at).is_some();
    report.sightings().find_map(|sighting| {
        let smell = smells::get(sighting.smell)?;
        let is_similar = smell.id == SIMILAR;
        let mut places = places_of(&sighting).filter(|_| is_similar)?;
        let drawn = sighting.parts.iter().filter(|it| it.measure > 0);
        let drawn = std::iter::once(sighting.at).chain(drawn.map(|it| it.at));
        let mut pairs = places.iter().zip(drawn);
        let own = pairs.position(|(place, drawn)| is_met(place) || is_met(&drawn))?;
        places[..=own].rotate_right(1);
        Some(places)
    })
}

/// Returns the bodies of functions equal to the one whose name is at the range, that one first, and whether their names are
/// equal.
fn twins_at(
    source: &Source,
    survey: &FileSurvey,
    at: TextRange,
) -> Option<(Vec<TextRange>, Names)> {
    let (names, way) = survey.twins(at)?;
    Some((bodies_of(source, &names)?, way))
}

/// The smell of statements that aren't identical but may still be unified.
const SIMILAR: &str = "similar-block";

fn places_of(sighting: &Sighting) -> Option<Vec<TextRange>> {
    let whole = sighting.parts.iter().filter(|it| it.measure == 0);
    let places: Vec<TextRange> = whole.map(|it| it.at).collect();
    (places.len() > 1).then_some(places)
}

impl Repeated {
    /// Returns a name from the code, or a placeholder for the user to change.
    pub fn name(&self, source: &Source, naming: Naming) -> Result<String, Refused> {
        let name = match &self.leveled {
            None => name_for(source, &self.places, naming),
            Some(leveled) => {
                let told = || name_for(&leveled.source, &leveled.places, naming);
                let told = || told().map(|it| leveled.told(it));
                leveled.name.clone().or_else(told)
            }
        };
        name.ok_or_else(|| {
            let why =
                "The code doesn't suggest a name for the new function. Set one with `--name`.";
            because(why)
        })
    }

    /// Returns the source text in which the ranges are identical, and their positions in it.
    fn equal<'a>(&'a self, source: &'a Source) -> (&'a Source, Vec<TextRange>) {
        match &self.leveled {
            None => (source, self.places.clone()),
            Some(leveled) => (&leveled.source, leveled.places.clone()),
        }
    }
}

/// Extracts repeated statements into one function, and calls it wherever possible.
pub fn unify(
    source: &Source,
    path: &Path,
    wanted: &Unification,
    compiler: &mut Compiler,
) -> Result<Unified, Refused> {
    let mut left = wanted.repeated.left.clone();
    let mut asking = Asking { path, compiler };
    let others = wanted.others.iter().map(|text| &**text);
    let drops = Drops::in_texts(others.chain([&*source.text]));
    let (equal, places) = wanted.repeated.equal(source);
    let unifying = Unifying {
        source: equal,
        original: source,
        leveled: wanted.repeated.leveled.as_deref(),
        name: &wanted.name,
        drops: &drops,
    };
    let members = unifying.members(&places, (&mut left, &mut asking))?;
    let all: Vec<&Member> = members.iter().collect();
    let (draft, kept) = match unifying.draft(&all, &mut asking) {
        Ok(draft) => (draft, all),
        Err(Refused::Because(why)) if all.len() > 2 => {
            let kept = unifying.fitting(&all, (&mut left, &mut asking))?;
            if kept.len() < 2 {
                return Err(Refused::Because(why));
            }
            (unifying.draft(&kept, &mut asking)?, kept)
        }
        Err(why) => return Err(why),
    };
    let kept = kept.iter().map(|it| unifying.before(it.range));
    let mut places: Vec<TextRange> = kept.collect();
    places.sort_by_key(|it| it.start());
    left.sort_by_key(|it| it.range.start());
    Ok(Unified {
        extracted: draft.into(),
        places,
        left,
    })
}

/// A range, and what rustc reports about it.
struct Member {
    range: TextRange,
    selection: Selection,
    known: Known,
}

fn member(
    source: &Source,
    range: TextRange,
    (shared, drops, first): (&Shared, &Drops<'_>, Option<&Member>),
    asking: &mut Asking<'_>,
) -> Result<Member, Refused> {
    let (selection, known) = asked(source, range, Some(shared), asking)?;
    selection.check_drops(drops, &known)?;
    let other = first.and_then(|it| it.known.other_type(&known, &selection));
    if let Some(name) = other {
        return Err(Refused::Because(format!(
            "`{name}` has a different type there."
        )));
    }
    Ok(Member {
        range,
        selection,
        known,
    })
}

/// What is the same for all tries.
struct Unifying<'a> {
    /// The source text in which the ranges are identical.
    source: &'a Source,
    original: &'a Source,
    leveled: Option<&'a Leveled>,
    name: &'a str,
    drops: &'a Drops<'a>,
}

impl Unifying<'_> {
    /// Probes each range, the requested one first; ranges that can't share the function are left.
    fn members(
        &self,
        places: &[TextRange],
        (left, asking): (&mut Vec<Left>, &mut Asking<'_>),
    ) -> Result<Vec<Member>, Refused> {
        let root = self.source.root();
        let selections = places
            .iter()
            .map(|it| Selection::of(self.source, &root, *it));
        let selections = selections.collect::<Result<Vec<_>, _>>()?;
        let mut shared = Shared::of(&selections.iter().collect::<Vec<_>>());
        if let Some(leveled) = self.leveled {
            leveled.outlive(&mut shared);
        }
        let mut members: Vec<Member> = Vec::new();
        for &range in places {
            let known = (&shared, self.drops, members.first());
            match member(self.source, range, known, asking) {
                Ok(member) => members.push(member),
                Err(Refused::Because(why)) if !members.is_empty() => {
                    let range = self.before(range);
                    left.push(Left { range, why });
                }
                Err(why) => return Err(why),
            }
        }
        if let ([_], Some(first)) = (&*members, left.first()) {
            return Err(because(&first.why));
        }
        for member in &mut members {
            if let Some(leveled) = self.leveled {
                leveled.write_types(&mut member.known);
            }
        }
        Ok(members)
    }

    /// Returns the position of a range in the source text to change.
    fn before(&self, place: TextRange) -> TextRange {
        self.leveled.map_or(place, |it| it.place_before(place))
    }

    /// Drafts one function for all of these ranges.
    fn draft(&self, members: &[&Member], asking: &mut Asking<'_>) -> Result<Draft, Refused> {
        let mut members = members.to_vec();
        members.sort_by_key(|it| it.range.start());
        // The comments of one range are kept.
        let most = members.iter().map(|it| it.selection.comments().len()).max();
        let is_fullest = |it: &&Member| Some(it.selection.comments().len()) == most;
        let first = members.iter().position(is_fullest).unwrap_or_default();
        let first = members.remove(first);
        members.insert(0, first);
        let kept = members[0].selection.comments();
        if members
            .iter()
            .any(|it| !holds_all(&kept, &it.selection.comments()))
        {
            return Err(because("The comments in the statements differ."));
        }
        let selections: Vec<&Selection> = members.iter().map(|it| &it.selection).collect();
        let attempt = Attempt {
            source: self.source,
            original: self.original,
            leveled: self.leveled,
            selections: &selections,
            name: Some(self.name),
            drops: self.drops,
        };
        let known = members.iter().map(|it| it.known.clone()).collect();
        let draft = attempt.run(asking, known)?;
        let calls: u32 = draft.called.iter().map(|it| words(&it.insert)).sum();
        let replaced = draft.called.iter();
        let replaced: u32 = replaced
            .map(|it| words(self.original.slice(it.delete)))
            .sum();
        // Handling the result of a call may take as much code as it saves.
        if calls * 2 > replaced {
            let why = "The calls would be more than half as long as the statements.";
            return Err(because(why));
        }
        Ok(draft)
    }

    /// Returns the requested range, and those that can share a function with it.
    fn fitting<'a>(
        &self,
        members: &[&'a Member],
        (left, asking): (&mut Vec<Left>, &mut Asking<'_>),
    ) -> Result<Vec<&'a Member>, Refused> {
        let mut fitting = vec![members[0]];
        for &member in &members[1..] {
            match self.draft(&[members[0], member], asking) {
                Ok(_) => fitting.push(member),
                Err(Refused::Because(why)) => {
                    let range = self.before(member.range);
                    left.push(Left { range, why });
                }
                Err(why) => return Err(why),
            }
        }
        Ok(fitting)
    }
}

fn words(text: &str) -> u32 {
    let whole = TextRange::up_to(TextSize::of(text));
    Words::of(text, Edition::CURRENT).count(whole)
}

/// Whether `some` contains each comment of `others` as often.
fn holds_all(some: &[String], others: &[String]) -> bool {
    let mut some = some.to_vec();
    others.iter().all(|other| {
        let found = some.iter().position(|it| it == other);
        found.map(|at| some.remove(at)).is_some()
    })
}

/// Returns the ranges of the repeated statements at a range, that range first.
fn standing_again(
    source: &Source,
    survey: &FileSurvey,
    at: TextRange,
) -> Result<Vec<TextRange>, Refused> {
    let found = survey.standing_again(at, Names::Kept).into_iter();
    let (own, others): (Vec<_>, Vec<_>) = found.partition(|it| it.intersect(at).is_some());
    let mut places = own;
    places.extend(others);
    let code = |range: &TextRange| (source.slice(*range), None);
    let first = places.first().copied();
    places.retain(|it| first.is_some_and(|first| are_equal(code(&first), code(it), Names::Kept)));
    if places.len() > 1 {
        return Ok(places);
    }
    let renamed = survey.standing_again(at, Names::NumberedButCalls);
    Err(because(if renamed.is_empty() {
        "There are no statements here that are repeated in the file."
    } else {
        "The statements are repeated with different names, so one function can't replace them."
    }))
}

impl Left {
    fn new(range: TextRange, why: &dyn ToString) -> Self {
        let why = why.to_string();
        Self { range, why }
    }
}

fn because(why: &str) -> Refused {
    Refused::Because(why.to_owned())
}
