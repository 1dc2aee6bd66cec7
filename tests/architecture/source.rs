//! A source file as tokens, and the names in its paths, macros and conditions.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ra_ap_syntax::{
    AstNode, Edition, SourceFile, SyntaxElement, SyntaxKind, SyntaxToken, T,
    ast::{self, HasName},
};
use walkdir::WalkDir;

use crate::{CRATES, SYSTEMS};

pub(crate) struct Source {
    pub(crate) path: String,
    /// The top-level module that contains the file.
    pub(crate) module: String,
    /// The module path of the file, from the crate root.
    pub(crate) modules: Vec<String>,
    pub(crate) text: String,
    tokens: Vec<SyntaxToken>,
}

pub(crate) struct Used {
    pub(crate) name: String,
    pub(crate) line: usize,
}

pub(crate) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = WalkDir::new(root.join("server"))
        .sort_by_file_name()
        .into_iter();
    let files = files.map(|entry| entry.expect("the sources can be read").into_path());
    let rust = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.map(|path: PathBuf| {
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        let relative = path.strip_prefix(root).expect("below the root");
        source(&relative.to_string_lossy().replace('\\', "/"), &text)
    })
    .collect()
}

pub(crate) fn source(path: &str, text: &str) -> Source {
    let inner = path
        .trim_start_matches("server/")
        .trim_start_matches("engine/");
    let inner = inner.trim_end_matches("/lib.rs").trim_end_matches(".rs");
    let modules: Vec<String> = inner.split('/').map(str::to_owned).collect();
    let tree = SourceFile::parse(text, Edition::Edition2024).tree();
    let tokens = tree
        .syntax()
        .descendants_with_tokens()
        .filter_map(SyntaxElement::into_token);
    Source {
        path: path.to_owned(),
        module: modules[0].clone(),
        tokens: tokens.filter(|token| !token.kind().is_trivia()).collect(),
        modules,
        text: text.to_owned(),
    }
}

impl Source {
    pub(crate) fn used_modules(&self) -> Vec<Used> {
        let mut used = Vec::new();
        for at in 0..self.tokens.len() {
            let starts_path = at == 0 || !self.is_path_separator(at - 1);
            if !starts_path {
                continue;
            }
            match self.tokens[at].kind() {
                T![crate] => self.collect(at + 1, &mut used),
                T![super] => self.collect_above(at, &mut used),
                _ => {}
            }
        }
        used
    }

