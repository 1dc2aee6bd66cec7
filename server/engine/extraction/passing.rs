//! How a captured variable reaches the new function: the tightest ways first.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxToken, T,
    ast::{self, HasName},
};

use super::{
    Known, NotExtracted, Selection, closures,
    fields::Field,
    home::{self, Place},
    lifetimes::{Lifetime, lifetimes},
    selection::Capture,
    views::{means_same, view},
};
use crate::text::{Edit, TextRange};

/// One way for each variable, which may be made looser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    captured: Vec<Ways>,
    /// Of `self`, if it is mentioned.
    pub(super) receiver: Option<Receivers>,
    lifetimes: Vec<Lifetime>,
    /// Whether the result has a name first: the temporaries of a block's value outlive its variables.
    pub(super) names_result: bool,
    /// Whether a `?` at the end stays where the result could be given on as it is.
    pub(super) keeps_try: bool,
    places: Vec<Place>,
    /// Of fields, if all of what they belong to can be passed alone.
    fields: Vec<(String, Ways)>,
    /// What is passed by its fields.
    split: Vec<String>,
    /// Whether callers have to vouch for more than the compiler sees.
    pub(super) is_unsafe: bool,
    /// The closure in whose stead the function is named, and what it takes.
    pub(super) closure: Option<(ast::ClosureExpr, Vec<String>)>,
    /// Variables that nobody changes behind the selection.
    pub(super) constant: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ways {
    pub(super) name: String,
    ways: Vec<Way>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receivers(Vec<String>);

/// How one variable is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// As it is: copied, moved or reborrowed.
    Value(String),
    /// The same as `mut` parameter.
    MutValue(String),
    /// `&x`, with the type behind the reference.
    Shared(String),
    /// What is a `&mut` already, looked at only.
    Reborrowed(String),
    /// `&mut x`, with the type behind the reference.
    Unique(String),
    /// What a shared reference refers to, with what stands before the name in a call.
    Behind(String, &'static str),
}

impl Passing {
    pub fn new(selection: &Selection, known: &Known) -> Result<Self, NotExtracted> {
        let captured = selection.captures.iter().map(|capture| {
            Ok(Ways {
                name: capture.name.clone(),
                ways: ways(capture, known, selection.exits.may_hide_moves())?,
            })
        });
        Ok(Self {
            captured: captured.collect::<Result<_, NotExtracted>>()?,
            receiver: receivers(selection, known),
            lifetimes: lifetimes(selection),
            names_result: false,
            keeps_try: !selection.ends_with_try(),
            places: home::places(selection),
            fields: fields(selection, known),
            split: Vec::new(),
            is_unsafe: selection.relies_on_callers(),
            closure: None,
            constant: Vec::new(),
        })
    }

    /// Names lifetimes that could be left out so far; says whether there is a way left.
    pub fn name_lifetimes(&mut self) -> bool {
        let has_other = self.lifetimes.len() > 1;
        if has_other {
            self.lifetimes.remove(0);
        }
        has_other
    }

    /// Gives the result a name; says whether it had none.
    pub fn name_result(&mut self) -> bool {
        !std::mem::replace(&mut self.names_result, true)
    }

    /// Lets a `?` at the end stay; says whether it was taken away.
    pub fn keep_try(&mut self) -> bool {
        !std::mem::replace(&mut self.keeps_try, true)
    }

    /// Passes fields in the stead of all of what the compiler's words name; says whether that is another way.
    pub fn take_fields(&mut self, words: &str) -> bool {
        let quoted = words.split('`').skip(1).step_by(2);
        let mut roots = quoted.map(|word| {
            let word = word.trim_start_matches(['*', '&']);
            word.split(['.', '[']).next().unwrap_or_default()
        });
        let Some(of) = roots.find(|it| self.may_split(it)) else {
            return false;
        };
        if of == "self" {
            self.receiver = None;
        }
        self.split.push(of.to_owned());
        true
    }

    fn may_split(&self, of: &str) -> bool {
        !self.is_split(of) && self.fields.iter().any(|(owner, _)| owner == of)
    }

    /// Whether the fields of something are passed in its stead.
    pub(super) fn is_split(&self, of: &str) -> bool {
        self.split.iter().any(|it| it == of)
    }

    /// Has the variable be constant whose `mut` stands at a place of a draft; says whether it wasn't so far. It may have another
    /// name where it is selected.
    pub fn make_constant(
        &mut self,
        (text, at): (&str, usize),
        named: impl Fn(&str) -> String,
    ) -> bool {
        let declared = text.get(at..).and_then(|it| it.strip_prefix("mut "));
        let name =
            declared.and_then(|it| it.split(|c: char| !c.is_alphanumeric() && c != '_').next());
        let name = named(name.unwrap_or_default());
        let is_new = !name.is_empty() && !self.constant.contains(&name);
        self.constant.extend(is_new.then_some(name));
        is_new
    }

    /// The fields that are passed by themselves, and what they belong to.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Ways)> {
        let fields = self.fields.iter().filter(|(of, _)| self.is_split(of));
        fields.map(|(of, ways)| (of.as_str(), ways))
    }

    /// How a field is passed, if it is passed by itself.
    pub(super) fn of_field(&self, field: &Field) -> Option<&Way> {
        let mut fields = self.fields();
        let (_, ways) = fields.find(|(of, it)| *of == field.of && it.name == field.name)?;
        Some(ways.tightest())
    }

    /// The variables that are passed as a whole.
    pub(super) fn captured<'a>(
        &'a self,
        selection: &'a Selection,
    ) -> impl Iterator<Item = (&'a Capture, &'a Way)> {
        let all = selection.captures.iter().zip(&self.captured);
        let whole = all.filter(|(capture, _)| !self.is_split(&capture.name));
        whole.map(|(capture, ways)| (capture, ways.tightest()))
    }

    /// Gives the function another place; says whether there is one left.
    pub fn move_on(&mut self) -> bool {
        let has_other = self.places.len() > 1;
        if has_other {
            self.places.remove(0);
        }
        has_other
    }

    pub(super) fn place(&self) -> Place {
        self.places[0]
    }

    pub(super) fn lifetime(&self) -> &Lifetime {
        &self.lifetimes[0]
    }

    /// Lets the variable be passed more loosely that the code at `at` of a draft is about.
    pub fn loosen_at(&mut self, text: &str, at: usize) -> bool {
        let (before, behind) = text.split_at_checked(at).unwrap_or_default();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let chain = before.trim_end_matches(|c: char| is_word(c) || matches!(c, '.' | '[' | ']'));
        let chain = &text[chain.len()..];
        let here = behind.trim_start_matches(['*', '&', '(']);
        let here = here.trim_start_matches("mut ");
        let line = before.lines().last().unwrap_or_default();
        let root = |code: &str| {
            code.split(|c| !is_word(c))
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let words = line.split(|c| !is_word(c)).map(str::to_owned);
        let candidates: Vec<String> = [root(chain), root(here)].into_iter().chain(words).collect();
        let mut candidates = candidates.iter().filter(|name| !name.is_empty());
        candidates.any(|name| self.loosen(&format!("`{name}`")))
    }

    /// Has types be named by a path.
    pub fn qualify(&mut self, path: &str) {
        let fields = self.fields.iter_mut().map(|(_, ways)| ways);
        let all = self.captured.iter_mut().chain(fields);
        let ways = all.flat_map(|it| &mut it.ways);
        for way in ways {
            let text = way.text_mut();
            *text = super::qualified(text, path);
        }
    }

    /// The types of fields, and of variables of these names.
    pub(super) fn texts_mut<'a>(
        &'a mut self,
        names: &'a [&str],
    ) -> impl Iterator<Item = &'a mut String> {
        let captured = self.captured.iter_mut();
        let captured = captured.filter(|it| names.contains(&it.name.as_str()));
        let fields = self.fields.iter_mut().map(|(_, ways)| ways);
        let ways = captured.chain(fields).flat_map(|it| &mut it.ways);
        ways.map(Way::text_mut)
    }

    /// Has the function be `unsafe`, as what stands around the selection is; says whether it wasn't so far.
    pub fn make_unsafe(&mut self) -> bool {
        !std::mem::replace(&mut self.is_unsafe, true)
    }

    /// Has a closure that only calls the function be the function; says whether it may be one.
    pub fn name_function(&mut self, selection: &Selection) -> bool {
        self.closure = selection.closure_around().filter(|_| !self.is_unsafe);
        self.closure.is_some()
    }

    /// Lets the variable that the compiler's words name be passed more loosely; says whether there is a way left.
    pub fn loosen(&mut self, words: &str) -> bool {
        let names = |name: &str| {
            let quoted = words.split('`').skip(1).step_by(2);
            quoted
                .map(|word| {
                    word.trim_start_matches(['*', '&'])
                        .trim_start_matches("mut ")
                })
                .any(|word| {
                    word == name
                        || word
                            .strip_prefix(name)
                            .is_some_and(|it| it.starts_with(['.', '[']))
                })
        };
        let split = &self.split;
        let fields = self.fields.iter_mut();
        let fields = fields.filter(|(of, _)| split.contains(of));
        let whole = self.captured.iter_mut();
        let whole = whole.filter(|it| !split.contains(&it.name));
        if let Some(ways) = whole
            .chain(fields.map(|(_, ways)| ways))
            .find(|it| names(&it.name) && it.ways.len() > 1)
        {
            ways.ways.remove(0);
            return true;
        }
        if let Some(Receivers(ways)) = self
            .receiver
            .as_mut()
            .filter(|it| names("self") && it.0.len() > 1)
        {
            ways.remove(0);
            return true;
        }
        false
    }

    /// Lets anything be passed more loosely where the compiler doesn't say what.
    pub fn loosen_any(&mut self) -> bool {
        let names = self
            .captured
            .iter()
            .filter(|it| it.ways.len() > 1)
            .map(|it| it.name.clone());
        let name = names
            .into_iter()
            .next()
            .unwrap_or_else(|| "self".to_owned());
        self.loosen(&format!("`{name}`"))
    }
}

