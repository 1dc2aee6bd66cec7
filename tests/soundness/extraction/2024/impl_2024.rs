//= extracted
fn words(text: &str, least: usize) -> impl Iterator<Item = &str> {
    println!("{least}");
    //{
    let all = text.split(' ');
    all.filter(move |it| it.len() >= least)
    //}
}

fn main() {
    println!("{:?}", words("a bc def", 2).collect::<Vec<_>>());
}
