//! A function that was rewritten externally: the conditions that are checked before it is compiled.
//!
//! The reply isn't trusted. Only the function's body and its helpers are taken from it: the header, the attributes and the
//! documentation stay as they are in the file. The new body is compared with the old one token by token. All effects outside of
//! the function have to stay, and only names that the function uses already, variables, and side-effect-free names of the
//! standard library may be added.

mod arrivals;
mod context;
mod known;
mod panics;
mod reply;
mod staying;
mod usage;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use crate::{
    syntax::{LineEnding, Source, is_generated, layout, tokens},
    text::{Edit, Edits, TextRange, TextSize},
};

pub use context::Needs;
use reply::Reply;
use usage::Usage;

/// Maximum length of a function to rewrite, in bytes.
const LONGEST: usize = 1 << 15;

/// The reason why nothing is rewritten, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRewritten(String);

impl NotRewritten {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// The location of a function's helpers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelperHome {
    /// After the function, in its module.
    Module,
    /// After the function, in its `impl`.
    Impl,
    /// After the trait or trait `impl` that contains the function.
    Outside,
}

/// A function that may be rewritten.
pub struct Rewritable<'a> {
    source: &'a Source,
    function: ast::Fn,
    /// From the signature to the end of the body.
    range: TextRange,
    body: TextRange,
    home: HelperHome,
}

/// An accepted reply, as the file's new source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    pub text: String,
    /// The names of the new helper functions.
    pub helpers: Vec<String>,
    /// Strings, characters and duplicate comments that are missing from the reply.
    pub gone: Vec<String>,
}

impl<'a> Rewritable<'a> {
    /// Returns the function with this name and range, unless no rewrite of it could be verified.
    pub fn new(
        source: &'a Source,
        name: TextRange,
        range: TextRange,
    ) -> Result<Self, NotRewritten> {
        let root = source.root();
        if is_generated(&root) {
            return Err(NotRewritten::new(
                "The file is generated, so changes to it would be lost.",
            ));
        }
        if source.tree.has_errors() {
            return Err(NotRewritten::new("The file has syntax errors."));
        }
        if LineEnding::of(&source.text).is_none() {
            return Err(NotRewritten::new(
                "The file has mixed line endings, which no edit could keep.",
            ));
        }
        let missing = || NotRewritten::new("There is no function here.");
        let element = root.covering_element(name);
        let mut around = element.ancestors().filter_map(ast::Fn::cast);
        let is_it = |function: &ast::Fn| {
            let own = function.name().map(|name| name.syntax().text_range());
            own == Some(name)
        };
        let function = around.find(is_it).ok_or_else(missing)?;
        let body = function.body().ok_or_else(missing)?;
        let rewritable = Self {
            source,
            range,
            body: body.syntax().text_range(),
            home: home(function.syntax()),
            function,
        };
        rewritable.check()?;
        Ok(rewritable)
    }

    /// Rejects code that can't be verified on this machine, or not at all.
    fn check(&self) -> Result<(), NotRewritten> {
        let code = self.source.slice(self.range);
        if code.len() > LONGEST {
            return Err(NotRewritten::new("The function is too long to rewrite."));
        }
        let is_word = |word: &str| {
            let mut tokens = tokens(code, self.source.context.edition).into_iter();
            tokens.any(|(_, text)| text == word)
        };
        if is_word("unsafe") {
            return Err(NotRewritten::new("The function contains unsafe code."));
        }
        if is_word("cfg") || is_word("cfg_attr") {
            return Err(NotRewritten::new(
                "The function uses `cfg`, so part of it isn't compiled here.",
            ));
        }
        Ok(())
    }

    /// The function as it is sent: from its signature to its end, without its indentation.
    pub fn text(&self) -> Result<String, NotRewritten> {
        let (text, start) = (&self.source.text, self.range.start());
        let indent = layout::indentation(text, start);
        let edition = self.source.context.edition;
        let moved = layout::moved(text, self.range, edition, indent, "");
        let moved = moved.ok_or_else(|| {
            NotRewritten::new("Some lines of the function are indented less than its first line.")
        })?;
        Ok(moved.replace("\r\n", "\n"))
    }

