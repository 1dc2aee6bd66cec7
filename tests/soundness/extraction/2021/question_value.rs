//= extracted
use std::{collections::HashMap, num::ParseIntError};

fn parse(text: &str) -> Result<HashMap<String, i32>, ParseIntError> {
    let mut map = HashMap::new();
    for pair in text.split(',') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, "0"));
        //{
        let number: i32 = value.trim().parse()?;
        let doubled = number * 2;
        //}
        map.insert(key.to_owned(), doubled);
    }
    Ok(map)
}

fn main() {
    let map = parse("a=1").unwrap();
    println!("{map:?} {}", parse("a=x").is_err());
}
