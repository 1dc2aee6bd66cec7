//! # Extract constant
//!
//! ## What it does
//! Extracts a string or number literal into a named constant and replaces its occurrences in the module.
//!
//! ## Why
//!
//! A typo in one of several equal strings compiles. A name is checked wherever it is used and says what is meant, and
//! the value is changed in one place.
//!
//! ## Example
//!
//! ```rust before
//! use crate::{Request, Token};
//!
//! fn authorise(request: &mut Request, token: &Token) {
//!     if request.header($0"x-auth-token").is_none() {
//!         request.set_header("x-auth-token", token.value());
//!     }
//!     request.forward("x-auth-token");
//! }
//! ```
//!
//! ```rust after
//! use crate::{Request, Token};
//!
//! const X_AUTH_TOKEN: &str = "x-auth-token";
//!
//! fn authorise(request: &mut Request, token: &Token) {
//!     if request.header(X_AUTH_TOKEN).is_none() {
//!         request.set_header(X_AUTH_TOKEN, token.value());
//!     }
//!     request.forward(X_AUTH_TOKEN);
//! }
//! ```
//!
//! The constant is placed before the only item that uses it, or before the first item of the module that isn't an import
//! or a constant. A string is named after its words. A number is named after what it is compared with before an early
//! exit, or after the parameter that it is passed to.
//!
//! ## What it leaves alone
//!
//! - Attributes, constants, statics and macro input.
//! - Code that is compiled for tests or behind a `#[cfg]`.
//! - At a cursor, a string that occurs only once.
//! - A number whose type the file doesn't show, or for which the code suggests no name.
//!
//! ## What it checks
//!
//! The name is used nowhere in the file and can't come from a glob re-export. The lines keep rustfmt's layout. A string
//! is named after itself, which seldom says what it is for, so the name needs review.

mod naming;
mod numbers;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, LiteralKind},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{
        FilePart, Presence, Rewrite, attributes,
        layout::width,
        new_items::{Gap, Joins},
        outline,
        replacing::Replaced,
        scopes::Names,
    },
    text::{TextRange, TextSize},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "extract-constant",
    kind: Kind::Extract,
    at: &[SyntaxKind::LITERAL],
    needs: Needs::Syntax,
    allows: Allows::of(
        "const f32 f64 i128 i16 i32 i64 i8 isize str u128 u16 u32 u64 u8 usize",
        "",
        &[
            Also::AddsConstant,
            Also::AddsFreshName,
            Also::DropsEqualCopies,
        ],
    ),
    plan,
};

/// The type of a string literal that is named after its content.
const TEXT: &str = "&str";

/// A literal with its derived name.
struct Named {
    name: String,
    ty: String,
    /// The places in source order.
    places: Vec<TextRange>,
    gap: Gap,
}

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let literals = literals_at(context, target);
    let named = find::first_fit(&literals, |literal| Named::of(literal, context, target))?;
    let whole = named.places[0];
    Plan::new(whole, move || {
        let title = match named.places.len() {
            1 => format!("Extract constant `{}`", named.name),
            places => format!("Extract constant `{}` ({places} uses)", named.name),
        };
        let rewrites = named.rewrites(context).ok_or_else(Refusal::of_layout)?;
        let change = Change::new(title, whole, rewrites)?;
        let change = if named.ty == TEXT {
            change.to_check("the name")
        } else {
            change
        };
        Ok(change.checked(&[
            "the name is used nowhere in the file",
            "every occurrence has the type of the constant",
        ]))
    })
}

/// The literal at the target; for a finding, the literals it reports.
fn literals_at(context: &Context<'_>, target: Target<'_>) -> Vec<ast::Literal> {
    let at = |target| find::around::<ast::Literal>(context, target).next();
    let parts = match target {
        Target::Answer(sighting) => sighting.parts.as_slice(),
        _ => &[],
    };
    let parts = parts.iter().map(|part| Target::Cursor(part.at.start()));
    [target].into_iter().chain(parts).filter_map(at).collect()
}

impl Named {
    fn of(
        literal: &ast::Literal,
        context: &Context<'_>,
        target: Target<'_>,
    ) -> Result<Self, Refusal> {
        match literal.kind() {
            LiteralKind::String(_) => Self::of_text(literal, context, target),
            LiteralKind::IntNumber(_) | LiteralKind::FloatNumber(_) => {
                Self::of_number(literal, context)
            }
            _ => Err(Refusal::NotHere),
        }
    }

