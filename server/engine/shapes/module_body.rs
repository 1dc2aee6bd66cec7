//! An inline module whose body can move to a file of its own: nothing in it depends on the current file, and its lines can be
//! moved unchanged.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasAttrs, HasModuleItem, HasName},
};

use crate::{
    syntax::{Hazard, Refusal, Rewrite, Source, attributes, layout, types_shown::Ground},
    text::TextRange,
};

/// A module that can move, with its body.
pub struct InlineModule {
    /// The module's name, without a raw identifier's `r#`.
    pub name: String,
    /// The names of the enclosing modules, outermost first.
    pub outer: Vec<String>,
    /// The range that becomes a semicolon.
    pub braces: TextRange,
    /// Whether all macros in it are known not to depend on their location.
    pub ground: Ground,
    inside: TextRange,
    indent: String,
}

impl InlineModule {
    /// Returns the module if it can move. `is_kept` decides whether an attribute of the module, without whitespace, means the
    /// same on a module in a file.
    pub fn of(
        module: &ast::Module,
        source: &Source,
        is_kept: fn(&str) -> bool,
    ) -> Result<Self, Refusal> {
        let list = module.item_list().ok_or(Refusal::NotHere)?;
        let name = module.name().ok_or(Refusal::NotHere)?;
        check_head(module, is_kept)?;
        let outer = modules_around(module)?;
        check_body(&list)?;
        let ground = check_macros(&list)?;
        let range = module.syntax().text_range();
        let (inside, indent) = lines_inside(&list, source)?;
        Ok(Self {
            braces: TextRange::new(name.syntax().text_range().end(), range.end()),
            name: bare(name.text()).to_owned(),
            outer,
            ground,
            inside,
            indent: indent.to_owned(),
        })
    }

    /// Writes the body as a file.
    pub fn written<'a>(&self, source: &'a Source) -> Result<Rewrite<'a>, Refusal> {
        let (text, edition) = (&*source.text, source.context.edition);
        let moved = layout::moved(text, self.inside, edition, &self.indent, "");
        let part = Rewrite::part(text).keep_as(self.inside, &moved.ok_or_else(odd_layout)?);
        Ok(part.text(layout::first_line_ending(text)))
    }
}

fn bare(name: &str) -> &str {
    name.trim_start_matches("r#")
}

/// The names of the enclosing modules. A module in a block has no directory.
fn modules_around(module: &ast::Module) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    for node in module.syntax().ancestors().skip(1) {
        match node.kind() {
            SyntaxKind::SOURCE_FILE | SyntaxKind::ITEM_LIST => {}
            SyntaxKind::MODULE => {
                let around = ast::Module::cast(node).ok_or(Refusal::NotHere)?;
                let is_elsewhere = |it: ast::Attr| !is_of_module(&attributes::bare(&it));
                if around.attrs().any(is_elsewhere) {
                    return Err(elsewhere());
                }
                let name = around.name().ok_or(Refusal::NotHere)?;
                names.push(bare(name.text()).to_owned());
            }
            _ => return Err(elsewhere()),
        }
    }
    names.reverse();
    Ok(names)
}

/// Whether an attribute affects neither the location of the module's files nor its contents.
pub fn is_of_module(bare: &str) -> bool {
    is_of_lints(bare) || matches!(attributes::name(bare), "cfg" | "deprecated" | "macro_use")
}

fn elsewhere() -> Refusal {
    Refusal::because(
        Hazard::References,
        "The code around the module may put its files elsewhere.",
    )
}

fn check_head(module: &ast::Module, is_kept: fn(&str) -> bool) -> Result<(), Refusal> {
    if !module.attrs().all(|it| is_kept(&attributes::bare(&it))) {
        return Err(Refusal::because(
            Hazard::References,
            "An attribute of the module may set its file path or read its content.",
        ));
    }
    let name = module.name().map(|it| it.text().is_ascii());
    if name != Some(true) {
        return Err(Refusal::because(
            Hazard::References,
            "A module with this name can't have its own file.",
        ));
    }
    let head = module
        .syntax()
        .children_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let mut head = head.skip_while(|token| token.kind() != SyntaxKind::MOD_KW);
    if head.any(|token| token.kind() == SyntaxKind::COMMENT) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment next to the module name would be lost.",
        ));
    }
    Ok(())
}

