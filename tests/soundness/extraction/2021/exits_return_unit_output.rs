//= extracted
fn show(text: &str) {
    //{
    let Ok(number) = text.parse::<i64>() else {
        println!("no number: {text}");
        return;
    };
    let doubled = number * 2;
    //}
    println!("{number} {doubled}");
}

fn main() {
    show("4");
    show("four");
}
