//= extracted
fn sign(number: i32) -> &'static str {
    println!("asked for {number}");
    if number != 0 {
        //{
        let size = number.abs();
        if size > 100 {
            return "far";
        }
        return if number > 0 { "plus" } else { "minus" };
        //}
    }
    println!("none");
    "zero"
}

fn main() {
    for number in [0, 5, -5, 500] {
        println!("{}", sign(number));
    }
}
