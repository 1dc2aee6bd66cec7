//! Takes the documentation of smells and refactorings out of their files, and computes the fingerprint of the engine.

use std::{
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

/// What a report depends on, beside its input. A path without an ending stands for the module's file and folder.
const ENGINE: [&str; 5] = ["text", "syntax", "facts", "shapes", "smells"];
const PARSER: &str = "ra_ap_";

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for kind in ["smells", "refactorings"] {
        let folder = Path::new(kind);
        println!("cargo::rerun-if-changed={}", folder.display());
        fs::write(out.join(format!("{kind}.rs")), documentation(folder)?)?;
    }
    println!("cargo::rustc-env=RUSTASSISTANT_ENGINE={}", fingerprint()?);
    Ok(())
}

/// A slice of the ids and the module comments of the files in a folder, as an expression.
fn documentation(folder: &Path) -> io::Result<String> {
    let mut expression = String::from("&[\n");
    for file in rust_files(folder)? {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let id = stem.replace('_', "-");
        let text = fs::read_to_string(&file)?;
        // `$0` is the cursor in an example, which tests need and readers don't.
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

/// Equal for equal sources on every platform.
fn fingerprint() -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for module in ENGINE {
        println!("cargo::rerun-if-changed={module}.rs");
        // Cargo takes a path that doesn't exist for one that always changes.
        if Path::new(module).is_dir() {
            println!("cargo::rerun-if-changed={module}");
        }
        let mut files = rust_files(Path::new(module))?;
        files.push(Path::new(module).with_extension("rs"));
        for file in files {
            add(
                &mut hasher,
                &path_with_slashes(&file),
                &fs::read_to_string(&file)?,
            );
        }
    }
    println!("cargo::rerun-if-changed=Cargo.toml");
    add(&mut hasher, "parser", &pinned_parser()?);
    Ok(hasher.finalize().to_hex().to_string())
}

/// Each part with its length, so that no two lists of parts give the same bytes.
fn add(hasher: &mut blake3::Hasher, name: &str, text: &str) {
    let text = text.replace("\r\n", "\n");
    for part in [name, text.as_str()] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
}

fn pinned_parser() -> io::Result<String> {
    let manifest = fs::read_to_string("Cargo.toml")?;
    let lines = manifest.lines().map(str::trim);
    let pins: Vec<_> = lines.filter(|line| line.starts_with(PARSER)).collect();
    Ok(pins.join("\n"))
}

fn path_with_slashes(path: &Path) -> String {
    let parts = path.iter().map(|part| part.to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// The Rust files of a folder and its folders, sorted. A folder that doesn't exist has none.
fn rust_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
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
