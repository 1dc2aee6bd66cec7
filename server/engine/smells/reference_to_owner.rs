//! # Reference to owner
//!
//! ## What it does
//! Finds functions that give `&Vec<T>`, `&String` or `&PathBuf`.
//!
//! ## Why
//! The caller can do nothing with such a reference that a slice, a `&str` or a `&Path` wouldn't let it do, but everybody now
//! depends on how the value is kept, so that it can't be kept otherwise.
//!
//! ## Example
//! ```rust before
//! impl Order {
//!     fn lines(&self) -> &Vec<Line> {
//!         &self.lines
//!     }
//! }
//! ```
//! ```rust after
//! impl Order {
//!     fn lines(&self) -> &[Line] {
//!         &self.lines
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Methods of traits, where others have chosen; references that may be changed.
//! - Types of the file that have such a name.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is 1 for each such function. 0 is fine; more is a warning, and more than 1, which none has, would be a strong one.
//! It fires 2.8 times in 100,000 lines of well-kept code. Only the full profile says it.
//!
//! ## Sources
//! clippy's `ptr_arg`, which looks at parameters alone; *Rust API Guidelines*.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasGenericArgs},
};

use super::{Calm, Drawn, Limits, Look, Sightings, Smell};
use crate::{
    facts::Sighting,
    syntax::{FileNames, Owner, Unit},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(2.8),
    calm: Calm::Never,
    clippy: &["ptr_arg"],
    measured: "{} result",
    drawn: Drawn::Code,
    ..Smell::new(
        "reference-to-owner",
        Limits::of(0, 1),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for function in &unit.functions {
        let is_chosen = matches!(function.owner, Owner::TraitImpl | Owner::Trait);
        let given = function.ast.ret_type().and_then(|it| it.ty());
        let owner = given.filter(|_| !is_chosen).and_then(|ty| owner_in(&ty));
        // What is quoted stands in one line.
        let owner = owner.filter(|it| !it.syntax().text().contains_char('\n'));
        if let Some(owner) = owner {
            sightings.push(owner.syntax().text_range(), 1);
        }
    }
}

/// The reference, if it is to one that owns a list or a text.
fn owner_in(ty: &ast::Type) -> Option<ast::RefType> {
    let ast::Type::RefType(reference) = ty else {
        return None;
    };
    let Some(ast::Type::PathType(path)) = reference.ty() else {
        return None;
    };
    let segment = path.path()?.segment()?;
    let name = segment.name_ref()?.text().to_string();
    let has_one = segment
        .generic_arg_list()
        .is_some_and(|list| list.generic_args().count() == 1);
    let is_owner = match &*name {
        "Vec" => has_one,
        "String" | "PathBuf" => true,
        _ => false,
    };
    let is_own = !FileNames::around_node(path.syntax())
        .types(&name)
        .is_empty();
    (is_owner && !is_own && reference.mut_token().is_none()).then(|| reference.clone())
}

fn say(sighting: &Sighting, text: &str) -> String {
    let given = slice(text, sighting.at).unwrap_or_default();
    let (better, tied) = if given.ends_with("String") {
        ("`&str`", "a `String`")
    } else if given.ends_with("PathBuf") {
        ("`&Path`", "a `PathBuf`")
    } else {
        ("a slice", "a `Vec`")
    };
    format!("{better} would say as much, and not that it is kept in {tied}")
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    fn given(ty: &str) -> Vec<(String, u32)> {
        let text = format!("impl S {{ fn f(&self) -> {ty} {{ &self.a }} }}");
        fired("reference-to-owner", &text)
    }

    #[test]
    fn owners_behind_references_are_seen() {
        for ty in [
            "&Vec<A>",
            "&'a String",
            "&std::path::PathBuf",
            "&Vec<Vec<u8>>",
        ] {
            assert_eq!(given(ty), [(ty.to_owned(), 1)]);
        }
        let text = "fn f(a: &A) -> &PathBuf { &a.b }";
        let say = by_name("reference-to-owner").unwrap().say;
        assert_eq!(
            say(&seen("reference-to-owner", text)[0], text),
            "`&Path` would say as much, and not that it is kept in a `PathBuf`"
        );
    }

    #[test]
    fn other_results_are_left_alone() {
        for ty in [
            "&mut Vec<A>",
            "Vec<A>",
            "&[A]",
            "&str",
            "Option<&Vec<A>>",
            "&Vec<A, B>",
            "&A",
        ] {
            assert!(given(ty).is_empty(), "{ty}");
        }
        for text in [
            "impl T for S { fn f(&self) -> &String { &self.a } }",
            "trait T { fn f(&self) -> &String { g() } }",
            "struct String; fn f(a: &A) -> &String { &a.b }",
            "#[test] fn f(a: &A) -> &String { &a.b }",
        ] {
            assert!(fired("reference-to-owner", text).is_empty(), "{text}");
        }
    }
}
