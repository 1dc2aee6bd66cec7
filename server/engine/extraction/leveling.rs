//! Converts places that differ in values to source text without differences: each value gets a name, as if a variable had been
//! declared before the place. A function extracted from that text has one more parameter for each value, and the value moves
//! into the call.

mod checks;
mod edits;
mod fields;
mod naming;
mod way_back;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use super::{
    Known, Naming, NotExtracted, Shared,
    differing::{Form, Spots, differences, pointer},
};
use crate::{
    syntax::{Source, scopes::Names, tokens as words_of},
    text::{Edit, Edits, TextRange},
};
use edits::{edits, moved};

/// Source text in which all places are identical, and the mapping back.
pub struct Leveled {
    pub source: Source,
    /// The places in that text, in the given order.
    pub places: Vec<TextRange>,
    before: Before,
    puts: Vec<Put>,
    /// Variables that each place declares under its own name.
    renamed: Vec<Renamed>,
    /// The edits from the original text, in source order.
    edits: Vec<Edit>,
    /// The function's name, if each place is the whole body of a function whose name suggests one.
    pub name: Option<String>,
}

/// The original text and places.
struct Before {
    text: std::sync::Arc<str>,
    places: Vec<TextRange>,
}

/// A variable that each place declares under its own name, and its common name in the leveled text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Renamed {
    fresh: String,
    /// The names by place.
    names: Vec<String>,
}

/// A value that differs between places.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Put {
    name: String,
    /// The source text of the value, by place.
    texts: Vec<String>,
    forms: Vec<Form>,
    /// The ranges of the value by place, and whether each is in a format string.
    spots: Vec<Vec<(TextRange, bool)>>,
    /// Whether a place may evaluate it more than once.
    is_repeated: bool,
    /// The written type, if it is a function.
    pointer: Option<String>,
}

/// Maximum number of differing values: more arguments are hard to follow.
const MOST_VALUES: usize = 4;
impl Leveled {
    /// Names the differences between places.
    pub fn of(source: &Source, places: &[TextRange], naming: Naming) -> Result<Self, NotExtracted> {
        let root = source.root();
        let lists = places.iter().map(|it| statements(&root, *it));
        let lists: Vec<Vec<SyntaxNode>> = lists.collect::<Option<_>>().ok_or(NOT_WHOLE)?;
        let found = differences(&lists)?;
        let groups = grouped(&found.values);
        let spots = found.values.iter();
        let mut values = spots.flat_map(|it| it.kinds.iter().zip(it.texts.iter().zip(&it.ranges)));
        let may_run = |form: &Form, text: &str, at: TextRange| {
            *form == Form::Field && !fields::are_read(&root, text, at)
        };
        if values.any(|(form, (text, at))| may_run(form, text, *at)) {
            return Err(NotExtracted::new(
                "Reading a differing field may have side effects.",
            ));
        }
        let says_address = |it: &TextRange| {
            let text = source.slice(*it);
            ["ptr", "addr", "&raw", "*const", "*mut", ":p}"]
                .iter()
                .any(|word| text.contains(word))
        };
        if places.iter().any(says_address) {
            return Err(NotExtracted::new(
                "The code takes an address, which would differ for a value passed as a parameter.",
            ));
        }
        if groups.len() > MOST_VALUES {
            let why = format!(
                "{} values differ, which is too many for parameters.",
                groups.len()
            );
            return Err(NotExtracted(why.into()));
        }
        let is_called = |it: &&Vec<Spots>| it[0].kinds.contains(&Form::Function);
        if groups.iter().filter(is_called).count() > 1 {
            let why = "More than one called function differs.";
            return Err(NotExtracted::new(why));
        }
        let names = naming::names(source, &lists, &groups, naming)?;
        let puts = groups.iter().zip(names).map(|(group, name)| {
            let whole = |number: usize| -> Vec<(TextRange, bool)> {
                let spots = group.iter();
                let spots = spots.map(|it| (it.ranges[number], it.is_formatted));
                spots.collect()
            };
            let text = Some(&group[0].texts[0]).filter(|_| is_called(&group));
            Put {
                name,
                pointer: text.and_then(|it| pointer(&lists[0][0], it)),
                texts: group[0].texts.clone(),
                forms: group[0].kinds.clone(),
                spots: (0..places.len()).map(whole).collect(),
                is_repeated: group.len() > 1 || group.iter().any(is_repeated),
            }
        });
        let puts: Vec<Put> = puts.collect();
        let renamed = renamed(&root, found.renamed)?;
        let edits = edits(&root, &lists, (&puts, &renamed), source)?;
        let before = Before {
            text: source.text.clone(),
            places: places.to_vec(),
        };
        let mut leveled = Self::written(source, before, (puts, edits))?;
        leveled.renamed = renamed;
        leveled.name = naming::of_functions(&lists, &leveled.source);
        Ok(leveled)
    }

