use rustassistant_engine::{
    refactorings::{self, Context, Target},
    syntax::{Edition, FileContext, Source},
};
use std::collections::HashSet;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let out = std::env::args().nth(2).unwrap();
    let _ = std::fs::remove_dir_all(&out);
    std::fs::create_dir_all(&out).unwrap();
    for (name, edition) in [
        ("2018", Edition::Edition2018),
        ("2021", Edition::Edition2021),
        ("2024", Edition::Edition2024),
    ] {
        let Ok(read) = std::fs::read_dir(format!("{dir}/{name}")) else {
            continue;
        };
        for f in read.flatten() {
            let text = std::fs::read_to_string(f.path()).unwrap();
            let Ok(source) = Source::parse(
                text.clone(),
                FileContext {
                    edition,
                    ..FileContext::default()
                },
            ) else {
                continue;
            };
            let context = Context::new(&source);
            let mut seen = HashSet::new();
            let stem = f.path().file_stem().unwrap().to_string_lossy().into_owned();
            let mut n = 0;
            for t in context
                .root
                .descendants_with_tokens()
                .filter_map(|e| e.into_token())
            {
                for r in refactorings::all() {
                    if let Ok(o) =
                        refactorings::offer(r, &context, Target::Cursor(t.text_range().start()))
                    {
                        let new = o.change().edits().apply(&text).unwrap();
                        if seen.insert(new.clone()) {
                            n += 1;
                            let path = format!("{out}/{name}__{stem}__{n}.rs");
                            std::fs::write(&path, &new).unwrap();
                            println!(
                                "{name}\t{}\t{path}\t{}\t{:?}",
                                f.path().display(),
                                r.id,
                                o.change().applicability
                            );
                        }
                    }
                }
            }
        }
    }
}