    fn of_text(
        literal: &ast::Literal,
        context: &Context<'_>,
        target: Target<'_>,
    ) -> Result<Self, Refusal> {
        let code = literal.syntax().text().to_string();
        let name = naming::of_text(&code).ok_or_else(unnamed)?;
        let places = equal_literals(literal, context);
        let is_own = places.contains(literal.syntax());
        let least = if matches!(target, Target::Selection(_)) {
            1
        } else {
            2
        };
        if !is_own || places.len() < least {
            return Err(Refusal::NotHere);
        }
        Self::with(name, TEXT.to_owned(), &places, context)
    }

    fn of_number(literal: &ast::Literal, context: &Context<'_>) -> Result<Self, Refusal> {
        let number = numbers::Number::of(literal).ok_or_else(unnamed)?;
        let name = number.name.clone();
        let places: Vec<SyntaxNode> = equal_literals(literal, context)
            .into_iter()
            .filter(|place| {
                let other = ast::Literal::cast(place.clone());
                other.and_then(|it| numbers::Number::of(&it)).as_ref() == Some(&number)
            })
            .collect();
        if !places.contains(literal.syntax()) {
            return Err(Refusal::NotHere);
        }
        Self::with(name, number.ty, &places, context)
    }

    fn with(
        name: String,
        ty: String,
        places: &[SyntaxNode],
        context: &Context<'_>,
    ) -> Result<Self, Refusal> {
        let names = Names::in_node(&context.root);
        if names.has(&name) {
            return Err(Refusal::because(
                Hazard::Scope,
                "The name for the constant is already in use in the file.",
            ));
        }
        if places.iter().all(is_gated) {
            return Err(Refusal::because(
                Hazard::Constants,
                "Every occurrence is behind a `#[cfg]`, so the constant would be unused in other builds.",
            ));
        }
        let gap = Gap::before_users(Joins::Constants, places, &context.source.text)?;
        let places = places.iter().map(SyntaxNode::text_range).collect();
        Ok(Self {
            name,
            ty,
            places,
            gap,
        })
    }

    fn rewrites<'a>(&self, context: &Context<'a>) -> Option<Vec<Rewrite<'a>>> {
        let source = context.source;
        let replaced = Replaced {
            places: &self.places,
            width: width(&self.name),
        };
        if !replaced.keeps_layout(&context.root, &source.text, source.context) {
            return None;
        }
        let first = self.places[0];
        let literal = source.slice(first);
        let head = format!("const {}: {} = ", self.name, self.ty);
        let line = width(&self.gap.indent) + width(&head) + width(literal) + width(";");
        if line > source.context.width.max() {
            return None;
        }
        let declared = Rewrite::at(&source.text, self.gap.at)
            .text(&format!("{}{head}", self.gap.before))
            .keep(first)
            .text(&format!(";{}", self.gap.after));
        let places = self.places.iter();
        let places = places.map(|place| context.rewrite(*place).text(&self.name));
        Some([declared].into_iter().chain(places).collect())
    }
}

fn unnamed() -> Refusal {
    Refusal::because(
        Hazard::Types,
        "The code doesn't suggest a name or a type for the constant.",
    )
}

/// The equal literals in the code of the surrounding module, except for test and conditionally compiled code.
fn equal_literals(literal: &ast::Literal, context: &Context<'_>) -> Vec<SyntaxNode> {
    let module = module_around(literal.syntax());
    let own = literal.syntax().text();
    let role = context.source.context.role;
    let places = outline(&context.root).places.into_iter().filter(|place| {
        place.part == FilePart::Product
            && place.presence == Presence::Always
            && !place.is_for_tests(role)
            && place.node.kind() == SyntaxKind::FN
    });
    let literals = places.flat_map(|place| place.node.descendants());
    literals
        .filter(|node| node.kind() == SyntaxKind::LITERAL && node.text() == own)
        .filter(|node| is_in_code(node) && module_around(node) == module)
        .collect()
}

fn is_in_code(literal: &SyntaxNode) -> bool {
    let ends = literal.ancestors().skip(1).find(|node| {
        matches!(
            node.kind(),
            SyntaxKind::ATTR
                | SyntaxKind::CONST
                | SyntaxKind::CONST_ARG
                | SyntaxKind::FN
                | SyntaxKind::STATIC
        )
    });
    ends.is_some_and(|node| node.kind() == SyntaxKind::FN)
}

/// Whether a place inside a function is conditionally compiled.
fn is_gated(place: &SyntaxNode) -> bool {
    let mut around = place
        .ancestors()
        .take_while(|node| node.kind() != SyntaxKind::FN);
    around.any(|node| {
        let mut attributes = node.children().filter_map(ast::Attr::cast);
        attributes.any(|attribute| attributes::is_conditional(&attribute))
    })
}

