//= extracted
fn parse(lines: &[&str]) -> Result<Vec<(String, i32)>, std::num::ParseIntError> {
    lines
        .iter()
        .map(|line| {
            //{
            let (key, value) = line.split_once('=').unwrap_or((line, "0"));
            let value: i32 = value.trim().parse()?;
            //}
            Ok((key.trim().to_string(), value))
        })
        .collect()
}

fn main() {
    println!("{:?}", parse(&["a = 1", "b"]));
    println!("{:?}", parse(&["a = x"]));
}
