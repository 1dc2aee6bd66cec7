//= extracted
fn total(words: &[&str]) -> i64 {
    let mut total = 0;
    for (at, word) in words.iter().enumerate() {
        //{
        let Ok(number) = word.parse::<i64>() else {
            println!("{at}: not a number");
            continue;
        };
        let weighted = number * (at as i64 + 1);
        //}
        total += weighted;
        println!("{number}");
    }
    total
}

fn main() {
    println!("{}", total(&["1", "x", "3"]));
}
