//= extracted
fn table(rows: &[(String, f64)], width: usize, precision: usize) -> String {
    let mut out = String::new();
    //{
    for (name, value) in rows {
        let line = format!("{name:>width$} {value:.precision$}\n");
        out.push_str(&line);
    }
    //}
    out.push_str("end");
    out
}

fn main() {
    println!(
        "{}",
        table(&[("a".to_owned(), 1.0), ("bb".to_owned(), 2.345)], 4, 2)
    );
}
