//= extracted
fn describe(size: usize) -> String {
    let word = {
        println!("{size}");
        //{
        let large = size > 10;
        if large {
            "large"
        } else {
            "small"
        }
        //}
    };
    format!("{word}: {size}")
}

fn main() {
    println!("{} {}", describe(3), describe(30));
}
