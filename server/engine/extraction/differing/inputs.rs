//! Macro input, which consists of tokens only.

use std::collections::BTreeSet;

use ra_ap_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, T};

use super::{
    OTHER_WORDS, Pass, Spots,
    forms::{Form, is_constant_elsewhere, is_declared_constant},
    templates::{formatted, names_in},
    unlike,
};
use crate::{
    extraction::{NotExtracted, passing::has_expressions, selection::tokens},
    syntax::FileNames,
};

impl Pass {
    /// Compares macro input, which consists of tokens only.
    pub(super) fn trees(&mut self, trees: &[SyntaxNode]) -> Result<(), NotExtracted> {
        let words: Vec<Vec<SyntaxToken>> = trees
            .iter()
            .map(|it| tokens(it).filter(|it| !it.kind().is_trivia()).collect())
            .collect();
        if words.iter().any(|it| it.len() != words[0].len()) {
            return Err(OTHER_WORDS);
        }
        for number in 0..words[0].len() {
            let texts: Vec<&str> = words.iter().map(|it| it[number].text()).collect();
            let is_declared = |(text, declared): (&&str, &BTreeSet<String>)| {
                declared.contains(*text)
                    && words[0][number].kind() == SyntaxKind::IDENT
                    && !follows(&words[0], number, T![.])
            };
            let own: Vec<bool> = texts.iter().zip(&self.declared).map(is_declared).collect();
            if own.contains(&true) {
                if own.contains(&false) || !prints_values(&words[0][number]) {
                    return Err(OTHER_WORDS);
                }
                self.rename(&texts)?;
                continue;
            }
            if texts.iter().all(|it| *it == texts[0]) {
                continue;
            }
            let row: Vec<&SyntaxToken> = words.iter().map(|it| &it[number]).collect();
            if let Some(named) = names_in(&row) {
                named.iter().try_for_each(|names| self.named(names))?;
                continue;
            }
            let found = self.spots(&words, number).or_else(|| formatted(&row));
            let other = texts.iter().find(|it| **it != texts[0]);
            let found = found.ok_or_else(|| unlike(texts[0], other.unwrap_or(&texts[0])))?;
            // A field includes its receiver.
            let is_in = |it: &Spots| found.ranges[0].contains_range(it.ranges[0]);
            self.found.values.retain(|it| !is_in(it));
            self.found.values.push(found);
        }
        Ok(())
    }

    /// Records variables named in format strings, which every place or no place declares.
    fn named(&mut self, names: &[String]) -> Result<(), NotExtracted> {
        let own = names.iter().zip(&self.declared);
        let own: Vec<bool> = own.map(|(it, declared)| declared.contains(it)).collect();
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        if !own.contains(&false) {
            return self.rename(&texts);
        }
        match texts.iter().find(|it| **it != texts[0]) {
            None if !own.contains(&true) => Ok(()),
            other => Err(unlike(texts[0], other.unwrap_or(&texts[0]))),
        }
    }

    /// A value at a token of macro input, in all places.
    fn spots(&self, words: &[Vec<SyntaxToken>], at: usize) -> Option<Spots> {
        let starts = words.iter().map(|it| value_in(it, at));
        let starts: Vec<(usize, Form)> = starts.collect::<Option<_>>()?;
        if starts.iter().any(|it| it.0 != starts[0].0) {
            return None;
        }
        let range = |it: &Vec<SyntaxToken>| it[starts[0].0].text_range().cover(it[at].text_range());
        let text = |it: &Vec<SyntaxToken>| -> String {
            it[starts[0].0..=at].iter().map(SyntaxToken::text).collect()
        };
        let roots = words.iter().map(|it| it[starts[0].0].text().to_owned());
        let mut own = roots.zip(&self.declared);
        let is_commented = |it: &Vec<SyntaxToken>| has_comment(&it[starts[0].0], &it[at]);
        if own.any(|(root, declared)| declared.contains(&root)) || words.iter().any(is_commented) {
            return None;
        }
        Some(Spots {
            ranges: words.iter().map(range).collect(),
            texts: words.iter().map(text).collect(),
            kinds: starts.iter().map(|it| it.1).collect(),
            node: None,
            is_formatted: false,
        })
    }
}