    /// All paths in non-test code that start with `crate`, `self` or `super`, resolved from the crate root.
    pub(crate) fn used_paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        for at in 0..self.tokens.len() {
            let starts_path = at == 0 || !self.is_path_separator(at - 1);
            let is_root = matches!(self.tokens[at].kind(), T![crate] | T![self] | T![super]);
            if !starts_path || !is_root || !self.is_in_product(at) {
                continue;
            }
            let mut base = match self.tokens[at].kind() {
                T![crate] if CRATES.contains(&self.module.as_str()) => vec![self.module.clone()],
                T![crate] => Vec::new(),
                T![self] => self.modules_around(at),
                T![super] => {
                    let mut around = self.modules_around(at);
                    around.pop();
                    around
                }
                _ => continue,
            };
            let mut last = at;
            while let Some(next) = self.after_separator(last + 1) {
                if self.tokens[next].kind() != T![super] {
                    self.collect_paths(next, &base, &mut paths);
                    break;
                }
                base.pop();
                last = next;
            }
        }
        paths
    }

    /// Collects the paths that continue at a token. Returns the token after them.
    fn collect_paths(&self, at: usize, base: &[String], paths: &mut Vec<Vec<String>>) -> usize {
        if self.tokens[at].kind() != T!['{'] {
            let mut path = base.to_vec();
            path.push(self.tokens[at].text().to_owned());
            let Some(next) = self.after_separator(at + 1) else {
                paths.push(path);
                return at + 1;
            };
            return self.collect_paths(next, &path, paths);
        }
        let mut at = at + 1;
        while at < self.tokens.len() && self.tokens[at].kind() != T!['}'] {
            at = self.collect_paths(at, base, paths);
            // Skips commas, and the new names in renames.
            while at < self.tokens.len() && !matches!(self.tokens[at].kind(), T![,] | T!['}']) {
                at += 1;
            }
            if at < self.tokens.len() && self.tokens[at].kind() == T![,] {
                at += 1;
            }
        }
        at + 1
    }

    /// The module path of a token, including inline modules.
    fn modules_around(&self, at: usize) -> Vec<String> {
        let inline = self.tokens[at]
            .parent_ancestors()
            .filter_map(ast::Module::cast);
        let inline = inline.filter(|module| module.item_list().is_some());
        let mut names: Vec<String> = inline
            .filter_map(|module| Some(module.name()?.text().to_string()))
            .collect();
        names.reverse();
        [self.modules.clone(), names].concat()
    }

    /// Collects the names after `crate` or its equivalent: a single one, or those in a group.
    fn collect(&self, at: usize, used: &mut Vec<Used>) {
        let Some(next) = self.after_separator(at) else {
            return;
        };
        if self.tokens[next].kind() != T!['{'] {
            used.push(self.used(next));
            return;
        }
        let mut depth = 0_usize;
        for at in next..self.tokens.len() {
            match self.tokens[at].kind() {
                T!['{'] => depth += 1,
                T!['}'] if depth == 1 => return,
                T!['}'] => depth -= 1,
                _ => {}
            }
            let opens_entry = matches!(self.tokens[at].kind(), T!['{'] | T![,]);
            if depth == 1 && opens_entry && self.is_name(at + 1) {
                used.push(self.used(at + 1));
            }
        }
    }

    /// A path of `super`s counts if it leads to the crate's root.
    fn collect_above(&self, at: usize, used: &mut Vec<Used>) {
        let mut last = at;
        let mut steps = 1;
        while let Some(next) = self.after_separator(last + 1) {
            if self.tokens[next].kind() != T![super] {
                break;
            }
            last = next;
            steps += 1;
        }
        let inline = self.tokens[at]
            .parent_ancestors()
            .filter_map(ast::Module::cast);
        let inline = inline.filter(|module| module.item_list().is_some()).count();
        if steps == self.modules.len() + inline {
            self.collect(last + 1, used);
        }
    }

    pub(crate) fn lines_with_path(&self, path: &str) -> Vec<usize> {
        let names: Vec<&str> = path.split("::").collect();
        let mut lines = Vec::new();
        for at in 0..self.tokens.len() {
            let starts_path = at == 0 || !self.is_path_separator(at - 1);
            if starts_path && self.is_in_product(at) && self.has_names(at, &names) {
                lines.push(self.line(at));
            }
        }
        lines
    }

    fn has_names(&self, at: usize, names: &[&str]) -> bool {
        if self.tokens[at].text() != names[0] || !is_used_as_path(&self.tokens, at, names) {
            return false;
        }
        let Some(second) = names.get(1) else {
            return true;
        };
        let mut found = Vec::new();
        self.collect(at + 1, &mut found);
        found.iter().any(|used| used.name == *second)
    }

    pub(crate) fn lines_with_macro(&self, names: &[&str]) -> Vec<usize> {
        let is_call = |at: usize| {
            names.contains(&self.tokens[at].text())
                && self
                    .tokens
                    .get(at + 1)
                    .is_some_and(|next| next.kind() == T![!])
        };
        let calls = (0..self.tokens.len()).filter(|at| is_call(*at) && self.is_in_product(*at));
        calls.map(|at| self.line(at)).collect()
    }

    /// Lines with a `cfg` attribute or macro that names a platform or a family of platforms.
    pub(crate) fn lines_that_ask_for_the_system(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        for at in 0..self.tokens.len() {
            let names_system = self.inside_cfg(at).is_some_and(|inside| {
                let mut names = inside.iter().map(SyntaxToken::text);
                names.any(|name| SYSTEMS.contains(&name))
            });
            if names_system && self.is_in_product(at) {
                lines.push(self.line(at));
            }
        }
        lines
    }

    /// The names of the structs, enums and traits in non-test code.
    pub(crate) fn declared_types(&self) -> Vec<String> {
        let is_head =
            |at: &usize| matches!(self.tokens[*at].kind(), T![struct] | T![enum] | T![trait]);
        let heads = (0..self.tokens.len()).filter(is_head);
        let names = heads.filter(|at| self.is_name(at + 1) && self.is_in_product(*at));
        names
            .map(|at| self.tokens[at + 1].text().to_owned())
            .collect()
    }

    /// Lines that name the types for starting programs, from the standard library or tokio.
    pub(crate) fn lines_that_start_programs(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        for at in 0..self.tokens.len() {
            if self.tokens[at].text() != "process" || !self.is_in_product(at) {
                continue;
            }
            let mut found = Vec::new();
            self.collect(at + 1, &mut found);
            lines.extend(
                found
                    .iter()
                    .filter(|used| used.name == "Command")
                    .map(|used| used.line),
            );
        }
        lines
    }

    /// The tokens after a `cfg`, up to its closing parenthesis.
    fn inside_cfg(&self, at: usize) -> Option<&[SyntaxToken]> {
        let text = |at: usize| self.tokens.get(at).map(SyntaxToken::text);
        let is_field = at > 0 && text(at - 1) == Some(".");
        if is_field || !matches!(text(at), Some("cfg" | "cfg_attr")) {
            return None;
        }
        let open = if text(at + 1) == Some("!") {
            at + 2
        } else {
            at + 1
        };
        if text(open) != Some("(") {
            return None;
        }
        let mut depth = 0_usize;
        let rest = &self.tokens[open..];
        let length = rest.iter().position(|token| {
            match token.kind() {
                T!['('] => depth += 1,
                T![')'] => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        Some(&rest[..length?])
    }

    /// Unit tests may read files and clocks.
    fn is_in_product(&self, at: usize) -> bool {
        let modules = self.tokens[at]
            .parent_ancestors()
            .filter_map(ast::Module::cast);
        modules
            .filter_map(|module| module.name())
            .all(|name| name.text() != "tests")
            && !self.path.ends_with("/tests.rs")
            && !self.path.contains("/tests/")
    }

    fn used(&self, at: usize) -> Used {
        Used {
            name: self.tokens[at].text().to_owned(),
            line: self.line(at),
        }
    }

    fn line(&self, at: usize) -> usize {
        let end = usize::from(self.tokens[at].text_range().start());
        self.text[..end].matches('\n').count() + 1
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.kind() == SyntaxKind::IDENT)
    }

    /// The index after `::`, which is two colons in macro input.
    fn after_separator(&self, at: usize) -> Option<usize> {
        let next = match self.tokens.get(at)?.kind() {
            T![::] => at + 1,
            T![:] if self.tokens.get(at + 1)?.kind() == T![:] => at + 2,
            _ => return None,
        };
        (next < self.tokens.len()).then_some(next)
    }

    fn is_path_separator(&self, at: usize) -> bool {
        match self.tokens[at].kind() {
            T![::] => true,
            T![:] => at > 0 && self.tokens[at - 1].kind() == T![:],
            _ => false,
        }
    }
}

/// Whether the name starts a path or is the subject of a `use`, rather than a field or variable with that name.
fn is_used_as_path(tokens: &[SyntaxToken], at: usize, names: &[&str]) -> bool {
    let next = tokens.get(at + 1).map(SyntaxToken::kind);
    let leads_on = matches!(next, Some(T![::]))
        || (next == Some(T![:])
            && tokens
                .get(at + 2)
                .is_some_and(|token| token.kind() == T![:]));
    let is_used = at > 0 && tokens[at - 1].kind() == T![use];
    leads_on || (names.len() == 1 && is_used)
}