impl Ways {
    pub(super) fn tightest(&self) -> &Way {
        &self.ways[0]
    }
}

impl Receivers {
    pub(super) fn tightest(&self) -> &str {
        &self.0[0]
    }
}

/// The type of a text that is written in the code.
const LASTING: &str = "&'static str";

fn ways(capture: &Capture, known: &Known, may_be_moved: bool) -> Result<Vec<Way>, NotExtracted> {
    let name = &capture.name;
    let known_type = known.types.get(name);
    let written = capture.written.clone();
    if let Some(described) = closures::described(capture, known) {
        let shared = Way::Shared(format!("impl Fn{described}"));
        let unique = Way::Unique(format!("impl FnMut{described}"));
        let is_mut = capture.mut_word.is_some();
        let unique = is_mut.then_some(unique);
        return Ok(std::iter::once(shared).chain(unique).collect());
    }
    let text = written.or_else(|| known_type.map(|it| it.text.clone()));
    let Some(text) = text else {
        return Err(NotExtracted(
            format!("The type of `{name}` can't be told.").into(),
        ));
    };
    if capture.written.is_none() {
        givable(name, &text)?;
    }
    let value = Way::Value(text.clone());
    let is_copy = known_type.is_some_and(|it| it.is_copy);
    // A name for a reference hides that it is lent on.
    let is_unique = known_type.is_some_and(|it| it.text.starts_with("&mut "));
    if is_unique && !text.starts_with('&') {
        return Ok(vec![value]);
    }
    if let Some(inner) = behind_named(&text).filter(|_| !is_copy) {
        let tight = Way::Reborrowed(inner.to_owned());
        let is_moved = known.moved.contains(name);
        return Ok((!is_moved)
            .then_some(tight)
            .into_iter()
            .chain([value])
            .collect());
    }
    if let Some(inner) = text.strip_prefix("&mut ").filter(|_| !is_copy) {
        let view = capture.view(inner);
        let mut ways = Vec::new();
        if !known.moved.contains(name) {
            ways.extend(view.clone().map(Way::Reborrowed));
            ways.push(Way::Reborrowed(inner.to_owned()));
        }
        ways.extend(view.map(|view| Way::Value(format!("&mut {view}"))));
        ways.push(value);
        return Ok(ways);
    }
    if is_copy {
        if capture.mut_word.is_some() {
            let loose = if capture.is_used_after {
                Way::Unique(text)
            } else {
                Way::MutValue(text)
            };
            return Ok(vec![value, loose]);
        }
        let view = value.owner_behind().and_then(|owner| capture.view(owner));
        let view = view.map(|view| Way::Value(format!("&{view}")));
        let tight = view.or_else(|| value.behind(capture));
        let lasting = (capture.is_text && text == "&str").then_some(Way::Value(LASTING.to_owned()));
        return Ok(tight.into_iter().chain([value]).chain(lasting).collect());
    }
    if known.moved.contains(name) {
        let loose = Way::MutValue(text);
        return Ok(if capture.mut_word.is_some() {
            vec![value, loose]
        } else {
            vec![value]
        });
    }
    let mut ways = referring(capture, text.clone(), known.behind(name).is_some());
    if may_be_moved && !capture.is_used_after {
        // What is moved on the way out isn't missed behind the selection.
        let is_mut = capture.mut_word.is_some();
        ways.push(Way::Value(text.clone()));
        ways.extend(is_mut.then_some(Way::MutValue(text)));
    }
    if ways.is_empty() {
        return Err(NotExtracted(
            format!("`{name}` would have to be a reference to a `Box`.").into(),
        ));
    }
    Ok(ways)
}

