//! Maps a draft of the leveled text back, with the differences in its calls and each place's own names.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Leveled, edits::added};
use crate::{
    extraction::{Draft, NotExtracted},
    syntax::{Edition, Tree, tokens as words_of},
    text::{Edit, Edits, TextRange, TextSize},
};

impl Leveled {
    /// Converts the draft to one of the original text, whose calls contain the differences.
    pub fn carried_back(&self, draft: Draft, lent: &[String]) -> Result<Draft, NotExtracted> {
        const ASTRAY: NotExtracted = NotExtracted::new("The edits don't fit.");
        let mut called = Vec::new();
        for edit in &draft.called {
            let place = self
                .places
                .iter()
                .position(|it| edit.delete.contains_range(*it));
            let Some(place) = place else {
                if !self.is_added(edit.delete) {
                    let range = self.back(edit.delete).ok_or(ASTRAY)?;
                    called.push(Edit::replace(range, edit.insert.clone()));
                }
                continue;
            };
            let range = self.back(edit.delete).ok_or(ASTRAY)?;
            called.push(Edit::replace(range, self.put_in(&edit.insert, place, lent)));
        }
        let mut function = self.in_own_words(&draft.function);
        if !lent.is_empty() {
            function = lending(&function, lent).ok_or(ASTRAY)?;
        }
        let written = draft.written.iter().map(|edit| {
            let range = self.back(edit.delete)?;
            let insert = edit.insert.replace(&draft.function, &function);
            Some(Edit::replace(range, insert))
        });
        let written = written.collect::<Option<Vec<_>>>().ok_or(ASTRAY)?;
        let edits = Edits::new(called.iter().chain(&written).cloned().collect());
        let text = edits.ok().and_then(|it| it.apply(&self.before.text));
        Ok(Draft {
            text: text.ok_or(ASTRAY)?,
            function,
            written,
            called,
            ..draft
        })
    }

    /// Replaces the common names in a call by the differences.
    pub(super) fn put_in(&self, call: &str, place: usize, lent: &[String]) -> String {
        let words = words_of(call, Edition::CURRENT);
        let words = words.into_iter().map(|(kind, word)| {
            let mut puts = self.puts.iter();
            let put = puts.find(|it| kind == SyntaxKind::IDENT && it.name == word);
            match put {
                Some(put) if lent.contains(&put.name) => {
                    let text = &put.texts[place];
                    format!("({text}, &{text})")
                }
                Some(put) => put.texts[place].clone(),
                None => self.own_name(word, place).to_owned(),
            }
        });
        words.collect()
    }

    /// The common name of a variable in the leveled text.
    pub fn fresh(&self, name: &str) -> String {
        let mut renamed = self.renamed.iter();
        let renamed = renamed.find(|it| it.names.iter().any(|it| it == name));
        renamed.map_or_else(|| name.to_owned(), |it| it.fresh.clone())
    }

    /// The function with the names of the first place.
    pub(super) fn in_own_words(&self, function: &str) -> String {
        let words = words_of(function, Edition::CURRENT).into_iter();
        let words = words.map(|(kind, word)| match kind {
            SyntaxKind::STRING => self.renamed.iter().fold(word.to_owned(), |text, it| {
                let named = |end| format!("{{{}{end}", it.names[0]);
                let text = text.replace(&format!("{{{}}}", it.fresh), &named('}'));
                text.replace(&format!("{{{}:", it.fresh), &named(':'))
            }),
            _ => self.own_name(word, 0).to_owned(),
        });
        words.collect()
    }

    /// A function name without common names, which only the leveled text contains.
    pub fn told(&self, name: String) -> String {
        let renamed = self.renamed.iter();
        renamed.fold(name, |name, it| name.replace(&it.fresh, &it.names[0]))
    }

    /// The name of a variable in a place that declares it.
    fn own_name<'a>(&'a self, word: &'a str, place: usize) -> &'a str {
        let renamed = self.renamed.iter().find(|it| it.fresh == word);
        renamed.map_or(word, |it| &it.names[place])
    }

    /// Whether a range is in inserted text.
    fn is_added(&self, range: TextRange) -> bool {
        added(&self.edits)
            .iter()
            .any(|(_, new)| new.contains_range(range) && !range.is_empty())
    }

    /// Maps a range back to the original text.
    pub(super) fn back(&self, range: TextRange) -> Option<TextRange> {
        let at = |at: TextSize| {
            let mut delta_new = TextSize::new(0);
            let mut delta_old = TextSize::new(0);
            for (old, new) in added(&self.edits) {
                if at < new.start() {
                    break;
                }
                if at == new.start() {
                    return Some(old.start());
                }
                if at < new.end() {
                    return None;
                }
                (delta_new, delta_old) = (new.end(), old.end());
            }
            Some(at - delta_new + delta_old)
        };
        let (start, end) = (at(range.start())?, at(range.end())?);
        (start <= end).then(|| TextRange::new(start, end))
    }
}

/// A variant of the function that takes these parameters by reference, so that nothing can mutate them while it runs.
pub(super) fn lending(function: &str, lent: &[String]) -> Option<String> {
    let root = Tree::parse(function, Edition::CURRENT).ok()?.root();
    let node = root.descendants().find_map(ast::Fn::cast)?;
    let params = node.param_list()?.params();
    let edits = params.filter_map(|param| {
        let pattern = param.pat()?.syntax().text().to_string();
        let name = pattern.trim_start_matches("mut ");
        let ty = param.ty()?.syntax().text().to_string();
        let text = format!("({pattern}, _): ({ty}, impl ::core::marker::Sized)");
        let is_lent = lent.iter().any(|it| it == name);
        is_lent.then(|| Edit::replace(param.syntax().text_range(), text))
    });
    Edits::new(edits.collect()).ok()?.apply(function)
}
