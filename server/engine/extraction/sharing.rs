//! Selections that are identical, and how they are unified so that one function serves them all.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasAttrs, HasName},
};

use super::{
    Draft, Known, Naming, NotExtracted, Selection,
    exits::Leave,
    home::{head, owner, uses_self_type},
    naming::{self, Ground, Wish},
    selection::{Local, NOTHING, tokens},
};
use crate::{
    syntax::{
        Edition, Source, Tree, attributes,
        flow::{self, Escape},
        layout,
        scopes::Names,
    },
    text::{Edits, TextRange},
};

/// The name of the refactoring that extracts repeated statements, as smells refer to it.
pub const REPEATED_BLOCK: &str = "extract-repeated-block";

/// The requirements of each of several selections, which all of them have to meet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shared {
    /// The numbers of declared variables that are used after one of them.
    outputs: Vec<usize>,
    /// Captured variables that are used after one of them.
    used_after: Vec<String>,
    /// Captured variables whose written types differ.
    unwritten: Vec<String>,
    /// Whether the function has to be a free function, as the selections are in functions of several types.
    is_free: bool,
    /// Whether a function continues after one of them.
    goes_on: bool,
}

impl Shared {
    pub fn of(selections: &[&Selection]) -> Self {
        let mut shared = Self::default();
        for selection in selections {
            let outputs = selection.outputs.iter().map(|it| it.number);
            shared.outputs.extend(outputs);
            let used = selection.captures.iter().filter(|it| it.is_used_after);
            shared.used_after.extend(used.map(|it| it.name.clone()));
            let first = selections[0].captures.iter();
            let pairs = selection.captures.iter().zip(first);
            let other = pairs.filter(|(own, first)| own.written != first.written);
            shared
                .unwritten
                .extend(other.map(|(own, _)| own.name.clone()));
        }
        shared.outputs.sort_unstable();
        shared.outputs.dedup();
        shared.is_free = belong_to_several(selections);
        let ends = |it: &&Selection| matches!(it.exits.leave, Leave::Whole { .. });
        shared.goes_on = !selections.iter().all(ends);
        shared
    }
}

impl Shared {
    /// Marks variables as used after all selections.
    pub(super) fn use_after(&mut self, names: impl Iterator<Item = String>) {
        self.used_after.extend(names);
    }
}

/// Whether the selections' functions have different owners, and so couldn't share an associated function.
fn belong_to_several(selections: &[&Selection]) -> bool {
    let owners: Vec<Option<SyntaxNode>> = selections.iter().map(|it| owner(it)).collect();
    let is_one = owners.iter().all(|it| *it == owners[0]);
    let inherent = |it: &Option<SyntaxNode>| {
        let found = it.clone().and_then(ast::Impl::cast);
        found.filter(|it| it.trait_().is_none()).map(|it| head(&it))
    };
    let is_of_one_type = inherent(&owners[0]).is_some()
        && owners.iter().all(|it| inherent(it) == inherent(&owners[0]));
    !is_one && !is_of_one_type && !selections.iter().any(|it| it.is_about_self())
}

impl Selection {
    /// Adopts the requirements of the other selections.
    pub fn share(&mut self, shared: &Shared) {
        self.is_free = shared.is_free;
        for capture in &mut self.captures {
            capture.is_used_after |= shared.used_after.contains(&capture.name);
            if shared.unwritten.contains(&capture.name) {
                capture.written = None;
            }
        }
        let is_meant = |local: &mut Local| shared.outputs.contains(&local.number);
        let mut unused: Vec<Local> = self.dropped.extract_if(.., is_meant).collect();
        unused.extend(self.ended.extract_if(.., is_meant));
        if shared.goes_on {
            self.go_on();
        }
        self.unused = unused.iter().map(|it| it.name.clone()).collect();
        // They aren't returned, so they are dropped at the call.
        self.dropped.extend(unused.iter().cloned());
        self.outputs.extend(unused);
        self.outputs.sort_by_key(|it| it.number);
    }

    /// Treats the end of a function without early exits like any other location.
    fn go_on(&mut self) {
        let mut exits = self.statements.iter().flat_map(flow::exits);
        let leaves = exits.any(|(_, escape)| matches!(escape, Escape::Return | Escape::Try));
        if self.exits.leave == (Leave::Whole { is_tail: true }) && !leaves {
            self.exits.leave = Leave::Never;
        }
    }