/// The ways of fields, if all of the same owner are known.
fn fields(selection: &Selection, known: &Known) -> Vec<(String, Ways)> {
    let ways = |field: &Field| {
        let ways = Ways {
            name: field.name.clone(),
            ways: field.ways(known)?,
        };
        Some((field.of.clone(), ways))
    };
    let all = selection.fields.iter();
    let is_known = |of: &str| {
        let mut same = selection.fields.iter().filter(|it| it.of == of);
        same.all(|it| ways(it).is_some())
    };
    all.filter(|it| is_known(&it.of)).filter_map(ways).collect()
}

/// What a `&'a mut` refers to.
fn behind_named(text: &str) -> Option<&str> {
    let (_, behind) = text.strip_prefix("&'")?.split_once(' ')?;
    behind.strip_prefix("mut ")
}

/// Ways of passing what isn't copied and isn't moved as far as it shows.
fn referring(capture: &Capture, owner: String, is_hidden: bool) -> Vec<Way> {
    let view = capture.view(&owner);
    let mut ways: Vec<Way> = view.clone().map(Way::Shared).into_iter().collect();
    if !owner.starts_with("Box<") {
        ways.push(Way::Shared(owner.clone()));
    }
    if is_hidden {
        // Whether it was moved can't be seen behind the selection.
        ways.push(Way::Value(owner));
    } else if capture.mut_word.is_some() {
        ways.extend(view.map(Way::Unique));
        ways.push(Way::Unique(owner));
    }
    ways
}

