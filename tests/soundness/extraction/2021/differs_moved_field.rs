//= repeated: refused: 
struct Pair {
    one: Vec<String>,
    two: Vec<String>,
}

fn first(pair: Pair, out: &mut Vec<String>) {
    //{
    for name in pair.one {
        out.push(name.repeat(2));
        println!("{name} {}", name.len());
    }
    println!("{:?} of {} {:?}", out.first(), out.len(), out.last());
    println!("{:?}", out.iter().map(|it| it.len()).max());
    //}
    println!("{:?}", pair.two);
}

fn second(pair: Pair, out: &mut Vec<String>) {
    println!("second");
    for name in pair.two {
        out.push(name.repeat(2));
        println!("{name} {}", name.len());
    }
    println!("{:?} of {} {:?}", out.first(), out.len(), out.last());
    println!("{:?}", out.iter().map(|it| it.len()).max());
    println!("{:?}", pair.one);
}

fn main() {
    let pair = |name: &str| Pair {
        one: vec![name.to_owned()],
        two: vec![name.to_owned(), name.to_owned()],
    };
    let mut out = Vec::new();
    first(pair("a"), &mut out);
    second(pair("b"), &mut out);
}