    /// The longest runs of statements that differ only in values, if those are most of each place.
    pub fn most_alike(source: &Source, places: &[TextRange]) -> Option<Vec<TextRange>> {
        const FEWEST_STATEMENTS: usize = 3;
        let root = source.root();
        let lists = places.iter().map(|it| statements(&root, *it));
        let lists: Vec<Vec<SyntaxNode>> = lists.collect::<Option<_>>()?;
        let count = lists.first()?.len();
        if lists.iter().any(|it| it.len() != count) {
            return None;
        }
        let is_alike = |number: &usize| {
            let row = lists.iter().map(|it| vec![it[*number].clone()]);
            differences(&row.collect::<Vec<_>>()).is_ok()
        };
        let alike: Vec<usize> = (0..count).filter(is_alike).collect();
        let runs = alike.chunk_by(|one, next| one + 1 == *next);
        let size = |run: &&[usize]| -> u32 {
            let nodes = run.iter().map(|it| lists[0][*it].text_range().len());
            nodes.map(u32::from).sum()
        };
        let run = runs.max_by_key(size)?;
        let is_most = size(&run) * 2 > u32::from(places[0].len());
        if run.len() < FEWEST_STATEMENTS || run.len() == count || !is_most {
            return None;
        }
        let (first, last) = (*run.first()?, *run.last()?);
        let range =
            |list: &Vec<SyntaxNode>| list[first].text_range().cover(list[last].text_range());
        Some(lists.iter().map(range).collect())
    }

    fn written(
        source: &Source,
        before: Before,
        (puts, edits): (Vec<Put>, Vec<Edit>),
    ) -> Result<Self, NotExtracted> {
        let ordered = Edits::new(edits).map_err(|_| NOT_WHOLE)?;
        let edits = ordered.as_slice().to_vec();
        let leveled = source.edited(&ordered).and_then(Result::ok);
        let leveled = leveled.ok_or(NOT_WHOLE)?;
        let places = before.places.iter().map(|it| moved(&edits, *it));
        let places: Vec<TextRange> = places.collect();
        let words = |range: &TextRange| -> Vec<String> {
            let words = words_of(leveled.slice(*range), leveled.context.edition);
            let solid = words.into_iter().filter(|(kind, _)| !kind.is_trivia());
            let mut words: Vec<String> = Vec::new();
            for (_, word) in solid {
                let closes = matches!(word, ")" | "]" | "}" | ">");
                if closes && words.last().is_some_and(|it| it == ",") {
                    words.pop();
                }
                words.push(word.to_owned());
            }
            words
        };
        let first = words(&places[0]);
        if places[1..].iter().any(|it| words(it) != first) {
            let why = "The occurrences differ in more than values.";
            return Err(NotExtracted::new(why));
        }
        Ok(Self {
            name: None,
            renamed: Vec::new(),
            source: leveled,
            places,
            before,
            puts,
            edits,
        })
    }

    /// Number of differing values.
    pub fn values(&self) -> usize {
        self.puts.len()
    }

