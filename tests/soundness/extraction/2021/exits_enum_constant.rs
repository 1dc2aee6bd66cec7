//= extracted
#[derive(Debug, PartialEq)]
enum Level {
    Low,
    High(u32),
}

fn level(values: &[u32]) -> Level {
    //{
    let Some(most) = values.iter().max() else {
        return Level::Low;
    };
    if *most < 10 {
        return Level::Low;
    }
    //}
    Level::High(*most)
}

fn main() {
    println!("{:?} {:?} {:?}", level(&[]), level(&[1]), level(&[1, 20]));
}