    /// Checks that the function can serve another identical selection too.
    pub fn check_other(&self, other: &Self) -> Result<(), NotExtracted> {
        let refused = |why: &'static str| Err(NotExtracted::new(why));
        if self.container() != other.container() {
            return refused("It is in another module.");
        }
        let function = |it: &Self| it.scope.function.syntax().text_range();
        let has_items = self.item.is_some() || other.item.is_some();
        if has_items && function(self) != function(other) {
            return refused("A function declares items that the statements may refer to.");
        }
        let names =
            |it: &Self| -> Vec<String> { it.captures.iter().map(|it| it.name.clone()).collect() };
        if names(self) != names(other) {
            return refused(
                "A name is a variable in one occurrence and something else in another.",
            );
        }
        if self.is_about_self() && !self.has_self_of(other) {
            return refused("`self` has a different type there.");
        }
        self.check_macros(other)
    }

    /// Checks that a function can replace the statements, wherever else they occur.
    pub fn check_conditions(&self) -> Result<(), NotExtracted> {
        let first = self.statements.first();
        let around = first.into_iter().flat_map(SyntaxNode::ancestors);
        let mut around = around.take_while(|it| Some(it) != self.container().as_ref());
        let is_gate = |it: ast::Attr| attributes::name(&attributes::bare(&it)) == "cfg";
        let is_conditional = |it| {
            let attributes = ast::AnyHasAttrs::cast(it).map(|it| it.attrs());
            attributes.into_iter().flatten().any(is_gate)
        };
        if !self.gates.is_empty() || around.any(is_conditional) {
            return Err(NotExtracted::new("It is behind a `#[cfg]`."));
        }
        Ok(())
    }

    fn is_about_self(&self) -> bool {
        !self.receivers.is_empty() || uses_self_type(self)
    }

    fn has_self_of(&self, other: &Self) -> bool {
        let (own, other_owner) = (owner(self), owner(other));
        if own == other_owner {
            return own.is_some();
        }
        let implementations = [own, other_owner].map(|it| it.and_then(ast::Impl::cast));
        let [Some(one), Some(two)] = implementations else {
            return false;
        };
        let of_trait = |it: &ast::Impl| it.trait_().map(|it| it.syntax().text().to_string());
        // A trait's associated types depend on the implementation.
        let is_same_trait = of_trait(&one) == of_trait(&two);
        head(&one) == head(&two) && (is_same_trait || !uses_self_type(self))
    }

    /// The parent of the new function when it is placed next to the old one.
    fn container(&self) -> Option<SyntaxNode> {
        let function = self.scope.function.syntax();
        owner(self).unwrap_or_else(|| function.clone()).parent()
    }

    /// Rejects macros that are redefined between two places, directly or through a macro that they call.
    fn check_macros(&self, other: &Self) -> Result<(), NotExtracted> {
        let (one, two) = (self.range.start(), other.range.start());
        let between = TextRange::new(one.min(two), one.max(two));
        let root = self.scope.function.syntax().ancestors().last();
        let nodes = root.iter().flat_map(SyntaxNode::descendants);
        let declared: Vec<ast::MacroRules> = nodes.filter_map(ast::MacroRules::cast).collect();
        let mut starts = declared.iter().map(|it| it.syntax().text_range().start());
        let is_same = !starts.any(|it| between.contains(it));
        let names = declared.iter().filter_map(ast::MacroRules::name);
        let names: Vec<String> = names.map(|it| it.text().to_string()).collect();
        let mut words = self.statements.iter().flat_map(tokens);
        match words.find(|word| names.iter().any(|it| it == word.text())) {
            Some(word) if !is_same => {
                let why = format!("`{}!` may be a different macro there.", word.text());
                Err(NotExtracted(why.into()))
            }
            _ => Ok(()),
        }
    }

    /// The comments that move to the function.
    pub fn comments(&self) -> Vec<String> {
        let around = self.statements.first().and_then(SyntaxNode::parent);
        let comments = around.map(|it| layout::comments_in(&it, self.range));
        let comments = comments.into_iter().flatten();
        comments.map(|it| it.text().trim().to_owned()).collect()
    }
}

impl Draft {
    /// Returns the function of the first draft, called at each place, if all drafts have the same function.
    pub fn joined(source: &Source, drafts: &[Self]) -> Result<Self, NotExtracted> {
        let [first, others @ ..] = drafts else {
            return Err(NOTHING);
        };
        if others.is_empty() {
            return Ok(first.clone());
        }
        let function = words(&first.function);
        if others.iter().any(|it| words(&it.function) != function) {
            return Err(NotExtracted::new(
                "The occurrences would need different functions.",
            ));
        }
        let called = drafts
            .iter()
            .flat_map(|it| it.called.clone())
            .collect::<Vec<_>>();
        let edits = called.iter().chain(&first.written).cloned();
        let edits = Edits::new(edits.collect()).ok();
        let text = edits.and_then(|edits| edits.apply(&source.text));
        let text = text.ok_or(NotExtracted::new("The edits don't fit."))?;
        Ok(Self {
            text,
            called,
            ..first.clone()
        })
    }
}