    /// The original places.
    pub fn places_before(&self) -> &[TextRange] {
        &self.before.places
    }

    /// The original of a leveled place.
    pub fn place_before(&self, place: TextRange) -> TextRange {
        let mut pairs = self.places.iter().zip(&self.before.places);
        pairs.find(|it| *it.0 == place).map_or(place, |it| *it.1)
    }

    /// Treats values that name something outliving the function as used after all selections.
    pub fn outlive(&self, shared: &mut Shared) {
        let puts = self.puts.iter();
        let lasting = puts.filter(|it| it.has_place());
        shared.use_after(lasting.map(|it| it.name.clone()));
    }

    /// Replaces the types of functions by the written ones, which are shorter than those reported.
    pub fn write_types(&self, known: &mut Known) {
        for put in &self.puts {
            if let (Some(pointer), Some(ty)) = (&put.pointer, known.types.get_mut(&put.name)) {
                ty.text.clone_from(pointer);
            }
        }
    }
}

impl Put {
    /// Whether it refers to something that may change.
    fn has_place(&self) -> bool {
        self.forms.iter().any(|it| it.is_place())
    }
}

const NOT_WHOLE: NotExtracted =
    NotExtracted::new("An occurrence doesn't consist of whole statements.");

/// The statements that make up a range.
fn statements(root: &SyntaxNode, range: TextRange) -> Option<Vec<SyntaxNode>> {
    let around = root.covering_element(range);
    let mut around = around.ancestors();
    let list = around.find(|it| it.kind() == SyntaxKind::STMT_LIST && it.text_range() != range)?;
    let inside = list.children().filter(|it| {
        let common = it.text_range().intersect(range);
        common.is_some_and(|it| !it.is_empty())
    });
    let inside: Vec<SyntaxNode> = inside.collect();
    let is_whole = |it: &SyntaxNode| range.contains_range(it.text_range());
    let is_filled = !inside.is_empty() && inside.iter().all(is_whole);
    is_filled.then_some(inside)
}

/// Unused names for variables that places name differently.
fn renamed(root: &SyntaxNode, found: Vec<Vec<String>>) -> Result<Vec<Renamed>, NotExtracted> {
    let known = Names::in_node(root);
    let differing = found.into_iter().filter(|names| {
        let first = &names[0];
        names.iter().any(|it| it != first)
    });
    let renamed = differing.map(|names| {
        let fresh = known.fresh(&[format!("{}_too", names[0].trim_start_matches('_'))])?;
        Some(Renamed { fresh, names })
    });
    let renamed = renamed.collect::<Option<Vec<_>>>();
    renamed.ok_or(NotExtracted::new("No free name was found for a variable."))
}

/// Groups positions that have the same values in all places, in source order.
fn grouped(values: &[Spots]) -> Vec<Vec<Spots>> {
    let mut groups: Vec<Vec<Spots>> = Vec::new();
    for spots in values {
        let same = groups.iter_mut().find(|it| it[0].texts == spots.texts);
        match same {
            Some(group) => group.push(spots.clone()),
            None => groups.push(vec![spots.clone()]),
        }
    }
    groups
}

/// Whether a position may be evaluated more than once.
fn is_repeated(spots: &Spots) -> bool {
    let Some(node) = &spots.node else {
        return true;
    };
    let around = node
        .ancestors()
        .take_while(|it| it.kind() != SyntaxKind::FN);
    let mut around = around.map(|it| it.kind());
    around.any(|it| {
        matches!(
            it,
            SyntaxKind::LOOP_EXPR
                | SyntaxKind::WHILE_EXPR
                | SyntaxKind::FOR_EXPR
                | SyntaxKind::CLOSURE_EXPR
        )
    })
}

/// The function whose whole body the statements are.
fn whole_body(list: &[SyntaxNode]) -> Option<ast::Fn> {
    let around = list.first()?.parent().and_then(ast::StmtList::cast)?;
    let is_all = around.syntax().children().eq(list.iter().cloned());
    let function = around.syntax().ancestors().nth(2).and_then(ast::Fn::cast)?;
    let body = function.body()?.stmt_list()?;
    (is_all && body == around).then_some(function)
}

