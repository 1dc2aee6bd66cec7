fn main() {
    use rustassistant::{
        analysis::{Memo, measure},
        syntax::*,
    };
    let mut t = (0.0, 0.0);
    for path in std::env::args().skip(1).filter(|a| a.ends_with(".rs")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let at = std::time::Instant::now();
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        t.0 += at.elapsed().as_secs_f64();
        let at = std::time::Instant::now();
        let report = measure(&source, &Memo::default());
        t.1 += at.elapsed().as_secs_f64();
        if std::env::var("QUIET").is_ok() {
            continue;
        }
        for (offset, item) in &report.items {
            for f in &item.functions {
                let f = f.moved_by(*offset);
                println!(
                    "{path}:{} {} cog={} nest={} lines={} params={}",
                    source.lines.line(f.range.start()) + 1,
                    source.slice(f.name),
                    f.cognitive,
                    f.nesting,
                    f.lines,
                    f.parameters
                );
            }
        }
    }
    eprintln!("parse {:.3} measure {:.3}", t.0, t.1);
}
