//= extracted
fn odds(limit: u32) -> impl Iterator<Item = u32> {
    println!("{limit}");
    //{
    let start = limit / 2;
    let end = limit + 1;
    (start..end).filter(|it| it % 2 == 1)
    //}
}

fn main() {
    println!("{:?}", odds(9).collect::<Vec<_>>());
}
