//! What a type may gain when a trait implementation is removed: the trait in its derive list, and an attribute on a variant.

use ra_ap_syntax::{
    AstNode, Edition, SyntaxNode,
    ast::{self, HasName},
};

use super::{
    Words,
    regions::{Pair, Part},
    surroundings, text,
};
use crate::syntax::Refusal;

/// Checks that one of the pairs is the removed implementation and the other its type.
pub(super) fn check(first: &Pair, second: &Pair, edition: Edition) -> Result<(), Refusal> {
    let (gone, stays) = match (first.is_gone(), second.is_gone()) {
        (true, false) => (first, second),
        (false, true) => (second, first),
        _ => {
            return Err(text(
                "The edit is not limited to a type and one of its implementations.",
            ));
        }
    };
    let gains =
        Gains::of(gone).ok_or_else(|| text("The removed item is not a trait implementation."))?;
    if !gains.is_type(&stays.before) || !gains.is_type(&stays.after) {
        return Err(text("The implementation is for another type."));
    }
    if !gains.are_all(stays, edition) {
        return Err(text("The type would change in more than its derives."));
    }
    Ok(())
}

/// A type's name and the trait it is to derive.
struct Gains {
    of: String,
    name: String,
}

impl Gains {
    fn of(gone: &Pair) -> Option<Self> {
        let block = gone.before.root.first_child().and_then(ast::Impl::cast)?;
        let last = |ty: ast::Type| match ty {
            ast::Type::PathType(it) => Some(it.path()?.segment()?.name_ref()?.text().to_string()),
            _ => None,
        };
        Some(Self {
            of: last(block.self_ty()?)?,
            name: last(block.trait_()?)?,
        })
    }

    fn is_type(&self, part: &Part) -> bool {
        let item = part.root.first_child().and_then(ast::Adt::cast);
        item.and_then(|it| it.name())
            .is_some_and(|it| it.text() == self.of)
    }

    fn are_all(&self, stays: &Pair, edition: Edition) -> bool {
        let (before, after) = (Lists::of(&stays.before.root), Lists::of(&stays.after.root));
        let mut derived = before.derived;
        derived.push(self.name.clone());
        derived.sort();
        let mut others = after.others;
        if others != before.others
            && let Some(mark) = others.iter().position(|it| it == "# [ default ]")
        {
            others.remove(mark);
        }
        let words = stays.after.words(edition).clone();
        let words = words.since(stays.before.words(edition));
        derived == after.derived && others == before.others && self.comes_alone(&words)
    }

    fn comes_alone(&self, words: &Words) -> bool {
        let mut changes = words.changes();
        changes.all(|(word, _, times)| {
            times == 1 && (word == self.name || matches!(word, "derive" | "default"))
        })
    }
}

/// The attributes of an item, split into derived traits and the rest.
struct Lists {
    derived: Vec<String>,
    others: Vec<String>,
}

impl Lists {
    fn of(root: &SyntaxNode) -> Self {
        let all = surroundings::sorted_attributes(root);
        let names = |list: &str| list.strip_prefix("# [ derive (").map(str::to_owned);
        let mut derived: Vec<String> = Vec::new();
        for list in all.iter().filter_map(|it| names(it)) {
            let list = list.trim_end_matches(") ]").trim().trim_end_matches(',');
            derived.extend(list.split(',').map(|it| it.trim().to_owned()));
        }
        derived.sort();
        let others = all.into_iter().filter(|it| names(it).is_none()).collect();
        Self { derived, others }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        refactorings::{Change, Context, audit, by_name},
        syntax::{FileContext, Source},
        text::{Edit, Edits, Steps, TextRange, TextSize},
    };

    const TYPE: &str = "#[derive(Debug)]\nstruct S {\n    #[doc(hidden)]\n    a: u8,\n}";
    const BLOCK: &str =
        "impl Default for S {\n    fn default() -> S {\n        S { a: 0 }\n    }\n}";

    /// Whether the audit accepts replacing the type with `item` and removing `block`.
    fn passes(item: &str, block: &str) -> bool {
        let text = format!("{TYPE}\n\n{block}\n");
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        let size = |at: usize| TextSize::try_from(at).unwrap();
        let whole = TextRange::new(size(0), size(TYPE.len()));
        let gone = TextRange::new(size(TYPE.len()), size(text.len() - 1));
        let edits = vec![Edit::replace(whole, item), Edit::replace(gone, "")];
        let mut change = Change::new("Example", whole, Vec::new()).unwrap();
        change.steps = Steps::of_one(Edits::new(edits).unwrap());
        change.ledger.comes.push(item.to_owned());
        change.ledger.goes.push(format!("{TYPE} {block}"));
        audit(
            by_name("derive-impl").unwrap(),
            &Context::new(&source),
            change,
        )
        .is_ok()
    }

    #[test]
    fn the_type_gains_the_trait_and_nothing_else() {
        let gains = TYPE.replace("Debug", "Debug, Default");
        assert!(passes(&gains, BLOCK));
        for other in [
            TYPE.to_owned(),
            TYPE.replace("Debug", "Default"),
            TYPE.replace("Debug", "Debug, Clone"),
            TYPE.replace("Debug", "Debug, Default, Clone"),
            gains.replace("    #[doc(hidden)]\n", ""),
            gains.replace("    a: u8,\n", ""),
            gains.replace("u8", "u16"),
            gains.replace("struct S", "struct T"),
            gains.replace("    a", "    #[inline]\n    a"),
            gains.replace("    a: u8,\n", "    a: u8,\n    b: u8,\n"),
        ] {
            assert!(!passes(&other, BLOCK), "{other}");
        }
    }

    #[test]
    fn the_block_is_of_the_type_and_the_trait() {
        let gains = TYPE.replace("Debug", "Debug, Default");
        for other in [
            BLOCK.replace("for S", "for T"),
            BLOCK.replace("impl Default for", "impl"),
            BLOCK.replace("Default for", "Clone for"),
            BLOCK.replace("S { a: 0 }", "// Why.\n        S { a: 0 }"),
        ] {
            assert!(!passes(&gains, &other), "{other}");
        }
    }
}
