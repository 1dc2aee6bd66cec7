//= extracted
fn scan(lines: &[&str]) -> Result<Vec<i32>, String> {
    let mut all = Vec::new();
    for line in lines {
        //{
        if line.is_empty() {
            break;
        }
        let Ok(number) = line.parse::<i32>() else {
            return Err(format!("bad {line}"));
        };
        if number < 0 {
            continue;
        }
        //}
        all.push(number);
    }
    Ok(all)
}

fn main() {
    println!("{:?}", scan(&["1", "-2", "3", "", "x"]));
    println!("{:?}", scan(&["1", "x"]));
}
