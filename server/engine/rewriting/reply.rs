//! The form of a reply: one function with the old header, helpers, and nothing else.

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasName, HasVisibility},
};

use super::{NotRewritten, known};
use crate::{
    syntax::{FileContext, Source, layout, tokens},
    text::{TextRange, is_unseen},
};

/// Maximum ratio of a reply's length to the function's.
const LONGER: usize = 3;
/// Additional length that a reply may have, in bytes.
const MORE: usize = 4096;
const MOST_HELPERS: usize = 6;

/// The functions of a reply, the rewritten one first.
pub(super) struct Reply {
    source: Source,
    functions: Vec<ReplyFunction>,
}

pub(super) struct ReplyFunction {
    pub(super) node: ast::Fn,
    pub(super) name: String,
    pub(super) body: ast::BlockExpr,
}

/// Rejects invisible characters, and replies that are too long.
pub(super) fn check_characters(reply: &str, code: &str) -> Result<(), NotRewritten> {
    if reply.len() > code.len() * LONGER + MORE {
        return Err(NotRewritten::new(
            "The reply is much longer than the function.",
        ));
    }
    let is_new = |c: char| is_unseen(c) && !matches!(c, '\n' | '\t') && !code.contains(c);
    if reply.contains(is_new) {
        return Err(NotRewritten::new(
            "The reply contains invisible characters.",
        ));
    }
    Ok(())
}

/// The tokens of a header, including comments.
pub(super) fn head_words(head: &str, edition: Edition) -> Vec<String> {
    let words = tokens(head, edition).into_iter();
    let words = words.filter(|(kind, _)| *kind != SyntaxKind::WHITESPACE);
    words.map(|(_, text)| text.trim_end().to_owned()).collect()
}

impl Reply {
    pub(super) fn parse(text: &str, context: FileContext) -> Result<Self, NotRewritten> {
        let source = Source::parse(text, context)
            .map_err(|why| NotRewritten::new(format!("The reply is {why}.")))?;
        if source.tree.has_errors() {
            return Err(NotRewritten::new("The reply doesn't parse as Rust."));
        }
        let mut functions = Vec::new();
        for element in source.root().children_with_tokens() {
            match element {
                NodeOrToken::Token(token) if token.kind() == SyntaxKind::WHITESPACE => {}
                NodeOrToken::Node(node) => functions.push(ReplyFunction::of(node)?),
                NodeOrToken::Token(_) => return Err(not_alone()),
            }
        }
        if functions.is_empty() {
            return Err(NotRewritten::new("The reply contains no function."));
        }
        Ok(Self { source, functions })
    }

    pub(super) fn functions(&self) -> &[ReplyFunction] {
        &self.functions
    }

    fn main(&self) -> &ReplyFunction {
        &self.functions[0]
    }

    pub(super) fn helper_functions(&self) -> &[ReplyFunction] {
        &self.functions[1..]
    }

    pub(super) fn helpers(&self) -> Vec<String> {
        let helpers = self.helper_functions().iter();
        helpers.map(|it| it.name.clone()).collect()
    }

    /// The parts that are used: the body of the first function, and the helpers.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        let body = self.main().body.syntax().text_range();
        let helpers = self.helper_functions().iter();
        let helpers = helpers.map(|it| it.node.syntax().text_range());
        let ranges: Vec<TextRange> = std::iter::once(body).chain(helpers).collect();
        ranges.into_iter().map(|range| self.source.slice(range))
    }

    /// Checks that the first function has the old header, and that nothing precedes it.
    pub(super) fn check_head(&self, old: &[String]) -> Result<(), NotRewritten> {
        let main = self.main();
        let start = main.node.syntax().text_range().start();
        let head = TextRange::new(start, main.body.syntax().text_range().start());
        let head = head_words(self.source.slice(head), self.source.context.edition);
        if head == old {
            return Ok(());
        }
        Err(NotRewritten::new(
            "The first function of the reply must keep the signature, visibility, attributes and documentation.",
        ))
    }

    pub(super) fn check_helpers(&self, is_free: &dyn Fn(&str) -> bool) -> Result<(), NotRewritten> {
        let helpers = self.helper_functions();
        if helpers.len() > MOST_HELPERS {
            return Err(NotRewritten::new(format!(
                "The reply has more than {MOST_HELPERS} helpers."
            )));
        }
        for (at, helper) in helpers.iter().enumerate() {
            let name = &helper.name;
            let is_again = self.functions[..=at].iter().any(|it| it.name == *name);
            if is_again || known::is_of_std(name) || !is_free(name) {
                return Err(NotRewritten::new(format!(
                    "`{name}` is already in use or isn't a valid name for a new function."
                )));
            }
            helper.check_head()?;
        }
        Ok(())
    }

    /// The body of the first function, indented by `indent`.
    pub(super) fn body(&self, indent: &str) -> Result<String, NotRewritten> {
        let main = self.main();
        self.moved(&main.node, main.body.syntax().text_range(), indent)
    }

    /// The helpers as they are inserted.
    pub(super) fn helpers_in_words(&self, indent: &str) -> Result<String, NotRewritten> {
        let mut words = String::new();
        for helper in self.helper_functions() {
            let code = self.moved(&helper.node, helper.node.syntax().text_range(), indent)?;
            words.push_str("\n\n");
            words.push_str(indent);
            words.push_str(&code);
        }
        Ok(words)
    }

    fn moved(
        &self,
        function: &ast::Fn,
        range: TextRange,
        indent: &str,
    ) -> Result<String, NotRewritten> {
        let Source { text, context, .. } = &self.source;
        let from = layout::indentation(text, function.syntax().text_range().start());
        let moved = layout::moved(text, range, context.edition, from, indent);
        moved.ok_or_else(|| NotRewritten::new("The indentation of the reply is inconsistent."))
    }
}

impl ReplyFunction {
    fn of(node: SyntaxNode) -> Result<Self, NotRewritten> {
        let node = ast::Fn::cast(node).ok_or_else(not_alone)?;
        let (Some(name), Some(body)) = (node.name(), node.body()) else {
            return Err(not_alone());
        };
        Ok(Self {
            name: name.text().to_string(),
            node,
            body,
        })
    }

    /// Checks that a helper is a private, safe function without documentation, attributes or other qualifiers.
    fn check_head(&self) -> Result<(), NotRewritten> {
        let node = &self.node;
        let is_plain = node.attrs().next().is_none()
            && node.visibility().is_none()
            && node.abi().is_none()
            && node.unsafe_token().is_none()
            && node.default_token().is_none();
        let is_doc = |token: &ra_ap_syntax::SyntaxToken| {
            let text = token.text();
            ["///", "//!", "/**", "/*!"]
                .iter()
                .any(|start| text.starts_with(start))
        };
        let tokens = node.syntax().descendants_with_tokens();
        let mut comments = tokens
            .filter_map(NodeOrToken::into_token)
            .filter(|token| token.kind() == SyntaxKind::COMMENT);
        if is_plain && !comments.any(|token| is_doc(&token)) {
            return Ok(());
        }
        let name = &self.name;
        Err(NotRewritten::new(format!(
            "The helper `{name}` must be a private function without attributes, documentation, `unsafe` or `extern`."
        )))
    }
}

fn not_alone() -> NotRewritten {
    NotRewritten::new(
        "The reply must consist only of functions: the rewritten one, followed by helpers.",
    )
}