/// The code between the braces of the functions with names at the given ranges, without comments at its edges. Returns `None`
/// unless each has a body.
pub fn bodies_of(source: &Source, names: &[TextRange]) -> Option<Vec<TextRange>> {
    let root = source.root();
    let bodies = names.iter().map(|name| {
        let name = root.covering_element(*name);
        let function = name.ancestors().find_map(ast::Fn::cast)?;
        let list = function.body()?.stmt_list()?;
        let mut nodes = list.syntax().children().map(|it| it.text_range());
        let first = nodes.next()?;
        Some(nodes.fold(first, TextRange::cover))
    });
    bodies.collect()
}

/// The functions of that name in a file.
fn functions_of<'a>(root: &SyntaxNode, name: &'a str) -> impl Iterator<Item = ast::Fn> + use<'a> {
    let functions = root.descendants().filter_map(ast::Fn::cast);
    functions.filter(move |it| it.name().is_some_and(|it| it.text() == name))
}

#[cfg(test)]
mod tests {
    use super::{way_back::lending, *};
    use crate::{syntax::FileContext, text::TextSize};

    /// The bodies of all functions as places, named by the code or by the user.
    fn leveled(text: &str, naming: Naming) -> Result<Leveled, NotExtracted> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let functions = source.root().descendants().filter_map(ast::Fn::cast);
        let lists = functions.filter_map(|it| it.body()?.stmt_list());
        let places = lists.filter_map(|it| {
            let first = it.syntax().children().next()?;
            let last = it.syntax().children().last()?;
            Some(first.text_range().cover(last.text_range()))
        });
        Leveled::of(&source, &places.collect::<Vec<_>>(), naming)
    }

    fn names(text: &str) -> Option<Vec<String>> {
        let leveled = leveled(text, Naming::Told).ok()?;
        Some(leveled.puts.into_iter().map(|it| it.name).collect())
    }

    #[test]
    fn places_become_equal_and_lead_back() {
        let text = "fn f(s: S) { a(\"x\", s.b); s.c() } fn g(s: S) { a(\"y\", s.d); s.c() } fn a(name: &str, size: u8) {} struct S { b: u8, d: u8 }";
        let source = Source::parse(text, FileContext::default()).unwrap();
        let places = ["a(\"x\", s.b); s.c()", "a(\"y\", s.d); s.c()"].map(|it| {
            let at = TextSize::try_from(text.find(it).unwrap()).unwrap();
            TextRange::at(at, TextSize::of(it))
        });
        let leveled = Leveled::of(&source, &places, Naming::Told).unwrap();
        for (place, before) in leveled.places.iter().zip(places) {
            assert_eq!(leveled.source.slice(*place), "a(name, size); s.c()");
            assert_eq!(leveled.back(*place), Some(before));
            assert_eq!(leveled.place_before(*place), before);
        }
        assert!(leveled.source.text.contains(
            "{ let name = \"x\"; let mut size = unsafe { ::core::ptr::read(&s.b) }; a(name, size);"
        ));
        let call = leveled.put_in("new(s, name, &size)", 1, &[]);
        assert_eq!(call, "new(s, \"y\", &s.d)");
        let lent = leveled.put_in("new(name, size)", 0, &["size".to_owned()]);
        assert_eq!(lent, "new(\"x\", (s.b, &s.b))");
        let function = lending("fn new(name: &str, size: u8) {}", &["size".to_owned()]);
        assert_eq!(
            function.as_deref(),
            Some("fn new(name: &str, (size, _): (u8, impl ::core::marker::Sized)) {}")
        );
    }

    #[test]
    fn equal_differences_are_one_parameter() {
        let text =
            "fn f() { a.join(\"x\"); b.join(\"x\"); } fn g() { a.join(\"y\"); b.join(\"y\"); }";
        assert_eq!(names(text), Some(vec!["separator".to_owned()]));
        let text =
            "fn f() { a.join(\"x\"); b.join(\"x\"); } fn g() { a.join(\"y\"); b.join(\"z\"); }";
        assert_eq!(names(text), None);
    }

    #[test]
    fn names_are_told_by_the_code() {
        for (one, other, expected) in [
            ("S { width: 1 }", "S { width: 2 }", "width"),
            ("a(MAX_WIDTH)", "a(MIN_WIDTH)", "width"),
            ("a(s.left_edge)", "a(s.right_edge)", "edge"),
            ("a(Kind::FirstRow)", "a(Kind::LastRow)", "kind_row"),
            ("if s.kind == \"x\" {}", "if s.kind == \"y\" {}", "kind"),
            ("if s.len() > 1 {}", "if s.len() > 2 {}", "limit"),
            ("for row in &s.one {}", "for row in &s.two {}", "rows"),
            ("s.starts_with(\"x\")", "s.starts_with(\"y\")", "prefix"),
        ] {
            let text = format!(
                "fn f(s: &T) {{ {one}; }} fn g(s: &T) {{ {other}; }} \
                 const MAX_WIDTH: u8 = 1; const MIN_WIDTH: u8 = 2; struct T {{ left_edge: u8, right_edge: u8, one: Rows, two: Rows }}"
            );
            let found = names(&text);
            let expected = expected.trim_start_matches("kind_");
            assert_eq!(found, Some(vec![expected.to_owned()]), "{text}");
        }
    }

    #[test]
    fn what_has_no_name_or_one_that_is_taken_is_refused() {
        for (one, other) in [
            ("a(1)", "a(2)"),
            ("a(true)", "a(false)"),
            ("width(S { width: 1 })", "width(S { width: 2 })"),
            ("let width = S { width: 1 }", "let width = S { width: 2 }"),
            (
                "S { width: 1 }; print!(\"{width}\")",
                "S { width: 2 }; print!(\"{width}\")",
            ),
        ] {
            let text = format!("fn f() {{ {one}; }} fn g() {{ {other}; }}");
            assert_eq!(names(&text), None, "{text}");
        }
    }

    #[test]
    fn functions_are_named_by_what_their_names_share() {
        let name = |one: &str, other: &str| {
            let text = format!("fn {one}() {{ a(|b| b > 1); }} fn {other}() {{ a(|b| b > 2); }}");
            leveled(&text, Naming::Told).unwrap().name
        };
        assert_eq!(
            name("read_first_row", "read_last_row").as_deref(),
            Some("read_row")
        );
        assert_eq!(name("read_width", "read_height"), None);
        assert_eq!(name("one", "other"), None);
    }

    #[test]
    fn names_of_their_own_come_back_behind_a_place() {
        let text =
            "fn f() { let all = a(|b| b > 1); c(all); } fn g() { let sum = a(|b| b > 2); c(sum); }";
        let source = Source::parse(text, FileContext::default()).unwrap();
        let places = ["let all = a(|b| b > 1);", "let sum = a(|b| b > 2);"].map(|it| {
            let at = TextSize::try_from(text.find(it).unwrap()).unwrap();
            TextRange::at(at, TextSize::of(it))
        });
        let found = Leveled::of(&source, &places, Naming::Told).unwrap();
        assert!(
            found
                .source
                .text
                .ends_with("{ let limit = 2; let all_too = a(|b| b > limit); c(all_too); }")
        );
        let call = found.put_in("let all_too = new(limit);", 1, &[]);
        assert_eq!(call, "let sum = new(2);");
        assert_eq!(found.in_own_words("all_too + 1"), "all + 1");
        assert_eq!(
            found.in_own_words("p!(\"{all_too} {all_too:?}\")"),
            "p!(\"{all} {all:?}\")"
        );
        assert_eq!(found.told("collect_all_too".to_owned()), "collect_all");
    }
}
