//! Bounds that keep the parser and all walks over its trees from overflowing the stack.
//!
//! The parser recurses for brackets, for prefix operators, and for `else if`; a stack overflow aborts the process and can't be
//! caught. Therefore, the tokens are counted before parsing. Chains that the parser reads in a loop (`a + b + …`, `a.b.c…`)
//! don't recurse there, but create trees as deep as they are long, which recurse when they are dropped; their depth is bounded
//! while the tree is built.

use ra_ap_parser::{LexedStr, SyntaxKind, T};

/// Why a source text was not parsed. Such a file is reported once, and gets no findings or offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unparsable {
    #[error("nested too deeply to be analysed safely")]
    TooDeep,
    #[error("too large to be analysed")]
    TooLarge,
}

/// Maximum number of nested brackets.
const NESTING: usize = 512;
/// Maximum number of consecutive prefix operators and `else if` branches.
const RUN: usize = 2_000;
/// Maximum number of tokens in a file, including white space and comments.
const TOKENS: usize = 2_000_000;
/// Maximum depth of a tree. Code within the other bounds is far flatter, except for very long chains.
pub(super) const DEPTH: usize = 4_000;

/// Checks that the parser can read these tokens.
pub(super) fn check(lexed: &LexedStr<'_>) -> Result<(), Unparsable> {
    if lexed.len() > TOKENS {
        return Err(Unparsable::TooLarge);
    }
    let mut state = State::default();
    for at in 0..lexed.len() {
        state.step(lexed.kind(at));
        if state.is_too_deep() {
            return Err(Unparsable::TooDeep);
        }
    }
    Ok(())
}

/// The parser's recursive calls at one level of brackets that may not have returned yet.
#[derive(Default, Clone, Copy)]
struct Level {
    /// Prefix operators since the last token that ends every operand.
    run: usize,
    /// Open angle brackets and closure parameter bars: a comma ends none of them.
    held: usize,
}

/// An upper bound for the parser's recursion depth. The lexer emits punctuation one character at a time, so `=>` is two tokens.
#[derive(Default)]
struct State {
    outer: Vec<Level>,
    /// The sum of the calls in `outer`.
    outer_calls: usize,
    here: Level,
    before: Before,
}

/// The previous token, as far as it affects the next one.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Before {
    #[default]
    Operator,
    Operand,
    ClosingBrace,
    /// An `if` after it is the same branch.
    Else,
    /// `=` or `-`, which form an arrow with an adjacent `>`.
    Shaft(SyntaxKind),
    /// `&`, `|`, `!` or `<` after an operand, which may form a longer operator with the adjacent token.
    Between(SyntaxKind),
}

impl State {
    fn is_too_deep(&self) -> bool {
        self.outer.len() > NESTING || self.outer_calls + self.here.run + self.here.held > RUN
    }

    fn step(&mut self, kind: SyntaxKind) {
        if matches!(kind, SyntaxKind::WHITESPACE | SyntaxKind::COMMENT) {
            self.before = without_shaft(self.before);
            return;
        }
        if self.before == Before::ClosingBrace && begins_statement(kind) {
            self.here = Level::default();
        }
        // Most tokens are names, which open nothing.
        if kind == SyntaxKind::IDENT {
            self.before = Before::Operand;
            return;
        }
        match kind {
            T!['('] | T!['['] | T!['{'] => self.open(),
            T![')'] | T![']'] | T!['}'] => self.close(),
            T![;] => self.here = Level::default(),
            T![,] => self.here.run = 0,
            T![<] => self.here.held += 1,
            T![>] => self.close_angle(),
            T![&] | T![|] if self.before == Before::Between(kind) => {}
            T![=] if self.joins_comparison() => {}
            T![if] if self.before == Before::Else => {}
            T![|] if !self.is_after_operand() => self.here.held += 1,
            T![-] | T![*] | T![&] | T![.] | T![!] if self.is_after_operand() => {}
            _ if precedes_operand(kind) => self.here.run += 1,
            _ => {}
        }
        self.before = self.before.then(kind);
    }

    /// Whether an `=` completes `==`, `!=` or `<=`, so that the previous token was neither an assignment nor a bracket.
    fn joins_comparison(&mut self) -> bool {
        match self.before {
            Before::Shaft(T![=]) => self.here.run = self.here.run.saturating_sub(1),
            Before::Between(T![<]) => self.here.held = self.here.held.saturating_sub(1),
            Before::Between(T![!]) => {}
            _ => return false,
        }
        true
    }

    fn is_after_operand(&self) -> bool {
        matches!(self.before, Before::Operand | Before::ClosingBrace)
    }

    fn open(&mut self) {
        self.outer_calls += self.here.run + self.here.held;
        self.outer.push(std::mem::take(&mut self.here));
    }

    fn close(&mut self) {
        // What was open inside has ended; what was open outside may continue.
        self.here = self.outer.pop().unwrap_or_default();
        self.outer_calls = self
            .outer_calls
            .saturating_sub(self.here.run + self.here.held);
    }

