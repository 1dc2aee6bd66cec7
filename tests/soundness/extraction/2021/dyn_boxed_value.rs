//= extracted
fn adder(by: i32, twice: bool) -> Box<dyn Fn(i32) -> i32> {
    println!("{by}");
    //{
    let by = if twice { by * 2 } else { by };
    Box::new(move |it| it + by)
    //}
}

fn main() {
    println!("{} {}", adder(1, true)(1), adder(1, false)(1));
}