/// The tokens of some code, without optional trailing commas.
fn words(code: &str) -> Option<Vec<String>> {
    let root = Tree::parse(code, Edition::CURRENT).ok()?.root();
    let all = tokens(&root).filter(|it| !it.kind().is_trivia());
    let mut words: Vec<String> = Vec::new();
    for token in all {
        let closes = matches!(
            token.kind(),
            SyntaxKind::R_PAREN | SyntaxKind::R_BRACK | SyntaxKind::R_CURLY | SyntaxKind::R_ANGLE
        );
        if closes && words.last().is_some_and(|it| it == ",") {
            words.pop();
        }
        words.push(token.text().to_owned());
    }
    Some(words)
}

impl Known {
    /// The first variable with another type in an otherwise identical selection.
    pub fn other_type<'a>(&self, other: &Self, selection: &'a Selection) -> Option<&'a str> {
        let plain = selection.captures.iter().filter(|it| it.closure.is_none());
        let mut names = plain.map(|it| it.name.as_str());
        names.find(|name| self.types.get(*name) != other.types.get(*name))
    }
}

/// Returns the name for a function of the statements in several places, or `None` if they don't suggest one and the user won't
/// choose it.
pub fn name_for(source: &Source, places: &[TextRange], naming: Naming) -> Option<String> {
    let root = source.root();
    let selections = places.iter().map(|place| {
        let range = with_comments(&root, *place);
        Selection::of(source, &root, range).ok()
    });
    let mut selections = selections.collect::<Option<Vec<_>>>()?;
    let shared = Shared::of(&selections.iter().collect::<Vec<_>>());
    for selection in &mut selections {
        selection.share(&shared);
    }
    let wishes = selections
        .iter()
        .map(|it| naming::wishes(source, it).collect());
    let wishes: Vec<Vec<Wish>> = wishes.collect();
    let names = Names::in_node(&root);
    let first = || wishes[0].iter().filter(|it| it.ground != Ground::Nothing);
    let common = first().filter(|wish| {
        let mut others = wishes[1..].iter();
        others.all(|other| other.iter().any(|it| it.name == wish.name))
    });
    // The names of the enclosing functions don't show what the places have in common.
    let of_code = first().filter(|it| it.ground == Ground::Code);
    let all = wishes.iter().flatten();
    let of_comments = all.filter(|it| it.ground == Ground::Comment);
    let told = common.chain(of_comments).chain(of_code);
    let mut told: Vec<String> = told.map(|it| it.name.clone()).collect();
    if naming == Naming::Told {
        return told.into_iter().find(|it| names.is_free(it));
    }
    // The user can improve a vague name.
    told.extend(wishes[0].iter().map(|it| it.name.clone()));
    names.fresh(&told)
}

