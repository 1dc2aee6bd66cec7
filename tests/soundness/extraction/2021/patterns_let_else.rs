//= extracted
fn second(pair: Option<(u8, Option<u8>)>) -> u8 {
    println!("{pair:?}");
    //{
    let Some((first, second)) = pair else {
        return 0;
    };
    let second = second.unwrap_or(first);
    //}
    first + second
}

fn main() {
    println!(
        "{} {} {}",
        second(None),
        second(Some((1, None))),
        second(Some((1, Some(5))))
    );
}
