//! What a report depends on besides its input: the tokens of the engine, and the parser.
//!
//! Comments, documentation and tests affect no report, so they are excluded. The build script and a test share this file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Modules that affect no report: applying findings, checking rewrites, joining surveys, and the build script.
const LEFT_OUT: [&str; 4] = ["refactorings", "rewriting", "index", "build"];

/// Keywords that may start an item compiled for tests only.
const ITEMS: [&str; 9] = [
    "const", "enum", "fn", "impl", "mod", "static", "struct", "type", "use",
];

/// Hashes the engine in `root`. The result is equal for equal tokens on every platform, regardless of line endings.
pub(crate) fn fingerprint(root: &Path, parser: &str) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    add(&mut hasher, "parser");
    add(&mut hasher, parser);
    for file in engine_files(root)? {
        let text = fs::read_to_string(root.join(&file))?;
        let tokens = tokens(&text).map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} can't be lexed: {error}", file.display()),
            )
        })?;
        add(&mut hasher, &path_with_slashes(&file));
        for token in &tokens {
            add(&mut hasher, token);
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// The files that are hashed, relative to `root` and sorted.
pub(crate) fn engine_files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let files = rust_files(root)?.into_iter();
    let files = files.filter_map(|file| file.strip_prefix(root).ok().map(Path::to_path_buf));
    Ok(files.filter(|file| counts(file)).collect())
}

/// The Rust files in a folder and its subfolders, sorted. A missing folder has none.
pub(crate) fn rust_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files.sort_by_key(|path| path_with_slashes(path));
    Ok(files)
}

fn counts(file: &Path) -> bool {
    let first = file.iter().next().map_or(file, Path::new);
    let first = first.with_extension("");
    let is_left_out = LEFT_OUT.iter().any(|name| first == Path::new(name));
    let mut parts = file.iter().map(|part| Path::new(part).with_extension(""));
    let is_test = parts.any(|part| part == Path::new("tests") || part == Path::new("fixture"));
    !is_left_out && !is_test && first != Path::new("target")
}

/// The tokens of a source text, without comments, documentation and test-only code.
fn tokens(text: &str) -> Result<Vec<String>, proc_macro2::LexError> {
    let stream: TokenStream = text.replace("\r\n", "\n").parse()?;
    let mut words = Vec::new();
    flatten(stream, &mut words);
    Ok(words)
}

fn flatten(stream: TokenStream, words: &mut Vec<String>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        if let Some(attribute) = attribute(&trees[at..]) {
            let end = attribute.is_test.then(|| end_of_item(&trees, at));
            if let Some(end) = end.flatten() {
                at = end;
                continue;
            }
            if attribute.is_documentation {
                at += attribute.length;
                continue;
            }
        }
        match &trees[at] {
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                words.push(open.to_owned());
                flatten(group.stream(), words);
                words.push(close.to_owned());
            }
            // `&&` is a different token than two separate `&`.
            TokenTree::Punct(mark) if mark.spacing() == Spacing::Joint => {
                words.push(format!("{mark}+"));
            }
            other => words.push(other.to_string()),
        }
        at += 1;
    }
}

struct Attribute {
    /// Number of token trees in the attribute.
    length: usize,
    is_test: bool,
    is_documentation: bool,
}

/// The attribute at the start of the trees.
fn attribute(trees: &[TokenTree]) -> Option<Attribute> {
    let is_punct = |at: usize, wanted: char| matches!(trees.get(at), Some(TokenTree::Punct(found)) if found.as_char() == wanted);
    if !is_punct(0, '#') {
        return None;
    }
    let is_inner = is_punct(1, '!');
    let length = if is_inner { 3 } else { 2 };
    let Some(TokenTree::Group(group)) = trees.get(length - 1) else {
        return None;
    };
    if group.delimiter() != Delimiter::Bracket {
        return None;
    }
    let words: Vec<String> = group
        .stream()
        .into_iter()
        .map(|tree| tree.to_string())
        .collect();
    Some(Attribute {
        length,
        is_test: !is_inner && words.concat().replace(' ', "") == "cfg(test)",
        is_documentation: words.len() == 3 && words[0] == "doc" && words[1] == "=",
    })
}

/// The end of the item at `at` with all its attributes: after its `;`, or after its first block. Anything that isn't an item,
/// such as a field, is kept, as its end is uncertain.
fn end_of_item(trees: &[TokenTree], mut at: usize) -> Option<usize> {
    while let Some(attribute) = attribute(&trees[at..]) {
        at += attribute.length;
    }
    let mut words = trees[at..].iter().filter_map(|tree| match tree {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    let keyword = words.find(|word| word != "pub")?;
    if !ITEMS.contains(&keyword.as_str()) {
        return None;
    }
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Punct(mark) => mark.as_char() == ';',
        // A `use` may contain a group before its semicolon.
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && keyword != "use",
        _ => false,
    };
    let length = trees[at..].iter().position(ends)?;
    Some(at + length + 1)
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// Includes the length, so that different lists of parts never produce the same bytes.
fn add(hasher: &mut blake3::Hasher, part: &str) {
    hasher.update(&(part.len() as u64).to_le_bytes());
    hasher.update(part.as_bytes());
}

fn path_with_slashes(path: &Path) -> String {
    let parts = path.iter().map(|part| part.to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}