impl Capture {
    /// The view of an owner, if it means the same wherever the variable is mentioned.
    fn view(&self, owner: &str) -> Option<String> {
        let is_box = owner.starts_with("Box<");
        let paths = self.mentions.iter();
        let mut paths = paths.filter_map(|it| it.parent_ancestors().find_map(ast::PathExpr::cast));
        view(owner).filter(|_| paths.all(|it| means_same(it.syntax(), is_box)))
    }
}

/// A type that has a name, or that has to be described alone.
pub(super) fn givable(name: &str, text: &str) -> Result<(), NotExtracted> {
    nameable(name, text.strip_prefix("impl ").unwrap_or(text))
}

pub(super) fn nameable(name: &str, text: &str) -> Result<(), NotExtracted> {
    let signs = ["{", "impl ", "_>::"];
    let is_hole = text
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'')
        .any(|it| it == "_");
    if is_hole || signs.iter().any(|sign| text.contains(sign)) {
        let is_closure = text.contains("{closure");
        let text = if is_closure { "a closure" } else { text };
        let why = format!("The type of `{name}` has no name that could be written: {text}.");
        return Err(NotExtracted(why.into()));
    }
    Ok(())
}

fn receivers(selection: &Selection, known: &Known) -> Option<Receivers> {
    if selection.receivers.is_empty() {
        return None;
    }
    let list = selection
        .scope
        .function
        .param_list()
        .and_then(|list| list.self_param());
    let written = list
        .map(|it| it.syntax().text().to_string())
        .unwrap_or_default();
    let ways: &[&str] = match written.as_str() {
        "&self" => &["&self"],
        "self" if known.moved.iter().any(|it| it == "self") => &["self"],
        "mut self" if known.moved.iter().any(|it| it == "self") => &["self", "mut self"],
        "&mut self" | "mut self" => &["&self", "&mut self"],
        "self" => &["&self", "self"],
        other => &[other],
    };
    let ways = ways.iter().map(|&way| way.to_owned()).collect();
    Some(Receivers(ways))
}