    /// The names whose declarations are needed as context.
    pub fn needs(&self) -> Needs {
        let code = self.source.slice(self.range);
        let usage = Usage::of([code], self.source.context.edition);
        let mut called = usage.calls;
        called.extend(usage.methods);
        called.extend(usage.pairs.into_iter().map(|(_, name)| name));
        let is_own = |name: &String| !known::is_of_std(name);
        let types = usage
            .names
            .into_iter()
            .filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()) && is_own(name));
        Needs {
            called: called.into_iter().filter(is_own).collect(),
            types: types.collect(),
        }
    }

    pub fn home(&self) -> HelperHome {
        self.home
    }

    /// Returns the source text with a reply in place of the function. `is_free` tests whether a helper's name is available.
    pub fn rewritten(
        &self,
        reply: &str,
        is_free: &dyn Fn(&str) -> bool,
    ) -> Result<Rewritten, NotRewritten> {
        let code = self.text()?;
        let reply = reply.replace("\r\n", "\n");
        let edition = self.source.context.edition;
        reply::check_characters(&reply, &code)?;
        let reply = Reply::parse(&reply, self.source.context)?;
        reply.check_head(&self.head())?;
        reply.check_helpers(is_free)?;
        let body = self.source.slice(self.body).replace("\r\n", "\n");
        let old = Usage::of([&*body], edition);
        let new = Usage::of(reply.parts(), edition);
        staying::check(&self.function, &old, &new)?;
        let gone = old.gone_in(&new);
        arrivals::check(
            &self.function,
            &old.with_head(self.head_usage()),
            &new,
            &reply,
        )?;
        panics::check(self.function.syntax(), &reply)?;
        Ok(Rewritten {
            text: self.written(&reply)?,
            helpers: reply.helpers(),
            gone,
        })
    }

    /// The tokens of the header, including comments.
    fn head(&self) -> Vec<String> {
        let head = TextRange::new(self.range.start(), self.body.start());
        reply::head_words(self.source.slice(head), self.source.context.edition)
    }

    /// The names in the header except for the function's own, as a body that didn't call itself must not start to.
    fn head_usage(&self) -> Usage {
        let head = TextRange::new(self.range.start(), self.body.start());
        let mut usage = Usage::of([self.source.slice(head)], self.source.context.edition);
        if let Some(name) = self.function.name() {
            usage.forget(name.text());
        }
        usage
    }

    fn written(&self, reply: &Reply) -> Result<String, NotRewritten> {
        let text = &self.source.text;
        let indent = layout::indentation(text, self.range.start());
        let ending = layout::first_line_ending(text);
        let with_endings = |code: String| code.replace('\n', ending);
        let mut body = reply.body(indent)?;
        let (place, outer) = self.place_of_helpers(indent);
        let helpers = reply.helpers_in_words(outer)?;
        let mut edits = Vec::new();
        if place == self.body.end() {
            body.push_str(&helpers);
        } else if !helpers.is_empty() {
            edits.push(Edit::insert(place, with_endings(helpers)));
        }
        edits.push(Edit::replace(self.body, with_endings(body)));
        let text = Edits::new(edits).ok().and_then(|edits| edits.apply(text));
        text.ok_or_else(|| NotRewritten::new("The reply doesn't fit in the file."))
    }

    /// The offset and the indentation for helpers.
    fn place_of_helpers<'s>(&'s self, indent: &'s str) -> (TextSize, &'s str) {
        if self.home != HelperHome::Outside {
            return (self.body.end(), indent);
        }
        let block = owner(self.function.syntax());
        let range = block.map_or(self.body, |it| it.text_range());
        let indent = layout::indentation(&self.source.text, range.end());
        (range.end(), indent)
    }
}

fn owner(function: &SyntaxNode) -> Option<SyntaxNode> {
    let list = function.parent()?;
    list.parent()
        .filter(|it| matches!(it.kind(), SyntaxKind::IMPL | SyntaxKind::TRAIT))
}

fn home(function: &SyntaxNode) -> HelperHome {
    match owner(function) {
        None => HelperHome::Module,
        Some(block) => match ast::Impl::cast(block) {
            Some(block) if block.trait_().is_none() => HelperHome::Impl,
            _ => HelperHome::Outside,
        },
    }
}

#[cfg(test)]
mod tests;