    fn close_angle(&mut self) {
        match self.before {
            Before::Shaft(T![=]) => self.here = Level::default(),
            Before::Shaft(_) => {}
            _ => self.here.held = self.here.held.saturating_sub(1),
        }
    }
}

impl Before {
    /// How a token of this kind affects the next one.
    fn then(self, kind: SyntaxKind) -> Self {
        let is_after_operand = matches!(self, Self::Operand | Self::ClosingBrace);
        match kind {
            T!['}'] => Self::ClosingBrace,
            T![else] => Self::Else,
            // The second half of `==` doesn't start an arrow.
            T![=] if self == Self::Shaft(T![=]) => Self::Operator,
            T![=] | T![-] => Self::Shaft(kind),
            T![&] | T![|] | T![!] | T![<] if is_after_operand => Self::Between(kind),
            _ if ends_operand(kind) => Self::Operand,
            _ => Self::Operator,
        }
    }
}

fn without_shaft(before: Before) -> Before {
    match before {
        Before::Shaft(_) | Before::Between(_) => Before::Operator,
        _ => before,
    }
}

/// Whether the parser recurses for what follows a token of this kind.
fn precedes_operand(kind: SyntaxKind) -> bool {
    matches!(kind, T![-] | T![*] | T![&] | T![.] | T![!] | T![=] | T![?])
        || kind == SyntaxKind::LIFETIME_IDENT
        || is_keyword(kind)
}

fn ends_operand(kind: SyntaxKind) -> bool {
    kind.is_literal()
        || matches!(
            kind,
            SyntaxKind::IDENT | T![')'] | T![']'] | T![?] | T![self] | T![Self] | T![>]
        )
}

/// Whether a token of this kind after a block belongs to the next statement, arm or item.
fn begins_statement(kind: SyntaxKind) -> bool {
    let goes_on = matches!(kind, T![else] | T![as]);
    let is_word = kind == SyntaxKind::IDENT || kind == SyntaxKind::LIFETIME_IDENT;
    !goes_on && (is_word || is_keyword(kind) || kind.is_literal() || kind == T![#])
}

fn is_keyword(kind: SyntaxKind) -> bool {
    // Keywords differ by edition; the latest one has the most.
    !kind.is_punct() && kind.is_keyword(ra_ap_syntax::Edition::LATEST)
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::Edition;

    use super::*;

    fn bounded(text: &str) -> Result<(), Unparsable> {
        check(&LexedStr::new(Edition::Edition2021, text))
    }

    #[test]
    fn nesting_and_runs_are_bounded() {
        let many = 100_000;
        for (prefix, suffix) in [
            ("(", ")"),
            ("{", "}"),
            ("[", "]"),
            ("!", ""),
            ("&", ""),
            ("- ", ""),
        ] {
            let text = format!(
                "fn f() {{ {}x{} }}",
                prefix.repeat(many),
                suffix.repeat(many)
            );
            assert_eq!(bounded(&text), Err(Unparsable::TooDeep), "{prefix}");
        }
        for run in [
            "if a {} else ",
            "|| ",
            "|a| ",
            "return ",
            "Vec<",
            "a = ",
            "*const ",
            "'a: loop ",
            "a &&&",
            "a ! ! ",
            "a = = ",
            "M<a, ",
            "M<fn() -> A, ",
            "|a, b| ",
            "|x| {a} + ",
        ] {
            let text = format!("fn f() {{ {} }}", run.repeat(many));
            assert_eq!(bounded(&text), Err(Unparsable::TooDeep), "{run}");
        }
    }

    #[test]
    fn ordinary_code_is_far_from_the_bounds() {
        let branches = "else if a == b && !c || d <= e {} ".repeat(900);
        assert_eq!(
            bounded(&format!("fn f() {{ if a {{}} {branches} }}")),
            Ok(())
        );
        let statement = "if !a && -b < *c { return Some(&d); } else if e { let f = |g| !g; }\n";
        assert_eq!(
            bounded(&format!("fn f() {{ {} }}", statement.repeat(5_000))),
            Ok(())
        );
        assert_eq!(
            bounded(&"fn f<'a>(x: &'a Vec<u8>) -> u8 { !x[0] }\n".repeat(5_000)),
            Ok(())
        );
        assert_eq!(
            bounded(&format!("const T: &[u8] = &[{}];", "-1, ".repeat(50_000))),
            Ok(())
        );
        assert_eq!(
            bounded(&format!("const T: &str = \"{}\";", "(".repeat(50_000))),
            Ok(())
        );
        assert_eq!(
            bounded(&format!("fn f() {{ {} }}", "if a {} ".repeat(5_000))),
            Ok(())
        );
        let arms = "| (a, b) if !a => {} &c => (d < e),\n".repeat(5_000);
        assert_eq!(
            bounded(&format!("fn f() {{ match x {{ {arms} }} }}")),
            Ok(())
        );
        assert_eq!(bounded(&format!("// {}\n", "!".repeat(50_000))), Ok(()));
    }

    #[test]
    fn tokens_are_bounded() {
        assert_eq!(bounded(&"a ".repeat(TOKENS)), Err(Unparsable::TooLarge));
    }
}
