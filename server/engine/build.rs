//! Extracts the documentation of smells and refactorings from their files, and computes the fingerprint of the engine.

#[path = "build/fingerprint.rs"]
mod fingerprint;
#[path = "build/parser.rs"]
mod parser;

use std::{
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

use fingerprint::{engine_files, fingerprint, rust_files};

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for kind in ["smells", "refactorings"] {
        fs::write(
            out.join(format!("{kind}.rs")),
            documentation(Path::new(kind))?,
        )?;
    }
    let root = Path::new(".");
    for file in engine_files(root)? {
        println!("cargo::rerun-if-changed={}", file.display());
        // A new file is noticed only by watching its folder.
        if let Some(folder) = file.parent().filter(|folder| folder.is_dir()) {
            println!("cargo::rerun-if-changed={}", folder.display());
        }
    }
    for own in ["build.rs", "build", "refactorings"] {
        println!("cargo::rerun-if-changed={own}");
    }
    let fingerprint = fingerprint(root, parser::PARSER)?;
    println!("cargo::rustc-env=RUSTASSISTANT_ENGINE={fingerprint}");
    Ok(())
}

/// A slice of the ids and module comments of the files in a folder, as a Rust expression.
fn documentation(folder: &Path) -> io::Result<String> {
    let mut expression = String::from("&[\n");
    for file in rust_files(folder)? {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let id = stem.replace('_', "-");
        let text = fs::read_to_string(&file)?;
        // `$0` marks the cursor in an example; tests need it, readers don't.
        let text = module_comment(&text).replace("$0", "");
        let _ = writeln!(expression, "    ({id:?}, {text:?}),");
    }
    expression.push(']');
    Ok(expression)
}

fn module_comment(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}
