//= extracted
fn tidy(text: &str) -> String {
    let text = text.to_uppercase();
    //{
    let text = text.trim();
    let text = text.replace(' ', "-");
    //}
    println!("{text}");
    text
}

fn main() {
    println!("{}", tidy(" a b "));
}