fn has_comment(first: &SyntaxToken, last: &SyntaxToken) -> bool {
    let between = std::iter::successors(Some(first.clone()), SyntaxToken::next_token);
    let mut between = between.take_while(|it| it != last);
    between.any(|it| it.kind() == SyntaxKind::COMMENT)
}

fn follows(words: &[SyntaxToken], at: usize, kind: SyntaxKind) -> bool {
    let before = at.checked_sub(1).and_then(|it| words.get(it));
    before.is_some_and(|it| it.kind() == kind)
}

/// Whether a token is in the input of a known macro that evaluates it without printing its source text, as an assertion would.
pub(super) fn prints_values(word: &SyntaxToken) -> bool {
    let Some(tree) = word.parent() else {
        return false;
    };
    macro_of(&tree).is_some_and(|name| {
        has_expressions(&name)
            && !matches!(&*name, "assert" | "dbg" | "debug_assert")
            && !FileNames::around_node(&tree).has_macro(&name)
    })
}

/// The start and the form of the value that ends with a token of macro input.
fn value_in(words: &[SyntaxToken], at: usize) -> Option<(usize, Form)> {
    let word = &words[at];
    let tree = word.parent()?;
    let name = macro_of(&tree)?;
    if !prints_values(word) {
        return None;
    }
    let kind = |at: Option<usize>| at.and_then(|it| words.get(it)).map(SyntaxToken::kind);
    let before = kind(at.checked_sub(1));
    let behind = kind(Some(at + 1));
    if word.kind().is_literal() {
        // A format string must be known at compile time.
        let is_text = word.kind() == SyntaxKind::STRING && name != "vec";
        let is_template = is_text && is_input_itself(&tree);
        let is_field = before == Some(T![.]);
        return (!is_template && !is_field).then_some((at, Form::Literal));
    }
    let is_assigned = behind == Some(T![=]) && kind(Some(at + 2)) != Some(T![=]);
    let is_part = matches!(behind, Some(T!['('] | T![!] | T![:] | T!['{'] | T![::]));
    if is_assigned || is_part || matches!(before, Some(T![:] | T![::] | T![|])) {
        return None;
    }
    let is_name = |it: usize| matches!(kind(Some(it)), Some(SyntaxKind::IDENT | T![self]));
    let mut start = at;
    while start >= 2 && kind(Some(start - 1)) == Some(T![.]) && is_name(start - 2) {
        start -= 2;
    }
    let is_chain = start < at;
    let begins = !matches!(
        kind(start.checked_sub(1)),
        Some(T![.] | T![:] | T![::] | T![|])
    );
    let text = words[start].text();
    let is_capital = text.starts_with(char::is_uppercase);
    let is_constant = is_capital && !text.contains(char::is_lowercase);
    if !begins || !is_name(start) {
        return None;
    }
    match (is_chain, words[start].kind()) {
        (true, _) => (!is_capital).then_some((start, Form::Field)),
        (false, SyntaxKind::IDENT) if is_constant => {
            let declared = FileNames::around_node(&tree);
            let is_constant = is_declared_constant(text, &declared)
                || is_constant_elsewhere(text, &tree, &declared);
            is_constant.then_some((start, Form::Path))
        }
        (false, SyntaxKind::IDENT) if !is_capital => Some((start, Form::Local)),
        _ => None,
    }
}

/// The innermost macro whose input contains a token tree.
pub(super) fn macro_of(tree: &SyntaxNode) -> Option<String> {
    let mut trees = tree
        .ancestors()
        .filter(|it| it.kind() == SyntaxKind::TOKEN_TREE);
    trees.find_map(|it| {
        let sign = before(&it.first_token()?).filter(|it| it.kind() == T![!])?;
        Some(before(&sign)?.text().to_owned())
    })
}

/// Whether a token tree is the whole input of a macro.
pub(super) fn is_input_itself(tree: &SyntaxNode) -> bool {
    let first = tree.first_token().and_then(|it| before(&it));
    first.is_some_and(|it| it.kind() == T![!])
}

fn before(token: &SyntaxToken) -> Option<SyntaxToken> {
    let first = token.prev_token();
    std::iter::successors(first, SyntaxToken::prev_token).find(|it| !it.kind().is_trivia())
}