impl Way {
    fn text_mut(&mut self) -> &mut String {
        match self {
            Self::Value(text)
            | Self::MutValue(text)
            | Self::Shared(text)
            | Self::Reborrowed(text)
            | Self::Unique(text)
            | Self::Behind(text, _) => text,
        }
    }

    /// The parameter's type, and what stands before its name.
    pub(super) fn parameter(&self, name: &str) -> String {
        match self {
            Self::Value(text) | Self::Behind(text, _) => format!("{name}: {text}"),
            Self::MutValue(text) => format!("mut {name}: {text}"),
            Self::Shared(text) | Self::Reborrowed(text) => format!("{name}: &{text}"),
            Self::Unique(text) => format!("{name}: &mut {text}"),
        }
    }

    /// What a shared reference refers to, where functions take that instead: a number, or another reference.
    fn behind(&self, capture: &Capture) -> Option<Self> {
        const PLAIN: [&str; 16] = [
            "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
            "u32", "u64", "u128", "usize",
        ];
        let text = self.owner_behind()?;
        let is_reference = text.starts_with('&') && !text.starts_with("&mut");
        if !PLAIN.contains(&text) && !is_reference {
            return None;
        }
        let sign = if is_reference { "" } else { "*" };
        let mut mentions = capture.mentions.iter();
        let is_same = mentions.all(|it| means_same_behind(it, sign));
        is_same.then(|| Self::Behind(text.to_owned(), sign))
    }

    /// What a shared reference refers to.
    fn owner_behind(&self) -> Option<&str> {
        match self {
            Self::Value(text) => text.strip_prefix('&'),
            _ => None,
        }
    }

    /// The type of what the function takes as its own.
    pub(super) fn owned(&self) -> Option<&str> {
        match self {
            Self::Value(text) | Self::MutValue(text) if !text.starts_with('&') => Some(text),
            _ => None,
        }
    }

    /// Whether a copy is given, or what was moved.
    pub(super) fn is_value(&self) -> bool {
        matches!(self, Self::Value(_) | Self::MutValue(_))
    }

    /// Whether what is given stays as it is.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// Whether what a reference refers to is given in its stead.
    pub(super) fn is_behind(&self) -> bool {
        matches!(self, Self::Behind(..))
    }

    pub(super) fn argument(&self, name: &str) -> String {
        match self {
            Self::Value(_) | Self::MutValue(_) | Self::Reborrowed(_) => name.to_owned(),
            Self::Shared(_) => format!("&{name}"),
            Self::Unique(_) => format!("&mut {name}"),
            Self::Behind(_, sign) => format!("{sign}{name}"),
        }
    }