fn check_body(list: &ast::ItemList) -> Result<(), Refusal> {
    let has_files = list
        .syntax()
        .descendants()
        .filter_map(ast::Module::cast)
        .any(|module| {
            let has_path = module
                .attrs()
                .any(|it| attributes::bare(&it).contains("path="));
            module.item_list().is_none() || has_path
        });
    if has_files {
        return Err(Refusal::because(
            Hazard::References,
            "The module has submodules in files, whose paths would change.",
        ));
    }
    let is_lint = |attribute: &ast::Attr| is_of_lints(&attributes::bare(attribute));
    if !list.attrs().all(|it| is_lint(&it)) {
        return Err(Refusal::because(
            Hazard::Edition,
            "An attribute inside the module may not be allowed at the top of a file.",
        ));
    }
    Ok(())
}

/// Whether an attribute only concerns lints or documentation.
pub fn is_of_lints(bare: &str) -> bool {
    matches!(
        attributes::name(bare),
        "allow" | "expect" | "deny" | "warn" | "doc"
    )
}

/// Checks that nothing depends on the current file: no macro call in the module, and no macro of the file that the module may
/// call.
fn check_macros(list: &ast::ItemList) -> Result<Ground, Refusal> {
    let root = list.syntax().tree_top();
    let macros = root
        .descendants()
        .filter(|it| it.kind() == SyntaxKind::MACRO_RULES);
    let called: Vec<String> = called_in(list.syntax()).collect();
    let mut defined = macros.flat_map(|rules| called_in(&rules).collect::<Vec<_>>());
    if called.iter().any(|name| is_of_file(name)) || defined.any(|name| is_of_file(&name)) {
        return Err(Refusal::because(
            Hazard::References,
            "A macro in the module depends on its file.",
        ));
    }
    let is_known = called.iter().all(|name| KNOWN.contains(&name.as_str()));
    Ok(if is_known {
        Ground::Shown
    } else {
        Ground::Likely
    })
}

/// The names followed by a `!`, in macro input too.
fn called_in(node: &SyntaxNode) -> impl Iterator<Item = String> {
    let tokens = node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let names = tokens.filter(|token| token.kind() == SyntaxKind::IDENT && is_called(token));
    names.map(|token| token.text().to_owned())
}

fn is_called(name: &SyntaxToken) -> bool {
    let mut next = std::iter::successors(name.next_token(), SyntaxToken::next_token);
    next.find(|token| !token.kind().is_trivia())
        .is_some_and(|token| token.kind() == SyntaxKind::BANG)
        && next
            .next()
            .is_none_or(|token| token.kind() != SyntaxKind::EQ)
}

/// Macros whose result depends on the current file, and those that store snapshots next to it.
fn is_of_file(name: &str) -> bool {
    const OF_FILE: [&str; 6] = [
        "column",
        "file",
        "include",
        "include_bytes",
        "include_str",
        "line",
    ];
    OF_FILE.contains(&name) || name.contains("snapshot") || name.ends_with("_file")
}

/// Macros of the standard library that don't depend on their location.
const KNOWN: [&str; 25] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "concat",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "macro_rules",
    "matches",
    "module_path",
    "panic",
    "print",
    "println",
    "stringify",
    "thread_local",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// The lines between the braces, and their indentation.
fn lines_inside<'a>(
    list: &ast::ItemList,
    source: &'a Source,
) -> Result<(TextRange, &'a str), Refusal> {
    let (open, close) = (list.l_curly_token(), list.r_curly_token());
    let (Some(open), Some(close)) = (open, close) else {
        return Err(Refusal::NotHere);
    };
    let inside = TextRange::new(open.text_range().end(), close.text_range().start());
    let code = source.slice(inside);
    let (first, _) = code.split_once('\n').ok_or_else(odd_layout)?;
    let lead = code.len() - code.trim_start().len();
    let trail = code.trim_end().len();
    if !first.trim().is_empty() || trail <= lead || list.items().next().is_none() {
        return Err(odd_layout());
    }
    let size = |at: usize| crate::text::len(&code[..at]);
    let start = inside.start() + size(lead);
    if has_long_comment(list) {
        return Err(Refusal::because(
            Hazard::Text,
            "A block comment is indented with the module and can't be moved with it.",
        ));
    }
    let indent = layout::indentation(&source.text, start);
    Ok((TextRange::new(start, inside.start() + size(trail)), indent))
}

/// Whether there is a block comment of several lines, whose layout depends on its indentation.
fn has_long_comment(list: &ast::ItemList) -> bool {
    let tokens = list
        .syntax()
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let mut comments = tokens.filter(|token| token.kind() == SyntaxKind::COMMENT);
    comments.any(|comment| comment.text().trim_end().contains('\n'))
}

fn odd_layout() -> Refusal {
    Refusal::because(
        Hazard::Text,
        "The lines of the module are indented inconsistently, so they can't be moved as they are.",
    )
}
