//! Finds where a file's submodules are, according to the file that declares it.

use std::path::{Path, PathBuf};

use super::read;
use crate::{
    refactorings::FilePlace,
    syntax::{Edition, Presence, tokens},
};

/// Returns the location of a module's file. Unknown if no file beside or above it declares the module, or if one does so with
/// `#[path]`, which changes where submodules are looked for.
pub fn place_of(file: &Path) -> FilePlace<'_> {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    let (Some(stem), Some(folder)) = (stem, file.parent()) else {
        return FilePlace::Unknown;
    };
    match stem {
        "lib" | "main" if !is_declared(stem, folder, file) => FilePlace::Folder,
        "mod" => match (
            folder.file_name().and_then(|it| it.to_str()),
            folder.parent(),
        ) {
            (Some(name), Some(above)) if is_declared(name, above, file) => FilePlace::Folder,
            _ => FilePlace::Unknown,
        },
        _ if is_declared(stem, folder, file) => FilePlace::Beside(stem),
        _ => FilePlace::Unknown,
    }
}

/// Whether a file with submodules in `folder` declares this name, and none does so with `#[path]`.
fn is_declared(name: &str, folder: &Path, except: &Path) -> bool {
    let roots = ["mod.rs", "lib.rs", "main.rs"].map(|root| folder.join(root));
    let declaring = roots.into_iter().chain([folder.with_extension("rs")]);
    let texts = declaring
        .filter(|path| path != except)
        .filter_map(|path| read(&path).ok());
    let declared: Vec<bool> = texts.filter_map(|text| declares(&text, name)).collect();
    !declared.is_empty() && declared.iter().all(|is_plain| *is_plain)
}

/// Whether the module `name` is declared without `#[path]`; `None` if it isn't declared at the top level.
fn declares(text: &str, name: &str) -> Option<bool> {
    let found = declarations(text).into_iter();
    let mut found = found.filter(|module| module.name == name).peekable();
    found.peek()?;
    Some(found.all(|module| module.path.is_none()))
}

/// Whether a file's module is compiled regardless of features and target, as far as the files that declare it and its parent
/// modules show. Conditions on `test` don't count.
pub fn presence_of(file: &Path) -> Presence {
    const DEEPEST: usize = 16;
    let mut file = file.to_path_buf();
    for _ in 0..DEEPEST {
        let Some((parent, module)) = declaration_of(&file) else {
            return Presence::Always;
        };
        if module.is_conditional {
            return Presence::Conditional;
        }
        file = parent;
    }
    Presence::Always
}

/// Returns the file that declares another file's module, and the declaration.
fn declaration_of(file: &Path) -> Option<(PathBuf, Declaration)> {
    let (stem, mut folder) = (file.file_stem()?.to_str()?, file.parent()?);
    let mut name = stem;
    if stem == "mod" {
        (name, folder) = (folder.file_name()?.to_str()?, folder.parent()?);
    }
    let roots = ["mod.rs", "lib.rs", "main.rs"].map(|root| folder.join(root));
    let declaring = roots.into_iter().chain([folder.with_extension("rs")]);
    let mut declaring = declaring.filter(|path| path != file);
    declaring.find_map(|parent| {
        let text = read(&parent).ok()?;
        let mut modules = declarations(&text).into_iter();
        let module = modules.find(|module| match &module.path {
            Some(path) => parent.parent().is_some_and(|it| it.join(path) == file),
            None => module.name == name,
        })?;
        Some((parent, module))
    })
}

/// `mod name;` at the top level of a file.
struct Declaration {
    name: String,
    /// The value of `#[path]`.
    path: Option<String>,
    is_conditional: bool,
}

fn declarations(text: &str) -> Vec<Declaration> {
    if !text.contains("mod ") {
        return Vec::new();
    }
    let tokens = tokens(text, Edition::LATEST).into_iter();
    let words: Vec<&str> = tokens
        .filter(|(kind, _)| !kind.is_trivia())
        .map(|(_, word)| word)
        .collect();
    let (mut depth, mut path, mut is_conditional) = (0_usize, None, false);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match *word {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "path" if words.get(at + 1) == Some(&"=") => {
                let said = words.get(at + 2).copied().unwrap_or_default();
                path = Some(said.trim_matches('"').to_owned());
            }
            "cfg" if is_attribute(&words[..at]) => {
                is_conditional |= words.get(at + 1..at + 4) != Some(&["(", "test", ")"]);
            }
            "mod" if depth == 0 && words.get(at + 2) == Some(&";") => found.push(Declaration {
                name: words[at + 1].trim_start_matches("r#").to_owned(),
                path: path.take(),
                is_conditional,
            }),
            _ => {}
        }
        if matches!(*word, ";" | "}") {
            (path, is_conditional) = (None, false);
        }
    }
    found
}

/// Whether an attribute begins here.
fn is_attribute(before: &[&str]) -> bool {
    matches!(before, [.., "#", "["])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_module_is_declared_plainly_or_by_a_path() {
        for (text, expected) in [
            ("mod a;", Some(true)),
            ("/// x\n#[cfg(test)]\npub(crate) mod r#a;", Some(true)),
            ("#[path = \"b.rs\"]\nmod a;", Some(false)),
            ("#[cfg_attr(unix, path = \"b.rs\")]\nmod a;", Some(false)),
            ("#[path = \"b.rs\"] mod b; mod a;", Some(true)),
            ("mod a { }", None),
            ("mod b { mod a; }", None),
            ("// mod a;", None),
        ] {
            assert_eq!(declares(text, "a"), expected, "{text}");
        }
    }

    #[test]
    fn the_place_follows_from_who_declares_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("src/lib.rs", "mod a;\nmod b;\n#[path = \"d.rs\"]\nmod c;\n");
        write("src/a.rs", "mod e;\n");
        write("src/a/e.rs", "");
        write("src/b/mod.rs", "");
        write("src/d.rs", "");
        write("tests/f.rs", "");
        for (path, expected) in [
            ("src/lib.rs", FilePlace::Folder),
            ("src/a.rs", FilePlace::Beside("a")),
            ("src/a/e.rs", FilePlace::Beside("e")),
            ("src/b/mod.rs", FilePlace::Folder),
            ("src/d.rs", FilePlace::Unknown),
            ("tests/f.rs", FilePlace::Unknown),
        ] {
            assert_eq!(place_of(&root.join(path)), expected, "{path}");
        }
    }

    #[test]
    fn a_module_is_there_under_the_conditions_of_all_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let root = file(
            "lib.rs",
            "//! Words.\n#[cfg(unix)]\nmod unix;\nmod plain;\n#[cfg(test)]\nmod tests;\n\
             #[cfg(windows)]\n#[path = \"win.rs\"]\nmod system;\n#[cfg_attr(a, b)]\nmod other;\n",
        );
        file("unix/mod.rs", "pub mod net;\n");
        file(
            "plain.rs",
            "#[cfg(any(a, b))] pub(crate) mod inner; mod system;\n",
        );
        let expected = [
            ("unix/mod.rs", true),
            ("unix/net.rs", true),
            ("plain.rs", false),
            ("plain/inner.rs", true),
            ("plain/system.rs", false),
            ("tests.rs", false),
            ("win.rs", true),
            ("other.rs", false),
            ("nobodys.rs", false),
        ];
        for (name, is_conditional) in expected {
            let presence = presence_of(&folder.path().join(name));
            assert_eq!(presence == Presence::Conditional, is_conditional, "{name}");
        }
        assert_eq!(presence_of(&root), Presence::Always);
    }
}