/// The start of the module around a node.
fn module_around(node: &SyntaxNode) -> Option<TextSize> {
    let module = node.ancestors().find_map(ast::Module::cast);
    module.map(|module| module.syntax().text_range().start())
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused},
        *,
    };

    static EXTRACT: Refactoring = REFACTORING;

    #[test]
    fn what_several_items_use_stands_before_the_first() {
        assert_becomes(
            &EXTRACT,
            "//! Words.\n\nuse a::b;\n\nconst A: u8 = 1;\n\n/// Words.\nfn f() {\n    g(\"user_id\")\n}\n\nimpl S {\n    fn h(k: &str) -> u8 {\n        match k {\n            $0\"user_id\" => 1,\n            _ => A,\n        }\n    }\n}\n",
            "//! Words.\n\nuse a::b;\n\nconst A: u8 = 1;\nconst USER_ID: &str = \"user_id\";\n\n/// Words.\nfn f() {\n    g(USER_ID)\n}\n\nimpl S {\n    fn h(k: &str) -> u8 {\n        match k {\n            USER_ID => 1,\n            _ => A,\n        }\n    }\n}\n",
        );
    }

    #[test]
    fn a_module_has_constants_of_its_own() {
        assert_becomes(
            &EXTRACT,
            "mod m {\n    use a::b;\n\n    fn f() {\n        g($0\"user_id\");\n        // Why.\n        g(\"user_id\");\n    }\n}\n\nfn h() {\n    g(\"user_id\");\n}\n",
            "mod m {\n    use a::b;\n\n    const USER_ID: &str = \"user_id\";\n\n    fn f() {\n        g(USER_ID);\n        // Why.\n        g(USER_ID);\n    }\n}\n\nfn h() {\n    g(\"user_id\");\n}\n",
        );
    }

    #[test]
    fn a_number_is_called_by_what_it_limits() {
        assert_becomes(
            &EXTRACT,
            "use a::b;\n\nfn f(name: &str, retries: u32) -> bool {\n    if name.len() > $0250 {\n        return false;\n    }\n    b(name)\n}\n",
            "use a::b;\n\nconst MAX_NAME_LEN: usize = 250;\n\nfn f(name: &str, retries: u32) -> bool {\n    if name.len() > MAX_NAME_LEN {\n        return false;\n    }\n    b(name)\n}\n",
        );
        assert_becomes(
            &EXTRACT,
            "use a::b;\n\nfn f() {\n    wait(700);\n    wait($0700)\n}\n\nfn wait(pause_ms: u64) {\n    b(pause_ms)\n}\n",
            "use a::b;\n\nconst PAUSE_MS: u64 = 700;\n\nfn f() {\n    wait(PAUSE_MS);\n    wait(PAUSE_MS)\n}\n\nfn wait(pause_ms: u64) {\n    b(pause_ms)\n}\n",
        );
    }

    #[test]
    fn what_stands_once_or_says_nothing_is_left_alone() {
        assert_not_here(&EXTRACT, "use a::b;\n\nfn f() { g($0\"user_id\") }");
        assert_not_here(
            &EXTRACT,
            "use a::b;\n\nfn f() { g($0\"user_id\") }\n\n#[test]\nfn h() { g(\"user_id\") }",
        );
        assert_not_here(
            &EXTRACT,
            "use a::b;\n\nconst A: [&str; 2] = [$0\"user_id\", \"user_id\"];",
        );
        let calls = "g($0\"-\"); g(\"-\")";
        assert_refused(
            &EXTRACT,
            Hazard::Types,
            &format!("use a::b;\n\nfn f() {{ {calls} }}"),
        );
        assert_refused(
            &EXTRACT,
            Hazard::Types,
            "use a::b;\n\nfn f(n: u8) { g(n * $038) }",
        );
    }

    #[test]
    fn what_every_build_has_uses_the_constant() {
        let fields = |gate: &str| {
            format!(
                "use a::b;\n\nfn f() -> S {{\n    S {{\n        #[cfg(x)]\n        a: g($0\"user_id\"),\n        {gate}c: g(\"user_id\"),\n    }}\n}}\n"
            )
        };
        assert_refused(&EXTRACT, Hazard::Constants, &fields("#[cfg(y)]\n        "));
        let offered = super::super::fixture::offered;
        assert!(offered(crate::syntax::FileContext::default(), &EXTRACT, &fields("")).is_ok());
    }

    #[test]
    fn a_name_in_use_is_refused() {
        for item in ["use a::USER_ID;", "pub use a::*;"] {
            assert_refused(
                &EXTRACT,
                Hazard::Scope,
                &format!("{item}\n\nfn f() {{ g($0\"user_id\"); g(\"user_id\") }}"),
            );
        }
    }
}