/// A place including the comments right above it.
fn with_comments(root: &SyntaxNode, place: TextRange) -> TextRange {
    let first = root.token_at_offset(place.start()).right_biased();
    let before = first.and_then(|it| it.prev_token());
    let mut start = place.start();
    for token in std::iter::successors(before, SyntaxToken::prev_token) {
        let is_gap =
            token.kind() == SyntaxKind::WHITESPACE && token.text().matches('\n').count() < 2;
        match token.kind() {
            SyntaxKind::COMMENT => start = token.text_range().start(),
            _ if is_gap => {}
            _ => break,
        }
    }
    TextRange::new(start, place.end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{syntax::FileContext, text::TextSize};

    /// The places of a line that occurs twice, alone or with the rest of its block.
    fn places(text: &str, line: &str) -> (Source, Vec<TextRange>) {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let found = text.match_indices(line).map(|(at, _)| {
            let start = TextSize::try_from(at).unwrap();
            TextRange::at(start, TextSize::of(line))
        });
        let found = found.collect();
        (source, found)
    }

    fn selections(text: &str, line: &str) -> Vec<Selection> {
        let (source, places) = places(text, line);
        let root = source.root();
        let selections = places.iter();
        let selections = selections.map(|it| Selection::of(&source, &root, *it));
        selections.collect::<Result<_, _>>().unwrap()
    }

    const LINE: &str = "let a = b.c(1); a.d();";

    #[test]
    fn what_one_looks_at_is_given_to_all() {
        let text = format!("fn f(b: B) {{ {LINE} e(a, b); }} fn g(b: B) {{ {LINE} e(); }}");
        let mut selections = selections(&text, LINE);
        let shared = Shared::of(&selections.iter().collect::<Vec<_>>());
        for selection in &mut selections {
            selection.share(&shared);
        }
        for selection in &selections {
            assert_eq!(selection.outputs.len(), 1);
            assert!(selection.captures[0].is_used_after);
        }
        assert!(selections[0].unused.is_empty());
        assert_eq!(selections[1].unused, ["a"]);
        assert_eq!(selections[1].dropped.len(), 1);
    }

    #[test]
    fn a_type_that_is_not_written_alike_is_asked_for() {
        let text = format!("fn f(b: &B<'_>) {{ {LINE} }} fn g(b: &B) {{ {LINE} }}");
        let mut selections = selections(&text, LINE);
        let shared = Shared::of(&selections.iter().collect::<Vec<_>>());
        for selection in &mut selections {
            selection.share(&shared);
        }
        assert!(selections.iter().all(|it| it.captures[0].written.is_none()));
    }

    fn why_not(text: &str) -> Option<String> {
        let selections = selections(text, LINE);
        let own = selections[0].check_conditions();
        let both = own.and_then(|()| selections[1].check_conditions());
        let both = both.and_then(|()| selections[0].check_other(&selections[1]));
        both.err().map(|it| it.to_string())
    }

    #[test]
    fn what_means_the_same_is_shared() {
        let line = LINE;
        for text in [
            format!("fn f(b: B) {{ {line} }} fn g(b: B) {{ {line} }}"),
            format!("impl S {{ fn f(b: B) {{ {line} }} }} fn g(b: B) {{ {line} }}"),
            format!(
                "mod m {{ impl S {{ fn f(b: B) {{ {line} }} }} impl T {{ fn g(b: B) {{ {line} }} }} }}"
            ),
            format!(
                "macro_rules! m {{ () => {{}} }} fn f(b: B) {{ {line} }} fn g(b: B) {{ {line} }}"
            ),
        ] {
            assert_eq!(why_not(&text), None, "{text}");
        }
    }

    #[test]
    fn what_may_mean_something_else_is_not() {
        let line = LINE;
        for text in [
            format!("fn f(b: B) {{ {line} }} mod m {{ fn g(b: B) {{ {line} }} }}"),
            format!("fn f(b: B) {{ {line} }} fn g() {{ {line} }}"),
            format!("fn f(b: B) {{ const b: B = B; {line} }} fn g(b: B) {{ {line} }}"),
            format!("fn f(b: B) {{ {line} }} #[cfg(unix)] fn g(b: B) {{ {line} }}"),
            format!("fn f(b: B) {{ {line} }} fn g(b: B) {{ #[cfg(unix)] {{ {line} }} }}"),
            format!("fn f(b: B) {{ {line} }} #[cfg(x)] impl S {{ fn g(b: B) {{ {line} }} }}"),
        ] {
            assert!(why_not(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn self_is_of_one_type() {
        const LINE: &str = "self.a(1); self.b();";
        let why_not = |one: &str, other: &str| {
            let text = format!(
                "{one} {{ fn f(&self) {{ {LINE} }} }} {other} {{ fn g(&self) {{ {LINE} }} }}"
            );
            let selections = selections(&text, LINE);
            selections[0].check_other(&selections[1]).is_err()
        };
        assert!(!why_not("impl S", "impl S"));
        assert!(!why_not("impl S", "impl T for S"));
        assert!(!why_not("impl<A: B> S<A>", "impl<A: B> S<A>"));
        assert!(why_not("impl S", "impl R"));
        assert!(why_not("impl<A: B> S<A>", "impl<A: C> S<A>"));
        assert!(why_not("impl S", "trait T"));
    }

    #[test]
    fn functions_differ_by_their_words_alone() {
        let is_same = |one: &str, other: &str| words(one) == words(other);
        assert!(is_same(
            "fn f(a: A, b: B) {}",
            "fn f(\n    a: A,\n    b: B,\n) {\n}"
        ));
        assert!(is_same("fn f() { a() }", "fn f() { /* b */ a() }"));
        assert!(!is_same("fn f(a: A) {}", "fn f(a: &A) {}"));
        assert!(!is_same("fn f() { a(\"b \") }", "fn f() { a(\"b\") }"));
    }

    #[test]
    fn a_name_is_told_by_a_comment_above_one_of_them() {
        let text = "fn f(b: B) {\n    // Count the words.\n    let a = b.c(1); a.d();\n}\nfn g(b: B) {\n    let a = b.c(1); a.d();\n}\n";
        let (source, places) = places(text, LINE);
        assert_eq!(
            name_for(&source, &places, Naming::Told).as_deref(),
            Some("count_words")
        );
        let text = text.replace("// Count the words.", "x();");
        let (source, places) = self::places(&text, LINE);
        assert_eq!(name_for(&source, &places, Naming::Told), None);
        assert!(name_for(&source, &places, Naming::Given).is_some());
    }
}