    /// What a mention of the variable has to become.
    pub(super) fn edit(&self, mention: &SyntaxToken) -> Option<Edit> {
        if matches!(self, Self::Behind(..)) {
            return without_star(mention);
        }
        if !matches!(self, Self::Shared(_) | Self::Unique(_))
            || mention.kind() == SyntaxKind::STRING
        {
            return None;
        }
        let at = mention.text_range();
        let name = mention.text();
        let star = Some(Edit::insert(at.start(), "*"));
        let is_unique = matches!(self, Self::Unique(_));
        if is_taken_by_reference_too(mention, is_unique) {
            return Some(Edit::replace(at, format!("(*{name})")));
        }
        let parent = mention.parent()?;
        if parent.kind() == SyntaxKind::TOKEN_TREE {
            return is_wanted_behind_reference(mention)
                .then_some(star)
                .flatten();
        }
        let path = mention.parent_ancestors().find_map(ast::PathExpr::cast)?;
        let around = path.syntax().parent()?;
        match around.kind() {
            SyntaxKind::FIELD_EXPR
            | SyntaxKind::CALL_EXPR
            | SyntaxKind::METHOD_CALL_EXPR
            | SyntaxKind::INDEX_EXPR
                if around.first_child().as_ref() == Some(path.syntax()) =>
            {
                None
            }
            SyntaxKind::RECORD_EXPR_FIELD if around.first_token().as_ref() == Some(mention) => {
                Some(Edit::replace(at, format!("{name}: *{name}")))
            }
            SyntaxKind::REF_EXPR => {
                let taken = ast::RefExpr::cast(around.clone())?;
                let is_same = taken.mut_token().is_some() == matches!(self, Self::Unique(_));
                if is_same {
                    let whole = TextRange::new(around.text_range().start(), at.end());
                    return Some(Edit::replace(whole, name));
                }
                star
            }
            _ => star,
        }
    }
}

/// Whether code can't tell what a reference refers to from the reference, as far as the file shows.
fn means_same_behind(mention: &SyntaxToken, sign: &str) -> bool {
    if mention.kind() == SyntaxKind::STRING {
        return true;
    }
    let path = mention.parent_ancestors().find_map(ast::PathExpr::cast);
    let Some(path) = path.filter(|it| it.syntax().text_range() == mention.text_range()) else {
        return is_known_macro(mention);
    };
    let around = path.syntax().parent().map(|it| it.kind());
    let is_given = matches!(
        around,
        Some(SyntaxKind::ARG_LIST | SyntaxKind::REF_EXPR | SyntaxKind::RECORD_EXPR_FIELD)
    );
    let is_number = !sign.is_empty();
    !(is_number && is_given) && means_same(path.syntax(), false)
}

/// What a mention becomes of a variable that isn't a reference any more.
fn without_star(mention: &SyntaxToken) -> Option<Edit> {
    let path = mention.parent_ancestors().find_map(ast::PathExpr::cast)?;
    let around = ast::PrefixExpr::cast(path.syntax().parent()?)?;
    let is_star = around.op_kind() == Some(ast::UnaryOp::Deref);
    is_star.then(|| Edit::replace(around.syntax().text_range(), mention.text()))
}

/// Whether a file implements a trait for references, whose method of this name they would have.
fn is_told_of_references(mention: &SyntaxToken, method: &str) -> bool {
    let root = mention.parent_ancestors().last();
    let items = root.into_iter().flat_map(|it| it.descendants());
    let mut of_references = items.filter_map(ast::Impl::cast).filter(|it| {
        let of = it.self_ty();
        it.trait_().is_some() && matches!(of, Some(ast::Type::RefType(_)))
    });
    of_references.any(|it| {
        let mut functions = it.syntax().descendants().filter_map(ast::Fn::cast);
        functions.any(|it| it.name().is_some_and(|it| it.text() == method))
    })
}

