//! Where the files of a file's modules lie, as far as the file that declares it says.

use std::path::Path;

use super::read;
use crate::{
    refactorings::FilePlace,
    syntax::{Edition, tokens},
};

/// The place of a module's file. Unknown where no file beside or above it declares the module, or where one does so with
/// `#[path]`, which changes where the module's own modules are looked for.
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

/// Whether a file whose modules lie in `folder` declares one of this name, and none does so with `#[path]`.
fn is_declared(name: &str, folder: &Path, except: &Path) -> bool {
    let roots = ["mod.rs", "lib.rs", "main.rs"].map(|root| folder.join(root));
    let declaring = roots.into_iter().chain([folder.with_extension("rs")]);
    let texts = declaring
        .filter(|path| path != except)
        .filter_map(|path| read(&path).ok());
    let declared: Vec<bool> = texts.filter_map(|text| declares(&text, name)).collect();
    !declared.is_empty() && declared.iter().all(|is_plain| *is_plain)
}

/// Whether the module `name` is declared without `#[path]`; nothing if it isn't declared at the top of the text.
fn declares(text: &str, name: &str) -> Option<bool> {
    let tokens = tokens(text, Edition::LATEST).into_iter();
    let words: Vec<&str> = tokens
        .filter(|(kind, _)| !kind.is_trivia())
        .map(|(_, word)| word)
        .collect();
    let (mut depth, mut has_path, mut found) = (0_usize, false, None);
    for (at, word) in words.iter().enumerate() {
        match *word {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "path" if words.get(at + 1) == Some(&"=") => has_path = true,
            "mod" if depth == 0 && words.get(at + 2) == Some(&";") => {
                let is_it = words[at + 1].trim_start_matches("r#") == name;
                if is_it {
                    found = Some(found.unwrap_or(true) && !has_path);
                }
            }
            _ => {}
        }
        if matches!(*word, ";" | "}") {
            has_path = false;
        }
    }
    found
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
}
