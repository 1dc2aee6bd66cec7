//! Getters of settings and rows that give whatever is asked of them, beside those that give a `bool`.
use std::collections::HashMap;
use std::str::FromStr;

struct Row(HashMap<&'static str, &'static str>);

impl Row {
    fn get<T: FromStr + Default>(&self, name: &str) -> T {
        self.0
            .get(name)
            .and_then(|word| word.parse().ok())
            .unwrap_or_default()
    }

    fn try_get<T: FromStr>(&self, name: &str) -> Result<T, String> {
        let word = self.0.get(name).ok_or_else(|| format!("no {}", name))?;
        word.parse().map_err(|_| format!("bad {}", name))
    }

    fn is_new(&self) -> bool {
        self.0.is_empty()
    }
}

fn delete(row: &Row) -> Result<u8, String> {
    if row.try_get("locked")? {
        println!("locked");
        return Ok(0);
    } else {
        println!("deleted");
    }
    if !row.is_new() {
        if row.get("archived") {
            println!("archived");
        }
    }
    if row.get("hidden") || row.get("archived") && row.is_new() {
        println!("not shown");
    }
    Ok(1)
}

fn list(rows: &[Row]) {
    for row in rows {
        if row.get("shown") {
            println!("a");
            println!("b");
            println!("c");
        }
    }
    let hidden = rows.iter().filter(|row| {
        if row.get("hidden") {
            println!("hidden");
            true
        } else {
            println!("in sight");
            false
        }
    });
    println!("{}", hidden.count());
}

fn row(pairs: &[(&'static str, &'static str)]) -> Row {
    Row(pairs.iter().cloned().collect())
}

fn main() {
    let rows = [
        row(&[]),
        row(&[("locked", "true"), ("shown", "true")]),
        row(&[("locked", "false"), ("archived", "true"), ("hidden", "x")]),
        row(&[("locked", "1"), ("hidden", "true")]),
    ];
    for row in &rows {
        println!("{:?}", delete(row));
    }
    list(&rows);
}
