//= extracted
fn main() {
    let numbers = [1, 2, 3];
    let shown: Vec<String> = numbers
        .iter()
        .map(|it| {
            //{
            let doubled = it * 2;
            let text = doubled.to_string();
            //}
            text + "!"
        })
        .collect();
    println!("{shown:?}");
}
