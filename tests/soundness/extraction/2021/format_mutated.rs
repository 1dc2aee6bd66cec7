//= extracted
fn log(names: &[&str]) -> usize {
    let mut count = 0;
    //{
    for name in names {
        count += 1;
        println!("{count}: {name} {0} {count:?}", count + 1);
    }
    //}
    count
}

fn main() {
    println!("{}", log(&["a", "b"]));
}
