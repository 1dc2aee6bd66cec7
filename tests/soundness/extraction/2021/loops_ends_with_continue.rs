//= extracted
fn tally(words: &[&str]) -> (u32, u32) {
    let (mut long, mut short) = (0, 0);
    for word in words {
        if word.len() > 3 {
            //{
            println!("long: {word}");
            long += 1;
            continue;
            //}
        }
        short += 1;
    }
    (long, short)
}

fn main() {
    println!("{:?}", tally(&["abcd", "ab", "efgh"]));
}