/// Whether a method is called that references to numbers have too, where it means another.
pub(super) fn is_taken_by_reference_too(mention: &SyntaxToken, is_unique: bool) -> bool {
    const BY_VALUE: [&str; 5] = ["max", "min", "clamp", "into", "try_into"];
    const BY_REFERENCE: [&str; 8] = ["cmp", "partial_cmp", "eq", "ne", "lt", "le", "gt", "ge"];
    let dot = next_solid(mention).filter(|it| it.kind() == T![.]);
    let method = dot.and_then(|it| next_solid(&it));
    let name = method.filter(|it| {
        it.kind() == SyntaxKind::IDENT && next_solid(it).is_some_and(|it| it.kind() == T!['('])
    });
    name.is_some_and(|it| {
        BY_VALUE.contains(&it.text())
            || (is_unique && BY_REFERENCE.contains(&it.text()))
            || is_told_of_references(mention, it.text())
    })
}

/// Whether a word of a macro's input has to be the value, where it is a reference now. What a macro that isn't known does with
/// it can't be told, and formatting looks through references.
fn is_wanted_behind_reference(mention: &SyntaxToken) -> bool {
    let next = next_solid(mention).map(|it| it.kind());
    if matches!(next, Some(T![.] | T!['['] | T!['('] | T![?])) {
        return false;
    }
    let name = macro_around(mention).unwrap_or_default();
    let is_alone = matches!(next, Some(T![,] | T![')']))
        && previous_solid(mention).is_some_and(|it| it.kind() == T![,]);
    let is_in = |names: &[&str]| names.contains(&name.as_str());
    is_in(&COMPARING) || is_in(&ASKING) || (is_in(&FORMATTING) && !is_alone)
}

const COMPARING: [&str; 4] = [
    "assert_eq",
    "assert_ne",
    "debug_assert_eq",
    "debug_assert_ne",
];
const ASKING: [&str; 4] = ["assert", "debug_assert", "matches", "vec"];
const FORMATTING: [&str; 9] = [
    "format", "panic", "print", "println", "eprint", "eprintln", "write", "writeln", "todo",
];

/// Whether a word stands in the input of a macro that looks through references or doesn't compile with one.
fn is_known_macro(mention: &SyntaxToken) -> bool {
    let name = macro_around(mention).unwrap_or_default();
    let is_in = |names: &[&str]| names.contains(&name.as_str());
    is_in(&COMPARING) || is_in(&FORMATTING)
}

/// Whether the input of a macro of this name is expressions, but for a template that begins it.
pub(super) fn has_expressions(name: &str) -> bool {
    let is_in = |names: &[&str]| names.contains(&name);
    is_in(&COMPARING) || is_in(&FORMATTING) || (is_in(&ASKING) && name != "matches")
}

/// Whether a macro of this name formats the text that it is given, in every edition.
pub(super) fn is_formatting(name: &str) -> bool {
    FORMATTING.contains(&name) && name != "panic"
}

/// The innermost macro whose input a word is.
fn macro_around(mention: &SyntaxToken) -> Option<String> {
    let mut trees = mention
        .parent_ancestors()
        .filter(|it| it.kind() == SyntaxKind::TOKEN_TREE);
    trees.find_map(|tree| {
        let sign = previous_solid(&tree.first_token()?).filter(|it| it.kind() == T![!])?;
        let name = previous_solid(&sign).filter(|it| it.kind() == SyntaxKind::IDENT)?;
        Some(name.text().to_owned())
    })
}

fn next_solid(token: &SyntaxToken) -> Option<SyntaxToken> {
    std::iter::successors(token.next_token(), SyntaxToken::next_token)
        .find(|it| !it.kind().is_trivia())
}

fn previous_solid(token: &SyntaxToken) -> Option<SyntaxToken> {
    std::iter::successors(token.prev_token(), SyntaxToken::prev_token)
        .find(|it| !it.kind().is_trivia())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_without_a_name_are_told() {
        for text in [
            "{closure@a.rs:1:2}",
            "Vec<_>",
            "impl Iterator<Item = u8>",
            "fn(u8) {f}",
        ] {
            assert!(nameable("x", text).is_err(), "{text}");
        }
        for text in ["Cow<'_, str>", "fn(u8) -> u8", "Vec<a_b>", "(u8, [u8; 2])"] {
            assert!(nameable("x", text).is_ok(), "{text}");
        }
    }
}
