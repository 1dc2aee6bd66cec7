//= extracted
fn name(id: u32) -> String {
    //{
    let mut text = format!("id {id}");
    #[cfg(not(debug_assertions))]
    text.clear();
    #[cfg(debug_assertions)]
    text.push('!');
    //}
    text
}

fn main() {
    println!("{}", name(3));
}
